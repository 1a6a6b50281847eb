/** Which block of a design each unit's exposure depends on, found by trying assignments out. */
import { random } from "../stats/random";
import type { Design, DesignBlock, ExposureMapping } from "./design";
import { jointAssignments } from "./designBlocks";

/** Exposures of a mapping that never reaches from one block into another. */
export interface LocalExposures {
  /** `exposures[k][i]`: exposure of outcome unit i when its block has its assignment k (0 where it has fewer). */
  readonly exposures: readonly Uint8Array[];
  /** Number of the block that unit i's exposure depends on; -1 where the exposure is certain. */
  readonly block: Int32Array;
}

/** Random assignments tried to refute locality. Their seed is fixed: the answer is always the same. */
const CHECKS = 12;
const CHECK_SEED = 1;
/** Designs with at most so many assignments in all are checked on every one of them. */
export const EXHAUSTIVE = 4096;

/**
 * Evaluates the mapping once for all blocks at the same assignment index, and finds the block that each unit answers to
 * by giving block b another assignment where binary digit t of b is 1 (and then where it is 0), t = 0, 1, ...
 *
 * The result is then held against assignments that mix all indices: every one of them where they are at most 4,096,
 * else 12 random ones. Each refutes a dependence between blocks for all units at once; one that shows in a rare
 * combination alone, and on few units, can escape.
 * Cost: K + 2 log2(blocks) + 12 evaluations of the mapping, K the most assignments of a block.
 * @returns undefined when some exposure depends on more than one block
 */
export function localExposures(
  design: Design,
  blocks: readonly DesignBlock[],
  mapping: ExposureMapping,
): LocalExposures | undefined {
  const has = (b: number, k: number) => k < blocks[b]!.assignments.length;
  const evaluate = (indexOf: (b: number) => number) =>
    mapping.exposures(assembled(design.units, blocks, indexOf));
  const most = blocks.reduce((k, block) => Math.max(k, block.assignments.length), 1);
  const exposures = Array.from({ length: most }, (_, k) =>
    evaluate((b) => (has(b, k) ? k : 0)).slice(),
  );

  const base = exposures[0]!;
  const n = base.length;
  const block = new Int32Array(n).fill(-1);
  for (let k = 1; k < most; k++) {
    const other = exposures[k]!;
    const open: number[] = [];
    for (let i = 0; i < n; i++) if (block[i] === -1 && other[i] !== base[i]) open.push(i);
    if (open.length === 0) continue;
    const codes = new Int32Array(open.length);
    for (let t = 0; 2 ** t < blocks.length; t++) {
      const one = evaluate((b) => ((b >> t) & 1 && has(b, k) ? k : 0)).slice();
      const zero = evaluate((b) => ((b >> t) & 1 || !has(b, k) ? 0 : k));
      for (let o = 0; o < open.length; o++) {
        const i = open[o]!;
        const isOne = one[i] === other[i] && zero[i] === base[i];
        if (!isOne && !(one[i] === base[i] && zero[i] === other[i])) return undefined;
        if (isOne) codes[o]! |= 1 << t;
      }
    }
    for (let o = 0; o < open.length; o++) {
      if (codes[o]! >= blocks.length || !has(codes[o]!, k)) return undefined;
      block[open[o]!] = codes[o]!;
    }
  }

  for (const index of mixedIndices(blocks)) {
    const found = evaluate((b) => index[b]!);
    for (let i = 0; i < n; i++) {
      const own = block[i]!;
      if (found[i] !== exposures[own < 0 ? 0 : index[own]!]![i]) return undefined;
    }
  }
  return { exposures, block };
}

/** The assignment in which block b has its assignment `indexOf(b)`. */
function assembled(
  units: number,
  blocks: readonly DesignBlock[],
  indexOf: (b: number) => number,
): Uint8Array {
  const assignment = new Uint8Array(units);
  for (let b = 0; b < blocks.length; b++) {
    const block = blocks[b]!;
    const values = block.assignments[indexOf(b)]!;
    for (let i = 0; i < values.length; i++) assignment[block.units[i]!] = values[i]!;
  }
  return assignment;
}

/** Every combination of assignment indices where they are few, else random ones. */
function* mixedIndices(blocks: readonly DesignBlock[]): Generator<Int32Array> {
  const index = new Int32Array(blocks.length);
  if (jointAssignments(blocks) > EXHAUSTIVE) {
    const stream = random(CHECK_SEED);
    for (let check = 0; check < CHECKS; check++) {
      yield index.map((_, b) => stream.integer(blocks[b]!.assignments.length));
    }
    return;
  }
  for (;;) {
    yield index;
    let b = 0;
    while (b < index.length && index[b]! === blocks[b]!.assignments.length - 1) index[b++] = 0;
    if (b === index.length) return;
    index[b]!++;
  }
}
