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

/** Adds up clicks, click probabilities and lifts within slates. Rivals are items of the focal item's cluster. */
export function slateOutcomes(experiment: Experiment): SlateOutcomes {
  const { slates, lift } = experiment;
  const part = (set: ItemSet) => {
    const rows = itemSet(experiment, set);
    const own = lift.map((value, i) => value * rows[i]!);
    return slateSums(slates, own);
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
    userId: finite(slates.users.userId[j]!),
    assignment_arm: ARMS[treated[j]!]!,
    promotion_applied: treated[j]!,
    focal_movieId: finite(items.movieId[row]!),
    focal_spillover_cluster: slates.clusters[items.cluster[row]!]!,
    focal_seed_position: slates.position[row]!,
    focal_observed_relevance: items.relevance[row]!,
    focal_high_relevance: isHighlyRelevant(items.relevance[row]!),
    ...outcomeColumns(sums, (values) => values[j]!),
  }));
}

const COLUMNS = {
  total_simulated_clicks: "clicks",
  total_expected_clicks: "expected",
  total_expected_clicks_no_promotion: "withoutPromotion",
  total_known_probability_lift: "lift",
  direct_expected_lift: "direct",
  same_cluster_spillover_expected_lift: "sameCluster",
  other_spillover_expected_lift: "other",
} as const satisfies Record<string, keyof SlateOutcomes>;

function outcomeColumns(
  sums: SlateOutcomes,
  value: (sums: Float64Array) => number | null,
): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(COLUMNS).map(([column, name]) => [column, value(sums[name])]),
  );
}

/** One row an arm: slates and the means of their outcomes, null in an arm without slates. */
export function slateOutcomeSummary(experiment: Experiment): Row[] {
  const sums = slateOutcomes(experiment);
  return ARMS.map((assignment_arm, arm) => {
    const own = Array.from(experiment.treated.keys()).filter((j) => experiment.treated[j] === arm);
    const mean = (values: Float64Array) =>
      finite(own.reduce((sum, j) => sum + values[j]!, 0) / own.length);
    return { assignment_arm, slates: own.length, ...outcomeColumns(sums, mean) };
  });
}

/** Known lift of the slates of each arm, for a histogram. */
export function liftByArm(experiment: Experiment): Record<string, Float64Array> {
  const { lift } = slateOutcomes(experiment);
  const of = (arm: number) => lift.filter((_, j) => experiment.treated[j] === arm);
  return { "left unchanged": of(0), promoted: of(1) };
}
