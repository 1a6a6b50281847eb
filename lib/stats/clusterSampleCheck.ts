/**
 * Does a sample of whole clusters (users with all their ratings) look like the population it was drawn from?
 *
 * Rows of one user are alike, so an ordinary chi-square test of rows would reject far too often. Here the shares are
 * ratio estimators over clusters, and since the whole population is at hand, their design variance is computed from it:
 *
 *   p_k = sum_s y_uk / sum_s n_u,   P_k = sum_U y_uk / sum_U n_u,   d_uk = y_uk - P_k n_u
 *   Cov(p_j, p_k) = (1 - m/M) / (m Nbar^2) * sum_U d_uj d_uk / (M - 1)
 *
 * with M clusters in the population U, m in the sample s, and Nbar rows a cluster. The joint statistic
 * (p - P)' Cov^+ (p - P), with the generalised inverse because shares add up to 1, is compared with chi-square of
 * rank(Cov) degrees of freedom: K - 1, or fewer where the clusters are few or leave a category out.
 * It treats the sample as m clusters drawn at random without replacement.
 * Source: Cochran 1977, Sampling Techniques, sections 3.12 and 6.3 (ratio estimators, cluster samples).
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { chisquare, normal } from "./distributions";

export interface ClusterCounts {
  /** Rows of cluster u in category k at index u * categories + k. */
  readonly counts: Float64Array;
  readonly categories: number;
  /** 1 for a sampled cluster, else 0; one element a cluster. */
  readonly sampled: Uint8Array;
}

export interface ShareCheck {
  readonly populationShare: number;
  readonly sampleShare: number;
  readonly difference: number;
  /** Of the difference, from the design; 0 when the sample is the population. */
  readonly standardError: number;
  /** Difference in standard errors; null when the standard error is 0. */
  readonly z: number | null;
  /** Two-sided, from the normal distribution. */
  readonly pValue: number | null;
}

export interface ClusterSampleCheck {
  readonly clusters: number;
  readonly sampledClusters: number;
  readonly shares: readonly ShareCheck[];
  /**
   * Variance of the shares over what independent rows would give, averaged over the categories with weights 1 - P_k;
   * null when the sample is the population or one category has all rows.
   */
  readonly designEffect: number | null;
  /** Chi-square over all categories at once; null when no sample of this size could differ from the population. */
  readonly joint: { statistic: number; degreesOfFreedom: number; pValue: number } | null;
}

/**
 * Compares the shares of the categories in the sampled clusters with those in all clusters.
 * @throws RangeError when a length does not fit, or when no cluster or no row is sampled
 */
export function clusterSampleCheck(data: ClusterCounts): ClusterSampleCheck {
  const { counts, categories, sampled } = data;
  const clusters = sampled.length;
  if (counts.length !== clusters * categories) {
    throw new RangeError(
      `counts has ${counts.length} elements; ${clusters} clusters of ${categories} categories need ${clusters * categories}.`,
    );
  }
  const population = totals(data, () => true);
  const sample = totals(data, (u) => sampled[u] === 1);
  if (sample.rows === 0) throw new RangeError("The sample has no rows; nothing can be compared.");
  const covariance = designCovariance(data, population, sample.clusters);
  const shares = population.shares.map((populationShare, k) =>
    shareCheck(populationShare, sample.shares[k]!, covariance.get(k, k)),
  );
  return {
    clusters,
    sampledClusters: sample.clusters,
    shares,
    designEffect: designEffect(shares, sample.rows, sample.clusters / clusters),
    joint: jointTest(shares, covariance),
  };
}

interface Totals {
  readonly clusters: number;
  readonly rows: number;
  readonly shares: readonly number[];
}

function totals(data: ClusterCounts, isIn: (cluster: number) => boolean): Totals {
  const sums = new Float64Array(data.categories);
  let clusters = 0;
  for (let u = 0; u < data.sampled.length; u++) {
    if (!isIn(u)) continue;
    clusters++;
    for (let k = 0; k < data.categories; k++) sums[k]! += data.counts[u * data.categories + k]!;
  }
  const rows = sums.reduce((sum, value) => sum + value, 0);
  return { clusters, rows, shares: Array.from(sums, (sum) => sum / rows) };
}

function designCovariance(
  data: ClusterCounts,
  population: Totals,
  sampledClusters: number,
): Matrix {
  const { counts, categories } = data;
  const products = Matrix.zeros(categories, categories);
  const residual = new Float64Array(categories);
  for (let u = 0; u < population.clusters; u++) {
    const row = counts.subarray(u * categories, (u + 1) * categories);
    const size = row.reduce((sum, value) => sum + value, 0);
    for (let k = 0; k < categories; k++) residual[k] = row[k]! - population.shares[k]! * size;
    for (let j = 0; j < categories; j++) {
      for (let k = 0; k < categories; k++) {
        products.set(j, k, products.get(j, k) + residual[j]! * residual[k]!);
      }
    }
  }
  const meanSize = population.rows / population.clusters;
  const left = 1 - sampledClusters / population.clusters;
  const scale = left / (sampledClusters * meanSize ** 2 * Math.max(1, population.clusters - 1));
  return products.mul(scale);
}

/** A standard error of a share below this is zero with a rounding error. */
const ROUNDING = 1e-12;

function shareCheck(populationShare: number, sampleShare: number, variance: number): ShareCheck {
  const difference = sampleShare - populationShare;
  const standardError = variance > ROUNDING ** 2 ? Math.sqrt(variance) : 0;
  const z = standardError > 0 ? difference / standardError : null;
  const pValue = z === null ? null : 2 * normal().cdf(-Math.abs(z), 0, 1);
  return { populationShare, sampleShare, difference, standardError, z, pValue };
}

function designEffect(
  shares: readonly ShareCheck[],
  rows: number,
  sampledFraction: number,
): number | null {
  const left = 1 - sampledFraction;
  if (left === 0) return null;
  let weighted = 0;
  let weights = 0;
  for (const { populationShare, standardError } of shares) {
    if (populationShare === 0 || populationShare === 1) continue;
    const independent = (left * populationShare * (1 - populationShare)) / rows;
    weighted += (1 - populationShare) * (standardError ** 2 / independent);
    weights += 1 - populationShare;
  }
  return weights > 0 ? weighted / weights : null;
}

/** Eigenvalues of a correlation matrix below this are zeros with rounding errors. */
const RANK_TOLERANCE = 1e-9;

/** In standard errors, so that rare categories count like frequent ones in the rank: z' Corr^+ z. */
function jointTest(shares: readonly ShareCheck[], covariance: Matrix) {
  const varying = shares.flatMap(({ z }, k) => (z === null ? [] : [k]));
  if (varying.length === 0) return null;
  const scale = varying.map((k) => 1 / shares[k]!.standardError);
  const correlation = covariance
    .selection(varying, varying)
    .mulRowVector(scale)
    .mulColumnVector(scale);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(correlation, {
    assumeSymmetric: true,
  });
  let statistic = 0;
  let degreesOfFreedom = 0;
  realEigenvalues.forEach((eigenvalue, i) => {
    if (eigenvalue < RANK_TOLERANCE * varying.length) return;
    const along = varying.reduce(
      (sum, k, row) => sum + eigenvectorMatrix.get(row, i) * shares[k]!.z!,
      0,
    );
    statistic += along ** 2 / eigenvalue;
    degreesOfFreedom++;
  });
  return { statistic, degreesOfFreedom, pValue: 1 - chisquare().cdf(statistic, degreesOfFreedom) };
}
