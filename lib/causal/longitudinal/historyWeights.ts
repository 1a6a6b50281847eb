/** Inverse probability of treatment and censoring weights over time: products over periods, stabilized, truncated on request. */
import type { Learner } from "../../stats/learner";
import { armWarnings, censoringModel, type EventModel, treatmentModel } from "./eventModel";
import { type HistoryOptions, historyName } from "./history";
import { checkLongitudinal, isRetained, isTreatable, type Longitudinal } from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import { summaries, summaryOf, type WeightSummary, weightWarnings } from "./weightSummary";
import { type Truncation, truncateWeights } from "./weightTruncation";

/** What the probabilities of the numerator may depend on. */
export type Numerator = "treatment history" | "marginal" | "none";

export interface HistoryWeightOptions {
  /** Learns the probability of treatment, for numerator and denominator. */
  readonly treatment: Learner;
  /** Learns the probability of being lost, in panels with censoring. Default: as treatment. */
  readonly censoring?: Learner;
  /** The past in the denominator. */
  readonly history?: HistoryOptions;
  /**
   * Stabilizes by the probability given earlier treatments (default), by the share of a period (pooled: of all periods), or
   * not at all.
   */
  readonly numerator?: Numerator;
  /** Baseline covariates of a treatment-history numerator; the outcome model must then have them too. Default: none. */
  readonly numeratorBaseline?: readonly string[];
  /** Periods that a weight is a product over, ending with its own. Default: all since the first. */
  readonly window?: number;
  /** Default: none. */
  readonly truncate?: Truncation;
  /** Bounds of the probabilities in the denominator. Default: none. */
  readonly clip?: readonly [number, number];
  /** For learners that draw at random. Default 0. */
  readonly seed?: number;
}

export interface HistoryWeights {
  /** For each unit and period, after truncation; 0 from the period on in which the unit was lost. */
  readonly weights: Float64Array;
  /** Weights of the last period, one a unit. */
  readonly final: Float64Array;
  /** Before truncation. */
  readonly untruncated: Float64Array;
  /** P(A_t = 1 | past) of the denominator, for each unit and period; 0 where no treatment was possible. */
  readonly propensity: Float64Array;
  /** P(C_t = 1 | past) of the denominator, or null in panels without censoring. */
  readonly censoring: Float64Array | null;
  /** Of each period. */
  readonly summary: readonly WeightSummary[];
  /** Of all periods together. */
  readonly overall: WeightSummary;
  /** Probabilities that `clip` changed. */
  readonly clipped: number;
  readonly method: string;
  readonly warnings: readonly string[];
}

/**
 * Weights
 *
 *     w_t = prod over s of  P(A_s | numerator) / P(A_s | past)  *  P(C_s = 0 | numerator) / P(C_s = 0 | past, A_s),
 *
 * s up to t, that make a population in which the past covariates tell nothing about treatment and loss. Periods in which a
 * unit cannot be treated have no factor of treatment. A stabilized weight has the mean 1 if its models are right: the mean of
 * each period is in the summary, and a warning says where it is off by more than 0.1 (with one model for all periods: if that
 * of all periods together is).
 * Sources: Robins, Hernan and Brumback 2000, doi:10.1097/00001648-200009000-00011; Cole and Hernan 2008,
 * doi:10.1093/aje/kwn164 (stabilization and truncation).
 * @throws Error as `checkLongitudinal`, for an unknown option, in a model for each period for a period in which all or none
 *     were treated, and for a probability of 0 of what happened
 */
export function historyWeights(data: Longitudinal, options: HistoryWeightOptions): HistoryWeights {
  checkLongitudinal(data);
  return historyWeightModel(data, options).fit();
}

export interface HistoryWeightModel {
  /** @param unitWeights  how often each unit counts, such as in a bootstrap draw. Default once. */
  fit(unitWeights?: ArrayLike<number>): HistoryWeights;
}

