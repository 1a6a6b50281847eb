/** Where items stand after a promotion, and how visible a position is. */
import type { Slates } from "./slates";

/**
 * Share of attention at a position: v(k) = (1 / log2(k + 1))^decay, so 1 at position 1, 0.63 at 2, 0.27 at 12.
 * @param position  from 1
 * @param decay     0 or more; 1 (the default) is the discount of DCG, 0 makes all positions alike
 * Source: Jarvelin and Kekalainen 2002, doi:10.1145/582415.582418 (the discount).
 */
export function visibility(position: number, decay = 1): number {
  const discount = 1 / Math.log2(position + 1);
  return decay === 1 ? discount : discount ** decay;
}

/** v(1) to v(size) in places 1 to size; place 0 is unused. */
export function visibilityTable(size: number, decay = 1): Float64Array {
  return Float64Array.from({ length: size + 1 }, (_, k) => (k === 0 ? 0 : visibility(k, decay)));
}

/** v at each of these positions. */
export function visibilityOfPositions(positions: ArrayLike<number>): Float64Array {
  return Float64Array.from(positions, (position) => visibility(position));
}

/** Items in the largest slate. */
export function largestSlate(slates: Slates): number {
  let largest = 0;
  for (let j = 0; j < slates.count; j++) {
    largest = Math.max(largest, slates.starts[j + 1]! - slates.starts[j]!);
  }
  return largest;
}

/** @throws Error unless `promoted` has one value a row, each 0 or 1 */
export function assertPromotion(slates: Slates, promoted: ArrayLike<number>): void {
  if (promoted.length !== slates.rows) {
    throw new Error(`promoted has ${promoted.length} values for ${slates.rows} rows of slates.`);
  }
  for (let i = 0; i < slates.rows; i++) {
    if (promoted[i] !== 0 && promoted[i] !== 1) {
      throw new Error(`Row ${i + 1}: promoted is 0 or 1, not ${promoted[i]}.`);
    }
  }
}

/**
 * Final position of each row: promoted items go to the top in the order of their seed positions, the others follow in
 * theirs. With one promoted item it moves to position 1, items above its seed position move down by one, those below
 * stay.
 * @param promoted  1 on promoted rows, 0 on others, N values
 * @throws Error for anything else
 */
export function finalPositions(slates: Slates, promoted: Uint8Array): Int32Array {
  assertPromotion(slates, promoted);
  const final = new Int32Array(slates.rows);
  for (let j = 0; j < slates.count; j++) {
    const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
    let next = 1;
    for (let i = from; i < to; i++) if (promoted[i] === 1) final[i] = next++;
    for (let i = from; i < to; i++) if (promoted[i] !== 1) final[i] = next++;
  }
  return final;
}

/** Slates whose final positions are not 1 to the slate's size, each once. 0 unless something is broken. */
export function invalidSlates(slates: Slates, final: ArrayLike<number>): number {
  let invalid = 0;
  for (let j = 0; j < slates.count; j++) {
    const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
    const seen = new Set<number>();
    for (let i = from; i < to; i++) seen.add(final[i]!);
    let whole = seen.size === to - from;
    for (const k of seen) whole &&= k >= 1 && k <= to - from;
    if (!whole) invalid++;
  }
  return invalid;
}
