/** The experiment as the table that later chapters read: every row with its assignment, exposure and outcome. */
import type { Relation } from "../../loaders/engine";
import { quoteName } from "../../loaders/engine";
import { logPopularity, popularityScore } from "./clickModel";
import type { Experiment } from "./experiment";
import { ARMS, engagement } from "./experimentTables";
import { EXPOSURE_GROUPS } from "./exposure";
import { visibilityOfPositions } from "./ranking";

/** What the experiment adds to a row of `slate_context`, in the order of the file. */
function experimentColumns(experiment: Experiment) {
  const { slates, focal, treated, probability, exposure } = experiment;
  const { items } = slates;
  const ofSlate = <T>(value: (j: number) => T): T[] => Array.from(slates.slateOf, value);
  const flag = (doses: Uint8Array) => doses.map((dose) => (dose > 0 ? 1 : 0));
  const baseline = visibilityOfPositions(slates.position);
  const final = visibilityOfPositions(exposure.finalPosition);
  return {
    focal_movieId: Float64Array.from(slates.slateOf, (j) => items.movieId[focal[j]!]!),
    focal_title: ofSlate((j) => items.title[focal[j]!]!),
    focal_spillover_cluster: ofSlate((j) => slates.clusters[items.cluster[focal[j]!]!]!),
    focal_seed_position: Int32Array.from(slates.slateOf, (j) => slates.position[focal[j]!]!),
    promotion_probability: new Float64Array(slates.rows).fill(probability),
    promotion_applied: Uint8Array.from(slates.slateOf, (j) => treated[j]!),
    assignment_arm: ofSlate((j) => ARMS[treated[j]!]!),
    is_focal_item: experiment.isFocal,
    direct_treatment: exposure.direct,
    same_slate_spillover: flag(exposure.sameSlate),
    same_cluster_spillover: flag(exposure.sameCluster),
    displaced_by_promotion: flag(exposure.displaced),
    final_position: exposure.finalPosition,
    baseline_visibility: baseline,
    final_visibility: final,
    visibility_gain: final.map((value, i) => value - baseline[i]!),
    position_change: exposure.finalPosition.map((value, i) => value - slates.position[i]!),
    exposure_group: Array.from(exposure.group, (group) => EXPOSURE_GROUPS[group]!),
    log_item_popularity: logPopularity(slates),
    log_item_popularity_z: popularityScore(slates),
    p_no_promotion: experiment.withoutPromotion,
    p_observed: experiment.observed,
    known_probability_lift: experiment.lift,
    simulated_click: experiment.clicks,
    simulated_engagement_score: engagement(experiment),
  };
}

/**
 * The relation `exposure_mapping`: the columns of the slates' relation and 25 of the experiment, by slate_id (as text) and
 * seed position. Doses above 1 become flags. `readExperiment` reads it back.
 * @param context  the relation that the experiment's slates were read from
 * @throws Error when `context` has other rows
 */
export async function exposureMapping(
  context: Relation,
  experiment: Experiment,
): Promise<Relation> {
  const { slates } = experiment;
  const columns = experimentColumns(experiment);
  const computed = await context.engine.tableFrom("experiment_columns", {
    slate_id: Array.from(slates.slateOf, (j) => slates.slateId[j]!),
    slate_position_seed: slates.position,
    ...columns,
  });
  const added = Object.keys(columns).map((name) => `experiment.${quoteName(name)}`);
  const mapping = await context.engine.table(
    "exposure_mapping",
    `SELECT context.*, ${added.join(", ")}
     FROM ${quoteName(context.name)} AS context
     JOIN ${computed.name} AS experiment USING (slate_id, slate_position_seed)
     ORDER BY slate_id, slate_position_seed`,
  );
  const [rows, known] = [await mapping.count(), await context.count()];
  if (rows !== slates.rows || known !== slates.rows) {
    throw new Error(
      `The experiment has ${slates.rows} rows, ${context.name} has ${known}, and ${rows} of them agree. Give the relation that its slates were read from.`,
    );
  }
  return mapping;
}
