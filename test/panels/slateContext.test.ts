import assert from "node:assert/strict";
import { test } from "node:test";
import { SLATE_ITEM_COLUMNS, SLATE_USER_COLUMNS, slateContext } from "../../lib/panels";
import { tableOf, testEngine } from "./panelFixture";

const opened = testEngine();

test("slateContext adds what is known of movies and users, keeps every row, and sorts by text", async () => {
  const engine = await opened;
  const seed = await tableOf(
    engine,
    'slate seed "1"',
    { slate_id: "VARCHAR", userId: "INTEGER", movieId: "INTEGER", slate_position_seed: "INTEGER" },
    [
      ["user_10000_seed", 10000, 1, 2],
      ["user_10000_seed", 10000, 2, 1],
      ["user_100000_seed", 100000, 3, 1],
      ["user_9_seed", 9, 1, 1],
    ],
  );
  const items = await tableOf(
    engine,
    "items of it",
    {
      movieId: "INTEGER",
      title: "VARCHAR",
      sample_rating_count: "BIGINT",
      sample_mean_rating: "DOUBLE",
      sample_liked_rate: "DOUBLE",
      popularity_bucket: "VARCHAR",
    },
    [
      [1, "One", 11, 3.5, 0.5, "low"],
      [2, "Two", 22, 4, 0.75, "high"],
      [4, "Four", 44, 2, 0, "low"],
    ],
  );
  const users = await tableOf(
    engine,
    "users",
    Object.fromEntries(["userId", ...SLATE_USER_COLUMNS].map((name) => [name, "DOUBLE"])),
    [
      [10000, 120, 3.5, 0.5, 2, 9, 400],
      [9, 20, 4, 1, 1, 3, 0],
    ],
  );
  const context = await slateContext(seed, items, users);
  assert.equal(context.name, "slate_context");
  const rows = await context.rows();
  assert.deepEqual(Object.keys(rows[0]!), [
    "slate_id",
    "userId",
    "movieId",
    "slate_position_seed",
    ...SLATE_ITEM_COLUMNS,
    ...SLATE_USER_COLUMNS,
  ]);
  assert.deepEqual(
    rows.map((row) => [
      row.slate_id,
      row.slate_position_seed,
      row.sample_rating_count,
      row.popularity_bucket,
      row.n_ratings,
    ]),
    [
      // "0" comes before "_".
      ["user_100000_seed", 1, null, null, null],
      ["user_10000_seed", 1, 22, "high", 120],
      ["user_10000_seed", 2, 11, "low", 120],
      ["user_9_seed", 1, 11, "low", 20],
    ],
  );
});
