/** How likely an item is clicked, given who is promoted: what click models have in common. */
import type { Random } from "../../stats/random";
import { largestSlate, visibilityTable } from "./ranking";
import type { Slates } from "./slates";

/** A model of the clicks in every slate. All models are built for certain slates. */
export interface ClickModel {
  readonly name: string;
  /**
   * Probability that each row is clicked under a promotion, N values in [0, 1].
   * @param promoted  1 on promoted rows, 0 on others, N values
   * @throws Error for anything else
   */
  probabilities(promoted: Uint8Array): Float64Array;
  /** One draw of the clicks, 0 or 1, N values, with the model's own dependence within a slate. */
  draw(promoted: Uint8Array, random: Random): Uint8Array;
}

/** Coefficients of the linear predictor eta and the bounds of the published model, with their published values. */
export interface ClickCoefficients {
  readonly intercept: number;
  /** Per star above `relevanceCentre`. */
  readonly relevance: number;
  readonly relevanceCentre: number;
  /** Per unit of visibility v(k). */
  readonly visibility: number;
  /** Exponent of the position discount, 0 or more: v(k) = (1 / log2(k + 1))^decay. */
  readonly decay: number;
  readonly userLikedRate: number;
  readonly itemLikedRate: number;
  /** Per standard deviation of ln(1 + ratings of the item). */
  readonly popularity: number;
  /** Added for a promoted item, beside its gain in visibility. */
  readonly direct: number;
  /** Added for each promoted item of the slate, on the other items. */
  readonly sameSlate: number;
  /** Added for each promoted item that the item competes with. */
  readonly sameCluster: number;
  /** Added for each promoted item that passes the item. */
  readonly displaced: number;
  /** Bounds of the probability. */
  readonly floor: number;
  readonly ceiling: number;
}

export const PUBLISHED_COEFFICIENTS: ClickCoefficients = {
  intercept: -2.75,
  relevance: 0.78,
  relevanceCentre: 3.5,
  visibility: 1.15,
  decay: 1,
  userLikedRate: 0.35,
  itemLikedRate: 0.25,
  popularity: 0.1,
  direct: 0.2,
  sameSlate: -0.08,
  sameCluster: -0.24,
  displaced: -0.1,
  floor: 0.01,
  ceiling: 0.95,
};

/** The published coefficients with some of them changed. @throws Error for an unknown name or a value out of range */
export function clickCoefficients(changes: Partial<ClickCoefficients> = {}): ClickCoefficients {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(PUBLISHED_COEFFICIENTS, name)) {
      throw new Error(
        `There is no coefficient ${name}. There are ${Object.keys(PUBLISHED_COEFFICIENTS).join(", ")}.`,
      );
    }
    if (!Number.isFinite(value)) throw new Error(`Coefficient ${name} is ${value}, not a number.`);
  }
  const coefficients = { ...PUBLISHED_COEFFICIENTS, ...changes };
  const { decay, floor, ceiling } = coefficients;
  if (decay < 0) throw new Error(`The decay of visibility is 0 or more, not ${decay}.`);
  if (!(floor >= 0 && floor < ceiling && ceiling <= 1)) {
    throw new Error(
      `Bounds of a probability are 0 <= floor < ceiling <= 1, not ${floor}, ${ceiling}.`,
    );
  }
  return coefficients;
}

/** ln(1 + ratings) of each row's item; a missing count is taken as 0. */
export function logPopularity(slates: Slates): Float64Array {
  const log = new Float64Array(slates.rows);
  for (let i = 0; i < slates.rows; i++) {
    const count = slates.items.ratingCount[i]!;
    log[i] = Number.isNaN(count) ? 0 : Math.log1p(count);
  }
  return log;
}

/**
 * Standardized popularity of each row: z-score over all rows (standard deviation with n - 1) of ln(1 + ratings). A missing
 * count is taken as 0; where all rows are alike every value is 0.
 */
export function popularityScore(slates: Slates): Float64Array {
  const score = logPopularity(slates);
  const mean = average(score);
  let squares = 0;
  for (const value of score) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / (score.length - 1));
  for (let i = 0; i < score.length; i++) {
    score[i] = deviation > 0 ? (score[i]! - mean) / deviation : 0;
  }
  return score;
}

