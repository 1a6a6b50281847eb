/** Gradient-boosted regression trees on histograms, for expected outcomes and probabilities. */
import { boost } from "./boosting";
import { logLoss, squaredError } from "./boostingLoss";
import { MOST_BINS } from "./featureBins";
import { type Features, takeColumns } from "./features";
import { type FitInput, type FitOptions, fitInput, type Learner, type Model } from "./learner";
import { addTreeValues, type RegressionTree } from "./regressionTree";

export interface EarlyStopping {
  /** Share of the rows that is held out to watch the loss, in (0, 1). Default 0.1. */
  readonly validationShare?: number;
  /** Boosting ends after so many trees without a lower loss on the rows held out. Default 10. */
  readonly patience?: number;
}

export interface BoostedTreesOptions {
  /** `classification`: the outcome is 0 or 1, and predictions are probabilities of 1. */
  readonly task: "regression" | "classification";
  /** Most trees. Default 100. */
  readonly trees?: number;
  /** Share of each tree's step that is taken, in (0, 1]. Default 0.1. */
  readonly learningRate?: number;
  /** Most leaves of a tree, from 2 on. Default 31. */
  readonly maxLeaves?: number;
  /** Most splits on the way to a leaf. Default Infinity. */
  readonly maxDepth?: number;
  /** Rows that a leaf has at least, whatever their weights. Default 20. */
  readonly minLeaf?: number;
  /** Added to the hessian of a leaf, which draws its step to 0. Default 0. */
  readonly l2?: number;
  /** Bins of a column, 2 ... 255, besides the one for missing values. Default 255. */
  readonly bins?: number;
  /** Share of the rows that each tree is grown on, drawn anew without replacement, in (0, 1]. Default 1. */
  readonly subsample?: number;
  /** Share of the columns that each tree may split on, drawn anew, in (0, 1], rounded, at least one. Default 1. */
  readonly columnsPerTree?: number;
  /** Default false: all trees are grown. */
  readonly earlyStopping?: EarlyStopping | false;
  /** Default 1. It matters for early stopping, subsamples of rows or columns, and above 50,000 rows. */
  readonly seed?: number;
}

export interface ColumnImportance {
  readonly column: string;
  /** Splits on the column, over all trees kept. */
  readonly splits: number;
  /** Sum of the gains of these splits. */
  readonly gain: number;
}

export interface BoostedModel extends Model {
  /** Trees that predict. */
  readonly trees: number;
  /** Mean loss on the rows learned from: before the first tree, after one tree, two, ...; also those not kept. */
  readonly trainingLoss: Float64Array;
  /** The same on the rows held out; undefined without early stopping. */
  readonly validationLoss: Float64Array | undefined;
  readonly stoppedEarly: boolean;
  /** Every column, the largest gain first. */
  readonly importance: readonly ColumnImportance[];
}

export interface BoostedTrees extends Learner {
  fit(x: Features, y: ArrayLike<number>, options?: FitOptions): BoostedModel;
}

/**
 * A learner that adds up trees, each a Newton step on the loss that the ones before have left:
 *
 *     f_0 = the best constant,   f_t(x) = f_t-1(x) - learningRate * G / (H + l2) in the leaf of x,
 *
 * G and H sums of first and second derivatives of the loss at f_t-1 over the leaf's rows. A tree starts as one leaf; the leaf
 * with the largest gain G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2) - G^2 / (H + l2) is split until there are `maxLeaves`, or
 * no split leaves `minLeaf` rows and a hessian of 0.001 (times the mean weight, if that is below 1) on both sides. Losses are
 * the squared error (reported: its mean) and the log loss.
 *
 * Missing values (NaN) are allowed in columns: each split learns which side they go to; where it met none, the side with more
 * rows. An infinite value is an error. Weights multiply the losses and count for quantiles, but not for `minLeaf`: where
 * that is 1 and there are at most 50,000 rows, a weight of 2 equals a repeated row.
 *
 * Early stopping holds rows out at random (for a classification the same share of both outcomes), ends after `patience` trees
 * that are no better, and keeps the trees up to the lowest loss on them.
 *
 * As in scikit-learn's HistGradientBoosting: both losses and their starts, bins (up to 255, midway between values or at
 * quantiles), gains, Newton steps, best-first growth, minimal hessian, missing values, and the defaults of learning rate (0.1),
 * trees (100), leaves (31), rows in a leaf (20) and l2 (0); the first trees of both then predict the same to 8 digits. Not as
 * there: quantiles come from at most 50,000 rows (there 200,000); early stopping is off unless asked for (there
 * it is on above 10,000 rows) and takes back the trees after the best one; `columnsPerTree` draws for a tree, not for each
 * split; and rows can be subsampled.
 *
 * An outcome that is the same on every row, and so a classification with one class, gives a model that always predicts
 * it, with a warning. The same seed gives the same model on every machine.
 * Sources: Friedman 2001, doi:10.1214/aos/1013203451; Ke et al. 2017, *LightGBM*, NeurIPS 30; Chen and Guestrin 2016,
 * doi:10.1145/2939672.2939785, section 2.2 (Newton steps) and 3.4 (missing values).
 * @throws Error for an unknown or impossible option; in `fit` as {@link fitInput}, for a classification's outcome other
 *     than 0 and 1, and for more than 16,777,215 rows
 */
export function boostedTrees(options: BoostedTreesOptions): BoostedTrees {
  const recipe = completed(options);
  const { trees, maxLeaves, learningRate, earlyStopping } = recipe;
  return {
    name: `boosted trees (${earlyStopping ? "at most " : ""}${trees} of ${maxLeaves} leaves, rate ${learningRate})`,
    fit: (x, y, given = {}) => fit(recipe, x, fitInput(x, y, given.weights), given.seed),
  };
}

