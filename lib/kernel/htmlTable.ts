/** A table of columns as HTML for the front end, and as aligned text for everything else. */

export type TableCell = unknown;

export interface TableColumn {
  readonly name: string;
  /** Shown when the pointer rests on the column's head. */
  readonly dtype?: string;
  /** Default: right for numbers, left for all else. */
  readonly align?: "left" | "right";
}

export interface TableData {
  readonly columns: readonly TableColumn[];
  readonly rowCount: number;
  /** The value in a row and a column, both counted from 0. Called only for what is shown. */
  readonly cell: (row: number, column: number) => TableCell;
  /** Labels of the rows; none are shown without it. */
  readonly label?: (row: number) => string;
  /** A line under the table; the number of rows and columns stands there when not all are shown. */
  readonly caption?: string;
}

export interface TableLimits {
  /** Rows shown; of more, the first and the last halves are shown. Default 60. */
  readonly rows?: number;
  /** Columns shown; of more, the first and the last halves are shown. Default 30. */
  readonly columns?: number;
  /** Characters of a cell; the whole text shows when the pointer rests on it. Default 80. */
  readonly characters?: number;
}

const NO_VALUE = "\u2013";

/**
 * Text of a value: integers with thousands separators, other numbers with 4 decimals (in powers of ten
 * when that would lose them), dates as YYYY-MM-DD HH:MM:SS (UTC), null and undefined empty, NaN a dash.
 */
export function formatCell(value: TableCell): string {
  if (value === null || value === undefined) return "";
  switch (typeof value) {
    case "number":
      return formatNumber(value);
    case "bigint":
      return groupThousands(value.toString());
    case "string":
      return value;
    case "boolean":
      return String(value);
    default:
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? NO_VALUE
      : value.toISOString().slice(0, 19).replace("T", " ");
  }
  if (Array.isArray(value)) return value.map((item) => formatCell(item)).join(", ");
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = Array.from(value as unknown as ArrayLike<number>).slice(0, 100);
    return items.map((item) => formatCell(item)).join(", ");
  }
  try {
    const text = String(value);
    return text === "[object Object]" ? JSON.stringify(value) : text;
  } catch {
    return "?";
  }
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return NO_VALUE;
  if (!Number.isFinite(value)) return value > 0 ? "\u221e" : "-\u221e";
  if (Number.isInteger(value)) {
    return Math.abs(value) < 1e15 ? groupThousands(value.toFixed(0)) : value.toExponential(4);
  }
  const size = Math.abs(value);
  if (size < 0.0001 || size >= 1e12) return value.toExponential(4);
  return groupThousands(value.toFixed(4));
}

function groupThousands(digits: string): string {
  const [whole, fraction] = digits.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** The five characters that HTML reads as its own, escaped. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) =>
      ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[character] ?? "",
  );
}

/** What of a table is shown: formatted cells of the chosen rows and columns; -1 stands for what is left out. */
interface Shown {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly text: (row: number, column: number) => string;
  readonly alignRight: (column: number) => boolean;
  readonly caption: string;
}

function chosen(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, index) => index);
  const head = Math.ceil(limit / 2);
  const tail = Math.floor(limit / 2);
  return [
    ...Array.from({ length: head }, (_, index) => index),
    -1,
    ...Array.from({ length: tail }, (_, index) => count - tail + index),
  ];
}

function choose(table: TableData, limits: TableLimits): Shown {
  const rows = chosen(table.rowCount, limits.rows ?? 60);
  const columns = chosen(table.columns.length, limits.columns ?? 30);
  const right = new Set(
    columns.filter((index) => {
      const align = table.columns[index]?.align;
      return index >= 0 && (align ? align === "right" : isNumeric(table, rows, index));
    }),
  );
  const size = `${groupThousands(String(table.rowCount))} rows \u00d7 ${groupThousands(String(table.columns.length))} columns`;
  const isCut = rows.includes(-1) || columns.includes(-1);
  const parts = [table.caption ?? "", isCut ? size : ""].filter((part) => part !== "");
  return {
    rows,
    columns,
    text: (row, column) => (row < 0 || column < 0 ? "\u2026" : formatCell(table.cell(row, column))),
    alignRight: (column) => right.has(column),
    caption: parts.join(" \u00b7 "),
  };
}

