/** Pairs of numbers as points. */
import type { Row } from "../loaders/rows";
import { random } from "../stats/random";
import { sampleWithoutReplacement } from "../stats/randomTables";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS, rounded } from "./figure";
import {
  axis,
  cornerNote,
  legendFor,
  MARGIN,
  MUTED,
  PALETTE,
  seriesColor,
  themedLayout,
} from "./theme";

export interface ScatterOptions extends FigureOptions {
  /**
   * Columns of the horizontal and the vertical position. Rows that lack one of them are left out, and counted in the
   * figure.
   */
  readonly x: string;
  readonly y: string;
  /** Column of the series: a colour and a shape each, in the order in which they first come. */
  readonly series?: string;
  /** Both axes over the same range, with the line on which both are equal. Default false. */
  readonly diagonal?: boolean;
  /** Above 5,000 points so many are drawn at random. Default 1. */
  readonly seed?: number;
  /** How the axes write their numbers, such as `.0%`; default plotly's own. */
  readonly xFormat?: string;
  readonly yFormat?: string;
}

/**
 * A scatter plot. Of more than 5,000 points a random 5,000 are drawn, all equally likely, and the figure says so.
 * @throws Error when a column is missing, a value is no number, or no row has both
 * @example scatter(units, { x: "predicted", y: "observed", diagonal: true, title: "Calibration", xTitle: "Predicted", yTitle: "Observed", size: [6.5, 6] })
 */
export function scatter(rows: readonly Row[], options: ScatterOptions): Figure {
  const { seed = 1 } = options;
  const [x, y] = [numbers(rows, options.x), numbers(rows, options.y)];
  const series = options.series
    ? column(rows, options.series).map((value) => String(value ?? "missing"))
    : rows.map(() => options.y);
  const whole = rows.map((_, i) => i).filter((i) => x[i] !== null && y[i] !== null);
  if (whole.length === 0) {
    throw new Error(
      `No row has both "${options.x}" and "${options.y}": there is no point to draw.`,
    );
  }
  const isSample = whole.length > MAX_POINTS;
  const drawn = isSample
    ? [...sampleWithoutReplacement(whole.length, MAX_POINTS, random(seed))].map((i) => whole[i]!)
    : whole;
  const names = [...new Set(series)];
  const data = names.map((name, index) => {
    const mine = drawn.filter((i) => series[i] === name);
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: mine.map((i) => x[i]),
      y: mine.map((i) => y[i]),
      marker: {
        color: PALETTE[seriesColor(index)],
        symbol: SYMBOLS[index % SYMBOLS.length],
        ...lookFor(drawn.length),
      },
    };
  });
  const both = options.diagonal ? commonRange(drawn.flatMap((i) => [x[i]!, y[i]!])) : undefined;
  const range = both ? { range: both } : {};
  const legend = legendFor(names.length);
  const count = (n: number) => n.toLocaleString("en-US");
  const notes = [
    ...(isSample
      ? [`${count(MAX_POINTS)} of ${count(whole.length)} points, at random (seed ${seed})`]
      : []),
    ...(whole.length < rows.length ? [`missing: ${count(rows.length - whole.length)}`] : []),
  ];
  return displayed({
    data,
    layout: themedLayout(options, {
      xaxis: axis(options.xTitle, {
        ...range,
        ...(options.xFormat ? { tickformat: options.xFormat } : {}),
      }),
      yaxis: axis(options.yTitle, {
        ...range,
        ...(options.yFormat ? { tickformat: options.yFormat } : {}),
      }),
      ...legend,
      margin: { ...MARGIN, ...(legend.margin as object) },
      shapes: both ? [diagonal(both)] : [],
      annotations: notes.length > 0 ? [noteBelow(notes.join(", "))] : [],
    }),
  });
}

const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"] as const;

/** The more points, the smaller and the fainter: where they crowd, the colour gets darker. */
function lookFor(points: number): { size: number; opacity: number } {
  if (points <= 100) return { size: 9, opacity: 0.85 };
  return points <= 1000 ? { size: 7, opacity: 0.6 } : { size: 5, opacity: 0.5 };
}

function commonRange(values: readonly number[]): [number, number] {
  let [low, high] = [values[0]!, values[0]!];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const room = 0.04 * (high - low || 1);
  return [rounded(low - room), rounded(high + room)];
}

function diagonal([from, to]: readonly [number, number]): object {
  return {
    type: "line",
    xref: "x",
    yref: "y",
    x0: from,
    y0: from,
    x1: to,
    y1: to,
    line: { color: MUTED, width: 1.5, dash: "dash" },
  };
}

/** In the lower right corner: points that rise together leave it free. */
function noteBelow(text: string): object {
  return { ...cornerNote(text), y: 0, yanchor: "bottom" };
}
