import assert from "node:assert/strict";
import { test } from "node:test";
import {
  choleskyTriangle,
  determinedColumns,
  inverseTriangle,
  solveTriangles,
} from "../../lib/stats/triangle";

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= 1e-14, `${i}: ${actual[i]}, ${value}`);
  });
}

test("a positive definite matrix by hand", () => {
  const triangle = choleskyTriangle(Float64Array.of(4, 2, 2, 10), 2)!;
  close(triangle, [2, 1, 0, 3]);
  close(inverseTriangle(triangle, 2), [1 / 2, -1 / 6, 0, 1 / 3]);
  // [4 2; 2 10] x = (8, 22)
  close(solveTriangles(triangle, Float64Array.of(8, 22), 2), [1, 2]);
});

test("a matrix that is not positive definite has none", () => {
  assert.equal(choleskyTriangle(Float64Array.of(1, 2, 2, 1), 2), undefined);
  assert.equal(choleskyTriangle(Float64Array.of(Number.NaN), 1), undefined);
});

test("columns that earlier ones determine are numbered", () => {
  // Products of the columns a = (1, 0, 0), 2 a, b = (1, 1, 0), a + b, c = (0, 0, 1).
  const columns = [
    [1, 0, 0],
    [2, 0, 0],
    [1, 1, 0],
    [2, 1, 0],
    [0, 0, 1],
  ];
  const products = columns.flatMap((a) =>
    columns.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)),
  );
  assert.deepEqual(determinedColumns(Float64Array.from(products), 5, 1e-12), [1, 3]);
});
