/** Bias, variance and coverage of every estimator of the course, over seeded replications in worker threads. */
import { join } from "node:path";
import type { Row } from "../../loaders/rows";
import { parallelMap } from "../../stats/parallel";
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
  /** What the interval promises: `nominal`, `conservative` or `none`. */
  readonly promise: string;
  /** Mean over replications; the truth changes a little with the focal items. */
  readonly truth: number;
  readonly bias: number;
  /** Monte-Carlo standard error of the bias. */
  readonly bias_error: number;
  /** Standard deviation of estimate - truth. */
  readonly standard_deviation: number;
  readonly mean_standard_error: number | null;
  /** Mean standard error / standard deviation: 1 when the standard error is right. */
  readonly error_ratio: number | null;
  /** Share of 95 % intervals that hold the truth, and its Monte-Carlo standard error. */
  readonly coverage: number;
  readonly coverage_error: number;
  /** Coverage -/+ 1.96 of its Monte-Carlo standard errors. */
  readonly coverage_low: number;
  readonly coverage_high: number;
  /** Whether coverage keeps the promise: 93 % to 97 % if nominal, from 93 % on if conservative; null without one. */
  readonly keeps_promise: boolean | null;
  readonly replications: number;
}

/**
 * Redraws focal items, coins and clicks (slates stay), and holds every estimate against the truth of its replication.
 * Replication r has the same result whatever the number of threads.
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
  const known = results.filter((values) => values.every(Number.isFinite) || hasInterval(values));
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
  const hasError = Number.isFinite(standardError);
  return {
    estimand,
    estimator,
    promise,
    truth: mean(([truth]) => truth!),
    bias,
    bias_error: deviation / Math.sqrt(n),
    standard_deviation: deviation,
    mean_standard_error: hasError ? standardError : null,
    error_ratio: hasError ? standardError / deviation : null,
    coverage,
    coverage_error: coverageError,
    coverage_low: coverage - 1.96 * coverageError,
    coverage_high: Math.min(1, coverage + 1.96 * coverageError),
    keeps_promise:
      promise === "none"
        ? null
        : coverage >= 0.93 && (promise === "conservative" || coverage <= 0.97),
    replications: n,
  };
}

/** A randomization interval has no standard error. */
function hasInterval([truth, value, , lower, upper]: Float64Array): boolean {
  return [truth, value, lower, upper].every(Number.isFinite);
}
