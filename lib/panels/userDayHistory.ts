/** What a user did on the days before: the state in which the day's treatment meets them. */
import { valueBefore } from "../loaders/dialect";
import { quoteName, type Relation } from "../loaders/engine";
import { assertColumns } from "./columnTypes";
import { assertGrid, DAYS_OF_USER } from "./userDayGrid";

export interface HistoryOptions {
  /** Columns to look back on. Default {@link STATE_COLUMNS}. */
  readonly columns?: readonly string[];
  /** Days back of single values. Default 1: `lag_1_interactions`. */
  readonly lags?: readonly number[];
  /** Days of the sums. Default 3: `prior_3day_interactions` is the sum over the three days before. */
  readonly windows?: readonly number[];
}

/** The columns that describe a user's day. */
export const STATE_COLUMNS = [
  "active_day",
  "interactions",
  "total_play_duration_sec",
  "avg_watch_ratio",
  "high_watch_share",
] as const;

/** Names of the columns that {@link addHistory} adds, in their order. */
export function historyColumns(options: HistoryOptions = {}): string[] {
  const { columns = STATE_COLUMNS, lags = [1], windows = [3] } = options;
  return columns.flatMap((column) => [
    ...lags.map((days) => `lag_${days}_${column}`),
    ...windows.map((days) => `prior_${days}day_${column}`),
  ]);
}

/**
 * The relation `user_day_history`: the panel with `lag_k_x`, the value of x k days before, and `prior_kday_x`, the sum of x
 * over the k days before. The day itself and later ones never enter. Before the panel begins, x counts as 0.
 * @throws Error when the panel is no grid; RangeError for a number of days that is none
 */
export async function addHistory(panel: Relation, options: HistoryOptions = {}): Promise<Relation> {
  const { columns = STATE_COLUMNS, lags = [1], windows = [3] } = options;
  [...lags, ...windows].forEach(assertDays);
  await assertColumns(panel, columns);
  await assertGrid(panel);
  const before = (column: string, days: number) =>
    `coalesce(${valueBefore(quoteName(column), days, "days")}, 0)::DOUBLE`;
  const added = columns.flatMap((column) => [
    ...lags.map((days) => `${before(column, days)} AS ${quoteName(`lag_${days}_${column}`)}`),
    ...windows.map(
      (days) =>
        `${daysUpTo(days)
          .reverse()
          .map((day) => before(column, day))
          .join(" + ")} AS ${quoteName(`prior_${days}day_${column}`)}`,
    ),
  ]);
  return panel.engine.table(
    "user_day_history",
    `SELECT *, ${added.join(",\n")} FROM ${panel.name} WINDOW days AS ${DAYS_OF_USER}
     ORDER BY user_id, event_date`,
  );
}

/** `[1, 2, 3]` for 3. */
export function daysUpTo(days: number): number[] {
  return Array.from({ length: days }, (_, i) => i + 1);
}

/** @throws RangeError when it is no whole number from 1 to 366 */
export function assertDays(days: number): void {
  if (Number.isInteger(days) && days >= 1 && days <= 366) return;
  throw new RangeError(`A number of days is a whole number from 1 to 366, not ${days}.`);
}
