import assert from "node:assert/strict";
import { test } from "node:test";
import { glmLearner, historyWeights, type Longitudinal } from "../../../lib/causal/longitudinal";
import { truncateWeights } from "../../../lib/causal/longitudinal/weightTruncation";
import type { Learner } from "../../../lib/stats/learner";
import { feedbackPanel } from "./feedbackPanel";
import { cellMeans } from "./saturated";

const near = (one: number, other: number, by = 1e-12) =>
  assert.ok(Math.abs(one - other) < by, `${one} instead of ${other}`);

/** Eight units, one period: treated 3 of 4 where x is 1, 1 of 4 where it is 0. */
const eight: Longitudinal = {
  units: 8,
  periods: 1,
  baseline: {},
  varying: { x: [1, 1, 1, 1, 0, 0, 0, 0] },
  treatment: [1, 1, 1, 0, 1, 0, 0, 0],
  outcome: [1, 2, 3, 4, 5, 6, 7, 8],
};

test("by hand: 0.5 / 0.75 for the usual, 0.5 / 0.25 for the others", () => {
  const { final, summary, propensity } = historyWeights(eight, { treatment: cellMeans });
  [2 / 3, 2 / 3, 2 / 3, 2, 2, 2 / 3, 2 / 3, 2 / 3].forEach((w, u) => {
    near(final[u], w);
  });
  assert.deepEqual([...propensity], [0.75, 0.75, 0.75, 0.75, 0.25, 0.25, 0.25, 0.25]);
  near(summary[0].mean, 1);
  near(summary[0].effectiveSampleSize, 64 / (6 * (4 / 9) + 8));
  assert.equal(summary[0].largest, 2);
  const plain = historyWeights(eight, { treatment: cellMeans, numerator: "none" });
  [4 / 3, 4 / 3, 4 / 3, 4, 4, 4 / 3, 4 / 3, 4 / 3].forEach((w, u) => {
    near(plain.final[u], w);
  });
  assert.deepEqual(plain.warnings, []);
});

test("periods without a possible treatment have no factor", () => {
  const on = [1, 1, 1, 1, 1, 1, 1, 0];
  const { x } = eight.varying;
  const data = { ...eight, varying: { x, on }, treatableWhen: "on" };
  const history = { covariates: ["x"] };
  const { final, propensity } = historyWeights(data, { treatment: cellMeans, history });
  assert.equal(final[7], 1);
  assert.equal(propensity[7], 0);
  // Four of seven are treated, one of the three with x = 0.
  near(final[4], 4 / 7 / (1 / 3));
});

test("a window takes the last factors only, and their product is the whole", () => {
  const data = feedbackPanel({ units: 300, seed: 2 });
  const treatment = glmLearner();
  const whole = historyWeights(data, { treatment });
  const single = historyWeights(data, { treatment, window: 1 });
  const two = historyWeights(data, { treatment, window: 2 });
  for (let u = 0; u < 300; u++) {
    const [a, b, c] = single.weights.subarray(3 * u, 3 * u + 3);
    near(whole.final[u], a * b * c, 1e-10);
    near(two.final[u], b * c, 1e-10);
    near(two.weights[3 * u], a);
  }
  assert.deepEqual(historyWeights(data, { treatment, window: 3 }).final, whole.final);
});

test("the lost have weight 0 from then on, the others stand for them", () => {
  const data = feedbackPanel({ units: 2000, seed: 3, isCensored: true });
  const found = historyWeights(data, { treatment: glmLearner() });
  const { censored = [] } = data;
  for (let cell = 0; cell < 6000; cell++) {
    assert.equal(found.weights[cell] === 0, censored[cell] === 1);
  }
  const stayed = found.summary[2].rows;
  assert.equal(stayed, found.final.filter((w) => w > 0).length);
  assert.ok(stayed < 1800 && stayed > 1000);
  assert.ok(Math.abs(found.summary[2].mean - 1) < 0.05);
  // Not stabilized, they add up to all who were there at first.
  const { final } = historyWeights(data, { treatment: glmLearner(), numerator: "none" });
  const total = final.reduce((sum, w) => sum + w, 0);
  assert.ok(Math.abs(total / 8 / 2000 - 1) < 0.15, `${total}`);
  assert.match(found.method, /with censoring weights/);
});

