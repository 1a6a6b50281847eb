import assert from "node:assert/strict";
import { test } from "node:test";
import { adjustedEffect } from "../../lib/causal/omittedVariable";
import { covariateStrength, omittedVariable } from "../../lib/causal/omittedVariableReport";

function close(actual: number | null | undefined, expected: number, digits = 1e-9): void {
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= digits, `${actual}`);
}

/*
import numpy as np
from scipy import stats
def uniforms(s):
    while True:
        s = (s * 1664525 + 1013904223) % 2**32
        yield s / 2**32
u = uniforms(11); n = 120
a, b, z, d, y = (np.zeros(n) for _ in range(5))
for i in range(n):
    a[i], b[i], z[i] = next(u), next(u), next(u)
    d[i] = a[i] + 0.5 * b[i] + 0.8 * z[i] + next(u)
    y[i] = d[i] + 2 * a[i] - b[i] + z[i] + next(u)
one, cluster = np.ones(n), np.arange(n) % 30
def ols(y, *x):
    x = np.column_stack(x); q, r = np.linalg.qr(x); e = y - q @ (q.T @ y); df = n - x.shape[1]
    v = np.linalg.inv(x.T @ x); c = v @ x.T @ y; g = np.array([(x * e[:, None])[cluster == k].sum(0) for k in range(30)])
    cr = v @ (g.T @ g) @ v * 30 / 29 * (n - 1) / df
    return c[1], (e @ e / df * v[1, 1])**.5, df, e @ e, cr[1, 1]**.5
b1, se, df, ssr, cse = ols(y, one, d, a, b)
r2 = lambda y, w, wo: 1 - ols(y, *w)[3] / ols(y, *wo)[3]
ra = [r2(d, (one, a, b), (one, b)), r2(y, (one, d, a, b), (one, d, b))]
rz = [r2(d, (one, a, b, z), (one, a, b)), r2(y, (one, d, a, b, z), (one, d, a, b))]
full = ols(y, one, d, a, b, z)
print([float(v) for v in (b1, se, df, cse, *stats.t.interval(.95, df, b1, se))])
print([float(v) for v in ra + rz]); print([float(v) for v in full[:3]])
f = b1 / se / df**.5; fs = stats.t.ppf(.975, df - 1) / (df - 1)**.5
rv = lambda f: ((f**4 + 4 * f * f)**.5 - f * f) / 2
print([float(v) for v in (f * f / (1 + f * f), rv(f), rv(f - fs), fs)])
*/
const EFFECT = { value: 1.4579312756215217, error: 0.08655232413385895, df: 116 };
const CLUSTERED = 0.09219477416075318;
const INTERVAL = [1.2865034918687333, 1.6293590593743101];
const R2 = {
  a: { treatment: 0.40084019818763517, outcome: 0.44871165036302973 },
  z: { treatment: 0.4534656593182449, outcome: 0.4024169771336863 },
};
const FULL = { value: 0.9192779441641035, error: 0.09089692810872359, df: 115 };
const VALUES = { r2: 0.7098095145631808, rv: 0.7623795449085271, rvAlpha: 0.7242615558464026 };

/** z is the confounder that the regression does not see. */
function simulated() {
  let state = 11;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const n = 120;
  const [a, b, z, treatment, outcome] = Array.from({ length: 5 }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    a![i] = draw();
    b![i] = draw();
    z![i] = draw();
    treatment![i] = a![i]! + 0.5 * b![i]! + 0.8 * z![i]! + draw();
    outcome![i] = treatment![i]! + 2 * a![i]! - b![i]! + z![i]! + draw();
  }
  const cluster = Int32Array.from({ length: n }, (_, i) => i % 30);
  return { a: a!, b: b!, z: z!, treatment: treatment!, outcome: outcome!, cluster };
}

const { a, b, z, treatment, outcome, cluster } = simulated();
const data = { outcome, treatment, covariates: { a, b } };

