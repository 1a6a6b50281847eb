/** A market of slates in which promotions reach beyond their own slate: through user groups, over days, by a shared budget. */
import { type Random, random } from "../../stats/random";
import { sampleWithoutReplacement, shuffle } from "../../stats/randomTables";
import type { ClickModel } from "./clickModel";
import { logisticClicks } from "./logisticClicks";
import { eligibleRows } from "./slateExposures";
import type { Slates } from "./slates";

/** How far promotions reach beyond their slate. Both factors 0 and the full budget: not at all. */
export interface Reach {
  readonly name: string;
  /**
   * Attention to a slate is multiplied by 1 + groups * share, with the share of the group's other slates that are promoted
   * (a slate with some of its items promoted counts in part). -1 or more; below 0: the group has seen it already.
   */
  readonly groups: number;
  /** The same with the share of the previous day's slates. -1 or more; below 0: promotions tire. */
  readonly days: number;
  /** Promotions that can be paid for, as a share of all that could be made; beyond it each is shown less often. In (0, 1]. */
  readonly budget: number;
}

export const APART: Reach = { name: "slates apart", groups: 0, days: 0, budget: 1 };

/** The worlds of the study: no reach, one kind each, all of them. */
export const REACHES: readonly Reach[] = [
  APART,
  { ...APART, name: "user groups", groups: -0.2 },
  { ...APART, name: "carry-over", days: -0.2 },
  { ...APART, name: "shared budget", budget: 0.5 },
  { name: "all of them", groups: -0.2, days: -0.2, budget: 0.5 },
];

export interface MarketOptions {
  readonly seed: number;
  /** Items of each slate that a promotion moves. Default 3. */
  readonly items?: number;
  /** First seed position that may be promoted. Default 5. */
  readonly minPosition?: number;
  /** Slates in a user group. Default 10. */
  readonly groupSize?: number;
  /** Days over which the slates are spread evenly. Default 30. */
  readonly days?: number;
  /** Default: the published logistic model. */
  readonly model?: ClickModel;
}

export interface Market {
  readonly slates: Slates;
  /** Promotable items in each slate. */
  readonly items: number;
  /** Their rows, slate by slate: item m of slate j is row `eligible[j * items + m]`. */
  readonly eligible: Int32Array;
  /** User group and day of each slate. */
  readonly group: Int32Array;
  readonly groups: number;
  readonly day: Int32Array;
  readonly days: number;
  /** Click probabilities of all rows under each of the 2^items patterns: bit m of the pattern promotes item m. */
  readonly patterns: readonly Float64Array[];
}

/**
 * Chooses promotable items, groups and days by chance and works out every pattern's click probabilities. Groups and days
 * have as equal numbers of slates as can be.
 * @throws Error for a number of items outside 1 to 6, a group size or number of days that is no whole number from 1 on, or
 *   a slate with too few items at `minPosition` or later
 */
export function marketOf(slates: Slates, options: MarketOptions): Market {
  const { seed, items = 3, minPosition = 5, groupSize = 10, days = 30 } = options;
  const model = options.model ?? logisticClicks(slates);
  if (!(Number.isInteger(items) && items >= 1 && items <= 6)) {
    throw new Error(`Promotable items in a slate are 1 to 6, not ${items}.`);
  }
  for (const [name, value] of Object.entries({ groupSize, days })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new Error(`${name} is a whole number of 1 or more, not ${value}.`);
  }
  const draws = random(seed).fork("market");
  const eligible = drawEligible(slates, minPosition, items, draws);
  const groups = Math.max(1, Math.round(slates.count / groupSize));
  const spread = (parts: number) =>
    shuffle(
      Int32Array.from({ length: slates.count }, (_, j) => j % parts),
      draws,
    );
  const patterns = Array.from({ length: 2 ** items }, (_, pattern) => {
    const promoted = new Uint8Array(slates.rows);
    for (let j = 0; j < slates.count; j++) {
      for (let m = 0; m < items; m++) {
        if ((pattern >> m) & 1) promoted[eligible[j * items + m]!] = 1;
      }
    }
    return model.probabilities(promoted);
  });
  return {
    slates,
    items,
    eligible,
    group: spread(groups),
    groups,
    day: spread(days),
    days,
    patterns,
  };
}

function drawEligible(
  slates: Slates,
  minPosition: number,
  items: number,
  draws: Random,
): Int32Array {
  const able = eligibleRows(slates, minPosition);
  const eligible = new Int32Array(slates.count * items);
  for (let j = 0; j < slates.count; j++) {
    const rows: number[] = [];
    for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) if (able[i] === 1) rows.push(i);
    if (rows.length < items) {
      throw new Error(
        `Slate ${slates.slateId[j]} has ${rows.length} promotable items, not ${items}.`,
      );
    }
    const chosen = sampleWithoutReplacement(rows.length, items, draws);
    for (let m = 0; m < items; m++) eligible[j * items + m] = rows[chosen[m]!]!;
  }
  return eligible;
}

