/** The small tables (CSV) that the chapters of the spillover course hand to its last one. */
import type { Row } from "../loaders/rows";
import { readChapterTables } from "./chapterFiles";
import { INTERFERENCE_COURSE } from "./interferenceFiles";

/** Tables (CSV) of the published course and the chapter that writes each. */
export const INTERFERENCE_CSV = {
  setup_readiness: "01",
  exposure_readiness: "02",
  observed_effects: "03",
  direct_indirect_total_effects: "04",
  additivity_checks: "04",
  spillover_definition_sensitivity: "04",
  product_summary: "04",
  decomposition_recommendations: "04",
  position_risk: "04",
  cluster_risk: "04",
  advanced_model_metrics: "05",
  advanced_aipw_estimates: "05",
  advanced_policy_targeting: "05",
  advanced_takeaways: "05",
  advanced_heterogeneity: "05",
} as const;

/** Tables that the report needs beyond those. */
export const INTERFERENCE_MORE_CSV = {
  monte_carlo: "03",
  design_study: "04",
  advanced_policy_values: "05",
} as const;

const ALL_CSV = { ...INTERFERENCE_CSV, ...INTERFERENCE_MORE_CSV };

export type InterferenceCsv = keyof typeof ALL_CSV;

/** Reads the tables that earlier chapters left; see `readChapterTables`. */
export function readInterferenceTables(): Record<InterferenceCsv, Row[]> {
  return readChapterTables({ ...INTERFERENCE_COURSE, parquet: {}, csv: ALL_CSV });
}

/** One row a table of the published course: artifact, rows. */
export function artifactInventory(
  tables: Readonly<Record<InterferenceCsv, readonly Row[]>>,
): Row[] {
  const names = Object.keys(INTERFERENCE_CSV) as (keyof typeof INTERFERENCE_CSV)[];
  return names.map((artifact) => ({ artifact, rows: tables[artifact].length }));
}
