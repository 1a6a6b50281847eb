/** What `npm run verify` says of a chapter: how many values agree, table by table, and every one that does not. */
import { join } from "node:path";
import {
  compareTable,
  computedRow,
  disagreementText,
  kindOfCell,
  kindOfCount,
  namingColumns,
  type PublishedChapter,
  type PublishedTable,
  readTableFile,
  rowName,
  type TextRow,
} from "./published";
import { compareSampled, judged, type SeedTables } from "./verifySampled";

/** Lines shown of a table that disagrees. */
const SHOWN = 10;

export interface CompareOptions {
  /** What the lines call the chapter. */
  readonly name: string;
  /** Folder with its table files. */
  readonly tables: string;
  /** Our results over seeds. Needed where a value is `sampled` or a table is not shown. */
  readonly seeds?: SeedTables;
  readonly write: (line: string) => void;
}

/**
 * Compares all tables of a chapter with the files in a folder, and says what it found. Returns whether nothing disagreed.
 * @throws Error when results over seeds are needed and missing
 */
export function compareChapter(chapter: PublishedChapter, options: CompareOptions): boolean {
  const { name, write } = options;
  if (!options.seeds && needsSeeds(chapter)) {
    throw new Error(`${name} has sampled values. Give our results over seeds to compare them.`);
  }
  let sum = NOTHING;
  for (const published of chapter.tables) {
    const file = join(options.tables, `${chapter.chapter}_${published.table}.csv`);
    const found = foundIn(published, readTableFile(file), options.seeds);
    write(`${name} ${published.table}: ${tallyText(found.tally)}`);
    for (const line of found.wrong.slice(0, SHOWN)) write(`  ${line}`);
    const hidden = found.wrong.length - SHOWN;
    if (hidden > 0) write(`  and ${hidden} more`);
    for (const line of found.beside) write(`  ${line}`);
    sum = added(sum, found.tally);
  }
  write(`${name}: ${tallyText(sum)}`);
  return sum.wrong === 0;
}

/** Whether a chapter has values that only results over seeds can be held against. */
export function needsSeeds({ tables }: PublishedChapter): boolean {
  return tables.some((published) => isUnshown(published) || hasSampled(published));
}

function isUnshown({ shown = true }: PublishedTable): boolean {
  return !shown;
}

function hasSampled(published: PublishedTable): boolean {
  const { agreement, except = {}, mended = {} } = published;
  const kinds = [agreement, kindOfCount(published), ...Object.values(except)];
  return kinds.includes("sampled") || Object.values(mended).some(({ divideBy }) => divideBy);
}

interface Tally {
  readonly exact: number;
  readonly exactWrong: number;
  readonly sampled: number;
  readonly sampledWrong: number;
  readonly largest: number;
  readonly rare: number;
  readonly spirit: number;
  readonly mended: number;
  /** Everything that is not as it should be. */
  readonly wrong: number;
}

const NOTHING: Tally = {
  exact: 0,
  exactWrong: 0,
  sampled: 0,
  sampledWrong: 0,
  largest: 0,
  rare: 0,
  spirit: 0,
  mended: 0,
  wrong: 0,
};

function added(a: Tally, b: Tally): Tally {
  const sums = Object.entries(a).map(([key, value]) => [key, value + b[key as keyof Tally]]);
  return { ...Object.fromEntries(sums), largest: Math.max(a.largest, b.largest) };
}

function tallyText(tally: Tally): string {
  const { exact, sampled } = tally;
  const parts: string[] = [];
  if (exact > 0) parts.push(`${exact - tally.exactWrong} of ${exact} exact agree`);
  if (sampled > 0) {
    const largest = `largest |z| ${tally.largest.toFixed(1)}`;
    parts.push(`${sampled - tally.sampledWrong} of ${sampled} sampled agree (${largest})`);
  }
  if (tally.rare > 0) parts.push(`${tally.rare} too rare over seeds to compare`);
  if (tally.spirit > 0) parts.push(`${tally.spirit} in spirit (not compared)`);
  if (tally.mended > 0) parts.push(`${tally.mended} mended`);
  return parts.join(", ");
}

interface Found {
  readonly tally: Tally;
  /** One line for each thing that is wrong. */
  readonly wrong: readonly string[];
  /** Values shown beside each other, which count as neither. */
  readonly beside: readonly string[];
}

