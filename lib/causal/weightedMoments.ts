/** Mean, variance and effective size of weighted observations. Without weights every observation counts once. */

import { sumOver } from "../stats/compensatedSum";

/** sum(w x) / sum(w); NaN without observations. */
export function weightedMean(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const n = values.length;
  if (!weights) return sumOver(n, (i) => values[i]!) / n;
  return sumOver(n, (i) => weights[i]! * values[i]!) / sumOver(n, (i) => weights[i]!);
}

/**
 * sum(w (x - mean)^2) sum(w) / (sum(w)^2 - sum(w^2)): unbiased for weights that tell how much an observation counts, and
 * with equal weights the variance with n - 1. NaN for fewer than two observations with weight.
 * Source: cobalt's weighted variance (Greifer, `col_w_sd`).
 */
export function weightedVariance(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const n = values.length;
  const mean = weightedMean(values, weights);
  if (!weights) return sumOver(n, (i) => (values[i]! - mean) ** 2) / (n - 1);
  const total = sumOver(n, (i) => weights[i]!);
  const squares = sumOver(n, (i) => weights[i]! ** 2);
  const deviations = sumOver(n, (i) => weights[i]! * (values[i]! - mean) ** 2);
  return (deviations * total) / (total ** 2 - squares);
}

/** Kish's effective sample size sum(w)^2 / sum(w^2): how many equally weighted observations tell as much. */
export function effectiveSampleSize(weights: ArrayLike<number>): number {
  const n = weights.length;
  return sumOver(n, (i) => weights[i]!) ** 2 / sumOver(n, (i) => weights[i]! ** 2);
}
