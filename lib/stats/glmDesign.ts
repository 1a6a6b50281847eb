/** What a generalized linear model is fitted to, checked, and its columns on a common scale. */
import { FAMILIES, type Family } from "./glmFamilies";
import { dot } from "./sandwich";

export interface GlmInput {
  readonly outcome: ArrayLike<number>;
  /** Regressors by name, each as long as the outcome. */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
  /** Weights >= 0 of the rows' log likelihoods. Default 1 each. */
  readonly weights?: ArrayLike<number>;
  /** Added to the linear predictor of each row with a coefficient of 1. Default 0. */
  readonly offset?: ArrayLike<number>;
  /** Cluster of each row; needed for `cluster` and `CR2`. */
  readonly cluster?: ArrayLike<number>;
}

/**
 * Columns (x - mean) / scale: in these units sums of products keep their digits. The column of ones, where there is one, is
 * the first.
 */
export interface GlmDesign {
  readonly intercept: boolean;
  /** Names of all coefficients, K of them. */
  readonly names: readonly string[];
  /** The K - 1, or without an intercept K, columns in their own units. */
  readonly columns: readonly Float64Array[];
  /** Subtracted from each column: its mean, or without an intercept 0. */
  readonly means: Float64Array;
  /** Standard deviation with n of each column, or without an intercept the root of its mean square. */
  readonly scales: Float64Array;
  /** Standard deviation with n of each column. */
  readonly deviations: Float64Array;
  readonly outcome: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly offset: Float64Array | undefined;
  /** Indices of the rows with a weight above 0, or undefined when all are. */
  readonly used: Int32Array | undefined;
  /** Rows with a weight above 0. */
  readonly rows: number;
}

/** A column that varies by less than this share of its size is constant. */
const CONSTANT = 1e-10;

/** Checks the input; names of constant columns come back beside the design, which has no place for them. */
export function glmDesign(
  input: GlmInput,
  family: Family,
  intercept: boolean,
): { design: GlmDesign; constant: string[] } {
  const length = input.outcome.length;
  const weights = input.weights && checkedColumn("weights", input.weights, length);
  const used = weights && rowsOfWeight(weights);
  const outcome = checkedOutcome(input.outcome, weights, family);
  const offset = input.offset && checkedColumn("offset", input.offset, length);
  const names: string[] = intercept ? ["intercept"] : [];
  const columns: Float64Array[] = [];
  const [means, scales, deviations]: number[][] = [[], [], []];
  const constant: string[] = [];
  for (const [name, given] of Object.entries(input.columns)) {
    if (intercept && name === "intercept") {
      throw new Error("A column is called intercept. Rename it, or pass { intercept: false }.");
    }
    const column = checkedColumn(name, given, length);
    const { mean, deviation } = moments(column, weights);
    const size = Math.hypot(mean, deviation);
    if (size === 0 || (intercept && deviation <= CONSTANT * size)) {
      constant.push(name);
      continue;
    }
    names.push(name);
    columns.push(column);
    means!.push(intercept ? mean : 0);
    scales!.push(intercept ? deviation : size);
    deviations!.push(deviation);
  }
  const rows = used ? used.length : length;
  const design: GlmDesign = {
    intercept,
    names,
    columns,
    means: Float64Array.from(means!),
    scales: Float64Array.from(scales!),
    deviations: Float64Array.from(deviations!),
    outcome,
    weights,
    offset,
    used: rows < length ? used : undefined,
    rows,
  };
  return { design, constant };
}

/** The design without the coefficients of these numbers. */
export function withoutColumns(design: GlmDesign, numbers: readonly number[]): GlmDesign {
  const first = design.intercept ? 1 : 0;
  const kept = design.columns.map((_, j) => j).filter((j) => !numbers.includes(j + first));
  const pick = (values: Float64Array) => Float64Array.from(kept, (j) => values[j]!);
  return {
    ...design,
    names: design.names.filter((_, k) => !numbers.includes(k)),
    columns: kept.map((j) => design.columns[j]!),
    means: pick(design.means),
    scales: pick(design.scales),
    deviations: pick(design.deviations),
  };
}

