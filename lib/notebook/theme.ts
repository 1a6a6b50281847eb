/** How figures look: white, a light grid, and colours that colour-blind readers can tell apart. */
import { type FigureOptions, type Layout, PIXELS_PER_INCH } from "./figure";

/** Okabe and Ito, "Color Universal Design", 2008. Yellow and black come last: too faint and too strong for areas. */
export const PALETTE = {
  blue: "#0072B2",
  orange: "#E69F00",
  green: "#009E73",
  vermillion: "#D55E00",
  purple: "#CC79A7",
  sky: "#56B4E9",
  yellow: "#F0E442",
  black: "#000000",
} as const;

export type Color = keyof typeof PALETTE;

const ORDER = Object.keys(PALETTE) as Color[];

/** The colour of series number `index`, counted from 0. After eight they start again. */
export function seriesColor(index: number): Color {
  return ORDER[index % ORDER.length]!;
}

export const INK = "#1f2933";
export const MUTED = "#5f6b7a";
const GRID = "#e4e7eb";

export const FONT_FAMILY = "Helvetica Neue, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/** Text sizes in CSS pixels. At 100 pixels an inch, 14 are the 10 points of a printed page. */
export const TEXT = { title: 18, panelTitle: 16, axisTitle: 15, label: 14, footer: 11 } as const;

/** Room around the drawing in CSS pixels: titles above, labels, axis title and the source line below. */
export const MARGIN = { l: 84, r: 28, t: 60, b: 88 } as const;

/** An axis with its title. `automargin` makes room for long labels, so that none is cut. */
export function axis(title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title, font: { size: TEXT.axisTitle }, standoff: 12 },
    tickfont: { size: TEXT.label },
    gridcolor: GRID,
    linecolor: "#9aa5b1",
    showline: true,
    ticks: "outside",
    ticklen: 4,
    tickcolor: "#9aa5b1",
    zeroline: false,
    automargin: true,
    ...more,
  };
}

/** The layout that all figures share. */
export function themedLayout(
  options: Pick<FigureOptions, "title" | "size">,
  more: Record<string, unknown>,
): Layout {
  const [width, height] = options.size ?? [9, 4.5];
  return {
    title: {
      text: options.title,
      x: 0.5,
      xanchor: "center",
      y: 1,
      yanchor: "top",
      pad: { t: 18 },
      font: { size: TEXT.title },
    },
    width: Math.round(width * PIXELS_PER_INCH),
    height: Math.round(height * PIXELS_PER_INCH),
    margin: { ...MARGIN },
    font: { family: FONT_FAMILY, size: TEXT.label, color: INK },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    showlegend: false,
    ...more,
  };
}

/** A short remark in the upper right corner of the drawing. */
export function cornerNote(text: string): object {
  return {
    text,
    xref: "paper",
    yref: "paper",
    x: 1,
    y: 1,
    xanchor: "right",
    yanchor: "top",
    showarrow: false,
    bgcolor: "rgba(255, 255, 255, 0.85)",
    font: { size: TEXT.footer + 1 },
  };
}

/** Marks an annotation that stands above the drawing, where a panel has its title. */
export const NOTE_ABOVE = "note above";

/** A short remark over the drawing, at its right: for figures without a legend whose drawing has no room. */
export function noteAbove(text: string): object {
  return {
    ...cornerNote(text),
    name: NOTE_ABOVE,
    yanchor: "bottom",
    bgcolor: "rgba(0, 0, 0, 0)",
  };
}

/** A legend in a row above the drawing, where it covers nothing; none for a single series. */
export function legendFor(series: number): Record<string, unknown> {
  if (series < 2) return { showlegend: false };
  return {
    showlegend: true,
    legend: {
      orientation: "h",
      x: 1,
      xanchor: "right",
      y: 1.01,
      yanchor: "bottom",
      font: { size: TEXT.label },
    },
    margin: { ...MARGIN, t: MARGIN.t + LEGEND_ROOM },
  };
}

/** Height of a row of legend entries in CSS pixels. */
export const LEGEND_ROOM = 22;
