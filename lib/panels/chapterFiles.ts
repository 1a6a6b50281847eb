/** Files that chapters of a course hand to each other, opened with a word on which chapter writes them. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import type { DataSource } from "../loaders/dataSource";
import { type Engine, openEngine, type Relation } from "../loaders/engine";
import { readParquet } from "../loaders/parquet";
import { processedFolder } from "../loaders/places";
import type { Cell, Row } from "../loaders/rows";

/** A course's files in `data/processed`: names without prefix and ending, each with the chapter that writes it. */
export interface CourseFiles<Parquet extends string, Csv extends string> {
  /** Folder of the course under `notebooks/`. */
  readonly course: string;
  /** What the names of all files begin with. A name that holds its own prefix is given in `named`. */
  readonly prefix: string;
  readonly parquet: Readonly<Record<Parquet, string>>;
  readonly csv: Readonly<Record<Csv, string>>;
  /** File names that do not follow the prefix, with their ending. */
  readonly named?: Readonly<Partial<Record<Parquet | Csv, string>>>;
}

export interface OpenedFiles<Name extends string> {
  readonly engine: Engine;
  readonly tables: Readonly<Record<Name, Relation>>;
  readonly source: DataSource;
  readonly prefix: string;
}

/**
 * Opens Parquet files that earlier chapters left, as views of a new engine, each under its own name. The caller closes the
 * engine.
 * @throws Error naming the chapter to run first when a file is missing, when no file is named, and when the files come from
 *   different archives; no engine is left open then
 */
export async function openChapterFiles<Parquet extends string, Name extends Parquet>(
  files: CourseFiles<Parquet, string>,
  ...names: readonly Name[]
): Promise<OpenedFiles<Name>> {
  if (names.length === 0) throw new Error("Name at least one file of an earlier chapter to open.");
  for (const name of names) present(files, `${name}.parquet`, name, files.parquet[name]);
  const engine = await openEngine();
  try {
    const tables: Partial<Record<Name, Relation>> = {};
    const sources = new Map<string, DataSource>();
    for (const name of names) {
      const path = pathOf(files, name, "parquet");
      const file = await readParquet(engine, name, path);
      tables[name] = file.relation;
      sources.set(file.source.sha256, file.source);
    }
    if (sources.size > 1) {
      const archives = [...sources.values()].map(({ archive }) => archive).join(" and ");
      throw new Error(
        `The files of earlier chapters come from different archives: ${archives}. Run the chapters again from 01.`,
      );
    }
    return {
      engine,
      tables: tables as Record<Name, Relation>,
      source: [...sources.values()][0]!,
      prefix: files.prefix,
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}

/**
 * Reads the tables (CSV) that earlier chapters left. Decimal numbers become numbers, True and False booleans, empty texts are
 * missing; all else stays text.
 * @throws Error naming the chapter to run first when a file is missing
 */
export function readChapterTables<Csv extends string>(
  files: CourseFiles<string, Csv>,
): Record<Csv, Row[]> {
  const names = Object.keys(files.csv) as Csv[];
  const read = (name: Csv): Row[] => {
    const path = present(files, `${name}.csv`, name, files.csv[name]);
    const records: Record<string, string>[] = parse(readFileSync(path, "utf8"), { columns: true });
    return records.map((record) =>
      Object.fromEntries(Object.entries(record).map(([key, text]) => [key, cellOf(text)])),
    );
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Csv, Row[]>;
}

function pathOf(files: CourseFiles<string, string>, name: string, ending: string): string {
  return join(processedFolder(), files.named?.[name] ?? `${files.prefix}${name}.${ending}`);
}

function present(
  files: CourseFiles<string, string>,
  file: string,
  name: string,
  chapter: string,
): string {
  const path = pathOf(files, name, file.split(".").pop()!);
  if (existsSync(path)) return path;
  throw new Error(
    `${basename(path)} is not in ${processedFolder()}. Chapter ${chapter} of ${files.course} writes it: run that first.`,
  );
}

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

function cellOf(text: string): Cell {
  if (text === "") return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const number = Number(text);
  return DECIMAL.test(text) && Number.isFinite(number) ? number : text;
}
