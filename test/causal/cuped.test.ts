import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cuped } from "../../lib/causal/cuped";
import { random } from "../../lib/stats";

function close(actual: number | null, expected: number, digits = 1e-9): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

// The data of adjustedDifference.test.ts. statsmodels 0.15:
//   th = np.cov(x1, y)[0, 1] / np.var(x1, ddof=1); a = y - th * (x1 - x1.mean())
//   sm.OLS(a, sm.add_constant(T)).fit(cov_type="HC1"), and "cluster" with cov_kwds={"groups": g}
const I = Array.from({ length: 24 }, (_, k) => k + 1);
const covariate = I.map((i) => Math.sin(i) * 3 + i / 5);
const treatment = I.map((i) => Number(Math.sin(3 * i) > 0));
const cluster = I.map((i) => Math.floor((i - 1) / 4));
const outcome = I.map(
  (i, k) =>
    2 + 0.5 * covariate[k]! - 1.5 * (Math.cos(2 * i) + (i % 3)) + Math.sin(7 * i) + 0.3 * (i % 5),
);
const input = { treatment, outcome, covariate };

describe("CUPED", () => {
  test("has the numbers of the regression on the adjusted outcome", () => {
    const found = cuped(input);
    close(found.theta, 0.5060852970311189);
    close(found.value, 0.533731377867168);
    close(found.standardError, 0.5276321860209036);
    close(found.unadjusted.value, 0.5115512812601473);
    close(found.unadjusted.standardError, 0.7322008707500172);
    close(found.varianceReduction, 0.4807194238172581);
    close(cuped({ ...input, cluster }).standardError, 0.7138085747705792);
  });

  test("does not care how the covariate is scaled or shifted", () => {
    const moved = cuped({ ...input, covariate: covariate.map((x) => 4 - 10 * x) });
    close(moved.value, cuped(input).value!);
    close(moved.standardError, cuped(input).standardError!);
    close(moved.theta, -cuped(input).theta / 10);
  });

  test("counts missing rows and says that a constant covariate adjusts nothing", () => {
    const holed = cuped({ ...input, covariate: covariate.map((x, k) => (k < 2 ? Number.NaN : x)) });
    assert.deepEqual([holed.n, holed.dropped], [22, 2]);
    const constant = cuped({ ...input, covariate: I.map(() => 5) });
    close(constant.value, constant.unadjusted.value!);
    assert.equal(constant.theta, 0);
    assert.ok(constant.warnings.includes("the covariate has no variance: nothing is adjusted"));
    assert.throws(
      () => cuped({ ...input, covariate: [1] }),
      /24 outcomes, 1 values of the covariate/,
    );
  });

  test("takes off the squared correlation of the variance, and stays unbiased", () => {
    const stream = random(9);
    const n = 400;
    const replications = 300;
    let [mean, square, plainSquare, reduction] = [0, 0, 0, 0];
    for (let r = 0; r < replications; r++) {
      const x = Float64Array.from({ length: n }, () => stream.normal());
      const z = Uint8Array.from({ length: n }, () => Number(stream.bernoulli(0.5)));
      // Correlation 0.8 within arms.
      const y = x.map((value, i) => 0.8 * value + 0.6 * stream.normal() + 0.2 * z[i]!);
      const found = cuped({ treatment: z, outcome: y, covariate: x });
      mean += found.value! / replications;
      square += (found.value! - 0.2) ** 2 / replications;
      plainSquare += (found.unadjusted.value! - 0.2) ** 2 / replications;
      reduction += found.varianceReduction! / replications;
    }
    close(mean, 0.2, 0.012);
    close(reduction, 0.64, 0.02);
    close(square / plainSquare, 0.36, 0.1);
  });
});
