import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { firstSlates, shortenedSlates } from "../../../lib/causal/spillover";
import { simulatedSlates, slatesOf } from "./fixture";

describe("fewer or shorter slates", () => {
  test("the first slates keep every value of theirs", () => {
    const slates = simulatedSlates(2, 20);
    const first = firstSlates(slates, 7);
    const rows = slates.starts[7]!;
    assert.equal(first.count, 7);
    assert.deepEqual(first.slateId, slates.slateId.slice(0, 7));
    for (const name of [
      "movieId",
      "relevance",
      "ratingCount",
      "meanRating",
      "likedRate",
    ] as const) {
      assert.deepEqual(first.items[name], slates.items[name].slice(0, rows), name);
    }
    assert.deepEqual(first.users.likedRate, slates.users.likedRate.slice(0, 7));
    assert.deepEqual(
      Array.from(first.items.cluster, (c) => first.clusters[c]),
      Array.from(slates.items.cluster.subarray(0, rows), (c) => slates.clusters[c]),
    );
  });

  test("more slates than there are give all", () => {
    const slates = simulatedSlates(2, 5);
    assert.deepEqual(firstSlates(slates, 9), slates);
  });

  test("slates are cut from below, and short ones stay", () => {
    const slates = slatesOf({ a: "ABCD", b: "AB" }, { movieId: [1, 2, 3, 4, 5, 6] });
    const short = shortenedSlates(slates, 3);
    assert.deepEqual([...short.starts], [0, 3, 5]);
    assert.deepEqual([...short.items.movieId], [1, 2, 3, 5, 6]);
    assert.deepEqual([...short.position], [1, 2, 3, 1, 2]);
    assert.deepEqual(short.clusters, ["A", "B", "C"]);
  });

  test("nothing left is an error", () => {
    const slates = slatesOf({ a: "AB" });
    assert.throws(() => firstSlates(slates, 0), /No row of the slates is left/);
    assert.throws(() => shortenedSlates(slates, 0), /No row of the slates is left/);
  });
});
