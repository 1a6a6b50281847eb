import assert from "node:assert/strict";
import { test } from "node:test";
import { crossFit } from "../../lib/causal/crossFit";
import { type Features, features } from "../../lib/stats/features";
import type { Learner } from "../../lib/stats/learner";
import { linearLearner } from "../../lib/stats/linearLearner";

/** Predicts the mean of what it was fitted to, and remembers the rows by their column id. */
function meanLearner(seen: number[][] = []): Learner {
  return {
    name: "mean",
    fit(x: Features, y) {
      seen.push([...x.values]);
      const mean = Array.from(y).reduce((sum, value) => sum + value, 0) / y.length;
      return {
        warnings: ["only a mean"],
        predict: (given) => new Float64Array(given.rows).fill(mean),
      };
    },
  };
}

const data = {
  x: features({ id: [0, 1, 2, 3, 4, 5] }),
  treatment: [1, 0, 1, 0, 1, 0],
  outcome: [10, 1, 20, 2, 30, 3],
};
const fold = [0, 0, 1, 1, 2, 2];

test("each row is predicted from its arm's rows of the other folds", () => {
  const seen: number[][] = [];
  const fitted = crossFit(data, {
    outcome: meanLearner(seen),
    propensity: meanLearner(),
    fold,
    seed: 1,
  });
  assert.deepEqual([...fitted.m1], [25, 25, 20, 20, 15, 15]);
  assert.deepEqual([...fitted.m0], [2.5, 2.5, 2, 2, 1.5, 1.5]);
  assert.deepEqual([...fitted.e], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  assert.deepEqual(seen, [
    [2, 4],
    [3, 5],
    [0, 4],
    [1, 5],
    [0, 2],
    [1, 3],
  ]);
  assert.equal(fitted.folds, 3);
  assert.equal(fitted.isPropensityKnown, false);
  assert.deepEqual(fitted.warnings, [
    "outcome of the treated: only a mean (3 of 3 folds)",
    "outcome of the untreated: only a mean (3 of 3 folds)",
    "propensity: only a mean (3 of 3 folds)",
  ]);
});

test("a known propensity is passed through, one for all or one a row", () => {
  const outcome = meanLearner();
  const one = crossFit(data, { outcome, propensity: 0.3, fold, seed: 1 });
  assert.deepEqual([...one.e], new Array(6).fill(0.3));
  assert.equal(one.isPropensityKnown, true);
  const given = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
  assert.deepEqual([...crossFit(data, { outcome, propensity: given, fold, seed: 1 }).e], given);
});

test("folds at random are alike in both arms, or whole clusters", () => {
  const n = 60;
  const many = {
    x: features({ id: Array.from({ length: n }, (_, i) => i) }),
    treatment: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0)),
    outcome: new Float64Array(n),
  };
  const how = { outcome: meanLearner(), propensity: 0.5, folds: 4, seed: 2 } as const;
  const fitted = crossFit(many, how);
  for (let k = 0; k < 4; k++) {
    const treated = many.treatment.filter((t, i) => t === 1 && fitted.fold[i] === k);
    assert.equal(treated.length, 5);
  }
  const cluster = many.treatment.map((_, i) => Math.floor(i / 5));
  const whole = crossFit({ ...many, cluster }, how);
  cluster.forEach((g, i) => {
    assert.equal(whole.fold[i], whole.fold[5 * g]);
  });
});

test("what cannot be is an error that says what and where", () => {
  const how = { outcome: linearLearner(), propensity: 0.5, fold, seed: 1 } as const;
  const wrong =
    (change: object, options: object = {}) =>
    () =>
      crossFit({ ...data, ...change }, { ...how, ...options });
  assert.throws(wrong({ treatment: [1, 0, 2, 0, 1, 0] }), /Row 3: the treatment is 0 or 1, not 2/);
  assert.throws(wrong({ outcome: [1, 2, 3, 4, 5, Number.NaN] }), /Row 6: the outcome is NaN/);
  assert.throws(wrong({ outcome: [1] }), /6 rows of features, 6 treatments, 1 outcomes/);
  assert.throws(wrong({}, { propensity: 1 }), /Row 1: a known propensity lies between 0 and 1/);
  assert.throws(wrong({}, { propensity: [0.5] }), /1 propensities for 6 rows/);
  assert.throws(wrong({}, { fold: [0, 0, 0, 0, 0, 0] }), /at least two folds/);
  assert.throws(wrong({}, { fold: [0, 0, 2, 2, 2, 2] }), /2 folds, but none is number 1/);
  assert.throws(wrong({ cluster: [1, 2, 2, 3, 4, 4] }), /Cluster 2 lies in several folds/);
  assert.throws(wrong({}, { fold: [0, 1, 0, 1, 0, 1] }), /Without fold 0 there is no treated row/);
});
