import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Family, type GlmOptions, glm } from "../../lib/stats/glm";

function close(actual: ArrayLike<number>, expected: readonly number[], digits = 1e-8): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= digits, `${i}: ${actual[i]}, ${value}`);
  });
}

// statsmodels 0.15, i = 1 ... 24:
//   x1 = sin(i)*3 + i/5; x2 = cos(2i) + i%3; w = 1 + (i%4)/2; g = (i-1)//4; X = sm.add_constant(np.column_stack([x1, x2]))
//   binomial: y = (.5*x1 - x2 + 3*sin(7i) > 0); poisson: y = floor(exp(.1*x1 + .5*x2 + sin(5i)));
//   gaussian: y = 2 + .5*x1 - 1.5*x2 + sin(7i) + .3*(i%5)
//   r = sm.GLM(y, X, family=..., var_weights=w).fit(tol=1e-14, cov_type=...), cluster: cov_kwds={"groups": g}
const I = Array.from({ length: 24 }, (_, k) => k + 1);
const x1 = I.map((i) => Math.sin(i) * 3 + i / 5);
const x2 = I.map((i) => Math.cos(2 * i) + (i % 3));
const weights = I.map((i) => 1 + (i % 4) / 2);
const cluster = I.map((i) => Math.floor((i - 1) / 4));
const columns = { x1, x2 };
const outcomes: Record<Family, number[]> = {
  binomial: I.map((i, k) => Number(0.5 * x1[k]! - x2[k]! + 3 * Math.sin(7 * i) > 0)),
  poisson: I.map((i, k) => Math.floor(Math.exp(0.1 * x1[k]! + 0.5 * x2[k]! + Math.sin(5 * i)))),
  gaussian: I.map((i, k) => 2 + 0.5 * x1[k]! - 1.5 * x2[k]! + Math.sin(7 * i) + 0.3 * (i % 5)),
};

describe("generalized linear models", () => {
  test("has the logistic coefficients, errors and deviance of statsmodels", () => {
    const found = glm({ outcome: outcomes.binomial, columns }, { family: "binomial" });
    close(found.coefficients, [-0.4806508683526466, 0.2724762653872369, 0.1748199090319493]);
    close(found.standardErrors, [0.8662113426319842, 0.19510789978906326, 0.6437041639137779]);
    close([found.deviance], [30.36587202989695]);
  });

  test("throws for an option it does not know", () => {
    const options = { family: "binomial", robust: true } as GlmOptions;
    assert.throws(
      () => glm({ outcome: outcomes.binomial, columns, weights, cluster }, options),
      /robust/,
    );
  });
});
