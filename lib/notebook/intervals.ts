/** Estimates with their intervals, one row each: a forest plot. */
import type { Row } from "../loaders/rows";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS, rounded } from "./figure";
import { columnAxis, rowAxis, shortNumber, wrapped } from "./labels";
import { axis, INK, legendFor, MARGIN, PALETTE, seriesColor, themedLayout } from "./theme";

export interface IntervalsOptions extends Omit<FigureOptions, "yTitle"> {
  /** Column of the labels, drawn in the order in which they first come. */
  readonly label: string;
  /** Column of the points. A missing one leaves its place empty. */
  readonly value: string;
  /** Columns of the intervals' ends. Where one of the two is missing, only the point is drawn. */
  readonly lower?: string;
  readonly upper?: string;
  /** Column that names the estimator (or year, or arm): its points stand side by side at one label. */
  readonly series?: string;
  /** Column of the true value, where it is known: a black mark across the interval. */
  readonly truth?: string;
  /** Column of groups: each gets a header, its rows below it. */
  readonly group?: string;
  /** Where the line of no effect stands; null for none. Default 0. */
  readonly reference?: number | null;
  /** Values from left to right, the first row on top. Default true. */
  readonly horizontal?: boolean;
  /** How the axis of the values writes its numbers, such as `.1%`; default plotly's own. */
  readonly valueFormat?: string;
  readonly yTitle?: string;
}

/**
 * Points with intervals and a line of no effect. Values and bounds are drawn as given, also a point outside of its
 * (bootstrap) interval; the level belongs into the title or the axis.
 * @throws Error when a column is missing, a value is no number, an interval's lower end lies above its upper end,
 * there are more than 5,000 rows, or only one of `lower` and `upper` is named
 * @example intervals(estimates, { label: "outcome", value: "value", lower: "ci_low", upper: "ci_high", series: "method", title: "What a promotion wins", xTitle: "Clicks per 1,000 slates (95% interval)" })
 */
export function intervals(rows: readonly Row[], options: IntervalsOptions): Figure {
  if (rows.length > MAX_POINTS) {
    throw new Error(`${rows.length} intervals are more than a figure can show (${MAX_POINTS}).`);
  }
  const { horizontal = true, reference = 0 } = options;
  const points = pointsOf(rows, options);
  const { labels, places } = placesOf(points);
  const names = [...new Set(points.map(({ series }) => series))];
  const at = (point: Point) => rounded(places.get(keyOf(point))! + dodge(point, names));
  const across = horizontal ? "x" : "y";
  const along = horizontal ? "y" : "x";
  const data: Figure["data"][number][] = names.map((name, index) => {
    const mine = points.filter(({ series }) => series === name);
    const color = PALETTE[seriesColor(index)];
    return {
      type: "scatter",
      mode: "markers",
      cliponaxis: false,
      name,
      [across]: mine.map(({ value }) => value),
      [along]: mine.map(at),
      [`error_${across}`]: {
        type: "data",
        symmetric: false,
        array: mine.map(({ value, upper }) => distance(value, upper)),
        arrayminus: mine.map(({ value, lower }) => distance(lower, value)),
        thickness: 2.5,
        // Without caps: a point whose interval is missing would wear one.
        width: 0,
        color,
      },
      hovertext: mine.map(described),
      hoverinfo: "text",
      marker: { color, size: 10, symbol: SYMBOLS[index % SYMBOLS.length] },
    };
  });
  const known = points.filter(({ truth }) => truth !== null);
  if (known.length > 0) {
    data.push({
      type: "scatter",
      mode: "markers",
      cliponaxis: false,
      name: "True value",
      [across]: known.map(({ truth }) => truth),
      [along]: known.map(at),
      hovertext: known.map(({ label, truth }) => `${label}: true value ${shortNumber(truth!)}`),
      hoverinfo: "text",
      marker: {
        color: PALETTE.black,
        symbol: horizontal ? "line-ns-open" : "line-ew-open",
        size: 16,
        line: { width: 2.5 },
      },
    });
  }
  const drawn = data.length;
  const values = axis(horizontal ? options.xTitle : (options.yTitle ?? ""), {
    ...(reference === 0 ? { rangemode: "tozero" } : {}),
    ...(reference !== null && reference !== 0 ? { range: rangeOf(points, reference) } : {}),
    ...(options.valueFormat ? { tickformat: options.valueFormat } : {}),
  });
  const legend = legendFor(drawn);
  const lines = Math.max(...labels.map((label) => label.split("<br>").length));
  const room = Math.max(0.36, 0.12 + 0.2 * lines, 0.12 + 0.22 * names.length);
  const height = Math.max(3, 1.9 + labels.length * room);
  const size = options.size ?? (horizontal ? ([9, height] as const) : ([9, 4.5] as const));
  return displayed({
    data,
    layout: themedLayout(
      { title: options.title, size },
      {
        xaxis: horizontal ? values : columnAxis(options.xTitle, labels),
        yaxis: horizontal ? rowAxis(options.yTitle ?? "", labels) : values,
        ...legend,
        margin: { ...MARGIN, ...(legend.margin as object) },
        shapes: reference === null ? [] : [referenceLine(across, reference)],
      },
    ),
  });
}

