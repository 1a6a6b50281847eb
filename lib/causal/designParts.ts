/** What the constructors of designs share: blocks of common kinds, and checks of what a caller gives. */
import type { Random } from "../stats/random";
import type { DesignBlock } from "./design";
import { binomial, canList, equalProbabilities, subsets } from "./designBlocks";

const completeLists = new Map<string, readonly Uint8Array[]>();

/** Complete randomization of some units; equal sizes share their list. */
export function completeBlock(units: Int32Array, treated: number): DesignBlock | undefined {
  const count = binomial(units.length, treated);
  if (!canList(count, units.length)) return undefined;
  const key = `${treated} of ${units.length}`;
  let assignments = completeLists.get(key);
  if (!assignments) {
    assignments = subsets(units.length, treated);
    // Long lists would stay in memory for good.
    if (count <= 1000) completeLists.set(key, assignments);
  }
  return { units, assignments, probabilities: equalProbabilities(count) };
}

const NEVER = Uint8Array.of(0);
const ALWAYS = Uint8Array.of(1);

export function coin(units: Int32Array, p: number): DesignBlock {
  if (p === 0) return { units, assignments: [NEVER], probabilities: Float64Array.of(1) };
  if (p === 1) return { units, assignments: [ALWAYS], probabilities: Float64Array.of(1) };
  return { units, assignments: [NEVER, ALWAYS], probabilities: Float64Array.of(1 - p, p) };
}

/** One of k units with probability p, else none. */
export function oneOf(k: number, p: number): Omit<DesignBlock, "units"> | undefined {
  if (!canList(k + 1, k)) return undefined;
  const none = p < 1 ? [new Uint8Array(k)] : [];
  const one = p > 0 ? subsets(k, 1) : [];
  return {
    assignments: [...none, ...one],
    probabilities: Float64Array.from([...none.map(() => 1 - p), ...one.map(() => p / k)]),
  };
}

/**
 * Treats `count` of the units, every subset equally likely up to 2^-32: a unit is taken with probability (still to
 * treat) / (units left). Knuth, The Art of Computer Programming 2, section 3.4.2, algorithm S.
 */
export function treatSome(
  assignment: Uint8Array,
  units: Int32Array,
  count: number,
  random: Random,
): void {
  let needed = count;
  for (let i = 0; needed > 0; i++) {
    if (random.coarseUniform() * (units.length - i) < needed) {
      assignment[units[i]!] = 1;
      needed--;
    }
  }
}

/** Units of each group, groups 0 ... G - 1 without a gap. */
export function groupMembers(groups: ArrayLike<number>, noun = "group"): Int32Array[] {
  checkUnits(groups.length);
  let last = 0;
  for (let i = 0; i < groups.length; i++) {
    const g = groups[i]!;
    if (!(Number.isInteger(g) && g >= 0)) {
      throw new Error(`Unit ${i}: a ${noun} is a whole number from 0 on, not ${g}.`);
    }
    if (g > last) last = g;
  }
  const sizes = new Int32Array(last + 1);
  for (let i = 0; i < groups.length; i++) sizes[groups[i]!]!++;
  const empty = sizes.indexOf(0);
  if (empty >= 0) throw new Error(`The ${noun} ${empty} of 0 ... ${last} is empty.`);
  const members = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(last + 1);
  for (let i = 0; i < groups.length; i++) {
    const g = groups[i]!;
    members[g]![filled[g]!++] = i;
  }
  return members;
}

export function everyListed(blocks: readonly (DesignBlock | undefined)[]): blocks is DesignBlock[] {
  return blocks.every((block) => block !== undefined);
}

export function identity(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

export function concatenated(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function perGroup(p: number | ArrayLike<number>, n: number, noun: string): Float64Array {
  if (typeof p !== "number") checkLength(p, n, noun);
  const all = typeof p === "number" ? new Float64Array(n).fill(p) : Float64Array.from(p);
  for (let i = 0; i < n; i++) {
    checkProbability(
      all[i]!,
      typeof p === "number" ? "probability" : `probability of ${noun} ${i}`,
    );
  }
  return all;
}

export function checkUnits(units: number): void {
  if (!(Number.isInteger(units) && units >= 1)) {
    throw new Error(`A design needs a whole number of units, at least 1, not ${units}.`);
  }
}

export function checkTreated(treated: number, units: number, noun: string): void {
  if (!(Number.isInteger(treated) && treated >= 0 && treated <= units)) {
    throw new Error(`Cannot treat ${treated} of ${units} ${noun}.`);
  }
}

export function checkProbability(p: number, noun: string): void {
  if (!(p >= 0 && p <= 1)) throw new Error(`The ${noun} is in [0, 1], not ${p}.`);
}

export function checkLength(values: ArrayLike<number>, n: number, noun: string): void {
  if (values.length !== n) {
    throw new Error(`There are ${values.length} values for ${n}; give one a ${noun}.`);
  }
}
