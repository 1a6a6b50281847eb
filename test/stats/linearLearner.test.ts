import assert from "node:assert/strict";
import { test } from "node:test";
import { features, takeRows } from "../../lib/stats/features";
import { linearLearner } from "../../lib/stats/linearLearner";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${actual[i]}, not ${expected[i]}`);
  }
}

const x = features({ a: [1, 2, 3, 4, 6, 9], b: [2, 1, 4, 3, 7, 5] });
const y = [3, 2, 6, 4, 9, 8];
const weights = [1, 2, 1, 0.5, 1, 3];

test("a straight line through two points, and through three", () => {
  const line = linearLearner().fit(features({ a: [0, 2] }), [1, 5]);
  close(line.coefficients, [2]);
  close([line.intercept], [1]);
  close(line.predict(features({ a: [10] })), [21]);
  // Slope sum (x - 1)(y - 1) / sum (x - 1)^2 = 3 / 2.
  const fitted = linearLearner().fit(features({ a: [0, 1, 2] }), [0, 0, 3]);
  close([fitted.intercept, ...fitted.coefficients], [-0.5, 1.5]);
});

/*
import numpy as np
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.preprocessing import StandardScaler
x = np.array([[1, 2, 3, 4, 6, 9], [2, 1, 4, 3, 7, 5]], float).T
y = np.array([3, 2, 6, 4, 9, 8], float); w = np.array([1, 2, 1, .5, 1, 3])
for weight in (None, w):
    m = LinearRegression().fit(x, y, weight); print(m.intercept_, m.coef_.tolist())
    s = StandardScaler().fit(x, sample_weight=weight); m = Ridge(2.5).fit(s.transform(x), y, weight)
    print(m.predict(s.transform(x)).tolist(), (m.coef_ / s.scale_).tolist())
*/
const OLS = [0.5688644688644695, 0.20512820512820495, 1.0663003663003663];
const RIDGE = [
  3.2646727790963, 2.8582185602790635, 5.228949649454888, 4.822495430637652, 8.17536495499277,
  7.650298625539325,
];
const RIDGE_COEFFICIENTS = [0.2878421081810287, 0.6942963269982653];
const WEIGHTED_OLS = [0.5799150661133101, 0.23617411446771533, 1.0449280957436542];
const WEIGHTED_RIDGE = [
  3.1848048351395435, 2.714894652029863, 5.276907752071027, 4.806997568961348, 8.415062127468254,
  7.763312398926926,
];
test("least squares and ridge regression, with and without weights, are scikit-learn's", () => {
  const ols = linearLearner().fit(x, y);
  close([ols.intercept, ...ols.coefficients], OLS);
  const weighted = linearLearner().fit(x, y, { weights });
  close([weighted.intercept, ...weighted.coefficients], WEIGHTED_OLS);
  const ridge = linearLearner({ ridge: 2.5 }).fit(x, y);
  close(ridge.predict(x), RIDGE);
  close(ridge.coefficients, RIDGE_COEFFICIENTS);
  const both = linearLearner({ ridge: 2.5 }).fit(x, y, { weights });
  close(both.predict(x), WEIGHTED_RIDGE);
});

test("a weight of 2 equals a repeated row, one of 0 a row that is not there", () => {
  const rows = [0, 0, 1, 2, 4, 5];
  const one = linearLearner({ ridge: 1 }).fit(x, y, { weights: [2, 1, 1, 0, 1, 1] });
  const other = linearLearner({ ridge: 1 }).fit(
    takeRows(x, rows),
    rows.map((i) => y[i]!),
  );
  close(one.coefficients, other.coefficients);
});

test("units of the columns do not matter for predictions", () => {
  const scaled = features({ a: [1e6, 2e6, 3e6, 4e6, 6e6, 9e6], b: [2, 1, 4, 3, 7, 5] });
  for (const ridge of [0, 3]) {
    const learner = linearLearner({ ridge });
    close(learner.fit(scaled, y).predict(scaled), learner.fit(x, y).predict(x));
  }
});

test("constant and collinear columns are left out and named; a penalty shares among collinear ones", () => {
  const twice = features({
    a: [1, 2, 3, 4, 6, 9],
    one: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    double: [2, 4, 6, 8, 12, 18],
  });
  const model = linearLearner().fit(twice, y);
  assert.deepEqual(model.warnings, [
    "one is constant and was left out",
    "double is determined by other columns and was left out",
  ]);
  assert.deepEqual(model.names, ["a"]);
  close(
    model.predict(twice),
    linearLearner()
      .fit(features({ a: x.values.filter((_, k) => k % 2 === 0) }), y)
      .predict(twice),
  );
  const shared = linearLearner({ ridge: 1 }).fit(twice, y);
  close([shared.coefficients[0]!], [2 * shared.coefficients[1]!]);
  assert.equal(shared.warnings.length, 1);
});

test("without anything to go by the mean is predicted", () => {
  const flat = features({ a: [1, 1, 1] });
  close(linearLearner().fit(flat, [1, 2, 6]).predict(flat), [3, 3, 3]);
  close(
    linearLearner()
      .fit(features({ a: [5] }), [4])
      .predict(flat),
    [4, 4, 4],
  );
});

test("what cannot be is an error that says what and where", () => {
  assert.throws(() => linearLearner({ lambda: 1 } as object), /no option lambda\. It has ridge/);
  assert.throws(() => linearLearner({ ridge: -1 }), /0 or more, not -1/);
  const missing = features({ a: [1, Number.NaN] });
  assert.throws(
    () => linearLearner().fit(missing, [1, 2]),
    /Column a, row 2: NaN\. A linear model/,
  );
  const model = linearLearner().fit(features({ a: [1, 2] }), [1, 2]);
  assert.throws(() => model.predict(missing), /Column a, row 2: NaN/);
  assert.equal(linearLearner().name, "least squares");
  assert.equal(linearLearner({ ridge: 2 }).name, "ridge regression (penalty 2)");
});
