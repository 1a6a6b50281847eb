import assert from "node:assert/strict";
import { test } from "node:test";
import { features } from "../../lib/stats/features";
import { fitInput } from "../../lib/stats/learner";

const x = features({ a: [1, 2, 3] });

test("a fit's input: weights default to 1, rows of weight 0 are left out", () => {
  const plain = fitInput(x, [5, 6, 7]);
  assert.deepEqual([...plain.weights], [1, 1, 1]);
  assert.deepEqual([...plain.rows], [0, 1, 2]);
  const weighted = fitInput(x, [5, 6, 7], [2, 0, 0.5]);
  assert.deepEqual([...weighted.rows], [0, 2]);
  assert.deepEqual([...weighted.outcome], [5, 6, 7]);
});

test("what cannot be fitted is an error with the row's number", () => {
  assert.throws(() => fitInput(x, [1, 2]), /2 outcomes for 3 rows/);
  assert.throws(() => fitInput(x, [1, 2, 3], [1]), /1 weights for 3 rows/);
  assert.throws(() => fitInput(x, [1, Number.NaN, 3]), /Row 2: the outcome is NaN/);
  assert.throws(() => fitInput(x, [1, 2, 3], [1, 1, -1]), /Row 3: .* is -1/);
  assert.throws(() => fitInput(x, [1, 2, 3], [0, 0, 0]), /no row to learn from/);
});
