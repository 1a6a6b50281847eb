/** Promoting some slates only: the published rules on predicted lift, with the rule that promotes nobody among them. */
import type { Row } from "../../loaders/rows";
import { quantile } from "../../stats/quantile";
import type { Experiment } from "./experiment";
import { focalFeatures } from "./experimentTables";
import { itemSet } from "./itemSets";
import type { Oracle } from "./oracle";
import { positionBucket } from "./productView";
import { slateSums } from "./slates";

/**
 * One row a rule: slates it selects, their share, mean predicted and mean true lift, true clicks per 1,000 selected and per
 * 1,000 eligible slates. A rule for a top share selects all slates at or above the quantile (linear interpolation) of the
 * predictions: with ties there more than the share. Predictions are of all slates, also of those that the model was fitted
 * to: the honest version is `policyValueRows`. Means over selected slates are null where a rule selects none.
 */
export function policyTargeting(predicted: Float64Array, oracle: Oracle): Row[] {
  const top = (values: Float64Array, share: number) => {
    const threshold = quantile(values.slice().sort(), 1 - share);
    return values.map((value) => (value >= threshold ? 1 : 0));
  };
  const rules: Record<string, Float64Array> = {
    "Promote none": predicted.map(() => 0),
    "Promote all eligible slates": predicted.map(() => 1),
    "Promote top 50% by predicted net lift": top(predicted, 0.5),
    "Promote top 25% by predicted net lift": top(predicted, 0.25),
    "Promote only predicted-positive slates": predicted.map((value) => (value > 0 ? 1 : 0)),
    "Oracle top 25% benchmark": top(oracle.lift, 0.25),
    "Oracle: promote where it pays": oracle.lift.map((value) => (value > 0 ? 1 : 0)),
  };
  return Object.entries(rules).map(([policy, selected]) => {
    const count = total(selected);
    const perSelected = (values: Float64Array) =>
      count === 0 ? null : total(values.map((value, j) => value * selected[j]!)) / count;
    const lift = perSelected(oracle.lift);
    const coverage = count / predicted.length;
    return {
      policy,
      selected_slates: count,
      coverage,
      mean_predicted_lift: perSelected(predicted),
      mean_oracle_lift: lift,
      oracle_clicks_per_1000_selected: lift === null ? null : 1000 * lift,
      oracle_clicks_per_1000_eligible: lift === null ? 0 : 1000 * lift * coverage,
    };
  });
}

/** A way to cut slates into segments: names in order, the segment of each slate, and the fewest slates of a segment. */
interface Segmentation {
  readonly segment: string;
  readonly values: readonly string[];
  readonly of: (slate: number) => string;
  readonly fewest: number;
}

/**
 * Mean true and mean predicted lift by segment: displaced candidates, genre of the focal item (60 slates or more), its
 * position, rivals, activity of the user (quartiles; ties by the order of the slates, users without a count last). Segments
 * have at least 30 slates; only where none has so many, all that have a slate are there.
 */
export function heterogeneity(
  experiment: Experiment,
  predicted: Float64Array,
  oracle: Oracle,
): Row[] {
  const groups = segmentations(experiment).map(({ segment, values, of, fewest }) => {
    const rows = values.map((value) => {
      const own = Array.from(predicted.keys()).filter((j) => of(j) === value);
      const mean = (lift: Float64Array) => own.reduce((sum, j) => sum + lift[j]!, 0) / own.length;
      return {
        segment,
        value,
        slates: own.length,
        fewest,
        mean_true_lift: mean(oracle.lift),
        mean_predicted_lift: mean(predicted),
        share_positive_true_lift: own.filter((j) => oracle.lift[j]! > 0).length / own.length,
      };
    });
    return rows
      .filter(({ slates }) => slates > 0)
      .sort((a, b) => a.mean_true_lift - b.mean_true_lift);
  });
  const all = groups.flat();
  const large = all.filter(({ slates, fewest }) => slates >= fewest);
  return (large.length > 0 ? large : all).map(({ fewest, ...row }) => row);
}

function segmentations(experiment: Experiment): Segmentation[] {
  const { slates, focal } = experiment;
  const displaced = slateSums(slates, itemSet(experiment, "displaced"));
  const rivals = slateSums(slates, itemSet(experiment, "same_cluster"));
  const bucket = (j: number) => positionBucket(slates.position[focal[j]!]!);
  const cluster = (j: number) => slates.clusters[slates.items.cluster[focal[j]!]!]!;
  const quartile = quartiles(focalFeatures(experiment).n_ratings!);
  const activity = ["lowest_activity", "low_mid_activity", "high_mid_activity", "highest_activity"];
  const cut = (value: number, cuts: readonly number[], names: readonly string[]) =>
    names[cuts.findIndex((end) => value <= end)] ?? names[names.length - 1]!;
  const inOrder = (of: (j: number) => string) => [...new Set(slates.slateId.map((_, j) => of(j)))];
  const few = ["0", "1_2", "3_5", "6_plus"];
  const steps = ["4_or_fewer", "5_to_7", "8_plus"];
  const segment = (
    name: string,
    of: (j: number) => string,
    values: readonly string[],
    fewest = 30,
  ) => ({
    segment: name,
    of,
    values,
    fewest,
  });
  return [
    segment("displaced_candidates", (j) => cut(displaced[j]!, [4, 7], steps), steps),
    segment("focal_cluster", cluster, inOrder(cluster), 60),
    segment("focal_position_bucket", bucket, inOrder(bucket)),
    segment("same_cluster_competitors", (j) => cut(rivals[j]!, [0, 2, 5], few), few),
    segment("user_activity", (j) => activity[quartile[j]!]!, activity),
  ];
}

/** Quarter (0 to 3) that each value's rank falls in; ties by order. Missing values rank last. */
function quartiles(values: Float64Array): Int32Array {
  const order = Array.from(values.keys()).sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!].map((v) => (Number.isNaN(v) ? Infinity : v));
    return x === y ? a - b : x! - y!;
  });
  const quarter = new Int32Array(values.length);
  for (const [rank, j] of order.entries()) {
    quarter[j] = Math.min(3, Math.floor((4 * rank) / Math.max(1, values.length)));
  }
  return quarter;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
