/** Work on the blocks of a design: listing, joining and conditioning assignments. */
import type { Random } from "../stats/random";
import type { Design, DesignBlock } from "./design";

/** At most so many assignments of a block are listed. */
export const MAX_ASSIGNMENTS = 20_000;
/** At most so many values (assignments x units) are listed for a block. */
export const MAX_VALUES = 4_000_000;

/** Every assignment of a whole design. */
export interface AssignmentList {
  /** One value a unit of the design. */
  readonly assignments: readonly Uint8Array[];
  /** Probability of each; they add up to 1. */
  readonly probabilities: Float64Array;
}

/** Number of subsets of `k` out of `n`; Infinity where a double cannot hold it. */
export function binomial(n: number, k: number): number {
  const smaller = Math.min(k, n - k);
  let count = 1;
  for (let i = 1; i <= smaller; i++) count = (count * (n - smaller + i)) / i;
  return Number.isFinite(count) ? Math.round(count) : Number.POSITIVE_INFINITY;
}

/** Whether a block of this size is listed: at most 20,000 assignments and 4 million values. */
export function canList(assignments: number, units: number): boolean {
  return assignments <= MAX_ASSIGNMENTS && assignments * units <= MAX_VALUES;
}

/** All assignments that treat `k` of `n` units, in lexical order of the treated units. */
export function subsets(n: number, k: number): Uint8Array[] {
  const all: Uint8Array[] = [];
  const chosen = Array.from({ length: k }, (_, i) => i);
  for (;;) {
    const assignment = new Uint8Array(n);
    for (const unit of chosen) assignment[unit] = 1;
    all.push(assignment);
    let last = k - 1;
    while (last >= 0 && chosen[last] === n - k + last) last--;
    if (last < 0) return all;
    chosen[last]!++;
    for (let i = last + 1; i < k; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

/** n equal probabilities. */
export function equalProbabilities(n: number): Float64Array {
  return new Float64Array(n).fill(1 / n);
}

/** How many assignments the blocks have together: the product of theirs. */
export function jointAssignments(blocks: readonly DesignBlock[]): number {
  return blocks.reduce((product, block) => product * block.assignments.length, 1);
}

/**
 * Independent blocks as one: every combination of their assignments, with the product of their probabilities.
 * Undefined where there are more than `limit` combinations (default 20,000) or 4 million values.
 */
export function mergeBlocks(
  blocks: readonly DesignBlock[],
  limit = MAX_ASSIGNMENTS,
): DesignBlock | undefined {
  const count = jointAssignments(blocks);
  const units = Int32Array.from(blocks.flatMap((block) => [...block.units]));
  if (count > limit || !canList(count, units.length)) return undefined;
  const assignments = Array.from({ length: count }, () => new Uint8Array(units.length));
  const probabilities = new Float64Array(count).fill(1);
  let repeat = 1;
  let offset = 0;
  for (const block of blocks) {
    const own = block.assignments.length;
    for (let c = 0; c < count; c++) {
      const index = Math.floor(c / repeat) % own;
      assignments[c]!.set(block.assignments[index]!, offset);
      probabilities[c]! *= block.probabilities[index]!;
    }
    repeat *= own;
    offset += block.units.length;
  }
  return { units, assignments, probabilities };
}

/**
 * All assignments of a design with their probabilities, or undefined where it has no blocks or too many assignments.
 * @param limit  most assignments to list; default 20,000 (and never more than 4 million values)
 */
export function allAssignments(
  design: Design,
  limit = MAX_ASSIGNMENTS,
): AssignmentList | undefined {
  if (!design.blocks) return undefined;
  if (!canList(jointAssignments(design.blocks), design.units)) return undefined;
  const merged = mergeBlocks(design.blocks, limit);
  if (!merged) return undefined;
  const assignments = merged.assignments.map((values) => {
    const assignment = new Uint8Array(design.units);
    for (let i = 0; i < values.length; i++) assignment[merged.units[i]!] = values[i]!;
    return assignment;
  });
  return { assignments, probabilities: merged.probabilities };
}

/**
 * The design given that the units in `fixed` are assigned as in `assignment`: in every block, the assignments that
 * agree there, with their probabilities divided by the sum over them.
 * @param assignment  one value a unit of the design
 * @param fixed  numbers of the units that keep their assignment
 * @throws Error when the design has no blocks, or cannot produce `assignment` on the fixed units
 */
export function conditionalDesign(
  design: Design,
  assignment: Uint8Array,
  fixed: ArrayLike<number>,
): Design {
  if (!design.blocks) {
    throw new Error(
      `${design.name} does not list its assignments, so it cannot be conditioned on. Draw conditional assignments yourself.`,
    );
  }
  const isFixed = new Uint8Array(design.units);
  for (let i = 0; i < fixed.length; i++) isFixed[fixed[i]!] = 1;
  const blocks = design.blocks.map((block, b): DesignBlock => {
    const { units } = block;
    const keeps = (values: Uint8Array) =>
      values.every((value, i) => isFixed[units[i]!] === 0 || value === assignment[units[i]!]);
    const kept = block.assignments.map((_, k) => k).filter((k) => keeps(block.assignments[k]!));
    const total = kept.reduce((sum, k) => sum + block.probabilities[k]!, 0);
    if (kept.length === 0) {
      throw new Error(
        `Block ${b} of ${design.name} has no assignment that agrees with the given one on the fixed units.`,
      );
    }
    return {
      units,
      assignments: kept.map((k) => block.assignments[k]!),
      probabilities: Float64Array.from(kept, (k) => block.probabilities[k]! / total),
    };
  });
  return {
    name: `${design.name}, given the assignment of ${fixed.length} units`,
    units: design.units,
    blocks,
    draw: (random) => drawBlocks(blocks, design.units, random),
  };
}

/** One assignment, each block on its own. */
export function drawBlocks(
  blocks: readonly DesignBlock[],
  units: number,
  random: Random,
): Uint8Array {
  const assignment = new Uint8Array(units);
  for (const block of blocks) {
    const last = block.assignments.length - 1;
    let left = last > 0 ? random.uniform() : 0;
    let k = 0;
    while (k < last && left >= block.probabilities[k]!) left -= block.probabilities[k++]!;
    const values = block.assignments[k]!;
    for (let i = 0; i < values.length; i++) assignment[block.units[i]!] = values[i]!;
  }
  return assignment;
}
