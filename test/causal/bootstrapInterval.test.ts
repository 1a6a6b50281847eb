import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapInterval } from "../../lib/causal/bootstrapInterval";

test("percentiles as numpy's", () => {
  // np.percentile([1, 2, 4, 8, 16], [5, 95]) -> [1.2, 14.4]; np.std(..., ddof=1) -> 6.09918027279067
  const { standardError, lower, upper } = bootstrapInterval(Float64Array.of(16, 1, 8, 2, 4), 0.9);
  assert.ok(Math.abs(lower - 1.2) < 1e-12 && Math.abs(upper - 14.4) < 1e-12);
  assert.ok(Math.abs(standardError - 6.09918027279067) < 1e-12);
});

test("the mean of the draws", () => {
  assert.equal(bootstrapInterval(Float64Array.of(1, 2, 6), 0.95).mean, 3);
});