test("regression, partial R2 and robustness values as an independent computation", () => {
  const found = omittedVariable(data, { benchmarks: ["a", "b"] });
  close(found.estimate.value, EFFECT.value, 1e-11);
  close(found.estimate.standardError, EFFECT.error, 1e-11);
  close(found.estimate.lower, INTERVAL[0]!, 1e-8);
  close(found.estimate.upper, INTERVAL[1]!, 1e-8);
  assert.equal(found.effect.degreesOfFreedom, EFFECT.df);
  close(found.partialR2, VALUES.r2);
  close(found.robustnessValue, VALUES.rv);
  close(found.robustnessValueAlpha, VALUES.rvAlpha);
  assert.deepEqual(
    found.benchmarks.map(({ benchmark, multiple }) => `${multiple} ${benchmark}`),
    ["1 a", "2 a", "3 a", "1 b", "2 b", "3 b"],
  );
  const [first, second] = found.benchmarks;
  close(first!.covariate_treatment_r2, R2.a.treatment);
  close(first!.covariate_outcome_r2, R2.a.outcome);
  close(first!.treatment_r2, R2.a.treatment / (1 - R2.a.treatment));
  // Twice as strong as a with the treatment would be more than all there is.
  assert.deepEqual([second!.treatment_r2, second!.adjusted_estimate], [null, null]);
});

test("a confounder's own partial R2 give exactly the regression that has it", () => {
  const { effect } = omittedVariable(data);
  const strength = covariateStrength({ ...data, covariates: { a, b, z } }, ["z"]);
  close(strength.treatment, R2.z.treatment);
  close(strength.outcome, R2.z.outcome);
  const adjusted = adjustedEffect(effect, strength);
  const full = omittedVariable({ ...data, covariates: { a, b, z } });
  close(adjusted.estimate, full.estimate.value!, 1e-12);
  close(adjusted.standardError, full.estimate.standardError!, 1e-12);
  close(adjusted.lower, full.estimate.lower!, 1e-12);
  close(adjusted.estimate, FULL.value, 1e-10);
  close(adjusted.standardError, FULL.error, 1e-10);
  assert.equal(full.effect.degreesOfFreedom, FULL.df);
});

test("clusters: their standard error, their degrees of freedom, and a warning of what is assumed", () => {
  // statsmodels' small-sample factor; see the computation above.
  const found = omittedVariable({ ...data, cluster });
  close(found.estimate.standardError, CLUSTERED, 1e-11);
  close(found.effect.inflation, CLUSTERED / EFFECT.error, 1e-10);
  assert.deepEqual([found.estimate.clusters, found.effect.clusters], [30, 30]);
  // scipy.stats.t.ppf(0.975, 29) = 2.045229642
  close(found.estimate.upper! - found.estimate.value!, 2.045229642 * CLUSTERED, 1e-8);
  assert.match(found.estimate.warnings[0]!, /1\.07 times the classical one/);
  close(found.robustnessValue, VALUES.rv);
  assert.ok(found.robustnessValueAlpha < VALUES.rvAlpha);
});

test("several covariates are one yardstick; weights of 1 change nothing", () => {
  const weights = new Float64Array(120).fill(1);
  const found = omittedVariable({ ...data, weights }, { benchmarks: { both: ["a", "b"] } });
  close(found.estimate.value, EFFECT.value, 1e-11);
  const { covariate_treatment_r2, benchmark } = found.benchmarks[0]!;
  assert.equal(benchmark, "both");
  // R2 of the regression of the treatment on both, since no other covariate is left.
  const alone = omittedVariable({ outcome: treatment, treatment: a, covariates: { b } });
  const single = covariateStrength(data, ["a"]).treatment;
  assert.ok(covariate_treatment_r2 > single && alone.partialR2 > 0);
  const plain = covariateStrength({ ...data, covariates: { b } }, ["b"]).treatment;
  close(1 - covariate_treatment_r2, (1 - plain) * (1 - single), 1e-10);
});

test("says what is wrong", () => {
  assert.throws(
    () => omittedVariable(data, { benchmarks: ["female"] }),
    /benchmark female is no covariate\. Covariates are a, b/,
  );
  assert.throws(() => omittedVariable(data, { benchmarks: { none: [] } }), /names no covariate/);
  assert.throws(
    () => omittedVariable({ ...data, covariates: { treatment: a } }),
    /Give it another name/,
  );
});
