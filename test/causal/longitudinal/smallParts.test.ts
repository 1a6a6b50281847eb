/** Windows, bootstrap, folds, ranges of outcomes, and the targeting step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapInterval } from "../../../lib/causal/bootstrapInterval";
import {
  always,
  gFormula,
  glmLearner,
  incrementalPropensity,
  iteratedExpectations,
  type Longitudinal,
  ltmle,
  marginalStructuralModel,
  never,
  onPeriods,
  slidingWindows,
  strategyIpw,
  threshold,
} from "../../../lib/causal/longitudinal";
import { fluctuation, fromLogOdds, logOdds } from "../../../lib/causal/longitudinal/fluctuation";
import { scaleOutcome } from "../../../lib/causal/longitudinal/outcomeRange";
import { unitBootstrap } from "../../../lib/causal/longitudinal/unitBootstrap";
import { unitParts } from "../../../lib/causal/longitudinal/unitFolds";
import { features } from "../../../lib/stats/features";
import { glm } from "../../../lib/stats/glm";
import { feedbackPanel } from "./feedbackPanel";

const long = {
  units: 2,
  periods: 4,
  baseline: { age: [30, 40] },
  varying: { x: [1, 2, 3, 4, 5, 6, 7, 8], on: [1, 1, 1, 1, 1, 0, 1, 1] },
  treatment: [0, 1, 1, 0, 1, 0, 0, 1],
  treatableWhen: "on",
};

test("windows of a panel, one unit for each start", () => {
  const made = slidingWindows(long, {
    length: 2,
    outcome: (unit, start) => (unit === 0 && start === 2 ? Number.NaN : 100 * unit + start),
    startTreatable: true,
    baseline: ["x"],
  });
  // Unit 1 starts at 0 and 1 (at 2 there is no outcome), unit 2 at 0 and 2 (at 1 it cannot be treated).
  assert.deepEqual([...made.unit], [0, 0, 1, 1]);
  assert.deepEqual([...made.start], [0, 1, 0, 2]);
  assert.deepEqual([...(made.cluster as Float64Array)], [0, 0, 1, 1]);
  assert.deepEqual([...(made.outcome as Float64Array)], [0, 1, 100, 102]);
  assert.deepEqual([...(made.treatment as Float64Array)], [0, 1, 1, 1, 1, 0, 0, 1]);
  assert.deepEqual([...(made.varying.on as Float64Array)], [1, 1, 1, 1, 1, 0, 1, 1]);
  assert.deepEqual([...(made.baseline.x as Float64Array)], [1, 2, 5, 7]);
  assert.deepEqual([...(made.baseline.age as Float64Array)], [30, 30, 40, 40]);
  assert.equal("x" in made.varying, false);
  const apart = slidingWindows(long, { length: 2, outcome: () => 0, every: 2 });
  assert.deepEqual([...apart.start], [0, 2, 0, 2]);
});

test("windows that do not fit are errors", () => {
  const outcome = () => 0;
  assert.throws(
    () => slidingWindows(long, { length: 5, outcome }),
    /No window of 5 periods .* fits into 4/,
  );
  assert.throws(() => slidingWindows(long, { length: 0, outcome }), /whole numbers from 1 on/);
  assert.throws(
    () => slidingWindows(long, { length: 2, outcome, baseline: ["y"] }),
    /no varying covariate y/,
  );
  assert.throws(
    () => slidingWindows(long, { length: 2, outcome, baseline: ["on"] }),
    /on tells when/,
  );
  const lost = { ...long, censored: new Float64Array(8) };
  assert.throws(() => slidingWindows(lost, { length: 2, outcome }), /without censoring/);
});

test("the bootstrap draws whole clusters, as many as there are", () => {
  const data = { units: 6, cluster: [7, 7, 8, 8, 9, 9] };
  const seen: Float64Array[] = [];
  const { values } = unitBootstrap(data, { draws: 50, seed: 1 }, (weights) => {
    seen.push(weights);
    return [weights[0]];
  });
  for (const weights of seen) {
    assert.equal(
      weights.reduce((sum, w) => sum + w, 0),
      6,
    );
    for (const u of [0, 2, 4]) assert.equal(weights[u], weights[u + 1]);
  }
  assert.equal(values[0].length, 50);
  assert.ok(new Set(values[0]).size > 2);
});

test("the bootstrap of a mean has its standard error", () => {
  const data = feedbackPanel({ units: 400, seed: 1 });
  const y = data.outcome;
  const mean = (weights: Float64Array) => {
    return [weights.reduce((sum, w, u) => sum + w * y[u], 0) / 400];
  };
  const { values } = unitBootstrap(data, { draws: 2000, seed: 2 }, mean);
  const [average] = mean(new Float64Array(400).fill(1));
  const sd = Math.sqrt(Array.from(y).reduce((sum, one) => sum + (one - average) ** 2, 0) / 400);
  const { standardError, lower, upper } = bootstrapInterval(values[0], 0.95);
  assert.ok(Math.abs(standardError / (sd / 20) - 1) < 0.06);
  assert.ok(lower < average && average < upper);
});

test("draws that fail are counted; too many are an error", () => {
  const data = { units: 5 };
  let draw = 0;
  const some = unitBootstrap(data, { draws: 10, seed: 1 }, () => {
    if (draw++ % 5 === 0) throw new Error("no treated unit");
    return [draw];
  });
  assert.equal(some.failed, 2);
  assert.match(some.warnings[0], /2 of 10 bootstrap draws failed \(no treated unit\)/);
  assert.throws(
    () => unitBootstrap(data, { draws: 10, seed: 1 }, () => [Number.NaN]),
    /10 of 10 bootstrap draws failed, the first with: a statistic is not a finite number/,
  );
  assert.throws(() => unitBootstrap(data, { draws: 1, seed: 1 }, () => [1]), /from 2 on, not 1/);
});

test("folds hold whole clusters; held-out units are not learned from", () => {
  const data = feedbackPanel({ units: 40, seed: 1, clusterSize: 4 });
  const parts = unitParts(data, 3, 5);
  assert.deepEqual(
    parts.flatMap(({ units }) => [...units]).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, u) => u),
  );
  for (const { units, training } of parts) {
    for (const u of units) {
      assert.equal(training![u], 0);
      const mates = Array.from({ length: 4 }, (_, k) => 4 * Math.floor(u / 4) + k);
      for (const mate of mates) assert.ok(units.includes(mate));
    }
  }
  assert.equal(unitParts(data, 1, 5)[0].training, undefined);
  assert.throws(() => unitParts(data, 0, 5), /whole number from 1 on, not 0/);
  assert.throws(() => unitParts(data, 11, 5), /folds/);
});

test("cross-fitting has a seed", () => {
  const data = feedbackPanel({ units: 200, seed: 1 });
  const run = (seed: number) => {
    const options = { outcome: glmLearner(), treatment: glmLearner(), folds: 2, seed };
    return [
      ltmle(data, { strategies: [always, never], ...options }).contrasts[0],
      incrementalPropensity(data, { deltas: [2], ...options, range: "observed" }).contrasts[0],
    ];
  };
  assert.deepEqual(run(1), run(1));
  assert.notEqual(run(1)[0].value, run(2)[0].value);
  assert.notEqual(run(1)[1].value, run(2)[1].value);
  assert.match(run(1)[0].method, /longitudinal TMLE, 2 folds/);
});

test("moving or stretching the outcome moves and stretches LTMLE and ICE", () => {
  const data = feedbackPanel({ units: 200, seed: 2 });
  const changed = { ...data, outcome: Float64Array.from(data.outcome, (y) => 10 - 3 * y) };
  const models = { outcome: glmLearner(), treatment: glmLearner() };
  const options = { strategies: [always, never], ...models };
  for (const estimate of [
    (given: Longitudinal) => ltmle(given, options),
    (given: Longitudinal) => iteratedExpectations(given, { strategies: options.strategies }),
    (given: Longitudinal) =>
      incrementalPropensity(given, { ...models, deltas: [3], range: "observed" }),
  ]) {
    const [one, other] = [estimate(data), estimate(changed)];
    assert.ok(Math.abs(other.means[0].value! - (10 - 3 * one.means[0].value!)) < 1e-6);
    if (one.contrasts[0].standardError === null) continue;
    const ratio = other.contrasts[0].standardError! / one.contrasts[0].standardError;
    assert.ok(Math.abs(ratio - 3) < 1e-6);
  }
});

test("clipping is counted, and nobody following a strategy is an error", () => {
  const data = feedbackPanel({ units: 120, seed: 3 });
  const options = { outcome: glmLearner(), treatment: glmLearner() };
  const found = ltmle(data, { strategies: [always, never], ...options, clip: [0.3, 0.7] });
  assert.ok(found.clipped > 50);
  assert.ok(
    found.contrasts[0].warnings.includes(
      `${found.clipped} probabilities were clipped to [0.3, 0.7]: overlap is poor`,
    ),
  );
  assert.throws(
    () => ltmle(data, { strategies: [always], ...options, clip: [0.7, 0.3] }),
    /Clip bounds/,
  );
  const few = { ...data, units: 12, cluster: undefined };
  const cut = (column: ArrayLike<number>) => Array.from(column).slice(0, 36);
  const treatment = cut(data.treatment).map((_, i) => ((i % 3) + Math.floor(i / 3)) % 2);
  const alternating = {
    ...few,
    varying: { l: cut(data.varying.l) },
    treatment,
    outcome: Array.from(data.outcome).slice(0, 12),
  };
  assert.throws(
    () => ltmle(alternating, { strategies: [onPeriods([1, 2])], ...options, history: { lags: 0 } }),
    /Nobody followed the strategy "treated in periods 1, 2" up to period 2/,
  );
  const rule = threshold("l", 99, { name: "if huge" });
  assert.equal(
    ltmle(data, { strategies: [rule], ...options }).means[0].estimand,
    'mean outcome under "if huge"',
  );
});

test("contrasts by name; unknown names are errors", () => {
  const data = feedbackPanel({ units: 100, seed: 4 });
  const strategies = [always, onPeriods([1]), never];
  const asked = iteratedExpectations(data, { strategies, contrasts: [["never", "always"]] });
  assert.equal(asked.contrasts.length, 1);
  const [one, , none] = asked.means;
  assert.ok(Math.abs(asked.contrasts[0].value! - (none.value! - one.value!)) < 1e-12);
  assert.match(asked.contrasts[0].method, /no standard error \(ask for a bootstrap\)/);
  assert.equal(iteratedExpectations(data, { strategies }).contrasts.length, 2);
  assert.throws(
    () => iteratedExpectations(data, { strategies, contrasts: [["never", "sometimes"]] }),
    /No strategy is called "sometimes". There are "always", "treated in periods 1", "never"/,
  );
});

test("outcomes are scaled from their range", () => {
  const data = { ...long, outcome: [3, 7] };
  assert.deepEqual([...scaleOutcome(data, "observed").scaled], [0, 1]);
  assert.deepEqual([...scaleOutcome(data, [-1, 7]).scaled], [0.5, 1]);
  assert.throws(
    () => scaleOutcome(data, [4, 7]),
    /Unit 1: the outcome 3 lies outside the range \[4, 7\]/,
  );
  assert.throws(() => scaleOutcome(data, [7, 3]), /low < high/);
  assert.throws(() => scaleOutcome({ ...long, outcome: [3, 3] }, "observed"), /Every outcome is 3/);
});

test("the targeting step makes weighted residuals add up to 0", () => {
  const y = [0.2, 0.9, 1, 0];
  const offset = [2, -1, 0.5, 3];
  const weights = [1, 5, 0, 0.1];
  const e = fluctuation(y, offset, weights);
  const sum = y.reduce(
    (total, one, i) => total + weights[i] * (one - fromLogOdds(offset[i] + e)),
    0,
  );
  assert.ok(Math.abs(sum) < 1e-12);
  // One row: the log odds of its outcome.
  assert.ok(Math.abs(fluctuation([0.25], [1], [7]) - (Math.log(1 / 3) - 1)) < 1e-12);
  assert.ok(fluctuation([1, 1], [0, 0], [1, 1]) > 25);
  assert.ok(fluctuation([0, 0], [0, 0], [1, 1]) < -25);
  // From far off, where Newton's steps are useless.
  assert.ok(Math.abs(fluctuation([0.5], [-20], [1]) - 20) < 1e-9);
  assert.ok(Math.abs(logOdds(0.75) - Math.log(3)) < 1e-15);
  assert.ok(Number.isFinite(logOdds(0)) && logOdds(0) < -20);
});

test("generalized linear models as learners say what concerns predictions", () => {
  const x = features({ a: [0, 1, 2, 3, 4, 5], b: [0, 2, 4, 6, 8, 10] });
  const fractions = glmLearner().fit(x, [0.1, 0.3, 0.2, 0.6, 0.5, 0.9]);
  assert.deepEqual(
    fractions.warnings.filter((warning) => /error/.test(warning)),
    [],
  );
  // b is twice a: it is left out, and predictions are those of a alone.
  const alone = glm(
    { outcome: [0.1, 0.3, 0.2, 0.6, 0.5, 0.9], columns: { a: [0, 1, 2, 3, 4, 5] } },
    { family: "binomial" },
  );
  fractions.predict(x).forEach((p, i) => {
    assert.ok(Math.abs(p - alone.fitted[i]) < 1e-9);
  });
  const separated = glmLearner().fit(x, [0, 0, 0, 1, 1, 1]);
  assert.ok(separated.warnings.some((warning) => /separat/.test(warning)));
  assert.equal(glmLearner({ family: "poisson", ridge: 2 }).name, "Poisson regression (ridge 2)");
});

test("unknown options are errors", () => {
  const data = feedbackPanel({ units: 50, seed: 1 });
  const strategies = [always, never];
  const models = { outcome: glmLearner(), treatment: glmLearner() };
  const odd = { boot: 1 };
  const message = (who: string) => new RegExp(`${who} has no option boot. It has `);
  assert.throws(() => ltmle(data, { strategies, ...models, ...odd }), message("ltmle"));
  assert.throws(
    () => iteratedExpectations(data, { strategies, ...odd }),
    message("iteratedExpectations"),
  );
  assert.throws(
    () => incrementalPropensity(data, { deltas: [2], ...models, ...odd }),
    message("incrementalPropensity"),
  );
  assert.throws(
    () => strategyIpw(data, { strategies, treatment: models.treatment, ...odd }),
    message("strategyIpw"),
  );
  assert.throws(
    () => marginalStructuralModel(data, { weights: { treatment: models.treatment }, ...odd }),
    message("marginalStructuralModel"),
  );
  assert.throws(
    () => gFormula(data, { strategies, covariates: { l: "gaussian" }, seed: 1, ...odd }),
    message("gFormula"),
  );
  assert.throws(
    () => slidingWindows(long, { length: 2, outcome: () => 0, ...odd }),
    message("slidingWindows"),
  );
});
