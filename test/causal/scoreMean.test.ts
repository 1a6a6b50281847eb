import assert from "node:assert/strict";
import { test } from "node:test";
import { scoreMean } from "../../lib/causal/scoreMean";

const words = { estimand: "mean", method: "by hand" };

test("mean 3, standard deviation 2 (n - 1), four rows: standard error 1", () => {
  const estimate = scoreMean([1, 3, 3, 5], words);
  assert.equal(estimate.value, 3);
  assert.ok(Math.abs(estimate.standardError! - Math.sqrt(8 / 3) / 2) < 1e-15);
  assert.ok(Math.abs(estimate.upper! - 3 - 1.959963984540054 * estimate.standardError!) < 1e-12);
  assert.equal(estimate.n, 4);
  assert.equal(estimate.clusters, 4);
  assert.equal(estimate.method, "by hand; standard error of independent rows, normal interval");
});

test("two clusters with sums of deviations -2 and 2: variance 2 (4 + 4) / 16", () => {
  const estimate = scoreMean([1, 3, 3, 5], { ...words, cluster: [7, 7, 8, 8] });
  assert.equal(estimate.standardError, 1);
  assert.equal(estimate.clusters, 2);
  assert.deepEqual(estimate.warnings, ["only 2 clusters: the interval is probably too short"]);
});

test("clusters of one row are independent rows", () => {
  const scores = [0.3, 1.7, -2, 4, 0.1];
  const alone = scoreMean(scores, { ...words, cluster: [5, 4, 3, 2, 1] });
  assert.equal(alone.standardError, scoreMean(scores, words).standardError);
});

test("zeros have a standard error of 0; one row, or none, has no standard error, never NaN", () => {
  const none = scoreMean([0, 0, 0], words);
  assert.deepEqual([none.value, none.standardError, none.lower, none.upper], [0, 0, 0, 0]);
  const single = scoreMean([2], words);
  assert.deepEqual([single.value, single.standardError, single.lower], [2, null, null]);
  assert.equal(scoreMean([], words).value, null);
});

test("an impossible level, or clusters of other rows, is an error", () => {
  assert.throws(() => scoreMean([1], { ...words, level: 95 }), /between 0 and 1, unlike 95/);
  assert.throws(() => scoreMean([1], { ...words, cluster: [1, 2] }), /2 clusters for 1 rows/);
});
