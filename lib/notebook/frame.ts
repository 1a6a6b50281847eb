/** Small result tables as danfo DataFrames, for the analyst's own play. */
import type { DataFrame } from "danfojs-node";
import type { Cell } from "../loaders/rows";
import { dateTimeText, isMissing, listText } from "./cellText";
import { danfo } from "./danfo";
import { type TableInput, tableOf } from "./table";

type Dtype = "int32" | "float32" | "boolean" | "string";
type Value = string | number | boolean | undefined;

/**
 * A danfo DataFrame with the table's rows. Types come from all rows (danfo itself looks at 20): `int32` for whole
 * numbers within 32 bits, `float32` for other numbers (the name only: values stay double precision),
 * `boolean`, else `string`. Times become `YYYY-MM-DD HH:MM:SS` in UTC, lists `['a', 'b']`; a missing number
 * is NaN, any other missing value undefined.
 *
 * For looking and trying out: danfo's merge, group-by and CSV writer have known faults, and its tensors are
 * 32 bits wide. Results come from the library or from SQL.
 */
export function frame(rows: TableInput): DataFrame {
  const table = tableOf(rows);
  const columns = [...table.columns];
  const dtypes = columns.map((column) => dtypeOf(table.rows.map((row) => row[column]!)));
  const values = table.rows.map((row) =>
    columns.map((column, i) => danfoValue(row[column]!, dtypes[i]!)),
  );
  const { DataFrame: Frame } = danfo();
  return new Frame(values, { columns, dtypes });
}

function dtypeOf(values: readonly Cell[]): Dtype {
  const present = values.filter((value) => !isMissing(value));
  if (present.length === 0) return "string";
  if (present.every((value) => typeof value === "boolean")) return "boolean";
  if (!present.every((value) => typeof value === "number")) return "string";
  const whole =
    present.length === values.length && present.every((value) => value === ((value as number) | 0));
  return whole ? "int32" : "float32";
}

function danfoValue(value: Cell, dtype: Dtype): Value {
  if (isMissing(value)) return dtype === "float32" ? Number.NaN : undefined;
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return dateTimeText(value);
  if (typeof value === "object") return listText(value);
  return dtype === "string" ? String(value) : value;
}
