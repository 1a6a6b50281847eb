/** The analyst's idea of who competes against the truth's: how wrong does each estimand get? */
import type { Row } from "../../loaders/rows";
import type { Competition } from "./competition";
import { drawAssignment } from "./experiment";
import { itemSet } from "./itemSets";
import { promotionLift } from "./knownEffects";
import { logisticClicks } from "./logisticClicks";
import type { Slates } from "./slates";

export interface MisspecificationOptions {
  readonly seed: number;
  /** Draws of the focal items that effects are averaged over. Default 5. */
  readonly draws?: number;
  readonly minPosition?: number;
}

export interface MisspecificationRow extends Row {
  /** Structure along which items do compete, and the one that the analysis assumes. */
  readonly truth: string;
  readonly analysis: string;
  /** Share of the pairs in either structure that are in both (Jaccard's index); null where neither has a pair. */
  readonly agreement: number | null;
  /** Clicks per promoted slate. The first and the last do not depend on the analysis. */
  readonly direct: number;
  readonly competitor_part: number;
  readonly other_part: number;
  readonly total: number;
  /** Mean change of click probability of an item that the analysis takes for a competitor. */
  readonly competitor_effect: number | null;
  /** The same for items that do compete. */
  readonly true_competitor_effect: number | null;
  readonly competitor_effect_error: number | null;
  readonly competitor_part_error: number;
  readonly other_part_error: number;
}

/**
 * For every pair of structures: clicks follow the published model with the first, the analysis splits slates by the second.
 * Values are expectations over clicks and coins, so what differs is misspecification and not chance. Effects of the
 * focal item and of the slate need no structure and stay right.
 * Source: Savje 2024, doi:10.1093/biomet/asad019 (a wrong mapping still defines an effect, another one).
 */
export function misspecification(
  slates: Slates,
  structures: readonly Competition[],
  options: MisspecificationOptions,
): MisspecificationRow[] {
  const { seed, draws = 5, minPosition } = options;
  const focals = Array.from({ length: draws }, (_, d) => {
    return drawAssignment(slates, { seed: seed + d, minPosition }).focal;
  });
  return structures.flatMap((truth) => {
    const model = logisticClicks(slates, { competition: truth });
    const lifts = focals.map((focal) => ({ focal, lift: promotionLift({ slates, focal }, model) }));
    const right = splitOf(slates, lifts, truth);
    return structures.map((analysis) => {
      const split = splitOf(slates, lifts, analysis);
      const error = (a: number | null, b: number | null) =>
        a === null || b === null ? null : a - b;
      return {
        truth: truth.name,
        analysis: analysis.name,
        agreement: agreement(truth, analysis),
        direct: split.direct,
        competitor_part: split.competitors,
        other_part: split.others,
        total: split.direct + split.competitors + split.others,
        competitor_effect: split.perCompetitor,
        true_competitor_effect: right.perCompetitor,
        competitor_effect_error: error(split.perCompetitor, right.perCompetitor),
        competitor_part_error: split.competitors - right.competitors,
        other_part_error: split.others - right.others,
      };
    });
  });
}

interface Lift {
  readonly focal: Int32Array;
  readonly lift: Float64Array;
}

/** Parts per slate, and the mean per competing item. */
function splitOf(slates: Slates, lifts: readonly Lift[], competition: Competition) {
  const sums = { direct: 0, competitors: 0, others: 0 };
  let rivals = 0;
  for (const { focal, lift } of lifts) {
    const own = itemSet({ slates, focal }, "same_cluster", { competition });
    for (let i = 0; i < slates.rows; i++) {
      if (focal[slates.slateOf[i]!] === i) sums.direct += lift[i]!;
      else if (own[i] === 1) {
        sums.competitors += lift[i]!;
        rivals++;
      } else sums.others += lift[i]!;
    }
  }
  const slatesSeen = slates.count * lifts.length;
  return {
    direct: sums.direct / slatesSeen,
    competitors: sums.competitors / slatesSeen,
    others: sums.others / slatesSeen,
    perCompetitor: rivals === 0 ? null : sums.competitors / rivals,
  };
}

function agreement(a: Competition, b: Competition): number | null {
  let [both, either] = [0, 0];
  for (let k = 0; k < a.pairs.length; k++) {
    both += a.pairs[k]! & b.pairs[k]!;
    either += a.pairs[k]! | b.pairs[k]!;
  }
  return either === 0 ? null : both / either;
}
