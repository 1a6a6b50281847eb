/** One bar for each category, or one for each series side by side. */
import type { Row } from "../loaders/rows";
import { fullText } from "./cellText";
import { type ColumnChoice, column, numbers, seriesOf } from "./columns";
import { type Figure, type FigureOptions, MAX_POINTS } from "./figure";
import {
  axis,
  type Color,
  legendAbove,
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
  /** Colour of the first series; the others follow in the palette's order. */
  readonly color?: Color;
}

/**
 * Bars of one or several columns.
 * @throws Error when a column is missing, a value is no number, or there are more than 5,000 rows
 * @example bars(genres, { category: "genre", value: "ratings", horizontal: true, title: "Ratings by genre", xTitle: "Ratings", yTitle: "Genre" })
 */
export function bars(rows: readonly Row[], options: BarsOptions): Figure {
  if (rows.length > MAX_POINTS) {
    throw new Error(
      `${rows.length} bars are more than a figure can show (${MAX_POINTS}). Draw the first rows only, or group them.`,
    );
  }
  const { horizontal = false } = options;
  const labels = column(rows, options.category).map((value) => fullText(value) || "missing");
  const series = seriesOf(options.value);
  const first = options.color ? Object.keys(PALETTE).indexOf(options.color) : 0;
  const data = series.map(({ column: name, name: label }, index) => {
    const values = numbers(rows, name);
    return {
      type: "bar",
      name: label,
      orientation: horizontal ? "h" : "v",
      x: horizontal ? values : labels,
      y: horizontal ? labels : values,
      marker: { color: PALETTE[seriesColor(first + index)] },
    };
  });
  const format = options.valueFormat ? { tickformat: options.valueFormat } : {};
  // Without "category", labels such as 0.5 or 1995 would be read as numbers and spaced as such.
  const categories = { type: "category", showgrid: false, ticks: "" };
  return {
    data,
    layout: themedLayout(options, {
      barmode: "group",
      bargap: series.length > 1 ? 0.2 : 0.25,
      ...(horizontal
        ? {
            xaxis: axis(options.xTitle, { rangemode: "tozero", ...format }),
            yaxis: axis(options.yTitle, { ...categories, autorange: "reversed" }),
          }
        : {
            xaxis: axis(options.xTitle, { ...categories, ...slanted(labels, options) }),
            yaxis: axis(options.yTitle, { rangemode: "tozero", ...format }),
          }),
      showlegend: series.length > 1,
      legend: legendAbove,
    }),
  };
}

/** Slants category labels that would run into each other. The axis makes the room they need. */
function slanted(labels: readonly string[], { size = [9, 4.5] }: BarsOptions): object {
  const room = (size[0] * 100 - MARGIN.l - MARGIN.r) / labels.length;
  const longest = Math.max(...labels.map((label) => label.length)) * TEXT.label * 0.58;
  return { tickangle: longest > room * 0.95 ? -40 : 0 };
}
