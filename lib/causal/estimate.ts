/** What every estimator of the project returns. */
import type { Row } from "../loaders/rows";

export interface Estimate {
  /** What is estimated, in words: `difference in means of next_day_active, treated minus control`. */
  readonly estimand: string;
  readonly value: number | null;
  readonly standardError: number | null;
  /** Bounds of the confidence interval. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Confidence level of the interval, such as 0.95. */
  readonly level: number;
  /** How value and standard error were computed. */
  readonly method: string;
  /** Rows used. */
  readonly n: number;
  /** Rows left out because something they need is missing. */
  readonly dropped: number;
  readonly clusters: number;
  readonly warnings: readonly string[];
}

/** Estimates as rows of a table, in their order. */
export function estimateRows(estimates: readonly Estimate[]): Row[] {
  return estimates.map((estimate) => ({
    estimand: estimate.estimand,
    value: estimate.value,
    standard_error: estimate.standardError,
    lower: estimate.lower,
    upper: estimate.upper,
    level: estimate.level,
    n: estimate.n,
    dropped: estimate.dropped,
    clusters: estimate.clusters,
    method: estimate.method,
    warnings: estimate.warnings.join("; "),
  }));
}