function foundIn(
  published: PublishedTable,
  chapter: readonly TextRow[],
  seeds: SeedTables | undefined,
): Found {
  const ofCourse = seeds?.course[published.table] ?? [];
  const ours = isUnshown(published) ? ofCourse : chapter;
  const others = seeds?.others.map((tables) => tables[published.table] ?? []) ?? [];
  const exact = compareTable(published, ours);
  const sampled = compareSampled(published, others);
  const spirit = besideEachOther(published, ours, "spirit");
  const mended = mendedColumns(published, ours, others);
  const unlike =
    hasSampled(published) && !isUnshown(published) ? otherThan(chapter, ofCourse, published) : [];
  const wrong = [
    ...exact.disagreements.map(disagreementText),
    ...sampled.disagreements.map(disagreementText),
    ...mended.wrong,
    ...unlike,
  ];
  return {
    tally: {
      exact: exact.values,
      exactWrong: exact.disagreements.length,
      sampled: sampled.values,
      sampledWrong: sampled.disagreements.length,
      largest: sampled.largest,
      rare: sampled.rare,
      spirit: spirit.cells,
      mended: mended.cells,
      wrong: wrong.length,
    },
    wrong,
    beside: [...spirit.lines.map((line) => `in spirit: ${line}`), ...mended.lines],
  };
}

/** Published and our values of one kind, a line a row. */
function besideEachOther(
  published: PublishedTable,
  ours: readonly TextRow[],
  kind: "spirit" | "mended",
  only?: string,
): { cells: number; lines: string[] } {
  let cells = 0;
  const lines = published.rows.flatMap((row, position) => {
    const found = computedRow(published, position, ours);
    const pairs = published.columns.flatMap((column, i) => {
      if (kindOfCell(published, position, column) !== kind) return [];
      if (only !== undefined && column !== only) return [];
      // The line begins with the row's name.
      if (namingColumns(published).includes(column)) return [];
      cells++;
      return [`${column} ${row[i]} published, ${briefly(found?.[column])} ours`];
    });
    return pairs.length === 0 ? [] : [`${rowName(published, position)}: ${pairs.join("; ")}`];
  });
  return { cells, lines };
}

/** The columns that we mend: why, both values of each row, and whether the published one fits once it is mended. */
function mendedColumns(
  published: PublishedTable,
  ours: readonly TextRow[],
  others: readonly (readonly TextRow[])[],
): { cells: number; lines: string[]; wrong: string[] } {
  const all = { cells: 0, lines: [] as string[], wrong: [] as string[] };
  for (const [column, { why, divideBy }] of Object.entries(published.mended ?? {})) {
    const { cells, lines } = besideEachOther(published, ours, "mended", column);
    all.cells += cells;
    all.lines.push(`mended, ${column}: ${why}`, ...lines);
    if (divideBy === undefined) continue;
    const at = published.columns.indexOf(column);
    for (const [position, row] of published.rows.entries()) {
      const values = others.flatMap((rows) => {
        const found = computedRow(published, position, rows);
        return found ? [found[column]] : [];
      });
      const mended = String(Number(row[at]!.replaceAll(",", "")) / divideBy);
      const { verdict, computed } = judged(mended, values);
      if (verdict !== "differs") continue;
      const found = { table: published.table, row: rowName(published, position), column, computed };
      all.wrong.push(disagreementText({ ...found, published: `${row[at]} / ${divideBy}` }));
    }
  }
  return all;
}

/**
 * The chapter must show what the library computes with the course's seed: otherwise the results over seeds would be those
 * of another table. One line for each value that differs.
 */
function otherThan(
  chapter: readonly TextRow[],
  library: readonly TextRow[],
  published: PublishedTable,
): string[] {
  const label = published.table;
  if (library.length === 0) return [`${label}: the library computes no rows of this table`];
  // As if the library had published it: rows are found by the same names.
  const columns = published.columns.filter((name) => library.some((row) => name in row));
  const asPublished = {
    ...published,
    columns,
    rows: library.map((row) => columns.map((c) => row[c]!)),
  };
  return library.flatMap((row, position) => {
    const found = computedRow(asPublished, position, chapter);
    return columns.flatMap((column) => {
      const [shown, computed] = [found?.[column], row[column]];
      if (computed === undefined || isSame(shown, computed)) return [];
      const name = rowName(asPublished, position);
      return [
        `${label}, ${name}, column ${column}: the chapter shows ${shown ?? "nothing"}, the library computes ${computed}`,
      ];
    });
  });
}

function isSame(shown: string | undefined, computed: string): boolean {
  if (shown === computed) return true;
  if (shown === undefined || shown === "" || computed === "") return false;
  const [a, b] = [Number(shown), Number(computed)];
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

/** A number with six digits, text as it is. */
function briefly(value: string | undefined): string {
  if (value === undefined || value === "") return "nothing";
  return Number.isFinite(Number(value)) ? String(Number(Number(value).toPrecision(6))) : value;
}
