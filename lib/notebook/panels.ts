/** Several figures in one: beside each other or one above the other, with shared axes where asked. */
import { displayed } from "./displayedFigure";
import { type Figure, PANEL_TITLE, PIXELS_PER_INCH, type Trace } from "./figure";
import { LEGEND_ROOM, legendFor, MARGIN, NOTE_ABOVE, TEXT, themedLayout } from "./theme";

export interface PanelOptions {
  /** Width and height of the whole in inches; default [13, 4.5] side by side, [11, 7] stacked. */
  readonly size?: readonly [width: number, height: number];
  /** Title of the whole; default none. The panels keep their own. */
  readonly title?: string;
  /** The panels share their common axis (vertical side by side, horizontal stacked); default false. */
  readonly shared?: boolean;
}

/**
 * Room between panels in CSS pixels: for an axis with labels and title, for a panel's title, for neither, for
 * colours.
 */
const GAP = { axis: 104, title: 56, titleAndAxis: 104, none: 32, scale: 60 } as const;

/**
 * Puts figures beside each other, from left to right.
 * @throws Error for fewer than two figures, or one that has panels already
 */
export function sideBySide(figures: readonly Figure[], options: PanelOptions = {}): Figure {
  const size = options.size ?? ([13, 4.5] as const);
  const hasScale = figures
    .slice(0, -1)
    .some(({ data }, i) => data.some((trace) => showsScale(trace, figures.slice(i + 1))));
  const gap = (options.shared ? GAP.none : GAP.axis) + (hasScale ? GAP.scale : 0);
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

export interface GridOptions extends Omit<PanelOptions, "shared"> {
  /** Most panels in a row, 1 or more. Default 3. */
  readonly columns?: number;
}

/**
 * Puts figures into a grid, row by row from the top left. Default size: 13 inches wide, 3.6 a row.
 * @throws Error for fewer than two figures, one that has panels already, or columns that are no whole number from 1 on
 */
export function grid(figures: readonly Figure[], options: GridOptions = {}): Figure {
  const wanted = options.columns ?? 3;
  if (!(Number.isInteger(wanted) && wanted >= 1)) {
    throw new Error(`The columns of a grid are a whole number from 1 on, not ${wanted}.`);
  }
  const columns = Math.min(wanted, figures.length);
  const rows = Math.ceil(figures.length / columns);
  const size = options.size ?? ([13, 3.6 * rows] as const);
  const room = (inches: number, margins: number) => inches * PIXELS_PER_INCH - margins;
  const across = split(columns, GAP.axis / room(size[0], MARGIN.l + MARGIN.r));
  const down = split(rows, GAP.titleAndAxis / room(size[1], MARGIN.t + MARGIN.b)).reverse();
  return combined(
    figures,
    { ...options, size },
    (panel) => ({ x: across[panel % columns]!, y: down[Math.floor(panel / columns)]! }),
    "y",
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
  const shapes: object[] = [];
  const layout: Record<string, unknown> = {};
  // The axis that carries the shared labels: the left one, or the one at the bottom.
  const keeper = sharedAxis === "y" ? 0 : figures.length - 1;
  const named = new Set<unknown>();
  const noteRoom = figures.some(hasNoteAbove) ? NOTE_ROOM : 0;

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
      const scale = scaleIn(trace, figures.slice(panel + 1), domain);
      data.push({
        ...trace,
        ...scale,
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        showlegend: inLegend,
      });
    }
    annotations.push(panelTitle(figure, domain, noteRoom));
    for (const annotation of (figure.layout.annotations as object[] | undefined) ?? []) {
      annotations.push(movedInto(annotation, domain, suffix));
    }
    for (const shape of (figure.layout.shapes as object[] | undefined) ?? []) {
      shapes.push(shapeMovedInto(shape, domain, suffix));
    }
    if (figure.layout.boxmode) layout.boxmode ??= figure.layout.boxmode;
    if (figure.layout.barmode) layout.barmode ??= figure.layout.barmode;
    layout.bargap = Math.max(Number(layout.bargap ?? 0), Number(figure.layout.bargap ?? 0));
  });

  const title = options.title ?? "";
  const top =
    MARGIN.t + (title ? PANEL_TITLE_ROOM : 0) + (named.size > 0 ? LEGEND_ROOM : 0) + noteRoom;
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
        ...(shapes.length > 0 ? { shapes } : {}),
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

/** Height of a note between a panel and its title, in CSS pixels. */
const NOTE_ROOM = 16;

function hasNoteAbove({ layout }: Figure): boolean {
  const annotations = (layout.annotations as { name?: string }[] | undefined) ?? [];
  return annotations.some(({ name }) => name === NOTE_ABOVE);
}

/** A trace with a scale of colours that no later panel repeats shows it. */
function showsScale(trace: Trace, later: readonly Figure[]): boolean {
  if (!trace.colorbar) return false;
  return !later.some(({ data }) =>
    data.some(
      (other) =>
        other.type === trace.type &&
        other.zmin === trace.zmin &&
        other.zmax === trace.zmax &&
        JSON.stringify(other.colorscale) === JSON.stringify(trace.colorscale),
    ),
  );
}

/** The scale of colours beside its own panel. */
function scaleIn(trace: Trace, later: readonly Figure[], { x, y }: { x: Domain; y: Domain }) {
  if (!trace.colorbar) return {};
  if (!showsScale(trace, later)) return { showscale: false };
  const height = { y: (y[0] + y[1]) / 2, len: y[1] - y[0] };
  const place = x[1] === 1 ? height : { ...height, x: x[1], xpad: 6 };
  return { colorbar: { ...(trace.colorbar as object), ...place } };
}

function panelTitle(figure: Figure, domain: { x: Domain; y: Domain }, noteRoom: number): object {
  return {
    name: PANEL_TITLE,
    text: (figure.layout.title as { text?: string } | undefined)?.text ?? "",
    xref: "paper",
    yref: "paper",
    x: (domain.x[0] + domain.x[1]) / 2,
    y: domain.y[1],
    xanchor: "center",
    yanchor: "bottom",
    yshift: 10 + noteRoom,
    showarrow: false,
    font: { size: TEXT.panelTitle },
  };
}

function within(value: unknown, [from, to]: Domain): number {
  return from + Number(value) * (to - from);
}

/** A line or area of one figure, placed in one panel of the whole. */
function shapeMovedInto(shape: object, domain: { x: Domain; y: Domain }, suffix: string): object {
  const { x0, x1, y0, y1, xref, yref } = shape as Record<string, unknown>;
  return {
    ...shape,
    ...(xref === "paper"
      ? { x0: within(x0, domain.x), x1: within(x1, domain.x) }
      : { xref: `x${suffix}` }),
    ...(yref === "paper"
      ? { y0: within(y0, domain.y), y1: within(y1, domain.y) }
      : { yref: `y${suffix}` }),
  };
}

/** An annotation placed in the whole drawing, placed in one panel of it. */
function movedInto(annotation: object, domain: { x: Domain; y: Domain }, suffix: string): object {
  const { x, y, xref, yref } = annotation as Record<string, unknown>;
  return {
    ...annotation,
    ...(xref === "paper" ? { x: within(x, domain.x) } : { xref: `x${suffix}` }),
    ...(yref === "paper" ? { y: within(y, domain.y) } : { yref: `y${suffix}` }),
  };
}
