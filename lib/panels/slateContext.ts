/** Seed slates with what the sample knows of their movies and users: one row an item in a slate. */
import { quoteName, type Relation } from "../loaders/engine";

/** Columns that the item table adds to a slate row. */
export const SLATE_ITEM_COLUMNS = [
  "sample_rating_count",
  "sample_mean_rating",
  "sample_liked_rate",
  "popularity_bucket",
] as const;

/** Columns that the user table adds. */
export const SLATE_USER_COLUMNS = [
  "n_ratings",
  "mean_rating",
  "liked_rate",
  "active_years",
  "unique_primary_genres",
  "activity_span_days",
] as const;

/**
 * The relation `slate_context`: the 12 columns of the seed slates, `SLATE_ITEM_COLUMNS` and `SLATE_USER_COLUMNS`. Left
 * joins: a movie or user that the other tables do not know stays, with missing values. Order: slate_id as text, seed
 * position.
 */
export function slateContext(seed: Relation, items: Relation, users: Relation): Promise<Relation> {
  const of = (table: string, columns: readonly string[]) =>
    columns.map((name) => `${table}.${name}`).join(", ");
  return seed.engine.table(
    "slate_context",
    `SELECT seed.*, ${of("items", SLATE_ITEM_COLUMNS)}, ${of("users", SLATE_USER_COLUMNS)}
     FROM ${quoteName(seed.name)} AS seed
     LEFT JOIN ${quoteName(items.name)} AS items ON items.movieId = seed.movieId
     LEFT JOIN ${quoteName(users.name)} AS users ON users.userId = seed.userId
     ORDER BY seed.slate_id, seed.slate_position_seed`,
  );
}
