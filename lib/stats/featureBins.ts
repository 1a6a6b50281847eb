/** Each column cut into at most 255 bins, so that a value is one byte and a split is a bin's upper edge. */
import type { Features } from "./features";
import { type Random, random } from "./random";
import { sampleWithoutReplacement } from "./randomTables";

/** Where the columns are cut. */
export interface BinEdges {
  /**
   * For each column ascending edges; bin k holds edges[k - 1] < x <= edges[k], and one more bin what is above the last. A
   * column without edges is constant. Missing values are in the bin after that.
   */
  readonly edges: readonly Float64Array[];
  /** 1 for a column in which a value is missing. */
  readonly hasMissing: Uint8Array;
}

/** Most bins of a column, the one for missing values not counted. */
export const MOST_BINS = 255;
/** Rows that quantiles are taken of. */
const MOST_ROWS = 50_000;

/**
 * Edges for these rows of x. A column of at most `bins` different values is cut midway between neighbours; any other at its
 * 1/bins, 2/bins, ... quantiles, equal ones once, from 50,000 rows drawn at random where there are more. A quantile is the
 * least value up to which the rows have the share p of the weight, and midway to the next where they have exactly p. So does
 * scikit-learn's HistGradientBoosting (1.9), from 200,000 rows.
 * The cuts depend on the order of the values alone: a rising transformation of a column leaves every value in its bin.
 * @param rows  indices, at least one, all with a weight above 0
 * @throws Error naming row and column for an infinite value
 */
export function binEdges(
  x: Features,
  rows: Int32Array,
  weights: Float64Array,
  { bins, seed }: { readonly bins: number; readonly seed: number },
): BinEdges {
  const hasMissing = missingColumns(x, rows);
  const drawn = drawRows(rows, random(seed).fork("bins"));
  const weightOf = Float64Array.from(drawn, (i) => weights[i]!);
  const isWeighted = weightOf.some((weight) => weight !== weightOf[0]);
  const columns = columnsOf(x, drawn);
  const edges = x.names.map((_, j) => {
    const column = columns.subarray(j * drawn.length, (j + 1) * drawn.length);
    return isWeighted ? weightedCuts(column, weightOf, bins) : cuts(column, bins);
  });
  return { edges, hasMissing };
}

/** 1 for each column in which a value of these rows is missing. */
function missingColumns(x: Features, rows: Int32Array): Uint8Array {
  const width = x.names.length;
  const hasMissing = new Uint8Array(width);
  for (let k = 0; k < rows.length; k++) {
    const start = rows[k]! * width;
    for (let j = 0; j < width; j++) {
      const value = x.values[start + j]!;
      if (Number.isFinite(value)) continue;
      if (!Number.isNaN(value)) {
        throw new Error(
          `Column ${x.names[j]}, row ${rows[k]! + 1}: ${value}. Leave the row out or bound the value.`,
        );
      }
      hasMissing[j] = 1;
    }
  }
  return hasMissing;
}

function drawRows(rows: Int32Array, draws: Random): Int32Array {
  if (rows.length <= MOST_ROWS) return rows;
  const places = sampleWithoutReplacement(rows.length, MOST_ROWS, draws);
  return places.map((place) => rows[place]!);
}

/** The values of these rows, column after column. */
function columnsOf(x: Features, rows: Int32Array): Float64Array {
  const width = x.names.length;
  const columns = new Float64Array(rows.length * width);
  for (let k = 0; k < rows.length; k++) {
    const start = rows[k]! * width;
    for (let j = 0, at = k; j < width; j++, at += rows.length) columns[at] = x.values[start + j]!;
  }
  return columns;
}

/** Sorts the column in place. */
function cuts(column: Float64Array, bins: number): Float64Array {
  let known = column.sort().length;
  while (known > 0 && Number.isNaN(column[known - 1]!)) known--;
  const sorted = column.subarray(0, known);
  const places = (k: number) => {
    const place = Math.floor((known * k) / bins);
    return [(known * k) % bins === 0 ? place - 1 : place, place] as const;
  };
  return fewValueCuts(sorted, bins) ?? quantileCuts(sorted, bins, places);
}

