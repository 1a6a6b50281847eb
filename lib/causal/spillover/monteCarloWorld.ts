/** What does not change between replications of the Monte-Carlo study, worked out once in each thread. */
import type { Design } from "../design";
import { bernoulli, type TwoStageDesign, twoStageRandomization } from "../designs";
import { type ExposureProbabilities, exposureProbabilities } from "../exposureProbabilities";
import type { ClickModel } from "./clickModel";
import { type Competition, neighbouringPositions, sameCluster } from "./competition";
import { focalRows } from "./experiment";
import { exposureOf } from "./exposure";
import { logisticClicks } from "./logisticClicks";
import { attentionOf, type Market, marketOf, REACHES, type Reach } from "./market";
import { focalExposureProbabilities } from "./slateExposures";
import { type Slates, slateSize } from "./slates";

/** Shares of a group's slates that are promoted in the two-stage experiment. */
export const SATURATIONS = [0.3, 0.7] as const;

export interface MonteCarloWorld {
  readonly slates: Slates;
  readonly model: ClickModel;
  /** Click probabilities when nothing is promoted. */
  readonly without: Float64Array;
  readonly genres: Competition;
  /** What an analyst could believe instead: that neighbouring positions compete. */
  readonly positions: Competition;
  /** The coin of the course over slates, and its probabilities of promoted and not. */
  readonly coin: Design;
  readonly coinProbabilities: ExposureProbabilities;
  /** Exposures of rows when the focal item is part of the draw, and the effects they have on average. */
  readonly exposures: ExposureProbabilities;
  readonly directEffect: number;
  readonly rivalEffect: number;
  /** The two-stage experiment over user groups, and its true effects. */
  readonly market: Market;
  readonly reach: Reach;
  readonly twoStage: TwoStageDesign;
  readonly groupEffects: GroupEffects;
}

export interface GroupEffects {
  readonly direct: number;
  readonly indirect: number;
  readonly total: number;
  readonly overall: number;
}

export function monteCarloWorld(slates: Slates, seed: number): MonteCarloWorld {
  const model = logisticClicks(slates);
  const genres = sameCluster(slates);
  const without = model.probabilities(new Uint8Array(slates.rows));
  const coin = bernoulli(slates.count, { p: 0.5 });
  const exposures = focalExposureProbabilities(slates, { probability: 0.5, minPosition: 5 });
  const market = marketOf(slates, { seed, items: 1, model });
  const reach = REACHES.find(
    ({ groups, days, budget }) => groups !== 0 && days === 0 && budget === 1,
  )!;
  const low = Math.floor(market.groups / 2);
  return {
    slates,
    model,
    without,
    genres,
    positions: neighbouringPositions(slates),
    coin,
    coinProbabilities: exposureProbabilities(coin, {
      levels: ["left alone", "promoted"],
      exposures: (assignment) => assignment,
    }),
    exposures,
    ...exposureEffects(slates, model, without, exposures),
    market,
    reach,
    twoStage: twoStageRandomization(market.group, {
      saturations: [...SATURATIONS],
      groups: [low, market.groups - low],
    }),
    groupEffects: groupEffects(market, reach),
  };
}

/**
 * Mean over rows that can have both exposures of the row's expected change: of its own promotion, and of a promoted rival,
 * every rival that the design can promote being equally likely.
 */
function exposureEffects(
  slates: Slates,
  model: ClickModel,
  without: Float64Array,
  exposures: ExposureProbabilities,
) {
  const direct = { sum: 0, rows: 0 };
  const rivalSums = new Float64Array(slates.rows);
  const rivalCounts = new Float64Array(slates.rows);
  const largest = Math.max(...slates.position);
  for (let position = 5; position <= largest; position++) {
    const focal = Int32Array.from(
      slates.slateId,
      (_, j) => Math.min(slates.starts[j]! + position, slates.starts[j + 1]!) - 1,
    );
    const has = Uint8Array.from(slates.slateId, (_, j) =>
      slateSize(slates, j) >= position ? 1 : 0,
    );
    const promoted = focalRows(slates, focal, has);
    const p = model.probabilities(promoted);
    const { sameCluster: rivals } = exposureOf(slates, promoted);
    for (let i = 0; i < slates.rows; i++) {
      if (promoted[i] === 1) {
        direct.sum += p[i]! - without[i]!;
        direct.rows++;
      } else if (rivals[i] === 1) {
        rivalSums[i]! += p[i]! - without[i]!;
        rivalCounts[i]! += 1;
      }
    }
  }
  const possible = exposures.marginal("same_cluster_spillover");
  let [sum, rows] = [0, 0];
  for (let i = 0; i < slates.rows; i++) {
    if (possible[i] === 0) continue;
    sum += rivalSums[i]! / rivalCounts[i]!;
    rows++;
  }
  return { directEffect: direct.sum / direct.rows, rivalEffect: sum / rows };
}

/**
 * True effects under both saturations: a slate's attention depends on how many of its group's other slates are promoted,
 * and that number is fixed by the design. Means over slates within groups, then over groups.
 */
function groupEffects(market: Market, reach: Reach): GroupEffects {
  const sizes = new Float64Array(market.groups);
  for (const g of market.group) sizes[g]! += 1;
  const mean = (isPromoted: boolean, saturation: number) => {
    const sums = new Float64Array(market.groups);
    const p = market.patterns[isPromoted ? 1 : 0]!;
    for (let i = 0; i < market.slates.rows; i++) {
      const j = market.slates.slateOf[i]!;
      const g = market.group[j]!;
      const promoted = Math.round(saturation * sizes[g]!);
      const others = (promoted - (isPromoted ? 1 : 0)) / (sizes[g]! - 1);
      sums[g]! += Math.min(1, (1 + reach.groups * others) * p[i]!);
    }
    return sums.map((sum, g) => sum / sizes[g]!);
  };
  const average = (values: Float64Array) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [low, high] = SATURATIONS;
  const [treatedHigh, controlHigh] = [mean(true, high), mean(false, high)];
  const [treatedLow, controlLow] = [mean(true, low), mean(false, low)];
  const overall = (treated: Float64Array, control: Float64Array, saturation: number) =>
    average(
      treated.map((value, g) => {
        const share = Math.round(saturation * sizes[g]!) / sizes[g]!;
        return share * value + (1 - share) * control[g]!;
      }),
    );
  return {
    direct: average(treatedHigh) - average(controlHigh),
    indirect: average(controlHigh) - average(controlLow),
    total: average(treatedHigh) - average(controlLow),
    overall: overall(treatedHigh, controlHigh, high) - overall(treatedLow, controlLow, low),
  };
}

/** Attention of each slate in the two-stage experiment. */
export function groupAttention(world: MonteCarloWorld, promoted: Uint8Array) {
  return attentionOf(world.market, world.reach, promoted);
}
