/** A table of numbers as coloured fields with the numbers in them. */
import type { Row } from "../loaders/rows";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS } from "./figure";
import { axis, INK, MARGIN, noteAbove, PALETTE, TEXT, themedLayout } from "./theme";

export interface HeatmapOptions extends FigureOptions {
  /** Column that names the field's row; rows stand in the order in which they first come, the first on top. */
  readonly row: string;
  /** Column that names the field's column. */
  readonly column: string;
  /** Column of the numbers. A missing one leaves its field empty. */
  readonly value: string;
  /** The number that is neither: its field is white, lower ones blue, higher ones red. Default 0. */
  readonly center?: number;
  /** More is better: fields above the center green, those below vermillion. Default false. */
  readonly gains?: boolean;
  /**
   * A line between neighbouring fields of which one lies above the center and the other does not: the border of where
   * something pays. The text is said above the drawing: `line: the effect changes sign`. Default no line.
   */
  readonly signLine?: string;
  /**
   * Distance from the center at which the colours are strongest. Default: the farthest value's. Panels that are to
   * share one scale need the same.
   */
  readonly limit?: number;
  /** The numbers stand in their fields. Default true. */
  readonly numbers?: boolean;
  /** Digits after the point. Default 2. */
  readonly decimals?: number;
  /** What the colours mean, beside their scale. */
  readonly scaleTitle?: string;
}

/**
 * A heatmap of records, one record a field.
 * @throws Error when a column is missing, a value is no number, or two records are for the same field,
 * or `limit` is not above 0
 * @example heatmap(smds, { row: "covariate", column: "treatment", value: "smd", title: "Balance", xTitle: "Treatment", yTitle: "Covariate" })
 */
export function heatmap(rows: readonly Row[], options: HeatmapOptions): Figure {
  const { center = 0, decimals = 2 } = options;
  const names = (which: string) => column(rows, which).map((value) => String(value ?? "missing"));
  const [down, across] = [names(options.row), names(options.column)];
  const [labels, heads] = [[...new Set(down)], [...new Set(across)]];
  if (labels.length * heads.length > MAX_POINTS) {
    throw new Error(
      `${labels.length} times ${heads.length} fields are more than a figure can show.`,
    );
  }
  const z = labels.map(() => heads.map((): number | null => null));
  const seen = new Set<string>();
  numbers(rows, options.value).forEach((value, i) => {
    const [row, col] = [labels.indexOf(down[i]!), heads.indexOf(across[i]!)];
    if (seen.has(`${row},${col}`)) {
      throw new Error(`Row ${i + 1}: ${down[i]} and ${across[i]} have a value already.`);
    }
    seen.add(`${row},${col}`);
    z[row]![col] = value;
  });
  const far =
    options.limit ??
    Math.max(...z.flat().map((value) => Math.abs((value ?? center) - center)), 1e-9);
  if (!(far > 0)) throw new Error(`limit is a number above 0, not ${far}.`);
  const field = (value: number | null, row: number, col: number) => ({
    text: value === null ? "" : signed(value, decimals),
    // By number: a head such as 0.5 would be taken for a place between the first two.
    x: col,
    y: row,
    xref: "x",
    yref: "y",
    showarrow: false,
    font: {
      size: TEXT.label,
      color: Math.abs((value ?? center) - center) > 0.65 * far ? "#ffffff" : INK,
    },
  });
  return displayed({
    data: [
      {
        type: "heatmap",
        x: heads,
        y: labels,
        z,
        zmid: center,
        zmin: center - far,
        zmax: center + far,
        xgap: 2,
        ygap: 2,
        colorscale: options.gains ? GAINS : DIVERGING,
        hovertemplate: "%{y}<br>%{x}: %{z}<extra></extra>",
        colorbar: {
          title: { text: options.scaleTitle ?? options.value, side: "top" },
          thickness: 14,
          outlinewidth: 0,
          tickfont: { size: TEXT.footer + 1 },
        },
      },
    ],
    layout: themedLayout(options, {
      xaxis: axis(options.xTitle, { type: "category", showgrid: false, ticks: "" }),
      yaxis: axis(options.yTitle, {
        type: "category",
        showgrid: false,
        ticks: "",
        autorange: "reversed",
      }),
      margin: { ...MARGIN },
      annotations: [
        ...(options.numbers === false
          ? []
          : z.flatMap((line, row) => line.map((value, col) => field(value, row, col)))),
        ...(options.signLine === undefined ? [] : [noteAbove(options.signLine)]),
      ],
      ...(options.signLine === undefined ? {} : { shapes: borders(z, center) }),
    }),
  });
}

/** White in the middle, so that what is near the centre stays quiet. */
const DIVERGING = [
  [0, PALETTE.blue],
  [0.5, "#ffffff"],
  [1, PALETTE.vermillion],
];

const GAINS = [
  [0, PALETTE.vermillion],
  [0.5, "#ffffff"],
  [1, PALETTE.green],
];

/** Lines along the edges between fields on either side of the center. A field reaches half a step around its number. */
function borders(z: readonly (readonly (number | null)[])[], center: number): object[] {
  const differ = (a: number | null | undefined, b: number | null | undefined) =>
    typeof a === "number" && typeof b === "number" && a > center !== b > center;
  const line = (x0: number, x1: number, y0: number, y1: number) => ({
    type: "line",
    xref: "x",
    yref: "y",
    x0,
    x1,
    y0,
    y1,
    line: { color: INK, width: 3 },
  });
  return z.flatMap((fields, row) =>
    fields.flatMap((value, col) => [
      ...(differ(value, fields[col + 1]) ? [line(col + 0.5, col + 0.5, row - 0.5, row + 0.5)] : []),
      ...(differ(value, z[row + 1]?.[col])
        ? [line(col - 0.5, col + 0.5, row + 0.5, row + 0.5)]
        : []),
    ]),
  );
}

function signed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text;
}
