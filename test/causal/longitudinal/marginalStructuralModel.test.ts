import assert from "node:assert/strict";
import { test } from "node:test";
import {
  glmLearner,
  historyWeights,
  type Longitudinal,
  marginalStructuralModel,
  recentTreatment,
} from "../../../lib/causal/longitudinal";
import { exposureTerms } from "../../../lib/causal/longitudinal/exposureTerms";
import { leastSquares } from "../../../lib/stats/leastSquares";
import { random } from "../../../lib/stats/random";
import { feedbackPanel } from "./feedbackPanel";

const treatment = glmLearner();
const near = (one: number | null, other: number, by = 1e-8) =>
  assert.ok(Math.abs(one! - other) < by, `${one} instead of ${other}`);

test("terms of a history of treatments, by hand", () => {
  const terms = exposureTerms(["last", "cumulative", "share", recentTreatment(2), "each"], 3);
  const values = (a: number[]) => terms.map(({ of }) => of(a));
  assert.deepEqual(values([1, 1, 0]), [0, 2, 2 / 3, 1, 1, 1, 0]);
  assert.deepEqual(values([0, 1, 1]), [1, 2, 2 / 3, 2, 0, 1, 1]);
  assert.deepEqual(
    terms.map(({ name }) => name),
    [
      "last_treatment",
      "cumulative_treatment",
      "share_treated",
      "treated_of_last_2",
      "treatment_1",
      "treatment_2",
      "treatment_3",
    ],
  );
  assert.throws(() => exposureTerms(["first" as "last"], 3), /There is no term first/);
  assert.throws(() => exposureTerms(["last", "last"], 3), /Two terms are called last_treatment/);
  assert.throws(() => exposureTerms([], 3), /at least one term/);
  assert.throws(() => recentTreatment(0), /whole number of periods from 1 on/);
});

test("it is the weighted regression with clustered errors; contrasts are sums of coefficients", () => {
  const data = feedbackPanel({ units: 240, seed: 6, clusterSize: 4 });
  const weights = historyWeights(data, { treatment }).final;
  const at = (t: number) => Float64Array.from(weights, (_, u) => data.treatment[3 * u + t]);
  const fitted = leastSquares({
    outcome: data.outcome,
    columns: { one: at(0), two: at(1), three: at(2) },
    weights,
    cluster: data.cluster,
  });
  const model = marginalStructuralModel(data, {
    weights: { treatment },
    terms: ["each"],
    contrasts: { all: { treatment_1: 1, treatment_2: 1, treatment_3: 1 } },
  });
  for (let k = 0; k < 3; k++) {
    near(model.estimates[k].value, fitted.coefficients[k + 1]);
    near(model.estimates[k].standardError, fitted.standardErrors[k + 1]);
  }
  const [, b1, b2, b3] = fitted.coefficients;
  near(model.estimates[3].value, b1 + b2 + b3);
  let variance = 0;
  for (let r = 1; r < 4; r++) for (let c = 1; c < 4; c++) variance += fitted.covariance[4 * r + c];
  near(model.estimates[3].standardError, Math.sqrt(variance));
  const { estimand, clusters, n, dropped, lower, upper, value, standardError } = model.estimates[3];
  assert.deepEqual(
    { estimand, clusters, n, dropped },
    { estimand: "all", clusters: 60, n: 240, dropped: 0 },
  );
  // The 97.5th percentile of t with 59 degrees of freedom, from R's qt(0.975, 59).
  near(upper! - value!, 2.0009953780882688 * standardError!, 1e-7);
  near(value! - lower!, upper! - value!);
});

test("outcomes of each period: one row a unit and period, weights of the period", () => {
  const whole = feedbackPanel({ units: 80, seed: 7 });
  const draws = random(8);
  const outcome = Float64Array.from(
    whole.treatment,
    (a, i) => a + whole.varying.l[i] + draws.normal(),
  );
  const data = { ...whole, outcome };
  const history = { pooled: true, lags: 1, period: "linear" } as const;
  const options = { weights: { treatment, history, window: 2 }, terms: [recentTreatment(2)] };
  const model = marginalStructuralModel(data, { ...options, period: "indicator", from: 2 });
  const { weights } = historyWeights(data, options.weights);
  const rows = Array.from({ length: 240 }, (_, i) => i).filter((i) => i % 3 > 0);
  const fitted = leastSquares({
    outcome: rows.map((i) => outcome[i]),
    columns: {
      recent: rows.map((i) => data.treatment[i] + data.treatment[i - 1]),
      third: rows.map((i) => Number(i % 3 === 2)),
    },
    weights: rows.map((i) => weights[i]),
    cluster: rows.map((i) => Math.floor(i / 3)),
  });
  near(model.estimates[0].value, fitted.coefficients[1]);
  near(model.estimates[0].standardError, fitted.standardErrors[1]);
  assert.equal(model.estimates[0].n, 160);
  assert.equal(model.estimates[0].clusters, 80);
  assert.deepEqual(model.names, ["intercept", "treated_of_last_2", "period_3"]);
});

test("binary outcomes: odds ratios; lost units are counted as dropped", () => {
  const lost = feedbackPanel({ units: 600, seed: 9, isCensored: true });
  const outcome = Float64Array.from(lost.outcome, (y) => (Number.isNaN(y) ? y : Number(y > 1)));
  const [estimate] = marginalStructuralModel(
    { ...lost, outcome },
    { weights: { treatment }, family: "binomial" },
  ).estimates;
  assert.ok(estimate.value! > 0.2 && estimate.lower! > 0);
  assert.equal(estimate.n + estimate.dropped, 600);
  assert.ok(estimate.dropped > 50);
});

test("the bootstrap has a seed and makes the weights anew", () => {
  const data = feedbackPanel({ units: 100, seed: 10 });
  const run = (seed: number) =>
    marginalStructuralModel(data, { weights: { treatment }, bootstrap: { draws: 30, seed } })
      .bootstrapped[0];
  assert.deepEqual(run(1), run(1));
  assert.notEqual(run(1).standardError, run(2).standardError);
  assert.match(run(1).method, /30 bootstrap draws of whole units, all models refitted/);
});

test("what cannot be estimated is an error", () => {
  const data: Longitudinal = feedbackPanel({ units: 60, seed: 1 });
  const wrong = (options: object, message: RegExp) =>
    assert.throws(
      () => marginalStructuralModel(data, { weights: { treatment }, ...options }),
      message,
    );
  wrong(
    { covariates: ["l"] },
    /l is no baseline covariate.*would take away what earlier treatments do/,
  );
  wrong({ contrasts: { c: { last: 1 } } }, /"c" has no term last. There are cumulative_treatment/);
  wrong({ terms: ["cumulative", "share"] }, /share_treated is determined by the others/);
  wrong({ terms: [{ name: "none", of: () => 0 }] }, /The term none is 0 in every row/);
  wrong({ from: 4 }, /from is a period, 1 to 3, not 4/);
  wrong({ level: 2 }, /confidence level/);
});