/** What `contextScore` weighs, N values each. It does not depend on coefficients, so it is worked out once for the same slates. */
interface Context {
  readonly user: Float64Array;
  readonly item: Float64Array;
  readonly popularity: Float64Array;
}

const contexts = new WeakMap<Slates, Context>();

function contextOf(slates: Slates): Context {
  const known = contexts.get(slates);
  if (known) return known;
  const userRate = new Float64Array(slates.rows);
  for (let i = 0; i < slates.rows; i++) userRate[i] = slates.users.likedRate[slates.slateOf[i]!]!;
  const made = {
    user: centred(userRate),
    item: centred(slates.items.likedRate),
    popularity: popularityScore(slates),
  };
  contexts.set(slates, made);
  return made;
}

/** Values minus their mean; 0 where one is missing. */
function centred(values: Float64Array): Float64Array {
  const mean = average(values);
  return values.map((value) => (Number.isNaN(value) ? 0 : value - mean));
}

/**
 * The part of eta that no promotion changes:
 *
 *     intercept + relevance (R - centre) + userLikedRate (U - mean U) + itemLikedRate (M - mean M) + popularity P
 *
 * with R the stars, U the user's and M the item's share of likes, P `popularityScore`; means over all rows. A missing U or
 * M is taken as its mean.
 */
export function contextScore(slates: Slates, c: ClickCoefficients): Float64Array {
  const { user, item, popularity } = contextOf(slates);
  const { relevance } = slates.items;
  const score = new Float64Array(slates.rows);
  for (let i = 0; i < slates.rows; i++) {
    score[i] =
      c.intercept +
      c.relevance * (relevance[i]! - c.relevanceCentre) +
      c.userLikedRate * user[i]! +
      c.itemLikedRate * item[i]! +
      c.popularity * popularity[i]!;
  }
  return score;
}

/** Mean of the values that are there; 0 where none is. */
function average(values: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    known++;
  }
  return known === 0 ? 0 : sum / known;
}

/** v(k) for all positions of these slates, with k as index. */
export function visibilityOf(slates: Slates, { decay }: ClickCoefficients): Float64Array {
  return visibilityTable(largestSlate(slates), decay);
}

export function logistic(eta: number): number {
  return 1 / (1 + Math.exp(-eta));
}

/** Clicks that are independent given their probabilities. */
export function independentClicks(probabilities: Float64Array, random: Random): Uint8Array {
  const clicks = new Uint8Array(probabilities.length);
  for (let i = 0; i < clicks.length; i++) if (random.uniform() < probabilities[i]!) clicks[i] = 1;
  return clicks;
}

/** Mean over slates of the clicks expected under a promotion. */
export function clicksPerSlate(model: ClickModel, slates: Slates, promoted: Uint8Array): number {
  let sum = 0;
  for (const p of model.probabilities(promoted)) sum += p;
  return sum / slates.count;
}

/**
 * The model of a family, told apart by its intercept, that expects `target` clicks a slate when nothing is promoted.
 * Bisection on [-20, 20] to 1e-9 clicks; the expected clicks must rise with the intercept.
 * @throws Error when the family cannot reach the target
 */
export function calibratedModel(
  family: (intercept: number) => ClickModel,
  slates: Slates,
  target: number,
): ClickModel {
  const nobody = new Uint8Array(slates.rows);
  const clicks = (intercept: number) => clicksPerSlate(family(intercept), slates, nobody);
  let [low, high] = [-20, 20];
  if (!(clicks(low) <= target && target <= clicks(high))) {
    throw new Error(
      `No intercept gives ${target} clicks a slate: the model reaches ${clicks(low).toFixed(3)} to ${clicks(high).toFixed(3)}.`,
    );
  }
  for (;;) {
    const middle = (low + high) / 2;
    const reached = clicks(middle);
    if (Math.abs(reached - target) < 1e-9 || high - low < 1e-12) return family(middle);
    if (reached < target) low = middle;
    else high = middle;
  }
}
