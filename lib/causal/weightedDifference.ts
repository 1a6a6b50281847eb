/** Difference of weighted means with a standard error that knows clusters; the weights count as known. */
import { normal } from "../stats/distributions";
import { leastSquares } from "../stats/leastSquares";
import type { Estimate } from "./estimate";
import { weightedMean } from "./weightedMoments";

export interface WeightedDifferenceInput {
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** Cluster of each row, such as the user. */
  readonly cluster: ArrayLike<number>;
  /** Above 0. Default 1 each. */
  readonly weights?: ArrayLike<number>;
}

export interface WeightedDifferenceOptions {
  readonly estimand?: string;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

export interface WeightedDifference extends Estimate {
  readonly treatedMean: number;
  readonly controlMean: number;
  /** The difference as a share of the control mean; null where that is 0. */
  readonly lift: number | null;
}

/**
 * Weighted mean of the treated minus that of the control rows: the coefficient of the treatment in a weighted regression of
 * the outcome on it, with the cluster-robust variance of `leastSquares` and a normal interval. Estimating the weights is not
 * in the standard error, which makes it too large on average for stabilized weights; a bootstrap over clusters that estimates
 * them anew has it.
 * Source: Robins, Hernan and Brumback 2000, doi:10.1097/00001648-200009000-00011.
 * @throws Error for a treatment other than 0 and 1, one arm only, or a weight that is not above 0
 */
export function weightedDifference(
  { treatment, outcome, cluster, weights }: WeightedDifferenceInput,
  options: WeightedDifferenceOptions = {},
): WeightedDifference {
  const { level = 0.95, estimand = "difference in weighted means, treated minus control" } =
    options;
  const n = outcome.length;
  const arms: [number[], number[]] = [[], []];
  for (let i = 0; i < n; i++) {
    const arm = treatment[i];
    if (arm !== 0 && arm !== 1) {
      throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${arm}.`);
    }
    arms[arm].push(i);
  }
  if (arms[0].length === 0 || arms[1].length === 0) {
    throw new Error("A difference needs treated and control rows; one arm is empty.");
  }
  const fitted = leastSquares({
    outcome,
    columns: { treatment },
    cluster,
    ...(weights && { weights }),
  });
  const meanOf = (rows: readonly number[]) =>
    weightedMean(
      rows.map((i) => outcome[i]!),
      weights && rows.map((i) => weights[i]!),
    );
  const [controlMean, treatedMean] = [meanOf(arms[0]), meanOf(arms[1])];
  const value = fitted.coefficients[1]!;
  const standardError = fitted.standardErrors[1]!;
  const reach = normal().quantile((1 + level) / 2, 0, 1) * standardError;
  return {
    estimand,
    value,
    standardError,
    lower: value - reach,
    upper: value + reach,
    level,
    method: "weighted least squares on the treatment, cluster-robust",
    n,
    dropped: 0,
    clusters: fitted.clusters ?? n,
    warnings: [],
    treatedMean,
    controlMean,
    lift: controlMean === 0 ? null : value / controlMean,
  };
}
