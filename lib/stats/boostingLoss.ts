/** The losses that boosting lowers: squared error, and log loss of a binary outcome. */
import { sumOver } from "./compensatedSum";
import { quickExp } from "./quickExp";

/** Derivatives of the loss by the prediction, one value a row. */
export interface Derivatives {
  readonly gradient: Float64Array;
  /** Above 0. */
  readonly hessian: Float64Array;
}

export interface LossSummary {
  /** Weighted mean over the rows. */
  readonly meanLoss: number;
  /** Largest size of a gradient and of a hessian among the rows. */
  readonly largest: { readonly gradient: number; readonly hessian: number };
}

export interface BoostingLoss {
  /** The constant prediction of the least loss. */
  start(y: Float64Array, weights: Float64Array, rows: Int32Array): number;
  /** Writes the derivatives of the rows' weighted losses by the prediction. */
  derive(
    y: Float64Array,
    weights: Float64Array,
    rows: Int32Array,
    predictions: Float64Array,
    target: Derivatives,
  ): LossSummary;
  /** Turns predictions into expected outcomes, in place. */
  toOutcome(predictions: Float64Array): void;
}

/** (y - f)^2, with the derivatives of its half: f - y and 1. */
export const squaredError: BoostingLoss = {
  start: weightedMean,
  derive(y, weights, rows, predictions, { gradient, hessian }) {
    let loss = 0;
    let total = 0;
    let [mostGradient, mostHessian] = [0, 0];
    for (let k = 0; k < rows.length; k++) {
      const i = rows[k]!;
      const h = weights[i]!;
      const error = predictions[i]! - y[i]!;
      const g = h * error;
      gradient[i] = g;
      hessian[i] = h;
      loss += g * error;
      total += h;
      mostGradient = Math.max(mostGradient, Math.abs(g));
      mostHessian = Math.max(mostHessian, h);
    }
    return { meanLoss: loss / total, largest: { gradient: mostGradient, hessian: mostHessian } };
  },
  toOutcome() {},
};

/** Below this a product of probabilities is turned into its logarithm before it vanishes. */
const SMALL = 1e-150;

/** -y ln p - (1 - y) ln(1 - p) with p = 1 / (1 + exp(-f)): derivatives p - y and p (1 - p). */
export const logLoss: BoostingLoss = {
  start(y, weights, rows) {
    const mean = weightedMean(y, weights, rows);
    return Math.log(mean / (1 - mean));
  },
  derive(y, weights, rows, predictions, { gradient, hessian }) {
    let loss = 0;
    let total = 0;
    let [mostGradient, mostHessian] = [0, 0];
    // One logarithm for many rows of the same weight: the logarithm of their product.
    let product = 1;
    let weight = weights[rows[0]!]!;
    for (let k = 0; k < rows.length; k++) {
      const i = rows[k]!;
      const own = weights[i]!;
      const sign = 2 * y[i]! - 1;
      const f = sign * predictions[i]!;
      /** Probability of the outcome that came. */
      const q = 1 / (1 + quickExp(-f));
      const g = own * (1 - q);
      const h = g * q;
      gradient[i] = -sign * g;
      hessian[i] = h;
      total += own;
      mostGradient = Math.max(mostGradient, g);
      mostHessian = Math.max(mostHessian, h);
      if (own !== weight || product < SMALL) {
        loss -= weight * Math.log(product);
        product = 1;
        weight = own;
      }
      if (q < SMALL) loss -= own * f;
      else product *= q;
    }
    return {
      meanLoss: (loss - weight * Math.log(product)) / total,
      largest: { gradient: mostGradient, hessian: mostHessian },
    };
  },
  toOutcome(predictions) {
    for (let i = 0; i < predictions.length; i++) {
      predictions[i] = 1 / (1 + Math.exp(-predictions[i]!));
    }
  },
};

function weightedMean(y: Float64Array, weights: Float64Array, rows: Int32Array): number {
  const n = rows.length;
  const sum = sumOver(n, (k) => weights[rows[k]!]! * y[rows[k]!]!);
  return sum / sumOver(n, (k) => weights[rows[k]!]!);
}
