/**
 * The tables of the first chapter computed once more, from the CSV texts, with arrays, maps and sorts: no SQL, no code
 * of the library.
 */
import { parse } from "csv-parse/sync";

export interface Texts {
  readonly ratings: string;
  readonly movies: string;
  readonly tags: string;
}

export interface Movie {
  movieId: number;
  title: string | null;
  genres: string | null;
  release_year: number | null;
  clean_title: string | null;
  genre_list: string[];
  genre_count: number;
  primary_genre: string | null;
}

export interface Rating {
  userId: number;
  movieId: number;
  rating: number;
  timestamp: number;
  rating_datetime: Date;
  rating_year: number;
  liked: number;
}

export type Plain = Record<string, unknown>;

const records = (text: string) => parse(text, { columns: true }) as Record<string, string>[];
const ascending = (a: number, b: number) => a - b;
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const distinct = (values: readonly unknown[]) =>
  new Set(values.filter((value) => value !== null && value !== undefined)).size;
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function grouped<T, K>(items: readonly T[], key: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own) own.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups];
}

function movieOf(row: Record<string, string>): Movie {
  const title = row.title || null;
  const genres = row.genres || null;
  const trimmed = (title ?? "").trimEnd();
  const inside = trimmed.slice(-5, -1);
  const hasYear =
    trimmed.at(-1) === ")" &&
    trimmed.at(-6) === "(" &&
    [...inside].every((c) => c >= "0" && c <= "9");
  const list = (genres ?? "(no genres listed)").split("|");
  return {
    movieId: Number(row.movieId),
    title,
    genres,
    release_year: hasYear ? Number(inside) : null,
    clean_title: hasYear ? trimmed.slice(0, -6).trimEnd() : title,
    genre_list: list,
    genre_count: list.length,
    primary_genre: list[0] ?? null,
  };
}

function quantile(sorted: readonly number[], p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (upper - sorted[below]!);
}

function described(rows: readonly Plain[], columns: readonly string[]): Plain[] {
  return columns.map((variable) => {
    const values = rows
      .map((row) => row[variable])
      .filter((value): value is number => typeof value === "number")
      .sort(ascending);
    const average = mean(values);
    const squares = values.reduce((sum, x) => sum + (x - average) ** 2, 0);
    return {
      variable,
      count: values.length,
      mean: average,
      std: Math.sqrt(squares / (values.length - 1)),
      min: values[0],
      "10%": quantile(values, 0.1),
      "25%": quantile(values, 0.25),
      "50%": quantile(values, 0.5),
      "75%": quantile(values, 0.75),
      "90%": quantile(values, 0.9),
      max: values.at(-1),
    };
  });
}

