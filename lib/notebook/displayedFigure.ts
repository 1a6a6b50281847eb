/** Figures that show themselves: as the last expression of a cell, and wherever `show` is asked to. */
import { DISPLAY } from "../kernel/bundle";
import type { MimeBundle } from "../kernel/cell";
import { browserPath } from "./browserPath";
import type { Figure } from "./figure";
import { figureText } from "./figureText";
import { figurePng } from "./png";

/**
 * Gives a figure a display method that neither JSON nor a copy sees: interactive for a front end that has plotly,
 * a PNG for a page that has not, words for the rest. Nothing is saved and no source is stated; `lab.figure` does both.
 */
export function displayed(figure: Figure): Figure {
  Object.defineProperty(figure, DISPLAY, { value: () => figureBundle(figure) });
  return figure;
}

async function figureBundle(figure: Figure): Promise<MimeBundle> {
  const browser = browserPath();
  // Without a browser, or when it fails, the other two representations still stand.
  const png = browser && (await figurePng(figure, browser, "{}").catch(() => undefined));
  return {
    "application/vnd.plotly.v1+json": forScreen(figure),
    ...(png ? { "image/png": png.toString("base64") } : {}),
    "text/plain": figureText(figure),
  };
}

/** On screen the figure is as wide as the cell; its height and its files stay as they are. */
export function forScreen({ data, layout }: Figure): object {
  const { width: _, ...rest } = layout;
  return {
    data,
    layout: { ...rest, autosize: true },
    // Not responsive: the front end resizes by itself, and plotly would take 100 % of a height that nothing holds.
    config: { displaylogo: false },
  };
}
