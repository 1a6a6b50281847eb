/** What a CSV file of a data set must look like. */

export interface CsvColumn {
  readonly type: "INTEGER" | "BIGINT" | "FLOAT" | "DOUBLE" | "VARCHAR";
  /** True when an empty field is a missing value; otherwise an empty field makes the row a bad one. */
  readonly optional?: boolean;
  /** SQL condition that a good value meets, such as `rating BETWEEN 0.5 AND 5`. */
  readonly accept?: string;
  /** What a good value is, in words, where the condition would not be read easily: `is a date such as 20200705`. */
  readonly goodValue?: string;
}

/** Columns in the order of the file, by their exact names in its header. */
export type CsvSchema = Readonly<Record<string, CsvColumn>>;

/** A CSV file does not look as its data set says, or holds rows that cannot be read. */
export class CsvError extends Error {
  override readonly name = "CsvError";
}

/** What to do with columns of a file that its schema does not name. */
export type OtherColumns = "refuse" | "leave out";

/**
 * With `refuse` the header must name exactly the schema's columns in their order. With `leave out` it must name all of
 * them, in whatever order and among whatever others.
 * @throws CsvError saying what is missing, not known or named twice
 */
export function assertHeader(
  header: readonly string[],
  schema: CsvSchema,
  where: string,
  others: OtherColumns = "refuse",
): void {
  const expected = Object.keys(schema);
  const missing = expected.filter((name) => !header.includes(name));
  if (others === "leave out") {
    assertNames(header, missing, where);
    return;
  }
  if (header.length === expected.length && header.every((name, i) => name === expected[i])) return;
  const unknown = header.filter((name) => !expected.includes(name));
  const reasons = [
    missing.length ? `missing: ${missing.join(", ")}` : "",
    unknown.length ? `not known: ${unknown.join(", ")}` : "",
    missing.length + unknown.length === 0 ? "their order differs" : "",
  ].filter(Boolean);
  throw new CsvError(
    `${where}: the header must be ${expected.join(",")} but is ${header.join(",")} (${reasons.join("; ")}). ` +
      "Check that this is the right file of the data set.",
  );
}

function assertNames(header: readonly string[], missing: readonly string[], where: string): void {
  if (missing.length > 0) {
    throw new CsvError(
      `${where}: the header lacks ${missing.join(", ")}; it is ${header.join(",")}. ` +
        "Check that this is the right file of the data set.",
    );
  }
  const twice = header.find((name, i) => header.indexOf(name) < i);
  if (twice !== undefined) {
    throw new CsvError(`${where}: the header names ${twice} twice. Give each column its own name.`);
  }
}

/** SQL condition that holds for a good row; `true` when the schema asks nothing. */
export function acceptCondition(schema: CsvSchema): string {
  const conditions = Object.entries(schema).flatMap(([name, column]) => [
    ...(column.optional ? [] : [`"${name}" IS NOT NULL`]),
    ...(column.accept ? [`(${column.accept})`] : []),
  ]);
  return conditions.join(" AND ") || "true";
}

/** SQL text that says what is wrong with a row that does not meet {@link acceptCondition}. */
export function complaint(schema: CsvSchema): string {
  const cases = Object.entries(schema).flatMap(([name, column]) => [
    ...(column.optional ? [] : [`WHEN "${name}" IS NULL THEN 'column ${name} is empty'`]),
    ...(column.accept
      ? [
          `WHEN NOT (${column.accept}) THEN 'column ${name}: a good value ${goodValue(column).replaceAll("'", "''")}'`,
        ]
      : []),
  ]);
  return cases.length > 0 ? `CASE ${cases.join(" ")} END` : "NULL";
}

function goodValue(column: CsvColumn): string {
  return column.goodValue ?? `meets ${column.accept}`;
}
