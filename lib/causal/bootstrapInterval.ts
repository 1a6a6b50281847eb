/** What bootstrap draws say of the spread of an estimate. */
import { quantile } from "../stats/quantile";

export interface BootstrapInterval {
  readonly mean: number;
  /** Standard deviation of the draws, with n - 1. */
  readonly standardError: number;
  /** Percentiles of the draws. */
  readonly lower: number;
  readonly upper: number;
}

/** Mean, standard deviation (n - 1) and percentiles (linearly interpolated, as numpy's) of two or more draws. */
export function bootstrapInterval(draws: Float64Array, level: number): BootstrapInterval {
  const n = draws.length;
  const mean = draws.reduce((sum, value) => sum + value, 0) / n;
  const squares = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sorted = draws.slice().sort();
  return {
    mean,
    standardError: Math.sqrt(squares / (n - 1)),
    lower: quantile(sorted, (1 - level) / 2),
    upper: quantile(sorted, (1 + level) / 2),
  };
}
