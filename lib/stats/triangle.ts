/** Small dense matrices of normal equations: K x K, row by row, factored into upper triangles. */

/**
 * The upper triangle R with R'R = the matrix, or undefined where it is not positive definite.
 * @param matrix  its lower half is read
 */
export function choleskyTriangle(matrix: Float64Array, K: number): Float64Array | undefined {
  const triangle = new Float64Array(K * K);
  for (let c = 0; c < K; c++) {
    const left = choleskyColumn(matrix, triangle, K, c);
    if (!(left > 0 && left < Infinity)) return undefined;
    triangle[c * K + c] = Math.sqrt(left);
  }
  return triangle;
}

/**
 * Numbers of the columns that earlier ones determine: of whose diagonal entry less than the share is left when the earlier
 * columns, without such ones themselves, are taken off.
 */
export function determinedColumns(matrix: Float64Array, K: number, share: number): number[] {
  const triangle = new Float64Array(K * K);
  const determined: number[] = [];
  for (let c = 0; c < K; c++) {
    const left = choleskyColumn(matrix, triangle, K, c);
    if (left > share * matrix[c * K + c]!) triangle[c * K + c] = Math.sqrt(left);
    else determined.push(c);
  }
  return determined;
}

/** Fills a column above the diagonal; returns the square of its diagonal entry. A row with diagonal 0 is passed over. */
function choleskyColumn(
  matrix: Float64Array,
  triangle: Float64Array,
  K: number,
  c: number,
): number {
  let left = matrix[c * K + c]!;
  for (let r = 0; r < c; r++) {
    const diagonal = triangle[r * K + r]!;
    if (diagonal === 0) continue;
    let sum = matrix[c * K + r]!;
    for (let k = 0; k < r; k++) sum -= triangle[k * K + r]! * triangle[k * K + c]!;
    const entry = sum / diagonal;
    triangle[r * K + c] = entry;
    left -= entry * entry;
  }
  return left;
}

/** The x with R'R x = values. */
export function solveTriangles(
  triangle: Float64Array,
  values: Float64Array,
  K: number,
): Float64Array {
  const x = values.slice();
  for (let r = 0; r < K; r++) {
    for (let k = 0; k < r; k++) x[r]! -= triangle[k * K + r]! * x[k]!;
    x[r]! /= triangle[r * K + r]!;
  }
  for (let r = K - 1; r >= 0; r--) {
    for (let k = r + 1; k < K; k++) x[r]! -= triangle[r * K + k]! * x[k]!;
    x[r]! /= triangle[r * K + r]!;
  }
  return x;
}

/** Inverse of an upper triangle, by back substitution. */
export function inverseTriangle(triangle: Float64Array, K: number): Float64Array {
  const inverse = new Float64Array(K * K);
  for (let c = 0; c < K; c++) {
    inverse[c * K + c] = 1 / triangle[c * K + c]!;
    for (let r = c - 1; r >= 0; r--) {
      let sum = 0;
      for (let k = r + 1; k <= c; k++) sum += triangle[r * K + k]! * inverse[k * K + c]!;
      inverse[r * K + c] = -sum / triangle[r * K + r]!;
    }
  }
  return inverse;
}
