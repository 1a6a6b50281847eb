import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  propensity,
  propensityCalibration,
  propensityMetrics,
  propensityModelSummary,
  propensitySummary,
} from "../../lib/causal";
import { features, linearLearner, random } from "../../lib/stats";

/** 40 users of 25 rows; the treatment depends on x alone, and a user's x hangs together. */
function panel(seed: number) {
  const rng = random(seed);
  const n = 1000;
  const level = Float64Array.from({ length: 40 }, () => rng.uniform());
  const cluster = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 25));
  const x = Float64Array.from(cluster, (user) => 0.7 * level[user]! + 0.3 * rng.uniform());
  const treatment = Uint8Array.from(x, (value) => Number(rng.uniform() < 0.1 + 0.8 * value));
  return { x: features({ x }), treatment, cluster, chance: x.map((value) => 0.1 + 0.8 * value) };
}

describe("propensity", () => {
  const data = panel(5);
  const learner = linearLearner();
  const byUser = propensity(data, { learner, seed: 1 });

  test("finds the chance that was used", () => {
    const error = byUser.e.reduce((sum, value, i) => sum + (value - data.chance[i]!) ** 2, 0);
    assert.ok(Math.sqrt(error / 1000) < 0.05);
  });

  test("rows of a user share a fold, unless rows are asked for", () => {
    for (let i = 1; i < 1000; i++) {
      if (data.cluster[i] === data.cluster[i - 1]) {
        assert.equal(byUser.fold[i], byUser.fold[i - 1]);
      }
    }
    const byRow = propensity(data, { learner, seed: 1, by: "row" });
    const share = (k: number) => {
      const own = [...byRow.fold.keys()].filter((i) => byRow.fold[i] === k);
      return own.reduce((sum, i) => sum + data.treatment[i]!, 0) / own.length;
    };
    for (let k = 1; k < 5; k++) assert.ok(Math.abs(share(k) - share(0)) < 0.006);
  });

  test("a row's probability does not depend on its own treatment", () => {
    const treatment = data.treatment.slice();
    for (let i = 0; i < 25; i++) treatment[i] = 1 - treatment[i]!;
    const flipped = propensity({ ...data, treatment }, { learner, seed: 1 });
    assert.deepEqual(flipped.fold, byUser.fold);
    assert.deepEqual(flipped.e.slice(0, 25), byUser.e.slice(0, 25));
    assert.notDeepEqual(flipped.e, byUser.e);
  });

  test("repeats with its seed; refuses other treatments and folds by nothing", () => {
    assert.deepEqual(propensity(data, { learner, seed: 1 }), byUser);
    assert.notDeepEqual(propensity(data, { learner, seed: 2 }).fold, byUser.fold);
    const treatment = data.treatment.slice();
    treatment[7] = 2;
    assert.throws(
      () => propensity({ ...data, treatment }, { learner, seed: 1 }),
      /Row 8: the treatment is 0 or 1, not 2/,
    );
    const { cluster: _, ...rows } = data;
    assert.throws(() => propensity(rows, { learner, seed: 1, by: "cluster" }), /need the rows' cl/);
    assert.equal(propensity(rows, { learner, seed: 1 }).by, "row");
  });
});

describe("tables of a propensity", () => {
  const known = {
    e: Float64Array.of(0.02, 0.3, 0.6, 0.97, 0.4, 0.5),
    fold: Int32Array.of(0, 0, 0, 1, 1, 1),
    by: "row" as const,
    learner: "given",
    warnings: [],
  };
  const treatment = [0, 1, 1, 1, 0, 1];

  test("metrics of each fold and their means", () => {
    const metrics = propensityMetrics({ given: known }, treatment);
    assert.deepEqual(
      metrics.map(({ model, fold, rows, roc_auc }) => ({ model, fold, rows, roc_auc })),
      [
        { model: "given", fold: 1, rows: 3, roc_auc: 1 },
        { model: "given", fold: 2, rows: 3, roc_auc: 1 },
      ],
    );
    const brier = (0.02 ** 2 + 0.7 ** 2 + 0.4 ** 2) / 3;
    assert.ok(Math.abs(Number(metrics[0]!.brier_score) - brier) < 1e-12);
    const [row] = propensityModelSummary(metrics);
    assert.deepEqual([row!.rows, row!.roc_auc_mean, row!.roc_auc_std], [6, 1, 0]);
    assert.ok(Math.abs(Number(row!.mean_treatment_rate) - 2 / 3) < 1e-12);
  });

  test("a fold with one arm only has no AUC, nor has the mean over it", () => {
    const metrics = propensityMetrics({ given: known }, [0, 0, 0, 1, 0, 1]);
    assert.equal(metrics[0]!.roc_auc, null);
    const [row] = propensityModelSummary(metrics);
    assert.equal(row!.roc_auc_mean, null);
    assert.equal(row!.roc_auc_std, null);
  });

  test("summary: quantiles and the shares outside 0.05 and 0.95", () => {
    const [row] = propensitySummary({ given: known });
    assert.ok(Math.abs(Number(row!.median) - 0.45) < 1e-12);
    assert.deepEqual([row!.min, row!.max], [0.02, 0.97]);
    assert.deepEqual([row!.share_below_05, row!.share_above_95], [1 / 6, 1 / 6]);
  });

  test("calibration: groups of equal size in the order of the prediction", () => {
    const rows = propensityCalibration({ given: known }, treatment, { bins: 3 });
    assert.deepEqual(
      rows.map(({ rows: size, observed_treatment_rate: rate }) => [size, rate]),
      [
        [2, 0.5],
        [2, 0.5],
        [2, 1],
      ],
    );
    assert.ok(Math.abs(Number(rows[2]!.mean_predicted_propensity) - 0.785) < 1e-12);
  });
});
