import assert from "node:assert/strict";
import { test } from "node:test";
import { twoSidedP, twoSidedQuantile } from "../../lib/stats/referenceDistribution";

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-11 * expected, `${actual}, ${expected}`);
}

test("p-values are scipy's", () => {
  // 2 * stats.t.sf([.5, 2, 40, 1.5], [3, 90, 5, 2.129]); 2 * stats.norm.sf([1.96, 9])
  near(twoSidedP(0.5, 3), 6.5144796484815104e-1);
  near(twoSidedP(-2, 90), 4.8514968040387442e-2);
  near(twoSidedP(40, 5), 1.8411962171772954e-7);
  near(twoSidedP(1.5, 2.129), 2.6511759479552627e-1);
  near(twoSidedP(1.96), 4.999579029644087e-2);
  near(twoSidedP(-9), 2.2571768119076647e-19);
  assert.deepEqual([twoSidedP(0, 3), twoSidedP(Number.POSITIVE_INFINITY, 3)], [1, 0]);
});

test("quantiles are scipy's", () => {
  // stats.t.ppf([.975, .995, .95], [90, 2.2, 1])
  near(twoSidedQuantile(0.95, 90), 1.9866745407037683);
  near(twoSidedQuantile(0.99, 2.2), 8.534715279807727);
  near(twoSidedQuantile(0.9, 1), 6.313751514675037);
  near(twoSidedQuantile(0.95), 1.959963984540054);
  assert.throws(() => twoSidedQuantile(1), /between 0 and 1/);
});
