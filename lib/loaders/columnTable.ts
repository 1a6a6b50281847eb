/** Columns in memory as a table of the engine, 2,048 rows at a time: no SQL text per row, no object per row. */
import { setImmediate as turn } from "node:timers/promises";
import { types } from "node:util";
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBVector,
  INTEGER,
  TINYINT,
  UTINYINT,
  VARCHAR,
} from "@duckdb/node-api";

/**
 * The values of one column, and the type it gets in the engine:
 * - Float64Array: DOUBLE; NaN is a missing value
 * - Int32Array: INTEGER
 * - Uint8Array: UTINYINT
 * - a list of numbers: DOUBLE, whole or not; NaN is a missing value
 * - a list of texts: VARCHAR
 * - a list of booleans: TINYINT, 1 or 0
 *
 * In a list null is a missing value; a list of nothing but null is DOUBLE.
 */
export type ColumnValues =
  | Float64Array
  | Int32Array
  | Uint8Array
  | readonly string[]
  | readonly (number | string | boolean | null)[];

/** Columns that were looked over and can be appended. */
export interface ColumnTable {
  readonly columns: readonly WrittenColumn[];
  readonly rows: number;
}

interface WrittenColumn {
  readonly name: string;
  readonly type: DuckDBType;
  value(row: number): number | string | null;
}

/** Rows that one chunk of the engine holds. */
const CHUNK = 2048;
/** Chunks after which messages and interrupts get their turn. */
const CHUNKS_AT_ONCE = 32;

/**
 * Looks columns over before anything is written.
 * @throws Error without a column, when lengths differ, or when a column is neither a known typed array nor a list of
 * one kind
 */
export function columnTable(
  table: string,
  columns: Readonly<Record<string, ColumnValues>>,
): ColumnTable {
  const names = Object.keys(columns);
  if (names.length === 0) throw new Error(`Table ${table} needs at least one column.`);
  const written = names.map((name) => writtenColumn(columns[name]!, table, name));
  const rows = columns[names[0]!]!.length;
  for (const name of names) {
    const { length } = columns[name]!;
    if (length !== rows) {
      throw new Error(
        `Table ${table}: column ${name} has ${length} values, column ${names[0]} has ${rows}. ` +
          "Give all columns the same length.",
      );
    }
  }
  return { columns: written, rows };
}

/** Appends the columns to a table that has them in this order. @throws the signal's reason when aborted */
export async function appendColumns(
  connection: DuckDBConnection,
  table: string,
  { columns, rows }: ColumnTable,
  signal: AbortSignal,
): Promise<void> {
  const appender = await connection.createAppender(table);
  try {
    const kinds = columns.map(({ type }) => type);
    for (let from = 0, chunks = 1; from < rows; from += CHUNK, chunks++) {
      const count = Math.min(CHUNK, rows - from);
      const chunk = DuckDBDataChunk.create(kinds, count);
      for (const [at, column] of columns.entries()) {
        fill(chunk.getColumnVector(at), column, from, count);
      }
      appender.appendDataChunk(chunk);
      if (chunks % CHUNKS_AT_ONCE === 0) {
        await turn();
        signal.throwIfAborted();
      }
    }
  } catch (error) {
    // Closing would write what still waits.
    appender.clear();
    throw error;
  } finally {
    appender.closeSync();
  }
}

function fill(vector: DuckDBVector, { value }: WrittenColumn, from: number, count: number): void {
  for (let i = 0; i < count; i++) vector.setItem(i, value(from + i));
  vector.flush();
}

function writtenColumn(values: ColumnValues, table: string, name: string): WrittenColumn {
  // Not by instanceof: an array may come from another realm.
  if (types.isFloat64Array(values)) {
    return {
      name,
      type: DOUBLE,
      value: (row) => (Number.isNaN(values[row]) ? null : values[row]!),
    };
  }
  if (types.isInt32Array(values)) return { name, type: INTEGER, value: (row) => values[row]! };
  if (types.isUint8Array(values)) return { name, type: UTINYINT, value: (row) => values[row]! };
  if (Array.isArray(values)) return listed(values, table, name);
  throw new Error(
    `Table ${table}: column ${name} is ${described(values)}. A column is a Float64Array, an Int32Array, ` +
      "a Uint8Array or a list of numbers, texts or booleans.",
  );
}

const TYPE_OF_KIND = new Map<string, DuckDBType>([
  ["number", DOUBLE],
  ["string", VARCHAR],
  ["boolean", TINYINT],
]);

function listed(
  values: readonly (number | string | boolean | null)[],
  table: string,
  name: string,
): WrittenColumn {
  let kind = "";
  // By index, so that a hole counts as a missing value that nobody gave.
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null) continue;
    const is = typeof value;
    if (!TYPE_OF_KIND.has(is)) {
      throw new Error(
        `Table ${table}, column ${name}, row ${row + 1}: ${described(value)} is no number, text, boolean or null.`,
      );
    }
    kind ||= is;
    if (is !== kind) {
      throw new Error(
        `Table ${table}, column ${name}, row ${row + 1}: a ${is} in a column of ${kind}s. ` +
          "Give a column values of one kind.",
      );
    }
  }
  return {
    name,
    type: TYPE_OF_KIND.get(kind) ?? DOUBLE,
    value(row) {
      const value = values[row]!;
      if (typeof value === "boolean") return value ? 1 : 0;
      return typeof value === "number" && Number.isNaN(value) ? null : value;
    },
  };
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = (value as object).constructor?.name ?? "Object";
  return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}
