/** From watches to user-days: what a user did on a day, and a grid in which days without watches are zeros. */
import { dayLiteral, everyDay, mean } from "../loaders/dialect";
import { quoteName, type Relation } from "../loaders/engine";
import { columnTypes } from "./columnTypes";

export interface UserDayObservedOptions {
  /** Further columns as SQL aggregates over the day's watches: `{ night_watches: "count(*) FILTER (...)" }`. */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * The relation `user_day_observed`: one row for each user and day with a watch. Watches without a date are left out.
 * interactions, unique_videos, totals and means of the durations (milliseconds, then seconds), avg_watch_ratio, counts and
 * shares of high and complete watches, and the extra columns. Order: user_id, event_date.
 * @param watches  from `flagWatches`
 */
export function userDayObserved(
  watches: Relation,
  options: UserDayObservedOptions = {},
): Promise<Relation> {
  const extra = Object.entries(options.extra ?? {});
  return watches.engine.table(
    "user_day_observed",
    `WITH days AS (
       SELECT user_id, event_date, count(*) AS interactions, count(DISTINCT video_id) AS unique_videos,
         sum(play_duration)::BIGINT AS total_play_duration_ms, avg(play_duration) AS avg_play_duration_ms,
         avg(video_duration) AS avg_video_duration_ms, ${mean("watch_ratio")} AS avg_watch_ratio,
         sum(high_watch)::BIGINT AS high_watch_count,
         sum(complete_or_rewatch)::BIGINT AS complete_or_rewatch_count
         ${extra.map(([name, sql]) => `, ${sql} AS ${quoteName(name)}`).join("")}
       FROM ${watches.name} GROUP BY user_id, event_date)
     SELECT user_id, event_date, interactions, unique_videos, total_play_duration_ms, avg_play_duration_ms,
       avg_video_duration_ms, avg_watch_ratio, high_watch_count, complete_or_rewatch_count,
       total_play_duration_ms / 1000 AS total_play_duration_sec,
       avg_play_duration_ms / 1000 AS avg_play_duration_sec,
       avg_video_duration_ms / 1000 AS avg_video_duration_sec,
       high_watch_count / interactions AS high_watch_share,
       complete_or_rewatch_count / interactions AS complete_or_rewatch_share
       ${extra.map(([name]) => `, ${quoteName(name)}`).join("")}
     FROM days WHERE ${HAS_DATE} ORDER BY user_id, event_date`,
  );
}

/**
 * Days with a date. The count is in it so that the engine filters days and not watches: there it would work out the date
 * of each watch once to filter and once more to group.
 */
const HAS_DATE = "CASE WHEN interactions > 0 THEN event_date IS NOT NULL END";

export interface DenseOptions {
  /** First and last day of the grid, such as `2020-07-05`. Default: those of the observed days. */
  readonly from?: string;
  readonly to?: string;
  /** Most days a grid may have. Default 1,000: a single wrong date would make millions of empty rows. */
  readonly maxDays?: number;
}

/**
 * The relation `user_day_dense`: every user on every day of the calendar, with the columns of the observed days as doubles
 * (0 where nothing happened) and active_day (0 or 1). Order: user_id, event_date.
 * @throws RangeError when observed days lie outside the calendar, or the calendar is longer than `maxDays`
 */
export async function denseUserDays(
  observed: Relation,
  options: DenseOptions = {},
): Promise<Relation> {
  const { from, to } = await calendar(observed, options);
  const measures = (await columnTypes(observed)).filter(
    ({ column }) => column !== "user_id" && column !== "event_date",
  );
  const filled = measures.map(({ column }) => {
    const name = quoteName(column);
    return `coalesce(days.${name}, 0)::DOUBLE AS ${name}`;
  });
  return observed.engine.table(
    "user_day_dense",
    `WITH users AS (SELECT DISTINCT user_id FROM ${observed.name}),
     calendar AS (SELECT ${everyDay(dayLiteral(from), dayLiteral(to))} AS event_date),
     grid AS (SELECT user_id, event_date FROM users CROSS JOIN calendar)
     SELECT grid.user_id, grid.event_date, ${filled.join(", ")},
       (coalesce(days.interactions, 0) > 0)::BIGINT AS active_day
     FROM grid LEFT JOIN ${observed.name} AS days USING (user_id, event_date)
     ORDER BY grid.user_id, grid.event_date`,
  );
}

async function calendar(
  observed: Relation,
  options: DenseOptions,
): Promise<{ from: string; to: string }> {
  const { first, last } = await observed.engine.row<{ first: Date | null; last: Date | null }>(
    `SELECT min(event_date) AS first, max(event_date) AS last FROM ${observed.name}`,
  );
  if (!first || !last) {
    throw new RangeError(
      `${observed.name} has no day with a watch: there is nothing to spread out.`,
    );
  }
  const from = options.from ? dayText(options.from) : isoDay(first);
  const to = options.to ? dayText(options.to) : isoDay(last);
  if (isoDay(first) < from || isoDay(last) > to) {
    throw new RangeError(
      `${observed.name} has days from ${isoDay(first)} to ${isoDay(last)}, outside the calendar from ${from} to ${to}. ` +
        "Widen the calendar, or leave those watches out before.",
    );
  }
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  const maxDays = options.maxDays ?? 1000;
  if (days > maxDays) {
    throw new RangeError(
      `The calendar from ${from} to ${to} has ${days} days, more than ${maxDays}. Is one of the dates wrong? ` +
        "If not, pass a larger maxDays.",
    );
  }
  return { from, to };
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function dayText(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(date.getTime()) && isoDay(date) === day) {
    return day;
  }
  throw new RangeError(`A day is written like 2020-07-05, not ${day}.`);
}
