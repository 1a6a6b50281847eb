/** What columns a relation has. */
import { quoteName, type Relation } from "../loaders/engine";

export interface ColumnType {
  readonly column: string;
  /** The engine's name of the type, such as `BIGINT`. */
  readonly type: string;
}

/** Columns of a relation in their order. */
export function columnTypes(relation: Relation): Promise<ColumnType[]> {
  return relation.engine.rows(
    `SELECT column_name AS column, column_type AS type FROM (DESCRIBE ${quoteName(relation.name)})`,
  ) as Promise<unknown> as Promise<ColumnType[]>;
}

/** @throws Error naming the columns that the relation lacks, and those it has. */
export async function assertColumns(relation: Relation, columns: readonly string[]): Promise<void> {
  const names = (await columnTypes(relation)).map(({ column }) => column);
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length === 0) return;
  throw new Error(
    `${relation.name} has no column ${missing.join(", ")}. It has ${names.join(", ")}.`,
  );
}
