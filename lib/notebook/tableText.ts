/** A small table for reading: as HTML and as aligned text. */
import type { Cell } from "../loaders/rows";
import { fullText, isMissing, numberText } from "./cellText";
import { escapeHtml } from "./html";
import type { Table } from "./table";

/** The longest text a cell shows; the file has it whole. */
const LONGEST = 60;

interface ReadableTable {
  readonly columns: readonly string[];
  readonly right: readonly boolean[];
  readonly lines: readonly (readonly string[])[];
}

/** The first `limit` rows as an HTML table; numbers stand at the right. */
export function tableHtml(table: Table, limit: number): string {
  const { columns, right, lines } = readable(table, limit);
  const align = (column: number) => `style="text-align:${right[column] ? "right" : "left"}"`;
  const head = columns.map((name, i) => `<th ${align(i)}>${escapeHtml(name)}</th>`).join("");
  const body = lines
    .map((line) => {
      const cells = line.map((text, i) => `<td ${align(i)}>${escapeHtml(text)}</td>`).join("");
      return `<tr>${cells}</tr>`;
    })
    .join("\n");
  return `<table class="dataframe">\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/** The first `limit` rows in aligned columns. */
export function tablePlain(table: Table, limit: number): string {
  const { columns, right, lines } = readable(table, limit);
  const widths = columns.map((name, i) =>
    Math.max(name.length, ...lines.map((line) => line[i]!.length)),
  );
  return [columns, ...lines]
    .map((line) =>
      line
        .map((text, i) => (right[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function readable({ columns, rows }: Table, limit: number): ReadableTable {
  const shown = rows.slice(0, limit);
  const texts = columns.map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const write = writer(name, values);
    return shown.map((row) => shortened(write(row[name] ?? null)));
  });
  return {
    columns,
    right: columns.map((name) => shown.every((row) => isNumber(row[name]) || isMissing(row[name]))),
    lines: shown.map((_, row) => texts.map((column) => column[row]!)),
  };
}

/** Numbers that name something rather than count it: no separators within. */
const NAMES = /(^|_)(id|year|timestamp|seed)$|Id$|^year/i;

function writer(name: string, values: readonly Cell[]): (value: Cell) => string {
  const numbers = values.filter((value): value is number => typeof value === "number");
  // A column of one kind is written alike. A column that mixes kinds (the values of a list of
  // metrics) or holds whole numbers only needs no decimals where there are none.
  const alike = values.every((value) => isNumber(value) || isMissing(value)) && name !== "value";
  const decimals = Math.max(0, ...numbers.map(decimalsOf));
  return (value) => {
    if (isMissing(value)) return "";
    if (!isNumber(value)) return fullText(value);
    if (NAMES.test(name) && Number.isInteger(Number(value))) return String(value);
    if (typeof value === "number" && alike && decimals > 0) return fixed(value, decimals);
    return numberText(value);
  };
}

function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return numberText(value);
  if (value !== 0 && Math.abs(value) < 0.5 * 10 ** -decimals) return numberText(value);
  return value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** Digits after the point that a number needs, at most 4. */
function decimalsOf(value: number): number {
  for (let decimals = 0; decimals < 4; decimals++) {
    if (Number(value.toFixed(decimals)) === value) return decimals;
  }
  return Number.isFinite(value) ? 4 : 0;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && !Number.isNaN(value));
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
