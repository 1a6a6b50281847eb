/** A figure in words, for front ends and readers that see no picture. */
import { type Figure, PANEL_TITLE } from "./figure";

/** The title, or the panels' titles: `Ratings per user | Mean rating per user`. */
export function figureTitle({ layout }: Figure): string {
  const title = (layout.title as { text?: string } | undefined)?.text;
  if (title) return title;
  const annotations = (layout.annotations as { name?: string; text?: string }[] | undefined) ?? [];
  const panels = annotations.filter(({ name }) => name === PANEL_TITLE).map(({ text }) => text);
  return panels.join(" | ") || "Figure";
}

/** `Rating distribution (2 series, 20 points)`. */
export function figureText(figure: Figure): string {
  const points = figure.data.reduce((total, trace) => total + length(trace.x ?? trace.y), 0);
  const series = figure.data.length === 1 ? "1 series" : `${figure.data.length} series`;
  return `${figureTitle(figure)} (${series}, ${points.toLocaleString("en-US")} points)`;
}

function length(values: unknown): number {
  return Array.isArray(values) ? values.length : 0;
}
