import assert from "node:assert/strict";
import { test } from "node:test";
import {
  always,
  gFormula,
  iteratedExpectations,
  type Longitudinal,
  never,
  oddsTimes,
} from "../../../lib/causal/longitudinal";
import { random } from "../../../lib/stats/random";
import { feedbackPanel } from "./feedbackPanel";
import { binarySystem, cellMeans } from "./saturated";

const strategies = [always, never];

/** Counts n, a binary b, an hour h known in advance, a gaussian g; the outcome is a sum of all of them. */
function mixed(units: number, seed: number): Longitudinal {
  const draws = random(seed);
  const periods = 4;
  const table = () => new Float64Array(units * periods);
  const [n, b, g, h, treatment] = [table(), table(), table(), table(), table()];
  const outcome = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    let [a, count, sum] = [0, 2, 0];
    const start = draws.integer(2);
    for (let t = 0; t < periods; t++) {
      const cell = u * periods + t;
      h[cell] = (start + t) % 2;
      count = draws.poisson(Math.exp(0.4 + 0.3 * a + 0.08 * Math.min(count, 8) + 0.2 * h[cell]));
      n[cell] = count;
      b[cell] = Number(draws.bernoulli(1 / (1 + Math.exp(0.8 - 0.2 * count + 0.5 * a))));
      g[cell] = b[cell] + 0.5 * a + draws.normal(0, 0.7);
      a = Number(draws.bernoulli(1 / (1 + Math.exp(0.5 - 0.3 * g[cell] - 0.3 * b[cell]))));
      treatment[cell] = a;
      sum += a + 0.3 * count;
    }
    outcome[u] = sum + g[u * periods + 3] + draws.normal();
  }
  return { units, periods, baseline: {}, varying: { h, n, b, g }, treatment, outcome };
}

const types = { h: "known", n: "poisson", b: "binomial", g: "gaussian" } as const;

test("the natural course gives back what was seen, period by period", () => {
  const data = mixed(2000, 1);
  const found = gFormula(data, { strategies, covariates: types, copies: 10, seed: 1 });
  assert.equal(found.naturalCourse.length, 5 * 4 + 1);
  for (const row of found.naturalCourse) {
    const off = row.standardizedDifference ?? row.simulated - row.observed;
    assert.ok(Math.abs(off) < 0.06, JSON.stringify(row));
  }
  const hours = found.naturalCourse.filter(({ variable }) => variable === "h");
  for (const { observed, simulated } of hours) assert.ok(Math.abs(observed - simulated) < 1e-12);
  const first = found.naturalCourse.filter(
    ({ variable, period }) => period === 1 && variable !== "treatment",
  );
  for (const { observed, simulated } of first) assert.ok(Math.abs(observed - simulated) < 1e-12);
  assert.match(found.contrasts[0].method, /covariates h known, n poisson, b binomial, g gaussian/);
});

test("with one model for all periods too, and shifted propensities go between", () => {
  const data = mixed(1500, 2);
  const history = { pooled: true, lags: 1, period: "none" } as const;
  const options = { covariates: types, history, copies: 5, seed: 1 };
  const found = gFormula(data, { strategies: [always, oddsTimes(3), never], ...options });
  const [one, middle, none] = found.means.map(({ value }) => value!);
  assert.ok(none < middle && middle < one);
  const treated = found.naturalCourse.filter(({ variable }) => variable === "treatment");
  assert.equal(treated.length, 4);
  for (const row of treated) {
    assert.ok(Math.abs(row.standardizedDifference!) < 0.1, JSON.stringify(row));
  }
});

test("linear models: simulation and iterated expectations are the same but for chance", () => {
  const data = feedbackPanel({ units: 1000, seed: 3 });
  const simulated = gFormula(data, {
    strategies,
    covariates: { l: "gaussian" },
    copies: 50,
    seed: 1,
  });
  const iterated = iteratedExpectations(data, { strategies });
  for (const k of [0, 1]) {
    const difference = simulated.means[k].value! - iterated.means[k].value!;
    assert.ok(Math.abs(difference) < 0.03, `${difference}`);
  }
});

test("copies of binary paths come near all paths", () => {
  const data = binarySystem({ units: 800, periods: 2, seed: 5 });
  const options = {
    strategies,
    outcome: cellMeans,
    treatment: cellMeans,
    covariates: { l: { type: "binomial" as const, learner: cellMeans } },
    seed: 2,
  };
  const exact = gFormula(data, { ...options, copies: "enumerate" });
  const drawn = gFormula(data, { ...options, copies: 100 });
  for (const k of [0, 1]) {
    assert.ok(Math.abs(exact.means[k].value! - drawn.means[k].value!) < 0.02);
  }
});

test("the same seed gives the same estimate; strategies share their chance", () => {
  const data = feedbackPanel({ units: 150, seed: 4 });
  const run = (seed: number, order = strategies) =>
    gFormula(data, {
      strategies: order,
      covariates: { l: "gaussian" },
      seed,
      bootstrap: { draws: 10, seed },
    });
  assert.deepEqual(run(1), run(1));
  assert.notEqual(run(1).means[0].value, run(2).means[0].value);
  assert.equal(run(1).means[0].value, run(1, [never, always]).means[1].value);
  assert.ok(run(1).contrasts[0].standardError! > 0);
});

test("days without a possible treatment are simulated without one", () => {
  const data = mixed(800, 6);
  const treatment = Float64Array.from(data.treatment, (a, i) => a * data.varying.b[i]);
  const found = gFormula(
    { ...data, treatment, treatableWhen: "b" },
    { strategies, covariates: types, history: { lags: 1 }, copies: 5, seed: 1 },
  );
  const course = (name: string) => found.naturalCourse.filter(({ variable }) => variable === name);
  for (const row of [...course("treatment"), ...course("b")]) {
    assert.ok(Math.abs(row.standardizedDifference!) < 0.1, JSON.stringify(row));
  }
});

test("types that are missing or wrong are errors", () => {
  const data = feedbackPanel({ units: 60, seed: 1 });
  const wrong = (options: object, message: RegExp) =>
    assert.throws(
      () => gFormula(data, { strategies, covariates: { l: "gaussian" }, seed: 1, ...options }),
      message,
    );
  wrong({ covariates: {} }, /needs a type .*: l has none/);
  wrong({ covariates: { l: "gaussian", m: "poisson" } }, /m is not there/);
  wrong(
    { covariates: { l: "normal" } },
    /l: the type is gaussian, binomial, poisson or known, not normal/,
  );
  wrong({ covariates: { l: "binomial" } }, /l is to be binomial, but has values from/);
  wrong({ covariates: { l: "poisson" } }, /l is to be poisson, but has the value -/);
  wrong({ copies: 0 }, /copies is a whole number from 1 on or "enumerate", not 0/);
  wrong({ copies: "enumerate" }, /Only binary covariates can be enumerated, but l is gaussian/);
});
