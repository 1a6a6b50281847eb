/** Several distributions over the same bins, as outlines that do not hide each other. */
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, rounded } from "./figure";
import { type BinOptions, binned, counted, logTicks } from "./histogram";
import {
  axis,
  type Color,
  cornerNote,
  legendFor,
  MARGIN,
  PALETTE,
  seriesColor,
  themedLayout,
} from "./theme";

export interface StepHistogramOptions extends Omit<FigureOptions, "yTitle">, BinOptions {
  /** Default `Density`, on a logarithmic axis `Density per factor of 10`. */
  readonly yTitle?: string;
  /** Values to mark with a dotted line, by the name a legend shows: `{ "clipped at": 0.05 }`. */
  readonly marks?: Readonly<Record<string, number>>;
}

/**
 * Outlined histograms of one or several series over common bins. Each is a density: its area is 1, so that groups of
 * unequal size can be compared. In a bin of width w a series of n values stands at count / (n w); on a logarithmic
 * axis w is the bin's width in powers of ten. Missing values, and on a logarithmic axis values of 0 and below, are
 * left out and counted in the figure.
 * @param series  numbers of each series by its name: `{ Promoted: scores, Control: others }`
 * @throws Error without a series, when one has no value to count, or as `binned` does
 * @example stepHistogram({ Promoted: treated, Control: untreated }, { bins: 40, title: "Overlap", xTitle: "Propensity score" })
 */
export function stepHistogram(
  series: Readonly<Record<string, ArrayLike<number>>>,
  options: StepHistogramOptions,
): Figure {
  const { bins = 40, logX = false } = options;
  const names = Object.keys(series);
  if (names.length === 0) throw new Error("A step histogram needs at least one series.");
  const pooled = binned(together(Object.values(series)), { bins, logX });
  const { edges } = pooled;
  const widths = edges
    .slice(1)
    .map((edge, i) => (logX ? Math.log10(edge / edges[i]!) : edge - edges[i]!));
  const densities = names.map((name) => {
    const counts = counted(series[name]!, edges, logX);
    const n = counts.reduce((sum, count) => sum + count, 0);
    if (n === 0) throw new Error(`Series "${name}" has no number that can be counted.`);
    return counts.map((count, i) => count / (n * widths[i]!));
  });
  const outlines = names.map((name, index) => ({
    type: "scatter",
    mode: "lines",
    name,
    ...outline(edges, densities[index]!),
    line: {
      color: PALETTE[seriesColor(index)],
      width: 2.2,
      dash: DASHES[index % DASHES.length],
    },
    // One alone may be an area; several areas would mix their colours.
    ...(names.length === 1 ? { fill: "tozeroy", fillcolor: `${PALETTE[seriesColor(0)]}26` } : {}),
  }));
  const highest = rounded(Math.max(...densities.flat()));
  const marks = Object.entries(options.marks ?? {}).map(([name, value], index) => ({
    type: "scatter",
    mode: "lines",
    name,
    x: [rounded(value), rounded(value)],
    y: [0, highest],
    hoverinfo: "name",
    line: { color: PALETTE[MARK_COLORS[index % MARK_COLORS.length]!], width: 1.5, dash: "dot" },
  }));
  const legend = legendFor(names.length + marks.length);
  const ticks = logX ? logTicks(edges[0]!, edges[edges.length - 1]!, pooled.whole) : {};
  return displayed({
    data: [...outlines, ...marks],
    layout: themedLayout(options, {
      xaxis: axis(options.xTitle, logX ? { type: "log", ...ticks } : {}),
      yaxis: axis(options.yTitle ?? (logX ? "Density per factor of 10" : "Density"), {
        rangemode: "tozero",
      }),
      ...legend,
      margin: { ...MARGIN, ...(legend.margin as object) },
      annotations: leftOut(pooled.notPositive, pooled.missing),
    }),
  });
}

/** Series differ by dash as well as by colour. */
const DASHES = ["solid", "7px,2px", "2px,2px", "9px,2px,2px,2px"] as const;
const MARK_COLORS: readonly Color[] = ["black", "vermillion", "green"];

/** Up at the first edge, along each bin, down at the last edge. */
function outline(edges: readonly number[], heights: readonly number[]) {
  const x = [rounded(edges[0]!)];
  const y = [0];
  for (const [bin, height] of heights.entries()) {
    x.push(rounded(edges[bin]!), rounded(edges[bin + 1]!));
    y.push(rounded(height), rounded(height));
  }
  x.push(rounded(edges[edges.length - 1]!));
  y.push(0);
  return { x, y };
}

function together(lists: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let from = 0;
  for (const list of lists) {
    all.set(list, from);
    from += list.length;
  }
  return all;
}

function leftOut(notPositive: number, missing: number): object[] {
  const count = (n: number) => n.toLocaleString("en-US");
  const parts = [
    ...(notPositive > 0 ? [`off the log axis (0 or below): ${count(notPositive)}`] : []),
    ...(missing > 0 ? [`missing: ${count(missing)}`] : []),
  ];
  return parts.length > 0 ? [cornerNote(parts.join(", "))] : [];
}
