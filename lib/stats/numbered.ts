/** Values as numbers in the order in which they first come. */

export interface Numbered {
  /** Number of each row's value, 0 ... count - 1, in the order of first rows. */
  readonly index: Int32Array;
  readonly count: number;
}

/** Different values numbered 0, 1, ... as they first come, such as the clusters of rows. */
export function numbered(values: ArrayLike<number | string>): Numbered {
  const numbers = new Map<number | string, number>();
  const index = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const known = numbers.get(values[i]!);
    index[i] = known ?? numbers.size;
    if (known === undefined) numbers.set(values[i]!, numbers.size);
  }
  return { index, count: numbers.size };
}
