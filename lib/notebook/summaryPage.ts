/** A summary that travels: one HTML file with its figures inside, for readers who open no notebook. */
import { escapeHtml } from "../kernel/htmlTable";
import type { DataSource } from "../loaders/dataSource";
import type { Cell } from "../loaders/rows";
import { fullText, isMissing, numberText } from "./cellText";
import { shortNumber } from "./labels";
import { inlineHtml, markdownHtml } from "./markdownHtml";
import { isSynthetic, sourceRecord, sourceText } from "./provenance";
import { SUMMARY_STYLE } from "./summaryStyle";
import { type TableInput, tableOf } from "./table";
import { shownRows } from "./tableText";

export interface SummaryPage {
  readonly title: string;
  /** The answer in one or two sentences, in the Markdown of {@link markdownHtml}. */
  readonly lead: string;
  readonly sections: readonly SummarySection[];
}

/** A heading, and what is given of the rest, in this order. */
export interface SummarySection {
  readonly heading: string;
  /** Paragraphs and lists in the Markdown of {@link markdownHtml}. */
  readonly text?: string;
  readonly keyNumbers?: readonly KeyNumber[];
  readonly table?: SummaryTable;
  readonly figure?: SummaryFigure;
}

export interface KeyNumber {
  readonly label: string;
  /** Numbers get thousands separators, and others than whole ones at most 4 digits; text stays as it is. */
  readonly value: Cell;
  readonly unit?: string;
  /** What the number is measured on, its interval, or what to think of it. */
  readonly note?: string;
}

export interface SummaryTable {
  readonly caption: string;
  readonly rows: TableInput;
  /** Most rows shown; the caption says how many there are. Default 60. */
  readonly limit?: number;
}

export interface SummaryFigure {
  /** Name under which the chapter saved it. */
  readonly name: string;
  /** What a reader who does not see it needs to know: the finding, not the look. */
  readonly alt: string;
  readonly caption?: string;
}

export interface SummaryContext {
  readonly sources: readonly DataSource[];
  /** Version of this library. */
  readonly library: string;
  /**
   * The PNG of a saved figure; undefined where no browser was there to draw it. @throws Error when no such figure was
   * saved
   */
  readonly figure: (name: string) => Uint8Array | undefined;
}

/**
 * The page as text. It needs no other file and no script, is as wide as the screen allows, and prints. Every text is
 * escaped. Synthetic data is said on top, and the source with its checksum at the foot.
 * @throws Error when title, lead, a heading, a table's caption or a figure's alt text is empty, or a figure was not
 * saved
 */
export function summaryPage(page: SummaryPage, context: SummaryContext): string {
  const { sources, library } = context;
  const synthetic = isSynthetic(sources);
  const title = required(page.title, "title");
  const sections = page.sections.map((section, i) => sectionHtml(section, i, context));
  const source = JSON.stringify(sourceRecord(sources, library));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="lab-source" content="${escapeHtml(source)}">
<title>${escapeHtml(title)}${synthetic ? " (synthetic data)" : ""}</title>
<style>
${SUMMARY_STYLE}
</style>
</head>
<body>
${synthetic ? `${BANNER}\n` : ""}<main>
<header>
<h1>${inlineHtml(title)}</h1>
<div class="lead">${markdownHtml(required(page.lead, "lead"), 2)}</div>
</header>
${sections.join("\n")}
</main>
<footer>
<p>Source: ${escapeHtml(sourceText(sources))}. Made with version ${escapeHtml(library)} of the library.</p>
</footer>
</body>
</html>
`;
}

const BANNER = [
  '<p class="synthetic" role="note"><strong>SYNTHETIC DATA</strong> The numbers on this page come from',
  "a simulator. They say nothing about real people or a real service.</p>",
].join("\n");

function sectionHtml(section: SummarySection, index: number, context: SummaryContext): string {
  const heading = required(section.heading, `heading of section ${index + 1}`);
  const id = `section-${index + 1}`;
  const parts = [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${inlineHtml(heading)}</h2>`,
    ...(section.text ? [markdownHtml(section.text, 3)] : []),
    ...(section.keyNumbers?.length ? [keyNumbersHtml(section.keyNumbers)] : []),
    ...(section.table ? [tableHtml(section.table, heading)] : []),
    ...(section.figure ? [figureHtml(section.figure, context)] : []),
    "</section>",
  ];
  return parts.join("\n");
}

