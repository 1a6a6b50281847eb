/** What every learner can do, so that an estimator takes any of them. */
import type { Features } from "./features";

export interface FitOptions {
  /** Weight of each row, 0 or more. Default: all 1. A row of weight 0 is as if it were not there. */
  readonly weights?: ArrayLike<number>;
  /** Where the learner draws at random; instead of the seed in its recipe. */
  readonly seed?: number;
}

export interface Model {
  /**
   * The expected outcome of each row; for a binary outcome its probability.
   * @param x  has the columns of the fit, by name, in any order; other columns are passed over
   */
  predict(x: Features): Float64Array;
  /** What went wrong or should be known: separation, no convergence, a dropped column. */
  readonly warnings: readonly string[];
}

/** A recipe for a model: settings chosen, data still to come. */
export interface Learner {
  /** As a method is named in a table: `boosted trees (300 of 31 leaves, rate 0.05)`. */
  readonly name: string;
  /** @param y  outcome of each row of x, without missing values */
  fit(x: Features, y: ArrayLike<number>, options?: FitOptions): Model;
}

/** What a learner is fitted to, checked. */
export interface FitInput {
  readonly outcome: Float64Array;
  /** All 1 where none were given. */
  readonly weights: Float64Array;
  /** Indices of the rows with a weight above 0, ascending. */
  readonly rows: Int32Array;
}

/**
 * Checks what was given to `fit`.
 * @throws Error for lengths that differ, an outcome or weight that is no finite number, a weight below 0, or no row of weight
 *     above 0
 */
export function fitInput(x: Features, y: ArrayLike<number>, given?: ArrayLike<number>): FitInput {
  if (y.length !== x.rows) {
    throw new Error(`There are ${y.length} outcomes for ${x.rows} rows of features.`);
  }
  if (given && given.length !== x.rows) {
    throw new Error(`There are ${given.length} weights for ${x.rows} rows of features.`);
  }
  const outcome = Float64Array.from(y);
  const weights = given ? Float64Array.from(given) : new Float64Array(x.rows).fill(1);
  const rows = new Int32Array(x.rows);
  let count = 0;
  for (let i = 0; i < x.rows; i++) {
    if (!Number.isFinite(outcome[i]!)) {
      throw new Error(`Row ${i + 1}: the outcome is ${outcome[i]}. Leave such rows out.`);
    }
    if (!(weights[i]! >= 0 && weights[i]! < Infinity)) {
      throw new Error(`Row ${i + 1}: a weight is 0 or more, but this one is ${weights[i]}.`);
    }
    if (weights[i]! > 0) rows[count++] = i;
  }
  if (count === 0) throw new Error("There is no row to learn from.");
  return { outcome, weights, rows: rows.subarray(0, count) };
}
