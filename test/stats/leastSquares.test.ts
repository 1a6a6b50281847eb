import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { random } from "../../lib/stats";
import { type CovarianceType, leastSquares } from "../../lib/stats/leastSquares";

function close(actual: ArrayLike<number>, expected: readonly number[], digits = 1e-9): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= digits, `${i}: ${actual[i]}, ${value}`);
  });
}

// statsmodels 0.15, i = 1 ... 24:
//   x1 = sin(i)*3 + i/5; x2 = cos(2i) + i%3; w = 1 + (i%4)/2; g = (i-1)//4
//   y = 2 + .5*x1 - 1.5*x2 + sin(7i) + .3*(i%5); X = sm.add_constant(np.column_stack([x1, x2]))
//   sm.OLS(y, X).fit(cov_type=...), sm.WLS(y, X, weights=w).fit(...), cluster: cov_kwds={"groups": g}
const I = Array.from({ length: 24 }, (_, k) => k + 1);
const x1 = I.map((i) => Math.sin(i) * 3 + i / 5);
const x2 = I.map((i) => Math.cos(2 * i) + (i % 3));
const weights = I.map((i) => 1 + (i % 4) / 2);
const cluster = I.map((i) => Math.floor((i - 1) / 4));
const outcome = I.map((i, k) => 2 + 0.5 * x1[k]! - 1.5 * x2[k]! + Math.sin(7 * i) + 0.3 * (i % 5));
const columns = { x1, x2 };

const OLS: Record<Exclude<CovarianceType, "CR2">, number[]> = {
  classical: [0.35620433525531464, 0.07461671558536125, 0.2578855001764849],
  HC0: [0.31276901368203186, 0.06618262313903653, 0.2277395124372386],
  HC1: [0.3343641401135356, 0.07075220021264342, 0.2434637797060256],
  HC2: [0.33808580198738414, 0.07201267554368515, 0.2473143496730412],
  HC3: [0.36625473091349964, 0.078507588926945, 0.2692108356328766],
  cluster: [0.4364192234392643, 0.08265292080120501, 0.10638460728256943],
};
const WLS: Record<Exclude<CovarianceType, "CR2">, number[]> = {
  classical: [0.3960851276440937, 0.08167747834494092, 0.28112982197794584],
  HC0: [0.38232706828506824, 0.0777284583324742, 0.28354982715513405],
  HC1: [0.4087248283464145, 0.08309521722350073, 0.3031275157981377],
  HC2: [0.4206107524946884, 0.08607378716605198, 0.31923113007054804],
  HC3: [0.4639554877208076, 0.09557977152847225, 0.36017363522445417],
  cluster: [0.48701424524115766, 0.09141850399811417, 0.220630573561943],
};

