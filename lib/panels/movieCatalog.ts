/** The catalogue as the item table: release year, plain title, genres as a list and the first of them. */
import type { MovieLens } from "../loaders";
import {
  BLANK,
  firstMatch,
  firstOfList,
  listLength,
  quantile,
  splitText,
  withoutMatch,
} from "../loaders/dialect";
import type { Relation } from "../loaders/engine";
import { type MetricRow, metricRows } from "../loaders/rows";
import { knownText } from "./missingText";

/** What MovieLens writes for a movie without genres. */
export const NO_GENRES = "(no genres listed)";

const YEAR_AT_END = `\\((\\d{4})\\)${BLANK}*$`;

/**
 * The relation `movie_catalog`: movieId, title, genres, release_year, clean_title, genre_list, genre_count,
 * primary_genre.
 * - release_year: the four digits (0 to 9) in parentheses that end the title (blanks may follow), else missing;
 * - clean_title: the title without them and without the blanks around them;
 * - genre_list: genres split at `|`; an empty field counts as "(no genres listed)";
 * - primary_genre: the first of the list.
 * A title or genres of "NA", "None" and the like count as missing, as pandas has it.
 */
export function movieCatalog(data: MovieLens): Promise<Relation> {
  return data.engine.table(
    "movie_catalog",
    `WITH known AS (SELECT movieId, ${knownText("title")} AS title, ${knownText("genres")} AS genres FROM movies),
     listed AS (
       SELECT movieId, title, genres,
         ${firstMatch("title", YEAR_AT_END)}::INTEGER AS release_year,
         ${withoutMatch("title", `${BLANK}*${YEAR_AT_END}`)} AS clean_title,
         ${splitText(`coalesce(genres, '${NO_GENRES}')`, "|")} AS genre_list
       FROM known)
     SELECT *, ${listLength("genre_list")} AS genre_count, ${firstOfList("genre_list")} AS primary_genre
     FROM listed`,
  );
}

/** Movies, movies with a release year, movies without genres, primary genres, median number of genres. */
export async function movieSummary(catalog: Relation): Promise<MetricRow[]> {
  const summary = await catalog.engine.row(
    `SELECT count(*) AS movies,
       count(release_year) AS movies_with_release_year,
       count(*) FILTER (WHERE genres = '${NO_GENRES}') AS movies_without_genres,
       count(DISTINCT primary_genre) AS distinct_primary_genres,
       ${quantile("genre_count", 0.5)} AS median_genres_per_movie
     FROM ${catalog.name}`,
  );
  return metricRows(summary);
}
