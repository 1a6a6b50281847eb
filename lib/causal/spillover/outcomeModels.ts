/** Models of a slate's clicks from its features and its promotion, and what they predict of promoting it. */
import type { Row } from "../../loaders/rows";
import { type BoostedModel, boostedTrees } from "../../stats/boostedTrees";
import { type Features, takeRows, withConstant } from "../../stats/features";
import { folds } from "../../stats/folds";
import type { Learner, Model } from "../../stats/learner";
import { linearLearner } from "../../stats/linearLearner";
import type { Experiment } from "./experiment";
import type { Oracle } from "./oracle";
import { slateFeatures, TREATMENT } from "./slateFeatures";
import { slateSums } from "./slates";

/** The two published settings of boosted trees, and a straight line to hold them against. */
export function publishedLearners(seed: number): Record<string, Learner> {
  const common = {
    task: "regression",
    trees: 350,
    learningRate: 0.04,
    columnsPerTree: 0.9,
    seed,
  } as const;
  return {
    "trees of 15 leaves": boostedTrees({ ...common, maxLeaves: 15, minLeaf: 25 }),
    "trees of depth 3": boostedTrees({
      ...common,
      maxDepth: 3,
      maxLeaves: 8,
      minLeaf: 1,
      subsample: 0.9,
    }),
    "least squares": linearLearner(),
  };
}

export interface OutcomeModelsOptions {
  readonly seed: number;
  readonly learners?: Readonly<Record<string, Learner>>;
}

export interface FittedOutcome {
  readonly name: string;
  readonly model: Model;
  /** Prediction with the promotion minus prediction without it, every other feature as it is; J values. */
  readonly predictedLift: Float64Array;
}

export interface OutcomeModels {
  readonly features: Features;
  /** Observed clicks of each slate. */
  readonly outcome: Float64Array;
  /** 1 on the slates (7 of 10, alike in both arms) that the models were fitted to. */
  readonly isTraining: Uint8Array;
  readonly fitted: readonly FittedOutcome[];
}

/**
 * Fits every learner to the clicks of the training slates, the promotion being one of the features. The training slates
 * are 7 of 10 random folds that are alike in both arms; the same seed gives the same.
 * @throws Error for fewer than 10 slates in an arm
 */
export function outcomeModels(
  experiment: Experiment,
  options: OutcomeModelsOptions,
): OutcomeModels {
  const { seed, learners = publishedLearners(seed) } = options;
  const x = slateFeatures(experiment);
  const outcome = slateSums(experiment.slates, experiment.clicks);
  const fold = folds(x.rows, { count: 10, seed, strata: experiment.treated });
  const isTraining = Uint8Array.from(fold, (f) => (f < 7 ? 1 : 0));
  const training = rowsWhere(isTraining, 1);
  const fitted = Object.entries(learners).map(([name, learner]) => {
    const model = learner.fit(
      takeRows(x, training),
      training.map((j) => outcome[j]!),
      { seed },
    );
    return { name, model, predictedLift: predictedLift(model, x) };
  });
  return { features: x, outcome, isTraining, fitted };
}

function predictedLift(model: Model, x: Features): Float64Array {
  const promoted = model.predict(withConstant(x, TREATMENT, 1));
  const control = model.predict(withConstant(x, TREATMENT, 0));
  return promoted.map((value, j) => value - control[j]!);
}

function rowsWhere(flags: Uint8Array, wanted: number): number[] {
  return Array.from(flags.keys()).filter((j) => flags[j] === wanted);
}

/**
 * One row a model and part of the data: model, split, rmse, mae, and r2 = 1 - squared errors / squared deviations from
 * the part's own mean, null where all its slates have equally many clicks.
 */
export function modelMetrics({ features: x, outcome, isTraining, fitted }: OutcomeModels): Row[] {
  return fitted.flatMap(({ name, model }) =>
    (["train", "test"] as const).map((split) => {
      const rows = rowsWhere(isTraining, split === "train" ? 1 : 0);
      const predicted = model.predict(takeRows(x, rows));
      const actual = rows.map((j) => outcome[j]!);
      const mean = actual.reduce((sum, y) => sum + y, 0) / actual.length;
      const errors = actual.map((y, k) => y - predicted[k]!);
      const squares = errors.reduce((sum, e) => sum + e * e, 0);
      const deviations = actual.reduce((sum, y) => sum + (y - mean) ** 2, 0);
      return {
        model: name,
        split,
        rmse: Math.sqrt(squares / errors.length),
        mae: errors.reduce((sum, e) => sum + Math.abs(e), 0) / errors.length,
        r2: deviations > 0 ? 1 - squares / deviations : null,
      };
    }),
  );
}

