/** Covariance, tests and intervals of a generalized linear model's coefficients. */
import type { GlmDesign } from "./glmDesign";
import type { FamilyRules } from "./glmFamilies";
import type { GlmFit } from "./glmFit";
import { twoSidedP, twoSidedQuantile } from "./referenceDistribution";
import {
  type CovarianceType,
  type SandwichCovariance,
  type ScaledFit,
  sandwich,
  sandwichCovariance,
  standardErrorsOf,
} from "./sandwich";
import { inverseTriangle } from "./triangle";

export interface FittedGlm {
  readonly design: GlmDesign;
  readonly rules: FamilyRules;
  readonly fit: GlmFit;
  /** Linear predictors of all rows. */
  readonly predictor: Float64Array;
  readonly cluster: ArrayLike<number> | undefined;
}

export interface InferenceSettings {
  readonly covariance: CovarianceType;
  readonly reference: "normal" | "t";
  readonly level: number;
  readonly family: string;
}

/** Everything of the result that follows from the coefficients and their covariance, in the columns' own units. */
export function glmInference(fitted: FittedGlm, settings: InferenceSettings) {
  const { design, fit } = fitted;
  const K = design.names.length;
  const back = ownUnits(design);
  const coefficients = new Float64Array(K);
  for (let r = 0; r < K; r++) {
    for (let c = r; c < K; c++) coefficients[r]! += back[r * K + c]! * fit.coefficients[c]!;
  }
  const inverse = upperProduct(back, inverseTriangle(fit.triangle, K), K);
  const degreesOfFreedom = design.rows - K;
  const rows = workingRows(fitted);
  const dispersion = settings.family === "gaussian" ? rows.squares / degreesOfFreedom : 1;
  const { covariance, clusters, satterthwaite } =
    settings.covariance === "classical"
      ? classical(fit, inverse, dispersion, K)
      : sandwichCovariance(settings.covariance, scaledFit(fitted, rows, inverse));
  const standardErrors = standardErrorsOf(covariance, K);
  const statistics = coefficients.map((b, k) => ratio(b, standardErrors[k]!));
  const freedom =
    settings.reference === "normal"
      ? new Float64Array(K).fill(Number.POSITIVE_INFINITY)
      : (satterthwaite ??
        new Float64Array(K).fill(clusters === null ? degreesOfFreedom : clusters - 1));
  const half = standardErrors.map((se, k) => se * twoSidedQuantile(settings.level, freedom[k]!));
  return {
    coefficients,
    standardErrors,
    covariance,
    covarianceType: settings.covariance,
    statistics,
    pValues: statistics.map((value, k) => twoSidedP(value, freedom[k]!)),
    lower: coefficients.map((b, k) => b - half[k]!),
    upper: coefficients.map((b, k) => b + half[k]!),
    level: settings.level,
    reference: settings.reference,
    referenceDegreesOfFreedom: freedom,
    dispersion,
    deviance: rows.deviance,
    rows: design.rows,
    degreesOfFreedom,
    clusters,
  };
}

function ratio(b: number, se: number): number {
  if (se > 0) return b / se;
  return b === 0 ? 0 : Math.sign(b) * Number.POSITIVE_INFINITY;
}

/** What takes coefficients of (x - mean) / scale to those of x: an upper triangle, as the intercept comes first. */
function ownUnits({ intercept, means, scales, names }: GlmDesign): Float64Array {
  const K = names.length;
  const first = intercept ? 1 : 0;
  const back = new Float64Array(K * K);
  if (intercept) back[0] = 1;
  for (let k = first; k < K; k++) {
    back[k * K + k] = 1 / scales[k - first]!;
    if (intercept) back[k] = -means[k - first]! / scales[k - first]!;
  }
  return back;
}

function upperProduct(a: Float64Array, b: Float64Array, K: number): Float64Array {
  const product = new Float64Array(K * K);
  for (let r = 0; r < K; r++) {
    for (let c = r; c < K; c++) {
      for (let k = r; k <= c; k++) product[r * K + c]! += a[r * K + k]! * b[k * K + c]!;
    }
  }
  return product;
}

/** phi B X'WX B; without a penalty phi B. */
function classical(
  { information, triangle }: GlmFit,
  inverse: Float64Array,
  dispersion: number,
  K: number,
): SandwichCovariance {
  // R^-T X'WX R^-1, the identity without a penalty.
  const own = inverseTriangle(triangle, K);
  const half = new Float64Array(K * K);
  const meat = new Float64Array(K * K);
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) {
      for (let k = 0; k <= c; k++) half[r * K + c]! += information[r * K + k]! * own[k * K + c]!;
    }
  }
  for (let r = 0; r < K; r++) {
    for (let c = 0; c < K; c++) {
      for (let k = 0; k <= r; k++) meat[r * K + c]! += own[k * K + r]! * half[k * K + c]!;
      meat[r * K + c]! *= dispersion;
    }
  }
  return { covariance: sandwich(inverse, meat, K), clusters: null, satterthwaite: null };
}

interface WorkingRows {
  /** Roots of w V, one a used row. */
  readonly roots: Float64Array;
  /** (y - mu) sqrt(w / V). */
  readonly errors: Float64Array;
  /** Sum of their squares. */
  readonly squares: number;
  readonly deviance: number;
}

function workingRows({ design, rules, predictor }: FittedGlm): WorkingRows {
  const { rows, used, outcome, weights } = design;
  const pick = (from: Float64Array) => (used ? Float64Array.from(used, (i) => from[i]!) : from);
  const block = {
    rows,
    outcome: pick(outcome),
    weight: weights ? pick(weights) : new Float64Array(rows).fill(1),
    offset: new Float64Array(rows),
    predictor: pick(predictor),
    score: new Float64Array(rows),
    information: new Float64Array(rows),
  };
  const saturated = rules.atOutcome(block, 1);
  const loss = rules.atPredictor(block);
  const roots = block.information.map(Math.sqrt);
  let squares = 0;
  const errors = block.score.map((score, k) => {
    // Where nothing is left of V, nothing is left of the score: the row is fitted exactly.
    const error = roots[k]! > 0 ? score / roots[k]! : 0;
    squares += error * error;
    return error;
  });
  return { roots, errors, squares, deviance: Math.max(0, 2 * (loss - saturated)) };
}

/** Columns made such that with the penalty X'X is the identity: forward substitution through R. */
function scaledFit(
  { design, fit, cluster }: FittedGlm,
  { roots, errors }: WorkingRows,
  inverse: Float64Array,
): ScaledFit {
  const { names, columns, means, scales, used, rows, intercept } = design;
  const K = names.length;
  const first = intercept ? 1 : 0;
  const basis: Float64Array[] = [];
  for (let k = 0; k < K; k++) {
    const own = roots.slice();
    if (k >= first) {
      const [column, mean, scale] = [columns[k - first]!, means[k - first]!, scales[k - first]!];
      for (let i = 0; i < rows; i++) own[i]! *= (column[used ? used[i]! : i]! - mean) / scale;
    }
    for (let j = 0; j < k; j++) {
      const share = fit.triangle[j * K + k]!;
      const earlier = basis[j]!;
      for (let i = 0; i < rows; i++) own[i]! -= share * earlier[i]!;
    }
    const diagonal = fit.triangle[k * K + k]!;
    for (let i = 0; i < rows; i++) own[i]! /= diagonal;
    basis.push(own);
  }
  return {
    basis,
    errors,
    inverse,
    cluster: cluster && used ? Float64Array.from(used, (i) => cluster[i]!) : cluster,
  };
}
