import assert from "node:assert/strict";
import { test } from "node:test";
import { aipw, aipwScores } from "../../lib/causal/aipw";
import { features } from "../../lib/stats/features";
import { linearLearner } from "../../lib/stats/linearLearner";
import { simulatedTrial } from "./simulatedTrial";

test("eight scores by hand", () => {
  const scores = aipwScores({
    treatment: [1, 1, 1, 1, 0, 0, 0, 0],
    outcome: [5, 3, 0, 2, 1, 4, 2, 0],
    m1: [4, 3, 1, 2, 3, 3, 2, 1],
    m0: [2, 3, 0, 1, 1, 2, 3, 0],
    e: [0.5, 0.25, 0.2, 0.8, 0.5, 0.5, 0.75, 0.2],
  });
  // 2 + 1 / 0.5, 0 + 0, 1 - 1 / 0.2, 1 + 0; 2 - 0, 1 - 2 / 0.5, -1 + 1 / 0.25, 1 - 0.
  const expected = [4, 0, -4, 1, 2, -3, 3, 1];
  scores.forEach((score, i) => {
    assert.ok(Math.abs(score - expected[i]!) < 1e-12, `${i}: ${score}`);
  });
});

/*
import numpy as np
def uniforms(s):
    while True:
        s = (s * 1664525 + 1013904223) % 2**32
        yield s / 2**32
u = uniforms(5); n = 200
a, b, e, t, y = (np.zeros(n) for _ in range(5))
for i in range(n):
    a[i], b[i] = next(u), next(u)
    e[i] = 0.2 + 0.6 * a[i]
    t[i] = next(u) < e[i]
    y[i] = a[i] + b[i] + t[i] * b[i] + next(u)
x, fold, cluster = np.c_[np.ones(n), a, b], np.arange(n) % 4, np.arange(n) % 40
ols = lambda r, z: np.linalg.lstsq(x[r], z[r], rcond=None)[0]
def estimate(e_hat):
    m1, m0, p = np.zeros(n), np.zeros(n), np.zeros(n)
    for k in range(4):
        out, own = fold != k, fold == k
        m1[own], m0[own] = x[own] @ ols(out & (t == 1), y), x[own] @ ols(out & (t == 0), y)
        p[own] = e[own] if e_hat is None else np.clip(x[own] @ ols(out, t), *e_hat)
    s = m1 - m0 + t * (y - m1) / p - (1 - t) * (y - m0) / (1 - p)
    g = np.bincount(cluster, s - s.mean())
    return [s.mean(), s.std(ddof=1) / n**0.5, (40 / 39 * (g**2).sum()) ** 0.5 / n]
print([float(v) for v in estimate(None)], [float(v) for v in estimate((0.3, 0.7))], sep="\n")
*/
test("value and standard errors as an independent computation with the same folds", () => {
  const KNOWN = [0.5303367960825005, 0.050149245921837095, 0.04906908157064985];
  const LEARNED = [0.5330819805801233, 0.0477429832223827, 0.047216640851789046];
  let state = 5;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const n = 200;
  const [a, b, e, treatment, outcome] = Array.from({ length: 5 }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    a![i] = draw();
    b![i] = draw();
    e![i] = 0.2 + 0.6 * a![i]!;
    treatment![i] = draw() < e![i]! ? 1 : 0;
    outcome![i] = a![i]! + b![i]! + treatment![i]! * b![i]! + draw();
  }
  const data = { x: features({ a: a!, b: b! }), treatment: treatment!, outcome: outcome! };
  const rows = Array.from({ length: n }, (_, i) => i);
  const cluster = rows.map((i) => i % 40);
  const how = { outcome: linearLearner(), fold: rows.map((i) => i % 4), seed: 1 };
  for (const [expected, propensity] of [
    [KNOWN, e!],
    [LEARNED, linearLearner()],
  ] as const) {
    const options = { ...how, propensity, clip: [0.3, 0.7] as const };
    const plain = aipw(data, options);
    const clustered = aipw({ ...data, cluster }, options);
    const found = [plain.value!, plain.standardError!, clustered.standardError!];
    found.forEach((value, k) => {
      assert.ok(Math.abs(value - expected[k]!) < 1e-9, `${value}, not ${expected[k]}`);
    });
    assert.equal(clustered.value, plain.value);
    assert.equal(clustered.clusters, 40);
  }
});

test("over 400 experiments it is right on average, and the interval covers in 95 of 100", () => {
  const replications = 400;
  const found = Array.from({ length: replications }, (_, seed) => {
    // Outcomes are quadratic in b, which the model of outcomes does not know.
    const trial = simulatedTrial(300, { seed, effect: (a) => 0.5 + a });
    return aipw(trial, { outcome: linearLearner(), propensity: 0.5, seed });
  });
  assertHonest(found, 0.5);
});

