/** A small table for reading: values written alike within a column, as HTML and as aligned text. */
import { type TableData, tableHtml, tableText } from "../kernel/htmlTable";
import type { Cell } from "../loaders/rows";
import { columnText, isMissing, numberText } from "./cellText";
import type { Table } from "./table";

/** The longest text a cell shows unless told otherwise; the file has it whole. */
const LONGEST = 60;

/** The first `limit` rows as HTML and as text, texts cut after so many characters. Numbers stand at the right. */
export function readableTable(
  table: Table,
  limit: number,
  characters = LONGEST,
): { html: string; plain: string } {
  const data = shownRows(table, limit);
  const limits = { rows: limit, columns: table.columns.length, characters };
  return { html: tableHtml(data, limits), plain: tableText(data, limits) };
}

/** The first `limit` rows as texts, each column written alike. */
export function shownRows({ columns, rows }: Table, limit: number): TableData {
  const shown = rows.slice(0, limit);
  const texts = columns.map((name) => {
    const write = writer(
      name,
      rows.map((row) => row[name] ?? null),
    );
    return shown.map((row) => write(row[name] ?? null));
  });
  return {
    columns: columns.map((name) => {
      const right = shown.every((row) => isNumber(row[name]) || isMissing(row[name]));
      return { name, align: right ? "right" : "left" };
    }),
    rowCount: shown.length,
    cell: (row, column) => texts[column]![row],
  };
}

/** Numbers that name something rather than count it: no separators within. */
const NAMES = /(^|_)(id|year|timestamp|seed)$|Id$|^year/i;

function writer(name: string, values: readonly Cell[]): (value: Cell) => string {
  const numbers = values.filter((value): value is number => typeof value === "number");
  // A column of numbers is written with equally many decimals. Where kinds mix, as in the values of a list of
  // metrics, each value is written by itself.
  const alike = values.every((value) => isNumber(value) || isMissing(value)) && name !== "value";
  const decimals = Math.max(0, ...numbers.map(decimalsOf));
  const text = columnText(values);
  return (value) => {
    if (isMissing(value)) return "";
    if (!isNumber(value)) return text(value);
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
