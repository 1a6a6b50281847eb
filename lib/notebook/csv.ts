/** A small table as CSV, the way pandas' `to_csv(index=False)` writes it. */
import { fullText } from "./cellText";
import type { Table } from "./table";

/**
 * One header row, one line per row, `\n` at every line's end.
 *
 * Missing values (null, NaN, an absent key) are empty, booleans `True` and `False`, times
 * `YYYY-MM-DD HH:MM:SS` in UTC, lists `['a', 'b']`. Numbers are written in full: the shortest text
 * that reads back as the same double. A field is quoted only where RFC 4180 asks for it.
 */
export function csvText(table: Table): string {
  const lines = [
    table.columns,
    ...table.rows.map((row) => table.columns.map((c) => fullText(row[c]))),
  ];
  return lines.map((fields) => `${lineText(fields)}\n`).join("");
}

function lineText(fields: readonly string[]): string {
  // A lone empty field would be a blank line, which readers skip: quote it, as Python's writer does.
  if (fields.length === 1 && fields[0] === "") return '""';
  return fields.map(fieldText).join(",");
}

function fieldText(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
