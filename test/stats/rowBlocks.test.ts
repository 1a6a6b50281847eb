import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addCrossProducts,
  BLOCK_ROWS,
  predictTile,
  scaleTile,
  scoreTile,
  TILE,
  weighTile,
} from "../../lib/stats/rowBlocks";

/** Eight columns of three rows: column k holds k + 1, k + 2, k + 3. */
function block(): Float64Array {
  const values = new Float64Array(2 * TILE * BLOCK_ROWS);
  for (let k = 0; k < 2 * TILE; k++) {
    for (let i = 0; i < 3; i++) values[k * BLOCK_ROWS + i] = k + 1 + i;
  }
  return values;
}

test("products of columns over the first rows", () => {
  const sums = new Float64Array(64).fill(1);
  addCrossProducts(block(), 8, 3, sums);
  for (let r = 0; r < 8; r++) {
    for (let c = 0; c <= r; c++) {
      let expected = 1;
      for (let i = 1; i <= 3; i++) expected += (r + i) * (c + i);
      assert.equal(sums[r * 8 + c], expected, `${r}, ${c}`);
    }
  }
});

test("scaling, predicting, scoring and weighting four columns", () => {
  const columns = [0, 1, 2, 3].map((k) => ({
    values: Float64Array.of(10 * k, 10 * k + 1, 10 * k + 2),
    mean: k,
    factor: 2,
  }));
  const values = new Float64Array(TILE * BLOCK_ROWS);
  scaleTile(columns, 0, Int32Array.of(2, 0), 2, values);
  const row = (i: number) => [0, 1, 2, 3].map((k) => values[k * BLOCK_ROWS + i]);
  assert.deepEqual(
    [row(0), row(1), row(2)],
    [
      [4, 22, 40, 58],
      [0, 18, 36, 54],
      [0, 0, 0, 0],
    ],
  );
  const predictor = Float64Array.of(1, 1);
  predictTile(values, 0, 2, Float64Array.of(1, 0, 1, -1), predictor);
  assert.deepEqual([...predictor], [1 + 4 + 40 - 58, 1 + 0 + 36 - 54]);
  const sums = Float64Array.of(0, 0, 0, 1);
  scoreTile(values, 0, 2, Float64Array.of(1, -1), sums);
  assert.deepEqual([...sums], [4, 4, 4, 5]);
  weighTile(values, 0, 2, Float64Array.of(1, 0.5));
  assert.deepEqual(
    [row(0), row(1)],
    [
      [4, 22, 40, 58],
      [0, 9, 18, 27],
    ],
  );
});
