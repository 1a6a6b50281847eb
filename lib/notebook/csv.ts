/** A small table as CSV, the way pandas' `to_csv(index=False)` writes it. */
import { columnText } from "./cellText";
import type { Table } from "./table";

/**
 * One header row, one line per row, `\n` at every line's end.
 *
 * Missing values (null, NaN, an absent key) are empty, booleans `True` and `False`, times
 * `YYYY-MM-DD HH:MM:SS` in UTC (`YYYY-MM-DD` in a column of midnights only), lists `['a', 'b']`. Numbers are written in full: the shortest text
 * that reads back as the same double. A field is quoted only where RFC 4180 asks for it.
 */
export function csvText(table: Table): string {
  const texts = table.columns.map((c) => columnText(table.rows.map((row) => row[c])));
  const lines = [
    table.columns,
    ...table.rows.map((row) => table.columns.map((c, i) => texts[i]!(row[c]))),
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
