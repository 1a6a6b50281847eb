/** Newton's method for generalized linear models with canonical links: iteratively reweighted least squares. */
import { addCrossProducts, BLOCK_ROWS, paddedColumns } from "./crossProducts";
import type { GlmDesign } from "./glmDesign";
import type { FamilyRules, RowBlock } from "./glmFamilies";
import { choleskyTriangle, determinedColumns, solveTriangles } from "./triangle";

/** Loss, score and information of coefficients: what one pass over the rows gives. */
interface Pass {
  /** Runs over every `stride`-th row; without coefficients from means near the outcomes. Returns the loss. */
  run(coefficients: Float64Array | undefined, stride: number): number;
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
const START_STRIDES = [128, 16];
const START_ROWS = 2000;
/** A column of which the earlier ones leave less than the square root of this is determined by them. */
const COLLINEAR = 1e-12;

/**
 * Minimizes the loss: minus the log likelihood plus half the penalty times squared coefficients. It is convex; a step
 * that does not lower it is halved. A start from a share of the rows spares passes over all of them. Converged when the step
 * is shorter than `tolerance` standard errors.
 * Returns the numbers of columns that others determine instead, where there are any.
 */
export function fitGlm(
  design: GlmDesign,
  family: FamilyRules,
  options: GlmFitOptions,
): GlmFit | { readonly determined: readonly number[] } {
  const pass = passOver(design, family);
  let start: Float64Array | undefined;
  for (const stride of START_STRIDES) {
    if (design.rows / stride < Math.max(START_ROWS, 50 * design.names.length)) continue;
    // The small penalty keeps columns apart that differ only in rows not looked at.
    const penalty = options.penalty.map((value) => value / stride + 1);
    const near = { ...options, penalty, tolerance: 0.1, maxIterations: 12, runsOff: () => false };
    const found = newton(pass, design, near, start, stride);
    if (found && "coefficients" in found) start = found.coefficients;
  }
  const fit =
    newton(pass, design, options, start, 1) ?? newton(pass, design, options, undefined, 1);
  if (!fit) throw new Error("The columns are too nearly collinear to fit a model to them.");
  return fit;
}

function newton(
  pass: Pass,
  design: GlmDesign,
  { penalty, maxIterations, tolerance, runsOff, unit }: GlmFitOptions,
  start: Float64Array | undefined,
  stride: number,
): GlmFit | { readonly determined: readonly number[] } | undefined {
  const K = design.names.length;
  const penalized = (loss: number, b: Float64Array) =>
    b.reduce((sum, value, k) => sum + (penalty[k]! / 2) * value * value, loss);
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
    let loss = penalized(pass.run(coefficients, stride), coefficients);
    const lower = () => Number.isFinite(loss) && loss <= lowest + 1e-10 * Math.abs(lowest);
    for (let half = 0; half < 40 && !lower(); half++) {
      coefficients = coefficients.map((value, k) => (value + before[k]!) / 2);
      loss = penalized(pass.run(coefficients, stride), coefficients);
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
    const decrement = step.reduce((sum, value, k) => sum + value * slope[k]!, 0);
    const small = unit(loss);
    const converged =
      decrement <= tolerance ** 2 * small ||
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

function withPenalty(information: Float64Array, penalty: Float64Array, K: number): Float64Array {
  const sum = information.slice();
  for (let k = 0; k < K; k++) sum[k * K + k]! += penalty[k]!;
  return sum;
}

/** One block of rows at a time is brought to a common scale, weighted and multiplied, all within the processor's cache. */
function passOver(design: GlmDesign, family: FamilyRules): Pass {
  const { columns, means, scales, intercept, used } = design;
  const K = design.names.length;
  const padded = paddedColumns(K);
  const first = intercept ? 1 : 0;
  const values = new Float64Array(padded * BLOCK_ROWS);
  const wide = new Float64Array(padded * padded);
  const score = new Float64Array(K);
  const information = new Float64Array(K * K);
  const roots = new Float64Array(BLOCK_ROWS);
  const index = new Int32Array(BLOCK_ROWS);
  const block: RowBlock = {
    rows: 0,
    outcome: new Float64Array(BLOCK_ROWS),
    weight: new Float64Array(BLOCK_ROWS).fill(1),
    offset: new Float64Array(BLOCK_ROWS),
    predictor: new Float64Array(BLOCK_ROWS),
    score: new Float64Array(BLOCK_ROWS),
    information: new Float64Array(BLOCK_ROWS),
  };
  const mean = usualOutcome(design);
  const run = (coefficients: Float64Array | undefined, stride: number): number => {
    score.fill(0);
    wide.fill(0);
    let loss = 0;
    for (let from = 0; from < design.rows; from += BLOCK_ROWS * stride) {
      const rows = Math.min(BLOCK_ROWS, Math.ceil((design.rows - from) / stride));
      block.rows = rows;
      for (let i = 0; i < rows; i++) {
        const at = from + i * stride;
        index[i] = used ? used[at]! : at;
      }
      gather(design.outcome, index, rows, block.outcome);
      if (design.weights) gather(design.weights, index, rows, block.weight);
      if (design.offset) gather(design.offset, index, rows, block.offset);
      block.predictor.set(block.offset);
      if (intercept) {
        values.fill(1, 0, rows);
        if (coefficients) addColumn(values, 0, rows, coefficients[0]!, block.predictor);
      }
      for (let j = 0; j < columns.length; j++) {
        const at = (j + first) * BLOCK_ROWS;
        const column = columns[j]!;
        if (stride === 1 && !used)
          centre(column, from, rows, means[j]!, 1 / scales[j]!, values, at);
        else centreRows(column, index, rows, means[j]!, 1 / scales[j]!, values, at);
        if (coefficients) addColumn(values, at, rows, coefficients[j + first]!, block.predictor);
      }
      loss += coefficients ? family.atPredictor(block) : family.atOutcome(block, mean);
      for (let i = 0; i < rows; i++) roots[i] = Math.sqrt(block.information[i]!);
      for (let k = 0; k < K; k++) {
        score[k]! += weigh(values, k * BLOCK_ROWS, rows, block.score, roots);
      }
      addCrossProducts(values, padded, rows, wide);
    }
    for (let r = 0; r < K; r++) {
      for (let c = 0; c <= r; c++) {
        information[r * K + c] = wide[r * padded + c]!;
        information[c * K + r] = wide[r * padded + c]!;
      }
    }
    return loss;
  };
  return { run, score, information };
}

function gather(from: Float64Array, index: Int32Array, rows: number, to: Float64Array): void {
  for (let i = 0; i < rows; i++) to[i] = from[index[i]!]!;
}

function centre(
  column: Float64Array,
  from: number,
  rows: number,
  mean: number,
  factor: number,
  values: Float64Array,
  at: number,
): void {
  for (let i = 0; i < rows; i++) values[at + i] = (column[from + i]! - mean) * factor;
}

function centreRows(
  column: Float64Array,
  index: Int32Array,
  rows: number,
  mean: number,
  factor: number,
  values: Float64Array,
  at: number,
): void {
  for (let i = 0; i < rows; i++) values[at + i] = (column[index[i]!]! - mean) * factor;
}

function addColumn(
  values: Float64Array,
  at: number,
  rows: number,
  coefficient: number,
  predictor: Float64Array,
): void {
  for (let i = 0; i < rows; i++) predictor[i]! += coefficient * values[at + i]!;
}

/** Multiplies a column by the roots; returns its product with the score before that. */
function weigh(
  values: Float64Array,
  at: number,
  rows: number,
  score: Float64Array,
  roots: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const value = values[at + i]!;
    sum += value * score[i]!;
    values[at + i] = value * roots[i]!;
  }
  return sum;
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

/** The loss at coefficients, or without them of the model that fits each row exactly. */
export function lossAt(
  design: GlmDesign,
  family: FamilyRules,
  coefficients?: Float64Array,
): number {
  return passOver(design, family).run(coefficients, 1);
}
