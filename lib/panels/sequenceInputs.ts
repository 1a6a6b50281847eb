/** What the first chapter of the long-term course hands to the later ones: two Parquet files and a list of checks. */
import { basename, join } from "node:path";
import type { KuaiRec } from "../loaders";
import { quoteName, type Relation } from "../loaders/engine";
import { writeParquet } from "../loaders/parquet";
import { processedFolder } from "../loaders/places";
import type { Row } from "../loaders/rows";

/** File names in `data/processed`. */
export const SEQUENCE_FILES = {
  interactions: "kuairec_small_interactions_sample.parquet",
  userDays: "kuairec_user_day_panel_sample.parquet",
  readiness: "kuairec_sequence_eda_readiness.csv",
} as const;

/** Path of a processed file. */
export function sequenceFile(file: keyof typeof SEQUENCE_FILES): string {
  return join(processedFolder(), SEQUENCE_FILES[file]);
}

export interface SequenceInputs {
  /** From `flagWatches`. */
  readonly interactions: Relation;
  /** From `addTreatments`. */
  readonly userDays: Relation;
}

/** Writes the two Parquet files, each whole or not at all. */
export async function saveSequenceInputs(inputs: SequenceInputs, data: KuaiRec): Promise<void> {
  for (const file of ["interactions", "userDays"] as const) {
    await writeParquet(inputs[file], sequenceFile(file), data.source);
  }
}

/** One row a file: artifact, path (from the processed folder on). */
export function savedSequenceFiles(): Row[] {
  const folder = basename(processedFolder());
  return Object.entries(SEQUENCE_FILES).map(([artifact, name]) => ({
    artifact,
    path: `${folder}/${name}`,
  }));
}

/** What every user-day must know before its treatment. */
export const PRE_TREATMENT_COVARIATES = [
  "lag_1_active_day",
  "lag_1_interactions",
  "lag_1_total_play_duration_sec",
  "lag_1_avg_watch_ratio",
  "prior_3day_active_day",
  "prior_3day_interactions",
  "prior_3day_total_play_duration_sec",
  "prior_3day_high_watch_share",
] as const;

interface Facts {
  readonly users: number;
  readonly active_days: number;
  readonly dates: number;
  readonly intense: number;
  readonly high_watch: number;
  readonly three_days: number;
  readonly seven_days: number;
  readonly missing: number;
}

/** One row a check: check, value, passes. Passing them all does not identify an effect; failing one would rule it out. */
export async function sequenceReadiness(panel: Relation): Promise<Row[]> {
  const missing = PRE_TREATMENT_COVARIATES.map(
    (column) => `avg((${quoteName(column)} IS NULL)::INTEGER)`,
  );
  const facts = await panel.engine.row<Facts & Row>(
    `SELECT count(DISTINCT user_id) AS users, count(DISTINCT event_date) AS dates,
       (SELECT median(days) FROM (SELECT sum(active_day)::BIGINT AS days FROM ${panel.name} GROUP BY user_id)) AS active_days,
       avg(treatment_high_intensity) AS intense, avg(treatment_high_watch_exposure) AS high_watch,
       avg((future_3day_active_days IS NOT NULL)::INTEGER) AS three_days,
       avg((future_7day_active_days IS NOT NULL)::INTEGER) AS seven_days,
       greatest(${missing.join(", ")}) AS missing
     FROM ${panel.name}`,
  );
  const varies = (share: number) => share > 0.01 && share < 0.99;
  const row = (check: string, value: number, passes: boolean): Row => ({ check, value, passes });
  return [
    row("at least 50 users in sample", facts.users, facts.users >= 50),
    row("median user has at least 7 active days", facts.active_days, facts.active_days >= 7),
    row("at least 30 calendar dates", facts.dates, facts.dates >= 30),
    row("high-intensity treatment has non-trivial variation", facts.intense, varies(facts.intense)),
    row(
      "high-watch treatment has non-trivial variation",
      facts.high_watch,
      varies(facts.high_watch),
    ),
    row("future 3-day outcomes available for most rows", facts.three_days, facts.three_days >= 0.8),
    row("future 7-day outcomes available for most rows", facts.seven_days, facts.seven_days >= 0.7),
    row(
      "lagged confounders have no missing values after filling panel starts",
      facts.missing,
      facts.missing === 0,
    ),
  ];
}
