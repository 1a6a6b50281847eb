/** Columns of one's own on a panel. */
import { quoteName, type Relation } from "../loaders/engine";

/**
 * The relation `<name>`: all columns of a relation and new ones, given as SQL over the old ones, in the same order of rows.
 * @example await addColumns(panel, { weekend: "dayofweek(event_date) IN (0, 6)" }, "user_day_weekends")
 */
export function addColumns(
  relation: Relation,
  columns: Readonly<Record<string, string>>,
  name: string,
): Promise<Relation> {
  const added = Object.entries(columns).map(([column, sql]) => `(${sql}) AS ${quoteName(column)}`);
  return relation.engine.table(
    name,
    `SELECT *, ${added.join(", ")} FROM ${quoteName(relation.name)}`,
  );
}
