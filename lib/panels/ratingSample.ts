/** All ratings of one user in so many: whole histories, chosen by the user's number and not by chance. */
import type { MovieLens } from "../loaders";
import { timeFromUnixSeconds, yearOf } from "../loaders/dialect";
import type { Relation } from "../loaders/engine";
import { type MetricRow, metricRows, type Row } from "../loaders/rows";

export interface RatingSampleOptions {
  /** Users whose number it divides are taken. Default: {@link sampleModulus}. */
  readonly modulus?: number;
  /** Least rating that counts as liked. Default 4. */
  readonly likedFrom?: number;
}

export interface RatingSample extends Relation {
  readonly modulus: number;
}

const WANTED_USERS = 4000;

/** The divisor that leaves about 4,000 users: 50 for ml-32m, 41 for ml-25m, 1 where there are fewer than 6,000. */
export function sampleModulus(users: number): number {
  return Math.max(1, Math.round(users / WANTED_USERS));
}

/**
 * The relation `rating_sample`: userId, movieId, rating, timestamp, rating_datetime, rating_year, liked (0 or 1), sorted
 * by userId and movieId.
 */
export async function ratingSample(
  data: MovieLens,
  options: RatingSampleOptions = {},
): Promise<RatingSample> {
  const modulus = options.modulus ?? sampleModulus(await countUsers(data));
  if (!Number.isInteger(modulus) || modulus < 1) {
    throw new RangeError(`The modulus is a whole number from 1 on, not ${modulus}.`);
  }
  const sample = await data.engine.table(
    "rating_sample",
    `WITH dated AS (
       SELECT *, ${timeFromUnixSeconds("timestamp")} AS rating_datetime FROM ratings WHERE userId % ${modulus} = 0)
     SELECT *, ${yearOf("rating_datetime")} AS rating_year, (rating >= ${options.likedFrom ?? 4})::TINYINT AS liked
     FROM dated ORDER BY userId, movieId, timestamp`,
  );
  return { ...sample, modulus };
}

async function countUsers(data: MovieLens): Promise<number> {
  const { users } = await data.engine.row<{ users: number }>(
    "SELECT count(DISTINCT userId) AS users FROM ratings",
  );
  return users;
}

/** Size of the full file (every row is read) and of the sample. */
export async function fullRatingSummary(
  data: MovieLens,
  sample: RatingSample,
): Promise<MetricRow[]> {
  const full = await data.engine.row(
    `WITH size AS (SELECT count(*) AS n, min(timestamp) AS first, max(timestamp) AS last FROM ratings)
     SELECT n AS full_rating_rows_scanned,
       (SELECT count(DISTINCT userId) FROM ratings) AS full_unique_users,
       (SELECT count(DISTINCT movieId) FROM ratings) AS full_unique_movies_with_ratings,
       ${timeFromUnixSeconds("first")} AS rating_timestamp_min,
       ${timeFromUnixSeconds("last")} AS rating_timestamp_max
     FROM size`,
  );
  const sampled = await data.engine.row(
    `SELECT ${sample.modulus} AS sample_user_modulus,
       count(*) AS sample_rating_rows,
       count(DISTINCT userId) AS sample_unique_users,
       count(DISTINCT movieId) AS sample_unique_movies
     FROM ${sample.name}`,
  );
  return metricRows({ ...full, ...sampled });
}

/** How often each rating was given, in the full file and in the sample. */
export function ratingDistribution(data: MovieLens, sample: Relation): Promise<Row[]> {
  return data.engine.rows(
    `WITH whole AS (SELECT rating, count(*) AS full_count FROM ratings GROUP BY rating),
     part AS (SELECT rating, count(*) AS sample_count FROM ${sample.name} GROUP BY rating),
     shares AS (
       SELECT rating, full_count, full_count / sum(full_count) OVER () AS full_share,
         sample_count, sample_count / sum(sample_count) OVER () AS sample_share
       FROM whole LEFT JOIN part USING (rating))
     SELECT *, sample_share - full_share AS share_difference FROM shares ORDER BY rating`,
  );
}

/** The relation `ratings_enriched`: the sample with title, clean_title, genres, primary_genre, genre_count, release_year. */
export function enrichRatings(sample: Relation, catalog: Relation): Promise<Relation> {
  return sample.engine.table(
    "ratings_enriched",
    `SELECT ratings.*, title, clean_title, genres, primary_genre, genre_count, release_year
     FROM ${sample.name} AS ratings LEFT JOIN ${catalog.name} USING (movieId)
     ORDER BY userId, movieId, timestamp`,
  );
}

/** Ratings whose movie the catalogue lacks. */
export async function joinQuality(enriched: Relation): Promise<MetricRow[]> {
  const quality = await enriched.engine.row(
    `SELECT count(*) AS sample_rating_rows,
       count(*) FILTER (WHERE title IS NULL) AS rows_missing_movie_title,
       count(*) FILTER (WHERE primary_genre IS NULL) AS rows_missing_primary_genre,
       count(DISTINCT primary_genre) AS distinct_primary_genres_in_ratings
     FROM ${enriched.name}`,
  );
  return metricRows(quality);
}

/** Ratings, users, movies, mean rating and liked rate of each calendar year (UTC). */
export function yearlyActivity(sample: Relation): Promise<Row[]> {
  return sample.engine.rows(
    `SELECT rating_year, count(*) AS rating_rows, count(DISTINCT userId) AS users,
       count(DISTINCT movieId) AS movies, avg(rating) AS mean_rating, avg(liked) AS liked_rate
     FROM ${sample.name} GROUP BY rating_year ORDER BY rating_year`,
  );
}
