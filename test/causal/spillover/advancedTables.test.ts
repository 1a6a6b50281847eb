import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  advancedTakeaways,
  counterfactualPredictions,
  featureSummary,
  liftColumn,
  type OutcomeModels,
  oracleOf,
  outcomeModels,
  promotionExperiment,
  slateAipw,
  TREATMENT,
} from "../../../lib/causal/spillover";
import { features } from "../../../lib/stats/features";
import { linearLearner } from "../../../lib/stats/linearLearner";
import { assertClose, assertFinite, columnOf, simulatedSlates } from "./fixture";

const flat = { warnings: [], predict: (x: { rows: number }) => new Float64Array(x.rows) };

/** Two models of four slates by hand. */
const models: OutcomeModels = {
  features: features({
    [TREATMENT]: [0, 1, 0, 1],
    slate_mean_relevance: [4, Number.NaN, 4, 4],
    focal_seed_position: [5, 6, 7, 8],
    focal_cluster_Drama: [1, 0, 0, 1],
    focal_popularity_low: [1, 1, 1, 1],
    focal_positions_5_6: [1, 1, 0, 0],
  }),
  outcome: Float64Array.of(1, 3, 2, 6),
  isTraining: Uint8Array.of(1, 1, 1, 0),
  fitted: [
    { name: "trees of depth 3", model: flat, predictedLift: Float64Array.of(0, 1, 2, 3) },
    { name: "least squares", model: flat, predictedLift: Float64Array.of(1, 1, 1, 1) },
  ],
};

test("the summary of features by hand", () => {
  const rows = featureSummary(models);
  assert.deepEqual(Object.fromEntries(rows.map(({ metric, value }) => [metric, value])), {
    model_columns: 6,
    // The position of the focal item is a number, its bucket an indicator.
    numeric_columns: 3,
    indicator_columns: 3,
    slates: 4,
    training_slates: 3,
    treated_share: 0.5,
    mean_clicks: 3,
    sd_clicks: Math.sqrt(14 / 3),
    missing_values: 1,
  });
});

describe("predictions slate by slate", () => {
  const experiment = promotionExperiment(simulatedSlates(5, 60), { seed: 2 });
  const learners = { "a b c": linearLearner(), d: linearLearner({ ridge: 5 }) };
  const fitted = outcomeModels(experiment, { seed: 1, learners });
  const aipw = slateAipw(experiment, { seed: 1, learner: linearLearner({ ridge: 5 }) });
  const oracle = oracleOf(experiment);
  const rows = counterfactualPredictions(experiment, fitted, aipw, oracle);

  test("have a column for each model, under the name that liftColumn says", () => {
    assert.deepEqual(["a b c", "d"].map(liftColumn), ["lift_a_b_c", "lift_d"]);
    for (const { name, predictedLift } of fitted.fitted) {
      assert.deepEqual(columnOf(rows, liftColumn(name)), [...predictedLift]);
    }
    assertFinite(rows);
  });

  test("are one row a slate with its arm, clicks, scores and truth", () => {
    assert.deepEqual(columnOf(rows, "slate_id"), [...experiment.slates.slateId]);
    assert.deepEqual(columnOf(rows, "promotion_applied"), [...experiment.treated]);
    assert.deepEqual(columnOf(rows, "total_simulated_clicks"), [...fitted.outcome]);
    assert.deepEqual(columnOf(rows, "aipw_score"), [...aipw.scores]);
    assert.deepEqual(columnOf(rows, "true_promote_lift"), [...oracle.lift]);
    for (const row of rows) {
      assert.equal(row.arm, row.promotion_applied === 1 ? "promoted" : "left unchanged");
      assertClose(
        row.crossfit_cate as number,
        Number(row.crossfit_m1_hat) - Number(row.crossfit_m0_hat),
      );
      assertClose(
        row.true_promote_lift as number,
        Number(row.true_promote_expected_clicks) - Number(row.true_control_expected_clicks),
      );
    }
  });
});

describe("takeaways", () => {
  const oracle = (lift: readonly number[]) => ({
    control: new Float64Array(4),
    promoted: Float64Array.from(lift),
    lift: Float64Array.from(lift),
  });
  const aipw = [
    { estimator: "difference in means", estimate: -0.30782 },
    { estimator: "cross-fitted AIPW", estimate: -0.30355 },
    { estimator: "cross-fitted AIPW, least squares", estimate: 9 },
  ];
  const values = [
    { policy: "Promote none", value_per_1000: 0, ci_low_per_1000: 0, ci_high_per_1000: 0 },
    { policy: "top 25%", value_per_1000: -3.65, ci_low_per_1000: -9.25, ci_high_per_1000: 2 },
  ];

  test("are four, with the numbers of the tables before", () => {
    // The true lift is the prediction turned around: errors -3, -1, 1, 3.
    const rows = advancedTakeaways(models, oracle([3, 2, 1, 0]), aipw, values);
    assert.deepEqual(rows, [
      {
        topic: "Outcome modelling",
        finding: "Smallest test error of clicks: trees of depth 3, RMSE 6.000.",
      },
      {
        topic: "Conditional effects",
        finding:
          "Predicted lifts of trees of depth 3 miss the true ones by RMSE 2.236, correlation -1.000.",
      },
      { topic: "AIPW", finding: "Total -0.304 against -0.308 by the plain difference." },
      {
        topic: "Best policy",
        finding:
          "top 25%: -3.6 clicks per 1,000 eligible slates (-9.3 to 2.0); promoting none is worth 0.",
      },
    ]);
  });

  test("a correlation that does not exist is unknown, not 0", () => {
    const [, effects] = advancedTakeaways(models, oracle([1, 1, 1, 1]), aipw, values);
    assert.match(String(effects!.finding), /correlation unknown\.$/);
  });
});
