import assert from "node:assert/strict";
import { test } from "node:test";
import { userFeatures } from "../../lib/panels";
import { tableOf, testEngine, type Value } from "./panelFixture";

const opened = testEngine();

const COLUMNS = {
  userId: "INTEGER",
  rating: "FLOAT",
  liked: "TINYINT",
  rating_datetime: "TIMESTAMP",
  rating_year: "INTEGER",
  primary_genre: "VARCHAR",
};

/** One rating: user, stars, time, genre. */
async function featuresOf(ratings: [number, number, string, string | null][]) {
  const rows = ratings.map(([user, stars, time, genre]): Value[] => [
    user,
    stars,
    stars >= 4 ? 1 : 0,
    time,
    Number(time.slice(0, 4)),
    genre,
  ]);
  const features = await userFeatures(await tableOf(await opened, "enriched", COLUMNS, rows));
  return features.rows();
}

test("one row a user, sorted by user, with every column", async () => {
  const rows = await featuresOf([
    [9, 4, "2020-01-01 10:00:00", "Drama"],
    [2, 3, "2019-12-31 23:59:59", "Action"],
    [2, 4.5, "2020-01-01 00:00:00", null],
    [2, 5, "2021-05-05 00:00:00", "Action"],
  ]);
  assert.deepEqual(rows, [
    {
      userId: 2,
      n_ratings: 3,
      mean_rating: 12.5 / 3,
      liked_rate: 2 / 3,
      first_rating_time: new Date("2019-12-31T23:59:59Z"),
      last_rating_time: new Date("2021-05-05T00:00:00Z"),
      active_years: 3,
      unique_primary_genres: 1,
      activity_span_days: 490,
    },
    {
      userId: 9,
      n_ratings: 1,
      mean_rating: 4,
      liked_rate: 1,
      first_rating_time: new Date("2020-01-01T10:00:00Z"),
      last_rating_time: new Date("2020-01-01T10:00:00Z"),
      active_years: 1,
      unique_primary_genres: 1,
      activity_span_days: 0,
    },
  ]);
});

test("activity_span_days are whole days of 24 hours, rounded down", async () => {
  const spans: [string, string, number][] = [
    ["2020-01-01 23:59:59", "2020-01-02 00:00:00", 0],
    ["2020-01-01 12:00:00", "2020-01-02 11:59:59", 0],
    ["2020-01-01 12:00:00", "2020-01-02 12:00:00", 1],
    ["2020-02-28 00:00:00", "2020-03-01 00:00:00", 2],
    ["2021-02-28 00:00:00", "2021-03-01 00:00:00", 1],
    ["2019-01-01 00:00:01", "2020-01-01 00:00:00", 364],
    ["1969-12-31 00:00:00", "1970-01-01 23:00:00", 1],
  ];
  const rows = await featuresOf(
    spans.flatMap(([first, last], user): [number, number, string, string][] => [
      [user, 3, last, "Drama"],
      [user, 3, first, "Drama"],
    ]),
  );
  assert.deepEqual(
    rows.map((row) => row.activity_span_days),
    spans.map(([, , days]) => days),
  );
});
