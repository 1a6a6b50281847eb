/** One slate to play with: a slider moves the promotion, every item shows what it wins or loses. */
import type { Row } from "../loaders/rows";
import { column, numbers } from "./columns";
import { displayed } from "./displayedFigure";
import { type Figure, type FigureOptions, PANEL_TITLE, rounded, type Trace } from "./figure";
import {
  axis,
  type Color,
  INK,
  legendFor,
  MARGIN,
  MUTED,
  PALETTE,
  TEXT,
  themedLayout,
} from "./theme";

export interface SlateExplorerOptions extends Omit<FigureOptions, "xTitle" | "yTitle"> {
  /** Scenario shown first: a seed position, or 0 for nobody. Default 0. */
  readonly start?: number;
}

/** Exposure groups in the order of the legend, with their colours and names. */
const GROUPS: Readonly<Record<string, { readonly name: string; readonly color: Color }>> = {
  direct_promoted: { name: "promoted", color: "orange" },
  same_cluster_spillover: { name: "same cluster", color: "vermillion" },
  other_slate_spillover: { name: "other item", color: "sky" },
  unchanged_non_focal: { name: "unchanged", color: "green" },
};

/**
 * Items of a slate from top to bottom by seed position. On the left the visibility of each before and after the promotion,
 * on the right its click probability before (outline) and after (bar, coloured by exposure). A slider chooses the
 * promoted item; below it stand the expected clicks of the slate.
 * @param rows  of `slateScenarios`: promoted_position, item, cluster, seed_position, final_position, exposure_group,
 *   visibility_before, visibility_after, click_before, click_after
 * @throws Error without rows, for an unknown exposure group, or a start that is no scenario
 */
export function slateExplorer(rows: readonly Row[], options: SlateExplorerOptions): Figure {
  const scenarios = [...new Set(numbers(rows, "promoted_position"))] as number[];
  const { start = 0 } = options;
  if (!scenarios.includes(start)) {
    throw new Error(`There is no scenario ${start}. There are ${scenarios.join(", ")}.`);
  }
  const odd = rows.find((row) => !Object.hasOwn(GROUPS, String(row.exposure_group)));
  if (odd) {
    throw new Error(
      `There is no colour for the exposure group ${odd.exposure_group}. There are ${Object.keys(GROUPS).join(", ")}.`,
    );
  }
  const of = (scenario: number) => rows.filter((row) => row.promoted_position === scenario);
  const items = itemLabels(of(scenarios[0]!));
  const baseline = baselineTraces(of(scenarios[0]!), items);
  const perScenario = scenarios.map((scenario) =>
    scenarioTraces(of(scenario), items, scenario === start),
  );
  const data = [...baseline, ...perScenario.flat()];
  const size = perScenario[0]!.length;
  const steps = scenarios.map((scenario, s) => ({
    label: scenario === 0 ? "nobody" : String(scenario),
    method: "update",
    args: [
      {
        visible: data.map(
          (_, t) => t < baseline.length || Math.floor((t - baseline.length) / size) === s,
        ),
      },
      { "annotations[2].text": slateTotal(of(scenario)) },
    ],
  }));
  const height = options.size?.[1] ?? 3.4 + 0.33 * items.length;
  const widest = Math.max(
    ...rows.map((row) => Math.max(Number(row.click_before), Number(row.click_after))),
  );
  const categories = { type: "category", autorange: "reversed", ticks: "", showgrid: false };
  return displayed({
    data,
    layout: themedLayout(
      { title: options.title, size: [options.size?.[0] ?? 13, height] },
      {
        barmode: "overlay",
        bargap: 0.25,
        xaxis: axis("Visibility, 1 / log2(position + 1)", {
          domain: [0, 0.4],
          anchor: "y",
          range: [0, 1.08],
        }),
        yaxis: axis("", { ...categories, domain: [0, 1], anchor: "x" }),
        xaxis2: axis("Click probability", {
          domain: [0.46, 1],
          anchor: "y2",
          range: [0, widest * 1.22],
          tickformat: ".0%",
        }),
        yaxis2: axis("", {
          ...categories,
          domain: [0, 1],
          anchor: "x2",
          matches: "y",
          showticklabels: false,
        }),
        showlegend: true,
        legend: { ...(legendFor(4).legend as object), y: 1 + 34 / (100 * height - 332) },
        margin: { ...MARGIN, t: MARGIN.t + 56, b: 216 },
        annotations: [
          panelTitle("How visible", 0.2),
          panelTitle("How likely to be clicked", 0.73),
          totalNote(slateTotal(of(start))),
        ],
        sliders: [
          {
            active: scenarios.indexOf(start),
            steps,
            x: 0.02,
            len: 0.96,
            y: 0,
            yanchor: "top",
            pad: { t: 94, b: 12 },
            currentvalue: {
              prefix: "Promoted item, by its seed position: ",
              font: { size: TEXT.label, color: INK },
            },
            font: { size: TEXT.label, color: MUTED },
            transition: { duration: 0 },
          },
        ],
      },
    ),
  });
}

