/** Query results as Arrow columns: numbers go straight into typed arrays, no object per row, no builder per value. */
import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  type DuckDBResult,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBVector,
} from "@duckdb/node-api";
import {
  Bool,
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  Table,
  TimestampMillisecond,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import { currentCell } from "../kernel/cell";

/** Gathers one column's values, a chunk of about 2,048 at a time, and ends as an Arrow vector. */
interface Collector {
  addChunk(chunk: DuckDBVector, rows: number): void;
  vector(): Vector;
}

/**
 * Reads a result to its end. Integers of up to 32 bits become Int32, 64-bit integers and decimals Float64, times and
 * dates TimestampMillisecond (UTC), lists lists of text.
 * @throws RangeError for an integer beyond 2^53: it is not rounded. TypeError for a type without a column here. The
 * cell's reason when it is interrupted.
 */
export async function arrowFromResult(result: DuckDBResult): Promise<Table> {
  const names = result.deduplicatedColumnNames();
  const collectors = names.map((name, i) => collector(result.columnTypeId(i), name));
  const { signal } = currentCell();
  for await (const chunk of result) {
    signal.throwIfAborted();
    collectors.forEach((column, i) => {
      column.addChunk(chunk.getColumnVector(i), chunk.rowCount);
    });
  }
  return new Table(Object.fromEntries(names.map((name, i) => [name, collectors[i]!.vector()])));
}

function collector(typeId: DuckDBTypeId, column: string): Collector {
  switch (typeId) {
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.INTEGER:
      return numbers(new Int32(), (n) => new Int32Array(n), column);
    case DuckDBTypeId.FLOAT:
      return numbers(new Float32(), (n) => new Float32Array(n), column);
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.DECIMAL:
      return numbers(new Float64(), (n) => new Float64Array(n), column);
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.DATE:
      return times();
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.ENUM:
      return texts();
    case DuckDBTypeId.BOOLEAN:
      return gathered(new Bool());
    case DuckDBTypeId.LIST:
      return gathered(new List(new Field("item", new Utf8(), true)));
    default:
      throw new TypeError(
        `Column ${column} has engine type ${DuckDBTypeId[typeId]}, which has no Arrow column here. Cast it in the query.`,
      );
  }
}

type Numbers = Int32Array | Float32Array | Float64Array;

function numbers(type: DataType, allocate: (n: number) => Numbers, column: string): Collector {
  let data = allocate(2048);
  let length = 0;
  const missing = missingRows();
  const reserve = (rows: number) => {
    if (length + rows <= data.length) return;
    const larger = allocate(Math.max(length + rows, data.length * 2));
    larger.set(data);
    data = larger;
  };
  return {
    addChunk(chunk, rows) {
      reserve(rows);
      const whole = plainItems(chunk, data);
      if (whole) {
        data.set(whole.subarray(0, rows), length);
      } else {
        for (let r = 0; r < rows; r++) {
          const value = chunk.getItem(r);
          if (value === null) missing.add(length + r);
          else data[length + r] = typeof value === "number" ? value : exactNumber(value, column);
        }
      }
      length += rows;
    },
    vector: () =>
      new Vector([
        makeData({
          type: type as Float64,
          length,
          data: data.slice(0, length) as Float64Array,
          ...missing.bitmap(length),
        }),
      ]),
  };
}

/**
 * The chunk's own typed array when it has the wanted element type and no missing value: 30 times faster than asking
 * item by item. The client keeps it in fields that are not part of its types; where they are absent, undefined.
 */
function plainItems(chunk: DuckDBVector, like: Numbers): Numbers | undefined {
  const { items, validity } = chunk as unknown as {
    items?: unknown;
    validity?: { data?: unknown };
  };
  const hasNoMissing = validity !== undefined && validity.data === null;
  return hasNoMissing && items instanceof (like.constructor as new () => Numbers)
    ? (items as Numbers)
    : undefined;
}

function exactNumber(value: unknown, column: string): number {
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(
    `Column ${column} holds ${value}, beyond the exact integers of a double (2^53). Cast it in the query.`,
  );
}

function times(): Collector {
  const milliseconds: bigint[] = [];
  const missing = missingRows();
  return {
    addChunk: eachItem((value) => {
      if (value instanceof DuckDBTimestampValue) milliseconds.push(value.micros / 1000n);
      else if (value instanceof DuckDBDateValue)
        milliseconds.push(BigInt(value.days) * 86_400_000n);
      else missing.add(milliseconds.push(0n) - 1);
    }),
    vector() {
      const data = BigInt64Array.from(milliseconds);
      const length = data.length;
      return new Vector([
        makeData({ type: new TimestampMillisecond(), length, data, ...missing.bitmap(length) }),
      ]);
    },
  };
}

function texts(): Collector {
  const parts: string[] = [];
  const ends: number[] = [0];
  const missing = missingRows();
  let bytes = 0;
  return {
    addChunk: eachItem((value) => {
      if (value === null) missing.add(ends.length - 1);
      else {
        parts.push(value as string);
        bytes += Buffer.byteLength(value as string);
      }
      ends.push(bytes);
    }),
    vector() {
      const length = ends.length - 1;
      return new Vector([
        makeData({
          type: new Utf8(),
          length,
          data: new Uint8Array(Buffer.from(parts.join(""))),
          valueOffsets: Int32Array.from(ends),
          ...missing.bitmap(length),
        }),
      ]);
    },
  };
}

function gathered(type: DataType): Collector {
  const values: unknown[] = [];
  return {
    addChunk: eachItem((value) => {
      values.push(value instanceof DuckDBListValue ? value.items : value);
    }),
    vector: () => vectorFromArray(values, type) as Vector,
  };
}

function eachItem(add: (value: unknown) => void): Collector["addChunk"] {
  return (chunk, rows) => {
    for (let r = 0; r < rows; r++) add(chunk.getItem(r));
  };
}

/** Remembers which rows are missing; Arrow wants a bitmap with 1 for a value and 0 for none. */
function missingRows() {
  const rows: number[] = [];
  return {
    add(row: number) {
      rows.push(row);
    },
    bitmap(length: number): { nullCount: number; nullBitmap?: Uint8Array } {
      if (rows.length === 0) return { nullCount: 0 };
      const nullBitmap = new Uint8Array(Math.ceil(length / 8)).fill(255);
      for (const row of rows) nullBitmap[row >> 3]! &= ~(1 << (row & 7));
      return { nullCount: rows.length, nullBitmap };
    },
  };
}
