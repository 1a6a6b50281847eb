/** How weights are spread, and what should be known of them. */
import { effectiveSampleSize, weightedMean } from "../weightedMoments";

/** Weights of those who are there at the end of a period, or of all periods. */
export interface WeightSummary {
  /** Counted from 1; null for all periods together. */
  readonly period: number | null;
  readonly rows: number;
  /** Near 1 for stabilized weights. */
  readonly mean: number;
  readonly smallest: number;
  readonly largest: number;
  /** sum(w)^2 / sum(w^2). */
  readonly effectiveSampleSize: number;
  /** Weights that truncation changed. */
  readonly truncated: number;
}

/** A summary for each period. @param present  how often each unit and period counts */
export function summaries(
  weights: Float64Array,
  truncated: Uint8Array,
  present: Float64Array,
  periods: number,
): WeightSummary[] {
  const units = weights.length / periods;
  return Array.from({ length: periods }, (_, t) =>
    summaryOf(
      weights,
      truncated,
      present,
      t,
      Array.from({ length: units }, (_, u) => u * periods + t),
    ),
  );
}

/** Of the weights at some places of a table of units and periods. @param period  from 0; null for all */
export function summaryOf(
  weights: Float64Array,
  truncated: Uint8Array,
  present: Float64Array,
  period: number | null,
  all: Iterable<number>,
): WeightSummary {
  const cells = [...all].filter((cell) => present[cell] > 0);
  const own = cells.map((cell) => weights[cell]);
  const counts = cells.map((cell) => present[cell]);
  return {
    period: period === null ? null : period + 1,
    rows: counts.reduce((sum, count) => sum + count, 0),
    mean: cells.length > 0 ? weightedMean(own, counts) : 0,
    smallest: own.reduce((least, w) => Math.min(least, w), own[0] ?? 0),
    largest: own.reduce((most, w) => Math.max(most, w), 0),
    effectiveSampleSize: cells.length > 0 ? effectiveSampleSize(own) : 0,
    truncated: cells.reduce((sum, cell) => sum + truncated[cell], 0),
  };
}

/** A mean this far from 1 tells that a model is wrong, or that few have most of the weight. */
const MEAN_OFF = 0.1;
/** A weight above this counts one unit for that many. */
const LARGE = 50;
const SMALL_SHARE = 0.1;

/** What is wrong with weights: a mean far from 1, huge ones, few effective rows. */
export function weightWarnings(summary: readonly WeightSummary[], isStabilized: boolean): string[] {
  const warnings: string[] = [];
  const where = (period: number | null) =>
    period === null ? "all periods together" : `period ${period}`;
  const list = (periods: readonly WeightSummary[]) =>
    periods[0].period === null
      ? "all periods together"
      : `period ${periods.map(({ period }) => period).join(", ")}`;
  const off = summary.filter(({ mean, rows }) => rows > 0 && Math.abs(mean - 1) > MEAN_OFF);
  if (isStabilized && off.length > 0) {
    const worst = off.reduce((a, b) => (Math.abs(b.mean - 1) > Math.abs(a.mean - 1) ? b : a));
    warnings.push(
      `stabilized weights should have the mean 1, but it is ${worst.mean.toPrecision(3)} in ${where(worst.period)} (off by more than ${MEAN_OFF} in ${list(off)})`,
    );
  }
  const large = summary.filter(({ largest }) => largest > LARGE);
  if (large.length > 0) {
    const most = Math.max(...large.map(({ largest }) => largest));
    warnings.push(
      `weights explode: the largest is ${most.toPrecision(3)} (above ${LARGE} in ${list(large)}); overlap is poor, truncate or take a smaller window`,
    );
  }
  const thin = summary.filter(
    ({ rows, effectiveSampleSize: size }) => rows > 0 && size < SMALL_SHARE * rows,
  );
  if (thin.length > 0) {
    warnings.push(
      `the effective sample size is below ${100 * SMALL_SHARE} % of the rows in ${list(thin)}`,
    );
  }
  return warnings;
}
