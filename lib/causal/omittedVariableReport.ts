/** A regression and how far an omitted variable could move it, with observed covariates as the yardstick. */
import { type LeastSquares, leastSquares } from "../stats/leastSquares";
import type { Estimate } from "./estimate";
import {
  adjustedEffect,
  benchmarkBound,
  type ConfounderStrength,
  criticalT,
  extremeRobustnessValue,
  partialR2,
  type RegressionEffect,
  robustnessValue,
} from "./omittedVariable";

export interface OmittedVariableData {
  readonly outcome: ArrayLike<number>;
  /** Binary or not. */
  readonly treatment: ArrayLike<number>;
  /** Covariates by name, each as long as the outcome. An intercept is added. */
  readonly covariates: Readonly<Record<string, ArrayLike<number>>>;
  /** Weights > 0 of the squared errors. Default 1 each. Partial R2 are then those of the weighted regression. */
  readonly weights?: ArrayLike<number>;
  /** Cluster of each row. Then standard errors are clustered; see `inflation` of `RegressionEffect`. */
  readonly cluster?: ArrayLike<number>;
}

export interface OmittedVariableOptions {
  /** Covariates that serve as yardsticks, or groups of them by a name: `{ weekday: ["Monday", "Tuesday"] }`. */
  readonly benchmarks?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** How many times as strong as these the confounder is, with treatment and outcome alike. Default 1, 2, 3. */
  readonly multiples?: readonly number[];
  /** Share of the estimate to be explained away. Default 1. */
  readonly q?: number;
  /** Confidence level; alpha of the robustness value is 1 - level. Default 0.95. */
  readonly level?: number;
  readonly estimand?: string;
  /** Rows left out before. Default 0. */
  readonly dropped?: number;
}

export type BenchmarkRow = {
  readonly benchmark: string;
  readonly multiple: number;
  /** Partial R2 of the covariate itself with treatment and outcome. */
  readonly covariate_treatment_r2: number;
  readonly covariate_outcome_r2: number;
  /** The bound on a confounder so many times as strong; null where there is none. */
  readonly treatment_r2: number | null;
  readonly outcome_r2: number | null;
  readonly adjusted_estimate: number | null;
  readonly adjusted_standard_error: number | null;
  readonly adjusted_t: number | null;
  readonly adjusted_lower: number | null;
  readonly adjusted_upper: number | null;
};

export interface OmittedVariableReport {
  readonly estimate: Estimate;
  /** For `adjustedEffect`, `confounderGrid`, `extremeScenario`. */
  readonly effect: RegressionEffect;
  readonly partialR2: number;
  /** Robustness value of the estimate, and of its significance. */
  readonly robustnessValue: number;
  readonly robustnessValueAlpha: number;
  readonly extremeRobustnessValue: number;
  readonly q: number;
  readonly alpha: number;
  readonly benchmarks: readonly BenchmarkRow[];
}

/**
 * The regression of the outcome on treatment and covariates, its robustness values, and what confounders would do to it that
 * are some times as strong as observed covariates.
 * Source: Cinelli and Hazlett 2020, doi:10.1111/rssb.12348; same numbers as R's sensemakr without clusters.
 * Missing values are an error: leave such rows out before.
 * @throws Error as `leastSquares`, for a benchmark that is no covariate, and for a covariate called `treatment`
 */
export function omittedVariable(
  data: OmittedVariableData,
  options: OmittedVariableOptions = {},
): OmittedVariableReport {
  const { q = 1, level = 0.95, multiples = [1, 2, 3] } = options;
  if ("treatment" in data.covariates) {
    throw new Error("A covariate is called treatment, as the treatment is. Give it another name.");
  }
  const columns = { treatment: data.treatment, ...data.covariates };
  const classical = fitted(data, data.outcome, columns);
  const place = classical.names.indexOf("treatment");
  const [value, standardError] = [classical.coefficients[place]!, classical.standardErrors[place]!];
  const { clusters, inflation, warnings } = clustered(data, columns, standardError);
  const effect: RegressionEffect = {
    estimate: value,
    standardError,
    degreesOfFreedom: classical.degreesOfFreedom,
    inflation,
    clusters,
  };
  const ownError = inflation * standardError;
  const df = clusters === null ? classical.degreesOfFreedom : clusters - 1;
  const reach = criticalT(1 - level, df) * ownError;
  const errors = data.cluster ? "clustered" : "classical";
  const alpha = 1 - level;
  return {
    estimate: {
      estimand: options.estimand ?? "coefficient of the treatment",
      value,
      standardError: ownError,
      lower: value - reach,
      upper: value + reach,
      level,
      method: `least squares on ${Object.keys(data.covariates).length} covariates; ${errors} standard error, t interval`,
      n: classical.rows,
      dropped: options.dropped ?? 0,
      clusters: clusters ?? classical.rows,
      warnings,
    },
    effect,
    partialR2: partialR2(effect),
    robustnessValue: robustnessValue(effect, { q }),
    robustnessValueAlpha: robustnessValue(effect, { q, alpha }),
    extremeRobustnessValue: extremeRobustnessValue(effect, { q }),
    q,
    alpha,
    benchmarks: Object.entries(groupsOf(options, data)).flatMap(([benchmark, group]) => {
      const strength = covariateStrength(data, group);
      return multiples.map((multiple) =>
        benchmarkRow(effect, { benchmark, multiple }, strength, level),
      );
    }),
  };
}

