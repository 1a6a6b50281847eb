/** Covariances of regression coefficients that do not take the model's variance at its word. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { numbered } from "./numbered";

/**
 * `cluster` is CR1, the one statsmodels and Stata compute; `CR2` is Bell and McCaffrey's, with less bias for few clusters.
 */
export type CovarianceType = "classical" | "HC0" | "HC1" | "HC2" | "HC3" | "cluster" | "CR2";

export const COVARIANCE_TYPES: readonly CovarianceType[] = [
  "classical",
  "HC0",
  "HC1",
  "HC2",
  "HC3",
  "cluster",
  "CR2",
];

/**
 * A fit in which rows and columns are scaled so that the working model has independent errors of equal variance and
 * X'X = I: q_i = R^-T x_i sqrt(w_i), with R'R = X'WX.
 */
export interface ScaledFit {
  /** Its K columns. */
  readonly basis: readonly Float64Array[];
  /** Residual of each row times sqrt(w_i). */
  readonly errors: Float64Array;
  /** What takes the scaled coefficients back to their own units: R^-1, an upper triangle, K x K. */
  readonly inverse: Float64Array;
  /** Cluster of each row. */
  readonly cluster?: ArrayLike<number>;
}

export interface SandwichCovariance {
  /** K x K, row by row. */
  readonly covariance: Float64Array;
  /** Number of clusters, or null where none were used. */
  readonly clusters: number | null;
  /** Satterthwaite's degrees of freedom of each coefficient: for CR2, else null. */
  readonly satterthwaite: Float64Array | null;
}

/**
 * R^-1 M R^-T, with M for leverages h_i = |q_i|^2, errors e_i and, for cluster g with rows Q_g, H_gg = Q_g Q_g':
 *
 *     HC0         sum e_i^2 q_i q_i'                     HC1   the same times N / (N - K)
 *     HC2         e_i^2 / (1 - h_i) for e_i^2            HC3   e_i^2 / (1 - h_i)^2
 *     cluster     G / (G - 1) * (N - 1) / (N - K) * sum over g of (Q_g'e_g)(Q_g'e_g)'
 *     CR2         sum over g of (Q_g' A_g e_g)(Q_g' A_g e_g)',   A_g = (I - H_gg)^(-1/2)
 *
 * A row, or a direction within a cluster, of leverage 1 is fitted exactly and adds nothing. CR2 is unbiased where the
 * working model holds: independent rows of variance proportional to 1 / w. With a cluster for each row it is HC2. Its degrees
 * of freedom are those of the chi-square with the first two moments that the variance has under the same model:
 * (tr V)^2 / tr V^2, V the matrix of the quadratic form in the errors.
 * Sources: MacKinnon and White 1985, doi:10.1016/0304-4076(85)90158-7; Cameron and Miller 2015, doi:10.3368/jhr.50.2.317;
 * Bell and McCaffrey 2002, *Survey Methodology* 28(2), 169-181; Pustejovsky and Tipton 2018,
 * doi:10.1080/07350015.2016.1247004, equations 8 and 11.
 * Cost: N K^2; CR2 also G K^3.
 * @throws Error for clusters of another length or fewer than two
 */
export function sandwichCovariance(
  type: Exclude<CovarianceType, "classical">,
  fit: ScaledFit,
): SandwichCovariance {
  const { basis, errors, inverse, cluster } = fit;
  if (type === "cluster" || type === "CR2") {
    if (!cluster) throw new Error("Cluster-robust errors need clusters.");
    const groups = numberedClusters(cluster, errors.length);
    return type === "CR2"
      ? reducedBias(fit, groups)
      : {
          covariance: sandwich(inverse, clusterMeat(basis, errors, groups), basis.length),
          clusters: groups.clusters,
          satterthwaite: null,
        };
  }
  const meat = rowMeat(basis, errors, type);
  return {
    covariance: sandwich(inverse, meat, basis.length),
    clusters: null,
    satterthwaite: null,
  };
}

