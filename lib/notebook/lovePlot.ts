/** Covariate balance at a glance: one line a covariate, one dot a state of adjustment, thresholds marked. */
import type { Row } from "../loaders/rows";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import type { Figure, FigureOptions } from "./figure";
import {
  axis,
  INK,
  legendFor,
  MARGIN,
  MUTED,
  PALETTE,
  seriesColor,
  TEXT,
  themedLayout,
} from "./theme";

export interface LovePlotOptions extends Omit<FigureOptions, "xTitle" | "yTitle"> {
  /** Column of the covariates' names. Default `covariate`. */
  readonly covariate?: string;
  /** Column of the measure. Default `smd`. */
  readonly measure?: string;
  /** Draw absolute values. Default true: size counts, not direction. */
  readonly absolute?: boolean;
  /** Marked values of the measure. Default 0.1 and 0.25. */
  readonly thresholds?: readonly number[];
  /** Title of the measure's axis. Default `|standardized mean difference|`. */
  readonly xTitle?: string;
}

/**
 * A love plot. Covariates stand from the largest measure in the first series down; a covariate beyond the largest threshold
 * in the last series is written in bold.
 * @param series  rows of each state by its name: `{ "Before weighting": before.rows, "After weighting": after.rows }`
 * @throws Error without a series, or when a column is missing
 * @example lovePlot({ "As observed": report.rows }, { title: "Balance of high-intensity days" })
 */
export function lovePlot(
  series: Readonly<Record<string, readonly Row[]>>,
  options: LovePlotOptions,
): Figure {
  const { covariate = "covariate", measure = "smd", absolute = true } = options;
  const thresholds = options.thresholds ?? [0.1, 0.25];
  const names = Object.keys(series);
  if (names.length === 0) throw new Error("A love plot needs at least one series.");
  const measured = names.map((name) => {
    const labels = column(series[name]!, covariate).map(String);
    const values = numbers(series[name]!, measure);
    return new Map(
      labels.map((label, i) => [
        label,
        absolute && values[i] != null ? Math.abs(values[i]) : values[i]!,
      ]),
    );
  });
  const size = (label: string) => Math.abs(measured[0]!.get(label) ?? -1);
  const labels = [...new Set(measured.flatMap((values) => [...values.keys()]))].sort(
    (a, b) => size(b) - size(a),
  );
  const limit = Math.max(...thresholds, 0);
  const last = measured[measured.length - 1]!;
  const shown = labels.map((label) =>
    Math.abs(last.get(label) ?? 0) > limit ? `<b>${label}</b>` : label,
  );
  const data = names.map((name, index) => ({
    type: "scatter",
    mode: "markers",
    cliponaxis: false,
    name,
    x: labels.map((label) => measured[index]!.get(label) ?? null),
    y: shown,
    marker: {
      color: PALETTE[seriesColor(index === 0 && names.length > 1 ? 3 : 0)],
      size: 11,
      symbol: index === 0 && names.length > 1 ? "circle-open" : "circle",
      line: { width: 2 },
    },
  }));
  const lines = [...new Set(absolute ? thresholds : thresholds.flatMap((t) => [-t, t]))];
  const legend = legendFor(names.length);
  const [width, height] = options.size ?? [9, 1.9 + 0.36 * labels.length];
  return displayed({
    data,
    layout: themedLayout(
      { title: options.title, size: [width, height] },
      {
        xaxis: axis(
          options.xTitle ??
            `${absolute ? "|" : ""}standardized mean difference${absolute ? "|" : ""}`,
          {
            ...(absolute ? { rangemode: "tozero" } : {}),
            zeroline: true,
            zerolinecolor: INK,
            zerolinewidth: 1,
          },
        ),
        yaxis: axis("", { type: "category", autorange: "reversed", ticks: "" }),
        ...legend,
        margin: { ...MARGIN, ...(legend.margin as object) },
        shapes: lines.map((x) => ({
          type: "line",
          x0: x,
          x1: x,
          xref: "x",
          y0: 0,
          y1: 1,
          yref: "paper",
          line: { color: MUTED, width: 1, dash: "dash" },
        })),
        annotations: lines.map((x) => ({
          text: String(x),
          x,
          xref: "x",
          y: 0,
          yref: "paper",
          xanchor: "left",
          yanchor: "bottom",
          xshift: 2,
          showarrow: false,
          font: { size: TEXT.footer + 1, color: MUTED },
        })),
      },
    ),
  });
}