/**
 * Partial R2 of a covariate, or of several together, with the treatment given the other covariates, and with the outcome
 * given treatment and the others: 1 - (sum of squared residuals with them) / (the same without them).
 */
export function covariateStrength(
  data: OmittedVariableData,
  group: readonly string[],
): ConfounderStrength {
  const others = Object.fromEntries(
    Object.entries(data.covariates).filter(([name]) => !group.includes(name)),
  );
  const { treatment } = data;
  const share = (
    y: ArrayLike<number>,
    more: Readonly<Record<string, ArrayLike<number>>>,
  ): number => {
    const all = squares(fitted(data, y, { ...more, ...data.covariates }));
    return Math.max(0, 1 - all / squares(fitted(data, y, { ...more, ...others })));
  };
  return { treatment: share(treatment, {}), outcome: share(data.outcome, { treatment }) };
}

function fitted(
  { weights }: OmittedVariableData,
  outcome: ArrayLike<number>,
  columns: Readonly<Record<string, ArrayLike<number>>>,
): LeastSquares {
  return leastSquares({ outcome, columns, weights }, { covariance: "classical" });
}

function squares({ residualVariance, degreesOfFreedom }: LeastSquares): number {
  return residualVariance * degreesOfFreedom;
}

function clustered(
  { outcome, weights, cluster }: OmittedVariableData,
  columns: Readonly<Record<string, ArrayLike<number>>>,
  classicalError: number,
): { clusters: number | null; inflation: number; warnings: string[] } {
  if (!cluster) return { clusters: null, inflation: 1, warnings: [] };
  const robust = leastSquares({ outcome, columns, weights, cluster });
  const own = robust.standardErrors[robust.names.indexOf("treatment")]!;
  const inflation = own / classicalError;
  const note = `the clustered standard error is ${inflation.toPrecision(3)} times the classical one; with a confounder it is taken to be as many times`;
  return { clusters: robust.clusters, inflation, warnings: [note] };
}

function groupsOf(
  { benchmarks = [] }: OmittedVariableOptions,
  { covariates }: OmittedVariableData,
): Readonly<Record<string, readonly string[]>> {
  const isList = (given: typeof benchmarks): given is readonly string[] => Array.isArray(given);
  const groups = isList(benchmarks)
    ? Object.fromEntries(benchmarks.map((name) => [name, [name]]))
    : benchmarks;
  for (const [group, names] of Object.entries(groups)) {
    if (names.length === 0) throw new Error(`The benchmark ${group} names no covariate.`);
    for (const name of names) {
      if (name in covariates) continue;
      throw new Error(
        `The benchmark ${name} is no covariate. Covariates are ${Object.keys(covariates).join(", ")}.`,
      );
    }
  }
  return groups;
}

function benchmarkRow(
  effect: RegressionEffect,
  { benchmark, multiple }: { benchmark: string; multiple: number },
  covariate: ConfounderStrength,
  level: number,
): BenchmarkRow {
  const bound = benchmarkBound(covariate, { kD: multiple });
  const adjusted = bound && adjustedEffect(effect, bound, { level });
  return {
    benchmark,
    multiple,
    covariate_treatment_r2: covariate.treatment,
    covariate_outcome_r2: covariate.outcome,
    treatment_r2: bound ? bound.treatment : null,
    outcome_r2: bound ? bound.outcome : null,
    adjusted_estimate: adjusted ? adjusted.estimate : null,
    adjusted_standard_error: adjusted ? adjusted.standardError : null,
    adjusted_t: adjusted ? adjusted.t : null,
    adjusted_lower: adjusted ? adjusted.lower : null,
    adjusted_upper: adjusted ? adjusted.upper : null,
  };
}
