/** Seed slates: for each active user the best rated of their recent movies, as a candidate set that competes. */
import type { Relation } from "../loaders/engine";
import { type MetricRow, metricRows } from "../loaders/rows";

export interface SlateSeedOptions {
  /** Fewest ratings of a user who gets a slate. Default 20. */
  readonly minRatings?: number;
  /** Movies in a slate. Default 12. */
  readonly slateSize?: number;
  /** Most users considered, the most active first. Default 3,000. */
  readonly maxUsers?: number;
  /** Latest ratings of a user that a slate is chosen from. Default 50. */
  readonly recentPool?: number;
}

export interface SlateSeed extends Relation {
  readonly eligibleUsers: Relation;
  readonly slateSize: number;
}

/**
 * The relation `slate_seed`: slate_id, userId, movieId, title, genres, primary_genre, spillover_cluster,
 * slate_position_seed (from 1), observed_relevance (the rating), high_relevance (rating of 4 or more), rating_datetime,
 * rating_year.
 *
 * Three named steps: `eligible_users` (order: n_ratings down, unique_primary_genres down, userId), `recent_pool` (a
 * user's latest ratings; order: rating_datetime down, movieId) and the slate itself (order: rating down,
 * rating_datetime down, movieId). Only complete slates stay.
 */
export async function slateSeed(
  enriched: Relation,
  users: Relation,
  options: SlateSeedOptions = {},
): Promise<SlateSeed> {
  const { engine } = enriched;
  const slateSize = options.slateSize ?? 12;
  const eligibleUsers = await engine.table(
    "eligible_users",
    `SELECT userId FROM ${users.name} WHERE n_ratings >= ${options.minRatings ?? 20}
     ORDER BY n_ratings DESC, unique_primary_genres DESC, userId LIMIT ${options.maxUsers ?? 3000}`,
  );
  const recentPool = await engine.table(
    "recent_pool",
    `SELECT *, row_number() OVER (PARTITION BY userId ORDER BY rating_datetime DESC, movieId) AS recent_rank
     FROM ${enriched.name} WHERE userId IN (SELECT userId FROM ${eligibleUsers.name})
     QUALIFY recent_rank <= ${options.recentPool ?? 50}`,
  );
  const slates = await engine.table(
    "slate_seed",
    `WITH placed AS (
       SELECT *, row_number() OVER (PARTITION BY userId ORDER BY rating DESC, rating_datetime DESC, movieId) AS place
       FROM ${recentPool.name}),
     chosen AS (SELECT *, count(*) OVER (PARTITION BY userId) AS filled FROM placed WHERE place <= ${slateSize})
     SELECT concat('user_', userId, '_seed') AS slate_id, userId, movieId, title, genres, primary_genre,
       coalesce(primary_genre, 'unknown') AS spillover_cluster, place::INTEGER AS slate_position_seed,
       rating AS observed_relevance, (rating >= 4)::TINYINT AS high_relevance, rating_datetime, rating_year
     FROM chosen WHERE filled = ${slateSize} ORDER BY userId, place`,
  );
  return { ...slates, eligibleUsers, slateSize };
}

/** Users considered, slates, their rows, movies and clusters, and the share of movies rated 4 or more. */
export async function slateSeedSummary(slates: SlateSeed): Promise<MetricRow[]> {
  const summary = await slates.engine.row(
    `SELECT (SELECT count(*) FROM ${slates.eligibleUsers.name}) AS eligible_users_considered,
       count(DISTINCT slate_id) AS complete_seed_slates,
       count(*) AS rows_in_seed_slate_table,
       ${slates.slateSize} AS slate_size,
       count(DISTINCT movieId) AS unique_movies_in_seed_slates,
       count(DISTINCT spillover_cluster) AS unique_spillover_clusters,
       avg(high_relevance) AS mean_high_relevance_rate
     FROM ${slates.name}`,
  );
  return metricRows(summary);
}
