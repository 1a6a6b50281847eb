/** Columns of a panel as numbers, for estimators. */
import { quoteName, type Relation } from "../loaders/engine";

export interface PanelColumns {
  readonly rows: number;
  /** One column; missing values are NaN. @throws Error when it was not asked for */
  column(name: string): Float64Array;
}

/**
 * Reads columns of a panel as doubles, rows in the panel's order.
 * @param where  SQL condition on the rows; default all
 */
export async function panelColumns(
  panel: Relation,
  names: readonly string[],
  where = "true",
): Promise<PanelColumns> {
  const wanted = [...new Set(names)];
  const table = await panel.engine.arrow(
    `SELECT ${wanted.map((name, i) => `coalesce(${quoteName(name)}::DOUBLE, 'nan'::DOUBLE) AS c${i}`).join(", ")}
     FROM ${quoteName(panel.name)} WHERE ${where}`,
  );
  const columns = new Map(
    wanted.map((name, i) => [name, table.getChild(`c${i}`)!.toArray() as Float64Array]),
  );
  return {
    rows: table.numRows,
    column(name) {
      const found = columns.get(name);
      if (found) return found;
      throw new Error(`Column ${name} was not read. Read were ${wanted.join(", ")}.`);
    },
  };
}

/** Indices of the rows in which every column has a value. */
export function completeRows(columns: readonly ArrayLike<number>[], rows: number): number[] {
  const complete: number[] = [];
  for (let i = 0; i < rows; i++) {
    if (columns.every((column) => !Number.isNaN(column[i]!))) complete.push(i);
  }
  return complete;
}

/** The values at these indices. */
export function taken(column: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (i) => column[i]!);
}

/** NaN and infinities as null: tables have no NaN. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
