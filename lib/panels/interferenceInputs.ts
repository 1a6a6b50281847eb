/** What the first chapter of the spillover course hands to the later ones: four Parquet files and a list of checks. */
import { basename, join } from "node:path";
import type { MovieLens } from "../loaders";
import type { Relation } from "../loaders/engine";
import { writeParquet } from "../loaders/parquet";
import { processedFolder } from "../loaders/places";
import type { Row } from "../loaders/rows";
import type { SlateSeed } from "./slateSeed";

export interface InterferenceInputs {
  readonly ratings: Relation;
  readonly items: Relation;
  readonly users: Relation;
  readonly slates: SlateSeed;
}

/** File names in `data/processed`. */
export const INTERFERENCE_FILES = {
  ratings: "movielens_interference_ratings_sample.parquet",
  items: "movielens_interference_items.parquet",
  users: "movielens_interference_user_features.parquet",
  slates: "movielens_interference_slate_seed.parquet",
  readiness: "movielens_interference_setup_readiness.csv",
} as const;

/** Path of a processed file. */
export function interferenceFile(file: keyof typeof INTERFERENCE_FILES): string {
  return join(processedFolder(), INTERFERENCE_FILES[file]);
}

/** Writes the four Parquet files, each whole or not at all. */
export async function saveInterferenceInputs(
  inputs: InterferenceInputs,
  data: MovieLens,
): Promise<void> {
  for (const file of ["ratings", "items", "users", "slates"] as const) {
    await writeParquet(inputs[file], interferenceFile(file), data.source);
  }
}

/** One row a file: artifact, path (from the processed folder on). */
export function savedFiles(): Row[] {
  const names = {
    ratings_sample: INTERFERENCE_FILES.ratings,
    interference_items: INTERFERENCE_FILES.items,
    user_features: INTERFERENCE_FILES.users,
    slate_seed: INTERFERENCE_FILES.slates,
    readiness_checks: INTERFERENCE_FILES.readiness,
  };
  const folder = basename(processedFolder());
  return Object.entries(names).map(([artifact, name]) => ({ artifact, path: `${folder}/${name}` }));
}

/** One row a check: check, value, notes. */
export async function readinessChecks(inputs: InterferenceInputs): Promise<Row[]> {
  const { engine } = inputs.ratings;
  const counts = await engine.row<{
    ratings: number;
    users: number;
    movies: number;
    slates: number;
    slateRows: number;
    clusters: number;
  }>(
    `SELECT (SELECT count(*) FROM ${inputs.ratings.name}) AS ratings,
       (SELECT count(DISTINCT userId) FROM ${inputs.ratings.name}) AS users,
       (SELECT count(DISTINCT movieId) FROM ${inputs.ratings.name}) AS movies,
       (SELECT count(DISTINCT slate_id) FROM ${inputs.slates.name}) AS slates,
       (SELECT count(*) FROM ${inputs.slates.name}) AS "slateRows",
       (SELECT count(DISTINCT spillover_cluster) FROM ${inputs.items.name}) AS clusters`,
  );
  const check = (name: string, value: number | boolean, notes: string): Row => ({
    check: name,
    value,
    notes,
  });
  return [
    check("raw_zip_found", true, "The MovieLens archive is there and could be read."),
    check("ratings_sample_rows", counts.ratings, "Whole rating histories of the sampled users."),
    check("sample_unique_users", counts.users, "Users that slates can be simulated for."),
    check("sample_unique_movies", counts.movies, "Movies that item-level spillovers can fall on."),
    check("complete_seed_slates", counts.slates, "Full slates, ready for exposure simulation."),
    check(
      "seed_slate_rows",
      counts.slateRows,
      `Slate rows: full slates times ${inputs.slates.slateSize}.`,
    ),
    check("spillover_clusters", counts.clusters, "Substitute groups, by primary genre."),
  ];
}
