/** Exposures of many assignments as bits, so that pairs of units are counted 32 assignments at a time. */

export interface ExposureBits {
  /** Number of units that have an outcome. */
  readonly units: number;
  /** In how many assignments unit i has exposure d and unit j exposure e. */
  count(i: number, d: number, j: number, e: number): number;
}

/**
 * Reads `assignments` rows of exposures, one bit an assignment, level and unit.
 * @param exposuresAt  exposures of every unit at assignment k; called once each, k = 0, 1, ...
 * @throws Error for an exposure beyond the levels, or rows of different length
 */
export function exposureBits(
  levels: readonly string[],
  assignments: number,
  exposuresAt: (k: number) => Uint8Array,
): ExposureBits {
  const words = Math.ceil(assignments / 32);
  const first = exposuresAt(0);
  const units = first.length;
  const bits = levels.map(() => new Int32Array(units * words));
  for (let k = 0; k < assignments; k++) {
    const row = k === 0 ? first : exposuresAt(k);
    if (row.length !== units) {
      throw new Error(
        `The mapping gives ${row.length} exposures at one assignment and ${units} at another.`,
      );
    }
    const word = k >>> 5;
    const bit = 1 << (k & 31);
    for (let i = 0; i < units; i++) {
      const level = row[i]!;
      if (level >= levels.length) throw unknownLevel(level, i, levels);
      bits[level]![i * words + word]! |= bit;
    }
  }
  return {
    units,
    count(i, d, j, e) {
      const [left, right] = [bits[d]!, bits[e]!];
      const [from, other] = [i * words, j * words];
      let count = 0;
      for (let w = 0; w < words; w++) count += ones(left[from + w]! & right[other + w]!);
      return count;
    },
  };
}

/** Number of ones among 32 bits (Warren, Hacker's Delight, section 5-1). */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

export function unknownLevel(level: number, unit: number, levels: readonly string[]): Error {
  return new Error(
    `The mapping gives unit ${unit} exposure ${level}, but there are ${levels.length} exposures: ${levels.join(", ")}.`,
  );
}
