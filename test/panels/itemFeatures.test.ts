import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  clusterReadiness,
  interferenceItems,
  itemFeatures,
  POPULARITY_BUCKETS,
  topItems,
} from "../../lib/panels";
import { tableOf, testEngine, type Value } from "./panelFixture";

const opened = testEngine();

const RATINGS = {
  movieId: "INTEGER",
  rating: "FLOAT",
  liked: "TINYINT",
  rating_datetime: "TIMESTAMP",
};
const CATALOG = {
  movieId: "INTEGER",
  title: "VARCHAR",
  clean_title: "VARCHAR",
  genres: "VARCHAR",
  primary_genre: "VARCHAR",
  release_year: "INTEGER",
  genre_count: "INTEGER",
};

/** One rating: movie, stars, time. */
type Rating = readonly [movie: number, stars: number, time?: string];

async function featuresOf(ratings: readonly Rating[], catalog: readonly Value[][] = []) {
  const engine = await opened;
  const rows = ratings.map(([movie, stars, time = "2020-01-01"]) => [
    movie,
    stars,
    stars >= 4 ? 1 : 0,
    time,
  ]);
  return itemFeatures(
    await tableOf(engine, "enriched", RATINGS, rows),
    await tableOf(engine, "catalog", CATALOG, catalog),
  );
}

/** Movies 1, 2, ... rated as often as the list says. */
async function bucketsOf(counts: readonly number[]): Promise<string[]> {
  const ratings = counts.flatMap((count, i) =>
    Array.from({ length: count }, () => [i + 1, 3] as const),
  );
  const items = await featuresOf(ratings);
  return (await items.rows<{ popularity_bucket: string }>()).map((row) => row.popularity_bucket);
}

/**
 * pandas.qcut(counts.rank(method="first"), 5) by its definition: edges are the quantiles 1/5, 2/5, ... of the ranks by
 * linear interpolation, a bucket holds what is above the edge before it and not above its own. Ranks and edges are
 * five times as large here, so that they are whole numbers.
 */
function bucketsByDefinition(counts: readonly number[]): string[] {
  const n = counts.length;
  return counts.map((count, i) => {
    let rank = 1;
    counts.forEach((other, j) => {
      if (other < count || (other === count && j < i)) rank++;
    });
    let bucket = 0;
    while (bucket < 4 && 5 * rank > 5 + (n - 1) * (bucket + 1)) bucket++;
    return POPULARITY_BUCKETS[bucket]!;
  });
}

describe("popularity_bucket", () => {
  test("is the fifth that the rank falls in, for 1 to 40 movies", async () => {
    for (let n = 1; n <= 40; n++) {
      const distinct = Array.from({ length: n }, (_, i) => ((i * 17) % n) + 1);
      assert.deepEqual(await bucketsOf(distinct), bucketsByDefinition(distinct), `${n} movies`);
      if (n % 4 > 0) continue;
      const tied = distinct.map((count) => 1 + (count % 2));
      assert.deepEqual(await bucketsOf(tied), bucketsByDefinition(tied), `${n} movies with ties`);
    }
  });

  // pd.qcut(pd.Series([5, 1, 1, 1, 1, 9, 2]).rank(method="first"), 5, labels=False).tolist()
  test("breaks ties by the movie's number, as pandas does", async () => {
    const labels = [4, 0, 0, 1, 2, 4, 3].map((bucket) => POPULARITY_BUCKETS[bucket]);
    assert.deepEqual(await bucketsOf([5, 1, 1, 1, 1, 9, 2]), labels);
  });

  test("divides any movies into fifths whose sizes differ by at most one, popular ones above", async () => {
    const counts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 5, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(counts, async (many) => {
        const buckets = await bucketsOf(many);
        const sizes = POPULARITY_BUCKETS.map((name) => buckets.filter((b) => b === name).length);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${sizes}`);
        const level = buckets.map((bucket) => POPULARITY_BUCKETS.indexOf(bucket as "low"));
        many.forEach((count, i) => {
          many.forEach((other, j) => {
            if (count < other) assert.ok(level[i]! <= level[j]!);
          });
        });
      }),
      { numRuns: 25 },
    );
  });
});

describe("item tables", () => {
  const ratings: Rating[] = [
    [20, 5, "2020-01-02 00:00:00"],
    [20, 3, "2019-05-05 05:05:05"],
    [20, 4, "2020-01-01 00:00:00"],
    [10, 2],
    [30, 4.5],
    [30, 4],
    [40, 1],
  ];
  const catalog: Value[][] = [
    [10, "A (1999)", "A", "Drama|War", "Drama", 1999, 2],
    [20, "B", "B", "Action", "Action", null, 1],
    [30, "C (2000)", "C", "Drama", "Drama", 2000, 1],
    [99, "Never rated", "Never rated", "War", "War", null, 1],
  ];

  test("item_features have one row a rated movie, in the order of their numbers", async () => {
    const items = await featuresOf(ratings, catalog);
    const rows = await items.rows();
    assert.deepEqual(
      rows.map((row) => row.movieId),
      [10, 20, 30, 40],
    );
    assert.deepEqual(rows[1], {
      movieId: 20,
      sample_rating_count: 3,
      sample_mean_rating: 4,
      sample_liked_rate: 2 / 3,
      first_sample_rating_time: new Date("2019-05-05T05:05:05Z"),
      last_sample_rating_time: new Date("2020-01-02T00:00:00Z"),
      title: "B",
      clean_title: "B",
      genres: "Action",
      primary_genre: "Action",
      release_year: null,
      genre_count: 1,
      popularity_bucket: "very_high",
    });
    assert.equal(rows[3]?.title, null, "a movie that the catalogue lacks stays");
  });

  test("topItems lists the most rated, ties by number", async () => {
    const items = await featuresOf(ratings, catalog);
    assert.deepEqual(
      (await topItems(items)).map((row) => [row.movieId, row.sample_rating_count]),
      [
        [20, 3],
        [30, 2],
        [10, 1],
        [40, 1],
      ],
    );
    assert.deepEqual(await topItems(items, { limit: 1 }), [
      {
        movieId: 20,
        title: "B",
        primary_genre: "Action",
        sample_rating_count: 3,
        sample_mean_rating: 4,
        sample_liked_rate: 2 / 3,
      },
    ]);
  });

  test("interference_items group movies by primary genre, those without one as unknown", async () => {
    const items = await interferenceItems(await featuresOf(ratings, catalog));
    const rows = await items.rows();
    assert.deepEqual(Object.keys(rows[0] ?? {}), [
      "movieId",
      "title",
      "clean_title",
      "genres",
      "primary_genre",
      "spillover_cluster",
      "release_year",
      "genre_count",
      "sample_rating_count",
      "sample_mean_rating",
      "sample_liked_rate",
      "popularity_bucket",
    ]);
    assert.deepEqual(
      rows.map((row) => [row.movieId, row.primary_genre, row.spillover_cluster]),
      [
        [10, "Drama", "Drama"],
        [20, "Action", "Action"],
        [30, "Drama", "Drama"],
        [40, null, "unknown"],
      ],
    );
    assert.deepEqual(await clusterReadiness(items), [
      { spillover_cluster: "Action", movies: 1, sampled_ratings: 3, mean_item_rating: 4 },
      { spillover_cluster: "Drama", movies: 2, sampled_ratings: 3, mean_item_rating: 3.125 },
      { spillover_cluster: "unknown", movies: 1, sampled_ratings: 1, mean_item_rating: 1 },
    ]);
  });
});
