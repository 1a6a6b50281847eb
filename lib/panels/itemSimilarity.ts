/** How alike two movies are, wherever the likeness comes from: what decides who competes with whom. */

export interface ItemSimilarity {
  /** Movies that can be compared, in ascending order. */
  readonly movieIds: Int32Array;
  /**
   * Likeness of two movies by their ids, the same in both directions, at most 1; null when one of them cannot be
   * compared. A movie that can is to itself 1.
   */
  readonly similarity: (a: number, b: number) => number | null;
}

/**
 * Cosine of the angle between two vectors, a'b / (|a| |b|), in -1 ... 1; null when one of them is 0 everywhere.
 * @throws Error when their lengths differ
 */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  if (a.length !== b.length) {
    throw new Error(`A vector of ${a.length} numbers has no angle with one of ${b.length}.`);
  }
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squareA += a[i]! * a[i]!;
    squareB += b[i]! * b[i]!;
  }
  if (squareA === 0 || squareB === 0) return null;
  return Math.max(-1, Math.min(1, product / Math.sqrt(squareA * squareB)));
}
