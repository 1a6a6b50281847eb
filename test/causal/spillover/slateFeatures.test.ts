import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  covariates,
  popularityScore,
  promotionExperiment,
  slateFeatures,
  slatesFromRows,
  TREATMENT,
} from "../../../lib/causal/spillover";
import { featureColumn } from "../../../lib/stats/features";
import { assertClose, experimentWith, mean, simulatedSlates, slatesOf } from "./fixture";

/** Slate j of 18 has 12 items, all of cluster j but the first, which is of cluster j + 1. */
function eighteenClusters() {
  const rows = Array.from({ length: 18 * 12 }, (_, i) => {
    const j = Math.floor(i / 12);
    return { id: `user_${j}`, cluster: `c${(i % 12 === 0 ? j + 1 : j) % 18}` };
  });
  return slatesFromRows({
    slateId: rows.map(({ id }) => id),
    cluster: rows.map(({ cluster }) => cluster),
    relevance: rows.map((_, i) => 3 + (i % 5) / 2),
    popularityBucket: rows.map((_, i) => (i % 2 === 0 ? "low" : "very_high")),
  });
}

describe("features of slates", () => {
  const slates = eighteenClusters();
  const focal = Array.from({ length: 18 }, (_, j) => 12 * j + 4 + (j % 8));
  const treated = focal.map((_, j) => j % 2);
  const x = slateFeatures(experimentWith(slates, focal, treated));

  test("are 51 columns when 18 clusters occur: 25 numbers and 26 indicators", () => {
    assert.equal(x.rows, 18);
    assert.equal(x.names.length, 51);
    const indicators = x.names.filter((name) =>
      /^focal_(cluster|popularity|positions)_/.test(name),
    );
    assert.equal(indicators.length, 18 + 5 + 3);
    assert.equal(x.names[0], TREATMENT);
    assert.deepEqual([...featureColumn(x, TREATMENT)], treated);
    assert.deepEqual(covariates(x), x.names.slice(1));
  });

  test("indicators are 1 where they say so", () => {
    const of = (name: string) => [...featureColumn(x, name)];
    assert.deepEqual(
      of("focal_cluster_c3"),
      focal.map((_, j) => (j === 3 ? 1 : 0)),
    );
    assert.deepEqual(
      of("focal_popularity_low"),
      focal.map((row) => (row % 2 === 0 ? 1 : 0)),
    );
    assert.deepEqual(
      of("focal_positions_5_6"),
      focal.map((_, j) => (j % 8 < 2 ? 1 : 0)),
    );
    assert.deepEqual(
      of("focal_positions_10_12"),
      focal.map((_, j) => (j % 8 >= 5 ? 1 : 0)),
    );
    const buckets = ["5_6", "7_9", "10_12"].map((name) => of(`focal_positions_${name}`));
    focal.forEach((_, j) => {
      assert.equal(
        buckets.reduce((sum, bucket) => sum + bucket[j]!, 0),
        1,
      );
    });
  });

  test("counts and shares of rivals and displaced items", () => {
    const position = focal.map((row) => (row % 12) + 1);
    const of = (name: string) => [...featureColumn(x, name)];
    assert.deepEqual(of("same_cluster_competitor_count"), new Array(18).fill(10));
    assert.deepEqual(
      of("displaced_candidate_count"),
      position.map((k) => k - 1),
    );
    assert.deepEqual(
      of("same_cluster_displaced_count"),
      position.map((k) => k - 2),
    );
    assert.deepEqual(of("same_cluster_share"), new Array(18).fill(10 / 11));
    assert.deepEqual(
      of("displaced_share"),
      position.map((k) => (k - 1) / 11),
    );
    assert.deepEqual(of("focal_seed_position"), position);
  });

  test("mean visibility is constant for slates of equal size", () => {
    for (const value of featureColumn(x, "slate_mean_baseline_visibility")) {
      assertClose(value, 0.424395, 5e-7);
    }
  });
});

test("values of a slate by hand; logarithms are of 1 + x", () => {
  const slates = slatesOf(
    { a: "AAB", b: "AB" },
    {
      relevance: [5, 4, 3, 2, 5],
      ratingCount: [9, 99, 0, 5, 5],
      likedRate: [0.5, Number.NaN, 0.7, 0.1, 0.3],
      userRatings: [20, 20, 20, 3, 3],
      userActivitySpanDays: [-1, -1, -1, 6, 6],
    },
  );
  const x = slateFeatures(experimentWith(slates, [1, 4], [1, 0]));
  const of = (name: string) => featureColumn(x, name);
  assertClose(of("slate_mean_relevance")[0], 4);
  assertClose(of("slate_std_relevance")[0], 1);
  assertClose(of("slate_std_relevance")[1], Math.sqrt(4.5));
  assertClose(of("slate_high_relevance_rate")[0], 2 / 3);
  // The mean of the items that are known.
  assertClose(of("slate_mean_sample_liked_rate")[0], 0.6);
  assertClose(of("slate_mean_log_popularity_z")[1], mean(popularityScore(slates).slice(3)));
  assertClose(of("log_focal_sample_rating_count")[0], Math.log(100));
  assertClose(of("focal_log_item_popularity_z")[0], popularityScore(slates)[1]!);
  assert.deepEqual([...of("focal_observed_relevance")], [4, 5]);
  assert.deepEqual([...of("focal_high_relevance")], [1, 1]);
  // In a slate of two the denominator is 1: the number of other items.
  assert.deepEqual([...of("same_cluster_share")], [0.5, 0]);
  assert.deepEqual([...of("displaced_share")], [0.5, 1]);
  assertClose(of("log_user_n_ratings")[0], Math.log(21));
  assert.deepEqual([...of("log_activity_span_days")], [0, Math.log(7)]);
});

describe("what is missing", () => {
  test("is replaced by the median of its column, or 0 in a column without a value", () => {
    const slates = slatesOf(
      { a: "AB", b: "AB", c: "AB", d: "AB" },
      {
        userMeanRating: [1, 1, Number.NaN, Number.NaN, 3, 3, 4, 4],
        likedRate: [0.1, 0.2, 0.1, 0.3, 0.1, Number.NaN, 0.1, 0.9],
      },
    );
    const x = slateFeatures(experimentWith(slates, [1, 3, 5, 7], [0, 1, 0, 1]));
    assert.deepEqual([...featureColumn(x, "mean_rating")], [1, 3, 3, 4]);
    assert.deepEqual([...featureColumn(x, "focal_sample_liked_rate")], [0.2, 0.3, 0.3, 0.9]);
    assert.deepEqual([...featureColumn(x, "active_years")], [0, 0, 0, 0]);
  });

  test("a slate of one item has no rivals, nobody above, and the median's spread", () => {
    const slates = slatesOf({ a: "A", b: "AA", c: "AB" }, { relevance: [4, 3, 5, 2, 2] });
    const x = slateFeatures(experimentWith(slates, [0, 2, 3], [1, 0, 0]));
    assert.deepEqual([...featureColumn(x, "same_cluster_share")], [0, 1, 0]);
    assert.deepEqual([...featureColumn(x, "displaced_share")], [0, 1, 0]);
    assertClose(featureColumn(x, "slate_std_relevance")[0], Math.SQRT2 / 2);
    assert.ok(x.values.every(Number.isFinite));
  });

  test("no feature is missing or infinite on slates of many sizes", () => {
    const x = slateFeatures(promotionExperiment(simulatedSlates(9), { seed: 1 }));
    assert.ok(x.values.every(Number.isFinite));
    assert.equal(x.names.length, 25 + 6 + 5 + 3);
  });
});
