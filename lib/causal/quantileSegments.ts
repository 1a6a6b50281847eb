/** Rows cut into segments of about equal size by a number, labelled as pandas labels them. */
import { quantile } from "../stats/quantile";

export interface Segmentation {
  /** Label of each row's segment; null where its number is missing. */
  readonly labels: readonly (string | null)[];
  /** Labels from the lowest segment up. */
  readonly order: readonly string[];
  /** Ends of the segments, one more than there are. */
  readonly edges: readonly number[];
}

export interface QuantileSegmentsOptions {
  /** Number of segments, from 1 on. Default 4: quartiles. */
  readonly parts?: number;
  /** Equal edges, where many rows share a number: an error (default), or merged into fewer segments. */
  readonly duplicates?: "error" | "merge";
}

/**
 * Segments between the quantiles 0, 1/parts, ..., 1 of a column (linear interpolation at (n - 1) p), closed on the right; the
 * least number belongs to the first. Labels are those of `pandas.qcut`: edges with three digits after the point, more where
 * they would not differ, for numbers below 1 three significant ones, and the first lowered by one in the last of them:
 * `(-0.001, 123.0]`.
 * Missing values (NaN) are in no segment and do not count.
 * @throws Error without a number, for infinite numbers, or for equal edges unless they are to be merged
 */
export function quantileSegments(
  values: ArrayLike<number>,
  options: QuantileSegmentsOptions = {},
): Segmentation {
  const { parts = 4, duplicates = "error" } = options;
  if (!(Number.isInteger(parts) && parts >= 1)) {
    throw new Error(`The number of segments is a whole number from 1 on, not ${parts}.`);
  }
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) throw new Error("There is no number to cut into segments.");
  if (!Number.isFinite(sorted[0]! - sorted[sorted.length - 1]!)) {
    throw new Error("A number is infinite. Leave such rows out, or make them missing (NaN).");
  }
  const all = Array.from({ length: parts + 1 }, (_, k) => quantile(sorted, k / parts));
  const edges = all.filter((edge, k) => k === 0 || edge !== all[k - 1]);
  if (edges.length < all.length && duplicates === "error") {
    throw new Error(
      `Quantiles ${all.join(", ")} are not all different. Ask for fewer segments, or pass { duplicates: "merge" }.`,
    );
  }
  if (edges.length === 1) throw new Error(`All rows have the number ${edges[0]}: one segment.`);
  const order = intervalLabels(edges);
  const labels = Array.from(values, (value) =>
    Number.isNaN(value) ? null : order[Math.max(0, firstFrom(edges, value) - 1)]!,
  );
  return { labels, order, edges };
}

/** Place of the first edge that is not below the value. */
function firstFrom(edges: readonly number[], value: number): number {
  return edges.findIndex((edge) => edge >= value);
}

/** Labels of right-closed intervals between edges, as `pandas.qcut` and `pandas.cut` with `include_lowest` write them. */
export function intervalLabels(edges: readonly number[]): string[] {
  let precision = 3;
  while (precision < 19 && new Set(edges.map((edge) => shown(edge, precision))).size < edges.length)
    precision++;
  // Where no precision tells them apart pandas goes back to three digits.
  if (precision === 19) precision = 3;
  const breaks = edges.map((edge) => shown(edge, precision));
  breaks[0]! -= 10 ** -precision;
  return breaks.slice(1).map((right, k) => `(${floatText(breaks[k]!)}, ${floatText(right)}]`);
}

/** Rounded to so many digits after the point, or to so many significant ones below 1. */
function shown(value: number, precision: number): number {
  if (value === 0) return 0;
  const size = Math.abs(value);
  const digits = size < 1 ? precision - 1 - Math.floor(Math.log10(size)) : precision;
  const scaled = value * 10 ** digits;
  return Number.isFinite(scaled) ? halfToEven(scaled) / 10 ** digits : value;
}

function halfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** As Python writes a float: whole numbers end in `.0`. */
function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
