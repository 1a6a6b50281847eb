/** The files that the chapters of the spillover course hand to each other, opened with a word on who writes them. */
import { join } from "node:path";
import type { DataSource } from "../loaders/dataSource";
import { type MovieLens, movielens } from "../loaders/movielens";
import { processedFolder } from "../loaders/places";
import { type OpenedFiles, openChapterFiles } from "./chapterFiles";

/** What all files of the course begin with. */
export const INTERFERENCE_PREFIX = "movielens_interference_";

/** Folder of the course, and what its files begin with. */
export const INTERFERENCE_COURSE = {
  course: "interference_spillover_effects",
  prefix: INTERFERENCE_PREFIX,
} as const;

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

/** Opens files that earlier chapters left; see `openChapterFiles`. */
export function openInterference<Name extends InterferenceParquet>(
  ...names: readonly Name[]
): Promise<OpenedFiles<Name>> {
  const files = { ...INTERFERENCE_COURSE, parquet: INTERFERENCE_PARQUET, csv: {} };
  return openChapterFiles<InterferenceParquet, Name>(files, ...names);
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
