/** How many values lie where: bins and bars, on a linear or a logarithmic axis. */
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, rounded } from "./figure";
import { axis, type Color, cornerNote, legendFor, PALETTE, themedLayout } from "./theme";

export interface BinOptions {
  /** Most bins; default 40. */
  readonly bins?: number;
  /** Bins equally wide on a logarithmic axis; default false. */
  readonly logX?: boolean;
}

export interface Bins {
  /** `counts.length + 1` ascending edges. A bin holds its lower edge; the last one also its upper edge. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** True when all values are whole numbers. */
  readonly whole: boolean;
  /** Values of 0 and below, which a logarithmic axis cannot show. Always 0 on a linear one. */
  readonly notPositive: number;
  /** NaN and infinite values. */
  readonly missing: number;
}

export interface HistogramOptions extends FigureOptions, BinOptions {
  /** Default blue. */
  readonly color?: Color;
  /** Counts on a logarithmic axis, for tails of few values; default false. A bin without values has no bar. */
  readonly logY?: boolean;
  /** Values to mark with a dashed line, by the name a legend shows: `{ "high watch": 0.8 }`. */
  readonly marks?: Readonly<Record<string, number>>;
}

/**
 * Counts `values` in bins of equal width, on a logarithmic axis of equal width in log x.
 *
 * Whole numbers need care, or a bar is high only because its bin holds one number more than its neighbours, and a
 * gap means "no such number" instead of "no such value". So on a linear axis every bin gets equally many of them,
 * with edges halfway between two; on a logarithmic axis there are only as many bins as keep that number from
 * falling from one bin to the next.
 * @param values  numbers in any order; NaN and infinite ones are counted as missing
 * @throws Error when `bins` is not a whole number from 1 to 5,000, or when nothing is left to count
 */
export function binned(values: ArrayLike<number>, options: BinOptions = {}): Bins {
  const { bins = 40, logX = false } = options;
  if (!Number.isInteger(bins) || bins < 1 || bins > 5000) {
    throw new Error(`bins is a whole number from 1 to 5000, not ${bins}.`);
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let whole = true;
  let missing = 0;
  let notPositive = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) missing++;
    else if (logX && value <= 0) notPositive++;
    else {
      if (value < low) low = value;
      if (value > high) high = value;
      if (whole && !Number.isInteger(value)) whole = false;
    }
  }
  if (low > high) {
    const why = notPositive > 0 ? `${notPositive} values are 0 or below` : "no value is a number";
    throw new Error(`A histogram needs at least one ${logX ? "positive " : ""}number: ${why}.`);
  }
  const edges = edgesOf(low, high, { bins, logX, whole });
  return { edges, counts: counted(values, edges, logX), whole, notPositive, missing };
}

interface Spread {
  readonly bins: number;
  readonly logX: boolean;
  readonly whole: boolean;
}

function edgesOf(low: number, high: number, { bins, logX, whole }: Spread): number[] {
  if (low === high) return logX ? [low / 1.25, low * 1.25] : [low - 0.5, low + 0.5];
  if (!logX) return whole ? wholeEdges(low, high, bins) : linearEdges(low, high, bins);
  let edges = logEdges(low, high, bins);
  for (let fewer = bins - 1; whole && fewer > 0 && !holdsMoreAndMore(edges); fewer--) {
    edges = logEdges(low, high, fewer);
  }
  return edges;
}

function linearEdges(low: number, high: number, bins: number): number[] {
  return spread(low, high, bins, (part) => low + part * (high - low));
}

function logEdges(low: number, high: number, bins: number): number[] {
  return spread(low, high, bins, (part) => low ** (1 - part) * high ** part);
}

/** Both ends as they are, edges between them cut to 12 digits: a bin begins at 10, not at 9.999999999999998. */
function spread(low: number, high: number, bins: number, at: (part: number) => number): number[] {
  return Array.from({ length: bins + 1 }, (_, i) => {
    if (i === 0) return low;
    if (i === bins) return high;
    const edge = at(i / bins);
    const round = Number(edge.toPrecision(12));
    return round > low && round < high ? round : edge;
  });
}

/** Edges at k + 1/2, each bin with the same count of whole numbers; the last one may reach above `high`. */
function wholeEdges(low: number, high: number, bins: number): number[] {
  const width = Math.ceil((high - low + 1) / bins);
  const needed = Math.ceil((high - low + 1) / width);
  return Array.from({ length: needed + 1 }, (_, i) => low - 0.5 + i * width);
}

/** True when no bin is without a whole number and none holds fewer than the bin before it. */
function holdsMoreAndMore(edges: readonly number[]): boolean {
  let before = 1;
  for (let bin = 0; bin + 1 < edges.length; bin++) {
    const [first, final] = wholeRange(edges, bin);
    const held = final - first + 1;
    if (held < before) return false;
    before = held;
  }
  return true;
}