/** What is promoted: for each slate the pattern of its promotable items. */
export type Patterns = Uint8Array;

/** How attention and budget treat each slate under an assignment. */
export interface Attention {
  /** Factor on the click probabilities of each slate. */
  readonly factor: Float64Array;
  /** Probability that a promotion of the slate is shown. */
  readonly shown: Float64Array;
}

export interface BudgetOptions {
  /** Part that each slate belongs to, where the budget is split in equal parts; default one pot. */
  readonly pot?: Uint8Array;
}

/**
 * Attention under an assignment. Slates of the first day have no day before them.
 * @throws Error for factors of the reach below -1, or a budget outside (0, 1]
 */
export function attentionOf(
  market: Market,
  reach: Reach,
  patterns: Patterns,
  options: BudgetOptions = {},
): Attention {
  const { slates, items, group, day } = market;
  if (!(reach.groups >= -1 && reach.days >= -1 && reach.budget > 0 && reach.budget <= 1)) {
    throw new Error(
      `World "${reach.name}": groups (${reach.groups}) and days (${reach.days}) are -1 or more, the budget (${reach.budget}) is in (0, 1].`,
    );
  }
  const intensity = Float64Array.from(patterns, (pattern) => bits(pattern) / items);
  const inGroup = totalsBy(group, market.groups, intensity);
  const inDay = totalsBy(day, market.days, intensity);
  const factor = new Float64Array(slates.count);
  for (let j = 0; j < slates.count; j++) {
    const g = group[j]!;
    const others = inGroup.sizes[g]! - 1;
    const share = others > 0 ? (inGroup.sums[g]! - intensity[j]!) / others : 0;
    const before = day[j]! - 1;
    const yesterday = before >= 0 ? inDay.sums[before]! / Math.max(1, inDay.sizes[before]!) : 0;
    factor[j] = (1 + reach.groups * share) * (1 + reach.days * yesterday);
  }
  return { factor, shown: shownShares(market, reach, intensity, options.pot) };
}

/** Each pot pays for an equal part of the budget. */
function shownShares(
  { slates }: Market,
  { budget }: Reach,
  intensity: Float64Array,
  pot: Uint8Array | undefined,
): Float64Array {
  const pots = pot ? pot.reduce((most, one) => Math.max(most, one), 0) + 1 : 1;
  const asked = new Float64Array(pots);
  for (let j = 0; j < slates.count; j++) asked[pot?.[j] ?? 0]! += intensity[j]!;
  const paid = (budget * slates.count) / pots;
  return Float64Array.from(intensity, (_, j) => Math.min(1, paid / asked[pot?.[j] ?? 0]!));
}

function totalsBy(of: Int32Array, parts: number, values: Float64Array) {
  const sums = new Float64Array(parts);
  const sizes = new Float64Array(parts);
  for (let j = 0; j < of.length; j++) {
    sums[of[j]!]! += values[j]!;
    sizes[of[j]!]! += 1;
  }
  return { sums, sizes };
}

/** Number of ones in a small whole number. */
export function bits(pattern: number): number {
  let count = 0;
  for (let rest = pattern; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

/** Click probability of row i of slate j, at most 1: attention times (without promotion + what is shown of the change). */
export function marketProbability(
  market: Market,
  { factor, shown }: Attention,
  patterns: Patterns,
  i: number,
  j: number,
): number {
  const plain = market.patterns[0]![i]!;
  const promoted = market.patterns[patterns[j]!]![i]!;
  return Math.min(1, factor[j]! * (plain + shown[j]! * (promoted - plain)));
}

/**
 * The global effect (the field's global average treatment effect): expected clicks per slate when everything is promoted,
 * with all that reaches beyond the slates, minus expected clicks when nothing is.
 */
export function globalEffect(market: Market, reach: Reach): number {
  const { count } = market.slates;
  const all = new Uint8Array(count).fill(2 ** market.items - 1);
  return expectedClicks(market, reach, all) - expectedClicks(market, reach, new Uint8Array(count));
}

/** Expected clicks per slate under an assignment. */
export function expectedClicks(market: Market, reach: Reach, patterns: Patterns): number {
  const attention = attentionOf(market, reach, patterns);
  let sum = 0;
  for (let i = 0; i < market.slates.rows; i++) {
    sum += marketProbability(market, attention, patterns, i, market.slates.slateOf[i]!);
  }
  return sum / market.slates.count;
}
