/** The loop of gradient boosting: a tree on the derivatives, the loss after it, and when to stop. */
import type { BoostingLoss } from "./boostingLoss";
import { sumOver } from "./compensatedSum";
import { binEdges } from "./featureBins";
import type { Features } from "./features";
import type { FitInput } from "./learner";
import { type Random, random } from "./random";
import { sampleWithoutReplacement } from "./randomTables";
import type { RegressionTree } from "./regressionTree";
import { type TreeRules, withTreeGrower } from "./treeGrower";

export interface BoostingRules extends Omit<TreeRules, "minHessian"> {
  readonly task: "regression" | "classification";
  readonly trees: number;
  readonly bins: number;
  readonly subsample: number;
  readonly columnsPerTree: number;
  readonly earlyStopping: { readonly validationShare: number; readonly patience: number } | false;
}

export interface Boosted {
  /** Prediction before the first tree. */
  readonly start: number;
  /** Those kept. */
  readonly trees: readonly RegressionTree[];
  /** Mean loss before the first tree, after one, two, ... */
  readonly trainingLoss: Float64Array;
  readonly validationLoss: Float64Array | undefined;
  readonly stoppedEarly: boolean;
  readonly warnings: readonly string[];
}

/** Hessian that each side of a split must have, as in scikit-learn; weights that are all small do not stop the trees. */
const MIN_HESSIAN = 1e-3;
/** An improvement below this share of the loss is none. */
const TOLERANCE = 1e-7;

/** Boosts trees on an outcome that takes at least two values; see `boostedTrees` for what is computed. */
export function boost(
  rules: BoostingRules,
  loss: BoostingLoss,
  x: Features,
  { outcome, weights, rows }: FitInput,
  seed: number,
): Boosted {
  const draws = random(seed).fork("boosted trees");
  const warnings: string[] = [];
  const held = rules.earlyStopping ? validationRows(rules, outcome, rows, draws) : undefined;
  if (rules.earlyStopping && !held) {
    warnings.push(`no early stopping: ${rows.length} rows are too few to hold some out`);
  }
  const { training, validation } = held ?? { training: rows, validation: undefined };
  const { edges, hasMissing } = binEdges(x, training, weights, { bins: rules.bins, seed });
  const columns = Int32Array.from(
    [...edges.keys()].filter((j) => edges[j]!.length > 0 || hasMissing[j] === 1),
  );
  const start = loss.start(outcome, weights, training);
  const predictions = new Float64Array(x.rows).fill(start);
  const samples = sampler(rules, training, columns, draws);
  const trainingLoss: number[] = [];
  const validationLoss: number[] = [];
  const meanWeight = sumOver(training.length, (k) => weights[training[k]!]!) / training.length;
  const minHessian = MIN_HESSIAN * Math.min(1, meanWeight);
  const trees: RegressionTree[] = [];
  let best = 0;

  withTreeGrower(x, edges, { ...rules, minHessian }, (grower) => {
    const derive = (of: Int32Array) =>
      loss.derive(outcome, weights, of, predictions, grower.derivatives);
    if (validation) validationLoss.push(derive(validation).meanLoss);
    let now = derive(training);
    trainingLoss.push(now.meanLoss);
    while (trees.length < rules.trees && columns.length > 0) {
      const sample = samples(trees.length);
      const tree = grower.grow(sample.rows, sample.columns, now.largest, predictions);
      // Without chance, the next trees would be leaves too.
      if (tree.column.length === 1 && !sample.isDrawn) break;
      trees.push(tree);
      if (sample.rest) grower.addValues(tree, sample.rest, predictions);
      now = derive(training);
      trainingLoss.push(now.meanLoss);
      if (!validation || !rules.earlyStopping) continue;
      grower.addValues(tree, validation, predictions);
      validationLoss.push(derive(validation).meanLoss);
      const isBetter = validationLoss[trees.length]! < validationLoss[best]! * (1 - TOLERANCE);
      if (isBetter) best = trees.length;
      else if (trees.length - best >= rules.earlyStopping.patience) break;
    }
  });
  return {
    start,
    trees: validation ? trees.slice(0, best) : trees,
    trainingLoss: Float64Array.from(trainingLoss),
    validationLoss: validation && Float64Array.from(validationLoss),
    stoppedEarly: validation !== undefined && trees.length < rules.trees,
    warnings,
  };
}

/** Rows held out at random, of a classification the same share of both outcomes; undefined where that leaves none. */
function validationRows(
  rules: BoostingRules,
  outcome: Float64Array,
  rows: Int32Array,
  draws: Random,
): { training: Int32Array; validation: Int32Array } | undefined {
  if (!rules.earlyStopping) return undefined;
  const { validationShare } = rules.earlyStopping;
  const strata =
    rules.task === "classification"
      ? [rows.filter((i) => outcome[i] === 0), rows.filter((i) => outcome[i] === 1)]
      : [rows];
  const isHeld = new Uint8Array(outcome.length);
  for (const [k, stratum] of strata.entries()) {
    const count = Math.round(validationShare * stratum.length);
    if (count === 0 || count === stratum.length) return undefined;
    for (const place of sampleWithoutReplacement(stratum.length, count, draws.fork(k))) {
      isHeld[stratum[place]!] = 1;
    }
  }
  return {
    training: rows.filter((i) => isHeld[i] === 0),
    validation: rows.filter((i) => isHeld[i] === 1),
  };
}

interface Sample {
  readonly rows: Int32Array;
  /** Training rows that the tree does not see; undefined for none. */
  readonly rest: Int32Array | undefined;
  readonly columns: Int32Array;
  readonly isDrawn: boolean;
}

/** Rows and columns of each tree. */
function sampler(
  { subsample, columnsPerTree }: BoostingRules,
  rows: Int32Array,
  columns: Int32Array,
  draws: Random,
): (tree: number) => Sample {
  const rowCount = Math.max(1, Math.round(subsample * rows.length));
  const columnCount = Math.max(1, Math.round(columnsPerTree * columns.length));
  const drawsRows = rowCount < rows.length;
  const drawsColumns = columnCount < columns.length;
  const isDrawn = drawsRows || drawsColumns;
  return (tree) => {
    const ofTree = draws.fork("tree").fork(tree);
    let chosen = rows;
    let rest: Int32Array | undefined;
    if (drawsRows) {
      const isIn = new Uint8Array(rows.length);
      for (const k of sampleWithoutReplacement(rows.length, rowCount, ofTree)) isIn[k] = 1;
      chosen = rows.filter((_, k) => isIn[k] === 1);
      rest = rows.filter((_, k) => isIn[k] === 0);
    }
    const among = drawsColumns
      ? Int32Array.from(
          sampleWithoutReplacement(columns.length, columnCount, ofTree.fork("columns")),
          (k) => columns[k]!,
        )
      : columns;
    return { rows: chosen, rest, columns: among, isDrawn };
  };
}
