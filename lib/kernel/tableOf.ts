/** Recognizes values that are tables, by their shape: nothing is imported from the packages that make them. */
import type { TableColumn, TableData } from "./htmlTable";

/** The value as a table, or undefined when it is none. */
export function tableOf(value: unknown): TableData | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (
    arrowTable(value) ?? danfoFrame(value) ?? tensor(value) ?? estimate(value) ?? recordTable(value)
  );
}

interface ArrowLike {
  readonly schema: { readonly fields: readonly { name: string; type: unknown }[] };
  readonly numRows: number;
  readonly numCols: number;
  getChildAt(index: number): { get(row: number): unknown } | null;
}

function arrowTable(value: object): TableData | undefined {
  const table = value as Partial<ArrowLike>;
  if (
    typeof table.numRows !== "number" ||
    typeof table.getChildAt !== "function" ||
    !Array.isArray(table.schema?.fields)
  ) {
    return undefined;
  }
  const fields = table.schema.fields as ArrowLike["schema"]["fields"];
  const whole = value as ArrowLike;
  const vectors = fields.map((_, index) => whole.getChildAt(index));
  const isTime = fields.map((field) => /^(Timestamp|Date)/.test(String(field.type)));
  return {
    columns: fields.map((field) => ({ name: field.name, dtype: String(field.type) })),
    rowCount: table.numRows,
    cell(row, column) {
      const item = vectors[column]?.get(row);
      if (isTime[column] && typeof item === "number") return new Date(item);
      if (typeof item === "object" && item !== null && "toArray" in item) {
        return (item as { toArray(): unknown }).toArray();
      }
      return item;
    },
  };
}

interface DanfoLike {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly dtypes: readonly string[];
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

function danfoFrame(value: object): TableData | undefined {
  if (!("$dataIncolumnFormat" in value) || !("$dtypes" in value)) return undefined;
  const frame = value as unknown as DanfoLike;
  const isSeries = frame.shape.length === 1;
  const { values, index, columns, dtypes } = frame;
  return {
    columns: columns.map((name, at) => ({ name: String(name), dtype: dtypes[at] })),
    rowCount: frame.shape[0],
    cell: (row, column) => (isSeries ? values[row] : (values[row] as readonly unknown[])[column]),
    label: (row) => String(index[row]),
  };
}

interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
}

/** A tensor: its shape and type as the caption, the corner of its last two dimensions as cells. */
function tensor(value: object): TableData | undefined {
  const candidate = value as Partial<TensorLike>;
  if (
    !Array.isArray(candidate.shape) ||
    typeof candidate.dtype !== "string" ||
    typeof candidate.dataSync !== "function"
  ) {
    return undefined;
  }
  const t = value as TensorLike;
  const caption = `Tensor [${t.shape.join(", ")}] ${t.dtype}`;
  if (t.isDisposed) {
    return { columns: [], rowCount: 0, cell: () => undefined, caption: `${caption}, disposed` };
  }
  const corner = 6;
  const width = t.shape.at(-1) ?? 1;
  const height = t.shape.length >= 2 ? (t.shape.at(-2) ?? 1) : 1;
  const data = t.dataSync();
  const leading = t.shape.length > 2 ? ", first matrix" : "";
  const shownColumns = Math.min(width, corner);
  return {
    columns: Array.from({ length: shownColumns }, (_, at) => ({
      name: String(at),
      dtype: t.dtype,
    })),
    rowCount: t.size === 0 ? 0 : Math.min(height, corner),
    cell: (row, column) => data[row * width + column],
    label: (row) => String(row),
    caption:
      width > corner || height > corner ? `${caption}${leading}, corner` : `${caption}${leading}`,
  };
}

/** One estimate, or a list of them: what is estimated and its value, with whatever else it says in a line. */
function estimate(value: object): TableData | undefined {
  const list = Array.isArray(value) ? value : [value];
  const isEstimate = (one: unknown) =>
    isPlainRecord(one) &&
    typeof (one as Record<string, unknown>).estimand === "string" &&
    typeof (one as Record<string, unknown>).value === "number";
  if (list.length === 0 || !list.every(isEstimate)) return undefined;
  const rows = list.map((one: Record<string, unknown>) => {
    const row: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(one)) {
      if (!isPlainRecord(item)) row[name] = item;
      else
        for (const [part, inner] of Object.entries(item as object)) row[`${name}.${part}`] = inner;
    }
    return row;
  });
  return recordTable(rows);
}

/** An array of plain records with at least one column; columns in the order of their first appearance. */
function recordTable(value: object): TableData | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPlainRecord)) return undefined;
  const rows = value as readonly Record<string, unknown>[];
  const names = new Set<string>();
  for (const row of rows.slice(0, 1000)) for (const name of Object.keys(row)) names.add(name);
  if (names.size === 0 || !rows.every((row) => Object.values(row).every(isCellValue))) {
    return undefined;
  }
  const columns: TableColumn[] = [...names].map((name) => ({ name, dtype: dtypeOf(rows, name) }));
  return {
    columns,
    rowCount: rows.length,
    cell: (row, column) => rows[row][columns[column].name],
  };
}

function isPlainRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isCellValue(value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return false;
  if (typeof value !== "object" || value === null || value instanceof Date) return true;
  if (ArrayBuffer.isView(value)) return true;
  return Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null);
}

function dtypeOf(rows: readonly Record<string, unknown>[], name: string): string {
  const types = new Set<string>();
  for (const row of rows.slice(0, 1000)) {
    const item = row[name];
    if (item === null || item === undefined) continue;
    if (item instanceof Date) types.add("date");
    else types.add(Array.isArray(item) ? "list" : typeof item);
  }
  return [...types].join(" | ") || "empty";
}
