/** Small tables of the chapter on models: what the features are, predictions slate by slate, what is taken along. */
import type { Row } from "../../loaders/rows";
import type { AipwEstimate } from "../aipw";
import type { Experiment } from "./experiment";
import { bestPolicy } from "./finalTables";
import type { Oracle } from "./oracle";
import {
  bestModel,
  counterfactualSummary,
  modelMetrics,
  type OutcomeModels,
} from "./outcomeModels";
import { TREATMENT } from "./slateFeatures";

/** Numbers that features are: columns, slates, treated share, outcome; one row a metric. */
export function featureSummary({ features: x, outcome, isTraining }: OutcomeModels): Row[] {
  const n = outcome.length;
  const mean = outcome.reduce((sum, y) => sum + y, 0) / n;
  const squares = outcome.reduce((sum, y) => sum + (y - mean) ** 2, 0);
  const isIndicator = (name: string) => /^focal_(cluster|popularity|positions)_/.test(name);
  const missing = x.values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  const treatment = x.names.indexOf(TREATMENT);
  let treated = 0;
  for (let j = 0; j < n; j++) treated += x.values[j * x.names.length + treatment]!;
  const metrics = {
    model_columns: x.names.length,
    numeric_columns: x.names.filter((name) => !isIndicator(name)).length,
    indicator_columns: x.names.filter(isIndicator).length,
    slates: n,
    training_slates: isTraining.reduce((sum, is) => sum + is, 0),
    treated_share: treated / n,
    mean_clicks: mean,
    sd_clicks: Math.sqrt(squares / (n - 1)),
    missing_values: missing,
  };
  return Object.entries(metrics).map(([metric, value]) => ({ metric, value }));
}

/** One row a slate: predicted lift by each model, by AIPW's nuisances, its doubly robust score, and the truth. */
export function counterfactualPredictions(
  experiment: Experiment,
  models: OutcomeModels,
  aipw: AipwEstimate,
  oracle: Oracle,
): Row[] {
  const names = models.fitted.map(({ name }) => name.replaceAll(" ", "_"));
  return experiment.slates.slateId.map((slate_id, j) => ({
    slate_id,
    promotion_applied: experiment.treated[j]!,
    arm: experiment.treated[j] === 1 ? "promoted" : "left unchanged",
    total_simulated_clicks: models.outcome[j]!,
    is_training: models.isTraining[j]!,
    ...Object.fromEntries(
      models.fitted.map(({ predictedLift }, m) => [`lift_${names[m]}`, predictedLift[j]!]),
    ),
    crossfit_m1_hat: aipw.m1[j]!,
    crossfit_m0_hat: aipw.m0[j]!,
    crossfit_cate: aipw.m1[j]! - aipw.m0[j]!,
    aipw_score: aipw.scores[j]!,
    fold_id: aipw.fold[j]!,
    true_promote_expected_clicks: oracle.promoted[j]!,
    true_control_expected_clicks: oracle.control[j]!,
    true_promote_lift: oracle.lift[j]!,
  }));
}

/** Column of `counterfactualPredictions` that holds a model's predicted lift. */
export function liftColumn(model: string): string {
  return `lift_${model.replaceAll(" ", "_")}`;
}

/** Four rows: topic, finding. */
export function advancedTakeaways(
  models: OutcomeModels,
  oracle: Oracle,
  aipw: readonly Row[],
  values: readonly Row[],
): Row[] {
  const test = modelMetrics(models).filter(({ split }) => split === "test");
  const sharpest = test.reduce((a, b) => (Number(b.rmse) < Number(a.rmse) ? b : a));
  const best = bestModel(models);
  const summary = counterfactualSummary(models, oracle).find(({ model }) => model === best.name)!;
  const estimate = (name: string) => Number(aipw.find((row) => row.estimator === name)!.estimate);
  const policy = bestPolicy(values);
  const digits = (value: unknown) => (value === null ? "unknown" : Number(value).toFixed(3));
  return [
    {
      topic: "Outcome modelling",
      finding: `Smallest test error of clicks: ${sharpest.model}, RMSE ${digits(sharpest.rmse)}.`,
    },
    {
      topic: "Conditional effects",
      finding: `Predicted lifts of ${best.name} miss the true ones by RMSE ${digits(summary.rmse_to_oracle)}, correlation ${digits(summary.correlation_to_oracle)}.`,
    },
    {
      topic: "AIPW",
      finding: `Total ${digits(estimate("cross-fitted AIPW"))} against ${digits(estimate("difference in means"))} by the plain difference.`,
    },
    {
      topic: "Best policy",
      finding: `${policy.policy}: ${policy.value.toFixed(1)} clicks per 1,000 eligible slates (${policy.lower.toFixed(1)} to ${policy.upper.toFixed(1)}); promoting none is worth 0.`,
    },
  ];
}
