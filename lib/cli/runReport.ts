/** What the terminal shows while notebooks run: a line per cell for a person, a line per notebook for a log. */
import { relative } from "node:path";
import type { ChapterFile } from "./chapters";
import type { NotebookEvent } from "./runNotebook";

export interface Screen {
  /** Writes text as it is. */
  write(text: string): void;
  /** True when a person looks on: lines may be rewritten. */
  readonly live: boolean;
  /** Characters in a line; default 100. */
  readonly columns?: number;
}

export interface ChapterTally {
  readonly chapter: ChapterFile;
  readonly cells: number;
  readonly tables: number;
  readonly figures: number;
  readonly seconds: number;
  readonly synthetic: boolean;
  readonly page: string;
}

/** Follows the events of one notebook: shows them and adds up what was made. */
export function follow(chapter: ChapterFile, screen: Screen) {
  const begin = performance.now();
  const name = `${chapter.course}/${chapter.title}`;
  let cells = 0;
  let tables = 0;
  let figures = 0;
  let synthetic = false;
  let running = "";
  if (screen.live) screen.write(`${name}\n`);

  const onEvent = (event: NotebookEvent) => {
    switch (event.event) {
      case "start":
        cells = event.cell;
        running = cellLine(event.cell, event.text, "", screen);
        if (screen.live) screen.write(running);
        break;
      case "done":
        tables += event.tables;
        figures += event.figures;
        if (screen.live) screen.write(`\r${finished(running, event.seconds)}\n`);
        break;
      case "stderr":
        screen.write(
          `${screen.live ? "\n" : ""}${name}, cell ${event.cell} wrote to stderr:\n${indented(event.text)}\n`,
        );
        break;
      case "error":
        screen.write(`${screen.live ? "\n" : ""}${errorText(name, event)}\n`);
        break;
      case "page":
        synthetic = event.synthetic;
    }
  };
  const tally = (page: string): ChapterTally => {
    const seconds = (performance.now() - begin) / 1000;
    return { chapter, cells, tables, figures, seconds, synthetic, page };
  };
  return { onEvent, tally };
}

function cellLine(cell: number, text: string, time: string, { columns = 100 }: Screen): string {
  const room = Math.max(20, columns - 20);
  const short = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return `  [${String(cell).padStart(2)}] ${short.padEnd(room)} ${time}`;
}

function finished(line: string, seconds: number): string {
  return `${line}${seconds.toFixed(1).padStart(6)} s`;
}

function errorText(name: string, event: NotebookEvent & { event: "error" }): string {
  const where = event.cell === 0 ? name : `${name}, cell ${event.cell}`;
  const line = event.line === null || event.line === undefined ? "" : `, line ${event.line}`;
  const head = `${where}${line}: ${event.name}: ${event.message}`;
  const trace = (event.traceback ?? []).join("\n").trim();
  return trace && trace !== event.message ? `${head}\n${indented(trace)}` : head;
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, "    ");
}

/** `ok  course/01_x: 34 cells, 21 tables, 5 figures, 42.1 s (synthetic data)` */
export function tallyLine({
  chapter,
  cells,
  tables,
  figures,
  seconds,
  synthetic,
}: ChapterTally): string {
  const made = `${count(cells, "cell")}, ${count(tables, "table")}, ${count(figures, "figure")}`;
  const note = synthetic ? " (synthetic data)" : "";
  return `ok  ${chapter.course}/${chapter.title}: ${made}, ${seconds.toFixed(1)} s${note}`;
}

/** The closing lines of a run that went well: what was made and where it lies. */
export function summary(tallies: readonly ChapterTally[], folder: string): string {
  const sum = (of: (tally: ChapterTally) => number) =>
    tallies.reduce((n, tally) => n + of(tally), 0);
  const made = [
    count(tallies.length, "chapter"),
    count(
      sum(({ tables }) => tables),
      "table",
    ),
    count(
      sum(({ figures }) => figures),
      "figure",
    ),
  ].join(", ");
  const pages = tallies.map(({ page }) => {
    const short = relative(folder, page);
    return `  ${short.startsWith("..") ? page : short}`;
  });
  return `${made} in ${sum(({ seconds }) => seconds).toFixed(1)} s. Pages (tables and figures lie beside them):\n${pages.join("\n")}`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