/** Series differ by shape as well as by colour. */
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"] as const;

interface Point {
  readonly group: string;
  readonly label: string;
  readonly series: string;
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly truth: number | null;
}

function pointsOf(rows: readonly Row[], options: IntervalsOptions): Point[] {
  if ((options.lower === undefined) !== (options.upper === undefined)) {
    throw new Error("Name both ends of the intervals, lower and upper, or neither.");
  }
  const nothing = rows.map(() => null);
  const texts = (name: string | undefined, otherwise: string) =>
    name === undefined
      ? rows.map(() => otherwise)
      : column(rows, name).map((value) => String(value ?? "missing"));
  const list = (name: string | undefined) => (name === undefined ? nothing : numbers(rows, name));
  const [labels, series] = [texts(options.label, ""), texts(options.series, "Estimate")];
  const groups = texts(options.group, "");
  const [value, lower, upper] = [options.value, options.lower, options.upper].map(list);
  const truth = list(options.truth);
  const seen = new Set<string>();
  return rows.map((_, i) => {
    const point = {
      group: groups[i]!,
      label: labels[i]!,
      series: series[i]!,
      value: value![i]!,
      lower: lower![i]!,
      upper: upper![i]!,
      truth: truth[i]!,
    };
    const key = JSON.stringify([point.group, point.label, point.series]);
    const where = `Row ${i + 1}: ${point.label}${options.series ? `, ${point.series},` : ""}`;
    if (seen.has(key)) {
      throw new Error(
        `${where} has a point already. Name a series or a group that tells them apart.`,
      );
    }
    seen.add(key);
    const { value: middle, lower: low, upper: high } = point;
    if (middle === null || low === null || high === null)
      return { ...point, lower: null, upper: null };
    if (low > high) {
      throw new Error(
        `${where} has an interval from ${low} down to ${high}: its ends are swapped.`,
      );
    }
    return point;
  });
}

/** Labels from the top, headers among them, and the place of each group's labels. */
function placesOf(points: readonly Point[]): { labels: string[]; places: Map<string, number> } {
  const labels: string[] = [];
  const places = new Map<string, number>();
  for (const group of new Set(points.map((point) => point.group))) {
    if (group !== "") labels.push(`<b>${wrapped(group)}</b>`);
    for (const point of points) {
      const key = keyOf(point);
      if (point.group !== group || places.has(key)) continue;
      places.set(key, labels.push(wrapped(point.label)) - 1);
    }
  }
  return { labels, places };
}

function keyOf({ group, label }: Point): string {
  return JSON.stringify([group, label]);
}

/** How far from its label's place a series stands: together they take 60% of it. */
function dodge({ series }: Point, names: readonly string[]): number {
  return names.length < 2 ? 0 : (names.indexOf(series) / (names.length - 1) - 0.5) * 0.6;
}

function distance(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : rounded(to - from);
}

function described({ label, series, value, lower, upper }: Point): string {
  const name = `${label}<br>${series}: ${value === null ? "missing" : shortNumber(value)}`;
  return lower === null || upper === null
    ? name
    : `${name} (${shortNumber(lower)} to ${shortNumber(upper)})`;
}

/** From the least to the largest number drawn, the reference among them, with some room. */
function rangeOf(points: readonly Point[], reference: number): [number, number] {
  const all = points
    .flatMap(({ value, lower, upper, truth }) => [value, lower, upper, truth])
    .filter((value): value is number => value !== null);
  const [low, high] = [Math.min(...all, reference), Math.max(...all, reference)];
  const room = 0.05 * (high - low || 1);
  return [rounded(low - room), rounded(high + room)];
}

function referenceLine(across: "x" | "y", at: number): object {
  const line = { color: INK, width: 1.3 };
  return across === "x"
    ? { type: "line", xref: "x", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, line }
    : { type: "line", yref: "y", y0: at, y1: at, xref: "paper", x0: 0, x1: 1, line };
}
