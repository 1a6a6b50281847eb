/** What the published course shows of one experiment: its tables, under the names that our chapters give them. */
import type { Row } from "../../loaders/rows";
import { featureColumn } from "../../stats/features";
import { finite } from "../panelColumns";
import { featureSummary } from "./advancedTables";
import { logPopularity, popularityScore } from "./clickModel";
import { bootstrapSummary, clusterBootstrap } from "./clusterBootstrap";
import { clusterEffectRows, clusterEffects } from "./clusterEffects";
import {
  additivityChecks,
  componentChecks,
  componentEffectRows,
  componentEffects,
  componentSlateTable,
  componentSummary,
  slateDecomposition,
} from "./components";
import {
  contrastEstimates,
  contrastRows,
  contrastSizes,
  estimatorValidation,
  observedEffects,
  standardErrorComparison,
} from "./contrastEstimates";
import { COURSE_SEED, type Experiment } from "./experiment";
import {
  assignmentBalance,
  assignmentCheck,
  assignmentSummary,
  assignmentTable,
  clusterExposure,
  engagement,
  exposureReadiness,
  exposureSummary,
  outcomeSummary,
  slateSummary,
} from "./experimentTables";
import { finalDecomposition, finalDefinitions, finalMainEffects } from "./finalTables";
import { type Oracle, oracleCheck, oracleOf } from "./oracle";
import { clusterRisk, positionRisk, productNumbers, productSummary } from "./productView";
import { visibilityOfPositions } from "./ranking";
import { slateFeatures } from "./slateFeatures";
import { slateOutcomeSummary, slateOutcomeTable } from "./slateOutcomes";
import { slateSums } from "./slates";
import { spilloverDefinitionRows, spilloverDefinitions } from "./spilloverDefinitions";
import { heterogeneity, policyTargeting } from "./targeting";

/** The slate whose first rows the course works through, and the one whose features it shows. */
const WORKED = { rows: "user_50_seed", features: "user_100000_seed" };

/** The features that it shows of that slate, under the names of `slateFeatures`. */
const WORKED_FEATURES = [
  "focal_sample_mean_rating",
  "focal_sample_liked_rate",
  "focal_log_item_popularity_z",
  "mean_rating",
  "liked_rate",
  "slate_mean_relevance",
  "slate_std_relevance",
  "slate_high_relevance_rate",
  "slate_mean_baseline_visibility",
  "same_cluster_competitor_count",
  "displaced_candidate_count",
  "same_cluster_displaced_count",
];

export interface PublishedTablesOptions {
  /** Seed of the bootstrap. Default: the course's. */
  readonly seed?: number;
  /** Draws of the bootstrap. Default 500. */
  readonly draws?: number;
}

/**
 * All tables of chapters 02 to 06 that follow from an experiment, without a model of the clicks fitted to it. Of tables
 * that also show such models there are the rows and columns that do not. Two are no table of a chapter:
 * `worked_rows` and `worked_features`, the slates that the course works through, empty where the data have none of them.
 * All others come from the functions that the chapters call.
 * @throws Error when an arm is empty in one of the contrasts
 */
export function publishedTables(
  experiment: Experiment,
  options: PublishedTablesOptions = {},
): Record<string, Row[]> {
  const earlier = {
    ...exposureTables(experiment),
    ...estimatorTables(experiment, options),
    ...accountTables(experiment),
    ...oracleTables(experiment),
  };
  return { ...earlier, ...reportTables(earlier) };
}

/** Chapter 02. */
function exposureTables(experiment: Experiment): Record<string, Row[]> {
  return {
    load_summary: slateSummary(experiment.slates),
    assignment_summary: assignmentSummary(experiment),
    assignment_head: assignmentTable(experiment).slice(0, 5),
    assignment_balance: assignmentBalance(experiment),
    exposure_summary: exposureSummary(experiment),
    cluster_exposure: clusterExposure(experiment),
    outcome_summary: outcomeSummary(experiment),
    slate_outcome_summary: slateOutcomeSummary(experiment),
    slate_outcomes_head: slateOutcomeTable(experiment).slice(0, 5),
    readiness: exposureReadiness(experiment),
    worked_rows: workedRows(experiment),
  };
}

