/** Small tables about the watches: coverage, missing values, activity of users and videos. */
import { mean, total } from "../loaders/dialect";
import { quoteName, quoteText, type Relation } from "../loaders/engine";
import { type MetricRow, metricRows, type Row } from "../loaders/rows";
import { columnTypes } from "./columnTypes";

/** Rows, users, videos, days, first and last day and time. */
export async function coverageSummary(events: Relation): Promise<MetricRow[]> {
  const summary = await events.engine.row(
    `SELECT count(*) AS interaction_rows, count(DISTINCT user_id) AS unique_users,
       count(DISTINCT video_id) AS unique_videos, count(DISTINCT event_date) AS unique_event_dates,
       min(event_date) AS first_event_date, max(event_date) AS last_event_date,
       min(event_time) AS first_event_time, max(event_time) AS last_event_time
     FROM ${events.name}`,
  );
  return metricRows(summary);
}

/** What Python calls the engine's types, so that tables read alike in both. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  BIGINT: "int64",
  INTEGER: "int32",
  DOUBLE: "float64",
  FLOAT: "float32",
  VARCHAR: "str",
  TIMESTAMP: "datetime64[us]",
  TIMESTAMP_NS: "datetime64[ns]",
};

/** One row a column: column, missing_rate, dtype; the most missing first, ties in the order of the columns. */
export async function missingnessWithTypes(relation: Relation): Promise<Row[]> {
  const types = await columnTypes(relation);
  const rates = types.map(
    ({ column, type }, position) =>
      `SELECT ${quoteText(column)} AS column, avg((${quoteName(column)} IS NULL)::INTEGER) AS missing_rate,
         ${quoteText(TYPE_NAMES[type] ?? type)} AS dtype, ${position} AS position FROM ${quoteName(relation.name)}`,
  );
  const rows = await relation.engine.rows(
    `${rates.join(" UNION ALL ")} ORDER BY missing_rate DESC, position`,
  );
  return rows.map(({ position: _, ...row }) => row);
}

/**
 * The relation `user_activity`: one row a user with interactions, unique_videos, active_days, first_date, last_date,
 * avg_watch_ratio, total_play_duration_sec. Watches without a date count as watches, not as days.
 */
export function userActivity(events: Relation): Promise<Relation> {
  return events.engine.table(
    "user_activity",
    `SELECT user_id, count(*) AS interactions, count(DISTINCT video_id) AS unique_videos,
       count(DISTINCT event_date) AS active_days, min(event_date) AS first_date, max(event_date) AS last_date,
       ${mean("watch_ratio")} AS avg_watch_ratio, ${total("play_duration_sec")} AS total_play_duration_sec
     FROM ${events.name} GROUP BY user_id ORDER BY user_id`,
  );
}

/** The most watched videos: impressions, unique_users, mean watch ratio and play duration; ties by video_id. */
export function topVideos(events: Relation, options: { limit?: number } = {}): Promise<Row[]> {
  return events.engine.rows(
    `SELECT video_id, count(*) AS impressions, count(DISTINCT user_id) AS unique_users,
       ${mean("watch_ratio")} AS avg_watch_ratio, ${mean("play_duration_sec")} AS avg_play_duration_sec
     FROM ${events.name} GROUP BY video_id ORDER BY impressions DESC, video_id LIMIT ${options.limit ?? 10}`,
  );
}
