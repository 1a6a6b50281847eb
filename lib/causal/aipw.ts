/** Augmented inverse probability weighting: the average effect from doubly robust scores, cross-fitted. */
import {
  type CausalData,
  type CrossFit,
  type CrossFitOptions,
  crossFit,
  isLearner,
} from "./crossFit";
import type { Estimate } from "./estimate";
import { scoreMean } from "./scoreMean";

export interface AipwOptions extends CrossFitOptions {
  /** Bounds that a learned propensity is clipped to. Default [0.01, 0.99]. A known one is never clipped. */
  readonly clip?: readonly [number, number];
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  readonly estimand?: string;
  /** Rows left out before. Default 0. */
  readonly dropped?: number;
}

export interface AipwEstimate extends Estimate {
  /** One a row; the estimate is their mean. */
  readonly scores: Float64Array;
  readonly m1: Float64Array;
  readonly m0: Float64Array;
  /** After clipping. */
  readonly e: Float64Array;
  readonly fold: Int32Array;
  /** Rows whose propensity was clipped. */
  readonly clipped: number;
}

export interface ScoreInput {
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  readonly m1: ArrayLike<number>;
  readonly m0: ArrayLike<number>;
  readonly e: ArrayLike<number>;
}

/**
 * The doubly robust score of each row's effect,
 *
 *     m1 - m0 + T (y - m1) / e - (1 - T) (y - m0) / (1 - e):
 *
 * its expectation given the covariates is the effect there if either m1 and m0 or e are right.
 * Source: Robins, Rotnitzky and Zhao 1994, doi:10.1080/01621459.1994.10476818.
 */
export function aipwScores({ treatment, outcome, m1, m0, e }: ScoreInput): Float64Array {
  return Float64Array.from({ length: outcome.length }, (_, i) => {
    const [y, p] = [outcome[i]!, e[i]!];
    const correction = treatment[i] === 1 ? (y - m1[i]!) / p : -(y - m0[i]!) / (1 - p);
    return m1[i]! - m0[i]! + correction;
  });
}

/**
 * The average effect of the treatment: the mean of {@link aipwScores} with cross-fitted m1, m0 and, unless it is known, e.
 * With clusters the folds are whole clusters and the standard error is clustered; see `scoreMean` for it and `crossFit` for
 * the models. In an experiment give the probability of treatment: then no model has to be right, they only make the interval
 * shorter.
 * Source: Chernozhukov et al. 2018, doi:10.1111/ectj.12097, sections 3 and 5.1.
 * @throws Error as `crossFit`, and for impossible clip bounds or levels
 */
export function aipw(data: CausalData, options: AipwOptions): AipwEstimate {
  const { clip = [0.01, 0.99], level, dropped } = options;
  checkClip(clip);
  const fitted = crossFit(data, options);
  const { e, clipped } = clippedPropensity(fitted, clip);
  const scores = aipwScores({ ...data, ...fitted, e });
  const warnings = [...fitted.warnings];
  if (clipped > 0) {
    warnings.push(
      `${clipped} of ${scores.length} propensities were clipped to [${clip.join(", ")}]: overlap is poor`,
    );
  }
  const mean = scoreMean(scores, {
    estimand: options.estimand ?? "average effect of the treatment",
    method: methodOf(options, fitted.folds, clip),
    cluster: data.cluster,
    level,
    dropped,
    warnings,
  });
  return { ...mean, scores, m1: fitted.m1, m0: fitted.m0, e, fold: fitted.fold, clipped };
}

export function methodOf(
  { outcome, propensity }: CrossFitOptions,
  folds: number,
  clip: readonly [number, number],
): string {
  const ofTreatment = isLearner(propensity)
    ? `propensity by ${propensity.name}, clipped to [${clip.join(", ")}]`
    : "known propensity";
  return `AIPW, ${folds} folds; outcomes by ${outcome.name}; ${ofTreatment}`;
}

/** A known propensity stays as it is. */
export function clippedPropensity(
  { e, isPropensityKnown }: Pick<CrossFit, "e" | "isPropensityKnown">,
  [low, high]: readonly [number, number],
): { e: Float64Array; clipped: number } {
  if (isPropensityKnown) return { e, clipped: 0 };
  let clipped = 0;
  const inside = e.map((value) => {
    if (value < low || value > high) clipped++;
    return Math.min(Math.max(value, low), high);
  });
  return { e: inside, clipped };
}

export function checkClip([low, high]: readonly [number, number]): void {
  if (low > 0 && high < 1 && low < high) return;
  throw new Error(`Clip bounds are 0 < low < high < 1, not [${low}, ${high}].`);
}
