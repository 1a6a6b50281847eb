/** A specification curve: estimates in order with their intervals above, what was chosen for each below. */
import type { Cell, Row } from "../loaders/rows";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, MAX_POINTS, PIXELS_PER_INCH } from "./figure";
import { rowAxis, shortNumber, wrapped } from "./labels";
import {
  axis,
  cornerNote,
  INK,
  legendFor,
  MARGIN,
  MUTED,
  PALETTE,
  TEXT,
  themedLayout,
} from "./theme";

export interface SpecificationPlotOptions extends Omit<FigureOptions, "xTitle"> {
  /** Decisions with their alternatives, from the top down; each decision is a column of the rows. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Columns of estimates and intervals. Default `value`, `lower`, `upper`. */
  readonly value?: string;
  readonly lower?: string;
  readonly upper?: string;
  /** Column that is true where the estimate is significant. Default `significant`. */
  readonly significant?: string;
  /** Where the line of no effect stands. Default 0. */
  readonly reference?: number;
  /** Title of the horizontal axis. Default `Specifications, from the least to the largest estimate`. */
  readonly xTitle?: string;
  /** Names of decisions as they are to be read: `{ outcome: "Outcome" }`. Default: as they are. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * The rows of `specificationCurve` as a figure, in their order. Significant estimates are blue above the reference and
 * vermillion below it, others grey; a dashed line marks the median. Every specification has one dot for each decision.
 * @throws Error when a column is missing, a row has an alternative that is none of the choices, or there are more dots than a
 *     figure can show (5,000)
 * @example specificationPlot(curve.rows, { choices: curve.choices, title: "Effect under 24 specifications", yTitle: "Effect (interactions, 95% interval)" })
 */
export function specificationPlot(rows: readonly Row[], options: SpecificationPlotOptions): Figure {
  const { reference = 0, choices } = options;
  const decisions = Object.keys(choices);
  if (rows.length * Math.max(1, decisions.length) > MAX_POINTS) {
    throw new Error(
      `${rows.length} specifications of ${decisions.length} decisions are more than a figure can show (${MAX_POINTS} dots).`,
    );
  }
  const values = numbers(rows, options.value ?? "value");
  const lower = numbers(rows, options.lower ?? "lower");
  const upper = numbers(rows, options.upper ?? "upper");
  const kinds = kindsOf(values, column(rows, options.significant ?? "significant"), reference);
  const { labels, places } = placesOf(options);
  const chosen = decisions.map((decision) =>
    column(rows, decision).map((name, i) => placeOf(places, decision, name, i)),
  );
  const shown = KINDS.filter((kind) => kinds.includes(kind));
  const data = shown.flatMap((kind) => {
    const own = kinds.flatMap((one, i) => (one === kind ? [i] : []));
    return [
      {
        ...estimatesOf(kind, own, values, [lower, upper], rows, decisions),
        name: nameOf(kind, reference),
      },
      { ...dotsOf(kind, own, chosen), name: nameOf(kind, reference) },
    ];
  });
  const dots = 0.27 * labels.length;
  const size = options.size ?? ([9, Math.max(5, 4.6 + dots)] as const);
  const legend = legendFor(shown.length);
  const margin = { ...MARGIN, ...(legend.margin as object) };
  const inner = size[1] * PIXELS_PER_INCH - margin.t - margin.b;
  // The dots get the height of their rows, the estimates the rest but for a gap.
  const share = Math.min(0.75, (dots * PIXELS_PER_INCH) / inner);
  const known = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
  return displayed({
    data,
    layout: themedLayout(
      { title: options.title, size },
      {
        xaxis: axis(options.xTitle ?? "Specifications, from the least to the largest estimate", {
          anchor: "y2",
          range: [0.5 - 0.01 * rows.length, rows.length + 0.5 + 0.01 * rows.length],
          showgrid: false,
          showticklabels: false,
          ticks: "",
        }),
        yaxis: axis(options.yTitle, {
          domain: [share + GAP, 1],
          ...(reference === 0 ? { rangemode: "tozero" } : {}),
        }),
        yaxis2: { ...rowAxis("", labels), domain: [0, share], showgrid: true },
        ...legend,
        margin,
        shapes: [
          level(reference, { color: INK, width: 1.3 }),
          ...(known.length > 0
            ? [level(median(known), { color: MUTED, width: 1.3, dash: "dash" })]
            : []),
        ],
        annotations: [cornerNoteBelow(remark(known, kinds), share + GAP)],
      },
    ),
  });
}

/** Room between the two parts, as a share of the drawing. */
const GAP = 0.04;

type Ends = readonly (number | null)[];
type Kind = (typeof KINDS)[number];

const KINDS = ["significant, above", "significant, below", "not significant"] as const;

/** Sides differ by shape as well as by colour. */
const LOOKS: Readonly<Record<Kind, { color: string; symbol: string }>> = {
  "significant, above": { color: PALETTE.blue, symbol: "circle" },
  "significant, below": { color: PALETTE.vermillion, symbol: "square" },
  "not significant": { color: "#9aa5b1", symbol: "circle" },
};

function nameOf(kind: Kind, reference: number): string {
  if (kind === "not significant") return "Not significant";
  return `Significant, ${kind === "significant, above" ? "above" : "below"} ${shortNumber(reference)}`;
}

function remark(ascending: readonly number[], kinds: readonly Kind[]): string {
  const none = kinds.every((kind) => kind === "not significant") ? "none is significant" : "";
  const middle =
    ascending.length > 0 ? `dashed line: median ${shortNumber(median(ascending))}` : "no estimate";
  return [middle, none].filter((part) => part !== "").join("; ");
}

function kindsOf(
  values: readonly (number | null)[],
  significant: readonly Cell[],
  reference: number,
): Kind[] {
  return values.map((value, i) => {
    if (significant[i] !== true || value === null) return "not significant";
    return value > reference ? "significant, above" : "significant, below";
  });
}

/** Rows of the lower part: a header for each decision, its alternatives below it. */
function placesOf({ choices, names = {} }: SpecificationPlotOptions): {
  labels: string[];
  places: Map<string, number>;
} {
  const labels: string[] = [];
  const places = new Map<string, number>();
  for (const [decision, alternatives] of Object.entries(choices)) {
    labels.push(`<b>${wrapped(names[decision] ?? decision, 60)}</b>`);
    for (const name of alternatives) {
      // In one line: every row of dots has the same height.
      places.set(keyOf(decision, name), labels.push(name) - 1);
    }
  }
  return { labels, places };
}

function placeOf(places: Map<string, number>, decision: string, name: Cell, i: number): number {
  const place = places.get(keyOf(decision, String(name ?? "missing")));
  if (place !== undefined) return place;
  throw new Error(
    `Row ${i + 1}: ${decision} is ${name ?? "missing"}, which is none of its choices.`,
  );
}

function keyOf(decision: string, name: string): string {
  return JSON.stringify([decision, name]);
}

function estimatesOf(
  kind: Kind,
  own: readonly number[],
  values: readonly (number | null)[],
  [lower, upper]: readonly [Ends, Ends],
  rows: readonly Row[],
  decisions: readonly string[],
): Figure["data"][number] {
  const { color, symbol } = LOOKS[kind];
  const distance = (from: number | null, to: number | null) =>
    from === null || to === null ? null : Math.max(0, to - from);
  return {
    type: "scatter",
    mode: "markers",
    x: own.map((i) => i + 1),
    y: own.map((i) => values[i]!),
    error_y: {
      type: "data",
      symmetric: false,
      array: own.map((i) => distance(values[i]!, upper[i]!)),
      arrayminus: own.map((i) => distance(lower[i]!, values[i]!)),
      thickness: rows.length > 120 ? 1 : 1.6,
      width: 0,
      color,
    },
    hovertext: own.map((i) => described(rows[i]!, decisions, values[i]!, lower[i]!, upper[i]!)),
    hoverinfo: "text",
    marker: { color, symbol, size: dotSize(rows.length) + 1 },
  };
}

function dotsOf(
  kind: Kind,
  own: readonly number[],
  chosen: readonly (readonly number[])[],
): Figure["data"][number] {
  const { color, symbol } = LOOKS[kind];
  const total = chosen[0]?.length ?? 0;
  return {
    type: "scatter",
    mode: "markers",
    showlegend: false,
    yaxis: "y2",
    x: chosen.flatMap(() => own.map((i) => i + 1)),
    y: chosen.flatMap((places) => own.map((i) => places[i]!)),
    hoverinfo: "skip",
    marker: { color, symbol, size: dotSize(total) },
  };
}

/** Neighbouring dots do not run into each other while there are up to about 150. */
function dotSize(specifications: number): number {
  return specifications > 100 ? 4 : specifications > 40 ? 6 : 8;
}

function described(
  row: Row,
  decisions: readonly string[],
  value: number | null,
  lower: number | null,
  upper: number | null,
): string {
  const number = value === null ? "missing" : shortNumber(value);
  const range =
    lower === null || upper === null ? "" : ` (${shortNumber(lower)} to ${shortNumber(upper)})`;
  return [
    `${number}${range}`,
    ...decisions.map((decision) => `${decision}: ${String(row[decision] ?? "missing")}`),
  ].join("<br>");
}

function level(at: number, line: object): object {
  return { type: "line", xref: "paper", x0: 0, x1: 1, yref: "y", y0: at, y1: at, line };
}

function median(ascending: readonly number[]): number {
  const n = ascending.length;
  return (ascending[Math.floor((n - 1) / 2)]! + ascending[Math.floor(n / 2)]!) / 2;
}

/** In the lower right corner of the upper part, which a rising curve leaves free. */
function cornerNoteBelow(text: string, bottom: number): object {
  return {
    ...cornerNote(text),
    name: "median",
    y: bottom,
    yanchor: "bottom",
    font: { size: TEXT.footer + 1, color: MUTED },
  };
}