/** One metric of `modelMetrics` with a row a model and a column a split, for a figure. */
export function metricsBySplit(metrics: readonly Row[], metric: string): Row[] {
  const models = [...new Set(metrics.map(({ model }) => String(model)))];
  const of = (model: string, split: string) =>
    metrics.find((row) => row.model === model && row.split === split)?.[metric] ?? null;
  return models.map((model) => ({ model, train: of(model, "train"), test: of(model, "test") }));
}

/**
 * Of the models that tell slates apart, the one with the smallest error on the test slates' clicks. A model whose predicted
 * lift is the same everywhere, up to 1e-6 clicks (a straight line without interactions) cannot target. No oracle has a say.
 * @throws Error when no model tells slates apart
 */
export function bestModel(models: OutcomeModels): FittedOutcome {
  const errors = new Map(
    modelMetrics(models)
      .filter(({ split }) => split === "test")
      .map(({ model, rmse }) => [model, Number(rmse)]),
  );
  const telling = models.fitted.filter(({ predictedLift: lift }) => varies(lift));
  if (telling.length === 0) throw new Error("Every model predicts the same lift for all slates.");
  return telling.reduce((a, b) => (errors.get(b.name)! < errors.get(a.name)! ? b : a));
}

/** More than by rounding, which alone makes differences of predictions of a straight line differ. */
function varies(values: Float64Array): boolean {
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return most! - least! > 1e-6;
}

/**
 * The `count` (15) most important features of each model that has importances: of the first model by its number of splits,
 * of others by share of the gain, which adds up to 1 over all features (0 for a model without a split).
 */
export function featureImportance({ fitted }: OutcomeModels, { count = 15 } = {}): Row[] {
  return fitted.flatMap(({ name, model }, m) => {
    const { importance } = model as Partial<BoostedModel>;
    if (!importance) return [];
    const bySplits = m === 0;
    const all = importance.reduce((sum, { gain }) => sum + gain, 0);
    const share = (gain: number) => (all > 0 ? gain / all : 0);
    const value = (one: (typeof importance)[number]) => (bySplits ? one.splits : share(one.gain));
    return importance
      .slice()
      .sort((a, b) => value(b) - value(a))
      .slice(0, count)
      .map((one, rank) => ({
        model: name,
        rank: rank + 1,
        feature: one.column,
        importance: value(one),
        measure: bySplits ? "splits" : "share of gain",
      }));
  });
}

/**
 * One row a model: mean and median of its predicted lifts on all slates, the share above 0, and how far they are from the
 * true ones (root mean square error, mean absolute error, correlation; null where one of the two does not vary).
 */
export function counterfactualSummary({ fitted }: OutcomeModels, oracle: Oracle): Row[] {
  return fitted.map(({ name, predictedLift: predicted }) => {
    const n = predicted.length;
    const errors = predicted.map((value, j) => value - oracle.lift[j]!);
    const sorted = predicted.slice().sort();
    return {
      model: name,
      mean_predicted_lift: mean(predicted),
      median_predicted_lift: (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2,
      share_positive: predicted.filter((value) => value > 0).length / n,
      rmse_to_oracle: Math.sqrt(mean(errors.map((e) => e * e))),
      mae_to_oracle: mean(errors.map(Math.abs)),
      correlation_to_oracle: correlation(predicted, oracle.lift),
    };
  });
}

/** Pearson's correlation; null where one of the two varies by less than 1e-6. */
export function correlation(a: Float64Array, b: Float64Array): number | null {
  if (!varies(a) || !varies(b)) return null;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    ab += (a[j]! - meanA) * (b[j]! - meanB);
    aa += (a[j]! - meanA) ** 2;
    bb += (b[j]! - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
