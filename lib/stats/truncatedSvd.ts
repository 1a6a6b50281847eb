/** The largest singular values and vectors of a large sparse matrix, by random projection. */
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import { random } from "./random";

/** The entries of a sparse matrix, in any order: entry k adds `value[k]` at (`row[k]`, `column[k]`), counted from 0. */
export interface SparseEntries {
  readonly row: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

export interface TruncatedSvdOptions {
  /** Size of the matrix: m rows, n columns. */
  readonly rows: number;
  readonly columns: number;
  /** Singular values wanted, 1 to min(m, n). */
  readonly rank: number;
  /** Random directions beyond the rank. Default 8. */
  readonly oversampling?: number;
  /** Power iterations: the more, the better where singular values fall slowly. Default 4. */
  readonly iterations?: number;
  readonly seed: number;
}

export interface TruncatedSvd {
  readonly rank: number;
  /** Left singular vectors, m x rank, row by row: entry (i, k) is `u[i * rank + k]`. */
  readonly u: Float64Array;
  /** Singular values, the largest first. */
  readonly s: Float64Array;
  /** Right singular vectors, n x rank, row by row. In each the entry of largest size is positive. */
  readonly v: Float64Array;
  /** Share of the sum of squares of all entries that the singular values hold, 0 to 1; null for a matrix of zeros. */
  readonly explained: number | null;
}

/**
 * A = U S V' cut after `rank` singular values, by the randomized range finder with power iterations. Q is an
 * orthonormal basis of (A A')^iterations A W with W normal of l = rank + oversampling columns, made orthonormal (QR)
 * after every product; then comes the SVD of Q' A. The relative error of singular value k falls about as (s[l + 1] /
 * s[k])^(4 iterations + 2). Where the rank of the matrix is below `rank`, the surplus singular values are 0. Entries
 * of the same place are added up; those that are missing are 0. Cost: O(entries l iterations) and memory O((m + n)
 * l). The same seed gives the same result.
 * @throws RangeError when a size, rank or option is impossible; Error naming the first entry that lies outside of the
 * matrix or is not finite, or when the three lists differ in length Source: Halko, Martinsson and Tropp 2011,
 * "Finding structure with randomness", SIAM Review 53(2), algorithms 4.4 and 5.1, doi:10.1137/090771806
 */
export function truncatedSvd(entries: SparseEntries, options: TruncatedSvdOptions): TruncatedSvd {
  const { rows, columns, rank, oversampling = 8, iterations = 4, seed } = options;
  const smaller = Math.min(rows, columns);
  whole("rows", rows, 1);
  whole("columns", columns, 1);
  whole("rank", rank, 1, smaller);
  whole("oversampling", oversampling, 0);
  whole("iterations", iterations, 0);
  const width = Math.min(rank + oversampling, smaller);
  const byRow = compressed(entries, rows, columns);
  const byColumn = transposed(byRow, columns);

  const stream = random(seed);
  const start = Float64Array.from({ length: columns * width }, () => stream.normal());
  let left = orthonormal(product(byRow, start, width), rows, width).q;
  for (let i = 0; i < iterations; i++) {
    const right = orthonormal(product(byColumn, left, width), columns, width).q;
    left = orthonormal(product(byRow, right, width), rows, width).q;
  }
  // Q' A = (A' Q)' = (P R)' with R small: its SVD gives that of the whole.
  const { q: right, r } = orthonormal(product(byColumn, left, width), columns, width);
  const small = new SingularValueDecomposition(r, { autoTranspose: true });
  const s = Float64Array.from(small.diagonal.slice(0, rank), (value) => Math.max(0, value));
  const u = combined(left, rows, small.rightSingularVectors, rank);
  const v = combined(right, columns, small.leftSingularVectors, rank);
  turnUp(u, v, rank);
  const held = s.reduce((sum, value) => sum + value * value, 0);
  const total = byRow.values.reduce((sum, value) => sum + value * value, 0);
  return { rank, u, s, v, explained: total > 0 ? Math.min(1, held / total) : null };
}

/** Row by row: the entries of row i stand from `starts[i]` up to, not including, `starts[i + 1]`, each place once. */
interface Compressed {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

function compressed(
  { row, column, value }: SparseEntries,
  rows: number,
  columns: number,
): Compressed {
  if (row.length !== value.length || column.length !== value.length) {
    throw new Error(
      `${row.length} rows, ${column.length} columns and ${value.length} values are no list of entries: give one each.`,
    );
  }
  for (let k = 0; k < value.length; k++) {
    const [i, j] = [row[k]!, column[k]!];
    const isInside =
      Number.isInteger(i) && i >= 0 && i < rows && Number.isInteger(j) && j >= 0 && j < columns;
    if (!isInside)
      throw new Error(`Entry ${k} at (${i}, ${j}) lies outside of ${rows} x ${columns}.`);
    if (!Number.isFinite(value[k])) {
      throw new Error(`Entry ${k} at (${i}, ${j}) is ${value[k]}, not a finite number.`);
    }
  }
  // Gathered by column and then by row, the entries stand in order, those of one place side by side.
  return summed(transposed(gathered(row, column, value, columns), rows));
}

/** Entries gathered by column, in their order: row by row for the transposed matrix. */
function gathered(
  row: ArrayLike<number>,
  column: ArrayLike<number>,
  value: ArrayLike<number>,
  columns: number,
): Compressed {
  const starts = new Int32Array(columns + 1);
  for (let k = 0; k < value.length; k++) starts[column[k]! + 1]!++;
  for (let j = 0; j < columns; j++) starts[j + 1]! += starts[j]!;
  const next = starts.slice(0, columns);
  const rows = new Int32Array(value.length);
  const values = new Float64Array(value.length);
  for (let k = 0; k < value.length; k++) {
    const place = next[column[k]!]!++;
    rows[place] = row[k]!;
    values[place] = value[k]!;
  }
  return { starts, columns: rows, values };
}

/** The same entries by column. @param columns  how many columns the matrix has */
function transposed(matrix: Compressed, columns: number): Compressed {
  const row = new Int32Array(matrix.values.length);
  for (let i = 0; i + 1 < matrix.starts.length; i++) {
    row.fill(i, matrix.starts[i]!, matrix.starts[i + 1]!);
  }
  return gathered(row, matrix.columns, matrix.values, columns);
}

/** Entries of the same place added up. */
function summed({ starts, columns, values }: Compressed): Compressed {
  const ends = new Int32Array(starts.length);
  let kept = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    const first = kept;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      if (kept > first && columns[kept - 1] === columns[k]) values[kept - 1]! += values[k]!;
      else {
        columns[kept] = columns[k]!;
        values[kept++] = values[k]!;
      }
    }
    ends[i + 1] = kept;
  }
  return { starts: ends, columns: columns.slice(0, kept), values: values.slice(0, kept) };
}

