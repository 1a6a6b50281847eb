import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  counterfactualSummary,
  featureImportance,
  modelMetrics,
  type OutcomeModels,
  oracleOf,
  outcomeModels,
  promotionExperiment,
  slateFeatures,
  TREATMENT,
} from "../../../lib/causal/spillover";
import {
  bestModel,
  correlation,
  type FittedOutcome,
  metricsBySplit,
} from "../../../lib/causal/spillover/outcomeModels";
import { boostedTrees } from "../../../lib/stats/boostedTrees";
import { featureColumn, features } from "../../../lib/stats/features";
import type { Learner, Model } from "../../../lib/stats/learner";
import { assertClose, assertFinite, columnOf, simulatedSlates, sum } from "./fixture";

const experiment = promotionExperiment(simulatedSlates(3, 200), { seed: 5 });

/** Predicts `level`, and `step` more where the slate is promoted. */
function known(level: number, step: number): Learner {
  return {
    name: `${level} + ${step} T`,
    fit: () => ({
      warnings: [],
      predict: (x) => featureColumn(x, TREATMENT).map((treated) => level + step * treated),
    }),
  };
}

/** Models by hand: four slates, the first two for training, the clicks 1, 3 | 2, 6. */
function fourSlates(
  fitted: readonly { name: string; lift: number[]; model?: Model }[],
  outcome = [1, 3, 2, 6],
): OutcomeModels {
  const treated = [0, 1, 0, 1];
  const never: Model = { warnings: [], predict: (x) => new Float64Array(x.rows) };
  return {
    features: features({ [TREATMENT]: treated }),
    outcome: Float64Array.from(outcome),
    isTraining: Uint8Array.from([1, 1, 0, 0]),
    fitted: fitted.map(
      ({ name, lift, model = never }): FittedOutcome => ({
        name,
        model,
        predictedLift: Float64Array.from(lift),
      }),
    ),
  };
}

describe("training and test slates", () => {
  const split = (seed: number) =>
    outcomeModels(experiment, { seed, learners: { one: known(1, 0) } }).isTraining;

  test("are 70 and 30 of a hundred, alike in both arms", () => {
    const isTraining = split(1);
    for (const arm of [0, 1]) {
      const own = [...isTraining].filter((_, j) => experiment.treated[j] === arm);
      assert.ok(Math.abs(sum(own) / own.length - 0.7) <= 1 / own.length + 0.02, `arm ${arm}`);
    }
    assert.equal(sum(isTraining), 140);
  });

  test("depend on the seed and on nothing else", () => {
    assert.deepEqual(split(1), split(1));
    assert.notDeepEqual(split(1), split(2));
  });

  test("models see the training slates only, with every feature and the clicks", () => {
    const seen: { rows: number; names: readonly string[]; y: number[] }[] = [];
    const spy: Learner = {
      name: "spy",
      fit: (x, y) => {
        seen.push({ rows: x.rows, names: x.names, y: Array.from(y) });
        return known(0, 0).fit(x, y);
      },
    };
    const { isTraining, outcome } = outcomeModels(experiment, { seed: 1, learners: { spy } });
    assert.equal(seen.length, 1);
    assert.deepEqual(seen[0]!.names, slateFeatures(experiment).names);
    assert.deepEqual(
      seen[0]!.y,
      [...outcome].filter((_, j) => isTraining[j] === 1),
    );
  });

  test("need ten slates in each arm", () => {
    const few = promotionExperiment(simulatedSlates(3, 12), { seed: 5 });
    assert.throws(() => outcomeModels(few, { seed: 1 }), /but 10 folds/);
  });
});

test("predicted lift is the prediction with the promotion minus that without", () => {
  const learners = { constant: known(2, 0), treatment: known(2, -0.5) };
  const { fitted } = outcomeModels(experiment, { seed: 1, learners });
  assert.deepEqual([...new Set(fitted[0]!.predictedLift)], [0]);
  assert.deepEqual([...new Set(fitted[1]!.predictedLift)], [-0.5]);
});

describe("metrics", () => {
  test("by hand: the model says 2, the clicks are 1 and 3 in training, 2 and 6 in the test", () => {
    const two: Model = known(2, 0).fit(features({ [TREATMENT]: [0] }), [0]);
    const rows = modelMetrics(fourSlates([{ name: "two", lift: [0, 0, 0, 0], model: two }]));
    assert.deepEqual(rows, [
      { model: "two", split: "train", rmse: 1, mae: 1, r2: 0 },
      // Errors 0 and 4; deviations from the mean 4 are 2 and 2.
      { model: "two", split: "test", rmse: Math.sqrt(8), mae: 2, r2: 1 - 16 / 8 },
    ]);
  });

  test("have no r2 where the clicks do not vary", () => {
    const rows = modelMetrics(fourSlates([{ name: "m", lift: [0, 0, 0, 0] }], [1, 3, 2, 2]));
    assert.deepEqual(columnOf(rows, "r2"), [1 - 10 / 2, null]);
  });

  test("of one kind lie side by side, for a figure", () => {
    const rows = [
      { model: "a", split: "train", rmse: 1 },
      { model: "a", split: "test", rmse: 2 },
      { model: "b", split: "test", rmse: 3 },
    ];
    assert.deepEqual(metricsBySplit(rows, "rmse"), [
      { model: "a", train: 1, test: 2 },
      { model: "b", train: null, test: 3 },
    ]);
  });
});