type Recipe = Required<Omit<BoostedTreesOptions, "earlyStopping">> & {
  readonly earlyStopping: Required<EarlyStopping> | false;
};

const DEFAULTS = {
  trees: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  maxDepth: Infinity,
  minLeaf: 20,
  l2: 0,
  bins: MOST_BINS,
  subsample: 1,
  columnsPerTree: 1,
  earlyStopping: false,
  seed: 1,
} as const;

function completed(options: BoostedTreesOptions): Recipe {
  const known = ["task", ...Object.keys(DEFAULTS)];
  refuseUnknown(options, known, "boostedTrees");
  if (options.task !== "regression" && options.task !== "classification") {
    throw new Error(`The task is regression or classification, not ${options.task}.`);
  }
  const { earlyStopping, ...others } = options;
  const stopping = earlyStopping && {
    validationShare: 0.1,
    patience: 10,
    ...defined(earlyStopping),
  };
  const recipe = {
    ...DEFAULTS,
    ...defined(others),
    task: options.task,
    earlyStopping: stopping || false,
  } as Recipe;
  const whole = (n: number) => Number.isInteger(n);
  const share = (s: number) => s > 0 && s <= 1;
  check(recipe, "trees", "a whole number from 1 on", (n) => whole(n) && n >= 1);
  check(recipe, "learningRate", "above 0 and at most 1", share);
  check(recipe, "maxLeaves", "a whole number from 2 on", (n) => whole(n) && n >= 2);
  check(
    recipe,
    "maxDepth",
    "a whole number from 1 on, or Infinity",
    (n) => (whole(n) && n >= 1) || n === Infinity,
  );
  check(recipe, "minLeaf", "a whole number from 1 on", (n) => whole(n) && n >= 1);
  check(recipe, "l2", "0 or more", (n) => n >= 0 && n < Infinity);
  check(
    recipe,
    "bins",
    `a whole number from 2 to ${MOST_BINS}`,
    (n) => whole(n) && n >= 2 && n <= MOST_BINS,
  );
  check(recipe, "subsample", "above 0 and at most 1", share);
  check(recipe, "columnsPerTree", "above 0 and at most 1", share);
  if (recipe.earlyStopping) {
    refuseUnknown(recipe.earlyStopping, ["validationShare", "patience"], "earlyStopping");
    check(recipe.earlyStopping, "validationShare", "between 0 and 1", (s) => s > 0 && s < 1);
    check(recipe.earlyStopping, "patience", "a whole number from 1 on", (n) => whole(n) && n >= 1);
  }
  return recipe;
}

function refuseUnknown(options: object, known: readonly string[], of: string): void {
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(`${of} has no option ${unknown.join(", ")}. It has ${known.join(", ")}.`);
}

function check<Name extends string>(
  options: { readonly [name in Name]: unknown },
  name: Name,
  range: string,
  holds: (value: number) => boolean,
): void {
  const value = options[name];
  if (typeof value === "number" && holds(value)) return;
  throw new Error(`${name} is ${range}, not ${value}.`);
}

/** Without the options that are undefined, so that they do not hide defaults. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function fit(recipe: Recipe, x: Features, input: FitInput, seed = recipe.seed): BoostedModel {
  const { outcome, rows } = input;
  if (recipe.task === "classification") {
    const wrong = rows.find((i) => outcome[i] !== 0 && outcome[i] !== 1);
    if (wrong !== undefined) {
      throw new Error(
        `Row ${wrong + 1}: the outcome of a classification is 0 or 1, not ${outcome[wrong]}.`,
      );
    }
  }
  const first = outcome[rows[0]!]!;
  if (rows.every((i) => outcome[i] === first)) return constantModel(recipe, x, first);
  const loss = recipe.task === "regression" ? squaredError : logLoss;
  const boosted = boost(recipe, loss, x, input, seed);
  return {
    trees: boosted.trees.length,
    trainingLoss: boosted.trainingLoss,
    validationLoss: boosted.validationLoss,
    stoppedEarly: boosted.stoppedEarly,
    importance: importance(x.names, boosted.trees),
    warnings: boosted.warnings,
    predict: (given) => {
      const table = takeColumns(given, x.names);
      const predictions = new Float64Array(table.rows).fill(boosted.start);
      for (const tree of boosted.trees) addTreeValues(tree, table, predictions);
      loss.toOutcome(predictions);
      return predictions;
    },
  };
}

/** Of an outcome without variation. */
function constantModel(recipe: Recipe, x: Features, value: number): BoostedModel {
  return {
    trees: 0,
    trainingLoss: Float64Array.of(0),
    validationLoss: recipe.earlyStopping ? Float64Array.of(0) : undefined,
    stoppedEarly: false,
    importance: importance(x.names, []),
    warnings: [`the outcome is ${value} on every row, and so is every prediction`],
    predict: (given) => new Float64Array(takeColumns(given, x.names).rows).fill(value),
  };
}

function importance(
  names: readonly string[],
  trees: readonly RegressionTree[],
): readonly ColumnImportance[] {
  const splits = new Float64Array(names.length);
  const gain = new Float64Array(names.length);
  for (const tree of trees) {
    tree.column.forEach((j, node) => {
      if (j < 0) return;
      splits[j]! += 1;
      gain[j]! += tree.gain[node]!;
    });
  }
  return names
    .map((column, j) => ({ column, splits: splits[j]!, gain: gain[j]! }))
    .sort((a, b) => b.gain - a.gain);
}
