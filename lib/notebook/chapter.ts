/** A chapter's hand for results: shows what it made in the cell and saves it in the write-up, with its source. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { currentCell } from "../kernel/cell";
import { escapeHtml } from "../kernel/htmlTable";
import type { DataSource } from "../loaders/dataSource";
import { libraryVersion, writeupFolder } from "../loaders/places";
import type { Cell } from "../loaders/rows";
import { browserPath } from "./browserPath";
import { csvText } from "./csv";
import { forScreen } from "./displayedFigure";
import type { Figure } from "./figure";
import { figureFragment, figurePage, PLOTLY_COPY } from "./figureHtml";
import { figureText } from "./figureText";
import { figurePng, plotlyFile } from "./png";
import {
  isSynthetic,
  noteProvenance,
  provenanceName,
  SYNTHETIC,
  sourceRecord,
  sourceText,
} from "./provenance";
import { sentence } from "./say";
import { withSourceLine } from "./sourceLine";
import { type SummaryPage, summaryPage } from "./summaryPage";
import { type TableInput, tableOf } from "./table";
import { readableTable } from "./tableText";
import { writeFileAtomic } from "./writeFile";

export interface TableOptions {
  /** A sentence shown under the table. */
  readonly note?: string;
  /** Most rows shown; the file always has all. Default 60. */
  readonly limit?: number;
  /** The table is saved a second time under this name, without the chapter's number in front. */
  readonly alsoAs?: string;
  /** Characters after which a text is cut; the file always has it whole. Default 60. */
  readonly characters?: number;
}

export interface FigureNote {
  /** A sentence shown under the figure. */
  readonly note?: string;
  /** The HTML page shows the figure with its sliders and menus working, in place of the PNG; default false. */
  readonly interactive?: boolean;
}

export interface Chapter {
  /**
   * Shows a table and saves it as `writeup/tables/<chapter>_<name>.csv`.
   * @param name   letters, digits, `_` and `-`
   * @param table  records, an apache-arrow Table or a danfo DataFrame
   */
  table(name: string, table: TableInput, options?: TableOptions): Promise<void>;
  /**
   * Shows a figure and saves it as `writeup/figures/<name>.png` and `.json`; where no browser is to be had,
   * as `.html` in place of the PNG.
   */
  figure(name: string, figure: Figure, options?: FigureNote): Promise<void>;
  /**
   * Saves a summary as `writeup/<name>.html`, one page with its figures inside, and shows a link to it.
   * @throws Error when a figure it names was not saved by `figure`, or a text it needs is empty
   */
  page(name: string, content: SummaryPage): Promise<void>;
  /**
   * Shows Markdown and saves it as `writeup/<name>.md` with its source in the last line; of synthetic data the first
   * line says so.
   * @param name  with or without `.md`
   */
  text(name: string, markdown: string): Promise<void>;
  /** Shows a sentence in Markdown: ``lab.say`The sample holds ${n} users.` ``. See `sentence` for how numbers read. */
  say(strings: TemplateStringsArray, ...values: Cell[]): void;
}

/**
 * Opens a chapter for writing.
 * @param course   folder of the course under `notebooks/`
 * @param number   number of the chapter, `"01"`
 * @param sources  what its data came from; several when it joins data sets
 * @throws Error when course, chapter or a name could not be part of a file name
 */
export function chapter(
  course: string,
  number: string,
  sources: DataSource | readonly DataSource[],
): Chapter {
  const place: Place = {
    course: named("course", course),
    chapter: named("chapter", number),
    library: libraryVersion(),
    sources: Array.isArray(sources) ? sources : [sources as DataSource],
  };
  return {
    table: (name, table, options = {}) => showTable(place, named("table", name), table, options),
    figure: (name, figure, options = {}) =>
      showFigure(place, named("figure", name), figure, options),
    page: async (name, content) => showPage(place, named("page", name), content),
    text: async (name, markdown) =>
      showText(place, named("text", name.replace(/\.md$/, "")), markdown),
    say: (strings, ...values) => {
      const text = sentence(strings, values);
      currentCell().display({ "text/markdown": text, "text/plain": text });
    },
  };
}

interface Place {
  readonly course: string;
  readonly chapter: string;
  readonly library: string;
  readonly sources: readonly DataSource[];
  /** Said once a chapter is enough. */
  toldOfBrowser?: boolean;
}

const NO_BROWSER =
  "No PNG files, because no Chrome, Chromium or Edge was found. Install one, or name it in LAB_BROWSER.";

async function showTable(place: Place, name: string, input: TableInput, options: TableOptions) {
  const cell = currentCell();
  cell.signal.throwIfAborted();
  const names = [`${place.chapter}_${name}`];
  if (options.alsoAs !== undefined) names.push(named("table", options.alsoAs));
  const table = tableOf(input);
  const files = names.map((each) => save(place, `tables/${each}.csv`, csvText(table)));

  const limit = options.limit ?? 60;
  const count = table.rows.length;
  const size = count > limit ? `First ${limit} of ${count.toLocaleString("en-US")} rows.` : "";
  const caption = captionOf(place, "table", [size, options.note ?? ""], files);
  const { html, plain } = readableTable(table, limit, options.characters);
  cell.display({
    "text/html": `${html}\n${caption.html}`,
    "text/plain": `${plain}\n${caption.plain}\n`,
  });
}

