/** Randomized designs: who is treated with what probability, alone and together. */
import type { Design, DesignBlock } from "./design";
import { canList } from "./designBlocks";
import {
  checkLength,
  checkProbability,
  checkTreated,
  checkUnits,
  coin,
  completeBlock,
  concatenated,
  everyListed,
  groupMembers,
  identity,
  oneOf,
  perGroup,
  treatSome,
} from "./designParts";

export {
  type TwoStageAssignment,
  type TwoStageDesign,
  type TwoStageOptions,
  twoStageRandomization,
} from "./twoStageRandomization";

/**
 * Every unit is treated on its own, with probability p. Chances are exact to 2^-32.
 * @param p  in [0, 1], one for all or one a unit
 * @throws Error for a p outside [0, 1] or fewer than one unit
 */
export function bernoulli(
  units: number,
  { p }: { readonly p: number | ArrayLike<number> },
): Design {
  checkUnits(units);
  const chances = perGroup(p, units, "unit");
  return {
    name: typeof p === "number" ? `Bernoulli(${p})` : `Bernoulli, ${units} probabilities`,
    units,
    blocks: Array.from(chances, (chance, i) => coin(Int32Array.of(i), chance)),
    draw(random) {
      const assignment = new Uint8Array(units);
      for (let i = 0; i < units; i++) {
        assignment[i] = Number(random.coarseUniform() < chances[i]!);
      }
      return assignment;
    },
  };
}

/**
 * Exactly `treated` of the units are treated, every subset equally likely. The design is one block, listed while there
 * are at most 20,000 subsets and 4 million values (subsets x units).
 * @throws Error unless `treated` is a whole number in 0 ... units
 */
export function completeRandomization(
  units: number,
  { treated }: { readonly treated: number },
): Design {
  checkUnits(units);
  checkTreated(treated, units, "units");
  const all = identity(units);
  const block = completeBlock(all, treated);
  return {
    name: `complete randomization, ${treated} of ${units}`,
    units,
    ...(block && { blocks: [block] }),
    draw(random) {
      const assignment = new Uint8Array(units);
      treatSome(assignment, all, treated, random);
      return assignment;
    },
  };
}

export interface StratifiedOptions {
  /** Units to treat in each stratum: one number for all, or one a stratum. */
  readonly treated?: number | ArrayLike<number>;
  /** Or the share to treat: round(share * n) of a stratum's n units. In [0, 1]. */
  readonly share?: number;
}

/**
 * Complete randomization in each stratum, independently. A block a stratum, listed under the same limits.
 * @param strata  stratum of each unit, 0 ... S - 1, none empty
 * @throws Error for an empty stratum, more treated than units, or unless one of `treated` and `share` is given
 */
export function stratifiedRandomization(
  strata: ArrayLike<number>,
  { treated, share }: StratifiedOptions,
): Design {
  const members = groupMembers(strata, "stratum");
  if ((treated === undefined) === (share === undefined)) {
    throw new Error("Stratified randomization needs either treated or share.");
  }
  if (share !== undefined) checkProbability(share, "share");
  if (typeof treated === "object") checkLength(treated, members.length, "stratum");
  const counts = members.map((units, s) => {
    if (share !== undefined) return Math.round(share * units.length);
    const count = typeof treated === "number" ? treated : treated![s]!;
    checkTreated(count, units.length, `units of stratum ${s}`);
    return count;
  });
  const blocks = members.map((units, s) => completeBlock(units, counts[s]!));
  return {
    name: `stratified randomization, ${members.length} strata`,
    units: strata.length,
    ...(everyListed(blocks) && { blocks }),
    draw(random) {
      const assignment = new Uint8Array(strata.length);
      members.forEach((units, s) => {
        treatSome(assignment, units, counts[s]!, random);
      });
      return assignment;
    },
  };
}

export interface ClusterOptions {
  /** Each cluster treated with this probability, on its own: one number, or one a cluster. */
  readonly p?: number | ArrayLike<number>;
  /** Or exactly so many clusters, every subset equally likely. */
  readonly treated?: number;
}

/**
 * Whole clusters are treated: all of their units or none.
 * @param clusters  cluster of each unit, 0 ... G - 1, none empty
 * @throws Error for an empty cluster, a p outside [0, 1], more treated than clusters, or unless one of the options is
 *     given
 */
