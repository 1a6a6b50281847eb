/** One bar for each category, or one for each series side by side. */
import type { Cell, Row } from "../loaders/rows";
import { fullText } from "./cellText";
import { type ColumnChoice, column, numbers, seriesOf } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS, PIXELS_PER_INCH, rounded } from "./figure";
import {
  axis,
  type Color,
  INK,
  legendFor,
  MARGIN,
  PALETTE,
  seriesColor,
  TEXT,
  themedLayout,
} from "./theme";

export interface BarsOptions extends FigureOptions {
  /** Column of the categories, drawn in the order of the rows. */
  readonly category: string;
  /** Column of the bars' lengths, or several: `{ full_share: "Full file", sample_share: "Sample" }`. */
  readonly value: ColumnChoice;
  /** Bars from left to right, the first row on top; default false. */
  readonly horizontal?: boolean;
  /** How the value axis writes its numbers, such as `.0%` or `,d`; default plotly's own. */
  readonly valueFormat?: string;
  /**
   * Columns of the ends of an interval around each bar's end, by the bar's column:
   * `{ effect: ["ci_low", "ci_high"] }`. Where one of the two is missing, no interval is drawn.
   */
  readonly intervals?: Readonly<Record<string, readonly [lower: string, upper: string]>>;
  /** One series only: bars of 0 and above green, those below vermillion. Default false. */
  readonly colorBySign?: boolean;
  /** Colour of the first series; the others follow in the palette's order. */
  readonly color?: Color;
}

/**
 * Bars of one or several columns.
 * @throws Error when a column is missing, a value is no number, there are more than 5,000 rows, several series are to
 * be coloured by sign, or an interval is named for a column that is not drawn
 * @example bars(genres, { category: "genre", value: "ratings", horizontal: true, title: "Ratings by genre", xTitle: "Ratings", yTitle: "Genre" })
 */
export function bars(rows: readonly Row[], options: BarsOptions): Figure {
  if (rows.length > MAX_POINTS) {
    throw new Error(
      `${rows.length} bars are more than a figure can show (${MAX_POINTS}). Draw the first rows only, or group them.`,
    );
  }
  const { horizontal = false } = options;
  const labels = categoryLabels(column(rows, options.category));
  const series = seriesOf(options.value);
  const first = options.color ? Object.keys(PALETTE).indexOf(options.color) : 0;
  if (options.colorBySign && series.length > 1) {
    throw new Error(`colorBySign needs one series; here are ${series.length}.`);
  }
  for (const name of Object.keys(options.intervals ?? {})) {
    if (series.some(({ column }) => column === name)) continue;
    throw new Error(
      `intervals names "${name}", but the bars are ${series.map(({ column }) => column).join(", ")}.`,
    );
  }
  const data = series.map(({ column: name, name: label }, index) => {
    const values = numbers(rows, name);
    return {
      type: "bar",
      name: label,
      orientation: horizontal ? "h" : "v",
      x: horizontal ? values : labels,
      y: horizontal ? labels : values,
      marker: {
        color: options.colorBySign
          ? values.map((value) =>
              value !== null && value < 0 ? PALETTE.vermillion : PALETTE.green,
            )
          : PALETTE[seriesColor(first + index)],
        // Paler, so that the intervals stand out.
        ...(options.intervals?.[name] ? { opacity: 0.7 } : {}),
      },
      ...whiskers(rows, values, options.intervals?.[name], horizontal),
    };
  });
  const slant = horizontal ? 0 : slantedHeight(labels, options);
  const legend = legendFor(series.length);
  const below = data.some(({ x, y }) => (horizontal ? x : y).some((value) => Number(value) < 0));
  // Bars to both sides need the line from which they start.
  const zero = below ? { zeroline: true, zerolinecolor: INK, zerolinewidth: 1.2 } : {};
  const format = options.valueFormat ? { tickformat: options.valueFormat } : {};
  // Without "category", labels such as 0.5 or 1995 would be read as numbers and spaced as such.
  const categories = { type: "category", showgrid: false, ticks: "" };
  return displayed({
    data,
    layout: themedLayout(options, {
      barmode: "group",
      bargap: series.length > 1 ? 0.2 : 0.25,
      ...(horizontal
        ? {
            xaxis: axis(options.xTitle, { rangemode: "tozero", ...zero, ...format }),
            yaxis: axis(options.yTitle, { ...categories, autorange: "reversed" }),
          }
        : {
            xaxis: axis(options.xTitle, { ...categories, tickangle: slant > 0 ? -SLANT : 0 }),
            yaxis: axis(options.yTitle, { rangemode: "tozero", ...zero, ...format }),
          }),
      ...legend,
      margin: {
        ...MARGIN,
        ...(legend.margin as object),
        b: slant > 0 ? MARGIN.b + slant - 24 : MARGIN.b,
      },
    }),
  });
}

/** Lines from the lower to the upper end of each bar's interval, without caps. */
function whiskers(
  rows: readonly Row[],
  values: readonly (number | null)[],
  ends: readonly [lower: string, upper: string] | undefined,
  horizontal: boolean,
): Record<string, unknown> {
  if (!ends) return {};
  const [lower, upper] = [numbers(rows, ends[0]), numbers(rows, ends[1])];
  const isWhole = (i: number) => lower[i] !== null && upper[i] !== null && values[i] !== null;
  return {
    [horizontal ? "error_x" : "error_y"]: {
      type: "data",
      symmetric: false,
      array: values.map((value, i) => (isWhole(i) ? rounded(upper[i]! - value!) : null)),
      arrayminus: values.map((value, i) => (isWhole(i) ? rounded(value! - lower[i]!) : null)),
      thickness: 1.8,
      width: 0,
      color: INK,
    },
  };
}

/** Text of each category. Numbers get equally many decimals: 0.5, 1.0, 1.5. */
function categoryLabels(values: readonly Cell[]): string[] {
  const texts = values.map((value) => fullText(value) || "missing");
  if (!values.every((value) => typeof value === "number" && Number.isFinite(value))) return texts;
  const decimals = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  return decimals > 4 ? texts : values.map((value) => (value as number).toFixed(decimals));
}

/** Degrees by which labels are slanted that would run into each other. */
const SLANT = 40;

/** Height in CSS pixels that slanted labels need below the axis; 0 when the labels fit beside each other. */
function slantedHeight(labels: readonly string[], { size = [9, 4.5] }: BarsOptions): number {
  const room = (size[0] * PIXELS_PER_INCH - MARGIN.l - MARGIN.r) / labels.length;
  const longest = Math.max(...labels.map((label) => label.length)) * TEXT.label * 0.6;
  return longest < room * 0.95 ? 0 : (longest + TEXT.label) * Math.sin((SLANT * Math.PI) / 180);
}