/** All tables by the names they have in the chapter. */
export function plainChapter(texts: Texts, modulus: number): Record<string, Plain[]> {
  const movies = records(texts.movies).map(movieOf);
  const movieById = new Map(movies.map((movie) => [movie.movieId, movie]));
  const metrics = (values: Plain): Plain[] =>
    Object.entries(values).map(([metric, value]) => ({ metric, value }));

  const tags = records(texts.tags).map((row) => ({
    userId: Number(row.userId),
    movieId: Number(row.movieId),
    tag_clean: row.tag ? row.tag.trim().toLowerCase() : null,
    time: Number(row.timestamp) * 1000,
  }));

  const all: Rating[] = records(texts.ratings).map((row) => {
    const time = new Date(Number(row.timestamp) * 1000);
    return {
      userId: Number(row.userId),
      movieId: Number(row.movieId),
      rating: Number(row.rating),
      timestamp: Number(row.timestamp),
      rating_datetime: time,
      rating_year: time.getUTCFullYear(),
      liked: Number(row.rating) >= 4 ? 1 : 0,
    };
  });
  const sample = all
    .filter((rating) => rating.userId % modulus === 0)
    .sort((a, b) => a.userId - b.userId || a.movieId - b.movieId);
  const genreOf = (rating: Rating) => movieById.get(rating.movieId)?.primary_genre ?? null;
  const enriched = sample.map((rating) => {
    const movie = movieById.get(rating.movieId);
    return {
      ...rating,
      title: movie?.title ?? null,
      clean_title: movie?.clean_title ?? null,
      genres: movie?.genres ?? null,
      primary_genre: movie?.primary_genre ?? null,
      genre_count: movie?.genre_count ?? null,
      release_year: movie?.release_year ?? null,
    };
  });
  const times = (ratings: readonly Rating[]) => ratings.map((r) => r.timestamp).sort(ascending);
  const stars = (ratings: readonly Rating[]) => mean(ratings.map((r) => r.rating));
  const likes = (ratings: readonly Rating[]) => mean(ratings.map((r) => r.liked));
  const date = (seconds: number | undefined) => new Date((seconds ?? Number.NaN) * 1000);

  const users = grouped(sample, (r) => r.userId).map(([userId, own]) => {
    const order = times(own);
    return {
      userId,
      n_ratings: own.length,
      mean_rating: stars(own),
      liked_rate: likes(own),
      first_rating_time: date(order[0]),
      last_rating_time: date(order.at(-1)),
      active_years: distinct(own.map((r) => r.rating_year)),
      unique_primary_genres: distinct(own.map(genreOf)),
      activity_span_days: Math.floor((order.at(-1)! - order[0]!) / 86_400),
    };
  });

  const rated = grouped(sample, (r) => r.movieId).sort(([a], [b]) => a - b);
  const ranked = rated.slice().sort((a, b) => a[1].length - b[1].length || a[0] - b[0]);
  const place = new Map(ranked.map(([movieId], i) => [movieId, i]));
  const labels = ["very_low", "low", "medium", "high", "very_high"];
  const items = rated.map(([movieId, own]) => {
    const movie = movieById.get(movieId);
    const fifth = Math.ceil((5 * place.get(movieId)!) / (ranked.length - 1));
    return {
      movieId,
      title: movie?.title ?? null,
      clean_title: movie?.clean_title ?? null,
      genres: movie?.genres ?? null,
      primary_genre: movie?.primary_genre ?? null,
      spillover_cluster: movie?.primary_genre ?? "unknown",
      release_year: movie?.release_year ?? null,
      genre_count: movie?.genre_count ?? null,
      sample_rating_count: own.length,
      sample_mean_rating: stars(own),
      sample_liked_rate: likes(own),
      popularity_bucket: labels[Math.max(1, fifth) - 1],
    };
  });

  const slates: Plain[] = [];
  const active = users
    .filter((user) => user.n_ratings >= 20)
    .sort(
      (a, b) =>
        b.n_ratings - a.n_ratings ||
        b.unique_primary_genres - a.unique_primary_genres ||
        a.userId - b.userId,
    )
    .slice(0, 3000);
  for (const { userId } of active.slice().sort((a, b) => a.userId - b.userId)) {
    const recent = enriched
      .filter((rating) => rating.userId === userId)
      .sort((a, b) => b.timestamp - a.timestamp || a.movieId - b.movieId)
      .slice(0, 50);
    const best = recent
      .sort((a, b) => b.rating - a.rating || b.timestamp - a.timestamp || a.movieId - b.movieId)
      .slice(0, 12);
    if (best.length < 12) continue;
    best.forEach((rating, i) => {
      slates.push({
        slate_id: `user_${userId}_seed`,
        userId,
        movieId: rating.movieId,
        title: rating.title,
        genres: rating.genres,
        primary_genre: rating.primary_genre,
        spillover_cluster: rating.primary_genre ?? "unknown",
        slate_position_seed: i + 1,
        observed_relevance: rating.rating,
        high_relevance: rating.rating >= 4 ? 1 : 0,
        rating_datetime: rating.rating_datetime,
        rating_year: rating.rating_year,
      });
    });
  }

  const exploded = sample.flatMap((rating) =>
    (movieById.get(rating.movieId)?.genre_list ?? []).map((genre) => ({ ...rating, genre })),
  );
  const cleanTags = tags.filter((tag) => tag.tag_clean !== null);
  return {
    movie_catalog: movies.map((movie) => ({ ...movie })),
    movie_summary: metrics({
      movies: movies.length,
      movies_with_release_year: movies.filter((m) => m.release_year !== null).length,
      movies_without_genres: movies.filter((m) => m.genres === "(no genres listed)").length,
      distinct_primary_genres: distinct(movies.map((m) => m.primary_genre)),
      median_genres_per_movie: quantile(movies.map((m) => m.genre_count).sort(ascending), 0.5),
    }),
    tag_summary: metrics({
      tag_rows_loaded: tags.length,
      unique_users_in_tag_sample: distinct(tags.map((t) => t.userId)),
      unique_movies_in_tag_sample: distinct(tags.map((t) => t.movieId)),
      unique_clean_tags_in_sample: distinct(tags.map((t) => t.tag_clean)),
      tag_date_min: new Date(Math.min(...tags.map((t) => t.time))),
      tag_date_max: new Date(Math.max(...tags.map((t) => t.time))),
    }),
    top_tags: grouped(cleanTags, (t) => t.tag_clean!)
      .map(([tag_clean, own]) => ({
        tag_clean,
        tag_rows: own.length,
        users: distinct(own.map((t) => t.userId)),
        movies: distinct(own.map((t) => t.movieId)),
      }))
      .sort((a, b) => b.tag_rows - a.tag_rows || byText(a.tag_clean, b.tag_clean))
      .slice(0, 25),
    full_rating_summary: metrics({
      full_rating_rows_scanned: all.length,
      full_unique_users: distinct(all.map((r) => r.userId)),
      full_unique_movies_with_ratings: distinct(all.map((r) => r.movieId)),
      rating_timestamp_min: date(times(all)[0]),
      rating_timestamp_max: date(times(all).at(-1)),
      sample_user_modulus: modulus,
      sample_rating_rows: sample.length,
      sample_unique_users: users.length,
      sample_unique_movies: items.length,
    }),
    rating_distribution: grouped(all, (r) => r.rating)
      .sort(([a], [b]) => a - b)
      .map(([rating, own]) => {
        const inSample = sample.filter((r) => r.rating === rating).length;
        return {
          rating,
          full_count: own.length,
          full_share: own.length / all.length,
          sample_count: inSample,
          sample_share: inSample / sample.length,
          share_difference: inSample / sample.length - own.length / all.length,
        };
      }),
    ratings_enriched: enriched,
    join_quality: metrics({
      sample_rating_rows: sample.length,
      rows_missing_movie_title: enriched.filter((r) => r.title === null).length,
      rows_missing_primary_genre: enriched.filter((r) => r.primary_genre === null).length,
      distinct_primary_genres_in_ratings: distinct(enriched.map((r) => r.primary_genre)),
    }),
    user_features: users,
    user_activity_summary: described(users, [
      "n_ratings",
      "mean_rating",
      "liked_rate",
      "active_years",
      "activity_span_days",
      "unique_primary_genres",
    ]),
    interference_items: items,
    item_summary: described(items, [
      "sample_rating_count",
      "sample_mean_rating",
      "sample_liked_rate",
      "genre_count",
    ]),
    top_items: items
      .slice()
      .sort((a, b) => b.sample_rating_count - a.sample_rating_count || a.movieId - b.movieId)
      .slice(0, 15)
      .map((item) => ({
        movieId: item.movieId,
        title: item.title,
        primary_genre: item.primary_genre,
        sample_rating_count: item.sample_rating_count,
        sample_mean_rating: item.sample_mean_rating,
        sample_liked_rate: item.sample_liked_rate,
      })),
    genre_summary: grouped(exploded, (r) => r.genre)
      .map(([genre, own]) => ({
        genre,
        sampled_rating_rows: own.length,
        unique_movies: distinct(own.map((r) => r.movieId)),
        mean_rating: stars(own),
        liked_rate: likes(own),
      }))
      .sort((a, b) => b.sampled_rating_rows - a.sampled_rating_rows || byText(a.genre, b.genre)),
    yearly_activity: grouped(sample, (r) => r.rating_year)
      .sort(([a], [b]) => a - b)
      .map(([rating_year, own]) => ({
        rating_year,
        rating_rows: own.length,
        users: distinct(own.map((r) => r.userId)),
        movies: distinct(own.map((r) => r.movieId)),
        mean_rating: stars(own),
        liked_rate: likes(own),
      })),
    cluster_readiness: grouped(items, (item) => item.spillover_cluster)
      .map(([spillover_cluster, own]) => ({
        spillover_cluster,
        movies: own.length,
        sampled_ratings: own.reduce((sum, item) => sum + item.sample_rating_count, 0),
        mean_item_rating: mean(own.map((item) => item.sample_mean_rating)),
      }))
      .sort(
        (a, b) =>
          b.sampled_ratings - a.sampled_ratings || byText(a.spillover_cluster, b.spillover_cluster),
      ),
    slate_seed: slates,
    slate_seed_summary: metrics({
      eligible_users_considered: active.length,
      complete_seed_slates: distinct(slates.map((row) => row.slate_id)),
      rows_in_seed_slate_table: slates.length,
      slate_size: 12,
      unique_movies_in_seed_slates: distinct(slates.map((row) => row.movieId)),
      unique_spillover_clusters: distinct(slates.map((row) => row.spillover_cluster)),
      mean_high_relevance_rate: mean(slates.map((row) => row.high_relevance as number)),
    }),
    readiness_checks: [
      ["raw_zip_found", true],
      ["ratings_sample_rows", sample.length],
      ["sample_unique_users", users.length],
      ["sample_unique_movies", items.length],
      ["complete_seed_slates", distinct(slates.map((row) => row.slate_id))],
      ["seed_slate_rows", slates.length],
      ["spillover_clusters", distinct(items.map((item) => item.spillover_cluster))],
    ].map(([check, value]) => ({ check, value })),
  };
}