describe("the best model", () => {
  const saying = (value: number): Model => known(value, 0).fit(features({ a: [0] }), [0]);

  test("has the least error on the test slates among those that tell slates apart", () => {
    // The test clicks are 2 and 6: the nearer to 4, the smaller the error.
    const models = fourSlates([
      { name: "exact but flat", lift: [-1, -1, -1, -1], model: saying(4) },
      { name: "far", lift: [0, 1, 0, 0], model: saying(0) },
      { name: "near", lift: [0, 1, 0, 0], model: saying(3) },
      { name: "flat up to rounding", lift: [0, 1e-12, 0, -1e-12], model: saying(4) },
    ]);
    assert.equal(bestModel(models).name, "near");
  });

  test("does not exist where every lift is the same for all", () => {
    const models = fourSlates([{ name: "flat", lift: [-1, -1, -1, -1] }]);
    assert.throws(() => bestModel(models), /Every model predicts the same lift for all slates/);
  });
});

describe("importance", () => {
  const trees = (seed: number, minLeaf: number) =>
    boostedTrees({ task: "regression", trees: 20, maxLeaves: 6, minLeaf, seed });
  const learners = { deep: trees(1, 10), line: known(0, 0), shallow: trees(2, 10) };
  const models = outcomeModels(experiment, { seed: 1, learners });
  const width = models.features.names.length;

  test("counts splits for the first model, shares of gain that add to 1 for others", () => {
    const all = featureImportance(models, { count: width });
    assert.equal(all.length, 2 * width);
    const of = (model: string) => all.filter((row) => row.model === model);
    assert.ok(of("deep").every(({ measure }) => measure === "splits"));
    // A tree of at most six leaves has at most five splits.
    const splits = sum(of("deep").map(({ importance }) => Number(importance)));
    assert.ok(splits > 20 && splits <= 20 * 5, `${splits} splits`);
    assert.ok(of("shallow").every(({ measure }) => measure === "share of gain"));
    assertClose(sum(of("shallow").map(({ importance }) => Number(importance))), 1, 1e-9);
  });

  test("is given for the most important features, in their order", () => {
    const rows = featureImportance(models).filter(({ model }) => model === "shallow");
    assert.deepEqual(
      columnOf(rows, "rank"),
      Array.from({ length: 15 }, (_, rank) => rank + 1),
    );
    const values = columnOf(rows, "importance") as number[];
    assert.deepEqual(
      values,
      values.slice().sort((a, b) => b - a),
    );
  });

  test("is 0, not missing, where trees found no split", () => {
    const stumps = { first: trees(1, 190), second: trees(1, 190) };
    const rows = featureImportance(outcomeModels(experiment, { seed: 1, learners: stumps }));
    assert.equal(rows.length, 30);
    assert.ok(rows.every(({ importance }) => importance === 0));
  });
});

describe("the counterfactual summary", () => {
  const oracle = {
    promoted: Float64Array.of(1, 2, 3, 4),
    control: Float64Array.of(2, 2, 2, 2),
    lift: Float64Array.of(-1, 0, 1, 2),
  };

  test("by hand, against a given oracle", () => {
    const [row] = counterfactualSummary(fourSlates([{ name: "m", lift: [-2, 0, 2, 4] }]), oracle);
    // Errors -1, 0, 1, 2.
    assert.deepEqual(row, {
      model: "m",
      mean_predicted_lift: 1,
      median_predicted_lift: 1,
      share_positive: 0.5,
      rmse_to_oracle: Math.sqrt(6 / 4),
      mae_to_oracle: 1,
      correlation_to_oracle: 1,
    });
  });

  test("has no correlation for lifts that differ by rounding alone", () => {
    const flat = [-0.3, -0.3 + 1e-15, -0.3, -0.3 - 1e-15];
    const [row] = counterfactualSummary(fourSlates([{ name: "m", lift: flat }]), oracle);
    assert.equal(row!.correlation_to_oracle, null);
    assert.equal(correlation(oracle.lift, new Float64Array(4)), null);
  });

  test("a straight line predicts one lift for all, and has no correlation", () => {
    const models = outcomeModels(experiment, { seed: 1 });
    const rows = counterfactualSummary(models, oracleOf(experiment));
    assertFinite(rows, modelMetrics(models), featureImportance(models));
    const line = rows.find(({ model }) => model === "least squares")!;
    assert.equal(line.correlation_to_oracle, null);
    assertClose(line.mean_predicted_lift as number, line.median_predicted_lift as number, 1e-9);
  });
});

test("correlation is Pearson's", () => {
  // x = 1, 2, 3; y = 1, 3, 2: covariance 0.5, variances 1 and 1.
  assertClose(correlation(Float64Array.of(1, 2, 3), Float64Array.of(1, 3, 2)), 0.5);
});
