/** The losses that boosting lowers: squared error, and log loss of a binary outcome. */
import type { Derivatives } from "./treeGrower";

export interface BoostingLoss {
  /** The constant prediction of the least loss. */
  start(y: Float64Array, weights: Float64Array, rows: Int32Array): number;
  /** Derivatives of the rows' weighted losses by the prediction. @returns the weighted mean loss */
  derive(
    y: Float64Array,
    weights: Float64Array,
    rows: Int32Array,
    predictions: Float64Array,
    target: Derivatives,
  ): number;
  /** Turns predictions into expected outcomes, in place. */
  toOutcome(predictions: Float64Array): void;
}

/** (y - f)^2, with the derivatives of its half: f - y and 1. */
export const squaredError: BoostingLoss = {
  start: weightedMean,
  derive(y, weights, rows, predictions, { gradient, hessian }) {
    let loss = 0;
    let total = 0;
    for (let k = 0; k < rows.length; k++) {
      const i = rows[k]!;
      const weight = weights[i]!;
      const error = predictions[i]! - y[i]!;
      gradient[i] = weight * error;
      hessian[i] = weight;
      loss += weight * error * error;
      total += weight;
    }
    return loss / total;
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
    // One logarithm for many rows of the same weight: the logarithm of their product.
    let product = 1;
    let weight = weights[rows[0]!]!;
    for (let k = 0; k < rows.length; k++) {
      const i = rows[k]!;
      const own = weights[i]!;
      const sign = y[i] === 1 ? 1 : -1;
      /** Probability of the outcome that came. */
      const q = 1 / (1 + Math.exp(-sign * predictions[i]!));
      gradient[i] = own * sign * (q - 1);
      hessian[i] = own * q * (1 - q);
      total += own;
      if (own !== weight || product < SMALL) {
        loss -= weight * Math.log(product);
        product = 1;
        weight = own;
      }
      if (q < SMALL) loss -= own * sign * predictions[i]!;
      else product *= q;
    }
    return (loss - weight * Math.log(product)) / total;
  },
  toOutcome(predictions) {
    for (let i = 0; i < predictions.length; i++) {
      predictions[i] = 1 / (1 + Math.exp(-predictions[i]!));
    }
  },
};

function weightedMean(y: Float64Array, weights: Float64Array, rows: Int32Array): number {
  let sum = 0;
  let total = 0;
  for (let k = 0; k < rows.length; k++) {
    sum += weights[rows[k]!]! * y[rows[k]!]!;
    total += weights[rows[k]!]!;
  }
  return sum / total;
}
