/** How probable each exposure is for each unit, alone and together with another unit's. */
import { random } from "../stats/random";
import { EXHAUSTIVE, type LocalExposures, localExposures } from "./blockLocality";
import type { Design, DesignBlock, ExposureMapping } from "./design";
import { mergeBlocks } from "./designBlocks";
import { exposureBits, unknownLevel } from "./exposureBits";

/** A level by name or by number. */
export type Level = string | number;

export interface ExposureProbabilities {
  /** Names of the exposures. */
  readonly levels: readonly string[];
  /** Number of units that have an outcome. */
  readonly units: number;
  /** Enumerated, or estimated from draws of the design. */
  readonly method: "exact" | "simulated";
  /** Assignments listed (of the block with the most), or draws. */
  readonly assignments: number;
  /** Bound on the Monte-Carlo standard error of any probability: sqrt(1/4 / draws). 0 when exact. */
  readonly standardErrorBound: number;
  /** What the reader should know: why the probabilities are simulated, how exact they are. */
  readonly warnings: readonly string[];
  /** Group of each unit, 0 ... groups - 1. Exposures of units in different groups are independent. */
  readonly group: Int32Array;
  readonly groups: number;
  /** pi_i(d): probability that unit i has exposure d, one value a unit. Do not change it. */
  marginal(level: Level): Float64Array;
  /** pi_ij(d, e): probability that unit i has exposure d and unit j exposure e. */
  joint(i: number, d: Level, j: number, e: Level): number;
  /** Units whose exposure may depend on unit i's, itself among them, ascending. */
  dependentUnits(i: number): Int32Array;
}

export interface ProbabilityOptions {
  /** Needed where probabilities are simulated. */
  readonly seed?: number;
  /** Assignments to draw where they are simulated. Default 2,000. */
  readonly draws?: number;
  /**
   * Group of each outcome unit, where the caller knows that exposures in different groups are independent (units of
   * different slates under independent slates). Used when simulated: pairs across groups then need no estimate.
   */
  readonly independentGroups?: ArrayLike<number>;
}

/** At most so many exposures (assignments x units) are held for an enumeration with unequal probabilities. */
const MAX_HELD = 100_000_000;
/** From this many equally likely assignments on, exposures are held as bits. */
const BITS_FROM = 64;

/**
 * Exposure probabilities pi_i(d) = sum over assignments z of P(z) 1{f_i(z) = d} and pairwise ones
 * pi_ij(d, e) = sum of P(z) 1{f_i(z) = d, f_j(z) = e}.
 *
 * Exact where the design lists its assignments and either the mapping stays within blocks (then each block is
 * enumerated on its own, and units of different blocks are independent) or the whole design has at most 4,096
 * assignments (any number where it is one block). Else the design is drawn `draws` times and frequencies are counted,
 * and `warnings` says why. An exposure that no draw shows has probability 0: no pseudo-count is added.
 * Source: Aronow and Samii 2017, doi:10.1214/16-AOAS1005, section 3.
 * @throws Error when the mapping names an exposure beyond its levels, or a simulation has no seed
 */
export function exposureProbabilities(
  design: Design,
  mapping: ExposureMapping,
  options: ProbabilityOptions = {},
): ExposureProbabilities {
  const { blocks } = design;
  if (!blocks)
    return simulated(design, mapping, options, "the design does not list its assignments");
  if (blocks.length === 1) {
    return (
      oneBlock(design, blocks[0]!, mapping) ??
      simulated(design, mapping, options, "the design has too many assignments")
    );
  }
  const local = localExposures(design, blocks, mapping);
  if (local) return fromTable(mapping.levels, blocks, local);
  const merged = mergeBlocks(blocks, EXHAUSTIVE);
  return (
    (merged && oneBlock(design, merged, mapping)) ??
    simulated(design, mapping, options, "exposures depend on more than one block of the design")
  );
}

/** Number of a level. @throws Error naming the levels there are */
export function levelNumber(levels: readonly string[], level: Level): number {
  const found = typeof level === "number" ? level : levels.indexOf(level);
  if (Number.isInteger(found) && found >= 0 && found < levels.length) return found;
  throw new Error(`There is no exposure ${level}. Exposures are ${levels.join(", ")}.`);
}

/** Any mapping, one block that holds the whole design. Undefined where its exposures are too many to hold. */
function oneBlock(
  design: Design,
  block: DesignBlock,
  mapping: ExposureMapping,
): ExposureProbabilities | undefined {
  const exposuresAt = (k: number) => {
    const assignment = new Uint8Array(design.units);
    const values = block.assignments[k]!;
    for (let i = 0; i < values.length; i++) assignment[block.units[i]!] = values[i]!;
    return mapping.exposures(assignment);
  };
  const count = block.assignments.length;
  const [first] = block.probabilities;
  if (count >= BITS_FROM && block.probabilities.every((p) => Math.abs(p - first!) < 1e-15)) {
    const bits = exposureBits(mapping.levels, count, exposuresAt);
    return fromBits(mapping.levels, count, bits, new Int32Array(bits.units), {
      method: "exact",
      standardErrorBound: 0,
      warnings: [],
    });
  }
  const exposures: Uint8Array[] = [];
  for (let k = 0; k < count; k++) {
    exposures.push(exposuresAt(k).slice());
    if (count * exposures[0]!.length > MAX_HELD) return undefined;
  }
  const found = new Int32Array(exposures[0]!.length);
  return fromTable(mapping.levels, [block], { exposures, block: found });
}

