/** What a figure is here: plotly's `{ data, layout }` as plain records, and nothing that only new front ends know. */

/** One drawn series, in plotly's attributes. */
export type Trace = Readonly<Record<string, unknown>> & { readonly type: string };

/** Plotly's layout. Width and height are in CSS pixels, 100 to the inch. */
export type Layout = Readonly<Record<string, unknown>> & {
  readonly width: number;
  readonly height: number;
};

/**
 * A figure as data. The functions that make one are pure: they read no file, display nothing and give the
 * same record for the same input. Lists are plain arrays, rounded, at most `MAX_POINTS` long.
 */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}

/** What every figure can be told. Titles of axes are required: they carry the unit. */
export interface FigureOptions {
  readonly title: string;
  /** Title of the horizontal axis, with its unit. */
  readonly xTitle: string;
  /** Title of the vertical axis, with its unit. */
  readonly yTitle: string;
  /** Width and height in inches; default [9, 4.5]. */
  readonly size?: readonly [width: number, height: number];
}

/** Most points in one series. More make pages slow; figures aggregate above it. */
export const MAX_POINTS = 5000;

/** CSS pixels for an inch of figure. The PNG has 160, whatever the screen has. */
export const PIXELS_PER_INCH = 100;

/** Dots for an inch in the PNG. */
export const PNG_DPI = 160;

/** 7 significant digits: more than a screen shows, and the files stay small and equal between runs. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(7));
}

/** True for a plotly figure, made here or by hand. */
export function isFigure(value: unknown): value is Figure {
  const figure = value as Partial<Figure> | null | undefined;
  return (
    Array.isArray(figure?.data) && typeof figure?.layout === "object" && figure.layout !== null
  );
}

/** Marks an annotation as a panel's title, for those who describe the figure in words. */
export const PANEL_TITLE = "panel title";