/** The first and the last whole number in a bin. */
function wholeRange(edges: readonly number[], bin: number): [first: number, final: number] {
  const [low, high] = [edges[bin]!, edges[bin + 1]!];
  const isLast = bin === edges.length - 2;
  return [Math.ceil(low), isLast ? Math.floor(high) : Math.ceil(high) - 1];
}

/**
 * How many values lie in each bin between ascending edges, all of which lie within; the last bin holds its upper
 * edge.
 */
export function counted(
  values: ArrayLike<number>,
  edges: readonly number[],
  logX: boolean,
): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const last = counts.length - 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value) || (logX && value <= 0)) continue;
    // The largest index whose edge is at or below the value.
    let from = 0;
    let to = last;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if (edges[middle]! <= value) from = middle;
      else to = middle - 1;
    }
    counts[from]!++;
  }
  return counts;
}

/**
 * A histogram of `values`. Hovering over a bar shows its range and count. What a logarithmic axis cannot
 * show, and what is missing, is counted and said in the figure.
 * @throws Error as {@link binned} does
 * @example histogram(users.n_ratings, { logX: true, bins: 60, title: "Ratings per user", xTitle: "Ratings, log scale", yTitle: "Users" })
 */
export function histogram(values: ArrayLike<number>, options: HistogramOptions): Figure {
  const bins = binned(values, options);
  const { edges, counts } = bins;
  const color = PALETTE[options.color ?? "blue"];
  const trace = {
    type: "bar",
    x: counts.map((_, i) => rounded((edges[i]! + edges[i + 1]!) / 2)),
    y: counts,
    width: counts.map((_, i) => rounded(edges[i + 1]! - edges[i]!)),
    hovertext: counts.map((count, i) => `${rangeText(bins, i)}: ${count.toLocaleString("en-US")}`),
    hoverinfo: "text",
    marker: { color, line: { color: "#ffffff", width: 0.5 } },
  };
  const range = [edges[0]!, edges[edges.length - 1]!];
  const xaxis = options.logX
    ? axis(options.xTitle, { type: "log", ...logTicks(range[0]!, range[1]!, bins.whole) })
    : axis(options.xTitle);
  const marks = Object.entries(options.marks ?? {});
  const highest = Math.max(...counts);
  const markLines = marks.map(([name, value], index) => ({
    type: "scatter",
    mode: "lines",
    name,
    x: [value, value],
    y: [options.logY ? LEAST_ON_LOG_AXIS : 0, highest],
    hoverinfo: "name",
    line: { color: PALETTE[MARK_COLORS[index % MARK_COLORS.length]!], width: 2, dash: "dash" },
  }));
  return displayed({
    data: marks.length > 0 ? [{ ...trace, name: options.yTitle }, ...markLines] : [trace],
    layout: themedLayout(options, {
      bargap: 0,
      xaxis,
      yaxis: axis(options.yTitle, options.logY ? logCounts(highest) : { rangemode: "tozero" }),
      ...legendFor(marks.length > 0 ? 2 : 1),
      annotations: leftOut(bins),
    }),
  });
}

const MARK_COLORS: readonly Color[] = ["black", "vermillion", "green"];

/** Where a logarithmic axis of counts begins: below 1, so that a bin of one value has a bar. */
const LEAST_ON_LOG_AXIS = 0.5;

function logCounts(highest: number): Record<string, unknown> {
  return {
    type: "log",
    range: [Math.log10(LEAST_ON_LOG_AXIS), Math.log10(highest * 1.5)],
    dtick: 1,
  };
}

function rangeText({ edges, whole }: Bins, bin: number): string {
  const [low, high] = [edges[bin]!, edges[bin + 1]!];
  const text = (value: number) => Number(value.toPrecision(4)).toLocaleString("en-US");
  if (!whole) return `${text(low)} to ${text(high)}`;
  const [first, final] = wholeRange(edges, bin);
  return first >= final
    ? first.toLocaleString("en-US")
    : `${first.toLocaleString("en-US")} to ${final.toLocaleString("en-US")}`;
}

/** For a logarithmic axis: labels at 1, 2, 5, 10, 20 ... where they fit, at powers of ten over longer ranges. */
export function logTicks(low: number, high: number, whole: boolean): Record<string, unknown> {
  const decades = Math.log10(high / low);
  const steps = decades > 4.5 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (tick >= low && tick <= high && !(whole && tick < 1)) ticks.push(tick);
    }
  }
  // Too short a range for such labels: plotly's own are then better.
  if (ticks.length < 2) return {};
  return {
    tickvals: ticks,
    ticktext: ticks.map((tick) => tick.toLocaleString("en-US", { maximumSignificantDigits: 3 })),
  };
}

function leftOut({ notPositive, missing }: Bins): object[] {
  const parts: string[] = [];
  if (notPositive > 0)
    parts.push(`off the log axis (0 or below): ${notPositive.toLocaleString("en-US")}`);
  if (missing > 0) parts.push(`missing: ${missing.toLocaleString("en-US")}`);
  return parts.length > 0 ? [cornerNote(parts.join(", "))] : [];
}
