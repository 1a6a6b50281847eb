/** Experiments that one could run in a market of slates, each with the estimators that people use with it. */
import type { Random } from "../../stats/random";
import type { Design } from "../design";
import {
  bernoulli,
  clusterRandomization,
  completeRandomization,
  twoStageRandomization,
} from "../designs";
import { bits, type Market, type Patterns } from "./market";

/** What a design draws: who is promoted, and what the analyst knows of how it was drawn. */
export interface MarketDraw {
  readonly patterns: Patterns;
  /** 1 on slates of the treatment, 0 on those of the control; a slate with some items promoted has neither (2). */
  readonly arm: Uint8Array;
  /** Probability of a slate's being fully promoted, and of its being left alone, where all slates have the same. */
  readonly promotedProbability?: number;
  readonly controlProbability?: number;
  /** Budget pot of each slate, where the budget is split. */
  readonly pot?: Uint8Array;
  /** Stratum of high and low saturation of each slate (1 and 0), where there are two stages. */
  readonly saturation?: Uint8Array;
  /** 1 on slates whose day follows a day of the same arm, where days are switched. */
  readonly settled?: Uint8Array;
}

export interface MarketDesign {
  readonly name: string;
  draw(random: Random): MarketDraw;
  /** Estimators that fit the design, by their names in `MARKET_ESTIMATORS`. */
  readonly estimators: readonly MarketEstimator[];
}

/** Clicks as the experiment saw them. */
export interface MarketOutcome {
  /** Clicks of each slate. */
  readonly clicks: Float64Array;
  /** Clicks on each promotable item, in the order of `Market.eligible`. */
  readonly itemClicks: Uint8Array;
  /** Clicks expected of each slate without promotion, from earlier data: a covariate. */
  readonly expected: Float64Array;
}

/** Estimates of the global effect, in clicks per slate. NaN where a draw leaves an arm empty. */
export const MARKET_ESTIMATORS = {
  "item difference x items": itemDifference,
  "slope on promoted items": doseSlope,
  "difference in means": differenceInMeans,
  "adjusted difference (Lin)": adjusted,
  "Horvitz-Thompson": (market, draw, outcome) => weighted(market, draw, outcome, false),
  Hajek: (market, draw, outcome) => weighted(market, draw, outcome, true),
  "two-stage total effect": twoStageTotal,
  "difference on settled days": settledDifference,
} as const satisfies Record<string, Estimator>;

export type MarketEstimator = keyof typeof MARKET_ESTIMATORS;

type Estimator = (market: Market, draw: MarketDraw, outcome: MarketOutcome) => number;

/**
 * All designs of the study, half of the slates (or items) promoted in expectation, up to rounding.
 * Sources: whole groups, Ugander, Karrer, Backstrom and Kleinberg 2013, doi:10.1145/2487575.2487695; two stages, Hudgens and
 * Halloran 2008, doi:10.1198/016214508000000292; budget split, Liu, Mao and Kang 2021, doi:10.1145/3447548.3467193; switched
 * days, Bojinov, Simchi-Levi and Zhao 2023, doi:10.1287/mnsc.2022.4583.
 */
export function marketDesigns(market: Market): MarketDesign[] {
  const { count } = market.slates;
  const half = Math.round(count / 2);
  const usual = [
    "difference in means",
    "adjusted difference (Lin)",
    "Horvitz-Thompson",
    "Hajek",
  ] as const;
  const slateDesign = (name: string, design: Design, probability: number): MarketDesign => ({
    name,
    draw: (random) => ({
      ...slateDraw(market, design.draw(random)),
      promotedProbability: probability,
      controlProbability: 1 - probability,
    }),
    estimators: usual,
  });
  const halfOfGroups = Math.round(market.groups / 2);
  const groups = clusterRandomization(market.group, { treated: halfOfGroups });
  return [
    itemDesign(market),
    slateDesign("slates, a coin each", bernoulli(count, { p: 0.5 }), 0.5),
    slateDesign(
      "slates, exactly half",
      completeRandomization(count, { treated: half }),
      half / count,
    ),
    slateDesign("user groups", groups, halfOfGroups / market.groups),
    twoStageDesign(market),
    budgetSplitDesign(market),
    switchbackDesign(market),
  ];
}

function slateDraw(market: Market, treated: Uint8Array): MarketDraw {
  const full = 2 ** market.items - 1;
  return { patterns: treated.map((is) => is * full), arm: treated };
}

/** Every promotable item has a coin of its own: the A/B test over items. */
function itemDesign(market: Market): MarketDesign {
  const { items, slates } = market;
  const design = bernoulli(slates.count * items, { p: 0.5 });
  return {
    name: "items, a coin each",
    estimators: ["item difference x items", "slope on promoted items", "Horvitz-Thompson", "Hajek"],
    draw(random) {
      const coins = design.draw(random);
      const patterns = new Uint8Array(slates.count);
      for (let k = 0; k < coins.length; k++) {
        patterns[Math.floor(k / items)]! += coins[k]! << (k % items);
      }
      const full = 2 ** items - 1;
      return {
        patterns,
        arm: patterns.map((pattern) => (pattern === full ? 1 : pattern === 0 ? 0 : 2)),
        promotedProbability: 0.5 ** items,
        controlProbability: 0.5 ** items,
      };
    },
  };
}

/** Half of the user groups have most slates promoted, half have few. */
const SATURATIONS = [0.1, 0.9] as const;

