/** What is known of users and videos beside their watches, and whether it joins. */
import type { KuaiRec } from "../loaders";
import {
  allMatches,
  dayFromNumber,
  firstMatch,
  hasMatch,
  listLength,
  mean,
} from "../loaders/dialect";
import type { Relation } from "../loaders/engine";
import { type MetricRow, metricRows, type Row } from "../loaders/rows";
import { limited } from "./watchEvents";

const LIST = "^\\s*\\[\\s*(-?\\d+\\s*(,\\s*-?\\d+\\s*)*,?\\s*)?\\]\\s*$";

/**
 * The relation `item_category_counts`: video_id, feat (such as `[27, 9]`), category_count, first_category. What is no list of
 * whole numbers counts as an empty one; an empty one has no first category.
 */
export async function itemCategories(data: KuaiRec): Promise<Relation> {
  const categories = await data.table("item_categories");
  return data.engine.table(
    "item_category_counts",
    `SELECT *,
       CASE WHEN ${hasMatch("feat", LIST)} THEN ${listLength(allMatches("feat", "-?\\d+"))} ELSE 0 END::BIGINT AS category_count,
       CASE WHEN ${hasMatch("feat", LIST)} THEN ${firstMatch("feat", "(-?\\d+)")}::DOUBLE END AS first_category
     FROM ${categories.name}`,
  );
}

/**
 * The relation `item_daily`: the first rows of item_daily_features (default 150,000) with event_date, item_play_rate (plays
 * a show) and item_like_rate_per_play, missing where nothing was shown or played.
 */
export async function itemDaily(
  data: KuaiRec,
  options: { readonly rows?: number } = {},
): Promise<Relation> {
  const daily = await data.table("item_daily_features");
  return data.engine.table(
    "item_daily",
    `SELECT *, ${dayFromNumber("date")} AS event_date,
       CASE WHEN show_cnt > 0 THEN play_cnt / show_cnt END AS item_play_rate,
       CASE WHEN play_cnt > 0 THEN like_cnt / play_cnt END AS item_like_rate_per_play
     FROM ${daily.name}${limited(options.rows ?? 150_000)}`,
  );
}

/**
 * The relation `interactions_with_metadata`: each watch with the user's user_active_degree, is_lowactive_period,
 * is_live_streamer, is_video_author, follow_user_num, fans_user_num, friend_user_num, register_days, and the video's
 * category_count and first_category; missing where a user or video is not known.
 */
export async function joinMetadata(events: Relation, data: KuaiRec): Promise<Relation> {
  const users = await data.table("user_features");
  const categories = await itemCategories(data);
  return data.engine.view(
    "interactions_with_metadata",
    `SELECT events.*, user_active_degree, is_lowactive_period, is_live_streamer, is_video_author, follow_user_num,
       fans_user_num, friend_user_num, register_days, category_count, first_category
     FROM ${events.name} AS events
     LEFT JOIN ${users.name} USING (user_id) LEFT JOIN ${categories.name} USING (video_id)`,
  );
}

/** Rows of the join, what is missing in it, and how many segments and first categories there are. */
export async function metadataDiagnostics(joined: Relation): Promise<MetricRow[]> {
  const summary = await joined.engine.row(
    `SELECT count(*) AS rows,
       avg((user_active_degree IS NULL)::INTEGER) AS missing_user_active_degree_rate,
       avg((category_count IS NULL)::INTEGER) AS missing_item_category_rate,
       count(DISTINCT user_active_degree) AS unique_user_activity_segments,
       count(DISTINCT first_category) AS unique_first_categories
     FROM ${joined.name}`,
  );
  return metricRows(summary);
}

/** Rows, users, mean watch ratio and play duration of each activity segment, the largest first; ties by name. */
export function activitySegments(joined: Relation): Promise<Row[]> {
  return joined.engine.rows(
    `SELECT user_active_degree, count(*) AS rows, count(DISTINCT user_id) AS users,
       ${mean("watch_ratio")} AS avg_watch_ratio, ${mean("play_duration_sec")} AS avg_play_duration_sec
     FROM ${joined.name} WHERE user_active_degree IS NOT NULL
     GROUP BY user_active_degree ORDER BY rows DESC, user_active_degree`,
  );
}
