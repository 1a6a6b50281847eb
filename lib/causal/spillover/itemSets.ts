/** Sets of rows that a contrast compares between promoted and other slates. They are fixed before anybody is promoted. */
import type { Competition } from "./competition";
import { chosenCompetition } from "./competition";
import type { Slates } from "./slates";

/** What each set holds, in words. Every set exists in both arms: in slates without a promotion it holds the rows that would have been affected. */
export const ITEM_SETS = {
  focal: "the focal item",
  non_focal: "all other items of the slate",
  same_cluster: "items that compete with the focal item",
  other_cluster: "items that do not compete with it",
  displaced: "items above the focal item's seed position",
  same_cluster_displaced: "items that compete with it and stand above it",
  near_displaced: "items at most `nearWindow` positions above it",
  all: "all items",
} as const;

export type ItemSet = keyof typeof ITEM_SETS;

export interface ItemSetOptions {
  /** Who competes. Default: items of the same spillover cluster. */
  readonly competition?: Competition;
  /** Positions above the focal item that count as near. Default 3. */
  readonly nearWindow?: number;
}

/**
 * 1 on the rows of a set, N values.
 * @param focal  row of each slate's focal item
 * @throws Error for an unknown set, a negative window, or the competition of other slates
 */
export function itemSet(
  { slates, focal }: { readonly slates: Slates; readonly focal: Int32Array },
  set: ItemSet,
  options: ItemSetOptions = {},
): Uint8Array {
  if (!Object.hasOwn(ITEM_SETS, set)) {
    throw new Error(`There is no item set ${set}. There are ${Object.keys(ITEM_SETS).join(", ")}.`);
  }
  const { nearWindow = 3 } = options;
  if (!(nearWindow >= 0)) throw new Error(`nearWindow is 0 or more positions, not ${nearWindow}.`);
  const competition = chosenCompetition(slates, options.competition);
  const rows = new Uint8Array(slates.rows);
  for (let j = 0; j < slates.count; j++) {
    const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
    const f = focal[j]!;
    const pairs = competition.starts[j]! + (f - from) * (to - from);
    for (let i = from; i < to; i++) {
      const isRival = competition.pairs[pairs + i - from] === 1;
      rows[i] = Number(belongs(set, i, f, isRival, nearWindow));
    }
  }
  return rows;
}

function belongs(set: ItemSet, i: number, focal: number, isRival: boolean, near: number): boolean {
  switch (set) {
    case "all":
      return true;
    case "focal":
      return i === focal;
    case "non_focal":
      return i !== focal;
    case "same_cluster":
      return i !== focal && isRival;
    case "other_cluster":
      return i !== focal && !isRival;
    case "displaced":
      return i < focal;
    case "same_cluster_displaced":
      return i < focal && isRival;
    case "near_displaced":
      return i < focal && focal - i <= near;
  }
}
