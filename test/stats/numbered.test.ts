import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered } from "../../lib/stats/numbered";

test("different values are numbered as they first come, texts and numbers alike", () => {
  const { index, count } = numbered([7, -1, 7, 3, -1]);
  assert.deepEqual([...index], [0, 1, 0, 2, 1]);
  assert.equal(count, 3);
  assert.deepEqual([...numbered(["b", "a", "b"]).index], [0, 1, 0]);
  assert.equal(numbered([]).count, 0);
});
