/** Several figures in one: beside each other or one above the other, with shared axes where asked. */
import { displayed } from "./displayedFigure";
import { type Figure, PANEL_TITLE, PIXELS_PER_INCH, type Trace } from "./figure";
import { LEGEND_ROOM, legendFor, MARGIN, TEXT, themedLayout } from "./theme";

export interface PanelOptions {
  /** Width and height of the whole in inches; default [13, 4.5] side by side, [11, 7] stacked. */
  readonly size?: readonly [width: number, height: number];
  /** Title of the whole; default none. The panels keep their own. */
  readonly title?: string;
  /** The panels share their common axis (vertical side by side, horizontal stacked); default false. */
  readonly shared?: boolean;
}

/** Room between panels in CSS pixels: for an axis with labels and title, for a panel's title, for neither. */
const GAP = { axis: 104, title: 56, titleAndAxis: 104, none: 32 } as const;

/**
 * Puts figures beside each other, from left to right.
 * @throws Error for fewer than two figures, or one that has panels already
 */
export function sideBySide(figures: readonly Figure[], options: PanelOptions = {}): Figure {
  const size = options.size ?? ([13, 4.5] as const);
  const gap = options.shared ? GAP.none : GAP.axis;
  const domains = split(figures.length, gap / (size[0] * PIXELS_PER_INCH - MARGIN.l - MARGIN.r));
  return combined(
    figures,
    { ...options, size },
    (panel) => ({ x: domains[panel]!, y: [0, 1] }),
    "y",
  );
}

/**
 * Puts figures one above the other, the first on top.
 * @throws Error for fewer than two figures, or one that has panels already
 */
export function stacked(figures: readonly Figure[], options: PanelOptions = {}): Figure {
  const size = options.size ?? ([11, 7] as const);
  const gap = options.shared ? GAP.title : GAP.titleAndAxis;
  const domains = split(
    figures.length,
    gap / (size[1] * PIXELS_PER_INCH - MARGIN.t - MARGIN.b),
  ).reverse();
  return combined(
    figures,
    { ...options, size },
    (panel) => ({ x: [0, 1], y: domains[panel]! }),
    "x",
  );
}

type Domain = readonly [from: number, to: number];
type Place = (panel: number) => { readonly x: Domain; readonly y: Domain };

/** Equal parts of [0, 1] with gaps between them. */
function split(parts: number, gap: number): Domain[] {
  const width = (1 - gap * (parts - 1)) / parts;
  const digits = (value: number) => Number(value.toFixed(5));
  return Array.from({ length: parts }, (_, i) => {
    const from = i * (width + gap);
    return [digits(from), digits(Math.min(1, from + width))];
  });
}

function combined(
  figures: readonly Figure[],
  options: PanelOptions & { readonly size: readonly [number, number] },
  place: Place,
  sharedAxis: "x" | "y",
): Figure {
  if (figures.length < 2)
    throw new Error(`Panels need at least two figures, not ${figures.length}.`);
  const data: Trace[] = [];
  const annotations: object[] = [];
  const layout: Record<string, unknown> = {};
  // The axis that carries the shared labels: the left one, or the one at the bottom.
  const keeper = sharedAxis === "y" ? 0 : figures.length - 1;
  const named = new Set<unknown>();

  figures.forEach((figure, panel) => {
    if ("xaxis2" in figure.layout)
      throw new Error("A figure with panels cannot be a panel itself.");
    const suffix = panel === 0 ? "" : String(panel + 1);
    const domain = place(panel);
    const follows = options.shared && panel !== keeper;
    const hidden = {
      showticklabels: false,
      title: { text: "" },
      matches: sharedAxis + suffixOf(keeper),
    };
    layout[`xaxis${suffix}`] = {
      ...(figure.layout.xaxis as object),
      domain: domain.x,
      anchor: `y${suffix}`,
      ...(follows && sharedAxis === "x" ? hidden : {}),
    };
    layout[`yaxis${suffix}`] = {
      ...(figure.layout.yaxis as object),
      domain: domain.y,
      anchor: `x${suffix}`,
      ...(follows && sharedAxis === "y" ? hidden : {}),
    };
    for (const trace of figure.data) {
      // Panels with the same series share their legend entries.
      const inLegend = figure.layout.showlegend === true && !named.has(trace.name);
      if (inLegend) named.add(trace.name);
      data.push({ ...trace, xaxis: `x${suffix}`, yaxis: `y${suffix}`, showlegend: inLegend });
    }
    annotations.push(panelTitle(figure, domain));
    for (const annotation of (figure.layout.annotations as object[] | undefined) ?? []) {
      annotations.push(movedInto(annotation, domain, suffix));
    }
    if (figure.layout.barmode) layout.barmode ??= figure.layout.barmode;
    layout.bargap = Math.max(Number(layout.bargap ?? 0), Number(figure.layout.bargap ?? 0));
  });

  const title = options.title ?? "";
  const top = MARGIN.t + (title ? PANEL_TITLE_ROOM : 0) + (named.size > 0 ? LEGEND_ROOM : 0);
  const drawing = options.size[1] * PIXELS_PER_INCH - top - MARGIN.b;
  const legend = legendFor(named.size > 0 ? 2 : 1);
  return displayed({
    data,
    layout: themedLayout(
      { title, size: options.size },
      {
        ...layout,
        ...legend,
        ...(named.size > 0
          ? { legend: { ...(legend.legend as object), y: 1 + PANEL_TITLE_ROOM / drawing } }
          : {}),
        annotations,
        margin: { ...MARGIN, t: top },
      },
    ),
  });
}

/** Height of a panel's title with the room around it, in CSS pixels. */
const PANEL_TITLE_ROOM = 34;

function suffixOf(panel: number): string {
  return panel === 0 ? "" : String(panel + 1);
}

function panelTitle(figure: Figure, domain: { x: Domain; y: Domain }): object {
  return {
    name: PANEL_TITLE,
    text: (figure.layout.title as { text?: string } | undefined)?.text ?? "",
    xref: "paper",
    yref: "paper",
    x: (domain.x[0] + domain.x[1]) / 2,
    y: domain.y[1],
    xanchor: "center",
    yanchor: "bottom",
    yshift: 10,
    showarrow: false,
    font: { size: TEXT.panelTitle },
  };
}

/** An annotation placed in the whole drawing, placed in one panel of it. */
function movedInto(annotation: object, domain: { x: Domain; y: Domain }, suffix: string): object {
  const { x, y, xref, yref } = annotation as Record<string, unknown>;
  const within = (value: unknown, [from, to]: Domain) => from + Number(value) * (to - from);
  return {
    ...annotation,
    ...(xref === "paper" ? { x: within(x, domain.x) } : { xref: `x${suffix}` }),
    ...(yref === "paper" ? { y: within(y, domain.y) } : { yref: `y${suffix}` }),
  };
}
