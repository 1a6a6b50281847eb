/** Takes columns of records for drawing. */
import type { Cell, Row } from "../loaders/rows";
import { dateTimeText, isMissing } from "./cellText";
import { rounded } from "./figure";

/** One column, or several with the names a legend shows: `{ full_share: "Full file" }`. */
export type ColumnChoice = string | readonly string[] | Readonly<Record<string, string>>;

export interface Series {
  readonly column: string;
  readonly name: string;
}

/** The chosen columns with their names, in order. */
export function seriesOf(choice: ColumnChoice): Series[] {
  if (typeof choice === "string") return [{ column: choice, name: choice }];
  if (Array.isArray(choice)) return choice.map((column) => ({ column, name: column }));
  return Object.entries(choice as Record<string, string>).map(([column, name]) => ({
    column,
    name,
  }));
}

/**
 * The values of one column. A missing value is null.
 * @throws Error when the first row lacks the column, naming those it has
 */
export function column(rows: readonly Row[], name: string): Cell[] {
  if (rows.length === 0) throw new Error(`No rows to draw: column "${name}" is empty.`);
  if (!(name in rows[0]!)) {
    throw new Error(`No column "${name}". The rows have ${Object.keys(rows[0]!).join(", ")}.`);
  }
  return rows.map((row) => row[name] ?? null);
}

/**
 * The values of one column as rounded numbers; missing ones are null, which plotly leaves out.
 * @throws Error naming row and column where a value is no number
 */
export function numbers(rows: readonly Row[], name: string): (number | null)[] {
  return column(rows, name).map((value, index) => {
    if (isMissing(value)) return null;
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number !== "number") {
      throw new Error(
        `Row ${index + 1}: "${name}" is ${JSON.stringify(value)}, not a number to draw.`,
      );
    }
    return rounded(number);
  });
}

/** The values of one column for an axis: numbers rounded, times as text, the rest as it reads. */
export function positions(rows: readonly Row[], name: string): (number | string | null)[] {
  return column(rows, name).map((value) => {
    if (isMissing(value)) return null;
    if (typeof value === "number") return rounded(value);
    if (value instanceof Date) return dateTimeText(value);
    return String(value);
  });
}
