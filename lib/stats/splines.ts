/** Bases of spline functions: curves made of cubic or other pieces that join smoothly at knots. */

/**
 * Values of the natural cubic splines that are 1 at one knot and 0 at the others: one column a knot. A sum of them with
 * coefficients b is the natural cubic spline through (knot_j, b_j): twice differentiable, and a straight line beyond the first
 * and the last knot. The columns sum to 1 everywhere.
 * Source: Wood 2017, *Generalized Additive Models*, section 5.3.1; same columns as patsy's `cr`.
 * @param knots  ascending, two or more
 * @throws Error for fewer knots, or such as do not ascend
 */
export function naturalSplineBasis(
  knots: readonly number[],
  values: ArrayLike<number>,
): Float64Array[] {
  const K = knots.length;
  if (K < 2) throw new Error(`A natural spline needs two knots or more, not ${K}.`);
  assertAscending(knots);
  return knots.map((_, j) => {
    const heights = knots.map((_, k) => Number(k === j));
    const curvatures = naturalCurvatures(knots, heights);
    return Float64Array.from({ length: values.length }, (_, i) =>
      naturalSplineAt(knots, heights, curvatures, values[i]!),
    );
  });
}

/** Second derivatives at the knots: 0 at both ends, else from a system with three diagonals. */
function naturalCurvatures(knots: readonly number[], heights: readonly number[]): number[] {
  const K = knots.length;
  const slopes = knots
    .slice(1)
    .map((knot, k) => (heights[k + 1]! - heights[k]!) / (knot - knots[k]!));
  const curvatures = new Array<number>(K).fill(0);
  const diagonal = new Array<number>(K).fill(0);
  for (let k = 1; k < K - 1; k++) {
    const before = knots[k]! - knots[k - 1]!;
    diagonal[k] = (knots[k + 1]! - knots[k - 1]!) / 3;
    curvatures[k] = slopes[k]! - slopes[k - 1]!;
    if (k === 1) continue;
    const factor = before / 6 / diagonal[k - 1]!;
    diagonal[k]! -= (factor * before) / 6;
    curvatures[k]! -= factor * curvatures[k - 1]!;
  }
  for (let k = K - 2; k > 0; k--) {
    const after = (knots[k + 1]! - knots[k]!) / 6;
    curvatures[k] = (curvatures[k]! - after * curvatures[k + 1]!) / diagonal[k]!;
  }
  return curvatures;
}

function naturalSplineAt(
  knots: readonly number[],
  heights: readonly number[],
  curvatures: readonly number[],
  x: number,
): number {
  const last = knots.length - 1;
  const inside = Math.min(knots[last]!, Math.max(knots[0]!, x));
  const k = pieceOf(knots, inside);
  const width = knots[k + 1]! - knots[k]!;
  const [left, right] = [inside - knots[k]!, knots[k + 1]! - inside];
  const value =
    (heights[k]! * right + heights[k + 1]! * left) / width +
    (curvatures[k]! * (right ** 3 / width - width * right) +
      curvatures[k + 1]! * (left ** 3 / width - width * left)) /
      6;
  if (x === inside) return value;
  const chord = (heights[k + 1]! - heights[k]!) / width;
  const bend = x < inside ? -curvatures[k + 1]! : curvatures[k]!;
  return value + (x - inside) * (chord + (bend * width) / 6);
}

/** The number of the piece between two knots; the last knot belongs to the last piece. */
function pieceOf(knots: readonly number[], x: number): number {
  let k = 0;
  while (k < knots.length - 2 && x >= knots[k + 1]!) k++;
  return k;
}

export interface BSplineOptions {
  /** Ascending, within the boundary. */
  readonly knots: readonly number[];
  readonly boundary: readonly [number, number];
  /** Of the pieces, 1 or more. Default 3: cubic. */
  readonly degree?: number;
}

/**
 * Values of the B-splines of the degree on the boundary: knots.length + degree + 1 columns, each a bump over a few
 * neighbouring pieces, which sum to 1. The same as scipy's `BSpline.design_matrix` with the boundary knots repeated
 * degree + 1 times.
 * Source: de Boor 2001, *A Practical Guide to Splines*, chapter IX.
 * @throws Error for knots that do not ascend within the boundary, a degree that is no whole number above 0, or a value outside
 *     the boundary
 */
export function bSplineBasis(options: BSplineOptions, values: ArrayLike<number>): Float64Array[] {
  const { knots, boundary, degree = 3 } = options;
  const [from, to] = boundary;
  assertAscending([from, ...knots, to]);
  if (!(Number.isInteger(degree) && degree > 0)) {
    throw new Error(`A degree is a whole number above 0, not ${degree}.`);
  }
  const all = [...Array(degree + 1).fill(from), ...knots, ...Array(degree + 1).fill(to)];
  const columns = Array.from(
    { length: knots.length + degree + 1 },
    () => new Float64Array(values.length),
  );
  const bumps = new Float64Array(degree + 1);
  const pieces = [from, ...knots, to];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!(x >= from && x <= to)) {
      throw new Error(`Row ${i}: ${x} lies outside of ${from} to ${to}, where the B-spline ends.`);
    }
    const piece = pieceOf(pieces, x);
    bumpsAt(all, piece + degree, degree, x, bumps);
    for (let d = 0; d <= degree; d++) columns[piece + d]![i] = bumps[d]!;
  }
  return columns;
}

/** The degree + 1 B-splines that are not 0 between the knots `at` and `at + 1`: from degree 0 upwards (de Boor's recursion). */
function bumpsAt(
  knots: readonly number[],
  at: number,
  degree: number,
  x: number,
  bumps: Float64Array,
): void {
  bumps[0] = 1;
  for (let d = 1; d <= degree; d++) {
    let carried = 0;
    for (let r = 0; r < d; r++) {
      const right = knots[at + r + 1]! - x;
      const left = x - knots[at + 1 - d + r]!;
      const share = bumps[r]! / (right + left);
      bumps[r] = carried + right * share;
      carried = left * share;
    }
    bumps[d] = carried;
  }
}

function assertAscending(knots: readonly number[]): void {
  knots.forEach((knot, k) => {
    if (!Number.isFinite(knot) || (k > 0 && !(knot > knots[k - 1]!))) {
      throw new Error(`Knots ascend; these do not: ${knots.join(", ")}.`);
    }
  });
}