function weightedCuts(column: Float64Array, weights: Float64Array, bins: number): Float64Array {
  const order = Uint32Array.from(column.keys())
    .filter((i) => !Number.isNaN(column[i]!))
    .sort((a, b) => column[a]! - column[b]!);
  const sorted = Float64Array.from(order, (i) => column[i]!);
  const upTo = Float64Array.from(order, (i) => weights[i]!);
  for (let k = 1; k < upTo.length; k++) upTo[k]! += upTo[k - 1]!;
  const all = upTo[upTo.length - 1]!;
  let place = 0;
  const places = (k: number) => {
    while (upTo[place]! * bins < all * k) place++;
    return [place, upTo[place]! * bins === all * k ? place + 1 : place] as const;
  };
  return fewValueCuts(sorted, bins) ?? quantileCuts(sorted, bins, places);
}

/** Midway between the different values, where they are at most `bins`. */
function fewValueCuts(sorted: Float64Array, bins: number): Float64Array | undefined {
  const different: number[] = [];
  for (let k = 0; k < sorted.length; k++) {
    if (k > 0 && sorted[k] === sorted[k - 1]) continue;
    different.push(sorted[k]!);
    if (different.length > bins) return undefined;
  }
  return Float64Array.from(different.slice(1), (value, k) => midway(different[k]!, value));
}

/** @param places  the two places that the quantile k / bins lies between; asked for with rising k */
function quantileCuts(
  sorted: Float64Array,
  bins: number,
  places: (k: number) => readonly [number, number],
): Float64Array {
  const edges: number[] = [];
  for (let k = 1; k < bins; k++) {
    const [low, high] = places(k);
    const edge = midway(sorted[low]!, sorted[high]!);
    if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
  }
  // An edge at the largest value would leave nothing above it.
  if (edges[edges.length - 1]! >= sorted[sorted.length - 1]!) edges.pop();
  return Float64Array.from(edges);
}

/** A number from a on and below b, where rounding leaves room; a where a = b. */
function midway(a: number, b: number): number {
  const middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

/** Rows that are binned together: their values then stay in the cache while column after column reads them. */
const BLOCK = 1024;

/**
 * Bins of all rows of x, column by column: the bin of column j in row i goes to `target[j * x.rows + i]`.
 */
export function binFeatures(x: Features, edges: readonly Float64Array[], target: Uint8Array): void {
  const { rows, values } = x;
  const width = x.names.length;
  const padded = edges.map((own) => {
    const all = new Float64Array(256).fill(Infinity);
    all.set(own);
    return all;
  });
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows);
    for (let j = 0; j < width; j++) {
      binColumn(values, j, width, from, to, padded[j]!, edges[j]!.length + 1, target, j * rows);
    }
  }
}

function binColumn(
  values: Float64Array,
  column: number,
  width: number,
  from: number,
  to: number,
  edges: Float64Array,
  missing: number,
  target: Uint8Array,
  start: number,
): void {
  for (let i = from; i < to; i++) {
    const value = values[i * width + column]!;
    // How many edges are below the value: bisection of 256 places, always in eight steps.
    let bin = edges[127]! < value ? 128 : 0;
    bin += edges[bin + 63]! < value ? 64 : 0;
    bin += edges[bin + 31]! < value ? 32 : 0;
    bin += edges[bin + 15]! < value ? 16 : 0;
    bin += edges[bin + 7]! < value ? 8 : 0;
    bin += edges[bin + 3]! < value ? 4 : 0;
    bin += edges[bin + 1]! < value ? 2 : 0;
    bin += edges[bin]! < value ? 1 : 0;
    target[start + i] = Number.isNaN(value) ? missing : bin;
  }
}
