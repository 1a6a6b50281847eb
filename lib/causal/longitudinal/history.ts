/** The past of a unit at a period as features: what models of treatment, censoring, covariates and outcome condition on. */
import type { Features } from "../../stats/features";
import type { Longitudinal } from "./longitudinalData";
import { checkOptionNames } from "./optionNames";

export interface HistoryOptions {
  /** Varying covariates to take. Default: all. */
  readonly covariates?: readonly string[];
  /** Baseline covariates to take. Default: all. */
  readonly baseline?: readonly string[];
  /** How many periods back covariates and treatments are taken, or "all" of them. Default "all"; 1 in a pooled model. */
  readonly lags?: number | "all";
  /** The same for treatments. Default: as many as `lags`. */
  readonly treatmentLags?: number | "all";
  /** Whether the number of earlier treated periods is taken. Default false. */
  readonly cumulative?: boolean;
  /**
   * One model for all periods, with earlier periods that are not there as 0 and with a feature of the period; or a model for
   * each period (default).
   */
  readonly pooled?: boolean;
  /** How a pooled model knows the period: by one `indicator` each (default), by its number (`linear`), or not (`none`). */
  readonly period?: "indicator" | "linear" | "none";
}

/** What of a period itself is known, beside all that came before it. */
export type Known =
  /** The covariates of the period: what the treatment may depend on. */
  | "covariates"
  /** Its treatment too: what comes afterwards may depend on it. */
  | "treatment"
  /** Nothing but the past, and those of the period's covariates that are listed. */
  | readonly string[];

const OPTIONS = [
  "covariates",
  "baseline",
  "lags",
  "treatmentLags",
  "cumulative",
  "pooled",
  "period",
];

/** @throws Error for an unknown option, an unknown covariate or an impossible number of lags */
export function checkHistory(data: Longitudinal, options: HistoryOptions): void {
  checkOptionNames("A history", options, OPTIONS);
  const check = (asked: readonly string[] = [], there: Readonly<Record<string, unknown>>) => {
    for (const name of asked) {
      if (name in there) continue;
      throw new Error(`There is no covariate ${name}. There are ${Object.keys(there).join(", ")}.`);
    }
  };
  check(options.covariates, data.varying);
  check(options.baseline, data.baseline);
  for (const lags of [options.lags ?? 0, options.treatmentLags ?? 0]) {
    if (lags === "all" || (Number.isInteger(lags) && lags >= 0)) continue;
    throw new Error(`lags is a whole number from 0 on or "all", not ${lags}.`);
  }
}

/**
 * The history of some units at period t: baseline covariates by their names, varying ones as `x` and `x_lag1`, ..., earlier
 * treatments as `treatment_lag1`, ..., in this order, and last the period's own `treatment` where it is known. A model of one
 * period has no features of periods before the first; a pooled one has them with value 0, and `period`s.
 * @param rows  units, in the order of the features' rows
 */
export function historyFeatures(
  data: Longitudinal,
  t: number,
  rows: ArrayLike<number>,
  known: Known,
  options: HistoryOptions = {},
): Features {
  const { periods } = data;
  const columns = historyColumns(data, t, known, options);
  const width = columns.length;
  const values = new Float64Array(rows.length * width);
  for (let j = 0; j < width; j++) {
    const { column, period } = columns[j];
    if (typeof column === "number") {
      for (let i = 0; i < rows.length; i++) values[i * width + j] = column;
    } else if (period === "count") {
      for (let i = 0; i < rows.length; i++) {
        let count = 0;
        for (let s = 0; s < t; s++) count += column[rows[i] * periods + s];
        values[i * width + j] = count;
      }
    } else if (period === "baseline") {
      for (let i = 0; i < rows.length; i++) values[i * width + j] = column[rows[i]];
    } else {
      for (let i = 0; i < rows.length; i++) {
        values[i * width + j] = column[rows[i] * periods + period];
      }
    }
  }
  return { rows: rows.length, names: columns.map(({ name }) => name), values };
}

interface HistoryColumn {
  readonly name: string;
  /** A table of units and periods, or one value for all. */
  readonly column: ArrayLike<number> | number;
  readonly period: number | "baseline" | "count";
}

function historyColumns(
  data: Longitudinal,
  t: number,
  known: Known,
  options: HistoryOptions,
): HistoryColumn[] {
  const { baseline, varying, periods } = data;
  const { pooled = false, period = "indicator", cumulative = false } = options;
  const lags = lagsOf(options);
  const back = (given: number | "all") => {
    const most = given === "all" ? periods - 1 : Math.min(given, periods - 1);
    return pooled ? most : Math.min(most, t);
  };
  const columns: HistoryColumn[] = [];
  const add = (name: string, column: ArrayLike<number>, s: number | "baseline") =>
    columns.push({ name, column: typeof s === "number" && s < 0 ? 0 : column, period: s });
  for (const name of options.baseline ?? Object.keys(baseline)) {
    add(name, baseline[name], "baseline");
  }
  for (const name of options.covariates ?? Object.keys(varying)) {
    const isKnown = typeof known === "string" || known.includes(name);
    if (isKnown) add(name, varying[name], t);
    for (let lag = 1; lag <= back(lags); lag++) add(`${name}_lag${lag}`, varying[name], t - lag);
  }
  for (let lag = 1; lag <= back(options.treatmentLags ?? lags); lag++) {
    add(`treatment_lag${lag}`, data.treatment, t - lag);
  }
  if (cumulative && (t > 0 || pooled)) {
    columns.push({ name: "treatments_before", column: data.treatment, period: "count" });
  }
  if (pooled && periods > 1) {
    if (period === "linear") columns.push({ name: "period", column: t, period: 0 });
    for (let s = 1; period === "indicator" && s < periods; s++) {
      columns.push({ name: `period_${s + 1}`, column: s === t ? 1 : 0, period: 0 });
    }
  }
  if (known === "treatment") add("treatment", data.treatment, t);
  return columns;
}

/** Features of several periods one below the other: what a pooled model is fitted to. */
export function stacked(parts: readonly Features[]): Features {
  const names = parts[0].names;
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let start = 0;
  for (const part of parts) {
    values.set(part.values, start);
    start += part.values.length;
  }
  return { rows: parts.reduce((sum, part) => sum + part.rows, 0), names, values };
}

function lagsOf({ lags, pooled }: HistoryOptions): number | "all" {
  return lags ?? (pooled ? 1 : "all");
}

/** In words, for the method of an estimate. */
export function historyName(options: HistoryOptions): string {
  const { pooled } = options;
  const lags = lagsOf(options);
  const treatmentLags = options.treatmentLags ?? lags;
  const many = (given: number | "all", what: string) =>
    given === "all"
      ? `all earlier ${what}`
      : `${what} of ${given} earlier ${given === 1 ? "period" : "periods"}`;
  const models = pooled ? "one model for all periods" : "a model for each period";
  return `${models}, ${many(lags, "covariates")} and ${many(treatmentLags, "treatments")}`;
}
