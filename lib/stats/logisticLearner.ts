/** Logistic and Poisson regression as learners, with or without a penalty. */
import { type Features, featureColumn } from "./features";
import { type Family, type Glm, glm, SHARES_AS_BINARY } from "./glm";
import { type FitInput, fitInput, type Learner, type Model } from "./learner";

export interface LogisticLearnerOptions {
  /** Penalty of half the squared coefficients, 0 or more. Default 0: maximum likelihood. */
  readonly ridge?: number;
  /** Whether the penalty is of coefficients of columns divided by their standard deviations (default), or as given. */
  readonly ridgeOn?: "standardized" | "raw";
}

export interface GlmModel extends Model {
  /** Columns with a coefficient; the others are in the warnings. */
  readonly names: readonly string[];
  /** One a name, in the columns' own units. */
  readonly coefficients: Float64Array;
  /** Infinite, with no names, where all outcomes are 0 or all are 1. */
  readonly intercept: number;
}

export interface GlmLearner extends Learner {
  fit(...given: Parameters<Learner["fit"]>): GlmModel;
}

/**
 * A learner that predicts the probability 1 / (1 + e^-(a + x'b)), with a and b those of `glm`, family binomial: for
 * propensities and for outcomes between 0 and 1. `{ ridge: 1 }` is scikit-learn's default LogisticRegression after its
 * StandardScaler.
 *
 * Constant columns, and without a penalty those that earlier ones determine, are left out with a warning. Separation and
 * probabilities at 0 or 1 are warnings. Where all outcomes are 0, or all are 1, that is what is predicted, with a warning.
 * @throws Error for an unknown option or a penalty below 0; in `fit`, for an outcome that is not between 0 and 1, or no more
 *     rows than columns; in `fit` and `predict`, naming column and row, for a missing or infinite value: fill it or leave the
 *     row out
 */
export function logisticLearner(options: LogisticLearnerOptions = {}): GlmLearner {
  return learner("binomial", "logistic regression", "logisticLearner", options);
}

/** A learner that predicts the expected count e^(a + x'b), with a and b those of `glm`, family poisson; else as the logistic. */
export function poissonLearner(options: LogisticLearnerOptions = {}): GlmLearner {
  return learner("poisson", "Poisson regression", "poissonLearner", options);
}

function learner(
  family: Family,
  title: string,
  called: string,
  options: LogisticLearnerOptions,
): GlmLearner {
  const unknown = Object.keys(options).filter((name) => name !== "ridge" && name !== "ridgeOn");
  if (unknown.length > 0) {
    throw new Error(`${called} has no option ${unknown.join(", ")}. It has ridge, ridgeOn.`);
  }
  const { ridge = 0, ridgeOn = "standardized" } = options;
  if (!(ridge >= 0 && ridge < Infinity)) throw new Error(`ridge is 0 or more, not ${ridge}.`);
  if (ridgeOn !== "standardized" && ridgeOn !== "raw") {
    throw new Error(`ridgeOn is standardized or raw, not ${String(ridgeOn)}.`);
  }
  const of = ridgeOn === "raw" ? ", columns as given" : "";
  return {
    name: ridge > 0 ? `${title} (ridge penalty ${ridge}${of})` : title,
    fit: (x, y, given = {}) => fit(family, x, fitInput(x, y, given.weights), { ridge, ridgeOn }),
  };
}

function fit(
  family: Family,
  x: Features,
  { outcome, weights, rows }: FitInput,
  options: Required<LogisticLearnerOptions>,
): GlmModel {
  const same = outcome[rows[0]!]!;
  const limit = same === 0 || (same === 1 && family === "binomial");
  if (limit && rows.every((i) => outcome[i] === same)) {
    return {
      names: [],
      coefficients: new Float64Array(0),
      intercept: same === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      warnings: [`all outcomes are ${same}, and so are all predictions`],
      predict: (given) => new Float64Array(given.rows).fill(same),
    };
  }
  const own = rows.length === x.rows && weights.every((w) => w === 1) ? undefined : weights;
  const found = glm(
    { outcome, columns: columnsOf(x, x.names), weights: own },
    { family, collinear: "drop", ...options },
  );
  const names = found.names.slice(1);
  return {
    names,
    coefficients: found.coefficients.slice(1),
    intercept: found.coefficients[0]!,
    warnings: found.warnings.filter((warning) => warning !== SHARES_AS_BINARY),
    predict: (given) => predicted(found, names, given),
  };
}

function predicted(found: Glm, names: readonly string[], given: Features): Float64Array {
  return found.predict(columnsOf(given, names), { rows: given.rows });
}

function columnsOf(x: Features, names: readonly string[]): Record<string, Float64Array> {
  return Object.fromEntries(names.map((name) => [name, featureColumn(x, name)]));
}
