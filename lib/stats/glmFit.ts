/** Newton's method for generalized linear models with canonical links: iteratively reweighted least squares. */

import type { GlmDesign } from "./glmDesign";
import type { FamilyRules, RowBlock } from "./glmFamilies";
import {
  addCrossProducts,
  BLOCK_ROWS,
  type ScaledColumn,
  scaleTile,
  TILE,
  weighTile,
} from "./rowBlocks";
import { dot } from "./sandwich";
import { choleskyTriangle, determinedColumns, solveTriangles } from "./triangle";

/** Loss, score and information of coefficients: what one pass over the rows gives. */
interface Pass {
  /**
   * Runs over every `stride`-th row; without coefficients from means near the outcomes. Returns the loss.
   * @param curved  whether the information is computed too, which takes most of the time
   */
  run(coefficients: Float64Array | undefined, stride: number, curved?: boolean): number;
  /** Sum of x w (y - mu), K. */
  readonly score: Float64Array;
  /** Sum of x x' w V(mu), K x K. */
  readonly information: Float64Array;
}

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

/** Local, as an import is looked up at every use. */
const BLOCK = BLOCK_ROWS;
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
  const pass = passOver(design, family);
  let start: Float64Array | undefined;
  let spared = 0;
  for (const stride of START_STRIDES) {
    if (design.rows / stride < Math.max(START_ROWS, 50 * design.names.length)) continue;
    // The small penalty keeps columns apart that differ only in rows not looked at.
    const penalty = options.penalty.map((value) => value / stride + 1);
    const near = { ...options, penalty, tolerance: 1e-4, maxIterations: 12, runsOff: () => false };
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
  pass: Pass,
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
    if (decrement <= tolerance ** 2 * unit(loss) * design.rows) {
      return { coefficients, iterations: iteration };
    }
    lowest = loss;
    before = decrement;
  }
  return { coefficients, iterations: CHORDS };
}

function newton(
  pass: Pass,
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

/** One block of rows at a time is brought to a common scale, weighted and multiplied, all within the processor's cache. */
function passOver(design: GlmDesign, family: FamilyRules): Pass {
  const { outcome, weights, offset, used } = design;
  const K = design.names.length;
  const columns = scaledColumns(design);
  const padded = columns.length;
  const values = new Float64Array(padded * BLOCK);
  const wide = new Float64Array(padded * padded);
  const wideScore = new Float64Array(padded);
  const factors = new Float64Array(padded);
  const score = new Float64Array(K);
  const information = new Float64Array(K * K);
  const roots = new Float64Array(BLOCK);
  const index = new Int32Array(BLOCK);
  const block: RowBlock = {
    rows: 0,
    outcome: new Float64Array(BLOCK),
    weight: new Float64Array(BLOCK).fill(1),
    offset: new Float64Array(BLOCK),
    predictor: new Float64Array(BLOCK),
    score: new Float64Array(BLOCK),
    information: new Float64Array(BLOCK),
  };
  const mean = usualOutcome(design);
  const run: Pass["run"] = (coefficients, stride, curved = true) => {
    wideScore.fill(0);
    wide.fill(0);
    factors.set(coefficients ?? score.fill(0));
    let loss = 0;
    for (let from = 0; from < design.rows; from += BLOCK * stride) {
      const rows = Math.min(BLOCK, Math.ceil((design.rows - from) / stride));
      block.rows = rows;
      for (let i = 0; i < rows; i++) index[i] = from + i * stride;
      if (used) for (let i = 0; i < rows; i++) index[i] = used[index[i]!]!;
      gather(outcome, index, rows, block.outcome);
      if (weights) gather(weights, index, rows, block.weight);
      if (offset) gather(offset, index, rows, block.offset);
      block.predictor.set(block.offset);
      for (let k = 0; k < padded; k += TILE) {
        scaleTile(columns, k, index, rows, factors, values, block.predictor);
      }
      loss += coefficients ? family.atPredictor(block) : family.atOutcome(block, mean);
      for (let i = 0; i < rows; i++) roots[i] = Math.sqrt(block.information[i]!);
      for (let k = 0; k < padded; k += TILE) {
        weighTile(values, k, rows, block.score, roots, wideScore);
      }
      if (curved) addCrossProducts(values, padded, rows, wide);
    }
    score.set(wideScore.subarray(0, K));
    for (let r = 0; curved && r < K; r++) {
      for (let c = 0; c <= r; c++) {
        information[r * K + c] = wide[r * padded + c]!;
        information[c * K + r] = wide[r * padded + c]!;
      }
    }
    return loss;
  };
  return { run, score, information };
}

/** The intercept's ones, the columns, and zeros up to the next whole tile. */
function scaledColumns({ intercept, columns, means, scales, outcome }: GlmDesign): ScaledColumn[] {
  const scaled = columns.map((values, j) => ({ values, mean: means[j]!, factor: 1 / scales[j]! }));
  const ones = new Float64Array(outcome.length).fill(1);
  if (intercept) scaled.unshift({ values: ones, mean: 0, factor: 1 });
  while (scaled.length % TILE > 0) scaled.push({ values: ones, mean: 0, factor: 0 });
  return scaled;
}

function gather(from: Float64Array, index: Int32Array, rows: number, to: Float64Array): void {
  for (let i = 0; i < rows; i++) to[i] = from[index[i]!]!;
}

/** The mean outcome, by weight. */
export function usualOutcome({ outcome, weights, used, rows }: GlmDesign): number {
  let [sum, total] = [0, 0];
  for (let k = 0; k < rows; k++) {
    const i = used ? used[k]! : k;
    const w = weights ? weights[i]! : 1;
    sum += w * outcome[i]!;
    total += w;
  }
  return sum / total;
}
