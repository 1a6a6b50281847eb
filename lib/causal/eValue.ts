/** E-values: how strong an unmeasured confounder would have to be, on the scale of risk ratios, to explain an effect. */
import { finite } from "./panelColumns";

export type EffectMeasure =
  | "risk ratio"
  | "rate ratio"
  | "odds ratio"
  | "hazard ratio"
  | "difference in means";

/** An effect with its interval: any `Estimate` will do. */
export interface EffectInterval {
  readonly value: number | null;
  readonly lower?: number | null;
  readonly upper?: number | null;
}

export interface EValueOptions {
  readonly measure: EffectMeasure;
  /**
   * Whether the outcome is rare: below 15 % by the end of follow-up in every arm. Needed for odds and hazard ratios, which
   * then stand for the risk ratio as they are; where it is common they are converted.
   */
  readonly rareOutcome?: boolean;
  /** Standard deviation of the outcome, > 0, taken as known. Needed for a difference in means. */
  readonly outcomeSd?: number;
  /** What the effect is to be moved to, on its own scale. Default: no effect, 1 for ratios and 0 for a difference. */
  readonly target?: number;
}

/** Flat: also a row of a table. */
export type EValue = {
  readonly measure: EffectMeasure;
  /** The effect and its interval as risk ratios. */
  readonly risk_ratio: number;
  readonly risk_ratio_lower: number | null;
  readonly risk_ratio_upper: number | null;
  /** The target as a risk ratio. */
  readonly target: number;
  /** E-value of the estimate, from 1 on. */
  readonly e_value: number;
  /** E-value of the interval's end nearer to the target; 1 where the interval contains it, null without that end. */
  readonly e_value_limit: number | null;
  /** Which end that is; null where estimate and target are the same or the end is missing. */
  readonly limit: "lower" | "upper" | null;
  /** How the effect became a risk ratio. */
  readonly conversion: string;
};

/**
 * The E-value of an effect: the least risk ratio that an unmeasured confounder must have with both the treatment and the
 * outcome, given the measured covariates, to move the effect to its target. For a risk ratio RR and the target 1
 *
 *     E = RR + sqrt(RR (RR - 1)),   with 1 / RR for RR below 1,
 *
 * and for another target the same of the ratio of the two. Other effects become risk ratios first:
 *
 *     rate ratio, odds or hazard ratio of a rare outcome    as they are
 *     odds ratio, common outcome                            sqrt(OR)
 *     hazard ratio, common outcome                          (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR))
 *     difference in means                                   exp(0.91 difference / sd)
 *
 * The last three are approximations. The ends of the interval are converted as the estimate is; for a 95 % normal interval
 * of a difference that is the paper's exp(0.91 d -+ 1.78 s), which rounds 0.91 * 1.96 to 1.78.
 * Sources: VanderWeele and Ding 2017, doi:10.7326/M16-2607, table 2; Ding and VanderWeele 2016,
 * doi:10.1097/EDE.0000000000000457; Chinn 2000 for the difference; R package EValue (same numbers).
 * @throws Error for a missing estimate, a ratio that is not above 0, an interval without the estimate, an option that the
 *     measure needs and lacks, or an unknown measure
 */
export function eValue(effect: EffectInterval, options: EValueOptions): EValue {
  const { value } = effect;
  const [lower, upper] = [effect.lower ?? null, effect.upper ?? null];
  const isDifference = options.measure === "difference in means";
  const { convert, conversion } = conversionOf(options);
  if (value === null || !Number.isFinite(value)) {
    throw new Error(`There is no E-value of the estimate ${value}: it needs a number.`);
  }
  const target = options.target ?? (isDifference ? 0 : 1);
  for (const number of [value, lower, upper, target]) {
    if (number !== null && !isDifference && !(number > 0)) {
      throw new Error(`A ${options.measure} lies above 0, unlike ${number}.`);
    }
  }
  if ((lower !== null && lower > value) || (upper !== null && upper < value)) {
    throw new Error(
      `The estimate ${value} lies outside its interval from ${lower} to ${upper}: check the order of the numbers.`,
    );
  }
  const limit = value > target ? "lower" : value < target ? "upper" : null;
  const end = limit === "lower" ? lower : limit === "upper" ? upper : null;
  const isBeyond = end !== null && (limit === "lower" ? end > target : end < target);
  const goal = convert(target);
  const known = (number: number | null) => (number === null ? null : finite(convert(number)));
  const isSame = limit === null && (lower !== null || upper !== null);
  return {
    measure: options.measure,
    risk_ratio: convert(value),
    risk_ratio_lower: known(lower),
    risk_ratio_upper: known(upper),
    target: goal,
    e_value: eValueOfRatio(convert(value) / goal),
    e_value_limit:
      end !== null ? (isBeyond ? eValueOfRatio(convert(end) / goal) : 1) : isSame ? 1 : null,
    limit: end === null ? null : limit,
    conversion,
  };
}

/** RR + sqrt(RR (RR - 1)) of a risk ratio, or of its inverse where it is below 1. @param ratio  > 0 */
export function eValueOfRatio(ratio: number): number {
  if (!(ratio > 0 && Number.isFinite(ratio))) {
    throw new Error(`A risk ratio is a number above 0, not ${ratio}.`);
  }
  const away = Math.max(ratio, 1 / ratio);
  return away + Math.sqrt(away * (away - 1));
}

function conversionOf({ measure, rareOutcome, outcomeSd }: EValueOptions): {
  convert: (effect: number) => number;
  conversion: string;
} {
  const asItIs = (effect: number) => effect;
  if (measure === "risk ratio" || measure === "rate ratio") {
    return { convert: asItIs, conversion: `${measure} as it is` };
  }
  if (measure === "difference in means") {
    if (outcomeSd === undefined || !(outcomeSd > 0 && Number.isFinite(outcomeSd))) {
      throw new Error(
        `A difference in means needs the outcome's standard deviation above 0, not ${outcomeSd}. Pass { outcomeSd }.`,
      );
    }
    return {
      convert: (difference) => Math.exp((0.91 * difference) / outcomeSd),
      conversion: "approximately exp(0.91 d), d the difference in standard deviations",
    };
  }
  if (measure !== "odds ratio" && measure !== "hazard ratio") {
    throw new Error(
      `There is no measure ${measure}. Use "risk ratio", "rate ratio", "odds ratio", "hazard ratio" or "difference in means".`,
    );
  }
  if (rareOutcome === undefined) {
    throw new Error(
      `Is the outcome rare (below 15 %)? The E-value of an effect given as ${measure} depends on it: pass { rareOutcome: true } or false.`,
    );
  }
  if (rareOutcome) return { convert: asItIs, conversion: `${measure} of a rare outcome as it is` };
  if (measure === "odds ratio") {
    return { convert: Math.sqrt, conversion: "approximately sqrt(odds ratio), common outcome" };
  }
  return {
    convert: (ratio) => (1 - 0.5 ** Math.sqrt(ratio)) / (1 - 0.5 ** Math.sqrt(1 / ratio)),
    conversion: "approximately (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)), common outcome",
  };
}
