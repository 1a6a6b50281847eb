/** Published tables of the courses, as data, and their comparison with the project's own results. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { projectRoot } from "../loaders/places";

/**
 * How a published value is held against ours. `exact`: it follows from the data alone, ours must round to it. `sampled`: it
 * also depends on random draws, and the generators differ; it must be compatible with our own results over many seeds.
 * `spirit`: it depends on the software's version; both are shown, nothing is compared.
 */
export type Agreement = "exact" | "sampled" | "spirit";

/** A column that we compute otherwise, on purpose. */
export interface Mending {
  readonly why: string;
  /** The published number divided by this is what we compute; the quotient is compared as `sampled`. */
  readonly divideBy?: number;
}

/**
 * Values as they were printed: numbers may have thousands commas, long text may end in `...`, and `...` alone stands where
 * nothing was printed.
 */
export interface PublishedTable {
  readonly table: string;
  /** Column or columns that name a row, or `position` where the order of the rows is part of the result. */
  readonly by: string | readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows of the whole table, where only some of them were printed. Default: all were. */
  readonly count?: number;
  /** True where our table has rows beyond the published ones on purpose: their number is then not compared. */
  readonly extended?: boolean;
  /** How the values are compared. Default `exact`. */
  readonly agreement?: Agreement;
  /**
   * What is compared otherwise: a column, a row (by its name; its naming columns stay as they are) or a cell
   * (`row / column`), the narrowest first. Rows of several naming columns are called `one, other`.
   */
  readonly except?: Readonly<Record<string, Agreement>>;
  /** Columns that are wrong in the course and right here, with the reason. They count as neither agreement nor the opposite. */
  readonly mended?: Readonly<Record<string, Mending>>;
  /** False where no chapter shows the table: our values then come straight from the library. Default true. */
  readonly shown?: boolean;
}

export interface PublishedChapter {
  readonly course: string;
  readonly chapter: string;
  /** Data set that the values were computed on. */
  readonly dataset: string;
  readonly tables: readonly PublishedTable[];
}

export interface Disagreement {
  readonly table: string;
  /** The row as a person finds it: `metric = movies`, or `row 3`; `all rows` for their number. */
  readonly row: string;
  readonly column: string;
  readonly published: string;
  readonly computed: string | undefined;
}

export interface TableComparison {
  readonly table: string;
  readonly values: number;
  readonly disagreements: readonly Disagreement[];
}

export type TextRow = Readonly<Record<string, string>>;

