/** Newton's method for generalized linear models with canonical links: iteratively reweighted least squares. */

import type { GlmDesign } from "./glmDesign";
import type { FamilyRules } from "./glmFamilies";
import { type GlmPass, glmPass } from "./glmPass";
import { dot } from "./sandwich";
import { choleskyTriangle, determinedColumns, solveTriangles } from "./triangle";

export interface GlmFit {
  /** Of the columns (x - mean) / scale. */
  readonly coefficients: Float64Array;
  /** Sum of x x' w V(mu) of those columns, K x K, without the penalty. */
  readonly information: Float64Array;
  /** R with R'R = information + penalty. */
  readonly triangle: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
  /** The last step of the coefficients. */
  readonly lastStep: Float64Array;
}

export interface GlmFitOptions {
  /** Of each coefficient, half of it times the square is added to the loss; in the units of (x - mean) / scale. */
  readonly penalty: Float64Array;
  readonly maxIterations: number;
  readonly tolerance: number;
  /** Asked after each late iteration with its step: whether the coefficients run off too far to be followed. */
  readonly runsOff: (step: Float64Array) => boolean;
  /** The square of what counts as a small linear predictor at a loss: 1, for gaussian outcomes their variance. */
  readonly unit: (loss: number) => number;
}

/** The first late iteration. */
const LATE = 6;
/** A start is looked for in every so many rows where there are enough. */
const START_STRIDES = [64, 8];
const START_ROWS = 2000;
/** Most passes that spare the information. */
const CHORDS = 8;
/** A column of which the earlier ones leave less than the square root of this is determined by them. */
const COLLINEAR = 1e-12;
const NEARLY_COLLINEAR = 1e-3;

/**
 * Minimizes the loss: minus the log likelihood plus half the penalty times squared coefficients. It is convex; a step
 * that does not lower it is halved. A start from a share of the rows spares passes over all of them. Converged when the step
 * would change the loss by less than the square of `tolerance` a row.
 * Returns the numbers of columns that others determine instead, where there are any.
 */
export function fitGlm(
  design: GlmDesign,
  family: FamilyRules,
  options: GlmFitOptions,
): GlmFit | { readonly determined: readonly number[] } {
  const pass = glmPass(design, family);
  let start: Float64Array | undefined;
  let spared = 0;
  for (const stride of START_STRIDES) {
    if (design.rows / stride < Math.max(START_ROWS, 50 * design.names.length)) continue;
    // The small penalty keeps columns apart that differ only in rows not looked at.
    const penalty = options.penalty.map((value) => value / stride + 1);
    const near = { ...options, penalty, tolerance: 1e-3, maxIterations: 12, runsOff: () => false };
    const found = newton(pass, design, near, start, stride);
    if (!found || "determined" in found) break;
    start = found.coefficients;
    if (stride !== START_STRIDES[START_STRIDES.length - 1]) continue;
    const share = found.information.map((value) => value * stride);
    const chords = followChords(pass, design, options, start, share);
    start = chords.coefficients;
    spared = chords.iterations;
  }
  let fit = newton(pass, design, options, start, 1);
  // A bad start is no verdict.
  if (start && (!fit || "determined" in fit)) fit = newton(pass, design, options, undefined, 1);
  if (!fit) throw new Error("The columns are too nearly collinear to fit a model to them.");
  return "determined" in fit ? fit : { ...fit, iterations: fit.iterations + spared };
}

/**
 * Steps with the information of a share of the rows: it is nearly that of all, so that each takes the coefficients a good part
 * of the way, for a third of the cost. The information of all rows is then needed once, at the end.
 */
