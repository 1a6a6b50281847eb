/** What a promotion does to each item of its slate: the exposure mapping of the course. */
import type { Competition } from "./competition";
import { chosenCompetition } from "./competition";
import { finalPositions } from "./ranking";
import type { Slates } from "./slates";

/** Exposure groups; a row's group is a number into them. */
export const EXPOSURE_GROUPS = [
  "direct_promoted",
  "focal_control",
  "same_cluster_spillover",
  "other_slate_spillover",
  "unchanged_non_focal",
] as const;

export type ExposureGroup = (typeof EXPOSURE_GROUPS)[number];

/**
 * The exposure of each row, N values each. Where a slate promotes one item, the doses are 0 or 1, the flags of the
 * published course.
 */
export interface Exposure {
  readonly finalPosition: Int32Array;
  /** 1 on promoted rows. */
  readonly direct: Uint8Array;
  /** Promoted items of the slate, on rows that are not promoted themselves. */
  readonly sameSlate: Uint8Array;
  /** Promoted items that the row competes with, on rows that are not promoted. */
  readonly sameCluster: Uint8Array;
  /** Promoted items that passed the row: places by which it moved down, on rows that are not promoted. */
  readonly displaced: Uint8Array;
  /** Number into `EXPOSURE_GROUPS`. */
  readonly group: Uint8Array;
}

export interface ExposureOptions {
  /** Who competes. Default: items of the same spillover cluster. */
  readonly competition?: Competition;
  /** 1 on rows that could have been promoted (the focal items), N values. Default: the promoted rows. */
  readonly eligible?: Uint8Array;
}

/**
 * Maps who is promoted to what happens to every row. The group is the first that fits: promoted itself
 * (`direct_promoted`); eligible in a slate without promotion (`focal_control`); competes with a promoted item
 * (`same_cluster_spillover`); in a slate with one (`other_slate_spillover`); else `unchanged_non_focal`.
 * @param promoted  1 on promoted rows, N values; all 0 and all 1 are fine
 * @throws Error when `promoted` or `eligible` does not have one value a row, a value of `promoted` is neither 0 nor 1, a
 *   slate promotes more than 255 items, or the competition is that of other slates
 */
export function exposureOf(
  slates: Slates,
  promoted: Uint8Array,
  options: ExposureOptions = {},
): Exposure {
  const { eligible } = options;
  if (eligible && eligible.length !== slates.rows) {
    throw new Error(`eligible has ${eligible.length} values for ${slates.rows} rows of slates.`);
  }
  const competition = chosenCompetition(slates, options.competition);
  const exposure = {
    finalPosition: finalPositions(slates, promoted),
    direct: promoted.slice(),
    sameSlate: new Uint8Array(slates.rows),
    sameCluster: new Uint8Array(slates.rows),
    displaced: new Uint8Array(slates.rows),
    group: new Uint8Array(slates.rows),
  };
  for (let j = 0; j < slates.count; j++) fillDoses(exposure, slates, competition, promoted, j);
  for (let i = 0; i < slates.rows; i++) {
    exposure.group[i] = groupOf(exposure, i, eligible?.[i] === 1);
  }
  return exposure;
}

function fillDoses(
  { sameSlate, sameCluster, displaced }: Exposure,
  slates: Slates,
  { pairs, starts }: Competition,
  promoted: Uint8Array,
  j: number,
): void {
  const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
  const n = to - from;
  let count = 0;
  for (let a = 0; a < n; a++) {
    if (promoted[from + a] !== 1) continue;
    if (++count > 255) throw new Error(`Slate ${slates.slateId[j]} promotes more than 255 items.`);
    const row = starts[j]! + a * n;
    for (let b = 0; b < n; b++) {
      if (promoted[from + b] === 1) continue;
      sameSlate[from + b]! += 1;
      if (pairs[row + b] === 1) sameCluster[from + b]! += 1;
      if (b < a) displaced[from + b]! += 1;
    }
  }
}

function groupOf(exposure: Exposure, i: number, isEligible: boolean): number {
  if (exposure.direct[i] === 1) return 0;
  if (exposure.sameSlate[i] === 0) return isEligible ? 1 : 4;
  return exposure.sameCluster[i]! > 0 ? 2 : 3;
}
