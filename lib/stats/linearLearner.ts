/** Linear regression as a learner: least squares, or ridge regression. */
import { type Features, featureColumn } from "./features";
import { type FitInput, fitInput, type Learner, type Model } from "./learner";
import { leastSquares } from "./leastSquares";

export interface LinearLearnerOptions {
  /** Penalty of the squared coefficients, 0 or more. Default 0: least squares. */
  readonly ridge?: number;
}

export interface LinearModel extends Model {
  /** Columns with a coefficient; the others are in the warnings. */
  readonly names: readonly string[];
  /** One a name, in the columns' own units. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

export interface LinearLearner extends Learner {
  fit(...given: Parameters<Learner["fit"]>): LinearModel;
}

/**
 * A learner that predicts a + x'b with the a and b that minimize
 *
 *     sum_i w_i (y_i - a - sum_j z_ij c_j)^2 + ridge * sum_j c_j^2,   z_ij = (x_ij - mean_j) / sd_j,   b_j = c_j / sd_j,
 *
 * mean_j and sd_j weighted over the rows, sd_j with n. It is scikit-learn's Ridge(alpha = ridge) after its StandardScaler.
 * The intercept is not penalized. A column that is constant, or without a penalty determined by earlier columns, is left out
 * and named in a warning.
 * Source: Hastie, Tibshirani and Friedman 2009, *The Elements of Statistical Learning*, section 3.4.1.
 * @throws Error for an unknown option or a penalty below 0; in `fit` and `predict`, naming column and row, for a missing or
 *     infinite value: fill it or leave the row out
 */
export function linearLearner(options: LinearLearnerOptions = {}): LinearLearner {
  const unknown = Object.keys(options).filter((name) => name !== "ridge");
  if (unknown.length > 0) {
    throw new Error(`linearLearner has no option ${unknown.join(", ")}. It has ridge.`);
  }
  const { ridge = 0 } = options;
  if (!(ridge >= 0 && ridge < Infinity)) throw new Error(`ridge is 0 or more, not ${ridge}.`);
  return {
    name: ridge > 0 ? `ridge regression (penalty ${ridge})` : "least squares",
    fit: (x, y, given = {}) => fit(x, fitInput(x, y, given.weights), ridge),
  };
}

interface StandardColumn {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly z: Float64Array;
}

function fit(x: Features, { outcome, weights, rows }: FitInput, ridge: number): LinearModel {
  const n = rows.length;
  const taken = (column: Float64Array) => Float64Array.from(rows, (i) => column[i]!);
  const w = taken(weights);
  const standard: StandardColumn[] = [];
  const warnings: string[] = [];
  for (const name of x.names) {
    const column = standardized(name, taken(knownColumn(x, name)), w);
    if (column) standard.push(column);
    else warnings.push(`${name} is constant and was left out`);
  }
  const y = taken(outcome);
  const mean = weightedMean(y, w);
  // The penalty as one more row a column: sqrt(ridge) there, 0 in the others, and the outcome 0.
  const added = ridge > 0 ? standard.length : 0;
  const longer = (column: Float64Array, at = -1) => {
    const all = new Float64Array(n + added);
    all.set(column);
    if (added > 0 && at >= 0) all[n + at] = Math.sqrt(ridge);
    return all;
  };
  const columns = Object.fromEntries(standard.map(({ name, z }, k) => [name, longer(z, k)]));
  const all = longer(w).fill(1, n);
  const found =
    standard.length === 0
      ? { names: [], coefficients: new Float64Array(0), leftOut: [] }
      : leastSquares(
          { outcome: longer(y.map((value) => value - mean)), columns, weights: all },
          { intercept: false, covariance: "classical", collinear: "drop" },
        );
  for (const name of found.leftOut) {
    warnings.push(`${name} is determined by other columns and was left out`);
  }
  const byName = new Map(standard.map((column) => [column.name, column]));
  const own = found.names.map((name) => byName.get(name)!);
  const coefficients = found.coefficients.map((c, k) => c / own[k]!.sd);
  const intercept = own.reduce((a, column, k) => a - coefficients[k]! * column.mean, mean);
  return {
    names: found.names,
    coefficients,
    intercept,
    warnings,
    predict: (given) => {
      const predictions = new Float64Array(given.rows).fill(intercept);
      found.names.forEach((name, k) => {
        const column = knownColumn(given, name);
        for (let i = 0; i < given.rows; i++) predictions[i]! += coefficients[k]! * column[i]!;
      });
      return predictions;
    },
  };
}

function knownColumn(x: Features, name: string): Float64Array {
  const column = featureColumn(x, name);
  const wrong = column.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return column;
  throw new Error(
    `Column ${name}, row ${wrong + 1}: ${column[wrong]}. A linear model needs every value: fill it or leave the row out.`,
  );
}

/** Undefined for a constant column. */
function standardized(
  name: string,
  column: Float64Array,
  w: Float64Array,
): StandardColumn | undefined {
  if (column.every((value) => value === column[0])) return undefined;
  const mean = weightedMean(column, w);
  const centred = column.map((value) => value - mean);
  const sd = Math.sqrt(
    weightedMean(
      centred.map((value) => value * value),
      w,
    ),
  );
  return { name, mean, sd, z: centred.map((value) => value / sd) };
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}
