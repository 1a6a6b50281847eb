/** The inner loops of regressions: a block of rows that fits the processor's cache, four columns at a time. */

/** Rows of a block. */
export const BLOCK_ROWS = 512;

/** Columns are taken four at a time: the number of columns of a block is a multiple of this. */
export const TILE = 4;

export interface ScaledColumn {
  readonly values: Float64Array;
  readonly mean: number;
  /** 1 / scale. */
  readonly factor: number;
}

/**
 * Brings four columns to their scale: (x - mean) * factor.
 * @param index  numbers of the block's rows
 * @param values  the block: columns of BLOCK_ROWS values, one after the other
 * @param k  the first of the four columns
 */
export function scaleTile(
  columns: readonly ScaledColumn[],
  k: number,
  index: Int32Array,
  rows: number,
  values: Float64Array,
): void {
  const { values: x0, mean: m0, factor: f0 } = columns[k]!;
  const { values: x1, mean: m1, factor: f1 } = columns[k + 1]!;
  const { values: x2, mean: m2, factor: f2 } = columns[k + 2]!;
  const { values: x3, mean: m3, factor: f3 } = columns[k + 3]!;
  const first = k * BLOCK_ROWS;
  for (let i = 0; i < rows; i++) {
    const row = index[i]!;
    values[first + i] = (x0[row]! - m0) * f0;
    values[first + BLOCK_ROWS + i] = (x1[row]! - m1) * f1;
    values[first + 2 * BLOCK_ROWS + i] = (x2[row]! - m2) * f2;
    values[first + 3 * BLOCK_ROWS + i] = (x3[row]! - m3) * f3;
  }
}

/** Adds four columns, times their factors, to the predictor. */
export function predictTile(
  values: Float64Array,
  k: number,
  rows: number,
  factors: Float64Array,
  predictor: Float64Array,
): void {
  const b0 = factors[k]!;
  const b1 = factors[k + 1]!;
  const b2 = factors[k + 2]!;
  const b3 = factors[k + 3]!;
  const first = k * BLOCK_ROWS;
  for (let i = 0; i < rows; i++) {
    predictor[i]! +=
      b0 * values[first + i]! +
      b1 * values[first + BLOCK_ROWS + i]! +
      (b2 * values[first + 2 * BLOCK_ROWS + i]! + b3 * values[first + 3 * BLOCK_ROWS + i]!);
  }
}

/** Adds the products of four columns with the score. */
export function scoreTile(
  values: Float64Array,
  k: number,
  rows: number,
  score: Float64Array,
  sums: Float64Array,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const first = k * BLOCK_ROWS;
  for (let i = 0; i < rows; i++) {
    const own = score[i]!;
    s0 += own * values[first + i]!;
    s1 += own * values[first + BLOCK_ROWS + i]!;
    s2 += own * values[first + 2 * BLOCK_ROWS + i]!;
    s3 += own * values[first + 3 * BLOCK_ROWS + i]!;
  }
  sums[k]! += s0;
  sums[k + 1]! += s1;
  sums[k + 2]! += s2;
  sums[k + 3]! += s3;
}

/** Multiplies four columns by the roots. */
export function weighTile(
  values: Float64Array,
  k: number,
  rows: number,
  roots: Float64Array,
): void {
  const first = k * BLOCK_ROWS;
  for (let i = 0; i < rows; i++) {
    const root = roots[i]!;
    values[first + i]! *= root;
    values[first + BLOCK_ROWS + i]! *= root;
    values[first + 2 * BLOCK_ROWS + i]! *= root;
    values[first + 3 * BLOCK_ROWS + i]! *= root;
  }
}

/**
 * Adds the products of columns to the lower half of `sums`, K x K row by row.
 * @param block  K columns of BLOCK_ROWS values, one after the other, of which the first `rows` count; K a multiple of 4
 */
export function addCrossProducts(
  block: Float64Array,
  K: number,
  rows: number,
  sums: Float64Array,
): void {
  for (let a = 0; a < K; a += TILE) {
    for (let b = 0; b <= a; b += TILE) addTile(block, a, b, K, rows, sums);
  }
}

/** Sixteen sums side by side, so that each value is loaded once for four products. */
function addTile(
  block: Float64Array,
  a: number,
  b: number,
  K: number,
  rows: number,
  sums: Float64Array,
): void {
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  const a0 = a * BLOCK_ROWS;
  const b0 = b * BLOCK_ROWS;
  for (let i = 0; i < rows; i++) {
    const x0 = block[a0 + i]!;
    const x1 = block[a0 + BLOCK_ROWS + i]!;
    const x2 = block[a0 + 2 * BLOCK_ROWS + i]!;
    const x3 = block[a0 + 3 * BLOCK_ROWS + i]!;
    const y0 = block[b0 + i]!;
    const y1 = block[b0 + BLOCK_ROWS + i]!;
    const y2 = block[b0 + 2 * BLOCK_ROWS + i]!;
    const y3 = block[b0 + 3 * BLOCK_ROWS + i]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  const r0 = a * K + b;
  const r1 = r0 + K;
  const r2 = r1 + K;
  const r3 = r2 + K;
  sums[r0]! += s00;
  sums[r0 + 1]! += s01;
  sums[r0 + 2]! += s02;
  sums[r0 + 3]! += s03;
  sums[r1]! += s10;
  sums[r1 + 1]! += s11;
  sums[r1 + 2]! += s12;
  sums[r1 + 3]! += s13;
  sums[r2]! += s20;
  sums[r2 + 1]! += s21;
  sums[r2 + 2]! += s22;
  sums[r2 + 3]! += s23;
  sums[r3]! += s30;
  sums[r3 + 1]! += s31;
  sums[r3 + 2]! += s32;
  sums[r3 + 3]! += s33;
}
