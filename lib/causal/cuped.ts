/** A difference in means made more precise by what a covariate from before the experiment predicts. */
import {
  type ClusteredDifference,
  clusteredDifference,
  type DifferenceOptions,
} from "./clusteredDifference";
import type { Estimate } from "./estimate";
import { completeRows, finite, taken } from "./panelColumns";

export interface CupedInput {
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** Measured before the treatment, such as the outcome of the weeks before. */
  readonly covariate: ArrayLike<number>;
  /** Cluster of each row. Default: each row its own. */
  readonly cluster?: ArrayLike<number>;
}

export interface Cuped extends Estimate {
  /** cov(x, y) / var(x) over all rows. */
  readonly theta: number;
  /** 1 - (standard error / unadjusted standard error)^2: the share of variance that went away. */
  readonly varianceReduction: number | null;
  /** Difference in means of the outcome as it is, on the same rows. */
  readonly unadjusted: ClusteredDifference;
}

/**
 * CUPED: the difference in means of y - theta (x - mean of x), theta = cov(x, y) / var(x) over both arms together. x is
 * as in both arms by randomization, so the effect stays and the variance falls by about the squared correlation of x
 * and y. Standard error as {@link clusteredDifference} gives it (theta taken as known).
 *
 * Rows with a missing value (NaN) are left out and counted in `dropped`. A covariate without variance gives theta 0 and
 * a warning.
 * Source: Deng, Xu, Kohavi and Walker 2013, doi:10.1145/2433396.2433413, section 3.
 * @throws Error for a treatment other than 0 and 1, or columns of different length
 */
export function cuped(input: CupedInput, options: DifferenceOptions = {}): Cuped {
  const { outcome, covariate, treatment } = input;
  if (covariate.length !== outcome.length || treatment.length !== outcome.length) {
    throw new Error(
      `Columns differ in length: ${treatment.length} treatments, ${outcome.length} outcomes, ${covariate.length} values of the covariate.`,
    );
  }
  const rows = completeRows([outcome, covariate, treatment], outcome.length);
  const [y, x] = [taken(outcome, rows), taken(covariate, rows)];
  const arms = {
    treatment: taken(treatment, rows),
    cluster: input.cluster ? taken(input.cluster, rows) : Float64Array.from(rows),
  };
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, xy] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i]! - meanX) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
  }
  const theta = xx > 0 ? xy / xx : 0;
  const settings = {
    estimand: "difference in means adjusted by CUPED, treated minus control",
    ...options,
    dropped: (options.dropped ?? 0) + outcome.length - rows.length,
  };
  const unadjusted = clusteredDifference({ ...arms, outcome: y }, settings);
  const adjusted = clusteredDifference(
    { ...arms, outcome: y.map((value, i) => value - theta * (x[i]! - meanX)) },
    settings,
  );
  const constant = xx > 0 ? [] : ["the covariate has no variance: nothing is adjusted"];
  return {
    estimand: settings.estimand,
    value: adjusted.value,
    standardError: adjusted.standardError,
    lower: adjusted.lower,
    upper: adjusted.upper,
    level: adjusted.level,
    method: `CUPED; ${adjusted.method}`,
    n: adjusted.n,
    dropped: adjusted.dropped,
    clusters: adjusted.clusters,
    warnings: [...adjusted.warnings, ...constant],
    theta,
    varianceReduction: finite(
      1 -
        (adjusted.standardError ?? Number.NaN) ** 2 / (unadjusted.standardError ?? Number.NaN) ** 2,
    ),
    unadjusted: { ...unadjusted, estimand: "difference in means, treated minus control" },
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
