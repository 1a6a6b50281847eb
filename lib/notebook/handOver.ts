/** Files that a chapter leaves for the next ones: Parquet and CSV in `data/processed`. */
import { basename, extname, join } from "node:path";
import type { ColumnValues } from "../loaders/columnTable";
import type { DataSource } from "../loaders/dataSource";
import type { Engine, Relation } from "../loaders/engine";
import { writeParquet } from "../loaders/parquet";
import { processedFolder } from "../loaders/places";
import type { Row } from "../loaders/rows";
import { saveCsv } from "./saveCsv";

export interface HandOverPlace {
  readonly engine: Engine;
  readonly source: DataSource;
  /** What the names of all files begin with, such as `movielens_interference_`. */
  readonly prefix: string;
}

/**
 * Writes relations and tables under `data/processed/<prefix><name>`; the name's ending says how: `.parquet` (with the data
 * source inside) or `.csv`. Each file appears whole or not at all. Returns one row a file: artifact, path, rows.
 * @throws Error, before anything is written, for another ending, a relation that is to become CSV, or records without a row
 *   that are to become Parquet
 */
export async function handOver(
  place: HandOverPlace,
  files: Readonly<Record<string, Relation | readonly Row[]>>,
): Promise<Row[]> {
  const folder = processedFolder();
  for (const [name, content] of Object.entries(files)) assertWritable(name, content);
  const saved: Row[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, `${place.prefix}${name}`);
    const artifact = name.slice(0, name.lastIndexOf("."));
    if (extname(name) === ".csv") {
      const rows = content as readonly Row[];
      saveCsv(path, rows);
      saved.push({ artifact, path: shown(path), rows: rows.length });
    } else {
      const relation = isRows(content)
        ? await relationOfRows(place.engine, `hand_over_${artifact}`, content)
        : content;
      await writeParquet(relation, path, place.source);
      saved.push({ artifact, path: shown(path), rows: await relation.count() });
    }
  }
  return saved;
}

function isRows(content: Relation | readonly Row[]): content is readonly Row[] {
  return Array.isArray(content);
}

function assertWritable(name: string, content: Relation | readonly Row[]): void {
  const ending = extname(name);
  if (ending !== ".parquet" && !(ending === ".csv" && isRows(content))) {
    throw new Error(`${name}: records become .csv or .parquet, relations .parquet.`);
  }
  if (ending === ".parquet" && isRows(content) && content.length === 0) {
    throw new Error(`${name}: records without a row have no columns for a Parquet file.`);
  }
}

function shown(path: string): string {
  return `${basename(processedFolder())}/${basename(path)}`;
}

/** Records as a table of the engine: text as VARCHAR, numbers as DOUBLE, truth values as TINYINT 1 and 0. */
export function relationOfRows(
  engine: Engine,
  name: string,
  rows: readonly Row[],
): Promise<Relation> {
  const columns: Record<string, ColumnValues> = {};
  for (const column of Object.keys(rows[0] ?? {})) {
    columns[column] = rows.map((row) => row[column] as number | string | boolean | null);
  }
  return engine.tableFrom(name, columns);
}
