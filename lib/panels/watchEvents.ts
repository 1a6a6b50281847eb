/** KuaiRec's watches with clean times and durations, one row a watch. */
import type { KuaiRec } from "../loaders";
import {
  allColumnsBut,
  dayFromNumber,
  textWithNanoseconds,
  timeFromSecondsWithFraction,
  timeFromText,
} from "../loaders/dialect";
import { type Engine, quoteText, type Relation } from "../loaders/engine";

export interface WatchEventsOptions {
  /** Which file: the dense one of 1,411 users (default) or the sparse one of all users. */
  readonly matrix?: "small_matrix" | "big_matrix";
  /** Rows taken from the start of the file. Default all. */
  readonly rows?: number;
  /**
   * Sort the watches and keep them in memory. Default true. With false they stay in the order of the file and are computed
   * when asked: a panel of days does not depend on the order, and the twelve million rows of big_matrix need not be held.
   */
  readonly sorted?: boolean;
}

/**
 * The relation `interactions`: the eight columns of the file, then event_date (the day in China, at midnight),
 * event_timestamp (UTC, from Unix seconds, to the nanosecond that a double of seconds gives), event_time_from_text (local
 * time), event_time (the local time, or event_timestamp where that is missing), play_duration_sec, video_duration_sec,
 * watch_ratio_capped_5.
 * Order: user_id, event_time (missing last), video_id; ties as in the file. With `sorted: false` the view
 * `interactions_unsorted`, in the order of the file.
 *
 * Every time that can be read is read: pandas takes the form of the first time for the form of all, and would lose
 * `05:28:00` after `05:27:48.378`.
 */
export async function watchEvents(
  data: KuaiRec,
  options: WatchEventsOptions = {},
): Promise<Relation> {
  const file = await data.table(options.matrix ?? "small_matrix");
  const source = `SELECT * FROM ${file.name}${limited(options.rows)}`;
  if (options.sorted === false) {
    return data.engine.view("interactions_unsorted", `${measured(source)} SELECT * FROM measured`);
  }
  const numbered = `SELECT *, row_number() OVER () AS file_row FROM (${source})`;
  return data.engine.table(
    "interactions",
    `${measured(numbered)} SELECT ${allColumnsBut("measured", ["file_row"])} FROM measured
     ORDER BY user_id, event_time NULLS LAST, video_id, file_row`,
  );
}

/** SQL steps up to `measured`: watches of a source with clean times and durations. */
function measured(source: string): string {
  return `WITH read_rows AS (${source}),
     timed AS (
       SELECT *, ${dayFromNumber("date")} AS event_date,
         ${timeFromSecondsWithFraction("timestamp")} AS event_timestamp,
         ${timeFromText("time")} AS event_time_from_text
       FROM read_rows),
     measured AS (
       SELECT *, coalesce(event_time_from_text, event_timestamp) AS event_time,
         play_duration / 1000 AS play_duration_sec, video_duration / 1000 AS video_duration_sec,
         least(greatest(watch_ratio, 0), 5) AS watch_ratio_capped_5
       FROM timed)`;
}

/** SQL that takes the first rows of a file. @throws RangeError when it is no whole number from 1 on. */
export function limited(rows: number | undefined): string {
  if (rows === undefined) return "";
  if (Number.isInteger(rows) && rows >= 1) return ` LIMIT ${rows}`;
  throw new RangeError(`The number of rows is a whole number from 1 on, not ${rows}.`);
}

export interface WatchFlags {
  /** Least watch ratio of a high watch. Default 0.8. */
  readonly highWatch?: number;
  /** Least watch ratio of a video watched to its end, or again. Default 1. */
  readonly completeOrRewatch?: number;
}

/**
 * The view `interactions_flagged`: the watches with high_watch and complete_or_rewatch (0 or 1), in the order of the
 * watches.
 */
export function flagWatches(events: Relation, flags: WatchFlags = {}): Promise<Relation> {
  const { highWatch = 0.8, completeOrRewatch = 1 } = flags;
  return events.engine.view(
    "interactions_flagged",
    `SELECT *, (watch_ratio >= ${double(highWatch)})::BIGINT AS high_watch,
       (watch_ratio >= ${double(completeOrRewatch)})::BIGINT AS complete_or_rewatch
     FROM ${events.name}`,
  );
}

/** A number as SQL that is read as the very same double. @throws RangeError when it is not finite. */
export function double(value: number): string {
  if (Number.isFinite(value)) return `CAST(${quoteText(String(value))} AS DOUBLE)`;
  throw new RangeError(`A threshold is a finite number, not ${value}.`);
}

/** The first watches as rows of a table, event_timestamp as text with all its digits. */
export function watchRows(events: Relation, rows = 5): ReturnType<Engine["rows"]> {
  return events.engine.rows(
    `SELECT * REPLACE (${textWithNanoseconds("event_timestamp")} AS event_timestamp) FROM ${events.name} LIMIT ${rows}`,
  );
}