/** Linear predictors of all rows, from coefficients of the columns (x - mean) / scale. */
export function linearPredictor(
  design: Pick<GlmDesign, "intercept" | "means" | "scales">,
  columns: readonly ArrayLike<number>[],
  coefficients: Float64Array,
  offset: ArrayLike<number> | undefined,
  rows: number,
): Float64Array {
  const first = design.intercept ? 1 : 0;
  const predictor = new Float64Array(rows).fill(design.intercept ? coefficients[0]! : 0);
  if (offset) for (let i = 0; i < rows; i++) predictor[i]! += offset[i]!;
  const slopes = columns.map((_, j) => coefficients[j + first]! / design.scales[j]!);
  let j = 0;
  for (; j + 1 < columns.length; j += 2) addTwo(columns, j, slopes, design.means, predictor);
  if (j < columns.length) {
    const [column, slope, mean] = [columns[j]!, slopes[j]!, design.means[j]!];
    for (let i = 0; i < rows; i++) predictor[i]! += slope * (column[i]! - mean);
  }
  return predictor;
}

/** Two columns at a time, for half the trips to the predictor. */
function addTwo(
  columns: readonly ArrayLike<number>[],
  j: number,
  slopes: readonly number[],
  means: Float64Array,
  predictor: Float64Array,
): void {
  const [x0, x1] = [columns[j]!, columns[j + 1]!];
  const [b0, b1] = [slopes[j]!, slopes[j + 1]!];
  const [m0, m1] = [means[j]!, means[j + 1]!];
  for (let i = 0; i < predictor.length; i++) {
    predictor[i]! += b0 * (x0[i]! - m0) + b1 * (x1[i]! - m1);
  }
}

/** The column as a typed array, itself where it is one; all its values are finite. */
export function checkedColumn(name: string, given: ArrayLike<number>, rows: number): Float64Array {
  if (given.length !== rows) {
    throw new Error(`${name} has ${given.length} values, not ${rows}.`);
  }
  const column = given instanceof Float64Array ? given : Float64Array.from(given);
  // A sum is finite where its terms are, unless they are near the largest number.
  const row = Number.isFinite(sumOf(column))
    ? -1
    : column.findIndex((value) => !Number.isFinite(value));
  if (row >= 0) {
    throw new Error(
      `${name}, row ${row}: ${column[row]} is no number. Leave rows with missing values out.`,
    );
  }
  return column;
}

function rowsOfWeight(weights: Float64Array): Int32Array {
  const used = new Int32Array(weights.length);
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! < 0) throw new Error(`Row ${i}: a weight is 0 or more, not ${weights[i]}.`);
    if (weights[i]! > 0) used[count++] = i;
  }
  return used.subarray(0, count);
}

/** Outcomes that the family allows; those of weight 0 are not looked at. */
function checkedOutcome(
  given: ArrayLike<number>,
  weights: Float64Array | undefined,
  family: Family,
): Float64Array {
  const outcome = given instanceof Float64Array ? given : Float64Array.from(given);
  const { wrong } = FAMILIES[family];
  for (let i = 0; i < outcome.length; i++) {
    if (weights && weights[i] === 0) continue;
    const y = outcome[i]!;
    if (!Number.isFinite(y)) {
      throw new Error(
        `outcome, row ${i}: ${y} is no number. Leave rows with missing values out, or give them weight 0.`,
      );
    }
    const rule = wrong(y);
    if (rule) throw new Error(`outcome, row ${i}: ${y}. A ${family} outcome is ${rule}.`);
  }
  return outcome;
}

/** Mean and standard deviation with n. */
function moments(column: Float64Array, weights: Float64Array | undefined) {
  const n = column.length;
  const total = weights ? sumOf(weights) : n;
  if (!(total > 0)) return { mean: 0, deviation: 0 };
  const mean = (weights ? dot(column, weights) : sumOf(column)) / total;
  let [s0, s1] = [0, 0];
  for (let i = 0; i < n; i += 2) {
    const from = column[i]! - mean;
    s0 += (weights ? weights[i]! : 1) * from * from;
    if (i + 1 === n) break;
    const next = column[i + 1]! - mean;
    s1 += (weights ? weights[i + 1]! : 1) * next * next;
  }
  return { mean, deviation: Math.sqrt((s0 + s1) / total) };
}

/** Two sums side by side: a processor adds to one while it waits for the other. */
function sumOf(values: Float64Array): number {
  const n = values.length;
  let [s0, s1] = [0, 0];
  for (let i = 0; i + 1 < n; i += 2) {
    s0 += values[i]!;
    s1 += values[i + 1]!;
  }
  return s0 + s1 + (n % 2 === 1 ? values[n - 1]! : 0);
}
