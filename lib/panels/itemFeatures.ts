/** One row a movie of the sample: popularity, quality, catalogue data, and the item table of the spillover course. */
import { allColumnsBut, wholeQuotient } from "../loaders/dialect";
import type { Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";

/** From the least to the most rated fifth of the movies. */
export const POPULARITY_BUCKETS = ["very_low", "low", "medium", "high", "very_high"] as const;

/**
 * The relation `item_features`: movieId, sample_rating_count, sample_mean_rating, sample_liked_rate,
 * first_sample_rating_time, last_sample_rating_time, the columns of the catalogue, and popularity_bucket.
 *
 * The bucket is the fifth that the movie's rank falls in. Movies are ranked by sample_rating_count, ties by movieId, so
 * that the sizes of the buckets differ by at most one; bucket k of n movies holds the ranks up to 1 + (n - 1) k / 5, as `pandas.qcut` of
 * `rank(method="first")` has it.
 */
export function itemFeatures(enriched: Relation, catalog: Relation): Promise<Relation> {
  const labels = POPULARITY_BUCKETS.map((label) => `'${label}'`).join(", ");
  const buckets = POPULARITY_BUCKETS.length;
  return enriched.engine.table(
    "item_features",
    `WITH items AS (
       SELECT movieId, count(*)::INTEGER AS sample_rating_count, avg(rating) AS sample_mean_rating,
         avg(liked) AS sample_liked_rate, min(rating_datetime) AS first_sample_rating_time,
         max(rating_datetime) AS last_sample_rating_time
       FROM ${enriched.name} GROUP BY movieId),
     ranked AS (
       SELECT *, row_number() OVER (ORDER BY sample_rating_count, movieId) AS place, count(*) OVER () AS n FROM items),
     bucketed AS (
       SELECT *, greatest(1, ${wholeQuotient(`${buckets} * (place - 1) + n - 2`, "greatest(1, n - 1)")}) AS bucket FROM ranked)
     SELECT ${allColumnsBut("items", ["place", "n", "bucket"])}, ${allColumnsBut("movies", ["movieId"])},
       [${labels}][bucket] AS popularity_bucket
     FROM bucketed AS items LEFT JOIN ${catalog.name} AS movies USING (movieId)
     ORDER BY movieId`,
  );
}

/** The most rated movies of the sample; ties by movieId. Default 15. */
export function topItems(items: Relation, options: { limit?: number } = {}): Promise<Row[]> {
  return items.engine.rows(
    `SELECT movieId, title, primary_genre, sample_rating_count, sample_mean_rating, sample_liked_rate
     FROM ${items.name} ORDER BY sample_rating_count DESC, movieId LIMIT ${options.limit ?? 15}`,
  );
}

/**
 * The relation `interference_items`: what later chapters need of a movie. spillover_cluster, the first guess at which
 * movies compete, is the primary genre ("unknown" where the catalogue has none).
 */
export async function interferenceItems(items: Relation): Promise<Relation> {
  const flagged = await items.engine.view(
    "item_features_with_clusters",
    `SELECT *, coalesce(primary_genre, 'unknown') AS spillover_cluster,
       (release_year IS NOT NULL)::TINYINT AS is_broad_release_year
     FROM ${items.name}`,
  );
  return items.engine.table(
    "interference_items",
    `SELECT movieId, title, clean_title, genres, primary_genre, spillover_cluster, release_year, genre_count,
       sample_rating_count, sample_mean_rating, sample_liked_rate, popularity_bucket
     FROM ${flagged.name} ORDER BY movieId`,
  );
}

/** Movies, ratings and mean of the movies' mean ratings in each cluster, the most rated first; ties by name. */
export function clusterReadiness(items: Relation): Promise<Row[]> {
  return items.engine.rows(
    `SELECT spillover_cluster, count(DISTINCT movieId) AS movies, sum(sample_rating_count) AS sampled_ratings,
       avg(sample_mean_rating) AS mean_item_rating
     FROM ${items.name} GROUP BY spillover_cluster ORDER BY sampled_ratings DESC, spillover_cluster`,
  );
}
