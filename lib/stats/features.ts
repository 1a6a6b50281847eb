/** Columns of numbers as one block: what regressions and learners are fitted to. */

export interface Features {
  readonly rows: number;
  /** One name a column, in the order of the columns. No name occurs twice. */
  readonly names: readonly string[];
  /** Row by row: the value of column j in row i is `values[i * names.length + j]`. A missing value is NaN. */
  readonly values: Float64Array;
}

/**
 * Named columns of equal length as features, in the order of their names in the record.
 * @throws Error without columns, or when two differ in length
 */
export function features(columns: Readonly<Record<string, ArrayLike<number>>>): Features {
  const names = Object.keys(columns);
  if (names.length === 0) throw new Error("Features need at least one column.");
  const rows = columns[names[0]!]!.length;
  const values = new Float64Array(rows * names.length);
  for (const [j, name] of names.entries()) {
    const column = columns[name]!;
    if (column.length !== rows) {
      throw new Error(
        `Column ${name} has ${column.length} values, column ${names[0]} has ${rows}.`,
      );
    }
    for (let i = 0; i < rows; i++) values[i * names.length + j] = column[i]!;
  }
  return { rows, names, values };
}

/** One column. @throws Error naming the columns when there is none of that name */
export function featureColumn(x: Features, name: string): Float64Array {
  const j = columnIndex(x, name);
  const width = x.names.length;
  const column = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) column[i] = x.values[i * width + j]!;
  return column;
}

const takenApart = new WeakMap<Features, Readonly<Record<string, Float64Array>>>();

/** All columns by name. A block of features is taken apart once, however often it is asked for: do not write to them. */
export function featureColumns(x: Features): Readonly<Record<string, Float64Array>> {
  const known = takenApart.get(x);
  if (known) return known;
  const columns = Object.fromEntries(x.names.map((name) => [name, featureColumn(x, name)]));
  takenApart.set(x, columns);
  return columns;
}

/** The rows at these indices, in their order. */
export function takeRows(x: Features, rows: ArrayLike<number>): Features {
  const width = x.names.length;
  const values = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * width;
    values.set(x.values.subarray(start, start + width), i * width);
  }
  return { rows: rows.length, names: x.names, values };
}

/**
 * The columns of these names in this order; `x` itself where they are so already.
 * @throws Error naming the columns when one is not there
 */
export function takeColumns(x: Features, names: readonly string[]): Features {
  const width = x.names.length;
  if (names.length === width && names.every((name, j) => name === x.names[j])) return x;
  const from = names.map((name) => columnIndex(x, name));
  const values = new Float64Array(x.rows * names.length);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < from.length; j++) {
      values[i * from.length + j] = x.values[i * width + from[j]!]!;
    }
  }
  return { rows: x.rows, names: [...names], values };
}

/** A copy in which one column holds one value everywhere: the same units under another treatment. */
export function withConstant(x: Features, name: string, value: number): Features {
  const j = columnIndex(x, name);
  const values = x.values.slice();
  for (let i = 0; i < x.rows; i++) values[i * x.names.length + j] = value;
  return { ...x, values };
}

function columnIndex(x: Features, name: string): number {
  const j = x.names.indexOf(name);
  if (j >= 0) return j;
  throw new Error(`There is no column ${name}. There are ${x.names.join(", ")}.`);
}
