/** Figures as PNG files, drawn by plotly.js in a headless browser that starts when first needed. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { projectRoot } from "../loaders/places";
import { type Browser, openBrowser } from "./browser";
import { type Figure, PIXELS_PER_INCH, PNG_DPI } from "./figure";
import { withChunks } from "./pngChunks";

/** A browser that has drawn nothing for so long is closed; the next figure starts another. */
const IDLE_MS = 60_000;

let running: { readonly path: string; readonly browser: Promise<Browser> } | undefined;
let idle: NodeJS.Timeout | undefined;

/** The file of plotly.js that draws, inside the installed package. */
export function plotlyFile(): string {
  const require = createRequire(join(projectRoot(), "package.json"));
  return require.resolve("plotly.js-dist-min/plotly.min.js");
}

/**
 * Draws a figure with 160 dots an inch. `source` is written into the file (tEXt chunk "Source").
 * @param browser  absolute path of a Chrome, Chromium or Edge
 * @throws Error when the browser does not start or plotly refuses the figure
 */
export async function figurePng(figure: Figure, browser: string, source: string): Promise<Buffer> {
  const { width, height } = figure.layout;
  const options = { format: "png", width, height, scale: PNG_DPI / PIXELS_PER_INCH };
  const page = await drawingPage(browser);
  try {
    const url = await page.evaluate(
      `Plotly.toImage(${JSON.stringify(figure)}, ${JSON.stringify(options)})`,
    );
    const encoded = String(url).replace(/^data:image\/png;base64,/, "");
    return withChunks(Buffer.from(encoded, "base64"), { dpi: PNG_DPI, text: { Source: source } });
  } catch (error) {
    closeDrawing();
    throw error;
  } finally {
    clearTimeout(idle);
    idle = setTimeout(closeDrawing, IDLE_MS).unref();
  }
}

async function drawingPage(path: string): Promise<Browser> {
  if (running?.path !== path) {
    closeDrawing();
    running = { path, browser: openDrawing(path) };
  }
  try {
    return await running.browser;
  } catch (error) {
    running = undefined;
    throw error;
  }
}

async function openDrawing(path: string): Promise<Browser> {
  const browser = await openBrowser(path);
  try {
    // `void 0`: the value of the script is not wanted back.
    await browser.evaluate(`${readFileSync(plotlyFile(), "utf8")};void 0`);
    return browser;
  } catch (error) {
    browser.close();
    throw error;
  }
}

/** Ends the browser that draws, if one runs. */
export function closeDrawing(): void {
  clearTimeout(idle);
  const last = running;
  running = undefined;
  last?.browser.then((browser) => browser.close()).catch(() => {});
}
