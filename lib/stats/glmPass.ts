/** One pass of a generalized linear model over its rows: loss, score and information at some coefficients. */
import type { GlmDesign } from "./glmDesign";
import type { FamilyRules, RowBlock } from "./glmFamilies";
import {
  addCrossProducts,
  BLOCK_ROWS,
  predictTile,
  type ScaledColumn,
  scaleTile,
  scoreTile,
  TILE,
  weighTile,
} from "./rowBlocks";

export interface GlmPass {
  /**
   * Without coefficients the pass is at means near the outcomes. Returns the loss.
   * @param stride  above 1: only so many rows out of that many times as many are looked at, eight neighbours at a time
   * @param curved  whether the information is computed too, which takes most of the time
   */
  run(coefficients: Float64Array | undefined, stride: number, curved?: boolean): number;
  /** Sum of x w (y - mu), K. */
  readonly score: Float64Array;
  /** Sum of x x' w V(mu), K x K. */
  readonly information: Float64Array;
}

/** Local, as an import is looked up at every use. */
const BLOCK = BLOCK_ROWS;
/** Rows that lie in one line of the cache. */
const NEIGHBOURS = 8;

/** One block of rows at a time is weighted and multiplied, within the processor's cache. */
export function glmPass(design: GlmDesign, family: FamilyRules): GlmPass {
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
  const run: GlmPass["run"] = (coefficients, stride, curved = true) => {
    wideScore.fill(0);
    wide.fill(0);
    if (coefficients) factors.set(coefficients);
    const chosen = rowsOfStride(design.rows, stride);
    let loss = 0;
    for (let from = 0; from < chosen; from += BLOCK) {
      const rows = Math.min(BLOCK, chosen - from);
      block.rows = rows;
      chooseRows(from, rows, stride, index);
      if (used) for (let i = 0; i < rows; i++) index[i] = used[index[i]!]!;
      gather(outcome, index, rows, block.outcome);
      if (weights) gather(weights, index, rows, block.weight);
      if (offset) gather(offset, index, rows, block.offset);
      for (let k = 0; k < padded; k += TILE) scaleTile(columns, k, index, rows, values);
      if (coefficients) {
        block.predictor.set(block.offset);
        for (let k = 0; k < padded; k += TILE) {
          predictTile(values, k, rows, factors, block.predictor);
        }
        loss += family.atPredictor(block);
      } else loss += family.atOutcome(block, mean);
      for (let k = 0; k < padded; k += TILE) {
        scoreTile(values, k, rows, block.score, wideScore);
      }
      if (!curved) continue;
      for (let i = 0; i < rows; i++) roots[i] = Math.sqrt(block.information[i]!);
      for (let k = 0; k < padded; k += TILE) weighTile(values, k, rows, roots);
      addCrossProducts(values, padded, rows, wide);
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

/** The number of rows looked at. */
export function rowsOfStride(rows: number, stride: number): number {
  return stride === 1 ? rows : Math.floor(rows / (NEIGHBOURS * stride)) * NEIGHBOURS;
}

function chooseRows(from: number, rows: number, stride: number, index: Int32Array): void {
  if (stride === 1) for (let i = 0; i < rows; i++) index[i] = from + i;
  else {
    for (let i = 0; i < rows; i++) {
      const near = (from + i) % NEIGHBOURS;
      index[i] = (from + i - near) * stride + near;
    }
  }
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
function usualOutcome({ outcome, weights, used, rows }: GlmDesign): number {
  let [sum, total] = [0, 0];
  for (let k = 0; k < rows; k++) {
    const i = used ? used[k]! : k;
    const w = weights ? weights[i]! : 1;
    sum += w * outcome[i]!;
    total += w;
  }
  return sum / total;
}
