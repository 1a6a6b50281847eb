/** What makes a panel a grid: rows of a user are days in a row, so that the row before is the day before. */
import type { Relation } from "../loaders/engine";

/** The days of a user in their order, as an SQL window. */
export const DAYS_OF_USER = "(PARTITION BY user_id ORDER BY event_date)";

/**
 * @throws Error when a user lacks a day between the first and the last of the panel, or has one twice; a shift by rows
 * would then not be a shift by days
 */
export async function assertGrid(panel: Relation): Promise<void> {
  const found = await panel.engine.row<{
    rows: number;
    cells: number;
    users: number;
    days: number;
  }>(
    `WITH cells AS (SELECT user_id, event_date, count(*) AS n FROM ${panel.name} GROUP BY user_id, event_date)
     SELECT sum(n)::BIGINT AS rows, count(*) AS cells, count(DISTINCT user_id) AS users,
       coalesce(date_diff('day', min(event_date), max(event_date)) + 1, 0) AS days
     FROM cells`,
  );
  if (found.rows > found.cells) {
    throw new Error(
      `${panel.name} has ${found.rows} rows for ${found.cells} user-days: some stand twice. Make it with denseUserDays.`,
    );
  }
  if (found.cells !== found.users * found.days) {
    throw new Error(
      `${panel.name} has ${found.cells} user-days for ${found.users} users and ${found.days} days: some days are ` +
        "missing, and the row before would not be the day before. Make it with denseUserDays.",
    );
  }
}
