/** Movies by the words people tag them with. */
import { quoteName, type Relation } from "../loaders/engine";
import { assertColumns } from "./columnTypes";
import type { ItemSimilarity } from "./itemSimilarity";

export interface TagVectorsOptions {
  /** A tag of fewer movies is left out: it makes no two movies alike. Default 1: all tags stay. */
  readonly minMovies?: number;
}

export interface TagVectors extends ItemSimilarity {
  /** Distinct tags that are used. */
  readonly tags: number;
  /** Rows without a movie or a tag, also those whose tag is the empty text. */
  readonly rowsMissing: number;
}

/**
 * Movies as tf-idf vectors over their clean tags, and the cosine between them. The weight of tag t in movie i is
 * n(i, t) (ln((1 + N) / (1 + N(t))) + 1): n(i, t) counts the rows of movie and tag, N the movies that have a tag, N(t)
 * those that have this one. It is what scikit-learn's TfidfVectorizer does by default. All weights are positive: the
 * similarity lies in 0 ... 1, 0 where no tag is common. A movie without tags cannot be compared.
 * @param tags  a relation with the columns movieId and tag_clean, such as `tagSample` makes
 * @throws Error when a column is missing; RangeError when minMovies is no whole number from 1 on
 * Source: Salton and Buckley 1988, doi:10.1016/0306-4573(88)90021-0; the smoothed idf of scikit-learn
 */
export async function tagVectors(
  tags: Relation,
  options: TagVectorsOptions = {},
): Promise<TagVectors> {
  const { minMovies = 1 } = options;
  if (!Number.isInteger(minMovies) || minMovies < 1) {
    throw new RangeError(`minMovies is a whole number from 1 on, not ${minMovies}.`);
  }
  await assertColumns(tags, ["movieId", "tag_clean"]);
  const { engine } = tags;
  const from = quoteName(tags.name);
  const known = "movieId IS NOT NULL AND tag_clean IS NOT NULL AND tag_clean <> ''";
  const { missing } = await engine.row<{ missing: number }>(
    `SELECT count(*) FILTER (WHERE NOT coalesce(${known}, false)) AS missing FROM ${from}`,
  );
  const weighted = await engine.arrow(
    `WITH pairs AS (
       SELECT movieId, tag_clean, count(*) AS times FROM ${from} WHERE ${known} GROUP BY movieId, tag_clean),
     used AS (
       SELECT tag_clean, count(*) AS movies FROM pairs GROUP BY tag_clean HAVING count(*) >= ${minMovies}),
     numbered AS (SELECT tag_clean, movies, row_number() OVER (ORDER BY tag_clean) AS tag FROM used),
     kept AS (SELECT movieId, tag, times, movies FROM pairs JOIN numbered USING (tag_clean)),
     size AS (SELECT count(DISTINCT movieId) AS all_movies FROM kept)
     SELECT movieId::INTEGER AS movieId, tag::INTEGER AS tag,
       times * (ln((1 + all_movies) / (1 + movies)) + 1) AS weight
     FROM kept CROSS JOIN size ORDER BY movieId, tag`,
  );
  const column = (name: string) => weighted.getChild(name)!.toArray();
  const [movie, tag] = [column("movieId") as Int32Array, column("tag") as Int32Array];
  const weight = column("weight") as Float64Array;
  const spans = new Map<number, Span>();
  for (let from = 0, to = 0; from < movie.length; from = to) {
    let square = 0;
    for (to = from; to < movie.length && movie[to] === movie[from]; to++)
      square += weight[to]! ** 2;
    spans.set(movie[from]!, { from, to, length: Math.sqrt(square) });
  }
  return {
    movieIds: Int32Array.from(spans.keys()),
    tags: new Set(tag).size,
    rowsMissing: missing,
    similarity(a, b) {
      const [one, other] = [spans.get(a), spans.get(b)];
      if (!one || !other) return null;
      const product = commonProduct(one, other, tag, weight);
      return Math.min(1, product / (one.length * other.length));
    },
  };
}

/** Where a movie's tags stand in the lists, and the length of its vector. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** Sum of the products of the weights of tags that both have. Tags stand in ascending order. */
function commonProduct(a: Span, b: Span, tag: Int32Array, weight: Float64Array): number {
  let sum = 0;
  for (let i = a.from, j = b.from; i < a.to && j < b.to; ) {
    if (tag[i] === tag[j]) sum += weight[i++]! * weight[j++]!;
    else if (tag[i]! < tag[j]!) i++;
    else j++;
  }
  return sum;
}
