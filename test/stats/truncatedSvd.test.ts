import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { random } from "../../lib/stats/random";
import { type SparseEntries, type TruncatedSvd, truncatedSvd } from "../../lib/stats/truncatedSvd";

/** Entries of a function of row and column that are not 0. */
function entriesOf(rows: number, columns: number, at: (i: number, j: number) => number) {
  const list: { i: number; j: number; value: number }[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = at(i, j);
      if (value !== 0) list.push({ i, j, value });
    }
  }
  return {
    row: Int32Array.from(list, ({ i }) => i),
    column: Int32Array.from(list, ({ j }) => j),
    value: Float64Array.from(list, ({ value }) => value),
  };
}

function dense({ row, column, value }: SparseEntries, rows: number, columns: number): Matrix {
  const matrix = Matrix.zeros(rows, columns);
  for (let k = 0; k < value.length; k++) {
    matrix.set(row[k]!, column[k]!, matrix.get(row[k]!, column[k]!) + value[k]!);
  }
  return matrix;
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let k = 0; k < expected.length; k++) {
    const off = Math.abs(actual[k]! - expected[k]!);
    assert.ok(
      off <= tolerance * Math.max(1, Math.abs(expected[k]!)),
      `${k}: ${actual[k]}, ${expected[k]}`,
    );
  }
}

/** U'U or V'V less the identity, its largest entry. */
function offOrthonormal(vectors: Float64Array, rank: number): number {
  const matrix = Matrix.from1DArray(vectors.length / rank, rank, vectors);
  return matrix.transpose().mmul(matrix).sub(Matrix.eye(rank)).abs().max();
}

function rebuilt({ u, s, v, rank }: TruncatedSvd): Matrix {
  const left = Matrix.from1DArray(u.length / rank, rank, u);
  return left
    .mulRowVector(Array.from(s))
    .mmul(Matrix.from1DArray(v.length / rank, rank, v).transpose());
}