/** Chapter 03. */
function estimatorTables(
  experiment: Experiment,
  { seed = COURSE_SEED, draws = 500 }: PublishedTablesOptions,
): Record<string, Row[]> {
  const estimates = contrastEstimates(experiment);
  return {
    assignment_check: assignmentCheck(experiment),
    contrast_sizes: contrastSizes(estimates),
    cluster_estimates: contrastRows(estimates),
    observed_effects: observedEffects(estimates),
    estimator_validation: estimatorValidation(estimates),
    se_comparison: standardErrorComparison(estimates),
    cluster_bootstrap_summary: bootstrapSummary(clusterBootstrap(experiment, { seed, draws })),
    slate_decomposition: slateDecomposition(experiment),
    // The course corrects no p-value, so there is none to compare.
    cluster_effects: clusterEffectRows(clusterEffects(experiment), (p) => p),
  };
}

/** Chapter 04. */
function accountTables(experiment: Experiment): Record<string, Row[]> {
  const effects = componentEffects(experiment);
  return {
    component_summary: componentSummary(experiment),
    component_slate_head: componentSlateTable(experiment).slice(0, 5),
    component_checks: componentChecks(experiment),
    direct_indirect_total_effects: componentEffectRows(effects),
    additivity_checks: additivityChecks(effects),
    spillover_definition_sensitivity: spilloverDefinitionRows(spilloverDefinitions(experiment)),
    product_summary: productSummary(productNumbers(effects)),
    position_risk: positionRisk(experiment),
    cluster_risk: clusterRisk(experiment),
  };
}

/** Chapter 05, as far as only the simulator's own knowledge is asked for. */
function oracleTables(experiment: Experiment): Record<string, Row[]> {
  const oracle = oracleOf(experiment);
  return {
    oracle_check: oracleCheck(oracle, experiment),
    feature_summary: outcomeAndFeatures(experiment),
    advanced_aipw_estimates: totalsWithoutModel(experiment, oracle),
    advanced_policy_targeting: policiesWithoutModel(oracle),
    advanced_heterogeneity: segments(experiment, oracle),
    worked_features: workedFeatures(experiment, oracle),
  };
}

/** Chapter 06, which shows results of the others again. */
function reportTables(earlier: Record<string, Row[]>): Record<string, Row[]> {
  const rowsOf = (artifact: string) => ({ artifact, rows: earlier[artifact]!.length });
  return {
    // The two tables whose length depends on the draws.
    artifact_inventory: [rowsOf("advanced_heterogeneity"), rowsOf("cluster_risk")],
    final_main_effects: finalMainEffects(earlier.observed_effects!),
    final_direct_indirect_total_decomposition: finalDecomposition(
      earlier.direct_indirect_total_effects!,
    ),
    final_spillover_definition_sensitivity: finalDefinitions(
      earlier.spillover_definition_sensitivity!,
    ),
    final_advanced_aipw_estimates: earlier.advanced_aipw_estimates!,
    final_advanced_policy_targeting: earlier.advanced_policy_targeting!,
  };
}

/** The rows of `policyTargeting` that no prediction enters. */
function policiesWithoutModel(oracle: Oracle): Row[] {
  return policyTargeting(new Float64Array(oracle.lift.length), oracle)
    .filter(({ policy }) => MODEL_FREE_POLICIES.includes(String(policy)))
    .map(({ mean_predicted_lift: _, ...known }) => known);
}

const MODEL_FREE_POLICIES = ["Promote all eligible slates", "Oracle top 25% benchmark"];

/** The columns of `heterogeneity` that no prediction enters. */
function segments(experiment: Experiment, oracle: Oracle): Row[] {
  const unpredicted = new Float64Array(experiment.slates.count);
  return heterogeneity(experiment, unpredicted, oracle).map(
    ({ mean_predicted_lift: _, ...known }) => known,
  );
}

