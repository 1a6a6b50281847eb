/** The difference in means of an experiment, adjusted by regression for what was known before. */
import { normal } from "../stats/distributions";
import { type CovarianceType, leastSquares } from "../stats/leastSquares";
import type { Estimate } from "./estimate";

export interface AdjustedInput {
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** Covariates by name, measured before the treatment. */
  readonly covariates: Readonly<Record<string, ArrayLike<number>>>;
  /** Cluster of each row, such as the user. */
  readonly cluster?: ArrayLike<number>;
}

export interface AdjustedOptions {
  /** Default `cluster` where clusters are given, else `HC2`. */
  readonly covariance?: CovarianceType;
  readonly estimand?: string;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

export interface AdjustedDifference extends Estimate {
  readonly treatedRows: number;
  readonly controlRows: number;
  /** Covariates and interactions left out because others determine them. */
  readonly leftOut: readonly string[];
}

/**
 * Lin's estimator: the coefficient of the treatment in the regression of the outcome on it, the covariates less their
 * means, and the products of the two. It estimates the average effect without assuming that the regression is true, and
 * in large samples is never less precise than the plain difference in means. HC2 standard errors are conservative under
 * randomization; with clusters they are cluster-robust (CR1). The interval is normal.
 *
 * Rows with a missing value (NaN) in any column are left out and counted in `dropped`. A covariate that others
 * determine is left out with a warning: it changes nothing. Without treated or control rows the value is null.
 * Source: Lin 2013, doi:10.1214/12-AOAS583, section 4; HC2: Samii and Aronow 2012, doi:10.1016/j.spl.2011.10.024.
 * @throws Error for a treatment other than 0 and 1, columns of different length, or no more rows than coefficients
 */
export function adjustedDifference(
  { treatment, outcome, covariates, cluster }: AdjustedInput,
  options: AdjustedOptions = {},
): AdjustedDifference {
  const { level = 0.95, estimand = "adjusted difference in means, treated minus control" } =
    options;
  const all: Record<string, ArrayLike<number>> = { treatment, ...covariates };
  if ("treatment" in covariates) throw new Error("No covariate may be called treatment.");
  for (const [name, column] of Object.entries(all)) {
    if (column.length !== outcome.length) {
      throw new Error(`${name} has ${column.length} values; the outcome has ${outcome.length}.`);
    }
  }
  const rows = rowsWithAll([outcome, ...Object.values(all)]);
  const arm = taken(treatment, rows);
  let treatedRows = 0;
  for (let i = 0; i < arm.length; i++) {
    if (arm[i] !== 0 && arm[i] !== 1) {
      throw new Error(`Row ${rows[i]! + 1}: the treatment is 0 or 1, not ${arm[i]}.`);
    }
    treatedRows += arm[i]!;
  }
  const controlRows = rows.length - treatedRows;
  const common = {
    estimand,
    level,
    n: rows.length,
    dropped: outcome.length - rows.length,
    treatedRows,
    controlRows,
  };
  if (treatedRows === 0 || controlRows === 0) {
    return {
      ...common,
      value: null,
      standardError: null,
      lower: null,
      upper: null,
      clusters: 0,
      method: "regression adjustment (Lin 2013)",
      leftOut: [],
      warnings: [`no ${treatedRows === 0 ? "treated" : "control"} row`],
    };
  }

  const columns: Record<string, Float64Array> = { treatment: arm };
  for (const [name, column] of Object.entries(covariates))
    columns[name] = centred(taken(column, rows));
  for (const name of Object.keys(covariates)) {
    columns[`treatment x ${name}`] = product(columns[name]!, arm);
  }
  const fit = leastSquares(
    { outcome: taken(outcome, rows), columns, ...(cluster && { cluster: taken(cluster, rows) }) },
    { collinear: "drop", ...(options.covariance && { covariance: options.covariance }) },
  );
  const k = fit.names.indexOf("treatment");
  const value = fit.coefficients[k]!;
  const standardError = fit.standardErrors[k]!;
  const reach = normal().quantile((1 + level) / 2, 0, 1) * standardError;
  const warnings =
    fit.leftOut.length > 0 ? [`left out, determined by others: ${fit.leftOut.join(", ")}`] : [];
  if (fit.clusters !== null && fit.clusters < 40) {
    warnings.push(`only ${fit.clusters} clusters: the interval is probably too short`);
  }
  return {
    ...common,
    value,
    standardError,
    lower: value - reach,
    upper: value + reach,
    clusters: fit.clusters ?? rows.length,
    method: `regression adjustment with interactions (Lin 2013); ${fit.covarianceType === "cluster" ? "cluster-robust (CR1)" : fit.covarianceType} standard error, normal interval`,
    leftOut: fit.leftOut,
    warnings,
  };
}

/** Indices of the rows in which no column is NaN. */
function rowsWithAll(columns: readonly ArrayLike<number>[]): Int32Array {
  const n = columns[0]!.length;
  const isMissing = new Uint8Array(n);
  for (const column of columns) {
    for (let i = 0; i < n; i++) if (Number.isNaN(column[i]!)) isMissing[i] = 1;
  }
  const rows = new Int32Array(n);
  let kept = 0;
  for (let i = 0; i < n; i++) if (isMissing[i] === 0) rows[kept++] = i;
  return rows.subarray(0, kept);
}

function taken(column: ArrayLike<number>, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) values[k] = column[rows[k]!]!;
  return values;
}

/** Takes the mean off, in place. */
function centred(column: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i]!;
  const mean = sum / column.length;
  for (let i = 0; i < column.length; i++) column[i]! -= mean;
  return column;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  const values = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) values[i] = a[i]! * b[i]!;
  return values;
}
