/**
 * One example held against an independent computation: weights, a marginal structural model, iterated expectations, longitudinal
 * TMLE and shifted propensities of sixty units over three periods, with statsmodels 0.14 and numpy:
 *
 *     import numpy as np, statsmodels.api as sm
 *     n, T = 60, 3; u = np.arange(n)
 *     s = lambda k: np.sin(12.9898 * (u + 1) + 78.233 * k) * 43758.5453; frac = lambda k: s(k) - np.floor(s(k))
 *     v = 2 * frac(1) - 1; L = np.zeros((n, T)); A = np.zeros((n, T)); p = np.zeros(n); q = np.zeros(n)
 *     for t in range(T):
 *         L[:, t] = np.round(0.5 * v + 0.4 * q + 0.6 * p + frac(10 + t), 3)
 *         A[:, t] = frac(20 + t) < 1 / (1 + np.exp(0.8 - L[:, t] - 0.5 * p)); p, q = A[:, t], L[:, t]
 *     y = np.round(2 * v + L.sum(1) + 1.5 * A.sum(1) + frac(30), 3)
 *     X = lambda *c: np.column_stack([np.ones(n)] + list(c)); B, G = sm.families.Binomial(), sm.families.Gaussian()
 *     fit = lambda Y, x, f=B, **k: sm.GLM(Y, x, family=f, **k).fit(tol=1e-14, maxiter=300)
 *     past = lambda t: [v] + [L[:, r] for r in range(t + 1)] + [A[:, r] for r in range(t)]
 *     g = [fit(A[:, t], X(*past(t))).predict() for t in range(T)]
 *     w = np.ones(n)
 *     for t in range(T):
 *         num = fit(A[:, t], X(*[A[:, r] for r in range(t)])).predict()
 *         w *= np.where(A[:, t] == 1, num / g[t], (1 - num) / (1 - g[t]))
 *     m = sm.WLS(y, X(A.sum(1)), weights=w).fit(cov_type='cluster', cov_kwds={'groups': u}, use_t=True)
 *     print(w[:4], w.mean(), w.max(), w.sum()**2 / (w**2).sum(), m.params[1], m.bse[1], m.conf_int()[1])
 *     lo, hi = y.min(), y.max()
 *     def ice(f, arm):
 *         Q = (y - lo) / (hi - lo)
 *         for t in reversed(range(T)): Q = fit(Q, X(*past(t), A[:, t]), f).predict(X(*past(t), np.full(n, arm)))
 *         return lo + (hi - lo) * Q.mean()
 *     print([ice(f, arm) for f in (G, B) for arm in (1.0, 0.0)])
 *     lg = lambda z: np.log(z / (1 - z))
 *     def tmle(arm):
 *         Q = (y - lo) / (hi - lo); D = np.zeros(n); W = [np.ones(n)]
 *         for t in range(T):
 *             e = np.clip(g[t], 0.05, 0.95); W.append(W[-1] * (A[:, t] == arm) / (e if arm == 1 else 1 - e))
 *         for t in reversed(range(T)):
 *             pred = fit(Q, X(*past(t), A[:, t])).predict(X(*past(t), np.full(n, arm))); k = W[t + 1] > 0
 *             eps = fit(Q[k], np.ones(k.sum()), offset=lg(pred[k]), freq_weights=W[t + 1][k]).params[0]
 *             star = 1 / (1 + np.exp(-(lg(pred) + eps))); D += W[t + 1] * (Q - star); Q = star
 *         return lo + (hi - lo) * Q.mean(), (hi - lo) * (D + Q)
 *     r = [tmle(1.0), tmle(0.0)]; se = lambda d: d.std(ddof=1) / np.sqrt(n)
 *     print(r[0][0], se(r[0][1]), r[1][0], se(r[1][1]), r[0][0] - r[1][0], se(r[0][1] - r[1][1]))
 *     def ipsi(delta):  # Kennedy 2019, theorem 2, as printed there
 *         Q = y.copy(); V = np.zeros(n); W = [np.ones(n)]
 *         for t in range(T): W.append(W[-1] * (delta * A[:, t] + 1 - A[:, t]) / (delta * g[t] + 1 - g[t]))
 *         for t in reversed(range(T)):
 *             f = sm.OLS(Q, X(*past(t), A[:, t])).fit(); e = g[t]
 *             m1, m0 = f.predict(X(*past(t), np.ones(n))), f.predict(X(*past(t), np.zeros(n)))
 *             Q = (delta * e * m1 + (1 - e) * m0) / (delta * e + 1 - e)
 *             V += (A[:, t] * (1 - e) - (1 - A[:, t]) * delta * e) * (1 - delta) / delta * Q * W[t + 1]
 *         return W[T] * y + V
 *     a, b = ipsi(2.0), ipsi(1.0); print(a.mean(), se(a), (a - b).mean(), se(a - b))
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  glmLearner,
  historyWeights,
  incrementalPropensity,
  iteratedExpectations,
  type Longitudinal,
  ltmle,
  marginalStructuralModel,
  never,
} from "../../../lib/causal/longitudinal";
import { linearLearner } from "../../../lib/stats/linearLearner";

const units = 60;
const periods = 3;

function frac(unit: number, k: number): number {
  const s = Math.sin(12.9898 * (unit + 1) + 78.233 * k) * 43758.5453;
  return s - Math.floor(s);
}

function example(): Longitudinal {
  const [l, treatment] = [new Float64Array(units * periods), new Float64Array(units * periods)];
  const [v, outcome] = [new Float64Array(units), new Float64Array(units)];
  for (let u = 0; u < units; u++) {
    v[u] = 2 * frac(u, 1) - 1;
    let [p, q, sum] = [0, 0, 0];
    for (let t = 0; t < periods; t++) {
      const cell = u * periods + t;
      q = Math.round(1000 * (0.5 * v[u] + 0.4 * q + 0.6 * p + frac(u, 10 + t))) / 1000;
      p = Number(frac(u, 20 + t) < 1 / (1 + Math.exp(0.8 - q - 0.5 * p)));
      [l[cell], treatment[cell]] = [q, p];
      sum += q + 1.5 * p;
    }
    outcome[u] = Math.round(1000 * (2 * v[u] + sum + frac(u, 30))) / 1000;
  }
  return { units, periods, baseline: { v }, varying: { l }, treatment, outcome };
}

function near(value: number | null, wanted: number, digits = 7): void {
  assert.ok(Math.abs(value! - wanted) < 10 ** -digits * Math.max(1, Math.abs(wanted)), `${value}`);
}

const data = example();
const strategies = [always, never];

test("stabilized weights and the marginal structural model", () => {
  const weights = historyWeights(data, { treatment: glmLearner() });
  const first = [0.20164217, 0.43393869, 0.68639218, 0.65774881];
  first.forEach((w, u) => {
    near(weights.final[u], w);
  });
  const last = weights.summary[2];
  near(last.mean, 1.0485326216934425);
  near(last.largest, 7.7812720689996855);
  near(last.effectiveSampleSize, 30.195629553402732);
  const [estimate] = marginalStructuralModel(data, {
    weights: { treatment: glmLearner() },
  }).estimates;
  near(estimate.value, 1.7384868917662524);
  near(estimate.standardError, 0.6390428096192254);
  near(estimate.lower, 0.45976518);
  near(estimate.upper, 3.0172086);
});

test("iterated expectations, linear and quasi-binomial", () => {
  const linear = iteratedExpectations(data, { strategies });
  near(linear.means[0].value, 8.843217956801034);
  near(linear.means[1].value, 2.747496459025485);
  const logistic = iteratedExpectations(data, {
    strategies,
    outcome: glmLearner(),
    range: "observed",
  });
  near(logistic.means[0].value, 8.878401341347118);
  near(logistic.means[1].value, 2.4937768519548063);
});

test("longitudinal TMLE with its standard errors", () => {
  const found = ltmle(data, {
    strategies,
    outcome: glmLearner(),
    treatment: glmLearner(),
    clip: [0.05, 0.95],
  });
  const [treated, untreated] = found.means;
  near(treated.value, 8.852834855604542);
  near(treated.standardError, 0.31803991384479735);
  near(untreated.value, 2.106580939341604);
  near(untreated.standardError, 0.3556177938923634);
  near(found.contrasts[0].value, 6.746253916262937);
  near(found.contrasts[0].standardError, 0.24390620650832673);
});

test("shifted propensities, by the formula as Kennedy prints it", () => {
  const found = incrementalPropensity(data, {
    deltas: [2],
    outcome: linearLearner(),
    treatment: glmLearner(),
  });
  near(found.means[0].value, 7.3930769315192375);
  near(found.means[0].standardError, 0.40627465262140056);
  near(found.contrasts[0].value, 0.8879435981859035);
  near(found.contrasts[0].standardError, 0.08254712840847529);
});
