/** Weighted choice and reordering. */
import type { Random } from "./random";

/** A table that draws an index with probability proportional to its weight, in constant time. */
export interface AliasTable {
  /** Number of indices. */
  readonly size: number;
  /** Sum of the weights. */
  readonly total: number;
  /** Draws an index in 0 ... size - 1. */
  draw(random: Random): number;
}

/**
 * Walker's alias table, built by Vose's method (Vose 1991, doi:10.1109/32.92917): O(n) to build, one number drawn
 * per draw for the column and one for the coin.
 * @param weights  length n >= 1, each finite and >= 0, at least one > 0
 * @throws RangeError when a weight is negative or not finite, or all are 0.
 */
export function aliasTable(weights: ArrayLike<number>): AliasTable {
  const size = weights.length;
  let total = 0;
  let heaviest = 0;
  for (let i = 0; i < size; i++) {
    const weight = weights[i];
    if (weight > weights[heaviest]) heaviest = i;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Weight ${i} is ${weight}; weights must be finite and not negative.`);
    }
    total += weight;
  }
  if (!(total > 0)) throw new RangeError("A weighted choice needs at least one weight above 0.");

  const threshold = new Float64Array(size);
  const alias = new Int32Array(size);
  const queue = new Int32Array(size);
  let small = 0;
  let large = size;
  for (let i = 0; i < size; i++) {
    threshold[i] = (weights[i] * size) / total;
    if (threshold[i] < 1) queue[small++] = i;
    else queue[--large] = i;
  }
  // Small ones fill the queue from the left, large ones from the right; they meet when all are placed.
  while (small > 0 && large < size) {
    const low = queue[--small];
    const high = queue[large];
    alias[low] = high;
    threshold[high] = threshold[high] + threshold[low] - 1;
    if (threshold[high] < 1) {
      large++;
      queue[small++] = high;
    }
  }
  // What is left misses 1 by rounding alone.
  while (large < size) threshold[queue[large++]] = 1;
  while (small > 0) {
    const index = queue[--small];
    threshold[index] = weights[index] > 0 ? 1 : 0;
    alias[index] = heaviest;
  }
  return {
    size,
    total,
    draw(random) {
      const column = Math.floor(random.coarseUniform() * size);
      return random.coarseUniform() < threshold[column] ? column : alias[column];
    },
  };
}

/** Shuffles in place, every order equally likely (Fisher and Yates, Durstenfeld's form). Returns the same array. */
export function shuffle<T extends { length: number; [index: number]: unknown }>(
  items: T,
  random: Random,
): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const held = items[i];
    items[i] = items[j];
    items[j] = held;
  }
  return items;
}

/**
 * `count` different integers of 0 ... n - 1, every subset equally likely, in ascending order (Floyd's method).
 * @throws RangeError when count is not a whole number in 0 ... n.
 */
export function sampleWithoutReplacement(n: number, count: number, random: Random): Int32Array {
  if (!(Number.isInteger(count) && count >= 0 && count <= n)) {
    throw new RangeError(`Cannot draw ${count} different items out of ${n}.`);
  }
  const chosen = new Set<number>();
  for (let last = n - count; last < n; last++) {
    const candidate = random.integer(last + 1);
    chosen.add(chosen.has(candidate) ? last : candidate);
  }
  return Int32Array.from(chosen).sort();
}