test("truncation at a cap or at percentiles, counted", () => {
  const data = feedbackPanel({ units: 500, seed: 4 });
  const treatment = glmLearner();
  const free = historyWeights(data, { treatment });
  const capped = historyWeights(data, { treatment, truncate: { cap: 1.5 } });
  const above = free.final.filter((w) => w > 1.5).length;
  assert.ok(above > 10);
  assert.equal(capped.summary[2].truncated, above);
  assert.equal(capped.summary[2].largest, 1.5);
  assert.deepEqual(capped.untruncated, free.weights);
  const count = free.weights.filter((w) => w > 1.5).length;
  assert.ok(capped.method.endsWith(`truncated at 1.5 (${count} weights)`), capped.method);
  const cut = historyWeights(data, { treatment, truncate: { percentiles: [1, 99] } });
  // Of 500 weights five are at or below the first percentile, and five above the 99th: it is itself not changed.
  for (const { truncated } of cut.summary) assert.equal(truncated, 4 + 5);
  assert.ok(cut.method.includes("truncated at percentiles 1 and 99 (27 weights)"), cut.method);
});

test("percentiles of weights, by hand", () => {
  const weights = Float64Array.of(5, 1, 4, 2, 3);
  const present = Float64Array.of(1, 1, 1, 1, 1);
  const cut = truncateWeights(weights, {
    periods: 1,
    present,
    truncate: { percentiles: [20, 60] },
    together: false,
  });
  assert.deepEqual([...cut.weights], [3, 1, 3, 2, 3]);
  // Drawn twice and not at all: 1 1 2 3 4, of which the 80th percentile is 3.
  const drawn = truncateWeights(weights, {
    periods: 1,
    present: Float64Array.of(0, 2, 1, 1, 1),
    truncate: { percentiles: [0, 80] },
    together: false,
  });
  assert.deepEqual([...drawn.weights], [5, 1, 3, 2, 3]);
});

test("weights that explode, and means that are off, are warned of", () => {
  const units = 400;
  const x = Float64Array.from({ length: units }, (_, u) => (u % 40) / 4 - 5);
  // Treatment follows x closely, but for one unit in a hundred.
  const treatment = Float64Array.from(x, (value, u) => Number(value > 0 !== (u % 100 === 39)));
  const outcome = new Float64Array(units).fill(1);
  const data = { units, periods: 1, baseline: {}, varying: { x }, treatment, outcome };
  const found = historyWeights(data, { treatment: glmLearner() });
  const text = found.warnings.join("\n");
  const most = found.summary[0].largest;
  assert.ok(most > 50, `${most}`);
  assert.match(text, /weights explode: the largest is .* \(above 50 in period 1\)/);
  assert.match(text, /stabilized weights should have the mean 1, but it is .* in period 1/);
  assert.match(text, /effective sample size is below 10 % of the rows in period 1/);
  const clipped = historyWeights(data, { treatment: glmLearner(), clip: [0.1, 0.9] });
  assert.ok(clipped.clipped > 10);
  assert.match(clipped.warnings[0], /^\d+ probabilities were clipped: overlap is poor/);
  assert.ok(clipped.summary[0].largest <= 10);
});

test("probabilities that cannot be, and impossible options, are errors", () => {
  const treatment = cellMeans;
  const sure: Learner = {
    name: "sure",
    fit: () => ({ warnings: [], predict: ({ rows }) => new Float64Array(rows).fill(1) }),
  };
  const last = [0, 1, 0, 0, 0, 0, 0, 1];
  assert.throws(
    () => historyWeights({ ...eight, treatment: last }, { treatment: sure }),
    /Unit 1, period 1: treatment is 0, to which the model gives the probability 0/,
  );
  const wrong = (options: object, message: RegExp) =>
    assert.throws(() => historyWeights(eight, { treatment, ...options }), message);
  wrong({ numerator: "half" }, /"treatment history", "marginal" or "none", not "half"/);
  wrong({ window: 0 }, /window is a whole number from 1 on/);
  wrong({ clip: [0, 1] }, /0 < low < high < 1/);
  wrong({ truncate: { cap: 1, percentiles: [1, 99] } }, /by \{ cap: 10 \} or by/);
  wrong({ truncate: { cap: -1 } }, /above 0, not -1/);
  wrong({ truncate: { percentiles: [99, 1] } }, /0 <= low < high <= 100/);
  wrong({ trim: 1 }, /historyWeights has no option trim. It has treatment/);
});