/** The weights with their features built once, for those who fit them many times. The panel is not checked again. */
export function historyWeightModel(
  data: Longitudinal,
  options: HistoryWeightOptions,
): HistoryWeightModel {
  const { window = data.periods, truncate, numerator = "treatment history" } = options;
  checkOptions(options, data.periods);
  const models = modelsOf(data, options);
  return {
    fit(unitWeights) {
      const treatment = models.treatment.fit(unitWeights);
      const censoring = models.censoring?.fit(unitWeights);
      const above = models.treatmentNumerator?.fit(unitWeights);
      const censoringAbove = models.censoringNumerator?.fit(unitWeights);
      const { clipped } = clipInPlace(treatment.probability, data, options.clip);
      const untruncated = products(data, window, {
        treatment: treatment.probability,
        treatmentNumerator: above?.probability,
        censoring: censoring?.probability,
        censoringNumerator: censoringAbove?.probability,
      });
      const present = presence(data, unitWeights);
      const { weights, truncated, bounds } = truncateWeights(untruncated, {
        periods: data.periods,
        present,
        truncate,
        together: options.history?.pooled === true,
      });
      const summary = summaries(weights, truncated, present, data.periods);
      const overall = summaryOf(weights, truncated, present, null, weights.keys());
      const watched = options.history?.pooled ? [overall] : summary;
      const isStabilized = numerator !== "none";
      const fitted = [treatment, censoring].flatMap((model) => model?.warnings ?? []);
      return {
        weights,
        final: lastOf(weights, data),
        untruncated,
        propensity: treatment.probability,
        censoring: censoring?.probability ?? null,
        summary,
        overall,
        clipped,
        method: methodOf(data, options, bounds),
        warnings: [
          ...fitted,
          ...(options.history?.pooled && !unitWeights ? armWarnings(data) : []),
          ...(clipped > 0 ? [`${clipped} probabilities were clipped: overlap is poor`] : []),
          ...weightWarnings(watched, isStabilized),
        ],
      };
    },
  };
}

const OPTIONS = [
  "treatment",
  "censoring",
  "history",
  "numerator",
  "numeratorBaseline",
  "window",
  "truncate",
  "clip",
  "seed",
];

function checkOptions(options: HistoryWeightOptions, periods: number): void {
  checkOptionNames("historyWeights", options, OPTIONS);
  const { window = periods, numerator = "treatment history", clip } = options;
  if (!(Number.isInteger(window) && window >= 1)) {
    throw new Error(`window is a whole number from 1 on, not ${window}.`);
  }
  if (!["treatment history", "marginal", "none"].includes(numerator)) {
    throw new Error(
      `The numerator is "treatment history", "marginal" or "none", not ${JSON.stringify(numerator)}.`,
    );
  }
  if (clip && !(clip[0] > 0 && clip[0] < clip[1] && clip[1] < 1)) {
    throw new Error(`Clip bounds are 0 < low < high < 1, not [${clip.join(", ")}].`);
  }
}

interface Models {
  readonly treatment: EventModel;
  readonly treatmentNumerator?: EventModel;
  readonly censoring?: EventModel;
  readonly censoringNumerator?: EventModel;
}

function modelsOf(data: Longitudinal, options: HistoryWeightOptions): Models {
  const {
    treatment,
    censoring = treatment,
    history = {},
    numerator = "treatment history",
  } = options;
  const { seed = 0, numeratorBaseline = [] } = options;
  const bare = { covariates: [], baseline: [], lags: 0, pooled: history.pooled };
  const above: HistoryOptions =
    numerator === "marginal"
      ? { ...bare, period: "none" }
      : {
          ...history,
          covariates: [],
          baseline: numeratorBaseline,
          treatmentLags: history.treatmentLags ?? history.lags,
        };
  const isStabilized = numerator !== "none";
  const isMarginal = numerator === "marginal";
  return {
    treatment: treatmentModel(data, treatment, history, seed),
    ...(isStabilized ? { treatmentNumerator: treatmentModel(data, treatment, above, seed) } : {}),
    ...(data.censored ? { censoring: censoringModel(data, censoring, history, seed) } : {}),
    ...(data.censored && isStabilized
      ? {
          censoringNumerator: censoringModel(
            data,
            censoring,
            above,
            seed,
            isMarginal ? "covariates" : "treatment",
          ),
        }
      : {}),
  };
}