describe("truncatedSvd", () => {
  test("of a diagonal matrix is its largest entries", () => {
    const entries = { row: [0, 1, 2, 3], column: [0, 1, 2, 3], value: [2, -7, 0.5, 3] };
    const { u, s, v, explained } = truncatedSvd(entries, { rows: 4, columns: 5, rank: 2, seed: 1 });
    close(s, [7, 3], 1e-12);
    close(v, [0, 0, 1, 0, 0, 0, 0, 1, 0, 0], 1e-12);
    close(u, [0, 0, -1, 0, 0, 0, 0, 1], 1e-12);
    close([explained!], [58 / 62.25], 1e-12);
  });

  test("agrees with numpy where singular values fall slowly after the rank", () => {
    // .lab/python/bin/python -c "
    // import numpy as np
    // i, j = np.meshgrid(np.arange(60), np.arange(40), indexing='ij')
    // a = np.where((i + 2 * j) % 3 != 0, (i + 1) / (j + 2) + np.cos(i * j / 50), 0)
    // u, s, vt = np.linalg.svd(a)
    // flip = np.sign(vt[2][np.argmax(abs(vt[2]))])
    // print(s[:5], flip * u[:3, 2], flip * vt[2, :3], (s[:5] ** 2).sum() / (s ** 2).sum())"
    const entries = entriesOf(60, 40, (i, j) =>
      (i + 2 * j) % 3 === 0 ? 0 : (i + 1) / (j + 2) + Math.cos((i * j) / 50),
    );
    const options = { rows: 60, columns: 40, rank: 5, seed: 3, iterations: 40 };
    const { u, s, v, explained } = truncatedSvd(entries, options);
    close(s.slice(0, 3), [152.634058278747, 75.416463880603, 57.301803076668], 1e-12);
    close(s.slice(3), [6.594816572556, 6.540729266322], 1e-6);
    close([u[2]!, u[7]!, u[12]!], [0.029615220813, 0.04426788032, -0.031144143106], 1e-9);
    close([v[2]!, v[7]!, v[12]!], [-0.121092801358, -0.311736161051, 0.680069725268], 1e-9);
    close([explained!], [0.9812447955094916], 1e-8);
  });

  test("is the full SVD when nothing is cut", () => {
    const stream = random(5);
    for (const [rows, columns] of [
      [12, 7],
      [7, 12],
      [1, 6],
      [5, 1],
    ] as const) {
      const entries = entriesOf(rows, columns, () => (stream.bernoulli(0.7) ? stream.normal() : 0));
      const rank = Math.min(rows, columns);
      const result = truncatedSvd(entries, { rows, columns, rank, seed: 1 });
      const matrix = dense(entries, rows, columns);
      const full = new SingularValueDecomposition(matrix, { autoTranspose: true });
      close(result.s, full.diagonal.slice(0, rank), 1e-11);
      assert.ok(rebuilt(result).sub(matrix).abs().max() < 1e-11);
      close([result.explained!], [1], 1e-12);
    }
  });

  test("has orthonormal vectors, and A v = s u", () => {
    const stream = random(6);
    const entries = entriesOf(80, 50, (i, j) =>
      stream.bernoulli(0.2) ? stream.normal(((i % 4) - 1) * ((j % 3) - 1), 0.3) : 0,
    );
    const result = truncatedSvd(entries, {
      rows: 80,
      columns: 50,
      rank: 4,
      seed: 2,
      iterations: 60,
    });
    assert.ok(offOrthonormal(result.u, 4) < 1e-12);
    assert.ok(offOrthonormal(result.v, 4) < 1e-12);
    const v = Matrix.from1DArray(50, 4, result.v);
    const u = Matrix.from1DArray(80, 4, result.u);
    const off = dense(entries, 80, 50)
      .mmul(v)
      .sub(u.mulRowVector(Array.from(result.s)));
    assert.ok(off.abs().max() < 1e-6, `${off.abs().max()}`);
  });

  test("finds a low rank exactly, and gives 0 beyond it", () => {
    const entries = entriesOf(30, 20, (i, j) => (i + 1) * (j - 8) + (i % 2) * (j % 5));
    const result = truncatedSvd(entries, { rows: 30, columns: 20, rank: 4, seed: 9 });
    const full = new SingularValueDecomposition(dense(entries, 30, 20)).diagonal;
    close(result.s.slice(0, 2), full.slice(0, 2), 1e-12);
    assert.ok(result.s[2]! < 1e-10 && result.s[3]! < 1e-10);
    close([result.explained!], [1], 1e-12);
    const nothing = truncatedSvd(
      { row: [], column: [], value: [] },
      { rows: 3, columns: 3, rank: 2, seed: 1 },
    );
    assert.deepEqual([...nothing.s], [0, 0]);
    assert.equal(nothing.explained, null);
    assert.ok([...nothing.u, ...nothing.v].every(Number.isFinite));
  });

  test("adds entries of one place up, in whatever order they come", () => {
    const options = { rows: 3, columns: 3, rank: 2, seed: 4 };
    const once = truncatedSvd({ row: [0, 1, 2], column: [1, 0, 2], value: [5, 3, 1] }, options);
    const parts = { row: [2, 0, 1, 0], column: [2, 1, 0, 1], value: [1, 2, 3, 3] };
    assert.deepEqual(truncatedSvd(parts, options), once);
  });

  test("repeats itself for a seed", () => {
    const entries = entriesOf(40, 30, (i, j) => Math.sin(i * j));
    const options = { rows: 40, columns: 30, rank: 3, iterations: 1 };
    const first = truncatedSvd(entries, { ...options, seed: 1 });
    assert.deepEqual(truncatedSvd(entries, { ...options, seed: 1 }), first);
    assert.notDeepEqual(truncatedSvd(entries, { ...options, seed: 2 }).u, first.u);
  });

  test("says what is wrong", () => {
    const entries = { row: [0, 1], column: [0, 1], value: [1, 2] };
    const options = { rows: 2, columns: 2, rank: 1, seed: 1 };
    const refused = (change: object, message: RegExp, given: SparseEntries = entries) =>
      assert.throws(() => truncatedSvd(given, { ...options, ...change }), message);
    refused({ rank: 3 }, /rank is a whole number in 1 \.\.\. 2, not 3/);
    refused({ rank: 0 }, /rank is a whole number/);
    refused({ oversampling: -1 }, /oversampling is a whole number from 0 on/);
    refused({ iterations: 1.5 }, /iterations is a whole number from 0 on/);
    refused({ rows: 1 }, /Entry 1 at \(1, 1\) lies outside of 1 x 2/);
    refused({}, /Entry 0 at \(0, 0\) is NaN/, { ...entries, value: [Number.NaN, 1] });
    refused({}, /2 rows, 2 columns and 1 values/, { ...entries, value: [1] });
    refused({ seed: 0.5 }, /seed must be an integer/);
  });
});
