import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile } from "../../lib/stats/quantile";

test("quantile interpolates at (n - 1) p, rounding as numpy rounds", () => {
  // numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.5, 0.9, 1])
  const expected = [1, 1.3, 3, 6.8, 8];
  for (const [i, p] of [0, 0.1, 0.5, 0.9, 1].entries()) {
    assert.ok(Math.abs(quantile([1, 2, 4, 8], p) - expected[i]!) < 1e-12);
  }
  // numpy.quantile([0.1, 0.3], 0.7): from the upper neighbour, 0.24 and not 0.23999999999999996
  assert.equal(quantile([0.1, 0.3], 0.7), 0.24);
  assert.equal(quantile([5], 0.3), 5);
  assert.equal(quantile([], 0.3), Number.NaN);
});
