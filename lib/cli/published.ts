/** Published tables of the courses, as data, and their comparison with the project's own results. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { projectRoot } from "../loaders/places";

/** Values as they were printed: numbers may have thousands commas, long text may end in `...`. */
export interface PublishedTable {
  readonly table: string;
  /** Column that names a row, or `position` where the order of the rows is part of the result. */
  readonly by: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows of the whole table, where only some of them were printed. Default: all were. */
  readonly count?: number;
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

/**
 * Compares one published table with the computed one, value by value. A number agrees when it rounds to what was
 * printed; times may have zeros at their end; text agrees when it is equal, or begins with what was printed before `...`. The number of rows is a value too.
 */
export function compareTable(
  published: PublishedTable,
  computed: readonly TextRow[],
): TableComparison {
  const disagreements = published.rows.flatMap((row, position) => {
    const { name, found } = computedRow(published, row, position, computed);
    return published.columns.flatMap((column, i): Disagreement[] => {
      const value = found?.[column];
      if (value !== undefined && agrees(row[i]!, value)) return [];
      return [{ table: published.table, row: name, column, published: row[i]!, computed: value }];
    });
  });
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
  const values = published.rows.length * published.columns.length + 1;
  return { table: published.table, values, disagreements };
}

function computedRow(
  published: PublishedTable,
  row: readonly string[],
  position: number,
  computed: readonly TextRow[],
): { name: string; found: TextRow | undefined } {
  if (published.by === "position") {
    return { name: `row ${position + 1}`, found: computed[position] };
  }
  const label = row[published.columns.indexOf(published.by)]!;
  const found = computed.find((candidate) => agrees(label, candidate[published.by] ?? ""));
  return { name: `${published.by} = ${label}`, found };
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
  if (!PRINTED_NUMBER.test(published) || computed.trim() === "") return false;
  const decimals = published.split(".")[1]?.length ?? 0;
  const distance = Math.abs(Number(published.replaceAll(",", "")) - Number(computed));
  // Half a unit of the last printed digit, and a hair for numbers that lie just between two.
  return distance <= 0.5 * 10 ** -decimals * (1 + 1e-6);
}

/** One line a disagreement, as a person would say it. */
export function disagreementText(found: Disagreement): string {
  const computed = found.computed === undefined ? "nothing" : `${found.computed}`;
  return `${found.table}, ${found.row}, column ${found.column}: published ${found.published}, computed ${computed}`;
}
