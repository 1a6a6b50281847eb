/** Slates as units: what each won or lost in all, and through which items. */
import type { Row } from "../../loaders/rows";
import { finite } from "../panelColumns";
import type { Experiment } from "./experiment";
import { ARMS, isHighlyRelevant } from "./experimentTables";
import { type ItemSet, itemSet } from "./itemSets";
import { slateSums } from "./slates";

/** Sums over each slate, J values each. */
export interface SlateOutcomes {
  readonly clicks: Float64Array;
  readonly expected: Float64Array;
  readonly withoutPromotion: Float64Array;
  readonly lift: Float64Array;
  /** Parts of the lift: the promoted item, its rivals, all others. They add up to `lift`. */
  readonly direct: Float64Array;
  readonly sameCluster: Float64Array;
  readonly other: Float64Array;
}

export function slateOutcomes(experiment: Experiment): SlateOutcomes {
  const { slates, lift } = experiment;
  const part = (set: ItemSet) => {
    const rows = itemSet(experiment, set);
    return slateSums(
      slates,
      lift.map((value, i) => value * rows[i]!),
    );
  };
  return {
    clicks: slateSums(slates, experiment.clicks),
    expected: slateSums(slates, experiment.observed),
    withoutPromotion: slateSums(slates, experiment.withoutPromotion),
    lift: slateSums(slates, lift),
    direct: part("focal"),
    sameCluster: part("same_cluster"),
    other: part("other_cluster"),
  };
}

/** One row a slate, in the columns of `slate_outcomes.parquet`. */
export function slateOutcomeTable(experiment: Experiment): Row[] {
  const { slates, focal, treated } = experiment;
  const sums = slateOutcomes(experiment);
  const { items } = slates;
  return Array.from(focal, (row, j) => ({
    slate_id: slates.slateId[j]!,
    userId: slates.users.userId[j]!,
    assignment_arm: ARMS[treated[j]!]!,
    promotion_applied: treated[j]!,
    focal_movieId: items.movieId[row]!,
    focal_spillover_cluster: slates.clusters[items.cluster[row]!]!,
    focal_seed_position: slates.position[row]!,
    focal_observed_relevance: items.relevance[row]!,
    focal_high_relevance: isHighlyRelevant(items.relevance[row]!),
    ...outcomeColumns(sums, j),
  }));
}

function outcomeColumns(sums: SlateOutcomes, j: number) {
  return {
    total_simulated_clicks: sums.clicks[j]!,
    total_expected_clicks: sums.expected[j]!,
    total_expected_clicks_no_promotion: sums.withoutPromotion[j]!,
    total_known_probability_lift: sums.lift[j]!,
    direct_expected_lift: sums.direct[j]!,
    same_cluster_spillover_expected_lift: sums.sameCluster[j]!,
    other_spillover_expected_lift: sums.other[j]!,
  };
}

/** One row an arm: slates and the means of their outcomes. */
export function slateOutcomeSummary(experiment: Experiment): Row[] {
  const sums = slateOutcomes(experiment);
  return ARMS.map((assignment_arm, arm) => {
    const own = Array.from(experiment.treated.keys()).filter((j) => experiment.treated[j] === arm);
    const means: Record<string, number | null> = {};
    for (const name of Object.keys(outcomeColumns(sums, 0)) as (keyof ReturnType<
      typeof outcomeColumns
    >)[]) {
      let sum = 0;
      for (const j of own) sum += outcomeColumns(sums, j)[name];
      means[name] = finite(sum / own.length);
    }
    return { assignment_arm, slates: own.length, ...means };
  });
}
