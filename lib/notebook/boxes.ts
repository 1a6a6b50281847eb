/** How numbers spread within categories: box plots from summary values, whatever the number of rows. */
import type { Row } from "../loaders/rows";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, rounded } from "./figure";
import { wrapped } from "./labels";
import { axis, cornerNote, legendFor, MARGIN, PALETTE, seriesColor, themedLayout } from "./theme";

/** What a box shows of a list of numbers. */
export interface BoxSummary {
  readonly n: number;
  readonly lowerFence: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly upperFence: number;
}

export interface BoxesOptions extends FigureOptions {
  /** Column of the categories, drawn in the order in which they first come. */
  readonly category: string;
  /** Column of the numbers. Missing ones are left out, and the figure says how many. */
  readonly value: string;
  /** Column of the series: boxes side by side within a category. */
  readonly series?: string;
  /** Boxes from left to right, the first category on top. Default false. */
  readonly horizontal?: boolean;
  /** How the value axis writes its numbers, such as `.0%`; default plotly's own. */
  readonly valueFormat?: string;
}

/**
 * Quartiles and whiskers of numbers. Quartiles interpolate between order statistics (numpy's and pandas' default,
 * type 7 of Hyndman and Fan 1996); the whiskers end at the last numbers within 1.5 interquartile ranges of the box
 * (Tukey 1977).
 * @param values  at least one number, none of them NaN; the array is not changed
 * @throws Error without a number
 */
export function boxSummary(values: ArrayLike<number>): BoxSummary {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) throw new Error("A box needs at least one number.");
  const quantile = (p: number) => {
    const place = p * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (place % 1) * (above - below);
  };
  const [q1, median, q3] = [quantile(0.25), quantile(0.5), quantile(0.75)];
  const reach = 1.5 * (q3 - q1);
  const within = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  return {
    n: sorted.length,
    lowerFence: Math.min(within[0] ?? q1, q1),
    q1,
    median,
    q3,
    upperFence: Math.max(within[within.length - 1] ?? q3, q3),
  };
}

/**
 * One box for each category, or for each series within it. Numbers beyond the whiskers are not drawn.
 * @throws Error when a column is missing, a value is no number, or every value is missing
 * @example boxes(weights, { category: "arm", value: "weight", title: "Weights by arm", xTitle: "Arm", yTitle: "Weight" })
 */
export function boxes(rows: readonly Row[], options: BoxesOptions): Figure {
  const { horizontal = false } = options;
  const text = (name: string) =>
    column(rows, name).map((value) => wrapped(String(value ?? "missing"), 24));
  const categories = text(options.category);
  const series = options.series ? text(options.series) : rows.map(() => options.value);
  const values = numbers(rows, options.value);
  const missing = values.filter((value) => value === null).length;
  if (missing === values.length) {
    throw new Error(`Every value of "${options.value}" is missing: there is no box to draw.`);
  }
  const order = [...new Set(categories)];
  const names = [...new Set(series)];
  const data = names.map((name, index) => {
    const summaries = order.flatMap((category) => {
      const own = values.filter(
        (value, i): value is number =>
          value !== null && categories[i] === category && series[i] === name,
      );
      return own.length === 0 ? [] : [{ category, ...boxSummary(own) }];
    });
    const color = PALETTE[seriesColor(index)];
    const list = (key: keyof BoxSummary) => summaries.map((summary) => rounded(summary[key]));
    return {
      type: "box",
      name,
      orientation: horizontal ? "h" : "v",
      [horizontal ? "y" : "x"]: summaries.map(({ category }) => category),
      q1: list("q1"),
      median: list("median"),
      q3: list("q3"),
      lowerfence: list("lowerFence"),
      upperfence: list("upperFence"),
      boxpoints: false,
      marker: { color },
      line: { color, width: 2 },
      fillcolor: `${color}40`,
    };
  });
  const legend = legendFor(names.length);
  const lines = Math.max(...order.map((category) => category.split("<br>").length));
  const grow = axis(horizontal ? options.xTitle : options.yTitle, {
    ...(options.valueFormat ? { tickformat: options.valueFormat } : {}),
  });
  const stand = axis(horizontal ? options.yTitle : options.xTitle, {
    type: "category",
    categoryorder: "array",
    categoryarray: order,
    showgrid: false,
    tickcolor: "rgba(0, 0, 0, 0)",
    ...(horizontal ? { autorange: "reversed" } : { tickangle: 0 }),
  });
  return displayed({
    data,
    layout: themedLayout(options, {
      xaxis: horizontal ? grow : stand,
      yaxis: horizontal ? stand : grow,
      ...(names.length > 1 ? { boxmode: "group" } : {}),
      ...legend,
      margin: {
        ...MARGIN,
        ...(legend.margin as object),
        b: MARGIN.b + (horizontal ? 0 : 20 * (lines - 1)),
      },
      annotations: missing > 0 ? [cornerNote(`missing: ${missing.toLocaleString("en-US")}`)] : [],
    }),
  });
}