function clipInPlace(
  probability: Float64Array,
  data: Longitudinal,
  clip?: readonly [number, number],
): { clipped: number } {
  let clipped = 0;
  if (!clip) return { clipped };
  for (let u = 0; u < data.units; u++) {
    for (let t = 0; t < data.periods; t++) {
      if (!isTreatable(data, u, t)) continue;
      const cell = u * data.periods + t;
      const inside = Math.min(Math.max(probability[cell], clip[0]), clip[1]);
      if (inside !== probability[cell]) clipped++;
      probability[cell] = inside;
    }
  }
  return { clipped };
}

interface Probabilities {
  readonly treatment: Float64Array;
  readonly treatmentNumerator?: Float64Array;
  readonly censoring?: Float64Array;
  readonly censoringNumerator?: Float64Array;
}

function products(data: Longitudinal, window: number, of: Probabilities): Float64Array {
  const { units, periods, treatment } = data;
  const weights = new Float64Array(units * periods);
  const factors = new Float64Array(periods);
  for (let u = 0; u < units; u++) {
    for (let t = 0; t < periods && isRetained(data, u, t); t++) {
      const cell = u * periods + t;
      let factor = 1;
      if (isTreatable(data, u, t)) {
        const happened = (p: number) => (treatment[cell] === 1 ? p : 1 - p);
        const below = happened(of.treatment[cell]);
        if (!(below > 0)) throw impossible("treatment", u, t, treatment[cell], below);
        factor = (of.treatmentNumerator ? happened(of.treatmentNumerator[cell]) : 1) / below;
      }
      if (of.censoring) {
        const below = 1 - of.censoring[cell];
        if (!(below > 0)) throw impossible("censored", u, t, 0, below);
        factor *= (of.censoringNumerator ? 1 - of.censoringNumerator[cell] : 1) / below;
      }
      factors[t] = factor;
      let product = 1;
      for (let s = Math.max(0, t - window + 1); s <= t; s++) product *= factors[s];
      weights[cell] = product;
    }
  }
  return weights;
}

function impossible(what: string, u: number, t: number, value: number, p: number): Error {
  return new Error(
    `Unit ${u + 1}, period ${t + 1}: ${what} is ${value}, to which the model gives the probability ${p}. Give the weights bounds ({ clip: [0.01, 0.99] }) or use a logistic model.`,
  );
}

/** 1 for each unit that is there at the end of a period, times its weight. */
function presence(data: Longitudinal, unitWeights?: ArrayLike<number>): Float64Array {
  const { units, periods } = data;
  const present = new Float64Array(units * periods);
  for (let u = 0; u < units; u++) {
    for (let t = 0; t < periods && isRetained(data, u, t); t++) {
      present[u * periods + t] = unitWeights?.[u] ?? 1;
    }
  }
  return present;
}

function lastOf(table: Float64Array, { units, periods }: Longitudinal): Float64Array {
  return Float64Array.from({ length: units }, (_, u) => table[u * periods + periods - 1]);
}

function methodOf(
  data: Longitudinal,
  options: HistoryWeightOptions,
  bounds: string | null,
): string {
  const { treatment, history = {}, numerator = "treatment history", window } = options;
  const kind = {
    "treatment history": "stabilized by treatment history",
    marginal: "stabilized by the marginal share",
    none: "not stabilized",
  }[numerator];
  return [
    `inverse probability weights by ${treatment.name} (${historyName(history)}), ${kind}`,
    ...(data.censored ? ["with censoring weights"] : []),
    ...(window === undefined ? [] : [`product over ${window} periods`]),
    ...(options.clip ? [`probabilities clipped to [${options.clip.join(", ")}]`] : []),
    bounds ?? "not truncated",
  ].join(", ");
}