/** The rows of the AIPW table that no fitted model enters: the plain difference, and the mean of the true lifts. */
function totalsWithoutModel(experiment: Experiment, { lift }: Oracle): Row[] {
  const clicks = slateSums(experiment.slates, experiment.clicks);
  const arm = (wanted: number) => clicks.filter((_, j) => experiment.treated[j] === wanted);
  const { mean, sd } = moments(lift);
  const standardError = sd / Math.sqrt(lift.length);
  return [
    { estimator: "difference in means", estimate: moments(arm(1)).mean - moments(arm(0)).mean },
    {
      estimator: "oracle mean",
      estimate: mean,
      standard_error: standardError,
      ci_low: mean - 1.96 * standardError,
      ci_high: mean + 1.96 * standardError,
    },
  ];
}

/** What chapter 05 says of its outcome and its feature columns, without the part that it trains on. */
function outcomeAndFeatures(experiment: Experiment): Row[] {
  const { slates, clicks } = experiment;
  return featureSummary({
    features: slateFeatures(experiment),
    outcome: slateSums(slates, clicks),
    isTraining: new Uint8Array(slates.count),
    fitted: [],
  }).filter(({ metric }) => metric !== "training_slates");
}

/** Mean and standard deviation (n - 1). */
function moments(values: Float64Array): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

/** The first five rows of the worked slate, with what the click model makes of them. */
function workedRows(experiment: Experiment): Row[] {
  const { slates, exposure } = experiment;
  const { items, users } = slates;
  const j = slates.slateId.indexOf(WORKED.rows);
  if (j < 0) return [];
  const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
  const score = engagement(experiment);
  const [baseline, final] = [slates.position, exposure.finalPosition].map(visibilityOfPositions);
  const [log, z] = [logPopularity(slates), popularityScore(slates)];
  return Array.from({ length: Math.min(5, to - from) }, (_, k) => from + k).map((i) => ({
    slate_position_seed: slates.position[i]!,
    movieId: finite(items.movieId[i]!),
    spillover_cluster: slates.clusters[items.cluster[i]!]!,
    observed_relevance: items.relevance[i]!,
    sample_rating_count: finite(items.ratingCount[i]!),
    sample_mean_rating: finite(items.meanRating[i]!),
    sample_liked_rate: finite(items.likedRate[i]!),
    n_ratings: finite(users.ratings[j]!),
    mean_rating: finite(users.meanRating[j]!),
    liked_rate: finite(users.likedRate[j]!),
    active_years: finite(users.activeYears[j]!),
    unique_primary_genres: finite(users.uniquePrimaryGenres[j]!),
    activity_span_days: finite(users.activitySpanDays[j]!),
    final_position: exposure.finalPosition[i]!,
    baseline_visibility: baseline![i]!,
    final_visibility: final![i]!,
    log_item_popularity: log[i]!,
    log_item_popularity_z: z[i]!,
    p_no_promotion: experiment.withoutPromotion[i]!,
    p_observed: experiment.observed[i]!,
    known_probability_lift: experiment.lift[i]!,
    simulated_click: experiment.clicks[i]!,
    simulated_engagement_score: score[i]!,
  }));
}

/** The first slate in the order of ids, as models see it. */
function workedFeatures(experiment: Experiment, { lift }: Oracle): Row[] {
  const { slates, focal } = experiment;
  const j = slates.slateId.indexOf(WORKED.features);
  if (j < 0) return [];
  const x = slateFeatures(experiment);
  const value = (name: string) => featureColumn(x, name)[j]!;
  const { users, items } = slates;
  return [
    {
      slate_id: WORKED.features,
      focal_sample_rating_count: finite(items.ratingCount[focal[j]!]!),
      ...Object.fromEntries(WORKED_FEATURES.map((name) => [name, value(name)])),
      n_ratings: finite(users.ratings[j]!),
      activity_span_days: finite(users.activitySpanDays[j]!),
      true_promote_lift: lift[j]!,
    },
  ];
}
