/** Are predicted effects as large as the effects? Held against doubly robust scores of rows that were not learned from. */
import { normal } from "../stats/distributions";
import { leastSquares } from "../stats/leastSquares";
import type { Estimate } from "./estimate";
import { finite } from "./panelColumns";
import { checkLevel } from "./scoreMean";

export interface PredictedEffects {
  /** Doubly robust scores. */
  readonly scores: ArrayLike<number>;
  /** Predicted effect of each row, by a model that has not seen its fold. */
  readonly predicted: ArrayLike<number>;
  readonly fold: ArrayLike<number>;
  readonly cluster?: ArrayLike<number>;
}

export interface EffectCalibration {
  /** The average effect: coefficient of 1. */
  readonly average: Estimate;
  /** Coefficient of the predicted effect: 1 where it is right, 0 where it says nothing. Null where it does not vary. */
  readonly slope: Estimate;
  /** One-sided p-value against a slope of 0: small where the prediction orders effects. */
  readonly p: number | null;
}

/**
 * The best linear predictor of the effect given its prediction: least squares of the scores on 1 and the predicted effect
 * minus its mean in the fold. It is centred in each fold, because a fold's prediction is high when the other folds' scores
 * are, and so by chance when its own are low. Errors are HC3, or clustered.
 * Source: Chernozhukov, Demirer, Duflo and Fernandez-Val 2018, arXiv:1712.04802, section 2.2 (with scores for transformed
 * outcomes, as `test_calibration` in grf).
 */
export function effectCalibration(
  effects: PredictedEffects,
  { level = 0.95 }: { readonly level?: number } = {},
): EffectCalibration {
  checkLevel(level);
  const { scores, cluster } = effects;
  const centred = centredInFolds(effects);
  const isConstant = centred.every((value) => Math.abs(value) < 1e-12);
  const fit = leastSquares(
    { outcome: scores, columns: isConstant ? {} : { predicted: centred }, cluster },
    { covariance: cluster ? "cluster" : "HC3" },
  );
  const estimate = (k: number, estimand: string, warnings: readonly string[]): Estimate => {
    const known = k < fit.names.length;
    const value = known ? fit.coefficients[k]! : Number.NaN;
    const error = known ? fit.standardErrors[k]! : Number.NaN;
    const reach = normal().quantile((1 + level) / 2, 0, 1) * error;
    return {
      estimand,
      value: finite(value),
      standardError: finite(error),
      lower: finite(value - reach),
      upper: finite(value + reach),
      level,
      method: `least squares of doubly robust scores; ${fit.covarianceType} errors, normal interval`,
      n: fit.rows,
      dropped: 0,
      clusters: fit.clusters ?? fit.rows,
      warnings,
    };
  };
  const notes = isConstant ? ["the predicted effect does not vary: nothing to calibrate"] : [];
  const slope = estimate(1, "slope of the effect on the predicted effect", notes);
  const z = slope.value === null ? Number.NaN : slope.value / slope.standardError!;
  return {
    average: estimate(0, "average effect of the treatment", []),
    slope,
    p: finite(1 - normal().cdf(z, 0, 1)),
  };
}

/** Predicted effects minus their mean in the fold. */
function centredInFolds({ predicted, fold }: PredictedEffects): Float64Array {
  const sums = new Map<number, { sum: number; rows: number }>();
  for (let i = 0; i < predicted.length; i++) {
    const { sum, rows } = sums.get(fold[i]!) ?? { sum: 0, rows: 0 };
    sums.set(fold[i]!, { sum: sum + predicted[i]!, rows: rows + 1 });
  }
  return Float64Array.from(predicted, (value, i) => {
    const { sum, rows } = sums.get(fold[i]!)!;
    return value - sum / rows;
  });
}