function keyNumbersHtml(numbers: readonly KeyNumber[]): string {
  const items = numbers.map(({ label, value, unit, note }) => {
    const amount = `<span class="value">${escapeHtml(valueText(value))}</span>`;
    const after = unit ? ` <span class="unit">${escapeHtml(unit)}</span>` : "";
    const small = note ? `<dd class="note">${inlineHtml(note)}</dd>` : "";
    return `<div><dt>${inlineHtml(label)}</dt><dd>${amount}${after}</dd>${small}</div>`;
  });
  return `<dl class="numbers">\n${items.join("\n")}\n</dl>`;
}

function valueText(value: Cell): string {
  if (isMissing(value)) return "missing";
  if (typeof value === "number" && Number.isFinite(value) && !Number.isInteger(value)) {
    return Math.abs(value) < 1e-4 ? value.toExponential(2) : shortNumber(value);
  }
  return typeof value === "number" || typeof value === "bigint"
    ? numberText(value)
    : fullText(value);
}

function tableHtml({ caption, rows, limit = 60 }: SummaryTable, heading: string): string {
  const words = required(caption, `caption of the table under "${heading}"`);
  const table = tableOf(rows);
  const { columns, rowCount, cell } = shownRows(table, limit);
  const all = table.rows.length;
  const count = all > limit ? ` First ${limit} of ${all.toLocaleString("en-US")} rows.` : "";
  const side = (column: number) => (columns[column]!.align === "right" ? ' class="number"' : "");
  const heads = columns.map(
    ({ name }, column) => `<th scope="col"${side(column)}>${breakable(name)}</th>`,
  );
  const lines = Array.from({ length: rowCount }, (_, row) => {
    const cells = columns.map((_, column) => {
      const text = escapeHtml(String(cell(row, column) ?? ""));
      // The first column names its row unless it holds numbers.
      return column === 0 && columns[0]!.align !== "right"
        ? `<th scope="row">${text}</th>`
        : `<td${side(column)}>${text}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return [
    // A wide table scrolls by itself, also with the keyboard.
    `<div class="table" role="region" aria-label="${escapeHtml(words)}" tabindex="0">`,
    "<table>",
    `<caption>${inlineHtml(words)}${count}</caption>`,
    `<thead><tr>${heads.join("")}</tr></thead>`,
    `<tbody>\n${lines.join("\n")}\n</tbody>`,
    "</table>",
    "</div>",
  ].join("\n");
}

/** A column's name that may break after `_`, where paper is narrow. */
function breakable(name: string): string {
  return escapeHtml(name).replaceAll("_", "_<wbr>");
}

function figureHtml({ name, alt, caption }: SummaryFigure, context: SummaryContext): string {
  const words = required(alt, `alt text of the figure "${name}"`);
  const png = context.figure(name);
  const below = caption ? `\n<figcaption>${inlineHtml(caption)}</figcaption>` : "";
  if (!png) {
    return [
      '<figure class="undrawn">',
      `<p>${escapeHtml(words)}</p>`,
      `<p class="note">The figure ${escapeHtml(name)} was saved without a picture, because no browser was`,
      `there to draw it.</p>${below}`,
      "</figure>",
    ].join("\n");
  }
  const picture = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  // The size stands in the PNG's first chunk (PNG specification, 11.2.2); 160 dots are 100 CSS pixels.
  const [width, height] = [16, 20].map((at) => Math.round(picture.readUInt32BE(at) / 1.6));
  const url = `data:image/png;base64,${picture.toString("base64")}`;
  const size = `width="${width}" height="${height}"`;
  const image = `<img src="${url}" alt="${escapeHtml(words)}" ${size}>`;
  // On a narrow screen the picture keeps a size at which its text can be read, and scrolls by itself.
  const frame = `<div class="picture" role="group" aria-label="figure" tabindex="0">${image}</div>`;
  return `<figure>\n${frame}${below}\n</figure>`;
}

function required(text: string, what: string): string {
  if (typeof text === "string" && text.trim() !== "") return text;
  throw new Error(`The summary page has no ${what}.`);
}
