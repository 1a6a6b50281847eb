/** How strong an unmeasured binary confounder would have to be to move an effect to nothing, or to its interval's end. */
import type { EffectInterval } from "./eValue";

export type TippingMeasure = "difference in means" | "risk ratio";

/** A confounder U that is 0 or 1, given the measured covariates. */
export interface BinaryConfounder {
  /** Share of rows with U = 1 among the treated, and among the untreated. */
  readonly treated: number;
  readonly untreated: number;
  /**
   * What U does to the outcome, in both arms alike: for a difference in means the mean outcome at U = 1 minus that at U = 0, in
   * the outcome's unit; for a risk ratio the ratio of the two risks, above 0.
   */
  readonly effect: number;
}

export interface AdjustedInterval {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Taken off the estimate (difference), or what it was divided by (ratio). */
  readonly bias: number;
}

/**
 * The bias of an effect that does not know U:
 *
 *     difference   effect (treated - untreated)
 *     risk ratio   (1 + treated (effect - 1)) / (1 + untreated (effect - 1))
 *
 * Sources: Bross 1966, doi:10.1016/0021-9681(66)90062-2; Schneeweiss 2006, doi:10.1002/pds.1200 (array approach);
 * VanderWeele and Arah 2011, doi:10.1097/EDE.0b013e3181f74493 (differences).
 * @throws Error for shares outside [0, 1], or a ratio that is not above 0
 */
export function confoundingBias(confounder: BinaryConfounder, measure: TippingMeasure): number {
  const { treated, untreated, effect } = confounder;
  for (const share of [treated, untreated]) {
    if (!(share >= 0 && share <= 1)) throw new Error(`A share lies in [0, 1], unlike ${share}.`);
  }
  if (isRatio(measure)) {
    if (!(effect > 0 && Number.isFinite(effect))) {
      throw new Error(`A confounder's risk ratio lies above 0, unlike ${effect}.`);
    }
    return (1 + treated * (effect - 1)) / (1 + untreated * (effect - 1));
  }
  if (!Number.isFinite(effect)) throw new Error(`A confounder's effect is ${effect}, no number.`);
  return effect * (treated - untreated);
}

/**
 * Estimate and interval without the bias of such a confounder. The confounder is taken as known: the interval keeps its width
 * (a ratio's: its width in logarithms).
 */
export function withoutConfounder(
  effect: EffectInterval,
  confounder: BinaryConfounder,
  measure: TippingMeasure,
): AdjustedInterval {
  const { value, lower = null, upper = null } = checked(effect, measure);
  const bias = confoundingBias(confounder, measure);
  const move = (number: number) => (isRatio(measure) ? number / bias : number - bias);
  return {
    value: move(value),
    lower: lower === null ? null : move(lower),
    upper: upper === null ? null : move(upper),
    bias,
  };
}

export interface TippingOptions {
  readonly measure: TippingMeasure;
  /** What the effect is moved to. Default: no effect, 0 or 1. */
  readonly target?: number;
}

export interface TippingPoint {
  /** What U would have to do to the outcome for the estimate to be at the target; null where no U with these shares can. */
  readonly estimate: number | null;
  /** The same for the end of the interval that is nearer to the target; null also where the interval contains it already. */
  readonly limit: number | null;
}

/**
 * The effect of a binary confounder of given shares that is just enough to move the estimate, or its interval's nearer end,
 * to the target: for a number a and the target b
 *
 *     difference   (a - b) / (treated - untreated)
 *     risk ratio   1 + (a / b - 1) / (treated - (a / b) untreated), where that is above 0
 */
export function tippingPoint(
  effect: EffectInterval,
  shares: Pick<BinaryConfounder, "treated" | "untreated">,
  { measure, target = nothing(measure) }: TippingOptions,
): TippingPoint {
  const { value } = checked(effect, measure);
  const near = nearEnd(effect, value, target);
  const isInside = near !== null && (value > target ? near <= target : near >= target);
  confoundingBias({ ...shares, effect: 1 }, measure);
  return {
    estimate: needed(value, target, shares, measure),
    limit: near === null || isInside ? null : needed(near, target, shares, measure),
  };
}

export interface ConfounderArrayOptions extends TippingOptions {
  /** Share among the untreated. Default 0.2. */
  readonly untreated?: number;
  /** Shares among the treated, from left to right. Default 0 to 1 by 0.1. */
  readonly treated?: readonly number[];
  /** Effects of U on the outcome, from the bottom up. Default: 9 from nothing to twice what a share of 1 would need. */
  readonly effects?: readonly number[];
}

export type ConfounderArrayRow = {
  readonly treated_share: number;
  readonly untreated_share: number;
  readonly confounder_effect: number;
  readonly bias: number;
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
  /** What is left: the sign of the estimate against the target, and whether its interval keeps off it. */
  readonly verdict: "holds" | "not significant" | "sign changes" | "sign changes, significant";
};

