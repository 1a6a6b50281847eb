/** How large a synthetic MovieLens archive is. */
import { interpolate, logarithmic } from "./curves";
import { CATALOGUE, FULL } from "./movieLensParameters";

export interface MovieLensSize {
  /** At least 20. */
  readonly users: number;
  /** Movies of the catalogue, at least 120 and at most the 87,585 of ML-32M. */
  readonly movies: number;
  /** At least 20 for each user. */
  readonly ratings: number;
  /** Movies with at least one rating. */
  readonly ratedMovies: number;
  readonly tags: number;
}

/**
 * A scale by name, as a share of ML-32M, or by its counts.
 * - `tiny`: for tests.
 * - `embedded`: a tenth of ML-32M, so that one user in five makes a sample of 4,018 users, as one in fifty does there.
 * - `full`: 200,948 users, 87,585 movies (84,432 of them rated) and 32,000,204 ratings, the counts of ML-32M.
 */
export type MovieLensScale =
  | "tiny"
  | "embedded"
  | "full"
  | number
  | { readonly users: number; readonly movies: number; readonly ratings: number };

/**
 * The counts of a scale. As a share s of ML-32M, users and ratings are s times as many, and the movies are those
 * that would have a rating: sum over movies of 1 - exp(-s * ratings), about 42,000 at a tenth, with the same share of
 * never rated ones (3.6 %) on top.
 * @throws RangeError when the counts cannot be had together.
 */
export function movieLensSize(scale: MovieLensScale): MovieLensSize {
  if (scale === "tiny") return counts(60, 300, 4_200);
  if (scale === "embedded") return counts(20_094, catalogueAt(0.1), 3_200_000);
  if (scale === "full") return counts(FULL.users, FULL.movies, FULL.ratings);
  if (typeof scale !== "number") return counts(scale.users, scale.movies, scale.ratings);
  if (!(scale > 0 && scale <= 1)) {
    throw new RangeError(`A scale is a share of ML-32M in (0, 1], not ${scale}.`);
  }
  if (scale === 1) return movieLensSize("full");
  const users = Math.round(FULL.users * scale);
  return counts(users, catalogueAt(scale), Math.round(FULL.ratings * scale));
}

function catalogueAt(share: number): number {
  const popularity = logarithmic(CATALOGUE.popularity, "both");
  let rated = 0;
  for (let rank = 1; rank <= FULL.ratedMovies; rank++) {
    rated += 1 - Math.exp(-share * Math.exp(interpolate(popularity, Math.log(rank))));
  }
  return Math.round((rated * FULL.movies) / FULL.ratedMovies);
}

function counts(users: number, movies: number, ratings: number): MovieLensSize {
  const whole = Number.isInteger(users) && Number.isInteger(movies) && Number.isInteger(ratings);
  if (!whole || users < 20 || movies < 120 || movies > FULL.movies) {
    throw new RangeError(
      `A synthetic MovieLens archive needs at least 20 users and 120 to ${FULL.movies} movies in whole numbers, not ${users} users and ${movies} movies.`,
    );
  }
  const ratedMovies = Math.round((movies * FULL.ratedMovies) / FULL.movies);
  const most = Math.floor(users * ratedMovies * 0.3);
  if (ratings < 25 * users || ratings > most || ratings < 2 * ratedMovies) {
    throw new RangeError(
      `${ratings} ratings do not go with ${users} users and ${movies} movies: give ${Math.max(25 * users, 2 * ratedMovies)} to ${most}.`,
    );
  }
  const tags = Math.max(200, Math.round((ratings * FULL.tags) / FULL.ratings));
  return { users, movies, ratings, ratedMovies, tags };
}