describe("least squares", () => {
  for (const type of Object.keys(OLS) as (keyof typeof OLS)[]) {
    test(`has the coefficients and ${type} errors of statsmodels`, () => {
      const input = { outcome, columns, cluster };
      const plain = leastSquares(input, { covariance: type });
      close(plain.coefficients, [2.5969475867813943, 0.5042164732758514, -1.4408787443475353]);
      close(plain.standardErrors, OLS[type]);
      const weighted = leastSquares({ ...input, weights }, { covariance: type });
      close(weighted.coefficients, [2.5005738239663415, 0.48947268156557144, -1.3059312568738677]);
      close(weighted.standardErrors, WLS[type]);
    });
  }

  test("has the covariances of statsmodels off the diagonal, and its scale", () => {
    const clustered = leastSquares({ outcome, columns, cluster });
    close(
      [clustered.covariance[1]!, clustered.covariance[3]!],
      [-0.028642269290499057, -0.028642269290499057],
    );
    assert.deepEqual([clustered.covarianceType, clustered.clusters], ["cluster", 6]);
    const plain = leastSquares({ outcome, columns });
    close(
      [plain.covariance[5]!, plain.residualVariance],
      [-0.0013366746875132464, 0.7364829239033427],
    );
    const weighted = leastSquares({ outcome, columns, weights });
    close(
      [weighted.covariance[5]!, weighted.residualVariance],
      [-0.002759115493240834, 1.4237104790697805],
    );
    assert.deepEqual(
      [plain.covarianceType, plain.clusters, plain.rows, plain.degreesOfFreedom],
      ["HC2", null, 24, 21],
    );
  });

  test("solves a line through points by hand", () => {
    // (0, 1), (1, 2), (2, 4): slope 3 / 2, intercept 5 / 6, errors 1/6, -1/3, 1/6.
    const found = leastSquares(
      { outcome: [1, 2, 4], columns: { x: [0, 1, 2] } },
      { covariance: "classical" },
    );
    assert.deepEqual(found.names, ["intercept", "x"]);
    close(found.coefficients, [5 / 6, 1.5], 1e-14);
    close(found.residuals, [1 / 6, -1 / 3, 1 / 6], 1e-14);
    close(found.standardErrors, [Math.sqrt((1 / 6) * (5 / 6)), Math.sqrt(1 / 12)], 1e-14);
  });

  test("keeps its digits where columns are large and nearly equal", () => {
    const stream = random(3);
    const base = Float64Array.from({ length: 500 }, () => 1e6 + stream.normal());
    const near = base.map((value) => value + 1e-3 * stream.normal());
    const exact = base.map((value, i) => 2 * (value - 1e6) - 5 * (near[i]! - 1e6));
    const found = leastSquares({ outcome: exact, columns: { base, near } });
    close(found.coefficients.subarray(1), [2, -5], 1e-6);
  });

  test("with frequency-like weights equals repeated rows", () => {
    const twice = { outcome: [1, 1, 3, 2, 2, 7], columns: { x: [0, 0, 1, 4, 4, 2] } };
    const once = { outcome: [1, 3, 2, 7], columns: { x: [0, 1, 4, 2] }, weights: [2, 1, 2, 1] };
    close(leastSquares(once).coefficients, [...leastSquares(twice).coefficients], 1e-13);
  });

  test("with each row its own cluster is HC1", () => {
    const own = leastSquares({ outcome, columns, cluster: I });
    // G / (G - 1) * (N - 1) / (N - K) = N / (N - K).
    close(own.standardErrors, OLS.HC1);
  });

  test("names a column that others determine", () => {
    const sum = x1.map((value, k) => 3 * value - x2[k]! + 4);
    const run = (collinear: "error" | "drop") =>
      leastSquares({ outcome, columns: { x1, x2, sum, constant: I.map(() => 7) } }, { collinear });
    assert.throws(
      () => run("error"),
      /sum, constant: determined by the other columns \(intercept, x1, x2\)/,
    );
    const dropped = run("drop");
    assert.deepEqual(dropped.leftOut, ["sum", "constant"]);
    close(dropped.standardErrors, OLS.HC2);
  });

  test("fits a row with leverage 1 without infinite errors", () => {
    const found = leastSquares(
      { outcome: [1, 2, 3, 9], columns: { only: [0, 0, 0, 1] } },
      { covariance: "HC3" },
    );
    close(found.coefficients, [2, 7], 1e-13);
    assert.ok(found.standardErrors.every(Number.isFinite));
  });

  test("covers the truth in simulation when the variance depends on the regressor", () => {
    const stream = random(5);
    let covered = 0;
    for (let r = 0; r < 400; r++) {
      const x = Float64Array.from({ length: 60 }, () => stream.normal());
      const y = x.map((value) => 1 + 2 * value + Math.abs(value) * stream.normal());
      const { coefficients, standardErrors } = leastSquares(
        { outcome: y, columns: { x } },
        { covariance: "HC3" },
      );
      if (Math.abs(coefficients[1]! - 2) < 1.96 * standardErrors[1]!) covered++;
    }
    assert.ok(covered > 360 && covered < 396, `${covered} of 400`);
  });

  test("says what is wrong", () => {
    const run =
      (change: object, options: object = {}) =>
      () =>
        leastSquares({ outcome, columns, ...change }, options);
    assert.throws(run({ columns: { x1: [1, 2] } }), /x1 has 2 values; the outcome has 24/);
    assert.throws(
      run({ outcome: [...outcome.slice(1), Number.NaN] }),
      /outcome, row 23: NaN is no number/,
    );
    assert.throws(run({ weights: weights.map(() => 0) }), /Row 0: a weight is above 0, not 0/);
    assert.throws(run({}, { covariance: "cluster" }), /need clusters/);
    assert.throws(run({ cluster: I.map(() => 1) }), /at least two clusters/);
    assert.throws(
      run({ outcome: [1, 2], columns: { x: [0, 1] } }),
      /2 coefficients need more than 2 rows/,
    );
  });
});