/** The sparse matrix times a dense one with `width` columns, row by row. */
function product(
  { starts, columns, values }: Compressed,
  dense: Float64Array,
  width: number,
): Float64Array {
  const rows = starts.length - 1;
  const result = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const to = i * width;
    for (let k = starts[i]!; k < starts[i + 1]!; k++) {
      const from = columns[k]! * width;
      const value = values[k]!;
      for (let c = 0; c < width; c++) result[to + c]! += value * dense[from + c]!;
    }
  }
  return result;
}

/** Q with orthonormal columns and R upper triangular of a tall matrix, also where its columns are dependent. */
function orthonormal(tall: Float64Array, rows: number, width: number) {
  const decomposition = new QrDecomposition(Matrix.from1DArray(rows, width, tall));
  return {
    q: Float64Array.from(decomposition.orthogonalMatrix.to1DArray()),
    r: decomposition.upperTriangularMatrix,
  };
}

/** A tall matrix, row by row, times the first `rank` columns of a small one. */
function combined(tall: Float64Array, rows: number, small: Matrix, rank: number): Float64Array {
  const width = small.rows;
  const result = new Float64Array(rows * rank);
  for (let k = 0; k < rank; k++) {
    const weights = small.getColumn(k);
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += tall[i * width + c]! * weights[c]!;
      result[i * rank + k] = sum;
    }
  }
  return result;
}

/** Singular vectors are known up to a common sign: here the entry of largest size in v is positive. */
function turnUp(u: Float64Array, v: Float64Array, rank: number): void {
  for (let k = 0; k < rank; k++) {
    let largest = 0;
    for (let at = k; at < v.length; at += rank) {
      if (Math.abs(v[at]!) > Math.abs(largest)) largest = v[at]!;
    }
    if (largest >= 0) continue;
    for (let at = k; at < v.length; at += rank) v[at] = -v[at]!;
    for (let at = k; at < u.length; at += rank) u[at] = -u[at]!;
  }
}

function whole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `in ${least} ... ${most}`;
  throw new RangeError(`${name} is a whole number ${range}, not ${value}.`);
}