function simulated(
  design: Design,
  mapping: ExposureMapping,
  { seed, draws = 2000, independentGroups }: ProbabilityOptions,
  reason: string,
): ExposureProbabilities {
  if (seed === undefined) {
    throw new Error(
      `Exposure probabilities of ${design.name} must be simulated (${reason}). Give a seed, and draws if 2,000 are too few.`,
    );
  }
  if (!(Number.isInteger(draws) && draws >= 1)) {
    throw new Error(`draws is a whole number from 1 on, not ${draws}.`);
  }
  const stream = random(seed).fork("exposure probabilities");
  const bits = exposureBits(mapping.levels, draws, () => mapping.exposures(design.draw(stream)));
  const groups = independentGroups ?? new Int32Array(bits.units);
  if (groups.length !== bits.units) {
    throw new Error(`independentGroups has ${groups.length} values for ${bits.units} units.`);
  }
  const bound = Math.sqrt(0.25 / draws);
  return fromBits(mapping.levels, draws, bits, groups, {
    method: "simulated",
    standardErrorBound: bound,
    warnings: [
      `exposure probabilities are simulated with ${draws} draws (standard error at most ${bound.toPrecision(2)}): ${reason}`,
    ],
  });
}

function fromTable(
  levels: readonly string[],
  blocks: readonly DesignBlock[],
  { exposures, block }: LocalExposures,
): ExposureProbabilities {
  const units = block.length;
  const most = exposures.length;
  const chances = new Float64Array(blocks.length * most);
  blocks.forEach((one, b) => {
    chances.set(one.probabilities, b * most);
  });
  const marginals = levels.map(() => new Float64Array(units));
  // A unit's exposures side by side: pairs are looked up by the hundred thousand.
  const byUnit = new Uint8Array(units * most);
  exposures.forEach((row, k) => {
    for (let i = 0; i < units; i++) {
      const own = block[i]!;
      const p = own < 0 ? Number(k === 0) : chances[own * most + k]!;
      const marginal = marginals[row[i]!];
      if (!marginal) throw unknownLevel(row[i]!, i, levels);
      marginal[i]! += p;
      byUnit[i * most + k] = row[i]!;
    }
  });
  for (const marginal of marginals) exactEnds(marginal);
  return {
    ...grouped(block),
    levels,
    units,
    method: "exact",
    assignments: most,
    standardErrorBound: 0,
    warnings: [],
    marginal: (level) => marginals[levelNumber(levels, level)]!,
    joint(i, d, j, e) {
      const first = levelNumber(levels, d);
      const second = levelNumber(levels, e);
      const own = block[i]!;
      if (own !== block[j] || own < 0) return marginals[first]![i]! * marginals[second]![j]!;
      let sum = 0;
      for (let k = 0; k < most; k++) {
        if (byUnit[i * most + k] === first && byUnit[j * most + k] === second) {
          sum += chances[own * most + k]!;
        }
      }
      return sum;
    },
  };
}

function fromBits(
  levels: readonly string[],
  assignments: number,
  bits: ReturnType<typeof exposureBits>,
  groups: ArrayLike<number>,
  about: Pick<ExposureProbabilities, "method" | "standardErrorBound" | "warnings">,
): ExposureProbabilities {
  const marginals = levels.map((_, level) =>
    Float64Array.from(
      { length: bits.units },
      (_, i) => bits.count(i, level, i, level) / assignments,
    ),
  );
  const { group, ...rest } = grouped(groups);
  return {
    ...rest,
    ...about,
    group,
    levels,
    units: bits.units,
    assignments,
    marginal: (level) => marginals[levelNumber(levels, level)]!,
    joint(i, d, j, e) {
      const [first, second] = [levelNumber(levels, d), levelNumber(levels, e)];
      if (group[i] !== group[j]) return marginals[first]![i]! * marginals[second]![j]!;
      return bits.count(i, first, j, second) / assignments;
    },
  };
}

/** Sums of probabilities that miss 0 or 1 by rounding alone. */
function exactEnds(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]! - 1) < 1e-12) values[i] = 1;
  }
}

/** Groups renumbered 0, 1, ... in order of their first unit; each unit without a group (-1) is its own. */
function grouped(
  of: ArrayLike<number>,
): Pick<ExposureProbabilities, "group" | "groups" | "dependentUnits"> {
  const numbers = new Map<number, number>();
  const group = new Int32Array(of.length);
  let groups = 0;
  for (let i = 0; i < of.length; i++) {
    const known = of[i]! < 0 ? undefined : numbers.get(of[i]!);
    group[i] = known ?? groups;
    if (known === undefined) {
      if (of[i]! >= 0) numbers.set(of[i]!, groups);
      groups++;
    }
  }
  let members: number[][] | undefined;
  return {
    group,
    groups,
    dependentUnits(i) {
      if (!members) {
        members = Array.from({ length: groups }, () => []);
        for (let j = 0; j < group.length; j++) members[group[j]!]!.push(j);
      }
      return Int32Array.from(members[group[i]!]!);
    },
  };
}