/** All chapters with published values. */
export function publishedChapters(): PublishedChapter[] {
  const folder = join(projectRoot(), "lib", "cli", "published");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

/** A table file of the write-up as rows of text; no rows when the file is missing. */
export function readTableFile(path: string): TextRow[] {
  if (!existsSync(path)) return [];
  return parse(readFileSync(path, "utf8"), { columns: true });
}

/** Columns that name a row; none where the position does. */
export function namingColumns({ by }: PublishedTable): readonly string[] {
  return by === "position" ? [] : typeof by === "string" ? [by] : by;
}

/** What a row is called in `except`: its label or labels, or `row 3`. */
export function rowLabel(published: PublishedTable, position: number): string {
  const labels = namingColumns(published).map(
    (name) => published.rows[position]![published.columns.indexOf(name)]!,
  );
  return labels.length === 0 ? `row ${position + 1}` : labels.join(", ");
}

/** The row as a person finds it: `metric = movies`, or `row 3`. */
export function rowName(published: PublishedTable, position: number): string {
  const names = namingColumns(published);
  return `${names.length > 0 ? `${names.join(", ")} = ` : ""}${rowLabel(published, position)}`;
}

/** The computed row that goes with a published one. */
export function computedRow(
  published: PublishedTable,
  position: number,
  computed: readonly TextRow[],
): TextRow | undefined {
  const names = namingColumns(published);
  if (names.length === 0) return computed[position];
  const row = published.rows[position]!;
  const labels = names.map((name) => row[published.columns.indexOf(name)]!);
  return computed.find((one) => names.every((name, i) => agrees(labels[i]!, one[name] ?? "")));
}

/** How one cell is compared; `unprinted` where there is nothing to compare. */
export function kindOfCell(
  published: PublishedTable,
  position: number,
  column: string,
): Agreement | "mended" | "unprinted" {
  if (published.rows[position]![published.columns.indexOf(column)] === "...") return "unprinted";
  if (published.mended?.[column]) return "mended";
  const { agreement = "exact", except = {} } = published;
  const label = rowLabel(published, position);
  const ofRow = namingColumns(published).includes(column) ? undefined : except[label];
  return except[`${label} / ${column}`] ?? ofRow ?? except[column] ?? agreement;
}

/** How the number of rows is compared: as their names are, exactly where the order names them, and not where ours has more. */
export function kindOfCount(published: PublishedTable): Agreement {
  const { agreement = "exact", except = {}, extended = false } = published;
  const kinds = namingColumns(published).map((name) => except[name] ?? agreement);
  if (extended || agreement === "spirit") return "spirit";
  return kinds.find((kind) => kind !== "exact") ?? "exact";
}

/**
 * Compares the exact values of a published table with the computed one, value by value. A number agrees when it rounds to
 * what was printed; times may have zeros at their end; text agrees when it is equal, or begins with what was printed before `...`. The number of rows is a value too.
 */
export function compareTable(
  published: PublishedTable,
  computed: readonly TextRow[],
): TableComparison {
  let values = 0;
  const disagreements = published.rows.flatMap((row, position) => {
    const found = computedRow(published, position, computed);
    return published.columns.flatMap((column, i): Disagreement[] => {
      if (kindOfCell(published, position, column) !== "exact") return [];
      values++;
      const value = found?.[column];
      if (value !== undefined && agrees(row[i]!, value)) return [];
      return [
        {
          table: published.table,
          row: rowName(published, position),
          column,
          published: row[i]!,
          computed: value,
        },
      ];
    });
  });
  if (kindOfCount(published) === "exact") {
    values++;
    const count = published.count ?? published.rows.length;
    if (computed.length !== count) {
      disagreements.push({
        table: published.table,
        row: "all rows",
        column: "number of rows",
        published: String(count),
        computed: String(computed.length),
      });
    }
  }
  return { table: published.table, values, disagreements };
}

const PRINTED_NUMBER = /^-?\d[\d,]*(\.\d+)?$/;

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/;

/** A time without the zeros at the end of its fraction: milliseconds may be printed as microseconds. */
function withoutZeros(time: string): string {
  return time.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** Whether a computed value, in full precision, is what was printed. */
export function agrees(published: string, computed: string): boolean {
  if (published === computed) return true;
  if (TIME.test(published)) return withoutZeros(published) === withoutZeros(computed);
  if (published.endsWith("...")) return computed.startsWith(published.slice(0, -3));
  const printed = printedNumber(published);
  if (!printed || computed.trim() === "") return false;
  return Math.abs(printed.value - Number(computed)) <= printed.rounding;
}

/** A printed number and how far the true one may lie from it; undefined for text. */
export function printedNumber(text: string): { value: number; rounding: number } | undefined {
  if (!PRINTED_NUMBER.test(text)) return undefined;
  const decimals = text.split(".")[1]?.length ?? 0;
  // Half a unit of the last printed digit, and a hair for numbers that lie just between two.
  const rounding = 0.5 * 10 ** -decimals * (1 + 1e-6);
  return { value: Number(text.replaceAll(",", "")), rounding };
}

/** One line a disagreement, as a person would say it. */
export function disagreementText(found: Disagreement): string {
  const computed = found.computed === undefined ? "nothing" : `${found.computed}`;
  return `${found.table}, ${found.row}, column ${found.column}: published ${found.published}, computed ${computed}`;
}
