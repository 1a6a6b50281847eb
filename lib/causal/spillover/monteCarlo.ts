/** Bias, variance and coverage of every estimator of the course, over seeded replications in worker threads. */
import { join } from "node:path";
import type { Row } from "../../loaders/rows";
import { parallelMap } from "../../stats/parallel";
import { finite } from "../panelColumns";
import type { Runner } from "./designStudy";
import { STUDIED_ESTIMATORS, STUDIED_NAMES, type StudiedName } from "./monteCarloEstimators";
import type { MonteCarloShared } from "./monteCarloReplication";
import type { Slates } from "./slates";

export interface MonteCarloOptions {
  readonly seed: number;
  /** Default 1,000. */
  readonly replications?: number;
  /** Default `parallelMap`: one thread a core, no progress bar. */
  readonly run?: Runner;
}

/** One estimator over all replications. */
export interface CoverageRow extends Row {
  readonly estimand: string;
  readonly estimator: string;
  /** What the interval promises, see `Promise95`: `nominal`, `conservative` or `none`. */
  readonly promise: string;
  /** Mean over replications; the truth changes a little with the focal items. */
  readonly truth: number | null;
  readonly bias: number | null;
  /** Monte-Carlo standard error of the bias. */
  readonly bias_error: number | null;
  /** Standard deviation of estimate - truth. */
  readonly standard_deviation: number | null;
  readonly mean_standard_error: number | null;
  /** Mean standard error / standard deviation: 1 when the standard error is right. */
  readonly error_ratio: number | null;
  /** Share of 95 % intervals that hold the truth, and its Monte-Carlo standard error. */
  readonly coverage: number | null;
  readonly coverage_error: number | null;
  /** Coverage -/+ 1.96 of its Monte-Carlo standard errors, within 0 and 1. */
  readonly coverage_low: number | null;
  readonly coverage_high: number | null;
  /** Whether coverage keeps the promise: 93 % to 97 % if nominal, from 93 % on if conservative; null without one. */
  readonly keeps_promise: boolean | null;
  /** Replications with an interval; the others are left out of everything above. Without any, all numbers are null. */
  readonly replications: number;
}

/**
 * Redraws focal items, coins and clicks (slates stay), and holds every estimate against the truth of its replication.
 * Replication r has the same result whatever the number of threads.
 * @throws Error for fewer than 2 replications, or slates too few or too short for the course's experiment or the two-stage one
 */
export async function monteCarlo(
  slates: Slates,
  options: MonteCarloOptions,
): Promise<CoverageRow[]> {
  const { seed, replications = 1000, run = parallelMap } = options;
  if (!(Number.isInteger(replications) && replications >= 2)) {
    throw new Error(`A Monte-Carlo study has 2 replications or more, not ${replications}.`);
  }
  const shared: MonteCarloShared = { slates, seed };
  const results = await run<number, Float64Array>({
    module: join(__dirname, "monteCarloReplication"),
    name: "monteCarloReplication",
    tasks: Array.from({ length: replications }, (_, r) => r),
    shared,
  });
  return STUDIED_NAMES.map((name, k) =>
    coverageRow(
      name,
      results.map((values) => values.subarray(5 * k, 5 * k + 5)),
    ),
  );
}

function coverageRow(name: StudiedName, results: readonly Float64Array[]): CoverageRow {
  const { estimand, estimator, promise } = STUDIED_ESTIMATORS[name];
  const known = results.filter(hasInterval);
  const n = known.length;
  const mean = (of: (values: Float64Array) => number) =>
    known.reduce((sum, values) => sum + of(values), 0) / n;
  const error = ([truth, value]: Float64Array) => value! - truth!;
  const bias = mean(error);
  const deviation = Math.sqrt((mean((values) => (error(values) - bias) ** 2) * n) / (n - 1));
  const standardError = mean(([, , se]) => se!);
  const coverage = mean(([truth, , , lower, upper]) =>
    lower! <= truth! && truth! <= upper! ? 1 : 0,
  );
  const coverageError = Math.sqrt((coverage * (1 - coverage)) / n);
  return {
    estimand,
    estimator,
    promise,
    truth: finite(mean(([truth]) => truth!)),
    bias: finite(bias),
    bias_error: finite(deviation / Math.sqrt(n)),
    standard_deviation: finite(deviation),
    mean_standard_error: finite(standardError),
    error_ratio: finite(standardError / deviation),
    coverage: finite(coverage),
    coverage_error: finite(coverageError),
    coverage_low: finite(Math.max(0, coverage - 1.96 * coverageError)),
    coverage_high: finite(Math.min(1, coverage + 1.96 * coverageError)),
    keeps_promise:
      promise === "none" || n === 0
        ? null
        : coverage >= 0.93 && (promise === "conservative" || coverage <= 0.97),
    replications: n,
  };
}

/** A randomization interval has no standard error. */
function hasInterval([truth, value, , lower, upper]: Float64Array): boolean {
  return [truth, value, lower, upper].every(Number.isFinite);
}
