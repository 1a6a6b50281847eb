import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  enrichRatings,
  fullRatingSummary,
  joinQuality,
  movieCatalog,
  ratingDistribution,
  ratingSample,
  sampleModulus,
  yearlyActivity,
} from "../../lib/panels";
import { movieLensPlace } from "../loaders/movieLensFixture";
import { seconds } from "./panelFixture";

const place = movieLensPlace();

test("sampleModulus leaves about 4,000 users of every published data set", () => {
  assert.equal(sampleModulus(200_948), 50);
  assert.equal(sampleModulus(162_541), 41);
  assert.equal(sampleModulus(20_094), 5);
  assert.equal(sampleModulus(610), 1);
  assert.equal(sampleModulus(5999), 1);
  assert.equal(sampleModulus(6000), 2);
  assert.equal(sampleModulus(1), 1);
  assert.equal(sampleModulus(0), 1);
  for (let users = 6000; users < 300_000; users += 997) {
    const sampled = users / sampleModulus(users);
    assert.ok(sampled > 2600 && sampled < 6000, `${users} users leave ${sampled}`);
  }
});

// Rows of the file are in no order; movie 99 is not in the catalogue.
const ROWS = {
  ratings: [
    [4, 2, 3.5, seconds("2019-12-31T23:59:59")],
    [3, 1, 5, seconds("2001-02-03T04:05:06")],
    [2, 3, 4, seconds("2020-01-01T00:00:00")],
    [2, 1, 4.5, seconds("2020-06-01T12:00:00")],
    [1, 1, 0.5, seconds("1996-01-01T00:00:00")],
    [2, 99, 0.5, seconds("2019-01-01T00:00:00")],
    [4, 1, 4, seconds("2020-01-01T00:00:00")],
  ],
  movies: [
    [1, "Toy Story (1995)", "Animation|Comedy"],
    [2, "Nameless", ""],
    [3, "Heat (1995)", "Action"],
  ],
} as const;

const opened = () => place.of(ROWS);

describe("the sample of users", () => {
  test("holds every rating of the users that the modulus divides, sorted by user and movie", async () => {
    const sample = await ratingSample(await opened(), { modulus: 2 });
    assert.equal(sample.modulus, 2);
    const row = (userId: number, movieId: number, rating: number, time: string, liked: 0 | 1) => ({
      userId,
      movieId,
      rating,
      timestamp: seconds(time),
      rating_datetime: new Date(`${time}Z`),
      rating_year: Number(time.slice(0, 4)),
      liked,
    });
    assert.deepEqual(await sample.rows(), [
      row(2, 1, 4.5, "2020-06-01T12:00:00", 1),
      row(2, 3, 4, "2020-01-01T00:00:00", 1),
      row(2, 99, 0.5, "2019-01-01T00:00:00", 0),
      row(4, 1, 4, "2020-01-01T00:00:00", 1),
      row(4, 2, 3.5, "2019-12-31T23:59:59", 0),
    ]);
  });

  test("takes its modulus from the number of users unless one is given", async () => {
    const sample = await ratingSample(await opened());
    assert.equal(sample.modulus, 1);
    assert.equal(await sample.count(), 7);
  });

  test("counts as liked what has at least the stated stars", async () => {
    const data = await opened();
    for (const [likedFrom, liked] of [
      [4, 4],
      [4.5, 2],
      [0.5, 7],
      [5.5, 0],
    ] as const) {
      await ratingSample(data, { likedFrom });
      const { n } = await data.engine.row<{ n: number }>(
        "SELECT sum(liked) AS n FROM rating_sample",
      );
      assert.equal(n, liked, `from ${likedFrom} stars`);
    }
  });

  test("refuses a modulus that is no whole number from 1 on", async () => {
    const data = await opened();
    for (const modulus of [0, -2, 1.5, Number.NaN]) {
      await assert.rejects(ratingSample(data, { modulus }), RangeError);
    }
  });
});

describe("tables about the sample", () => {
  test("full_rating_summary counts every row of the file beside the sample", async () => {
    const data = await opened();
    const sample = await ratingSample(data, { modulus: 2 });
    assert.deepEqual(await fullRatingSummary(data, sample), [
      { metric: "full_rating_rows_scanned", value: 7 },
      { metric: "full_unique_users", value: 4 },
      { metric: "full_unique_movies_with_ratings", value: 4 },
      { metric: "rating_timestamp_min", value: new Date("1996-01-01T00:00:00Z") },
      { metric: "rating_timestamp_max", value: new Date("2020-06-01T12:00:00Z") },
      { metric: "sample_user_modulus", value: 2 },
      { metric: "sample_rating_rows", value: 5 },
      { metric: "sample_unique_users", value: 2 },
      { metric: "sample_unique_movies", value: 4 },
    ]);
  });

  test("rating_distribution has a row for every rating of the file, missing where the sample has none", async () => {
    const data = await opened();
    const sample = await ratingSample(data, { modulus: 2 });
    const row = (rating: number, full: number, sampled: number | null) => ({
      rating,
      full_count: full,
      full_share: full / 7,
      sample_count: sampled,
      sample_share: sampled === null ? null : sampled / 5,
      share_difference: sampled === null ? null : sampled / 5 - full / 7,
    });
    assert.deepEqual(await ratingDistribution(data, sample), [
      row(0.5, 2, 1),
      row(3.5, 1, 1),
      row(4, 2, 2),
      row(4.5, 1, 1),
      row(5, 1, null),
    ]);
  });

  test("ratings meet the catalogue; what it lacks stays, and is counted", async () => {
    const data = await opened();
    const sample = await ratingSample(data, { modulus: 2 });
    const enriched = await enrichRatings(sample, await movieCatalog(data));
    const added = (await enriched.rows()).map((row) => [
      row.userId,
      row.movieId,
      row.title,
      row.clean_title,
      row.genres,
      row.primary_genre,
      row.genre_count,
      row.release_year,
    ]);
    const toyStory = ["Toy Story (1995)", "Toy Story", "Animation|Comedy", "Animation", 2, 1995];
    assert.deepEqual(added, [
      [2, 1, ...toyStory],
      [2, 3, "Heat (1995)", "Heat", "Action", "Action", 1, 1995],
      [2, 99, null, null, null, null, null, null],
      [4, 1, ...toyStory],
      [4, 2, "Nameless", "Nameless", null, "(no genres listed)", 1, null],
    ]);
    assert.deepEqual(await joinQuality(enriched), [
      { metric: "sample_rating_rows", value: 5 },
      { metric: "rows_missing_movie_title", value: 1 },
      { metric: "rows_missing_primary_genre", value: 1 },
      { metric: "distinct_primary_genres_in_ratings", value: 3 },
    ]);
  });

  test("yearly_activity goes by calendar years in UTC", async () => {
    const sample = await ratingSample(await opened(), { modulus: 2 });
    assert.deepEqual(await yearlyActivity(sample), [
      { rating_year: 2019, rating_rows: 2, users: 2, movies: 2, mean_rating: 2, liked_rate: 0 },
      {
        rating_year: 2020,
        rating_rows: 3,
        users: 2,
        movies: 2,
        mean_rating: 12.5 / 3,
        liked_rate: 1,
      },
    ]);
  });
});
