import assert from "node:assert/strict";
import { test } from "node:test";
import { interpolate, logarithmic, scaleToTotal } from "../../../lib/loaders/synthetic/curves";

test("a curve is straight between its points and constant outside", () => {
  const curve = [
    [0, 1],
    [10, 3],
    [20, -1],
  ] as const;
  for (const [x, y] of [
    [-5, 1],
    [0, 1],
    [5, 2],
    [10, 3],
    [15, 1],
    [20, -1],
    [99, -1],
  ]) {
    assert.equal(interpolate(curve, x), y);
  }
});

test("a curve on logarithms passes the geometric mean half way", () => {
  const curve = logarithmic(
    [
      [1, 100],
      [100, 4],
    ],
    "both",
  );
  assert.ok(Math.abs(Math.exp(interpolate(curve, Math.log(10))) - 20) < 1e-9);
});

test("scaling to a total keeps bounds and proportions", () => {
  const values = Float64Array.of(1, 2, 4, 100);
  const scaled = scaleToTotal(values, 30, 1, () => 20);
  assert.ok(Math.abs(scaled.reduce((sum, value) => sum + value, 0) - 30) < 1e-6);
  assert.equal(scaled[3], 20);
  assert.ok(Math.abs(scaled[2] / scaled[1] - 2) < 1e-9);
  assert.ok(scaled.every((value) => value >= 1));
  assert.throws(() => scaleToTotal(values, 3, 1, () => 20), /too small/);
  assert.throws(() => scaleToTotal(values, 81, 1, () => 20), /too large/);
});
