/** The files that the chapters of the spillover course hand to each other, opened with a word on who writes them. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { DataSource } from "../loaders/dataSource";
import { type Engine, openEngine, type Relation } from "../loaders/engine";
import { type MovieLens, movielens } from "../loaders/movielens";
import { readParquet } from "../loaders/parquet";
import { processedFolder } from "../loaders/places";

/** What all files of the course begin with. */
export const INTERFERENCE_PREFIX = "movielens_interference_";

/** Parquet files of the course and the chapter that writes each. */
export const INTERFERENCE_PARQUET = {
  slate_seed: "01",
  items: "01",
  user_features: "01",
  ratings_sample: "01",
  exposure_mapping: "02",
  slate_outcomes: "02",
  assignment_table: "02",
  component_slate: "04",
  advanced_counterfactual_predictions: "05",
} as const;

export type InterferenceParquet = keyof typeof INTERFERENCE_PARQUET;

/** Path of a file in `data/processed`, `movielens_interference_<name>`; the name has its ending. */
export function processedInterferenceFile(name: string): string {
  return join(processedFolder(), `${INTERFERENCE_PREFIX}${name}`);
}

/** What to do about a file that an earlier chapter should have left. */
export function missingFile(path: string, chapter: string): string {
  return `${basename(path)} is not in ${processedFolder()}. Chapter ${chapter} of interference_spillover_effects writes it: run that first.`;
}

export interface OpenedChapter<Name extends InterferenceParquet> {
  readonly engine: Engine;
  readonly tables: Readonly<Record<Name, Relation>>;
  readonly source: DataSource;
  /** What the names of all files of the course begin with. */
  readonly prefix: string;
}

/**
 * Opens files that earlier chapters left, as views of a new engine, each under its own name. The caller closes the engine.
 * @throws Error naming the chapter to run first when a file is missing, when no file is named, and when the files come from
 *   different archives; no engine is left open then
 */
export async function openInterference<Name extends InterferenceParquet>(
  ...names: readonly Name[]
): Promise<OpenedChapter<Name>> {
  if (names.length === 0) throw new Error("Name at least one file of an earlier chapter to open.");
  for (const name of names) {
    const path = processedInterferenceFile(`${name}.parquet`);
    if (existsSync(path)) continue;
    throw new Error(missingFile(path, INTERFERENCE_PARQUET[name]));
  }
  const engine = await openEngine();
  try {
    return { engine, prefix: INTERFERENCE_PREFIX, ...(await openedTables(engine, names)) };
  } catch (error) {
    engine.close();
    throw error;
  }
}

async function openedTables<Name extends InterferenceParquet>(
  engine: Engine,
  names: readonly Name[],
) {
  const tables: Partial<Record<Name, Relation>> = {};
  const sources = new Map<string, DataSource>();
  for (const name of names) {
    const file = await readParquet(engine, name, processedInterferenceFile(`${name}.parquet`));
    tables[name] = file.relation;
    sources.set(file.source.sha256, file.source);
  }
  if (sources.size > 1) {
    const archives = [...sources.values()].map(({ archive }) => archive).join(" and ");
    throw new Error(
      `The files of earlier chapters come from different archives: ${archives}. Run the chapters again from 01.`,
    );
  }
  return { tables: tables as Record<Name, Relation>, source: [...sources.values()][0]! };
}

/**
 * The MovieLens archive that files of earlier chapters were made from.
 * @throws Error when the archive that is chosen now is another one
 */
export async function movielensOf(source: DataSource): Promise<MovieLens> {
  const data = await movielens();
  if (data.source.sha256 === source.sha256) return data;
  throw new Error(
    `The files of earlier chapters come from ${source.archive}, but ${data.source.archive} is chosen now. Run the chapters again from 01.`,
  );
}