function twoStageDesign(market: Market): MarketDesign {
  const low = Math.floor(market.groups / 2);
  const design = twoStageRandomization(market.group, {
    saturations: SATURATIONS,
    groups: [low, market.groups - low],
  });
  return {
    name: `user groups, ${SATURATIONS.map((s) => `${100 * s} %`).join(" or ")} of slates`,
    estimators: ["difference in means", "two-stage total effect"],
    draw(random) {
      const { arm, assignment } = design.drawWithArms(random);
      const saturation = Uint8Array.from(market.group, (g) => arm[g]!);
      return { ...slateDraw(market, assignment), saturation };
    },
  };
}

/** Slates are split into two halves, each with half of the budget; one half promotes. */
function budgetSplitDesign(market: Market): MarketDesign {
  const { count } = market.slates;
  const design = completeRandomization(count, { treated: Math.round(count / 2) });
  return {
    name: "budget split",
    estimators: ["difference in means"],
    draw(random) {
      const treated = design.draw(random);
      return { ...slateDraw(market, treated), pot: treated };
    },
  };
}

/** Whole days are switched on and off, exactly half of them on. */
function switchbackDesign(market: Market): MarketDesign {
  const { day, days } = market;
  const design = completeRandomization(days, { treated: Math.round(days / 2) });
  return {
    name: "switchback over days",
    estimators: ["difference in means", "difference on settled days"],
    draw(random) {
      const on = design.draw(random);
      const treated = Uint8Array.from(day, (d) => on[d]!);
      const settled = Uint8Array.from(day, (d) => (d > 0 && on[d - 1] === on[d] ? 1 : 0));
      return { ...slateDraw(market, treated), settled };
    },
  };
}

/** Promotable items in a slate times (click rate of promoted minus click rate of other promotable items). */
function itemDifference(
  { items }: Market,
  { patterns }: MarketDraw,
  { itemClicks }: MarketOutcome,
): number {
  const clicks = [0, 0];
  const shown = [0, 0];
  for (let k = 0; k < itemClicks.length; k++) {
    const is = (patterns[Math.floor(k / items)]! >> (k % items)) & 1;
    clicks[is]! += itemClicks[k]!;
    shown[is]! += 1;
  }
  return items * (clicks[1]! / shown[1]! - clicks[0]! / shown[0]!);
}

/** Slope of a slate's clicks on its number of promoted items, times all of them. */
function doseSlope({ items }: Market, { patterns }: MarketDraw, { clicks }: MarketOutcome): number {
  return items * slope(Float64Array.from(patterns, bits), clicks);
}

function slope(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xy, xx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    xx += (x[i]! - meanX) ** 2;
  }
  return xy / xx;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function differenceInMeans(_: Market, { arm }: MarketDraw, { clicks }: MarketOutcome): number {
  return meanWhere(clicks, (j) => arm[j] === 1) - meanWhere(clicks, (j) => arm[j] === 0);
}

/** Lin's interacted regression on one covariate: a line in each arm, read off at the mean of all slates. */
function adjusted(_: Market, { arm }: MarketDraw, { clicks, expected }: MarketOutcome): number {
  const center = mean(expected);
  const at = (wanted: number) => {
    const own = Array.from(arm.keys()).filter((j) => arm[j] === wanted);
    const x = Float64Array.from(own, (j) => expected[j]!);
    const y = Float64Array.from(own, (j) => clicks[j]!);
    return mean(y) + slope(x, y) * (center - mean(x));
  };
  return at(1) - at(0);
}

/** Slates fully promoted and slates left alone, weighted by the inverse of their probabilities. */
function weighted(
  market: Market,
  draw: MarketDraw,
  { clicks }: MarketOutcome,
  hajek: boolean,
): number {
  const of = (wanted: number, probability: number) => {
    let [sum, weight] = [0, 0];
    for (let j = 0; j < clicks.length; j++) {
      if (draw.arm[j] !== wanted) continue;
      sum += clicks[j]! / probability;
      weight += 1 / probability;
    }
    return sum / (hajek ? weight : market.slates.count);
  };
  return of(1, draw.promotedProbability!) - of(0, draw.controlProbability!);
}

/**
 * Promoted slates in groups of high saturation minus slates left alone in groups of low saturation. Its bias for the global
 * effect is what remains between the saturations and 0 and 1.
 */
function twoStageTotal(
  _: Market,
  { arm, saturation }: MarketDraw,
  { clicks }: MarketOutcome,
): number {
  const high = meanWhere(clicks, (j) => arm[j] === 1 && saturation![j] === 1);
  return high - meanWhere(clicks, (j) => arm[j] === 0 && saturation![j] === 0);
}

/** Only days that follow a day of the same arm: the day after a switch still feels the other arm. */
function settledDifference(
  _: Market,
  { arm, settled }: MarketDraw,
  { clicks }: MarketOutcome,
): number {
  const on = meanWhere(clicks, (j) => arm[j] === 1 && settled![j] === 1);
  return on - meanWhere(clicks, (j) => arm[j] === 0 && settled![j] === 1);
}

function meanWhere(values: Float64Array, is: (j: number) => boolean): number {
  let [sum, count] = [0, 0];
  for (let j = 0; j < values.length; j++) {
    if (!is(j)) continue;
    sum += values[j]!;
    count++;
  }
  return sum / count;
}
