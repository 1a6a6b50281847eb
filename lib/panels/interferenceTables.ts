/** The small tables (CSV) that the chapters of the spillover course hand to its last one. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { Cell, Row } from "../loaders/rows";
import { missingFile, processedInterferenceFile } from "./interferenceFiles";

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

/**
 * Reads the tables that earlier chapters left. Decimal numbers become numbers, true and false in any case become those,
 * empty texts are missing (null); all else stays text.
 * @throws Error naming the chapter to run first when a file is missing
 */
export function readInterferenceTables(): Record<InterferenceCsv, Row[]> {
  const names = Object.keys(ALL_CSV) as InterferenceCsv[];
  const read = (name: InterferenceCsv): Row[] => {
    const path = processedInterferenceFile(`${name}.csv`);
    if (!existsSync(path)) throw new Error(missingFile(path, ALL_CSV[name]));
    const records: Record<string, string>[] = parse(readFileSync(path, "utf8"), { columns: true });
    return records.map((record) =>
      Object.fromEntries(Object.entries(record).map(([key, text]) => [key, cellOf(text)])),
    );
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<
    InterferenceCsv,
    Row[]
  >;
}

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

function cellOf(text: string): Cell {
  if (text === "") return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const number = Number(text);
  return DECIMAL.test(text) && Number.isFinite(number) ? number : text;
}

/** One row a table of the published course: artifact, rows. */
export function artifactInventory(
  tables: Readonly<Record<InterferenceCsv, readonly Row[]>>,
): Row[] {
  const names = Object.keys(INTERFERENCE_CSV) as (keyof typeof INTERFERENCE_CSV)[];
  return names.map((artifact) => ({ artifact, rows: tables[artifact].length }));
}
