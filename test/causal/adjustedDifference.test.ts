import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { adjustedDifference } from "../../lib/causal/adjustedDifference";
import { random } from "../../lib/stats";

function close(actual: number | null, expected: number, digits = 1e-9): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

// statsmodels 0.15, i = 1 ... 24: x1 = sin(i)*3 + i/5; x2 = cos(2i) + i%3; g = (i-1)//4; T = (sin(3i) > 0)
//   y = 2 + .5*x1 - 1.5*x2 + sin(7i) + .3*(i%5); c = x - x.mean()
//   sm.OLS(y, np.column_stack([1, T, c1, c2, T*c1, T*c2])).fit(cov_type=...), cluster: cov_kwds={"groups": g}
const I = Array.from({ length: 24 }, (_, k) => k + 1);
const x1 = I.map((i) => Math.sin(i) * 3 + i / 5);
const x2 = I.map((i) => Math.cos(2 * i) + (i % 3));
const treatment = I.map((i) => Number(Math.sin(3 * i) > 0));
const cluster = I.map((i) => Math.floor((i - 1) / 4));
const outcome = I.map((i, k) => 2 + 0.5 * x1[k]! - 1.5 * x2[k]! + Math.sin(7 * i) + 0.3 * (i % 5));
const input = { treatment, outcome, covariates: { x1, x2 } };

describe("the adjusted difference", () => {
  test("has the value and standard errors of statsmodels", () => {
    const expected = {
      HC0: 0.30286488493757463,
      HC1: 0.3497182456935875,
      HC2: 0.3440977896393552,
      HC3: 0.39605871081843025,
    } as const;
    for (const [type, standardError] of Object.entries(expected)) {
      const found = adjustedDifference(input, { covariance: type as keyof typeof expected });
      close(found.value, -0.0022869164946390796);
      close(found.standardError, standardError);
    }
    const plain = adjustedDifference(input);
    close(plain.standardError, expected.HC2);
    close(plain.upper! - plain.value!, 1.959963984540054 * expected.HC2);
    assert.match(plain.method, /Lin 2013\); HC2 standard error/);
    const clustered = adjustedDifference({ ...input, cluster });
    close(clustered.standardError, 0.14009885234026154);
    assert.equal(clustered.clusters, 6);
    assert.deepEqual(clustered.warnings, ["only 6 clusters: the interval is probably too short"]);
  });

  test("without covariates is the difference in means with Neyman's standard error", () => {
    const found = adjustedDifference({ ...input, covariates: {} });
    const arm = (a: number) => outcome.filter((_, k) => treatment[k] === a);
    const mean = (values: number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = (values: number[]) =>
      values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) /
      (values.length - 1) /
      values.length;
    close(found.value, mean(arm(1)) - mean(arm(0)), 1e-12);
    close(found.standardError, Math.sqrt(squares(arm(1)) + squares(arm(0))), 1e-12);
  });

  test("does not care how covariates are scaled, shifted or mixed", () => {
    const mixed = { a: x1.map((v, k) => 3 * v - x2[k]! + 100), b: x2.map((v) => -v / 7) };
    const found = adjustedDifference({ ...input, covariates: mixed });
    const before = adjustedDifference(input);
    close(found.value, before.value!);
    close(found.standardError, before.standardError!);
  });

  test("is the difference of what two regressions predict at the common mean", () => {
    // One covariate: line through each arm.
    const [t, x, y] = [
      [0, 0, 0, 1, 1, 1],
      [0, 1, 2, 1, 2, 3],
      [1, 2, 4, 0, 3, 5],
    ];
    // Arm 0: mean (1, 7/3), slope 3/2; arm 1: mean (2, 8/3), slope 5/2; common mean of x 3/2.
    const found = adjustedDifference({ treatment: t!, outcome: y!, covariates: { x: x! } });
    close(found.value, 8 / 3 - 5 / 4 - (7 / 3 + 3 / 4), 1e-12);
  });

  test("leaves out rows with missing values and covariates that others determine", () => {
    const holed = x1.map((value, k) => (k === 3 ? Number.NaN : value));
    const found = adjustedDifference({
      ...input,
      covariates: { x1: holed, x2, double: x2.map((value) => 2 * value) },
    });
    const without = (values: number[]) => values.filter((_, k) => k !== 3);
    const expected = adjustedDifference({
      treatment: without(treatment),
      outcome: without(outcome),
      covariates: { x1: without(x1), x2: without(x2) },
    });
    assert.deepEqual([found.n, found.dropped], [23, 1]);
    close(found.value, expected.value!);
    close(found.standardError, expected.standardError!);
    assert.deepEqual(found.leftOut, ["double", "treatment x double"]);
    assert.deepEqual(found.warnings, [
      "left out, determined by others: double, treatment x double",
    ]);
  });

  test("gives null without one of the arms", () => {
    const found = adjustedDifference({ ...input, treatment: I.map(() => 1) });
    assert.deepEqual(
      [found.value, found.standardError, found.warnings],
      [null, null, ["no control row"]],
    );
  });

  test("is unbiased over randomizations, covers, and is more precise than the difference in means", () => {
    const stream = random(21);
    const n = 200;
    const x = Float64Array.from({ length: n }, () => stream.normal());
    const y0 = x.map((value) => 2 * value + stream.normal());
    const y1 = y0.map((value, i) => value + 1 + 0.5 * x[i]!);
    const truth = y1.reduce((sum, value, i) => sum + value - y0[i]!, 0) / n;
    const replications = 400;
    const sums = { adjusted: 0, plain: 0, adjustedSquares: 0, plainSquares: 0, covered: 0 };
    for (let r = 0; r < replications; r++) {
      const z = Float64Array.from({ length: n }, () => Number(stream.bernoulli(0.4)));
      const y = z.map((a, i) => (a === 1 ? y1[i]! : y0[i]!));
      const adjusted = adjustedDifference({ treatment: z, outcome: y, covariates: { x } });
      const plain = adjustedDifference({ treatment: z, outcome: y, covariates: {} });
      sums.adjusted += adjusted.value! / replications;
      sums.adjustedSquares += (adjusted.value! - truth) ** 2 / replications;
      sums.plain += plain.value! / replications;
      sums.plainSquares += (plain.value! - truth) ** 2 / replications;
      if (adjusted.lower! <= truth && truth <= adjusted.upper!) sums.covered++;
    }
    close(sums.adjusted, truth, 0.03);
    close(sums.plain, truth, 0.08);
    assert.ok(sums.adjustedSquares < 0.35 * sums.plainSquares);
    assert.ok(sums.covered / replications > 0.92, `${sums.covered} of ${replications}`);
  });

  test("says what is wrong", () => {
    assert.throws(
      () => adjustedDifference({ ...input, treatment: I }),
      /Row 2: the treatment is 0 or 1, not 2/,
    );
    assert.throws(
      () => adjustedDifference({ ...input, covariates: { x1: [1, 2] } }),
      /x1 has 2 values; the outcome has 24/,
    );
    assert.throws(
      () => adjustedDifference({ ...input, covariates: { treatment: x1 } }),
      /called treatment/,
    );
  });
});
