/** Genres as substitute groups: a movie counts in every genre it belongs to. */
import { explode } from "../loaders/dialect";
import type { Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";

/** Ratings, movies, mean rating and liked rate of each genre, the most rated first; ties by name. */
export function genreSummary(sample: Relation, catalog: Relation): Promise<Row[]> {
  return sample.engine.rows(
    `WITH movie_genres AS (SELECT movieId, ${explode("genre_list")} AS genre FROM ${catalog.name})
     SELECT genre, count(*) AS sampled_rating_rows, count(DISTINCT movieId) AS unique_movies,
       avg(rating) AS mean_rating, avg(liked) AS liked_rate
     FROM ${sample.name} JOIN movie_genres USING (movieId)
     GROUP BY genre ORDER BY sampled_rating_rows DESC, genre`,
  );
}