/**
 * The estimate without confounders of many sizes, the strongest effect first: for a heatmap with
 * `row: "confounder_effect"`, `column: "treated_share"`, `value: "value"`, the target as `center`, and a `signLine` where the
 * estimate changes sides. Rows with the same share in both arms change nothing.
 * Source: Schneeweiss 2006, doi:10.1002/pds.1200.
 */
export function confounderArray(
  effect: EffectInterval,
  options: ConfounderArrayOptions,
): ConfounderArrayRow[] {
  const { measure, target = nothing(measure), untreated = 0.2 } = options;
  const treated = options.treated ?? Array.from({ length: 11 }, (_, k) => k / 10);
  const effects = options.effects ?? defaultEffects(effect, measure, target, untreated);
  const { value } = checked(effect, measure);
  return [...effects].reverse().flatMap((strength) =>
    treated.map((share) => {
      const confounder = { treated: share, untreated, effect: strength };
      const left = withoutConfounder(effect, confounder, measure);
      return {
        treated_share: share,
        untreated_share: untreated,
        confounder_effect: strength,
        bias: left.bias,
        value: left.value,
        lower: left.lower,
        upper: left.upper,
        verdict: verdictOf(left, value, target),
      };
    }),
  );
}

export type FrontierRow = {
  readonly treated_share: number;
  readonly untreated_share: number;
  /** Effect of U that is just enough for the estimate, and for the end of the interval; null where none is. */
  readonly effect_for_estimate: number | null;
  readonly effect_for_limit: number | null;
};

/** {@link tippingPoint} for many shares among the treated: the line beyond which the conclusion is gone. */
export function tippingFrontier(
  effect: EffectInterval,
  options: Omit<ConfounderArrayOptions, "effects">,
): FrontierRow[] {
  const { untreated = 0.2 } = options;
  const shares = options.treated ?? Array.from({ length: 21 }, (_, k) => k / 20);
  return shares.map((treated) => {
    const point = tippingPoint(effect, { treated, untreated }, options);
    return {
      treated_share: treated,
      untreated_share: untreated,
      effect_for_estimate: point.estimate,
      effect_for_limit: point.limit,
    };
  });
}

function isRatio(measure: TippingMeasure): boolean {
  if (measure === "risk ratio") return true;
  if (measure === "difference in means") return false;
  throw new Error(`There is no measure ${measure}. Use "difference in means" or "risk ratio".`);
}

function nothing(measure: TippingMeasure): number {
  return isRatio(measure) ? 1 : 0;
}

function checked(
  effect: EffectInterval,
  measure: TippingMeasure,
): EffectInterval & { readonly value: number } {
  const { value } = effect;
  const ends = [effect.lower, effect.upper].filter((end) => typeof end === "number");
  if (value === null || !Number.isFinite(value)) {
    throw new Error(`There is no tipping point of the estimate ${value}: it needs a number.`);
  }
  const wrong = [value, ...ends].find((number) => isRatio(measure) && !(number! > 0));
  if (wrong !== undefined) throw new Error(`A risk ratio lies above 0, unlike ${wrong}.`);
  return { ...effect, value };
}

function nearEnd(effect: EffectInterval, value: number, target: number): number | null {
  if (value === target) return null;
  return (value > target ? effect.lower : effect.upper) ?? null;
}

function needed(
  from: number,
  target: number,
  { treated, untreated }: Pick<BinaryConfounder, "treated" | "untreated">,
  measure: TippingMeasure,
): number | null {
  if (!isRatio(measure)) {
    return treated === untreated ? null : (from - target) / (treated - untreated);
  }
  const bias = from / target;
  const room = treated - bias * untreated;
  if (bias === 1) return 1;
  const effect = 1 + (bias - 1) / room;
  return room !== 0 && effect > 0 && Number.isFinite(effect) ? effect : null;
}

/** A harmless confounder at the bottom, at the top twice what one needs that all the treated have. */
function defaultEffects(
  effect: EffectInterval,
  measure: TippingMeasure,
  target: number,
  untreated: number,
): number[] {
  const { value } = checked(effect, measure);
  const enough = needed(value, target, { treated: 1, untreated }, measure);
  if (enough === null || enough === nothing(measure)) {
    throw new Error(
      `No confounder with a share of ${untreated} among the untreated moves ${value} to ${target}. Pass { effects }.`,
    );
  }
  const steps = Array.from({ length: 9 }, (_, k) => k / 4);
  const numbers = steps.map((k) => (isRatio(measure) ? enough ** k : k * enough));
  return numbers.map((number) => Number(number.toPrecision(3)));
}

function verdictOf(
  { value, lower, upper }: AdjustedInterval,
  before: number,
  target: number,
): ConfounderArrayRow["verdict"] {
  const side = (number: number) => Math.sign(number - target);
  const isSignificant = lower !== null && upper !== null && side(lower) * side(upper) > 0;
  if (side(value) === side(before)) return isSignificant ? "holds" : "not significant";
  return isSignificant ? "sign changes, significant" : "sign changes";
}
