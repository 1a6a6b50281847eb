/** Difference of weighted means, adjusted if wanted, with a standard error that knows clusters; the weights count as known. */

import type { Row } from "../loaders/rows";
import { sumOver } from "../stats/compensatedSum";
import { leastSquares } from "../stats/leastSquares";
import { twoSidedP, twoSidedQuantile } from "../stats/referenceDistribution";
import type { Estimate } from "./estimate";
import { effectiveSampleSize, weightedMean } from "./weightedMoments";

export interface WeightedDifferenceInput {
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** Cluster of each row, such as the user. */
  readonly cluster: ArrayLike<number>;
  /** Above 0. Default 1 each. */
  readonly weights?: ArrayLike<number>;
  /** Further regressors by name, known before the treatment. Default none. */
  readonly covariates?: Readonly<Record<string, ArrayLike<number>>>;
}

export interface WeightedDifferenceOptions {
  readonly estimand?: string;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** `t` with clusters - 1 degrees of freedom, or `normal` (default). */
  readonly reference?: "normal" | "t";
}

export interface WeightedDifference extends Estimate {
  readonly value: number;
  readonly treatedMean: number;
  readonly controlMean: number;
  /** The difference as a share of the control mean; null where that is 0. */
  readonly lift: number | null;
  readonly pValue: number;
  /** Share of the weighted variance of the outcome that the regression explains; null where there is none to explain. */
  readonly rSquared: number | null;
  readonly effectiveSampleSize: number;
}

/**
 * Weighted mean of the treated minus that of the control rows: the coefficient of the treatment in a weighted regression of
 * the outcome on it (and on covariates, if any), with the cluster-robust variance of `leastSquares`. With weights that make
 * the arms alike this is the marginal structural model E[Y(a)] = b0 + b1 a for one treatment; covariates then only take
 * variance away. Means of the arms are weighted and not adjusted.
 *
 * The standard error takes the weights as known, which for estimated stabilized weights makes it too large on average; a
 * bootstrap over clusters that estimates them anew does not.
 * Source: Robins, Hernan and Brumback 2000, doi:10.1097/00001648-200009000-00011.
 * @throws Error for a treatment other than 0 and 1, one arm only, or as `leastSquares`
 */
export function weightedDifference(
  { treatment, outcome, cluster, weights, covariates = {} }: WeightedDifferenceInput,
  options: WeightedDifferenceOptions = {},
): WeightedDifference {
  const {
    level = 0.95,
    reference = "normal",
    estimand = "difference in weighted means, treated minus control",
  } = options;
  const [control, treated] = armsOf(treatment, outcome.length);
  const given = { cluster, ...(weights && { weights }) };
  const fitted = leastSquares({ outcome, columns: { treatment, ...covariates }, ...given });
  const meanOf = (rows: readonly number[]) =>
    weightedMean(
      rows.map((i) => outcome[i]!),
      weights && rows.map((i) => weights[i]!),
    );
  const controlMean = meanOf(control);
  const place = fitted.names.indexOf("treatment");
  const [value, standardError] = [fitted.coefficients[place]!, fitted.standardErrors[place]!];
  const degrees = reference === "t" ? fitted.clusters! - 1 : undefined;
  const reach = twoSidedQuantile(level, degrees) * standardError;
  const adjusted = Object.keys(covariates).length > 0 ? ", adjusted" : "";
  return {
    estimand,
    value,
    standardError,
    lower: value - reach,
    upper: value + reach,
    level,
    method: `${weights ? "weighted " : ""}least squares on the treatment${adjusted}, cluster-robust, ${reference}`,
    n: outcome.length,
    dropped: 0,
    clusters: fitted.clusters!,
    warnings: [],
    treatedMean: meanOf(treated),
    controlMean,
    lift: controlMean === 0 ? null : value / controlMean,
    pValue: twoSidedP(value / standardError, degrees),
    rSquared: explained(outcome, fitted.residuals, weights),
    effectiveSampleSize: weights ? effectiveSampleSize(weights) : outcome.length,
  };
}

/** Rows of control and treated. */
function armsOf(treatment: ArrayLike<number>, rows: number): [number[], number[]] {
  const arms: [number[], number[]] = [[], []];
  for (let i = 0; i < rows; i++) {
    const arm = treatment[i];
    if (arm !== 0 && arm !== 1) {
      throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${arm}.`);
    }
    arms[arm].push(i);
  }
  if (arms[0].length > 0 && arms[1].length > 0) return arms;
  throw new Error("A difference needs treated and control rows; one arm is empty.");
}

function explained(
  outcome: ArrayLike<number>,
  residuals: Float64Array,
  weights: ArrayLike<number> | undefined,
): number | null {
  const mean = weightedMean(outcome, weights);
  const weight = (i: number) => weights?.[i] ?? 1;
  const total = sumOver(outcome.length, (i) => weight(i) * (outcome[i]! - mean) ** 2);
  const left = sumOver(outcome.length, (i) => weight(i) * residuals[i]! ** 2);
  return total > 0 ? 1 - left / total : null;
}

/**
 * Differences by name as a table: the name in `column`, control_mean, estimate, relative_lift, cluster_se, ci_low, ci_high,
 * p_value, r_squared, effective_sample_size, n, clusters, method.
 */
export function weightedDifferenceRows(
  differences: Readonly<Record<string, WeightedDifference>>,
  column = "model",
): Row[] {
  return Object.entries(differences).map(([name, one]) => ({
    [column]: name,
    control_mean: one.controlMean,
    estimate: one.value,
    relative_lift: one.lift,
    cluster_se: one.standardError,
    ci_low: one.lower,
    ci_high: one.upper,
    p_value: one.pValue,
    r_squared: one.rSquared,
    effective_sample_size: one.effectiveSampleSize,
    n: one.n,
    clusters: one.clusters,
    method: one.method,
  }));
}
