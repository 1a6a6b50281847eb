/** Whether weights can be trusted: five checks with their bars stated. */
import type { Row } from "../loaders/rows";
import { effectiveSampleSize } from "./weightedMoments";

export interface ReadinessInput {
  /** Probability of treatment of each row. */
  readonly e: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  /** Rows of `weightedBalance`. */
  readonly balance: readonly Row[];
}

export interface ReadinessBars {
  /** Share of probabilities below 0.05 or above 0.95, less than. Default 0.05. */
  readonly extremeShare?: number;
  /** Largest weight, at most. Default 10. */
  readonly largestWeight?: number;
  /** Effective sample size as a share of the rows, at least. Default 0.7. */
  readonly effectiveShare?: number;
}

/**
 * One row a check: check, value, bar, passes. The first asks for overlap, the second and third for weights that many rows
 * carry, the last two that the mean and the largest absolute standardized difference fall. A check that fails is a finding
 * about the data, not an error.
 */
export function weightReadiness(
  { e, weights, balance }: ReadinessInput,
  bars: ReadinessBars = {},
): Row[] {
  const { extremeShare = 0.05, largestWeight = 10, effectiveShare = 0.7 } = bars;
  const extreme = Array.from(e).filter((value) => value < 0.05 || value > 0.95).length / e.length;
  const largest = Array.from(weights).reduce((most, weight) => Math.max(most, weight), 0);
  const share = effectiveSampleSize(weights) / weights.length;
  const known = balance.filter((row) => row.abs_smd !== null && row.abs_weighted_smd !== null);
  const column = (name: string) => known.map((row) => Number(row[name]));
  const [before, after] = [column("abs_smd"), column("abs_weighted_smd")];
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanDrop = mean(before) - mean(after);
  const largestDrop = Math.max(...before) - Math.max(...after);
  const row = (check: string, value: number, bar: string, passes: boolean) => ({
    check,
    value: Number.isFinite(value) ? value : null,
    bar,
    passes,
  });
  return [
    row("share of extreme probabilities", extreme, `< ${extremeShare}`, extreme < extremeShare),
    row("largest weight", largest, `<= ${largestWeight}`, largest <= largestWeight),
    row("effective share of the rows", share, `>= ${effectiveShare}`, share >= effectiveShare),
    row("fall of the mean |SMD|", meanDrop, "> 0", meanDrop > 0),
    row("fall of the largest |SMD|", largestDrop, "> 0", largestDrop > 0),
  ];
}
