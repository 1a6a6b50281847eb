/** A two-stage experiment: user groups get a high or a low share of promoted slates, and group effects can be told apart. */
import type { Row } from "../../loaders/rows";
import { type Random, random } from "../../stats/random";
import { type TwoStageDesign, twoStageRandomization } from "../designs";
import { hudgensHalloran, type TwoStageEffects } from "../hudgensHalloran";
import {
  attentionOf,
  type Market,
  type MarketOptions,
  marketOf,
  marketProbability,
  REACHES,
  type Reach,
} from "./market";
import type { Slates } from "./slates";

export interface TwoStageWorldOptions extends Omit<MarketOptions, "items"> {
  /** Low and high share of a group's slates that are promoted. Default 0.3 and 0.7. */
  readonly saturations?: readonly [number, number];
  /** How promotions reach other slates of the group; no reach over days or by a budget. Default: the world "user groups". */
  readonly reach?: Reach;
}

/** True effects, in clicks per slate: of Hudgens and Halloran's names, higher minus lower saturation. */
export interface GroupEffects {
  readonly direct: number;
  readonly indirect: number;
  readonly total: number;
  readonly overall: number;
}

export interface TwoStageWorld {
  readonly market: Market;
  readonly reach: Reach;
  readonly design: TwoStageDesign;
  readonly truth: GroupEffects;
}

/**
 * User groups, one promotable item a slate, half of the groups at each saturation, and what is true in it.
 * @throws Error for a reach over days or by a budget (the truth below knows groups alone), fewer than two groups, or a
 *   group in which a saturation leaves nobody promoted or nobody alone
 */
export function twoStageWorld(slates: Slates, options: TwoStageWorldOptions): TwoStageWorld {
  const { saturations = [0.3, 0.7], reach = REACHES[1]!, ...rest } = options;
  if (reach.days !== 0 || reach.budget !== 1) {
    throw new Error(`World "${reach.name}" reaches beyond groups: give one with days 0, budget 1.`);
  }
  const market = marketOf(slates, { ...rest, items: 1 });
  assertBothKinds(market, saturations);
  const low = Math.floor(market.groups / 2);
  const design = twoStageRandomization(market.group, {
    saturations,
    groups: [low, market.groups - low],
  });
  return { market, reach, design, truth: groupEffects(market, reach, saturations) };
}

/** The effects compare promoted slates with others at either saturation: every group must be able to have both. */
function assertBothKinds(market: Market, saturations: readonly [number, number]): void {
  if (market.groups < 2) {
    throw new Error(`${market.slates.count} slates make one user group. Two saturations need two.`);
  }
  for (const size of groupSizes(market)) {
    for (const saturation of saturations) {
      const promoted = Math.round(saturation * size);
      if (promoted >= 1 && promoted < size) continue;
      throw new Error(
        `Saturation ${saturation} promotes ${promoted} of a group's ${size} slates. Take larger groups, or saturations that promote some slates and leave some alone.`,
      );
    }
  }
}

function groupSizes(market: Market): Float64Array {
  const sizes = new Float64Array(market.groups);
  for (const g of market.group) sizes[g]! += 1;
  return sizes;
}

/**
 * A slate's attention depends on how many of its group's other slates are promoted, and the design fixes that number. Means
 * over the slates of a group, then over groups.
 */
function groupEffects(
  market: Market,
  reach: Reach,
  [low, high]: readonly [number, number],
): GroupEffects {
  const sizes = groupSizes(market);
  const promotedIn = (g: number, saturation: number) => Math.round(saturation * sizes[g]!);
  const means = (isPromoted: boolean, saturation: number) => {
    const p = market.patterns[isPromoted ? 1 : 0]!;
    const sums = new Float64Array(market.groups);
    for (let i = 0; i < market.slates.rows; i++) {
      const g = market.group[market.slates.slateOf[i]!]!;
      const others = (promotedIn(g, saturation) - (isPromoted ? 1 : 0)) / (sizes[g]! - 1);
      sums[g]! += Math.min(1, (1 + reach.groups * others) * p[i]!);
    }
    return sums.map((sum, g) => sum / sizes[g]!);
  };
  const overall = (saturation: number) => {
    const [promoted, control] = [means(true, saturation), means(false, saturation)];
    return average(
      promoted.map((value, g) => {
        const share = promotedIn(g, saturation) / sizes[g]!;
        return share * value + (1 - share) * control[g]!;
      }),
    );
  };
  const controlHigh = average(means(false, high));
  const controlLow = average(means(false, low));
  const promotedHigh = average(means(true, high));
  return {
    direct: promotedHigh - controlHigh,
    indirect: controlHigh - controlLow,
    total: promotedHigh - controlLow,
    overall: overall(high) - overall(low),
  };
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Draws saturations, coins and clicks once, and estimates the four effects from them. */
export function runTwoStage(
  { market, reach, design }: TwoStageWorld,
  stream: Random,
): TwoStageEffects {
  const { slates, group } = market;
  const { arm, assignment } = design.drawWithArms(stream);
  const attention = attentionOf(market, reach, assignment);
  const outcome = new Float64Array(slates.count);
  for (let i = 0; i < slates.rows; i++) {
    const j = slates.slateOf[i]!;
    if (stream.uniform() < marketProbability(market, attention, assignment, i, j)) outcome[j]! += 1;
  }
  return hudgensHalloran({ group, arm, treatment: assignment, outcome });
}

/** One experiment in the world, one row an effect: effect, estimate, standard_error, ci_low, ci_high, truth, meaning. */
export function twoStageRows(world: TwoStageWorld, seed: number): Row[] {
  const effects = runTwoStage(world, random(seed).fork("two stages"));
  const meaning = {
    direct: "a slate's own promotion, where most of its group is promoted",
    indirect: "the others' promotion, on slates that are left alone",
    total: "both together",
    overall: "a group's change from low to high saturation, over all of its slates",
  } as const;
  return (Object.keys(meaning) as (keyof typeof meaning)[]).map((effect) => ({
    effect,
    estimate: effects[effect].value,
    standard_error: effects[effect].standardError,
    ci_low: effects[effect].lower,
    ci_high: effects[effect].upper,
    truth: world.truth[effect],
    meaning: meaning[effect],
  }));
}
