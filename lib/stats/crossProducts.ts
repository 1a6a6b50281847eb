/** Sums of products of columns over a block of rows that fits the processor's cache. */

/** Rows of a block. */
export const BLOCK_ROWS = 128;

/** Columns are taken four at a time: the number of columns of a block is a multiple of this. */
export const TILE = 4;

/** The number of columns a block has room for, when so many are needed. */
export function paddedColumns(columns: number): number {
  return Math.ceil(columns / TILE) * TILE;
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
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
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
