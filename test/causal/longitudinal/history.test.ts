import assert from "node:assert/strict";
import { test } from "node:test";
import { historyFeatures, type Longitudinal } from "../../../lib/causal/longitudinal";
import { checkHistory, historyName } from "../../../lib/causal/longitudinal/history";

const data: Longitudinal = {
  units: 2,
  periods: 3,
  baseline: { age: [30, 40] },
  varying: { x: [1, 2, 3, 4, 5, 6], z: [0, 0, 1, 1, 0, 1] },
  treatment: [1, 0, 1, 0, 1, 1],
  outcome: [0, 1],
};

function rows(t: number, known: Parameters<typeof historyFeatures>[3], options = {}) {
  const { names, values } = historyFeatures(data, t, [1, 0], known, options);
  const width = names.length;
  return [names, [...values.subarray(0, width)], [...values.subarray(width, 2 * width)]];
}

test("all of the past, in the order covariates, lags, treatments", () => {
  assert.deepEqual(rows(0, "covariates"), [
    ["age", "x", "z"],
    [40, 4, 1],
    [30, 1, 0],
  ]);
  assert.deepEqual(rows(2, "treatment"), [
    [
      "age",
      "x",
      "x_lag1",
      "x_lag2",
      "z",
      "z_lag1",
      "z_lag2",
      "treatment_lag1",
      "treatment_lag2",
      "treatment",
    ],
    [40, 6, 5, 4, 1, 0, 1, 1, 0, 1],
    [30, 3, 2, 1, 1, 0, 0, 0, 1, 1],
  ]);
});

test("fewer lags, fewer covariates, counts of treatments", () => {
  const options = { covariates: ["x"], baseline: [], lags: 1, treatmentLags: 0, cumulative: true };
  assert.deepEqual(rows(2, "covariates", options), [
    ["x", "x_lag1", "treatments_before"],
    [6, 5, 1],
    [3, 2, 1],
  ]);
  assert.deepEqual(rows(0, "covariates", options), [["x"], [4], [1]]);
});

test("before the covariates of a period, with those that are listed", () => {
  assert.deepEqual(rows(1, ["z"], { lags: 1 }), [
    ["age", "x_lag1", "z", "z_lag1", "treatment_lag1"],
    [40, 4, 0, 1, 0],
    [30, 1, 0, 0, 1],
  ]);
});

test("pooled models know the period, and zeros before the first", () => {
  const options = { pooled: true, covariates: ["x"], baseline: [] };
  assert.deepEqual(rows(0, "covariates", options), [
    ["x", "x_lag1", "treatment_lag1", "period_2", "period_3"],
    [4, 0, 0, 0, 0],
    [1, 0, 0, 0, 0],
  ]);
  assert.deepEqual(rows(2, "covariates", { ...options, period: "linear" }), [
    ["x", "x_lag1", "treatment_lag1", "period"],
    [6, 5, 1, 2],
    [3, 2, 0, 2],
  ]);
});

test("unknown names and options are errors", () => {
  assert.throws(
    () => checkHistory(data, { covariates: ["y"] }),
    /There is no covariate y. There are x, z/,
  );
  assert.throws(
    () => checkHistory(data, { lags: -1 }),
    /lags is a whole number from 0 on or "all", not -1/,
  );
  assert.throws(() => checkHistory(data, { lag: 1 } as object), /no option lag. It has covariates/);
  assert.equal(
    historyName({ pooled: true }),
    "one model for all periods, covariates of 1 earlier period and treatments of 1 earlier period",
  );
  assert.equal(
    historyName({}),
    "a model for each period, all earlier covariates and all earlier treatments",
  );
});
