/** One row a user: how much, how kindly, how long and how broadly they rated. */
import { wholeDaysBetween } from "../loaders/dialect";
import type { Relation } from "../loaders/engine";

/**
 * The relation `user_features`: userId, n_ratings, mean_rating, liked_rate, first_rating_time, last_rating_time,
 * active_years (calendar years with a rating), unique_primary_genres, activity_span_days (whole days, rounded down).
 */
export function userFeatures(enriched: Relation): Promise<Relation> {
  return enriched.engine.table(
    "user_features",
    `WITH users AS (
       SELECT userId, count(*)::INTEGER AS n_ratings, avg(rating) AS mean_rating, avg(liked) AS liked_rate,
         min(rating_datetime) AS first_rating_time, max(rating_datetime) AS last_rating_time,
         count(DISTINCT rating_year)::INTEGER AS active_years,
         count(DISTINCT primary_genre)::INTEGER AS unique_primary_genres
       FROM ${enriched.name} GROUP BY userId)
     SELECT *, ${wholeDaysBetween("first_rating_time", "last_rating_time")} AS activity_span_days
     FROM users ORDER BY userId`,
  );
}