export function clusterRandomization(
  clusters: ArrayLike<number>,
  { p, treated }: ClusterOptions,
): Design {
  const members = groupMembers(clusters, "cluster");
  if ((p === undefined) === (treated === undefined)) {
    throw new Error("Cluster randomization needs either p or treated.");
  }
  const overClusters =
    p !== undefined
      ? bernoulli(members.length, { p })
      : completeRandomization(members.length, { treated: treated! });
  const spread = ({ units, assignments, probabilities }: DesignBlock): DesignBlock => {
    const own = Array.from(units, (g) => members[g]!);
    return {
      units: concatenated(own),
      assignments: assignments.map((values) =>
        Uint8Array.from(
          own.flatMap((group, g) => new Array<number>(group.length).fill(values[g]!)),
        ),
      ),
      probabilities,
    };
  };
  const listed = overClusters.blocks?.every((block) =>
    canList(block.assignments.length, clusters.length),
  );
  return {
    name: `clusters: ${overClusters.name}`,
    units: clusters.length,
    ...(listed && { blocks: overClusters.blocks!.map(spread) }),
    draw(random) {
      const chosen = overClusters.draw(random);
      return Uint8Array.from(clusters, (g) => chosen[g]!);
    },
  };
}

export interface OneTreatedOptions {
  /** Probability that a group has a treated unit: one number, or one a group. In [0, 1]. */
  readonly p: number | ArrayLike<number>;
  /** 1 on units that may be treated. Default all. */
  readonly eligible?: ArrayLike<number>;
}

/**
 * In each group, with probability p one of the eligible units is treated, each equally likely; else none. Groups are
 * independent. A block a group: its k eligible units, with k + 1 assignments.
 * @param groups  group of each unit, 0 ... G - 1, each with an eligible unit
 * @throws Error for a group without an eligible unit or a p outside [0, 1]
 */
export function oneTreatedPerGroup(
  groups: ArrayLike<number>,
  { p, eligible }: OneTreatedOptions,
): Design {
  if (eligible) checkLength(eligible, groups.length, "unit");
  const members = groupMembers(groups, "group").map((units, g) => {
    const able = eligible ? units.filter((unit) => eligible[unit] === 1) : units;
    if (able.length === 0) throw new Error(`Group ${g} has no eligible unit. Leave it out.`);
    return able;
  });
  const chances = perGroup(p, members.length, "group");
  const known = new Map<string, ReturnType<typeof oneOf>>();
  const blocks = members.map((units, g): DesignBlock | undefined => {
    const key = `${units.length} ${chances[g]}`;
    if (!known.has(key)) known.set(key, oneOf(units.length, chances[g]!));
    const same = known.get(key);
    return same && { units, ...same };
  });
  return {
    name: `one treated per group, ${members.length} groups`,
    units: groups.length,
    ...(everyListed(blocks) && { blocks }),
    draw(random) {
      const assignment = new Uint8Array(groups.length);
      for (let g = 0; g < members.length; g++) {
        const units = members[g]!;
        if (random.coarseUniform() < chances[g]!) {
          assignment[units[units.length === 1 ? 0 : random.integer(units.length)]!] = 1;
        }
      }
      return assignment;
    },
  };
}

/**
 * One given unit of each group is treated with probability p, the groups independent; no other unit ever is.
 * @param focal  number of each group's given unit; all different
 * @param options.units  how many units there are
 * @param options.p  in [0, 1], one for all or one a group
 * @throws Error for a unit that does not exist or comes twice, or a p outside [0, 1]
 */
export function fixedFocal(
  focal: ArrayLike<number>,
  { units, p }: { readonly units: number; readonly p: number | ArrayLike<number> },
): Design {
  const inner = bernoulli(focal.length, { p });
  return {
    ...productDesign([{ design: inner, units: focal }], { units }),
    name: `fixed focal units, ${inner.name}`,
  };
}

export interface DesignPart {
  readonly design: Design;
  /** Numbers, in the whole, of the part's units 0, 1, ... */
  readonly units: ArrayLike<number>;
}

/**
 * Independent designs side by side. Units in no part are never treated.
 * @param options.units  how many units the whole has
 * @throws Error for a unit that does not exist or is in two parts
 */
export function productDesign(
  parts: readonly DesignPart[],
  { units }: { readonly units: number },
): Design {
  checkUnits(units);
  const taken = new Uint8Array(units);
  parts.forEach((part, k) => {
    checkLength(part.units, part.design.units, `unit of part ${k}`);
    for (let i = 0; i < part.units.length; i++) {
      const unit = part.units[i]!;
      if (!(Number.isInteger(unit) && unit >= 0 && unit < units)) {
        throw new Error(`Part ${k} names unit ${unit}; units are 0 ... ${units - 1}.`);
      }
      if (taken[unit] === 1) throw new Error(`Unit ${unit} is named twice.`);
      taken[unit] = 1;
    }
  });
  const listed = parts.every((part) => part.design.blocks !== undefined);
  return {
    name: parts.map((part) => part.design.name).join(" and "),
    units,
    ...(listed && {
      blocks: parts.flatMap((part) =>
        part.design.blocks!.map((block) => ({
          ...block,
          units: block.units.map((i) => part.units[i]!),
        })),
      ),
    }),
    draw(random) {
      const assignment = new Uint8Array(units);
      for (const part of parts) {
        const own = part.design.draw(random);
        for (let i = 0; i < own.length; i++) assignment[part.units[i]!] = own[i]!;
      }
      return assignment;
    },
  };
}
