/** What a chapter accepts as a table, brought into one form: named columns and plain records. */
import type { Cell, Row } from "../loaders/rows";
import { isMissing } from "./cellText";

/** A small table in memory. Every row has every column; what was absent is null. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** The parts of an apache-arrow Table that are read here. */
export interface ArrowTableLike {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { name: string; type: { typeId: number } }[] };
  getChildAt(column: number): { get(row: number): unknown } | null;
}

/** The parts of a danfo DataFrame that are read here. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
  readonly shape: readonly number[];
}

/** Records, an apache-arrow Table or a danfo DataFrame. */
export type TableInput = readonly Row[] | ArrowTableLike | DataFrameLike;

export function isArrowTable(value: unknown): value is ArrowTableLike {
  const table = value as Partial<ArrowTableLike> | null | undefined;
  return Array.isArray(table?.schema?.fields) && typeof table?.getChildAt === "function";
}

export function isDataFrame(value: unknown): value is DataFrameLike {
  const frame = value as Partial<DataFrameLike & { dtypes: unknown }> | null | undefined;
  return Array.isArray(frame?.columns) && Array.isArray(frame?.dtypes) && "values" in frame;
}

/**
 * Brings records, an Arrow Table or a danfo DataFrame into one form. Columns keep the order of the
 * first row's keys; a key that only later rows have is an error, an absent one is missing (null).
 * @throws Error naming the row and column when a row has a key that the first row lacks, or a cell
 * holds something that no table can show (an object, a function).
 */
export function tableOf(input: TableInput): Table {
  if (isArrowTable(input)) return fromArrow(input);
  if (isDataFrame(input)) return fromDataFrame(input);
  if (Array.isArray(input)) return fromRecords(input);
  throw new Error(
    `A table is an array of records, an apache-arrow Table or a danfo DataFrame; this is ${describe(input)}.`,
  );
}

function fromRecords(records: readonly Row[]): Table {
  const columns = Object.keys(records[0] ?? {});
  const known = new Set(columns);
  const rows = records.map((record, index) => {
    if (record === null || typeof record !== "object" || Array.isArray(record)) {
      throw new Error(`Row ${index + 1} of the table is ${describe(record)}, not a record.`);
    }
    for (const key of Object.keys(record)) {
      if (!known.has(key)) {
        throw new Error(
          `Row ${index + 1} of the table has a column "${key}" that row 1 lacks (it has ${columns.join(", ")}). Give every row the same columns.`,
        );
      }
    }
    return rowOf(columns, (column) => record[columns[column]!], index);
  });
  return { columns, rows };
}

// apache-arrow's numbers of types. They are part of the format and do not change.
const ARROW_DATE = 8;
const ARROW_TIMESTAMP = 10;

function fromArrow(arrow: ArrowTableLike): Table {
  const columns = arrow.schema.fields.map((field) => field.name);
  const isTime = arrow.schema.fields.map(
    ({ type }) => type.typeId === ARROW_DATE || type.typeId === ARROW_TIMESTAMP,
  );
  const vectors = columns.map((_, column) => arrow.getChildAt(column));
  const rows: Row[] = [];
  for (let index = 0; index < arrow.numRows; index++) {
    const cell = (column: number) => {
      const value = vectors[column]?.get(index);
      // Arrow hands times out as milliseconds since 1970.
      return isTime[column] && typeof value === "number" ? new Date(value) : value;
    };
    rows.push(rowOf(columns, cell, index));
  }
  return { columns, rows };
}

function fromDataFrame(frame: DataFrameLike): Table {
  const columns = [...frame.columns];
  const values = frame.values as readonly (readonly unknown[])[];
  // A frame without rows still has columns; its `values` are then an empty list.
  return {
    columns,
    rows: values.map((row, index) => rowOf(columns, (column) => row[column], index)),
  };
}

function rowOf(columns: readonly string[], cell: (column: number) => unknown, index: number): Row {
  const row: Record<string, Cell> = {};
  columns.forEach((name, column) => {
    row[name] = cellOf(cell(column), name, index);
  });
  return row;
}

function cellOf(value: unknown, column: string, index: number): Cell {
  if (isMissing(value)) return null;
  if (typeof value === "bigint") {
    // Counts arrive as bigint from the engine. Beyond 2^53 they stay what they are: nothing is lost.
    return BigInt.asIntN(54, value) === value ? Number(value) : value;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (value instanceof Date) return value;
  const list = listOf(value);
  if (list) return list;
  throw new Error(
    `Row ${index + 1}, column "${column}" of the table is ${describe(value)}. A cell is a string, number, boolean, Date, null or a list of strings.`,
  );
}

function listOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return undefined;
  return Array.from(value as Iterable<unknown>, (item) => String(item));
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name && name !== "Object" ? `a ${name}` : "an object";
}
