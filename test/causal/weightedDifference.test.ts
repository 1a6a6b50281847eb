import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  clusteredDifference,
  treatmentWeights,
  weightedDifference,
  weightedDifferenceRows,
} from "../../lib/causal";
import { random } from "../../lib/stats";

const treatment = [0, 1, 0, 1, 1, 0, 1, 0];
const outcome = [3, 5, 2, 8, 4, 4, 9, 1];
const weights = [1, 2, 0.5, 1, 1.5, 1, 0.7, 2];
const cluster = [1, 1, 2, 2, 3, 3, 4, 4];

function near(value: number | null, expected: number, within = 1e-12) {
  assert.ok(Math.abs(value! - expected) < within, `${value} is not ${expected}`);
}

describe("weightedDifference", () => {
  test("statsmodels' WLS with cov_type='cluster'", () => {
    const { value, standardError, lower, upper, clusters } = weightedDifference({
      treatment,
      outcome,
      cluster,
      weights,
    });
    near(value, 3.604700854700855);
    near(standardError, 1.8619262238942254);
    near(lower, -0.04460749, 1e-8);
    near(upper, 7.2540092, 1e-7);
    assert.equal(clusters, 4);
  });

  test("adjusted, with t: statsmodels' WLS with use_t and one more column", () => {
    const covariates = { x: [1, 2, 3, 4, 5, 6, 7, 9] };
    const one = weightedDifference(
      { treatment, outcome, cluster, weights, covariates },
      { reference: "t" },
    );
    near(one.value, 3.4909410492157935);
    near(one.standardError, 2.061860441406127);
    near(one.lower, -3.07081909, 1e-8);
    near(one.upper, 10.05270119, 1e-8);
    near(one.pValue, 0.18901128011788987);
    near(one.rSquared, 0.5608463375665216);
    const [row] = weightedDifferenceRows({ adjusted: one });
    assert.deepEqual([row!.model, row!.estimate, row!.clusters], ["adjusted", one.value, 4]);
  });

  test("without weights it is the clustered difference; the scale of the weights is nothing", () => {
    const plain = weightedDifference({ treatment, outcome, cluster });
    const known = clusteredDifference({ treatment, outcome, cluster });
    near(plain.value, known.value!);
    near(plain.standardError, known.standardError!);
    near(plain.lift, known.value! / known.controlMean!);
    const [one, ten] = [1, 10].map((scale) =>
      weightedDifference({
        treatment,
        outcome,
        cluster,
        weights: weights.map((weight) => scale * weight),
      }),
    );
    near(ten!.standardError, one!.standardError!);
  });

  test("with true weights the interval covers the effect in 95 of 100 confounded samples", () => {
    let covered = 0;
    let naiveCovered = 0;
    for (let sample = 0; sample < 400; sample++) {
      const data = confounded(sample);
      const { weights } = treatmentWeights(data.treatment, data.e);
      const covers = ({ lower, upper }: { lower: number | null; upper: number | null }) =>
        Number(lower! <= 2 && 2 <= upper!);
      covered += covers(weightedDifference({ ...data, weights }));
      naiveCovered += covers(weightedDifference(data));
    }
    // Binomial, 400 draws at 0.95: 4 standard deviations are 17.
    assert.ok(covered > 363, `${covered} of 400`);
    assert.ok(naiveCovered < 40, `${naiveCovered} of 400`);
  });

  test("refuses what it cannot compare", () => {
    assert.throws(
      () => weightedDifference({ treatment: [0, 2], outcome: [1, 2], cluster: [1, 2] }),
      /Row 2: the treatment is 0 or 1, not 2/,
    );
    assert.throws(
      () => weightedDifference({ treatment: [1, 1], outcome: [1, 2], cluster: [1, 2] }),
      /one arm is empty/,
    );
  });
});

/** 100 clusters of 4; the effect is 2 everywhere, x raises treatment and outcome, and clusters share a level. */
function confounded(seed: number) {
  const rng = random(seed).fork("confounded");
  const n = 400;
  const level = Float64Array.from({ length: 100 }, () => rng.normal());
  const cluster = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 4));
  const x = Float64Array.from({ length: n }, () => Number(rng.bernoulli(0.5)));
  const e = x.map((value) => 0.25 + 0.5 * value);
  const treatment = Uint8Array.from(e, (p) => Number(rng.uniform() < p));
  const outcome = x.map(
    (value, i) => 2 * treatment[i]! + 3 * value + level[cluster[i]!]! + rng.normal(),
  );
  return { treatment, outcome, cluster, e };
}
