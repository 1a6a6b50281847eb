/** The difference of two means, with a standard error that knows that rows come in clusters. */
import { compensatedSum } from "../stats/compensatedSum";
import { normal } from "../stats/distributions";
import type { Estimate } from "./estimate";
import { finite } from "./panelColumns";
import { weightedMean } from "./weightedMoments";

export interface DifferenceInput {
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** Cluster of each row, such as the user. */
  readonly cluster: ArrayLike<number>;
}

export interface DifferenceOptions {
  readonly estimand?: string;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** Rows left out before. Default 0. */
  readonly dropped?: number;
}

export interface ClusteredDifference extends Estimate {
  readonly treatedMean: number | null;
  readonly controlMean: number | null;
  readonly treatedRows: number;
  readonly controlRows: number;
  /** Standard error if rows were independent (HC1). */
  readonly independentStandardError: number | null;
}

/**
 * Mean of the treated minus mean of the control rows. It is the coefficient of the treatment in a linear regression of the
 * outcome on it, and the variance is that regression's cluster-robust one:
 *
 *     u_i = a_i (y_i - mean_1) / n_1 - (1 - a_i) (y_i - mean_0) / n_0
 *     V   = G / (G - 1) * (n - 1) / (n - 2) * sum over clusters g of (sum over i in g of u_i)^2
 *
 * The interval is normal. Without clusters (each row its own) it is HC1.
 * Source: Liang and Zeger 1986, doi:10.1093/biomet/73.1.13; the factors as Cameron and Miller 2015,
 * doi:10.3368/jhr.50.2.317, section II.
 * @throws Error for a treatment other than 0 and 1, or columns of different length
 */
export function clusteredDifference(
  { treatment, outcome, cluster }: DifferenceInput,
  options: DifferenceOptions = {},
): ClusteredDifference {
  const {
    level = 0.95,
    dropped = 0,
    estimand = "difference in means, treated minus control",
  } = options;
  const n = outcome.length;
  if (treatment.length !== n || cluster.length !== n) {
    throw new Error(
      `Columns differ in length: ${treatment.length} treatments, ${n} outcomes, ${cluster.length} clusters.`,
    );
  }
  const treated: number[] = [];
  const control: number[] = [];
  for (let i = 0; i < n; i++) {
    const a = treatment[i];
    if (a !== 0 && a !== 1) throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${a}.`);
    (a === 1 ? treated : control).push(outcome[i]!);
  }
  const [mean1, mean0] = [weightedMean(treated), weightedMean(control)];
  const perCluster = new Map<number, number[]>();
  const all: number[] = [];
  for (let i = 0; i < n; i++) {
    const u =
      treatment[i] === 1
        ? (outcome[i]! - mean1) / treated.length
        : -(outcome[i]! - mean0) / control.length;
    all.push(u ** 2);
    const own = perCluster.get(cluster[i]!);
    if (own) own.push(u);
    else perCluster.set(cluster[i]!, [u]);
  }
  const clusters = perCluster.size;
  const squares = compensatedSum(
    [...perCluster.values()].map((terms) => compensatedSum(terms) ** 2),
  );
  const factor = (clusters / (clusters - 1)) * ((n - 1) / (n - 2));
  const standardError = Math.sqrt(factor * squares);
  const value = mean1 - mean0;
  const reach = normal().quantile((1 + level) / 2, 0, 1) * standardError;
  return {
    estimand,
    value: finite(value),
    standardError: finite(standardError),
    lower: finite(value - reach),
    upper: finite(value + reach),
    level,
    method: "difference in means; cluster-robust (CR1), normal interval",
    n,
    dropped,
    clusters,
    warnings: warningsOf(treated.length, control.length, clusters),
    treatedMean: finite(mean1),
    controlMean: finite(mean0),
    treatedRows: treated.length,
    controlRows: control.length,
    independentStandardError: finite(Math.sqrt((n / (n - 2)) * compensatedSum(all))),
  };
}

/** Cameron and Miller 2015, section VI: below some 40 clusters the normal interval is too short. */
const FEW_CLUSTERS = 40;

function warningsOf(treated: number, control: number, clusters: number): string[] {
  const warnings: string[] = [];
  if (treated === 0) warnings.push("no treated row");
  if (control === 0) warnings.push("no control row");
  if (clusters < FEW_CLUSTERS) {
    warnings.push(`only ${clusters} clusters: the interval is probably too short`);
  }
  return warnings;
}
