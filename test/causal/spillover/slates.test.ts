import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { slateSize, slateSums, slatesFromRows } from "../../../lib/causal/spillover";
import { slatesOf } from "./fixture";

describe("slatesFromRows", () => {
  test("numbers slates, positions and clusters of slates that differ in size", () => {
    const slates = slatesFromRows({
      slateId: ["b", "b", "b", "a", "c", "c"],
      cluster: ["War", "Drama", "War", "Drama", "Action", "Drama"],
      relevance: [5, 4, 3, 4.5, 1, 2],
      movieId: [10, 20, 30, 10, 20, 40],
      userId: [7, 7, 7, 8, 9, 9],
      userLikedRate: [0.5, 0.5, 0.5, Number.NaN, 0.25, 0.25],
    });
    assert.deepEqual([slates.count, slates.rows], [3, 6]);
    assert.deepEqual(slates.slateId, ["b", "a", "c"]);
    assert.deepEqual([...slates.starts], [0, 3, 4, 6]);
    assert.deepEqual([...slates.slateOf], [0, 0, 0, 1, 2, 2]);
    assert.deepEqual([...slates.position], [1, 2, 3, 1, 1, 2]);
    assert.deepEqual(slates.clusters, ["Action", "Drama", "War"]);
    assert.deepEqual([...slates.items.cluster], [2, 1, 2, 1, 0, 1]);
    assert.deepEqual([...slates.users.userId], [7, 8, 9]);
    assert.deepEqual([...slates.users.likedRate], [0.5, Number.NaN, 0.25]);
    assert.deepEqual(
      [0, 1, 2].map((j) => slateSize(slates, j)),
      [3, 1, 2],
    );
  });

  test("takes what is not given as missing", () => {
    const { items, users } = slatesOf({ a: "DA" });
    assert.deepEqual([...items.movieId], [1, 2]);
    assert.deepEqual(items.title, ["", ""]);
    assert.deepEqual(items.popularityBucket, ["", ""]);
    assert.deepEqual([...items.ratingCount, ...items.likedRate], Array(4).fill(Number.NaN));
    assert.deepEqual([...users.ratings, ...users.activitySpanDays], [Number.NaN, Number.NaN]);
  });

  test("no rows are no slates", () => {
    const slates = slatesFromRows({ slateId: [], cluster: [], relevance: [] });
    assert.deepEqual([slates.count, slates.rows, [...slates.starts]], [0, 0, [0]]);
  });

  test("refuses rows out of order, a slate that comes twice, and what is no number", () => {
    const three = { a: "DD", b: "D" };
    assert.throws(
      () => slatesOf(three, { position: [2, 1, 1] }),
      /Slate a, row 1: the seed position is 2 where 1 is next\. Sort rows/,
    );
    assert.throws(
      () => slatesOf(three, { position: [1, 2, 2] }),
      /Slate b, row 3: .* is 2 where 1/,
    );
    assert.throws(() => slatesOf(three, { position: [1, Number.NaN, 1] }), /row 2: .* is NaN/);
    assert.throws(
      () => slatesOf(three, { slateId: ["a", "b", "a"] }),
      /Slate a begins a second time at row 3/,
    );
    assert.throws(
      () => slatesOf(three, { relevance: [4, Number.NaN, 4] }),
      /Slate a, row 2: the relevance is no number/,
    );
    assert.throws(
      () => slatesOf(three, { ratingCount: [4, Number.NaN, -2] }),
      /Slate b, row 3: -2 ratings is no count/,
    );
    assert.throws(
      () => slatesOf(three, { movieId: [1, 2] }),
      /movieId has 2 values, slateId has 3/,
    );
  });
});

test("slateSums adds a column up within each slate", () => {
  const slates = slatesOf({ a: "DDA", b: "D", c: "AA" });
  assert.deepEqual([...slateSums(slates, [1, 2, 3, 10, 0.5, 0.25])], [6, 10, 0.75]);
});
