/** The first tags of the file, normalised, and what they say. */
import type { MovieLens } from "../loaders";
import { normalizedText, timeFromUnixSeconds } from "../loaders/dialect";
import type { Relation } from "../loaders/engine";
import { type MetricRow, metricRows, type Row } from "../loaders/rows";
import { knownText } from "./missingText";

export interface TagSampleOptions {
  /** Rows taken from the start of tags.csv. Default 300,000. */
  readonly rows?: number;
}

/**
 * The relation `tag_sample`: userId, movieId, tag, timestamp, tag_clean (lower case, no blanks at the ends),
 * tag_datetime, in the order of the file. Tags such as "NA" or "null", which pandas takes for missing, are missing; a tag
 * of blanks alone has the empty text as its tag_clean.
 */
export function tagSample(data: MovieLens, options: TagSampleOptions = {}): Promise<Relation> {
  return data.engine.table(
    "tag_sample",
    `WITH first_rows AS (SELECT * FROM tags LIMIT ${options.rows ?? 300_000}),
     known AS (SELECT * REPLACE (${knownText("tag")} AS tag) FROM first_rows)
     SELECT *, ${normalizedText("tag")} AS tag_clean, ${timeFromUnixSeconds("timestamp")} AS tag_datetime
     FROM known`,
  );
}

/** Rows, users, movies, distinct clean tags, first and last time of the tags of the sample. */
export async function tagSummary(sample: Relation): Promise<MetricRow[]> {
  const summary = await sample.engine.row(
    `SELECT count(*) AS tag_rows_loaded,
       count(DISTINCT userId) AS unique_users_in_tag_sample,
       count(DISTINCT movieId) AS unique_movies_in_tag_sample,
       count(DISTINCT tag_clean) AS unique_clean_tags_in_sample,
       min(tag_datetime) AS tag_date_min,
       max(tag_datetime) AS tag_date_max
     FROM ${sample.name}`,
  );
  return metricRows(summary);
}

/** The most frequent clean tags with their rows, users and movies; ties in alphabetical order. Default 25. */
export function topTags(sample: Relation, options: { limit?: number } = {}): Promise<Row[]> {
  return sample.engine.rows(
    `SELECT tag_clean, count(*) AS tag_rows, count(DISTINCT userId) AS users, count(DISTINCT movieId) AS movies
     FROM ${sample.name} WHERE tag_clean IS NOT NULL
     GROUP BY tag_clean ORDER BY tag_rows DESC, tag_clean LIMIT ${options.limit ?? 25}`,
  );
}
