/**
 * Which assumption moves the answer most: a bar for each parameter, from its low to its high value, the widest on
 * top.
 */
import type { Row } from "../loaders/rows";
import { isMissing } from "./cellText";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, PIXELS_PER_INCH, rounded } from "./figure";
import { rowAxis, shortNumber, textWidth, wrapped } from "./labels";
import { axis, INK, legendFor, MARGIN, PALETTE, TEXT, themedLayout } from "./theme";

export interface TornadoOptions extends Omit<FigureOptions, "yTitle"> {
  /** The outcome with every parameter at its usual value. */
  readonly baseline: number;
  /** Column of the parameters' names. Default `parameter`. */
  readonly parameter?: string;
  /** Columns of the outcome at the parameter's low and high value. Default `low` and `high`. */
  readonly low?: string;
  readonly high?: string;
  /** Columns of the low and high value themselves, written at the ends of the bars. Default none. */
  readonly lowSetting?: string;
  readonly highSetting?: string;
  /** Where the decision changes; null for none. Default 0. A parameter that crosses it is written in bold. */
  readonly threshold?: number | null;
  /** What is said at the threshold. Default `decision changes at 0`, with the threshold's own number. */
  readonly thresholdLabel?: string;
  /** How the axis writes its numbers, such as `.0%`; default plotly's own. */
  readonly valueFormat?: string;
}

/**
 * A tornado diagram. Each bar reaches from the outcome at the parameter's low value to that at its high value; the
 * solid line is the baseline, the dashed one the threshold. Where both ends lie on one side of the baseline the two
 * halves stand one above the other.
 * @throws Error when a column is missing, an outcome is missing or no number, or there is no row
 * @example tornado(rows, { baseline: 120, title: "What moves the profit of a promotion", xTitle: "Profit per 1,000 slates (EUR)" })
 */
export function tornado(rows: readonly Row[], options: TornadoOptions): Figure {
  const { baseline, threshold = 0 } = options;
  if (!Number.isFinite(baseline)) throw new Error(`The baseline is ${baseline}, not a number.`);
  const parameters = parametersOf(rows, options);
  const labels = parameters.map(({ name, low, high }) =>
    crosses(low, high, baseline, threshold) ? `<b>${wrapped(name)}</b>` : wrapped(name),
  );
  const height = Math.max(3, 2.1 + 0.48 * parameters.length);
  const size = options.size ?? ([9, height] as const);
  const half = (end: "low" | "high") => {
    const texts = parameters.map((parameter) => parameter[`${end}Setting`]);
    return {
      type: "bar",
      orientation: "h",
      name: end === "low" ? "At the low value" : "At the high value",
      base: parameters.map(() => rounded(baseline)),
      x: parameters.map((parameter) => rounded(parameter[end] - baseline)),
      y: parameters.map(({ low, high }, place) =>
        isOneSided(low, high, baseline) ? rounded(place + (end === "low" ? -0.18 : 0.18)) : place,
      ),
      width: parameters.map(({ low, high }) => (isOneSided(low, high, baseline) ? 0.34 : 0.62)),
      hovertext: parameters.map(
        (parameter, i) =>
          `${parameter.name}${texts[i] ? ` at ${texts[i]}` : ""}: ${shortNumber(parameter[end])}`,
      ),
      hoverinfo: "text",
      marker: { color: end === "low" ? PALETTE.sky : PALETTE.orange },
    };
  };
  const legend = legendFor(2);
  const range = rangeOf(parameters, baseline, threshold, labels, size[0]);
  return displayed({
    data: [half("low"), half("high")],
    layout: themedLayout(
      { title: options.title, size },
      {
        barmode: "overlay",
        xaxis: axis(options.xTitle, {
          range,
          ...(options.valueFormat ? { tickformat: options.valueFormat } : {}),
        }),
        // Below the last bar a strip for the words at the threshold.
        yaxis: { ...rowAxis("", labels), range: [parameters.length - 0.1, -0.5] },
        ...legend,
        margin: { ...MARGIN, ...(legend.margin as object) },
        shapes: [
          upright(baseline, { color: INK, width: 1.5 }),
          ...(threshold === null
            ? []
            : [upright(threshold, { color: PALETTE.vermillion, width: 1.8, dash: "dash" })]),
        ],
        annotations: [
          ...parameters.flatMap((parameter, place) => endLabels(parameter, place, baseline)),
          ...(threshold === null ? [] : [thresholdNote(threshold, options, range)]),
        ],
      },
    ),
  });
}

interface Parameter {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly lowSetting: string;
  readonly highSetting: string;
}

