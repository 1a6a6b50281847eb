/** With one period the longitudinal estimators are the well-known ones of a point treatment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aipw } from "../../../lib/causal/aipw";
import {
  always,
  gFormula,
  glmLearner,
  incrementalPropensity,
  iteratedExpectations,
  type Longitudinal,
  ltmle,
  marginalStructuralModel,
  naturalCourse,
  never,
  strategyIpw,
} from "../../../lib/causal/longitudinal";
import { glm } from "../../../lib/stats/glm";
import { leastSquares } from "../../../lib/stats/leastSquares";
import { simulatedTrial } from "../simulatedTrial";

const trial = simulatedTrial(400, {
  seed: 3,
  effect: (a) => 1 + a,
  propensity: (a) => 0.5 + 0.3 * a,
});
const column = (j: number) => trial.x.values.filter((_, k) => k % 2 === j);
const columns = { a: column(0), b: column(1) };
const data: Longitudinal = {
  units: 400,
  periods: 1,
  baseline: { a: columns.a },
  varying: { b: columns.b },
  treatment: Float64Array.from(trial.treatment),
  outcome: trial.outcome,
};
const strategies = [always, never];
const logistic = glmLearner();
const near = (one: number | null, other: number, by = 1e-9) =>
  assert.ok(Math.abs(one! - other) < by, `${one} instead of ${other}`);
const average = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const propensity = glm({ outcome: data.treatment, columns }, { family: "binomial" }).fitted;

test("iterated expectations and the g-formula are standardization", () => {
  const fitted = leastSquares({
    outcome: trial.outcome,
    columns: { ...columns, treatment: data.treatment },
  });
  const [b0, ba, bb, bt] = fitted.coefficients;
  const base = average(columns.a.map((a, i) => b0 + ba * a + bb * columns.b[i]));
  const found = iteratedExpectations(data, { strategies });
  near(found.means[0].value, base + bt);
  near(found.means[1].value, base);
  near(found.contrasts[0].value, bt);
  const simulated = gFormula(data, {
    strategies,
    covariates: { b: "gaussian" },
    copies: 1,
    seed: 1,
  });
  near(simulated.means[0].value, base + bt);
  near(simulated.contrasts[0].value, bt);
});

test("LTMLE is the TMLE of a point treatment, with its influence function", () => {
  const [low, high] = [Math.min(...trial.outcome), Math.max(...trial.outcome)];
  const y = trial.outcome.map((value) => (value - low) / (high - low));
  const model = glm(
    { outcome: y, columns: { ...columns, treatment: data.treatment } },
    { family: "binomial", covariance: "HC0" },
  );
  const arm = (value: 0 | 1) => {
    const q = model.predict({ ...columns, treatment: new Float64Array(400).fill(value) });
    const e = Float64Array.from(propensity, (p) => Math.min(Math.max(p, 0.01), 0.99));
    const w = e.map((p, i) => Number(data.treatment[i] === value) / (value === 1 ? p : 1 - p));
    const offset = q.map((p) => Math.log(p / (1 - p)));
    // An intercept alone, weighted, with the first guess as offset.
    const moved = glm(
      { outcome: y, columns: {}, weights: w, offset },
      { family: "binomial", covariance: "HC0", tolerance: 1e-12 },
    ).coefficients[0];
    const star = offset.map((o) => 1 / (1 + Math.exp(-(o + moved))));
    return star.map((p, i) => low + (high - low) * (p + w[i] * (y[i] - p)));
  };
  const [one, other] = [arm(1), arm(0)];
  const found = ltmle(data, { strategies, outcome: logistic, treatment: logistic });
  near(found.means[0].value, average(one), 1e-7);
  const difference = one.map((value, i) => value - other[i]);
  const mean = average(difference);
  near(found.contrasts[0].value, mean, 1e-7);
  const variance = average(difference.map((d) => (d - mean) ** 2)) * (400 / 399);
  near(found.contrasts[0].standardError, Math.sqrt(variance / 400), 1e-7);
  // AIPW is another estimator of the same, to within a fraction of the standard error.
  const other2 = aipw(trial, { outcome: logisticFree, propensity: trial.e, seed: 1 });
  near(found.contrasts[0].value, other2.value!, other2.standardError!);
});

const logisticFree = glmLearner({ family: "gaussian" });

test("a marginal structural model is the difference of weighted means", () => {
  const model = marginalStructuralModel(data, {
    weights: { treatment: logistic, numerator: "marginal" },
    terms: ["last"],
  });
  const mean = (value: 0 | 1) => {
    let [sum, size] = [0, 0];
    for (let i = 0; i < 400; i++) {
      if (data.treatment[i] !== value) continue;
      const w = 1 / (value === 1 ? propensity[i] : 1 - propensity[i]);
      sum += w * trial.outcome[i];
      size += w;
    }
    return sum / size;
  };
  near(model.estimates[0].value, mean(1) - mean(0), 1e-7);
  const weighted = strategyIpw(data, { strategies, treatment: logistic });
  near(weighted.means[0].value, mean(1), 1e-7);
  near(weighted.contrasts[0].value, mean(1) - mean(0), 1e-7);
});

test("delta 1 changes nothing: the natural course is the mean of what was seen", () => {
  const found = incrementalPropensity(data, { deltas: [1, 4], treatment: logistic });
  assert.deepEqual(found.deltas, [4, 1]);
  near(found.means[1].value, average(trial.outcome));
  assert.equal(found.contrasts.length, 1);
  assert.throws(
    () => ltmle(data, { strategies: [naturalCourse], outcome: logistic, treatment: logistic }),
    /"natural course" depends on the natural propensity.*incrementalPropensity/,
  );
});
