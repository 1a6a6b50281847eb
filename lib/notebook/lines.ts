/** Values along an axis, joined by lines. */
import type { Row } from "../loaders/rows";
import { type ColumnChoice, numbers, positions, seriesOf } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS, rounded } from "./figure";
import {
  axis,
  type Color,
  cornerNote,
  legendFor,
  PALETTE,
  seriesColor,
  themedLayout,
} from "./theme";

export interface LinesOptions extends FigureOptions {
  /** Column of the horizontal positions, in ascending order: numbers, times or text. */
  readonly x: string;
  /** Column of the vertical positions, or several: `{ rating_rows: "Ratings", users: "Users" }`. */
  readonly y: ColumnChoice;
  /** A dot at each row; default true up to 100 rows. */
  readonly markers?: boolean;
  /** How the axes write their numbers, such as `.0%` or `,d`; default plotly's own. */
  readonly xFormat?: string;
  readonly yFormat?: string;
  /** The vertical axis starts at 0; default false. */
  readonly fromZero?: boolean;
  /** Colour of the first series; the others follow in the palette's order. */
  readonly color?: Color;
}

/**
 * Lines through one or several columns. A missing value leaves a gap. Above 5,000 rows each point is the
 * mean of several neighbouring rows, and the figure says of how many.
 * @throws Error when a column is missing or a value is no number
 * @example lines(years, { x: "rating_year", y: "rating_rows", title: "Ratings by year", xTitle: "Year", yTitle: "Ratings" })
 */
export function lines(rows: readonly Row[], options: LinesOptions): Figure {
  const step = Math.ceil(rows.length / MAX_POINTS);
  const x = everyFirst(positions(rows, options.x), step);
  const series = seriesOf(options.y);
  const first = options.color ? Object.keys(PALETTE).indexOf(options.color) : 0;
  const markers = options.markers ?? rows.length <= 100;
  const data = series.map(({ column, name }, index) => {
    const color = PALETTE[seriesColor(first + index)];
    return {
      type: "scatter",
      mode: markers ? "lines+markers" : "lines",
      name,
      x,
      y: means(numbers(rows, column), step),
      line: { color, width: 2 },
      marker: { color, size: 7 },
    };
  });
  return displayed({
    data,
    layout: themedLayout(options, {
      xaxis: axis(options.xTitle, options.xFormat ? { tickformat: options.xFormat } : {}),
      yaxis: axis(options.yTitle, {
        ...(options.yFormat ? { tickformat: options.yFormat } : {}),
        ...(options.fromZero ? { rangemode: "tozero" } : {}),
      }),
      ...legendFor(series.length),
      annotations:
        step > 1
          ? [cornerNote(`Each point is the mean of ${step.toLocaleString("en-US")} rows`)]
          : [],
    }),
  });
}

function everyFirst<Value>(values: readonly Value[], step: number): Value[] {
  return step === 1 ? [...values] : values.filter((_, index) => index % step === 0);
}

function means(values: readonly (number | null)[], step: number): (number | null)[] {
  if (step === 1) return [...values];
  const points: (number | null)[] = [];
  for (let start = 0; start < values.length; start += step) {
    const present = values.slice(start, start + step).filter((value) => value !== null) as number[];
    const sum = present.reduce((total, value) => total + value, 0);
    points.push(present.length === 0 ? null : rounded(sum / present.length));
  }
  return points;
}
