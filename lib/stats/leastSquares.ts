/** Linear regression by least squares, with the covariance of its coefficients. */

export type CovarianceType = "classical" | "HC0" | "HC1" | "HC2" | "HC3" | "cluster";

export interface LeastSquaresInput {
  readonly outcome: ArrayLike<number>;
  /** Regressors by name, each as long as the outcome. */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
  /** Weights > 0 of the squared errors. Default 1 each. */
  readonly weights?: ArrayLike<number>;
  /** Cluster of each row; needed for `cluster`. */
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
  /** Collinear columns that were left out. */
  readonly leftOut: readonly string[];
}

/** A column whose part that earlier columns do not explain is below this share of it is collinear. */
const COLLINEAR = 1e-10;

/**
 * Coefficients b that minimize sum w (y - X b)^2, and their covariance (X'WX)^-1 M (X'WX)^-1 with, over rows i with
 * x_i and e_i multiplied by sqrt(w_i) and leverage h_i = x_i'(X'WX)^-1 x_i:
 *
 *     classical   M = s^2 X'WX, s^2 = sum e^2 / (N - K)
 *     HC0         M = sum e_i^2 x_i x_i'               HC1   the same times N / (N - K)
 *     HC2         e_i^2 / (1 - h_i) for e_i^2          HC3   e_i^2 / (1 - h_i)^2
 *     cluster     M = G / (G - 1) * (N - 1) / (N - K) * sum over clusters of (sum x_i e_i)(sum x_i e_i)'
 *
 * as statsmodels computes them. A row with leverage 1 is fitted exactly: its residual is 0 and adds nothing.
 * Solved by Gram-Schmidt orthogonalization, done twice for a column of which the first time leaves less than half
 * (Giraud, Langou and Rozloznik 2005): as exact as Householder's, and the orthogonal columns give leverages and M.
 * Cost: 3 N K^2.
 * Sources: MacKinnon and White 1985, doi:10.1016/0304-4076(85)90158-7; Cameron and Miller 2015,
 * doi:10.3368/jhr.50.2.317. Missing values are an error: leave such rows out before.
 * @throws Error for columns of different length, values that are not finite, a weight <= 0, collinear columns (unless
 *     they are to be dropped), no more rows than columns, or fewer than two clusters
 */
export function leastSquares(
  { outcome, columns, weights, cluster }: LeastSquaresInput,
  options: LeastSquaresOptions = {},
): LeastSquares {
  const { intercept = true, collinear = "error" } = options;
  const covarianceType = options.covariance ?? (cluster ? "cluster" : "HC2");
  if (covarianceType === "cluster" && !cluster)
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
  const { meat, clusters } =
    covarianceType === "classical"
      ? { meat: identity(K, residualVariance), clusters: null }
      : covarianceType === "cluster"
        ? clusterMeat(basis, errors, cluster!)
        : { meat: rowMeat(basis, errors, covarianceType), clusters: null };
  const covariance = sandwich(inverse, meat, K);
  return {
    names: kept,
    coefficients,
    standardErrors: Float64Array.from({ length: K }, (_, k) => Math.sqrt(covariance[k * K + k]!)),
    covariance,
    covarianceType,
    residuals: roots ? errors.map((error, i) => error / roots[i]!) : errors,
    rows,
    degreesOfFreedom,
    residualVariance,
    clusters,
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

/** Four sums side by side: a processor adds to one while it waits for another. */
function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < n; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** Sum of squares of residuals times basis rows, each residual corrected for its leverage. */
function rowMeat(
  basis: readonly Float64Array[],
  errors: Float64Array,
  type: "HC0" | "HC1" | "HC2" | "HC3",
): Float64Array {
  const K = basis.length;
  const rows = errors.length;
  const factor = new Float64Array(rows).fill(type === "HC1" ? rows / (rows - K) : 1);
  if (type === "HC2" || type === "HC3") {
    const left = new Float64Array(rows).fill(1);
    for (const column of basis) {
      for (let i = 0; i < rows; i++) left[i]! -= column[i]! * column[i]!;
    }
    for (let i = 0; i < rows; i++) {
      factor[i] = left[i]! < 1e-12 ? 0 : 1 / (type === "HC2" ? left[i]! : left[i]! ** 2);
    }
  }
  for (let i = 0; i < rows; i++) factor[i]! *= errors[i]! * errors[i]!;
  const meat = new Float64Array(K * K);
  const product = new Float64Array(rows);
  for (let r = 0; r < K; r++) {
    for (let i = 0; i < rows; i++) product[i] = factor[i]! * basis[r]![i]!;
    for (let c = r; c < K; c++) {
      meat[r * K + c] = dot(product, basis[c]!);
      meat[c * K + r] = meat[r * K + c]!;
    }
  }
  return meat;
}

function clusterMeat(
  basis: readonly Float64Array[],
  errors: Float64Array,
  cluster: ArrayLike<number>,
): { meat: Float64Array; clusters: number } {
  const K = basis.length;
  const rows = errors.length;
  if (cluster.length !== rows)
    throw new Error(`There are ${cluster.length} clusters for ${rows} rows.`);
  const numbers = new Map<number, number>();
  const index = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const known = numbers.get(cluster[i]!);
    index[i] = known ?? numbers.size;
    if (known === undefined) numbers.set(cluster[i]!, numbers.size);
  }
  const clusters = numbers.size;
  if (clusters < 2) throw new Error("Cluster-robust errors need at least two clusters.");
  const sums = basis.map((column) => {
    const own = new Float64Array(clusters);
    for (let i = 0; i < rows; i++) own[index[i]!]! += column[i]! * errors[i]!;
    return own;
  });
  const factor = (clusters / (clusters - 1)) * ((rows - 1) / (rows - K));
  const meat = new Float64Array(K * K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) meat[r * K + c] = factor * dot(sums[r]!, sums[c]!);
  }
  return { meat, clusters };
}

/** inverse * meat * inverse'. */
function sandwich(inverse: Float64Array, meat: Float64Array, K: number): Float64Array {
  const half = new Float64Array(K * K);
  const whole = new Float64Array(K * K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) {
      for (let k = r; k < K; k++) half[r * K + c]! += inverse[r * K + k]! * meat[k * K + c]!;
    }
  }
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) {
      for (let k = c; k < K; k++) whole[r * K + c]! += half[r * K + k]! * inverse[c * K + k]!;
    }
  }
  return whole;
}

/** Inverse of an upper triangle, by back substitution. */
function inverseTriangle(triangle: Float64Array, K: number): Float64Array {
  const inverse = new Float64Array(K * K);
  for (let c = 0; c < K; c++) {
    inverse[c * K + c] = 1 / triangle[c * K + c]!;
    for (let r = c - 1; r >= 0; r--) {
      let sum = 0;
      for (let k = r + 1; k <= c; k++) sum += triangle[r * K + k]! * inverse[k * K + c]!;
      inverse[r * K + c] = -sum / triangle[r * K + r]!;
    }
  }
  return inverse;
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