function panelTitle(text: string, x: number): object {
  return {
    name: PANEL_TITLE,
    text,
    xref: "paper",
    yref: "paper",
    x,
    y: 1,
    xanchor: "center",
    yanchor: "bottom",
    yshift: 6,
    showarrow: false,
    font: { size: TEXT.panelTitle },
  };
}

/** `3  Brazil [Fantasy]`: position, a title that fits, the cluster. */
function itemLabels(rows: readonly Row[]): string[] {
  const titles = column(rows, "item").map(String);
  return rows.map((row, i) => {
    const title = titles[i]!.length > 30 ? `${titles[i]!.slice(0, 29).trimEnd()}…` : titles[i]!;
    return `${row.seed_position}  ${title} [${row.cluster}]`;
  });
}

function baselineTraces(rows: readonly Row[], items: readonly string[]): Trace[] {
  return [
    {
      type: "scatter",
      mode: "markers",
      name: "before the promotion",
      x: numbers(rows, "visibility_before"),
      y: items,
      xaxis: "x",
      yaxis: "y",
      marker: { symbol: "circle-open", size: 12, color: INK, line: { width: 1.5 } },
    },
    {
      type: "bar",
      orientation: "h",
      name: "before the promotion",
      showlegend: false,
      x: numbers(rows, "click_before"),
      y: items,
      xaxis: "x2",
      yaxis: "y2",
      marker: { color: "rgba(0,0,0,0)", line: { color: INK, width: 1.5 } },
    },
  ];
}

function scenarioTraces(rows: readonly Row[], items: readonly string[], visible: boolean): Trace[] {
  const perGroup = Object.entries(GROUPS).map(([group, { name, color }]) => {
    const own = (value: string) =>
      numbers(rows, value).map((number, i) => (rows[i]!.exposure_group === group ? number : null));
    return [
      {
        type: "scatter",
        mode: "markers",
        name,
        showlegend: false,
        visible,
        x: own("visibility_after"),
        y: items,
        xaxis: "x",
        yaxis: "y",
        marker: { size: 9, color: PALETTE[color] },
      },
      {
        type: "bar",
        orientation: "h",
        name,
        visible,
        x: own("click_after"),
        y: items,
        xaxis: "x2",
        yaxis: "y2",
        opacity: 0.75,
        marker: { color: PALETTE[color] },
      },
    ];
  });
  const differences = {
    type: "scatter",
    mode: "text",
    name: "change",
    showlegend: false,
    hoverinfo: "skip",
    visible,
    x: rows.map((row) => Math.max(Number(row.click_before), Number(row.click_after))).map(rounded),
    y: items,
    xaxis: "x2",
    yaxis: "y2",
    text: rows.map((row) => change(Number(row.click_after) - Number(row.click_before))),
    textposition: "middle right",
    textfont: { size: TEXT.label, color: INK },
  };
  return [...perGroup.flat(), differences];
}

function slateTotal(rows: readonly Row[]): string {
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
  const [before, after] = [sum("click_before"), sum("click_after")];
  const difference = change(after - before) || "no change";
  return `Clicks expected in the slate: ${before.toFixed(2)} before, <b>${after.toFixed(2)}</b> after (${difference})`;
}

function totalNote(text: string): object {
  return {
    text,
    xref: "paper",
    yref: "paper",
    x: 1,
    y: 0,
    xanchor: "right",
    yanchor: "top",
    yshift: -66,
    showarrow: false,
    font: { size: TEXT.label + 1, color: INK },
  };
}

/** `+0.12`, `−0.05`; nothing where nothing changes. */
function change(difference: number): string {
  if (Math.abs(difference) < 5e-4) return "";
  return `${difference > 0 ? "+" : "−"}${Math.abs(difference).toFixed(3)}`;
}
