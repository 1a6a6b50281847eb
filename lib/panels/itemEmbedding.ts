/** Movies as points, close to each other where the same people liked them more than they usually like a movie. */
import { mean } from "../loaders/dialect";
import { quoteName, type Relation } from "../loaders/engine";
import { truncatedSvd } from "../stats/truncatedSvd";
import { assertColumns } from "./columnTypes";
import { cosine, type ItemSimilarity } from "./itemSimilarity";

export interface ItemEmbeddingOptions {
  /** Numbers of a movie's vector, 1 to the smaller of users and movies. Default 32. */
  readonly rank?: number;
  /** A movie with fewer ratings gets no vector, and its ratings say nothing about others. Default 5. */
  readonly minRatings?: number;
  readonly seed: number;
}

export interface ItemEmbedding extends ItemSimilarity {
  readonly rank: number;
  /** The vectors of `movieIds`, row by row: number k of movie i is `vectors[i * rank + k]`. */
  readonly vectors: Float64Array;
  /** The vector of a movie by its id; null when it has none. */
  readonly vector: (movieId: number) => Float64Array | null;
  /** Movies with a rating but too few for a vector. */
  readonly moviesWithoutVector: number;
  /** Ratings that the vectors are made from, and rows without a user, a movie or a rating. */
  readonly ratingsUsed: number;
  readonly rowsMissing: number;
  /** Share of the centred ratings' sum of squares that the vectors hold, 0 to 1; null where all of them are 0. */
  readonly explained: number | null;
}

/**
 * Vectors of movies from ratings. The rating of user u of movie i is centred by the user's mean and then by the
 * movie's mean of what is left: c(u, i) = r(u, i) - m(u) - mean over the movie's users of (r - m). Missing ratings
 * count as 0, a rating as expected. With the truncated SVD C = U S V' the vectors are the rows of V S, and the
 * similarity of two movies is the cosine of theirs: 1 where their fans are the same, negative where they part. A
 * movie whose vector is 0 cannot be compared. A user who rated a movie more than once counts with the mean.
 * @param ratings  a relation with the columns userId, movieId, rating
 * @throws Error when a column is missing or no movie has enough ratings; RangeError when rank or minRatings is
 * impossible Source: Sarwar et al. 2000, "Application of dimensionality reduction in recommender systems", WebKDD;
 * the SVD as in `truncatedSvd`
 */
export async function itemEmbedding(
  ratings: Relation,
  options: ItemEmbeddingOptions,
): Promise<ItemEmbedding> {
  const { rank = 32, minRatings = 5, seed } = options;
  if (!Number.isInteger(minRatings) || minRatings < 1) {
    throw new RangeError(`minRatings is a whole number from 1 on, not ${minRatings}.`);
  }
  await assertColumns(ratings, ["userId", "movieId", "rating"]);
  const { engine } = ratings;
  const from = quoteName(ratings.name);
  const { missing, movies } = await engine.row<{ missing: number; movies: number }>(
    `SELECT count(*) FILTER (WHERE userId IS NULL OR movieId IS NULL OR rating IS NULL) AS missing,
       count(DISTINCT movieId) FILTER (WHERE userId IS NOT NULL AND rating IS NOT NULL) AS movies
     FROM ${from}`,
  );
  const centred = await engine.arrow(
    `WITH given AS (
       SELECT userId, movieId, ${mean("rating")} AS rating FROM ${from}
       WHERE userId IS NOT NULL AND movieId IS NOT NULL AND rating IS NOT NULL
       GROUP BY userId, movieId),
     users AS (SELECT userId, ${mean("rating")} AS user_mean FROM given GROUP BY userId),
     less_user AS (
       SELECT given.userId, movieId, rating - user_mean AS rest FROM given JOIN users USING (userId)),
     items AS (
       SELECT movieId, ${mean("rest")} AS item_mean FROM less_user
       GROUP BY movieId HAVING count(*) >= ${minRatings})
     SELECT userId::INTEGER AS userId, movieId::INTEGER AS movieId, rest - item_mean AS centred
     FROM less_user JOIN items USING (movieId) ORDER BY userId, movieId`,
  );
  const column = (name: string) => centred.getChild(name)!.toArray() as Int32Array;
  const [users, items] = [column("userId"), column("movieId")];
  if (users.length === 0) {
    throw new Error(
      `No movie of ${ratings.name} has ${minRatings} ratings: there is no vector to make.`,
    );
  }
  const movieIds = Int32Array.from(new Set(items)).sort();
  const place = new Map(Array.from(movieIds, (id, i) => [id, i]));
  const row = places(users);
  const svd = truncatedSvd(
    {
      row,
      column: items.map((id) => place.get(id)!),
      value: centred.getChild("centred")!.toArray() as Float64Array,
    },
    { rows: row[row.length - 1]! + 1, columns: movieIds.length, rank, seed },
  );
  const vectors = svd.v.map((value, at) => value * svd.s[at % rank]!);
  clearNoise(vectors, rank, svd.s[0]!);
  const vectorAt = (id: number) => {
    const i = place.get(id);
    return i === undefined ? null : vectors.subarray(i * rank, (i + 1) * rank);
  };
  return {
    movieIds,
    rank,
    vectors,
    vector: (movieId) => vectorAt(movieId)?.slice() ?? null,
    similarity(a, b) {
      const [one, other] = [vectorAt(a), vectorAt(b)];
      return one && other ? cosine(one, other) : null;
    },
    moviesWithoutVector: movies - movieIds.length,
    ratingsUsed: users.length,
    rowsMissing: missing,
    explained: svd.explained,
  };
}

/** Vectors that only rounding keeps from 0 become 0: their direction means nothing. */
function clearNoise(vectors: Float64Array, rank: number, largest: number): void {
  for (let from = 0; from < vectors.length; from += rank) {
    const vector = vectors.subarray(from, from + rank);
    if (Math.hypot(...vector) <= 1e-10 * largest) vector.fill(0);
  }
}

/** Numbers from 0 on, one for each run of equal ids. */
function places(sorted: Int32Array): Int32Array {
  let place = 0;
  return sorted.map((id, i) => (i > 0 && id !== sorted[i - 1] ? ++place : place));
}