function parametersOf(rows: readonly Row[], options: TornadoOptions): Parameter[] {
  const { parameter = "parameter", low = "low", high = "high", baseline } = options;
  const names = column(rows, parameter).map((value) => String(value ?? "missing"));
  const [lows, highs] = [numbers(rows, low), numbers(rows, high)];
  const settings = (name: string | undefined) =>
    name === undefined
      ? rows.map(() => "")
      : column(rows, name).map((value) => {
          if (isMissing(value)) return "";
          return typeof value === "number" ? shortNumber(value) : String(value);
        });
  const [lowSettings, highSettings] = [settings(options.lowSetting), settings(options.highSetting)];
  const parameters = names.map((name, i) => {
    const [lowEnd, highEnd] = [lows[i], highs[i]];
    if (typeof lowEnd !== "number" || typeof highEnd !== "number") {
      const which = typeof lowEnd === "number" ? high : low;
      throw new Error(`Row ${i + 1}: ${name} has no "${which}". A bar needs both of its ends.`);
    }
    return {
      name,
      low: lowEnd,
      high: highEnd,
      lowSetting: lowSettings[i]!,
      highSetting: highSettings[i]!,
    };
  });
  const width = ({ low, high }: Parameter) =>
    Math.max(low, high, baseline) - Math.min(low, high, baseline);
  return parameters.sort((a, b) => width(b) - width(a));
}

function isOneSided(low: number, high: number, baseline: number): boolean {
  return (low - baseline) * (high - baseline) > 0;
}

function crosses(low: number, high: number, baseline: number, threshold: number | null): boolean {
  if (threshold === null) return false;
  return [low, high].some((end) => (end - threshold) * (baseline - threshold) < 0);
}

/** Room for the texts at the ends of the bars, which no axis makes by itself. */
function rangeOf(
  parameters: readonly Parameter[],
  baseline: number,
  threshold: number | null,
  labels: readonly string[],
  inches: number,
): [number, number] {
  const all = parameters.flatMap(({ low, high }) => [low, high]);
  const marked = threshold === null ? [baseline] : [baseline, threshold];
  const [from, to] = [Math.min(...all, ...marked), Math.max(...all, ...marked)];
  const left = Math.max(MARGIN.l, 20 + Math.max(...labels.map((label) => textWidth(label))));
  const pixels = inches * PIXELS_PER_INCH - left - MARGIN.r;
  const texts = parameters.flatMap(({ lowSetting, highSetting }) => [lowSetting, highSetting]);
  const room = 14 + Math.max(...texts.map((text) => textWidth(text, TEXT.label - 1)));
  const span = to - from || Math.abs(to) || 1;
  const pad = (span * room) / Math.max(pixels - 2 * room, 0.2 * pixels);
  return [rounded(from - pad), rounded(to + pad)];
}

function endLabels(parameter: Parameter, place: number, baseline: number): object[] {
  const { low, high } = parameter;
  const split = isOneSided(low, high, baseline);
  const label = (end: "low" | "high") => {
    const value = parameter[end];
    const other = parameter[end === "low" ? "high" : "low"];
    // An end at the baseline itself has its label on the side that the other end leaves free.
    const isLeft = value < baseline || (value === baseline && other > baseline);
    return {
      text: parameter[`${end}Setting`],
      x: rounded(value),
      y: split ? rounded(place + (end === "low" ? -0.18 : 0.18)) : place,
      xref: "x",
      yref: "y",
      xanchor: isLeft ? "right" : "left",
      xshift: isLeft ? -4 : 4,
      yanchor: "middle",
      showarrow: false,
      bgcolor: "rgba(255, 255, 255, 0.8)",
      borderpad: 1,
      font: { size: TEXT.label - 1 },
    };
  };
  return [label("low"), label("high")].filter(({ text }) => text !== "");
}

function upright(at: number, line: object): object {
  return { type: "line", xref: "x", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, line };
}

/** Below the bars, on the side of the line that has room. */
function thresholdNote(
  threshold: number,
  { thresholdLabel }: TornadoOptions,
  [from, to]: readonly [number, number],
): object {
  const isLeft = threshold < (from + to) / 2;
  return {
    text: thresholdLabel ?? `decision changes at ${shortNumber(threshold)}`,
    x: threshold,
    xref: "x",
    y: 0,
    yref: "paper",
    xanchor: isLeft ? "left" : "right",
    yanchor: "bottom",
    xshift: isLeft ? 4 : -4,
    yshift: 2,
    showarrow: false,
    bgcolor: "rgba(255, 255, 255, 0.85)",
    font: { size: TEXT.footer + 1, color: PALETTE.vermillion },
  };
}