function followChords(
  pass: GlmPass,
  design: GlmDesign,
  { penalty, tolerance, unit }: GlmFitOptions,
  start: Float64Array,
  information: Float64Array,
): { coefficients: Float64Array; iterations: number } {
  const K = start.length;
  const curvature = withPenalty(information, penalty, K);
  // A column of which the share has next to nothing.
  if (determinedColumns(curvature, K, NEARLY_COLLINEAR).length > 0) {
    return { coefficients: start, iterations: 0 };
  }
  const triangle = choleskyTriangle(curvature, K)!;
  let coefficients = start;
  let last = start;
  let lowest = Number.POSITIVE_INFINITY;
  let before = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= CHORDS; iteration++) {
    const loss = penalizedLoss(pass.run(coefficients, 1, false), coefficients, penalty);
    if (!(loss <= lowest)) return { coefficients: last, iterations: iteration };
    const slope = pass.score.map((value, k) => value - penalty[k]! * coefficients[k]!);
    const step = solveTriangles(triangle, slope, K);
    const decrement = dot(step, slope);
    // Newton's method takes over where they do not come closer quickly.
    if (!(decrement < before / 4)) return { coefficients, iterations: iteration };
    last = coefficients;
    coefficients = coefficients.map((value, k) => value + step[k]!);
    // The next one is as much shorter as this one was than the last.
    const next = iteration === 1 ? decrement : (decrement / before) * decrement;
    if (next <= tolerance ** 2 * unit(loss) * design.rows) {
      return { coefficients, iterations: iteration };
    }
    lowest = loss;
    before = decrement;
  }
  return { coefficients, iterations: CHORDS };
}

function newton(
  pass: GlmPass,
  design: GlmDesign,
  { penalty, maxIterations, tolerance, runsOff, unit }: GlmFitOptions,
  start: Float64Array | undefined,
  stride: number,
): GlmFit | { readonly determined: readonly number[] } | undefined {
  const K = design.names.length;
  const lossAt = (b: Float64Array) => penalizedLoss(pass.run(b, stride), b, penalty);
  let coefficients: Float64Array = start ?? new Float64Array(K);
  let lowest = Number.POSITIVE_INFINITY;
  if (!start) {
    pass.run(undefined, stride);
    const curvature = withPenalty(pass.information, penalty, K);
    const determined = determinedColumns(curvature, K, COLLINEAR);
    if (determined.length > 0) return { determined };
    const triangle = choleskyTriangle(curvature, K);
    if (!triangle) return undefined;
    coefficients = solveTriangles(triangle, pass.score, K);
  }
  let before: Float64Array = new Float64Array(K);
  let last: GlmFit | undefined;
  let lastDecrement = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    let loss = lossAt(coefficients);
    const lower = () => Number.isFinite(loss) && loss <= lowest + 1e-10 * Math.abs(lowest);
    for (let half = 0; half < 40 && !lower(); half++) {
      coefficients = coefficients.map((value, k) => (value + before[k]!) / 2);
      loss = lossAt(coefficients);
    }
    lowest = loss;
    const curvature = withPenalty(pass.information, penalty, K);
    if (start && iteration === 1) {
      const determined = determinedColumns(curvature, K, COLLINEAR);
      if (determined.length > 0) return { determined };
    }
    const triangle = choleskyTriangle(curvature, K);
    if (!triangle) return last;
    const slope = pass.score.map((value, k) => value - penalty[k]! * coefficients[k]!);
    const step = solveTriangles(triangle, slope, K);
    const decrement = dot(step, slope);
    const small = unit(loss);
    const converged =
      decrement <= tolerance ** 2 * small * design.rows ||
      // Rounding does not let it get closer.
      (decrement < 1e-8 * small && decrement > lastDecrement / 2);
    before = coefficients;
    coefficients = coefficients.map((value, k) => value + step[k]!);
    last = {
      coefficients,
      information: pass.information.slice(),
      triangle,
      iterations: iteration,
      converged,
      lastStep: step,
    };
    if (converged || (iteration >= LATE && runsOff(step))) return last;
    lastDecrement = decrement;
  }
  return last;
}

function penalizedLoss(loss: number, b: Float64Array, penalty: Float64Array): number {
  return b.reduce((sum, value, k) => sum + (penalty[k]! / 2) * value * value, loss);
}

function withPenalty(information: Float64Array, penalty: Float64Array, K: number): Float64Array {
  const sum = information.slice();
  for (let k = 0; k < K; k++) sum[k * K + k]! += penalty[k]!;
  return sum;
}
