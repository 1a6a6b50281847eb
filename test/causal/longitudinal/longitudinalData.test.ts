import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  checkLongitudinal,
  glmLearner,
  historyWeights,
  iteratedExpectations,
  type Longitudinal,
  ltmle,
  marginalStructuralModel,
  never,
  strategyIpw,
} from "../../../lib/causal/longitudinal";
import {
  isAtRisk,
  isRetained,
  isTreatable,
  unitsWhere,
  unitsWithOutcome,
} from "../../../lib/causal/longitudinal/longitudinalData";
import { feedbackPanel } from "./feedbackPanel";

/** Three units, two periods; the second unit is lost in period 2, after its treatment. */
const small: Longitudinal = {
  units: 3,
  periods: 2,
  baseline: { age: [30, 40, 50] },
  varying: { x: [1, 2, 3, 4, 5, 6], on: [1, 1, 1, 1, 0, 1] },
  treatment: [1, 0, 0, 1, 0, 1],
  outcome: [7, Number.NaN, 9],
  censored: [0, 0, 0, 1, 0, 0],
  treatableWhen: "on",
};

test("who is there, who can be treated, whose outcome is known", () => {
  checkLongitudinal(small);
  assert.deepEqual([...unitsWhere(small, 1, isAtRisk)], [0, 1, 2]);
  assert.deepEqual([...unitsWhere(small, 1, isRetained)], [0, 2]);
  assert.deepEqual([...unitsWhere(small, 0, isTreatable)], [0, 1]);
  assert.deepEqual([...unitsWithOutcome(small)], [0, 2]);
});

test("what comes after a loss is passed over", () => {
  const lost = { ...small, censored: [0, 0, 1, 1, 0, 0], treatableWhen: undefined };
  const missing = {
    ...lost,
    varying: { ...small.varying, x: [1, 2, 3, Number.NaN, 5, 6] },
    treatment: [1, 0, 0, Number.NaN, 0, 1],
  };
  checkLongitudinal(missing);
  assert.deepEqual([...unitsWhere(missing, 1, isAtRisk)], [0, 2]);
});

test("errors say what, where and what to do", () => {
  const wrong = (change: object, message: RegExp) =>
    assert.throws(() => checkLongitudinal({ ...small, ...change }), message);
  wrong({ units: 0 }, /units is a whole number from 1 on, not 0/);
  wrong({ treatment: [1, 0, 0, 1, 0] }, /treatment has 5 values, not 6/);
  wrong({ treatment: [1, 0, 2, 1, 0, 1] }, /treatment, unit 2, period 1: 0 or 1, not 2/);
  wrong({ treatment: [1, 0, 0, 1, 1, 1] }, /unit 3, period 1: treated although on is 0/);
  wrong({ outcome: [7, 8] }, /one a unit \(3\) or one a unit and period \(6\)/);
  wrong({ outcome: [7, 8, Number.NaN] }, /outcome, unit 3, period 2: NaN is no number/);
  wrong(
    { censored: [1, 0, 0, 1, 0, 0] },
    /unit 1, period 2: a unit that was lost does not come back/,
  );
  wrong({ censored: [0, 1, 1, 1, 0, 1] }, /All 3 units are censored/);
  wrong({ baseline: { x: [1, 2, 3] } }, /x is a baseline and a varying covariate/);
  wrong({ baseline: { treatment: [1, 2, 3] } }, /must not be called treatment/);
  wrong({ baseline: { age: [1, Number.NaN, 3] } }, /age, unit 2: NaN is no number/);
  wrong(
    { varying: { x: [1, 2, 3, 4, 5, Infinity] }, treatableWhen: undefined },
    /x, unit 3, period 2: Infinity/,
  );
  wrong({ treatableWhen: "off" }, /names off, which is no varying covariate. There are x, on/);
  wrong({ cluster: [1, 2] }, /cluster has 2 values, not 3/);
});

test("a period in which nobody, or everybody, was treated is named by every estimator", () => {
  const logistic = glmLearner();
  const strategies = [always, never];
  const whole = feedbackPanel({ units: 50, seed: 1 });
  const without = (value: number) => {
    const treatment = Float64Array.from(whole.treatment);
    for (let u = 0; u < 50; u++) treatment[u * 3 + 1] = value;
    return { ...whole, treatment };
  };
  const none = /Period 2: none of the 50 units that could be treated was treated/;
  const models = { outcome: logistic, treatment: logistic };
  assert.throws(() => iteratedExpectations(without(0), { strategies }), none);
  assert.throws(() => ltmle(without(0), { strategies, ...models }), none);
  assert.throws(() => strategyIpw(without(0), { strategies, treatment: logistic }), none);
  assert.throws(() => historyWeights(without(0), { treatment: logistic }), none);
  assert.throws(
    () => historyWeights(without(1), { treatment: logistic }),
    /Period 2: every one of the 50 units/,
  );
  // A model for all periods goes on, and says so.
  const history = { pooled: true, period: "linear" } as const;
  const pooled = historyWeights(without(0), { treatment: logistic, history });
  assert.match(pooled.warnings.join("\n"), /in period 2 all units had the same treatment/);
});

test("outcomes of each period are for marginal structural models alone", () => {
  const whole = feedbackPanel({ units: 50, seed: 1 });
  const repeated = { ...whole, outcome: Float64Array.from(whole.treatment, (a, i) => a + (i % 7)) };
  const weights = { treatment: glmLearner() };
  assert.equal(marginalStructuralModel(repeated, { weights, terms: ["last"] }).estimates[0].n, 150);
  assert.throws(
    () => iteratedExpectations(repeated, { strategies: [always] }),
    /iteratedExpectations needs one outcome a unit.*slidingWindows/,
  );
});