/** inverse * meat * inverse', for an upper triangle and a symmetric matrix. */
export function sandwich(inverse: Float64Array, meat: Float64Array, K: number): Float64Array {
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

/** Roots of the diagonal. */
export function standardErrorsOf(covariance: Float64Array, K: number): Float64Array {
  return Float64Array.from({ length: K }, (_, k) => Math.sqrt(Math.max(0, covariance[k * K + k]!)));
}

/** Sum of products. Four sums side by side: a processor adds to one while it waits for another. */
export function dot(a: Float64Array, b: Float64Array): number {
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
      factor[i] = left[i]! < EXACT ? 0 : 1 / (type === "HC2" ? left[i]! : left[i]! ** 2);
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

/** What is left of a leverage below 1 by less than this is rounding. */
const EXACT = 1e-12;

interface NumberedClusters {
  /** Number of each row's cluster, 0 ... clusters - 1, in order of first rows. */
  readonly index: Int32Array;
  readonly clusters: number;
}

function numberedClusters(cluster: ArrayLike<number>, rows: number): NumberedClusters {
  if (cluster.length !== rows)
    throw new Error(`There are ${cluster.length} clusters for ${rows} rows.`);
  const { index, count: clusters } = numbered(cluster);
  if (clusters < 2) throw new Error("Cluster-robust errors need at least two clusters.");
  return { index, clusters };
}

function clusterMeat(
  basis: readonly Float64Array[],
  errors: Float64Array,
  { index, clusters }: NumberedClusters,
): Float64Array {
  const K = basis.length;
  const rows = errors.length;
  const sums = clusterSums(basis, errors, { index, clusters });
  const factor = (clusters / (clusters - 1)) * ((rows - 1) / (rows - K));
  const meat = new Float64Array(K * K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) meat[r * K + c] = factor * dot(sums[r]!, sums[c]!);
  }
  return meat;
}

/** Q_g'e_g of each cluster: for each basis column one sum a cluster. */
function clusterSums(
  basis: readonly Float64Array[],
  errors: Float64Array,
  { index, clusters }: NumberedClusters,
): Float64Array[] {
  return basis.map((column) => {
    const own = new Float64Array(clusters);
    for (let i = 0; i < errors.length; i++) own[index[i]!]! += column[i]! * errors[i]!;
    return own;
  });
}

/**
 * CR2. With Q_g'Q_g = U diag(s) U', Q_g' A_g e_g = U diag((1 - s)^(-1/2)) U' Q_g'e_g: no matrix is larger than K x K.
 * For a coefficient m'Q'y the quadratic form has the matrix diag(d_g) - T T', d_g = m' U diag(s / (1 - s)) U' m and
 * row g of T being U diag(s / sqrt(1 - s)) U' m.
 */
function reducedBias(
  { basis, errors, inverse }: ScaledFit,
  numbered: NumberedClusters,
): SandwichCovariance {
  const K = basis.length;
  const { clusters } = numbered;
  const sums = clusterSums(basis, errors, numbered);
  const grams = clusterGrams(basis, numbered);
  const meat = new Float64Array(K * K);
  // Of each coefficient: tr V, sum d_g^2 - 2 d_g |t_g|^2, and T'T.
  const trace = new Float64Array(K);
  const squares = new Float64Array(K);
  const inner = Array.from({ length: K }, () => new Float64Array(K * K));
  for (let g = 0; g < clusters; g++) {
    const { values, vectors } = eigen(grams, g, K);
    const left = values.map((s) => (1 - s < EXACT ? 0 : 1 / (1 - s)));
    const score = Float64Array.from({ length: K }, (_, k) => sums[k]![g]!);
    const corrected = times(
      vectors,
      left.map((value) => Math.sqrt(value)),
      score,
    );
    for (let r = 0; r < K; r++) {
      for (let c = 0; c < K; c++) meat[r * K + c]! += corrected[r]! * corrected[c]!;
    }
    const root = left.map((value, k) => values[k]! * Math.sqrt(value));
    const whole = left.map((value, k) => values[k]! * value);
    for (let k = 0; k < K; k++) {
      const m = inverse.subarray(k * K, (k + 1) * K);
      const d = dot(m, times(vectors, whole, m));
      const t = times(vectors, root, m);
      const length = dot(t, t);
      trace[k]! += d - length;
      squares[k]! += d * (d - 2 * length);
      const own = inner[k]!;
      for (let r = 0; r < K; r++) {
        for (let c = 0; c < K; c++) own[r * K + c]! += t[r]! * t[c]!;
      }
    }
  }
  return {
    covariance: sandwich(inverse, meat, K),
    clusters,
    satterthwaite: trace.map((value, k) => {
      const square = squares[k]! + dot(inner[k]!, inner[k]!);
      // Nothing is left to estimate the variance from where every cluster is fitted exactly.
      return square > 0 ? Math.max(value ** 2 / square, 1) : 1;
    }),
  };
}

/** Q_g'Q_g of each cluster, one after the other. */
function clusterGrams(
  basis: readonly Float64Array[],
  { index, clusters }: NumberedClusters,
): Float64Array {
  const K = basis.length;
  const grams = new Float64Array(clusters * K * K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c <= r; c++) {
      const [a, b] = [basis[r]!, basis[c]!];
      for (let i = 0; i < index.length; i++) {
        grams[index[i]! * K * K + r * K + c]! += a[i]! * b[i]!;
      }
    }
  }
  return grams;
}

/** Eigenvalues, between 0 and 1, and eigenvectors as columns, of the matrix whose lower half is there. */
function eigen(grams: Float64Array, g: number, K: number) {
  const gram = new Matrix(K, K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c <= r; c++) {
      const value = grams[g * K * K + r * K + c]!;
      gram.set(r, c, value);
      gram.set(c, r, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const vectors = new Float64Array(K * K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) vectors[r * K + c] = eigenvectorMatrix.get(r, c);
  }
  return {
    values: Float64Array.from(realEigenvalues, (s) => Math.min(1, Math.max(0, s))),
    vectors,
  };
}

/** U diag(factors) U' x. */
function times(vectors: Float64Array, factors: Float64Array, x: Float64Array): Float64Array {
  const K = x.length;
  const product = new Float64Array(K);
  for (let c = 0; c < K; c++) {
    let along = 0;
    for (let r = 0; r < K; r++) along += vectors[r * K + c]! * x[r]!;
    along *= factors[c]!;
    for (let r = 0; r < K; r++) product[r]! += vectors[r * K + c]! * along;
  }
  return product;
}
