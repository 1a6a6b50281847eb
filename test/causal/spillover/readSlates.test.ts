import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readExperiment, readSlates } from "../../../lib/causal/spillover";
import { tableOf, testEngine, type Value } from "../../panels/panelFixture";

const opened = testEngine();

const TYPES = {
  slate_id: "VARCHAR",
  slate_position_seed: "INTEGER",
  spillover_cluster: "VARCHAR",
  title: "VARCHAR",
  popularity_bucket: "VARCHAR",
  movieId: "BIGINT",
  observed_relevance: "FLOAT",
  sample_rating_count: "BIGINT",
  sample_mean_rating: "DOUBLE",
  sample_liked_rate: "DOUBLE",
  userId: "INTEGER",
  n_ratings: "BIGINT",
  mean_rating: "DOUBLE",
  liked_rate: "DOUBLE",
  active_years: "INTEGER",
  unique_primary_genres: "BIGINT",
  activity_span_days: "INTEGER",
  is_focal_item: "TINYINT",
  promotion_applied: "TINYINT",
  promotion_probability: "DOUBLE",
  p_no_promotion: "DOUBLE",
  p_observed: "DOUBLE",
  simulated_click: "TINYINT",
};

type Change = Readonly<Partial<Record<keyof typeof TYPES, Value>>>;

/** Two slates, of 3 and 2 rows; the second and the fifth row are focal, the first slate is promoted. */
async function relationOf(changes: Readonly<Record<number, Change>> = {}, rows = 5) {
  const values = Array.from({ length: rows }, (_, i) => {
    const row: Record<keyof typeof TYPES, Value> = {
      slate_id: i < 3 ? "user_10_seed" : "user_9_seed",
      slate_position_seed: i < 3 ? i + 1 : i - 2,
      spillover_cluster: i % 2 ? "Drama" : "Action",
      title: `Movie, "${i}"`,
      popularity_bucket: "low",
      movieId: 100 + i,
      observed_relevance: 4.5,
      sample_rating_count: 10 * i,
      sample_mean_rating: 3.5,
      sample_liked_rate: 0.5,
      userId: i < 3 ? 10 : 9,
      n_ratings: 120,
      mean_rating: 4,
      liked_rate: i < 3 ? 0.25 : 0.75,
      active_years: 2,
      unique_primary_genres: 7,
      activity_span_days: 30,
      is_focal_item: i === 1 || i === 4 ? 1 : 0,
      promotion_applied: i < 3 ? 1 : 0,
      promotion_probability: 0.5,
      p_no_promotion: 0.2,
      p_observed: i < 3 ? 0.25 : 0.2,
      simulated_click: i % 2,
      ...changes[i],
    };
    return Object.keys(TYPES).map((name) => row[name as keyof typeof TYPES]);
  });
  return tableOf(await opened, "exposure_mapping", TYPES, values);
}

describe("readSlates", () => {
  test("takes columns as numbers and texts, missing ones as NaN and empty", async () => {
    const slates = await readSlates(
      await relationOf({
        0: { sample_liked_rate: null, title: null },
        3: { popularity_bucket: null, liked_rate: null, sample_rating_count: null },
      }),
    );
    assert.deepEqual([slates.count, slates.rows], [2, 5]);
    assert.deepEqual(slates.slateId, ["user_10_seed", "user_9_seed"]);
    assert.deepEqual([...slates.items.movieId], [100, 101, 102, 103, 104]);
    assert.deepEqual([...slates.items.ratingCount], [0, 10, 20, Number.NaN, 40]);
    assert.deepEqual([...slates.items.likedRate], [Number.NaN, 0.5, 0.5, 0.5, 0.5]);
    assert.deepEqual(slates.items.title.slice(0, 2), ["", 'Movie, "1"']);
    assert.deepEqual(slates.items.popularityBucket.slice(2, 4), ["low", ""]);
    assert.deepEqual([...slates.users.likedRate], [0.25, Number.NaN]);
    assert.deepEqual([...slates.users.activitySpanDays], [30, 30]);
    assert.deepEqual(slates.clusters, ["Action", "Drama"]);
  });

  test("refuses rows out of order and a column that is not there", async () => {
    await assert.rejects(
      readSlates(
        await relationOf({ 0: { slate_position_seed: 2 }, 1: { slate_position_seed: 1 } }),
      ),
      /Slate user_10_seed, row 1: the seed position is 2 where 1 is next/,
    );
    await assert.rejects(
      readSlates(await relationOf({ 1: { slate_id: "user_7_seed" } })),
      /Slate user_10_seed begins a second time at row 3/,
    );
    const bare = await (await opened).table("bare", "SELECT 'a' AS slate_id");
    await assert.rejects(readSlates(bare), /spillover_cluster/);
  });
});

describe("readExperiment", () => {
  test("takes assignment and outcomes as they were", async () => {
    const e = await readExperiment(await relationOf());
    assert.deepEqual([[...e.focal], [...e.treated], e.probability], [[1, 4], [1, 0], 0.5]);
    assert.deepEqual([...e.clicks], [0, 1, 0, 1, 0]);
    assert.deepEqual([...e.withoutPromotion], [0.2, 0.2, 0.2, 0.2, 0.2]);
    assert.deepEqual([...e.lift], [0.25 - 0.2, 0.25 - 0.2, 0.25 - 0.2, 0, 0]);
    assert.deepEqual([...e.exposure.finalPosition], [2, 1, 3, 1, 2]);
  });

  test("refuses slates without one focal item, arms that differ, values that are missing, and no rows", async () => {
    const wrong = async (changes: Readonly<Record<number, Change>>, message: RegExp) =>
      assert.rejects(readExperiment(await relationOf(changes)), message);
    await wrong({ 1: { is_focal_item: 0 } }, /Slate user_10_seed has no focal item/);
    await wrong({ 3: { is_focal_item: 1 } }, /Slate user_9_seed has two focal items/);
    await wrong({ 2: { promotion_applied: 0 } }, /user_10_seed: promotion_applied differs/);
    await wrong(
      { 3: { simulated_click: null } },
      /exposure_mapping: simulated_click is missing in row 4/,
    );
    await wrong({ 0: { p_observed: null } }, /p_observed is missing in row 1/);
    await assert.rejects(readExperiment(await relationOf({}, 0)), /exposure_mapping has no rows/);
  });
});
