import assert from "node:assert/strict";
import { test } from "node:test";
import { CONSTANT, conditionalEffect } from "../../lib/causal/conditionalEffect";
import { boostedTrees } from "../../lib/stats/boostedTrees";
import { features } from "../../lib/stats/features";
import type { Learner } from "../../lib/stats/learner";
import { linearLearner } from "../../lib/stats/linearLearner";
import { simulatedTrial } from "./simulatedTrial";

const line = linearLearner();
const how = { outcome: line, propensity: 0.5, seed: 1 } as const;

test("an effect that is linear in a covariate is found, and the learner that fits it is chosen", () => {
  const trial = simulatedTrial(3000, { seed: 1, effect: (a) => 1 + 2 * a });
  const trees = boostedTrees({ task: "regression", trees: 100 });
  const found = conditionalEffect(trial, { ...how, candidates: { line, trees } });
  assert.equal(found.chosen, "line");
  const [constant, ofLine, ofTrees] = found.losses;
  assert.deepEqual(
    found.losses.map(({ name }) => name),
    [CONSTANT, "line", "trees"],
  );
  assert.equal(constant!.difference, null);
  // The constant effect errs by the variance of 2 a, which is 4 / 3.
  const { value, lower, upper } = ofLine!.difference!;
  assert.ok(lower! < -4 / 3 && -4 / 3 < upper!, `${lower} ... ${upper}`);
  assert.ok(Math.abs(value! - (ofLine!.loss.value! - constant!.loss.value!)) < 1e-9);
  assert.ok(ofTrees!.difference!.value! > value!);
  const errors = found.predicted.line!.map((effect, i) => (effect - trial.effect[i]!) ** 2);
  assert.ok(errors.reduce((sum, e) => sum + e, 0) / 3000 < 0.05);
});

test("where the effect is the same for all, trees that see patterns in noise lose to the constant", () => {
  const trial = simulatedTrial(1500, { seed: 2, effect: () => 1 });
  const trees = boostedTrees({ task: "regression", trees: 100 });
  const found = conditionalEffect(trial, { ...how, candidates: { trees } });
  assert.equal(found.chosen, CONSTANT);
  assert.ok(found.losses[1]!.difference!.lower! > 0);
  assert.ok(found.average.lower! < 1 && 1 < found.average.upper!);
});

test("nothing of a fold is in what is predicted for it", () => {
  const trial = simulatedTrial(120, { seed: 3, effect: (a) => a });
  const fold = Array.from({ length: 120 }, (_, i) => i % 4);
  const options = { ...how, propensity: line, fold, candidates: { line } };
  const before = conditionalEffect(trial, options);
  const outcome = trial.outcome.map((y, i) => (fold[i] === 2 ? y * 3 - 5 : y));
  const treatment = trial.treatment.map((t, i) => (fold[i] === 2 ? 1 - t : t));
  const after = conditionalEffect({ ...trial, outcome, treatment }, options);
  fold.forEach((k, i) => {
    const isSame = before.predicted.line![i] === after.predicted.line![i];
    assert.equal(isSame, k === 2, `row ${i} of fold ${k}`);
    if (k === 2) assert.equal(before.predicted[CONSTANT]![i], after.predicted[CONSTANT]![i]);
  });
});

test("the constant effect of a fold is the mean of the other folds' scores, from pairs left out", () => {
  // Outcomes are learned as means, the propensity is 1/2: scores can be written down.
  const treatment = [1, 0, 1, 0, 1, 0];
  const outcome = [4, 1, 6, 3, 8, 2];
  const mean: Learner = {
    name: "mean",
    fit: (_x, y) => {
      const value = Array.from(y).reduce((sum, one) => sum + one, 0) / y.length;
      return { warnings: [], predict: (x) => new Float64Array(x.rows).fill(value) };
    },
  };
  const data = { x: features({ a: [1, 2, 3, 4, 5, 6] }), treatment, outcome };
  const options = { ...how, outcome: mean, fold: [0, 0, 1, 1, 2, 2], candidates: { mean } };
  const found = conditionalEffect(data, options);
  // Fold 0, from folds 1 and 2: without 0 and 1, m1 = 8 and m0 = 2; without 0 and 2, m1 = 6 and m0 = 3.
  const scores = [6 + (6 - 8) * 2, 6 - (3 - 2) * 2, 3 + (8 - 6) * 2, 3 - (2 - 3) * 2];
  const expected = scores.reduce((sum, score) => sum + score, 0) / 4;
  assert.ok(Math.abs(found.predicted[CONSTANT]![0]! - expected) < 1e-12);
  assert.ok(Math.abs(found.predicted.mean![1]! - expected) < 1e-12);
});

test("the effect may be asked of other columns than the covariates", () => {
  const trial = simulatedTrial(600, { seed: 4, effect: (a) => 2 * a });
  const sign = trial.x.values.filter((_, k) => k % 2 === 0).map((a) => (a > 0 ? 1 : 0));
  const found = conditionalEffect(trial, {
    ...how,
    modifiers: features({ sign }),
    candidates: { line },
  });
  const ofFold = found.predicted.line!.filter((_, i) => found.fold[i] === 0);
  assert.equal(new Set(Array.from(ofFold, (effect) => effect.toFixed(9))).size, 2);
});

test("what cannot be is an error", () => {
  const trial = simulatedTrial(60, { seed: 5, effect: () => 1 });
  const wrong = (options: object) => () =>
    conditionalEffect(trial, { ...how, candidates: { line }, ...options });
  assert.throws(wrong({ candidates: {} }), /no candidates/);
  assert.throws(wrong({ candidates: { [CONSTANT]: line } }), /No candidate may be called/);
  assert.throws(wrong({ folds: 2 }), /three folds or more, not 2/);
  assert.throws(wrong({ modifiers: features({ a: [1] }) }), /1 rows of modifiers for 60 rows/);
});