function isNumeric(table: TableData, rows: readonly number[], column: number): boolean {
  let any = false;
  for (const row of rows) {
    if (row < 0) continue;
    const value = table.cell(row, column);
    if (value === null || value === undefined) continue;
    if (typeof value !== "number" && typeof value !== "bigint") return false;
    any = true;
  }
  return any;
}

/** An HTML table; styles are in the markup, so that it looks the same in every front end and on a page. */
export function tableHtml(table: TableData, limits: TableLimits = {}): string {
  const shown = choose(table, limits);
  const longest = limits.characters ?? 80;
  const align = (right: boolean) => `text-align:${right ? "right" : "left"}`;
  const data = (text: string, right: boolean) => {
    const cut = text.length > longest;
    const visible = cut ? `${text.slice(0, longest - 1)}\u2026` : text;
    const whole = cut ? ` title="${escapeHtml(text.slice(0, 2000))}"` : "";
    return `<td style="${align(right)};white-space:nowrap"${whole}>${escapeHtml(visible)}</td>`;
  };
  const heads = shown.columns.map((column) => {
    if (column < 0) return `<th>\u2026</th>`;
    const { name, dtype } = table.columns[column];
    const title = dtype ? ` title="${escapeHtml(dtype)}"` : "";
    return `<th style="${align(shown.alignRight(column))}"${title}>${escapeHtml(name)}</th>`;
  });
  const body = shown.rows.map((row) => {
    const label = table.label
      ? `<th style="text-align:left">${row < 0 ? "\u2026" : escapeHtml(table.label(row))}</th>`
      : "";
    const cells = shown.columns.map((column) =>
      data(shown.text(row, column), shown.alignRight(column)),
    );
    return `<tr>${label}${cells.join("")}</tr>`;
  });
  const corner = table.label ? "<th></th>" : "";
  const caption = shown.caption
    ? `<p style="margin:0.2em 0;opacity:0.7;font-size:smaller">${escapeHtml(shown.caption)}</p>`
    : "";
  return (
    `<div style="overflow-x:auto"><table class="dataframe" style="border-collapse:collapse;font-variant-numeric:tabular-nums">` +
    `<thead><tr>${corner}${heads.join("")}</tr></thead><tbody>${body.join("")}</tbody></table>${caption}</div>`
  );
}

/** The same table as aligned text. */
export function tableText(table: TableData, limits: TableLimits = {}): string {
  const shown = choose(table, { rows: 20, columns: 12, ...limits });
  const longest = limits.characters ?? 40;
  const cut = (text: string) => {
    const line = text.replace(/\s+/g, " ");
    return line.length > longest ? `${line.slice(0, longest - 1)}\u2026` : line;
  };
  const labels = table.label;
  const grid = [
    [
      ...(labels ? [""] : []),
      ...shown.columns.map((column) => (column < 0 ? "\u2026" : cut(table.columns[column].name))),
    ],
    ...shown.rows.map((row) => [
      ...(labels ? [row < 0 ? "\u2026" : cut(labels(row))] : []),
      ...shown.columns.map((column) => cut(shown.text(row, column))),
    ]),
  ];
  const widths = grid[0].map((_, column) => Math.max(...grid.map((line) => line[column].length)));
  const isRight = (column: number) => {
    const shift = labels ? 1 : 0;
    return column >= shift && shown.alignRight(shown.columns[column - shift]);
  };
  const lines = grid.map((line) =>
    line
      .map((text, column) =>
        isRight(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]),
      )
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...(shown.caption ? [shown.caption] : [])].join("\n");
}
