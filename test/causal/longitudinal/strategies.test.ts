import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  dynamicRule,
  type Longitudinal,
  naturalCourse,
  never,
  oddsTimes,
  onPeriods,
  type Strategy,
  threshold,
  withProbability,
} from "../../../lib/causal/longitudinal";
import {
  checkStrategies,
  strategyProbability,
} from "../../../lib/causal/longitudinal/strategyView";
import { strategyWeights } from "../../../lib/causal/longitudinal/strategyWeights";

const data: Longitudinal = {
  units: 3,
  periods: 2,
  baseline: { age: [30, 40, 50] },
  varying: { x: [1, 2, 3, 4, 5, 6], on: [1, 1, 1, 1, 0, 1] },
  treatment: [1, 0, 0, 1, 0, 1],
  outcome: [7, 8, 9],
  treatableWhen: "on",
};
const propensity = [0.5, 0.2, 0.5, 0.4, 0.5, 0.8];
const at = (strategy: Strategy, t: number, given?: ArrayLike<number>) => [
  ...strategyProbability(strategy, data, t, [0, 1, 2], given),
];

test("probabilities of treatment, 0 where it is not possible", () => {
  assert.deepEqual(at(always, 0), [1, 1, 0]);
  assert.deepEqual(at(always, 1), [1, 1, 1]);
  assert.deepEqual(at(never, 1), [0, 0, 0]);
  assert.deepEqual(at(onPeriods([2]), 0), [0, 0, 0]);
  assert.deepEqual(at(onPeriods([2]), 1), [1, 1, 1]);
  assert.deepEqual(at(threshold("x", 2), 1), [0, 1, 1]);
  assert.deepEqual(at(threshold("x", 2, { lag: 1, when: "below" }), 1), [1, 0, 0]);
  assert.deepEqual(at(threshold("x", 1, { lag: 1, when: "below" }), 0), [1, 1, 0]);
  assert.deepEqual(at(threshold("age", 35), 0), [0, 1, 0]);
  assert.deepEqual(at(withProbability(0.25), 1), [0.25, 0.25, 0.25]);
  assert.deepEqual(at(naturalCourse, 1, propensity), [0.2, 0.4, 0.8]);
});

test("multiplied odds: 0.2 / 0.8 times 3 is 0.75 / 1.75", () => {
  const [p] = at(oddsTimes(3), 1, propensity);
  assert.ok(Math.abs(p - 0.75 / 1.75) < 1e-15);
  at(oddsTimes(1), 1, propensity).forEach((same, i) => {
    assert.ok(Math.abs(same - [0.2, 0.4, 0.8][i]) < 1e-15);
  });
  assert.deepEqual(at(oddsTimes(7), 1, [0, 0, 0, 1, 0, 0]), [0, 1, 0]);
});

test("names say what is done", () => {
  assert.equal(threshold("x", 2, { lag: 2 }).name, "treated when x 2 periods before is above 2");
  assert.equal(onPeriods([1, 3]).name, "treated in periods 1, 3");
  assert.equal(oddsTimes(2).name, "odds of treatment times 2");
  assert.equal(withProbability(0.5, "coin").name, "coin");
});

test("weights are 0 from the first departure on; coins divide by both probabilities", () => {
  const weights = (strategy: Strategy) => [
    ...strategyWeights(data, strategy, Float64Array.from(propensity), null),
  ];
  // Unit 3 cannot be treated in period 1: no factor there.
  assert.deepEqual(weights(always), [2, 0, 0, 0, 1, 1 / 0.8]);
  assert.deepEqual(weights(never), [0, 0, 2, 0, 1, 0]);
  const coins = weights(withProbability(0.5));
  [1, 0.5 / 0.8, 1, 0.5 / 0.4, 1, 0.5 / 0.8].forEach((w, i) => {
    assert.ok(Math.abs(coins[i] - w) < 1e-15);
  });
});

test("errors name the strategy", () => {
  assert.throws(
    () => at(threshold("y", 1), 0),
    /asks for y, which is no covariate. There are age, x, on/,
  );
  assert.throws(
    () => at(oddsTimes(2), 0),
    /"odds of treatment times 2" needs a model of treatment/,
  );
  assert.throws(() => at(onPeriods([3]), 0), /treats in period 3 of 2/);
  const odd = { ...always, name: "odd", probability: () => Float64Array.of(1, 2, 0) };
  assert.throws(() => at(odd, 1), /"odd" gave 2 in period 2/);
  const peeping = dynamicRule(
    "peeping",
    ({ treatment }) =>
      (i) =>
        treatment(0)[i] === 1,
  );
  assert.throws(() => at(peeping, 1), /sees treatments of earlier periods only/);
  assert.throws(() => withProbability(1.1), /\[0, 1\], unlike 1.1/);
  assert.throws(() => oddsTimes(0), /delta is above 0, not 0/);
  assert.throws(() => onPeriods([0]), /numbered 1, 2/);
  assert.throws(() => threshold("x", Number.NaN), /a number, not NaN/);
  assert.throws(() => checkStrategies([always, always]), /Two strategies are called "always"/);
  assert.throws(() => checkStrategies([]), /There is no strategy/);
});
