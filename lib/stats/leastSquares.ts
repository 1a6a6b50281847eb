/** Linear regression by least squares, with the covariance of its coefficients. */

import {
  type CovarianceType,
  dot,
  type SandwichCovariance,
  sandwich,
  sandwichCovariance,
  standardErrorsOf,
} from "./sandwich";
import { inverseTriangle } from "./triangle";

export type { CovarianceType } from "./sandwich";

export interface LeastSquaresInput {
  readonly outcome: ArrayLike<number>;
  /** Regressors by name, each as long as the outcome. */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
  /** Weights > 0 of the squared errors. Default 1 each. */
  readonly weights?: ArrayLike<number>;
  /** Cluster of each row; needed for `cluster` and `CR2`. */
  readonly cluster?: ArrayLike<number>;
}

export interface LeastSquaresOptions {
  /** Whether a first column `intercept` of ones is added. Default true. */
  readonly intercept?: boolean;
  /** Default `cluster` where clusters are given, else `HC2`. */
  readonly covariance?: CovarianceType;
  /** A column that earlier ones determine: an error that names it (default), or left out and named in `leftOut`. */
  readonly collinear?: "error" | "drop";
}

export interface LeastSquares {
  /** Names of the coefficients, in the order of the columns, K of them. */
  readonly names: readonly string[];
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  /** Covariance of the coefficients, K x K, row by row. */
  readonly covariance: Float64Array;
  readonly covarianceType: CovarianceType;
  /** y - X b, one value a row. */
  readonly residuals: Float64Array;
  readonly rows: number;
  /** rows - K. */
  readonly degreesOfFreedom: number;
  /** sum w e^2 / (rows - K). */
  readonly residualVariance: number;
  /** Clusters, or null without. */
  readonly clusters: number | null;
  /** Satterthwaite's degrees of freedom of each coefficient, for t intervals with CR2; null for other covariances. */
  readonly satterthwaite: Float64Array | null;
  /** Collinear columns that were left out. */
  readonly leftOut: readonly string[];
}

/** A column whose part that earlier columns do not explain is below this share of it is collinear. */
const COLLINEAR = 1e-10;

/**
 * Coefficients b that minimize sum w (y - X b)^2, and their covariance: classical s^2 (X'WX)^-1 with
 * s^2 = sum w e^2 / (N - K), or one of those of `sandwichCovariance`, as statsmodels computes them where it has them.
 * Solved by Gram-Schmidt orthogonalization, done twice for a column of which the first time leaves less than half
 * (Giraud, Langou and Rozloznik 2005): as exact as Householder's, and the orthogonal columns give leverages and M.
 * Cost: 3 N K^2. Missing values are an error: leave such rows out before.
 * @throws Error for columns of different length, values that are not finite, a weight <= 0, collinear columns (unless
 *     they are to be dropped), no more rows than columns, or fewer than two clusters
 */
