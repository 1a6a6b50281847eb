/** The mean of one number a row, with a standard error that knows clusters: how doubly robust scores become estimates. */
import { sumOver } from "../stats/compensatedSum";
import { normal } from "../stats/distributions";
import type { Estimate } from "./estimate";
import { finite } from "./panelColumns";

export interface ScoreMeanOptions {
  readonly estimand: string;
  /** How the scores came about; how the standard error did is added. */
  readonly method: string;
  /** Cluster of each row. Default: rows are independent. */
  readonly cluster?: ArrayLike<number>;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** Rows left out before. Default 0. */
  readonly dropped?: number;
  readonly warnings?: readonly string[];
}

/**
 * Mean and standard error of scores, with a normal interval:
 *
 *     independent rows   SE = sd / sqrt(n), sd with n - 1
 *     clusters           SE = sqrt(G / (G - 1) * sum over clusters of (sum of (score - mean))^2) / n
 *
 * the first being the second with each row its own cluster. Without a second row (cluster) the standard error is null.
 * Scores that are all 0 have the mean 0 and the standard error 0.
 */
export function scoreMean(scores: ArrayLike<number>, options: ScoreMeanOptions): Estimate {
  const { estimand, method, cluster, level = 0.95, dropped = 0, warnings = [] } = options;
  checkLevel(level);
  const n = scores.length;
  if (cluster && cluster.length !== n) {
    throw new Error(`There are ${cluster.length} clusters for ${n} rows.`);
  }
  const value = sumOver(n, (i) => scores[i]!) / n;
  const sums = deviations(scores, value, cluster);
  const groups = sums.length;
  const squares = sumOver(groups, (g) => sums[g]! ** 2);
  const standardError = Math.sqrt((groups / (groups - 1)) * squares) / n;
  const reach = normal().quantile((1 + level) / 2, 0, 1) * standardError;
  const few = cluster && groups < FEW_CLUSTERS;
  return {
    estimand,
    value: finite(value),
    standardError: finite(standardError),
    lower: finite(value - reach),
    upper: finite(value + reach),
    level,
    method: `${method}; ${cluster ? "clustered standard error" : "standard error of independent rows"}, normal interval`,
    n,
    dropped,
    clusters: groups,
    warnings: few
      ? [...warnings, `only ${groups} clusters: the interval is probably too short`]
      : warnings,
  };
}

/** @throws Error for a confidence level outside (0, 1) */
export function checkLevel(level: number): void {
  if (level > 0 && level < 1) return;
  throw new Error(`The confidence level lies between 0 and 1, unlike ${level}.`);
}

/** Cameron and Miller 2015, doi:10.3368/jhr.50.2.317, section VI. */
const FEW_CLUSTERS = 40;

/** Sums of deviations from the mean, one a cluster. */
function deviations(
  scores: ArrayLike<number>,
  mean: number,
  cluster: ArrayLike<number> | undefined,
): number[] {
  if (!cluster) return Array.from(scores, (score) => score - mean);
  const sums = new Map<number, number>();
  for (let i = 0; i < scores.length; i++) {
    sums.set(cluster[i]!, (sums.get(cluster[i]!) ?? 0) + scores[i]! - mean);
  }
  return [...sums.values()];
}
