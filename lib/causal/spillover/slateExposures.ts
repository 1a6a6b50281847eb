/** Slates as units of a design: who may be promoted, what exposure follows, and how probable each exposure is. */
import type { Row } from "../../loaders/rows";
import type { Design, ExposureMapping } from "../design";
import { fixedFocal, oneTreatedPerGroup } from "../designs";
import { type ExposureProbabilities, exposureProbabilities } from "../exposureProbabilities";
import type { Competition } from "./competition";
import { EXPOSURE_GROUPS, exposureOf } from "./exposure";
import { largestSlate } from "./ranking";
import { type Slates, slateSize } from "./slates";

export interface FocalDesignOptions {
  /** Probability that a slate has a promotion. Default 0.5. */
  readonly probability?: number;
  /** First seed position that may be promoted. Default 5. */
  readonly minPosition?: number;
}

/** 1 on the rows at seed position `minPosition` and later. @throws Error for a slate without one */
export function eligibleRows(slates: Slates, minPosition = 5): Uint8Array {
  for (let j = 0; j < slates.count; j++) {
    if (slateSize(slates, j) >= minPosition) continue;
    throw new Error(
      `Slate ${slates.slateId[j]} has ${slateSize(slates, j)} items, none at position ${minPosition} or later to promote. Lower minPosition, or leave the slate out.`,
    );
  }
  return Uint8Array.from(slates.position, (position) => (position >= minPosition ? 1 : 0));
}

/**
 * The course's design over rows: in each slate, with the given probability, one item at `minPosition` or later, each
 * equally likely; slates independent. The focal item is part of the draw.
 */
export function oneFocalDesign(slates: Slates, options: FocalDesignOptions = {}): Design {
  const { probability = 0.5, minPosition = 5 } = options;
  const eligible = eligibleRows(slates, minPosition);
  return {
    ...oneTreatedPerGroup(slates.slateOf, { p: probability, eligible }),
    name: `one item of each slate, with probability ${probability}`,
  };
}

/** The same once the focal items are drawn: only the coin is left. @param focal  row of each slate's focal item, J values */
export function fixedFocalDesign(
  slates: Slates,
  focal: Int32Array,
  options: Pick<FocalDesignOptions, "probability"> = {},
): Design {
  return fixedFocal(focal, { units: slates.rows, p: options.probability ?? 0.5 });
}

export interface MappingOptions {
  /** Who competes. Default: the same cluster. */
  readonly competition?: Competition;
  /** 1 on rows that count as focal in a slate without promotion, N values. Default none. */
  readonly eligible?: Uint8Array;
}

/** The exposure mapping of the course over rows, its levels `EXPOSURE_GROUPS`. See `exposureOf`. */
export function slateExposureMapping(
  slates: Slates,
  options: MappingOptions = {},
): ExposureMapping {
  return {
    levels: EXPOSURE_GROUPS,
    exposures: (promoted) => exposureOf(slates, promoted, options).group,
  };
}

/** Exact exposure probabilities under the course's design, focal items not fixed. */
export function focalExposureProbabilities(
  slates: Slates,
  options: FocalDesignOptions & MappingOptions = {},
): ExposureProbabilities {
  return exposureProbabilities(
    oneFocalDesign(slates, options),
    slateExposureMapping(slates, options),
  );
}

/**
 * One row a seed position: seed_position, mean probability of each exposure but `focal_control`, and never_same_cluster,
 * the share of items that can never have same-cluster exposure.
 */
export function probabilitiesByPosition(
  slates: Slates,
  probabilities: ExposureProbabilities,
): Row[] {
  return Array.from({ length: largestSlate(slates) }, (_, k) => {
    const rows = Array.from(slates.position.keys()).filter((i) => slates.position[i] === k + 1);
    const means = EXPOSURE_GROUPS.map((level) => {
      const marginal = probabilities.marginal(level);
      return [level, rows.reduce((sum, i) => sum + marginal[i]!, 0) / rows.length] as const;
    });
    const never = probabilities.marginal("same_cluster_spillover");
    return {
      seed_position: k + 1,
      ...Object.fromEntries(means.filter(([level]) => level !== "focal_control")),
      never_same_cluster: rows.filter((i) => never[i] === 0).length / rows.length,
    };
  });
}
