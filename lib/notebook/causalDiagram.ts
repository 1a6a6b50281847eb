/** A causal diagram: what depends on what, drawn as arrows between named nodes. */
import { displayed } from "./displayedFigure";
import type { Figure } from "./figure";
import { INK, MARGIN, MUTED, PALETTE, TEXT, themedLayout } from "./theme";

export type NodeKind = "state" | "treatment" | "outcome" | "hidden";

export interface DiagramNode {
  readonly id: string;
  /** Text in the node; `<br>` starts a new line. */
  readonly label: string;
  /** Place on a grid: columns from the left, rows from the bottom. */
  readonly x: number;
  readonly y: number;
  readonly kind: NodeKind;
}

export interface DiagramArrow {
  readonly from: string;
  readonly to: string;
  /** A path that confounds: drawn in colour. Default false. */
  readonly confounds?: boolean;
}

export interface DiagramOptions {
  readonly title: string;
  readonly nodes: readonly DiagramNode[];
  readonly arrows: readonly DiagramArrow[];
  /** Names above the columns, by their x: `{ 0: "yesterday" }`. */
  readonly columns?: Readonly<Record<number, string>>;
  readonly size?: readonly [width: number, height: number];
}

const COLORS: Readonly<Record<NodeKind, string>> = {
  state: PALETTE.sky,
  treatment: PALETTE.orange,
  outcome: PALETTE.green,
  hidden: "#ffffff",
};

const NAMES: Readonly<Record<NodeKind, string>> = {
  state: "State before the treatment",
  treatment: "Treatment",
  outcome: "Outcome",
  hidden: "Not observed",
};

/** Radius of a node in CSS pixels. */
const RADIUS = 34;

/**
 * Draws a causal diagram.
 * @throws Error when an arrow names a node that is not there, or arrows go in a circle
 */
export function causalDiagram(options: DiagramOptions): Figure {
  const { nodes, arrows } = options;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const { from, to } of arrows) {
    const missing = [from, to].find((id) => !byId.has(id));
    if (missing !== undefined)
      throw new Error(`No node "${missing}" for the arrow ${from} to ${to}.`);
  }
  assertNoCircle(options);
  const kinds = [...new Set(nodes.map((node) => node.kind))];
  const data = kinds.map((kind) => {
    const own = nodes.filter((node) => node.kind === kind);
    return {
      type: "scatter",
      mode: "markers+text",
      name: NAMES[kind],
      x: own.map((node) => node.x),
      y: own.map((node) => node.y),
      text: own.map((node) => node.label),
      textposition: "middle center",
      textfont: { size: TEXT.label, color: INK },
      hoverinfo: "skip",
      marker: {
        size: 2 * RADIUS,
        color: COLORS[kind],
        line: { color: kind === "hidden" ? MUTED : INK, width: 1.5 },
      },
    };
  });
  const drawn = arrows.map(({ from, to, confounds }) => ({
    x: byId.get(to)!.x,
    y: byId.get(to)!.y,
    ax: byId.get(from)!.x,
    ay: byId.get(from)!.y,
    xref: "x",
    yref: "y",
    axref: "x",
    ayref: "y",
    text: "",
    showarrow: true,
    arrowhead: 2,
    arrowsize: 1.1,
    arrowwidth: confounds ? 2.2 : 1.4,
    arrowcolor: confounds ? PALETTE.vermillion : MUTED,
    standoff: RADIUS + 2,
    startstandoff: RADIUS + 2,
  }));
  const [left, right] = spread(nodes.map((node) => node.x));
  const [bottom, top] = spread(nodes.map((node) => node.y));
  const heads = Object.entries(options.columns ?? {}).map(([x, text]) => ({
    text: `<b>${text}</b>`,
    x: Number(x),
    y: top + 0.55,
    xref: "x",
    yref: "y",
    showarrow: false,
    font: { size: TEXT.axisTitle },
  }));
  const hidden = { visible: false, showgrid: false, zeroline: false, fixedrange: true };
  return displayed({
    data,
    layout: themedLayout(
      { title: options.title, size: options.size ?? [10, 5] },
      {
        xaxis: { ...hidden, range: [left - 0.6, right + 0.6] },
        yaxis: { ...hidden, range: [bottom - 0.6, top + 0.8] },
        showlegend: true,
        legend: {
          orientation: "h",
          x: 0.5,
          xanchor: "center",
          y: -0.02,
          yanchor: "top",
          itemsizing: "constant",
          font: { size: TEXT.label },
        },
        margin: { ...MARGIN, l: 24, r: 24 },
        annotations: [...drawn, ...heads],
      },
    ),
  });
}

function spread(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function assertNoCircle({ nodes, arrows }: DiagramOptions): void {
  const left = new Set(nodes.map((node) => node.id));
  for (;;) {
    const free = [...left].filter((id) => !arrows.some((a) => a.to === id && left.has(a.from)));
    if (free.length === 0) break;
    for (const id of free) left.delete(id);
  }
  if (left.size > 0) {
    throw new Error(
      `Arrows go in a circle among ${[...left].join(", ")}: a cause comes before its effect.`,
    );
  }
}

export interface SequentialDiagramOptions {
  readonly title: string;
  /** Days drawn. Default 3. */
  readonly days?: number;
  readonly size?: readonly [width: number, height: number];
}

/**
 * Time-varying confounding, day by day: the state L moves the day's treatment A and the later state, A moves the later
 * state, all of them move the outcome Y, and something unseen U moves the states and the outcome. The arrows into a treatment
 * that open a path to the outcome are drawn in colour.
 * Source: Robins, Hernan and Brumback 2000, doi:10.1097/00001648-200009000-00011, figure 2.
 */
export function sequentialDiagram(options: SequentialDiagramOptions): Figure {
  const days = options.days ?? 3;
  const day = Array.from({ length: days }, (_, t) => t);
  const nodes: DiagramNode[] = [
    ...day.flatMap((t): DiagramNode[] => [
      { id: `L${t}`, label: `L<sub>${t + 1}</sub>`, x: 2 * t, y: 2, kind: "state" },
      { id: `A${t}`, label: `A<sub>${t + 1}</sub>`, x: 2 * t + 0.7, y: 0.9, kind: "treatment" },
    ]),
    { id: "U", label: "U", x: days - 0.5, y: 3.3, kind: "hidden" },
    { id: "Y", label: "Y", x: 2 * days, y: 1.45, kind: "outcome" },
  ];
  const arrows: DiagramArrow[] = day.flatMap((t): DiagramArrow[] => {
    const next = t + 1 < days ? `L${t + 1}` : "Y";
    return [
      { from: `L${t}`, to: `A${t}`, confounds: true },
      { from: `L${t}`, to: next, confounds: true },
      { from: `A${t}`, to: next },
      ...(t + 1 < days ? [{ from: `A${t}`, to: `A${t + 1}` }] : []),
      { from: "U", to: `L${t}` },
    ];
  });
  return causalDiagram({
    title: options.title,
    nodes,
    arrows: [...arrows, { from: "U", to: "Y" }],
    columns: Object.fromEntries(day.map((t) => [2 * t + 0.35, `day ${t + 1}`])),
    size: options.size,
  });
}
