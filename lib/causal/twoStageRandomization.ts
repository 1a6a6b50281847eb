/** Groups are allotted to saturations by chance, and in each group that share of its units is treated. */
import type { Random } from "../stats/random";
import type { Design, DesignBlock } from "./design";
import { binomial, canList, mergeBlocks, subsets } from "./designBlocks";
import {
  checkLength,
  checkProbability,
  completeBlock,
  concatenated,
  everyListed,
  groupMembers,
  treatSome,
} from "./designParts";

export interface TwoStageOptions {
  /** The saturations: shares of a group's units that are treated, each in [0, 1]. */
  readonly saturations: readonly number[];
  /** How many groups get each saturation; they add up to the number of groups. */
  readonly groups: readonly number[];
}

export interface TwoStageAssignment {
  /** Number of each group's saturation. */
  readonly arm: Uint8Array;
  /** 1 on treated units. */
  readonly assignment: Uint8Array;
}

export interface TwoStageDesign extends Design {
  /** As `draw`, and tells which saturation each group got. */
  drawWithArms(random: Random): TwoStageAssignment;
}

/**
 * Two-stage randomization: complete randomization allots the saturations to the groups; a group of n units with
 * saturation s then treats round(s * n) of them, every subset equally likely. One block, listed under the same limits.
 * Source: Hudgens and Halloran 2008, doi:10.1198/016214508000000292, section 3.
 * @param groups  group of each unit, 0 ... G - 1, none empty
 * @throws Error for an empty group, a saturation outside [0, 1], or counts that do not add up to the groups
 */
export function twoStageRandomization(
  groups: ArrayLike<number>,
  options: TwoStageOptions,
): TwoStageDesign {
  const members = groupMembers(groups, "group");
  const { saturations, groups: counts } = options;
  saturations.forEach((saturation) => {
    checkProbability(saturation, "saturation");
  });
  checkLength(counts, saturations.length, "saturation");
  if (counts.some((count) => !(Number.isInteger(count) && count >= 0))) {
    throw new Error(`Numbers of groups are whole and not negative, not ${counts.join(", ")}.`);
  }
  if (counts.reduce((sum, count) => sum + count, 0) !== members.length) {
    throw new Error(
      `Saturations are allotted to ${counts.join(" + ")} groups, but there are ${members.length} groups.`,
    );
  }
  const arms = counts.flatMap((count, arm) => new Array<number>(count).fill(arm));
  const drawWithArms = (random: Random): TwoStageAssignment => {
    const arm = Uint8Array.from(arms);
    for (let i = arm.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [arm[i], arm[j]] = [arm[j]!, arm[i]!];
    }
    const assignment = new Uint8Array(groups.length);
    members.forEach((units, g) => {
      const treated = Math.round(saturations[arm[g]!]! * units.length);
      treatSome(assignment, units, treated, random);
    });
    return { arm, assignment };
  };
  const block = twoStageBlock(members, saturations, counts);
  return {
    name: `two-stage randomization, ${counts.map((count, arm) => `${count} groups at ${saturations[arm]}`).join(", ")}`,
    units: groups.length,
    ...(block && { blocks: [block] }),
    draw: (random) => drawWithArms(random).assignment,
    drawWithArms,
  };
}

function twoStageBlock(
  members: readonly Int32Array[],
  saturations: readonly number[],
  counts: readonly number[],
): DesignBlock | undefined {
  const allotments = arrangements(counts, members.length);
  if (!allotments) return undefined;
  const units = concatenated(members);
  const assignments: Uint8Array[] = [];
  const probabilities: number[] = [];
  for (const arm of allotments) {
    const inGroups = members.map((own, g) =>
      completeBlock(own, Math.round(saturations[arm[g]!]! * own.length)),
    );
    const merged = everyListed(inGroups) && mergeBlocks(inGroups);
    if (!merged || !canList(assignments.length + merged.assignments.length, units.length)) {
      return undefined;
    }
    assignments.push(...merged.assignments);
    for (const p of merged.probabilities) probabilities.push(p / allotments.length);
  }
  return { units, assignments, probabilities: Float64Array.from(probabilities) };
}

/** All ways to give arm 0 to counts[0] of the groups, arm 1 to counts[1], ...; undefined where they are too many. */
function arrangements(counts: readonly number[], groups: number): Uint8Array[] | undefined {
  let ways = 1;
  let left = groups;
  for (const count of counts) {
    ways *= binomial(left, count);
    left -= count;
  }
  if (!canList(ways, groups)) return undefined;
  let partial = [new Uint8Array(groups).fill(255)];
  counts.forEach((count, arm) => {
    partial = partial.flatMap((held) => {
      const free = [...held.keys()].filter((g) => held[g] === 255);
      return subsets(free.length, count).map((chosen) =>
        held.map((old, g) => (old === 255 && chosen[free.indexOf(g)] === 1 ? arm : old)),
      );
    });
  });
  return partial;
}