async function showFigure(place: Place, name: string, plain: Figure, options: FigureNote) {
  const cell = currentCell();
  cell.signal.throwIfAborted();
  const figure = withSourceLine(plain, place.sources, place.library);
  const json = save(place, `figures/${name}.json`, `${JSON.stringify(figure)}\n`);
  const drawn = await drawFigure(place, name, figure);
  cell.signal.throwIfAborted();
  const page = options.interactive ? drawPage(place, name, figure, "") : undefined;

  const words = [options.note ?? "", drawn.message ?? ""];
  const files = [...new Set([drawn.file, ...(page ? [page.file] : []), json])];
  const caption = captionOf(place, "figure", words, files);
  cell.display({
    "application/vnd.plotly.v1+json": forScreen(figure),
    ...drawn.output,
    ...page?.output,
    "text/plain": `${figureText(figure)}\n${caption.plain}\n`,
  });
  // Beside the picture, not in it: the text above is shown only where pictures are not.
  if (cell.host === "kernel") {
    cell.display({ "text/html": caption.html, "text/plain": caption.plain });
  }
}

interface Drawn {
  readonly file: string;
  readonly output: Readonly<Record<string, string>>;
  readonly message?: string;
}

async function drawFigure(place: Place, name: string, figure: Figure): Promise<Drawn> {
  const browser = browserPath();
  if (browser) {
    try {
      const source = JSON.stringify(sourceRecord(place.sources, place.library));
      const png = await figurePng(figure, browser, source);
      const file = save(place, `figures/${name}.png`, png);
      return { file, output: { "image/png": png.toString("base64") } };
    } catch (error) {
      // The figure is worth more than its PNG: show it and say what went wrong.
      return drawPage(place, name, figure, `No PNG: ${(error as Error).message}`);
    }
  }
  const isNews = !place.toldOfBrowser;
  place.toldOfBrowser = true;
  return drawPage(place, name, figure, isNews ? NO_BROWSER : "");
}

function drawPage(place: Place, name: string, figure: Figure, message: string): Drawn {
  const page = `figures/${name}.html`;
  const file = save(place, page, figurePage(figure));
  const folder = join(writeupFolder(place.course), "figures");
  const copy = join(folder, PLOTLY_COPY);
  if (!existsSync(copy)) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(plotlyFile(), copy);
  }
  return { file, message, output: { "text/html": figureFragment(figure, page) } };
}

function showPage(place: Place, name: string, content: SummaryPage): void {
  const cell = currentCell();
  cell.signal.throwIfAborted();
  const html = summaryPage(content, { ...place, figure: (figure) => savedPicture(place, figure) });
  const file = save(place, `${name}.html`, html);
  const caption = captionOf(place, "page", [], [file]);
  // A link leads on from where it is read: the notebook lies above the write-up folder, its rendered page in it.
  const links = [
    `<a href="${file}">from the notebook</a>`,
    `<a href="${name}.html">from the rendered page</a>`,
  ].join(" · ");
  cell.display({
    "text/html": `<p><strong>${escapeHtml(content.title)}</strong>: open it ${links}</p>\n${caption.html}`,
    "text/plain": `${content.title}\n${caption.plain}\n`,
  });
}

/** The PNG of a figure that a chapter of this course saved; undefined when it was saved without one. */
function savedPicture({ course }: Place, name: string): Uint8Array | undefined {
  const path = join(writeupFolder(course), "figures", named("figure", name));
  if (existsSync(`${path}.png`)) return readFileSync(`${path}.png`);
  if (existsSync(`${path}.json`)) return undefined;
  throw new Error(
    `There is no saved figure "${name}" in the write-up of ${course}. Save it with lab.figure first.`,
  );
}

function showText(place: Place, name: string, markdown: string): void {
  const cell = currentCell();
  cell.signal.throwIfAborted();
  const { sources, library } = place;
  const content = [
    ...(isSynthetic(sources)
      ? ["> **SYNTHETIC DATA**: these numbers come from a simulator.", ""]
      : []),
    markdown.trim(),
    "",
    `*Source: ${sourceText(sources)}. Made with version ${library} of the library.*`,
    "",
  ].join("\n");
  const file = save(place, `${name}.md`, content);
  const caption = captionOf(place, "text", [], [file]);
  cell.display({ "text/markdown": markdown, "text/plain": markdown });
  cell.display({ "text/html": caption.html, "text/plain": `${caption.plain}\n` });
}

/** Writes a file below the write-up folder and notes where its content came from. */
function save(place: Place, file: string, content: string | Uint8Array): string {
  const folder = writeupFolder(place.course);
  const path = join(folder, file);
  writeFileAtomic(path, content);
  noteProvenance(join(folder, provenanceName(place.chapter)), { ...place, file, content });
  // Relative to the course: the same on every machine, wherever results were sent.
  return `writeup/${file}`;
}

/** A line of small print: notes, files and source. Its attributes tell programs what was shown. */
function captionOf(
  { sources }: Place,
  kind: "table" | "figure" | "page" | "text",
  notes: readonly string[],
  files: readonly string[],
): { html: string; plain: string } {
  const said = notes.filter((note) => note !== "").join(" ");
  const small = `${files.join(", ")} · ${sourceText(sources)}`;
  const loud = escapeHtml(small).replaceAll(
    SYNTHETIC,
    `<strong style="color:#b04a00">${SYNTHETIC}</strong>`,
  );
  const marks = `data-lab-${kind}="${escapeHtml(files[0]!)}"${isSynthetic(sources) ? ' data-lab-synthetic="true"' : ""}`;
  const html = `<p class="lab-caption" ${marks} style="margin:0.4em 0 1.2em;text-align:left">${escapeHtml(said)}${said ? "<br>" : ""}<small style="color:#5f6b7a">${loud}</small></p>`;
  return { html, plain: said ? `${said}\n${small}` : small };
}

function named(what: string, name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return name;
  throw new Error(
    `The ${what} "${name}" cannot be part of a file name. Use letters, digits, "_" and "-", such as "movie_summary".`,
  );
}
