import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  treatmentWeights,
  type WeightKind,
  weightDiagnostics,
  weightedBalance,
} from "../../lib/causal";
import { random } from "../../lib/stats";

const treatment = [1, 0, 1, 0];
const e = [0.8, 0.5, 0.25, 0.2];

function near(value: unknown, expected: number, within = 1e-12) {
  assert.ok(Math.abs(Number(value) - expected) < within, `${value} is not ${expected}`);
}

describe("treatmentWeights", () => {
  test("by hand, with half of the rows treated", () => {
    const expected: Record<WeightKind, number[]> = {
      ipw: [1.25, 2, 4, 1.25],
      stabilized: [0.625, 1, 2, 0.625],
      overlap: [0.2, 0.5, 0.75, 0.2],
      treated: [1, 1, 1, 0.25],
    };
    for (const [kind, values] of Object.entries(expected)) {
      const { weights } = treatmentWeights(treatment, e, { kind: kind as WeightKind });
      for (const [i, value] of values.entries()) near(weights[i], value);
    }
  });

  test("each kind makes the arms alike in the population it names", () => {
    // x is 0, 1 or 2 with probability 1/3; treated with probability 0.2, 0.5, 0.9.
    const chance = [0.2, 0.5, 0.9];
    const rng = random(71);
    const n = 60_000;
    const x = Float64Array.from({ length: n }, () => rng.integer(3));
    const scores = x.map((value) => chance[value]!);
    const arms = Uint8Array.from(scores, (score) => Number(rng.uniform() < score));
    const mean = (of: (p: number) => number) =>
      chance.reduce((sum, p, value) => sum + of(p) * value, 0) /
      chance.reduce((sum, p) => sum + of(p), 0);
    const population: Record<WeightKind, number> = {
      ipw: 1,
      stabilized: 1,
      overlap: mean((p) => p * (1 - p)),
      treated: mean((p) => p),
    };
    for (const [kind, expected] of Object.entries(population)) {
      const { weights } = treatmentWeights(arms, scores, { kind: kind as WeightKind });
      const [row] = weightedBalance({ x }, arms, weights);
      near(row!.weighted_treated_mean, expected, 0.03);
      near(row!.weighted_control_mean, expected, 0.03);
      assert.ok(Number(row!.abs_smd) > 0.9 && Number(row!.abs_weighted_smd) < 0.03);
    }
  });

  test("bounds, caps and percentiles are counted", () => {
    const bounded = treatmentWeights([1, 0], [0, 0.5], { kind: "ipw", bound: 0.01 });
    near(bounded.weights[0], 100);
    assert.equal(bounded.bounded, 1);
    assert.match(bounded.warnings[0]!, /1 probabilities were held 0.01 from 0 or 1/);
    const capped = treatmentWeights(treatment, e, { kind: "ipw", cap: 2 });
    assert.deepEqual([...capped.weights], [1.25, 2, 2, 1.25]);
    assert.equal(capped.truncated, 1);
    const cut = treatmentWeights(treatment, e, { kind: "ipw", percentiles: [0, 0.5] });
    near(cut.weights[2], 1.625);
    assert.equal(cut.truncated, 2);
  });

  test("refuses what is not a probability, a kind or a choice", () => {
    assert.throws(() => treatmentWeights([1], [1.2]), /Row 1: a probability of treatment is in/);
    assert.throws(() => treatmentWeights([1], [Number.NaN]), /not NaN/);
    assert.throws(() => treatmentWeights([2], [0.5]), /Row 1: the treatment is 0 or 1, not 2/);
    assert.throws(() => treatmentWeights([1], []), /0 probabilities for 1 rows/);
    const kind = "odds" as WeightKind;
    assert.throws(() => treatmentWeights([1], [0.5], { kind }), /no weights of kind odds/);
    assert.throws(
      () => treatmentWeights([1], [0.5], { cap: 2, percentiles: [0, 1] }),
      /a cap or percentiles, not both/,
    );
  });
});

test("weightDiagnostics: Kish's size and pandas' quantiles", () => {
  const [row] = weightDiagnostics({ w: [1, 1, 2, 4] });
  near(row!.effective_sample_size, 64 / 22);
  near(row!.ess_share, 16 / 22);
  near(row!.std, Math.SQRT2);
  near(row!.p90, 3.4);
  assert.deepEqual([row!.mean, row!.min, row!.p50, row!.max], [2, 1, 1.5, 4]);
});

test("weightedBalance: largest difference first; a constant column has none", () => {
  const rows = weightedBalance(
    { same: [1, 1, 1, 1], little: [1, 2, 2, 2], much: [9, 1, 8, 2] },
    treatment,
    [1, 1, 1, 1],
  );
  assert.deepEqual(
    rows.map(({ covariate }) => covariate),
    ["much", "little", "same"],
  );
  near(rows[0]!.smd, 7 / Math.sqrt(0.5));
  near(rows[0]!.abs_smd_reduction, 0);
  assert.equal(rows[2]!.smd, null);
  assert.equal(rows[2]!.abs_smd_reduction, null);
});