export function leastSquares(
  { outcome, columns, weights, cluster }: LeastSquaresInput,
  options: LeastSquaresOptions = {},
): LeastSquares {
  const { intercept = true, collinear = "error" } = options;
  const covarianceType = options.covariance ?? (cluster ? "cluster" : "HC2");
  if ((covarianceType === "cluster" || covarianceType === "CR2") && !cluster)
    throw new Error("Cluster-robust errors need clusters.");
  const rows = outcome.length;
  const roots = weights && rootWeights(weights, rows);
  const y = scaled("outcome", outcome, rows, roots);
  const given: [string, Float64Array][] = Object.entries(columns).map(([name, column]) => [
    name,
    scaled(name, column, rows, roots),
  ]);
  if (intercept) given.unshift(["intercept", roots?.slice() ?? new Float64Array(rows).fill(1)]);

  const { basis, triangle, kept, leftOut } = orthogonalized(given);
  const K = kept.length;
  if (leftOut.length > 0 && collinear === "error") {
    throw new Error(
      `${leftOut.join(", ")}: determined by the other columns (${kept.join(", ")}). Leave out, or pass { collinear: "drop" }.`,
    );
  }
  if (rows <= K) throw new Error(`${K} coefficients need more than ${rows} rows.`);

  const projections = new Float64Array(K);
  const errors = y.slice();
  for (let pass = 0; pass < 2; pass++) {
    for (let k = 0; k < K; k++) projections[k]! += takeOff(errors, basis[k]!);
  }
  const inverse = inverseTriangle(triangle, K);
  const coefficients = new Float64Array(K);
  for (let r = 0; r < K; r++) {
    for (let c = r; c < K; c++) coefficients[r]! += inverse[r * K + c]! * projections[c]!;
  }
  const degreesOfFreedom = rows - K;
  const residualVariance = dot(errors, errors) / degreesOfFreedom;
  const { covariance, clusters, satterthwaite }: SandwichCovariance =
    covarianceType === "classical"
      ? {
          covariance: sandwich(inverse, identity(K, residualVariance), K),
          clusters: null,
          satterthwaite: null,
        }
      : sandwichCovariance(covarianceType, { basis, errors, inverse, cluster });
  return {
    names: kept,
    coefficients,
    standardErrors: standardErrorsOf(covariance, K),
    covariance,
    covarianceType,
    residuals: roots ? errors.map((error, i) => error / roots[i]!) : errors,
    rows,
    degreesOfFreedom,
    residualVariance,
    clusters,
    satterthwaite,
    leftOut,
  };
}

/** Columns made orthonormal one after the other, X = basis * triangle, without those that earlier ones determine. */
function orthogonalized(columns: readonly (readonly [string, Float64Array])[]) {
  const basis: Float64Array[] = [];
  const lists: number[][] = [];
  const kept: string[] = [];
  const leftOut: string[] = [];
  for (const [name, column] of columns) {
    const before = Math.sqrt(dot(column, column));
    const entries = new Array<number>(basis.length).fill(0);
    let norm = 0;
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < basis.length; k++) entries[k]! += takeOff(column, basis[k]!);
      norm = Math.sqrt(dot(column, column));
      // What is left is large enough to be orthogonal to the last digit or two.
      if (norm > before / 2) break;
    }
    if (!(norm > COLLINEAR * before)) {
      leftOut.push(name);
      continue;
    }
    for (let i = 0; i < column.length; i++) column[i]! /= norm;
    basis.push(column);
    lists.push([...entries, norm]);
    kept.push(name);
  }
  const K = basis.length;
  const triangle = new Float64Array(K * K);
  lists.forEach((entries, c) => {
    entries.forEach((entry, r) => {
      triangle[r * K + c] = entry;
    });
  });
  return { basis, triangle, kept, leftOut };
}

/** Takes the part along a unit vector off `column` in place; returns its length. */
function takeOff(column: Float64Array, unit: Float64Array): number {
  const along = dot(column, unit);
  for (let i = 0; i < column.length; i++) column[i]! -= along * unit[i]!;
  return along;
}

function identity(K: number, value: number): Float64Array {
  const matrix = new Float64Array(K * K);
  for (let k = 0; k < K; k++) matrix[k * K + k] = value;
  return matrix;
}

function rootWeights(weights: ArrayLike<number>, rows: number): Float64Array {
  const roots = scaled("weights", weights, rows);
  for (let i = 0; i < rows; i++) {
    if (!(roots[i]! > 0)) throw new Error(`Row ${i}: a weight is above 0, not ${roots[i]}.`);
    roots[i] = Math.sqrt(roots[i]!);
  }
  return roots;
}

/** A copy of the column, checked, each value times the root of its weight. */
function scaled(
  name: string,
  column: ArrayLike<number>,
  rows: number,
  roots?: Float64Array,
): Float64Array {
  if (column.length !== rows) {
    throw new Error(`${name} has ${column.length} values; the outcome has ${rows}.`);
  }
  const copy = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const value = column[i]!;
    if (!Number.isFinite(value)) {
      throw new Error(
        `${name}, row ${i}: ${value} is no number. Leave rows with missing values out.`,
      );
    }
    copy[i] = roots ? value * roots[i]! : value;
  }
  return copy;
}