test("where treatment depends on covariates, a right model of it is enough", () => {
  const found = Array.from({ length: 400 }, (_, seed) => {
    // Treatment goes with b^2, as outcomes do.
    const trial = simulatedTrial(300, {
      seed,
      effect: () => 1,
      propensity: (_a, b) => 0.25 + 0.5 * b * b,
    });
    const square = trial.x.values.filter((_, k) => k % 2 === 1).map((b) => b * b);
    const x = features({ square });
    const flat = { ...linearLearner(), fit: constantFit };
    return aipw({ ...trial, x }, { outcome: flat, propensity: linearLearner(), seed });
  });
  assertHonest(found, 1);
});

test("clusters that share a part of the outcome: the clustered interval covers", () => {
  const found = Array.from({ length: 400 }, (_, seed) => {
    const trial = simulatedTrial(300, { seed, effect: () => 1, clusterSize: 5 });
    // Whole clusters are treated, or none of their rows.
    const draws = simulatedTrial(60, { seed: seed + 1000, effect: () => 0 }).treatment;
    const treatment = trial.cluster ? Array.from(trial.cluster, (g) => draws[g]!) : [];
    const outcome = Array.from(trial.outcome, (y, i) => y + treatment[i]! - trial.treatment[i]!);
    const data = { ...trial, treatment, outcome };
    return aipw(data, { outcome: linearLearner(), propensity: 0.5, seed });
  });
  assertHonest(found, 1);
});

/** A model that knows nothing but the mean. */
function constantFit(...[, y]: Parameters<ReturnType<typeof linearLearner>["fit"]>) {
  const flat = features({ none: new Float64Array(y.length) });
  const { intercept } = linearLearner().fit(flat, y);
  return {
    names: [],
    coefficients: new Float64Array(),
    intercept,
    warnings: [],
    predict: (x: { rows: number }) => new Float64Array(x.rows).fill(intercept),
  };
}

interface Found {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly standardError: number | null;
}

/** Mean within 3.5 standard errors of the truth, coverage within 3.5 binomial standard errors of 95 %. */
function assertHonest(found: readonly Found[], truth: number): void {
  const n = found.length;
  const mean = found.reduce((sum, { value }) => sum + value!, 0) / n;
  const variance = found.reduce((sum, { value }) => sum + (value! - mean) ** 2, 0) / (n - 1);
  assert.ok(Math.abs(mean - truth) < 3.5 * Math.sqrt(variance / n), `mean ${mean}, truth ${truth}`);
  const covered = found.filter(({ lower, upper }) => lower! <= truth && truth <= upper!).length / n;
  const margin = 3.5 * Math.sqrt((0.95 * 0.05) / n);
  assert.ok(Math.abs(covered - 0.95) < margin, `coverage ${covered}`);
}

test("learned propensities outside the bounds are clipped, counted and warned of", () => {
  const trial = simulatedTrial(200, {
    seed: 1,
    effect: () => 1,
    propensity: (a) => 0.5 + 0.45 * a,
  });
  const how = { outcome: linearLearner(), propensity: linearLearner(), seed: 1 } as const;
  const estimate = aipw(trial, { ...how, clip: [0.2, 0.8] });
  assert.ok(estimate.clipped > 20);
  assert.equal(estimate.e.filter((p) => p === 0.2 || p === 0.8).length, estimate.clipped);
  assert.equal(
    estimate.warnings[0],
    `${estimate.clipped} of 200 propensities were clipped to [0.2, 0.8]: overlap is poor`,
  );
  assert.equal(
    estimate.method,
    "AIPW, 5 folds; outcomes by least squares; propensity by least squares, clipped to [0.2, 0.8]; standard error of independent rows, normal interval",
  );
  assert.equal(aipw(trial, { ...how, propensity: trial.e }).clipped, 0);
  assert.throws(() => aipw(trial, { ...how, clip: [0, 1] }), /0 < low < high < 1, not \[0, 1\]/);
});

test("the scores are there, and the same seed gives the same estimate", () => {
  const trial = simulatedTrial(100, { seed: 2, effect: () => 1 });
  const how = { outcome: linearLearner(), propensity: 0.5, seed: 3 } as const;
  const estimate = aipw(trial, how);
  assert.deepEqual(aipw(trial, how), estimate);
  assert.notEqual(aipw(trial, { ...how, seed: 4 }).value, estimate.value);
  assert.deepEqual(aipwScores({ ...trial, ...estimate }), estimate.scores);
});
