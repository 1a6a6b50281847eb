import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  competingShare,
  competitionStructures,
  sameCluster,
  structureTable,
} from "../../../lib/causal/spillover";
import { assertClose, simulatedSlates, slatesOf } from "./fixture";

const near = { similarity: (a: number, b: number) => -Math.abs(a - b) };

describe("ideas of who competes", () => {
  test("clusters, positions, and each likeness under its name", () => {
    const slates = slatesOf({ a: "AABCDE" }, { movieId: [10, 50, 11, 90, 20, 70] });
    const structures = competitionStructures(slates, { "near ids": near });
    assert.deepEqual(structureTable(slates, structures), [
      { structure: "same cluster", share_of_pairs: 1 / 15 },
      // 5 + 4 of 15 pairs.
      { structure: "positions at most 2 apart", share_of_pairs: 9 / 15 },
      { structure: "near ids", share_of_pairs: 1 / 15 },
    ]);
    // Movies 10 and 11, in places 0 and 2, are the nearest.
    const { pairs } = structures[2]!;
    assert.deepEqual(
      [...pairs.keys()].filter((k) => pairs[k] === 1),
      [0 * 6 + 2, 2 * 6 + 0],
    );
  });

  test("a likeness takes as many pairs as clusters do, without ties", () => {
    const slates = simulatedSlates(3, 60);
    // A number of its own for every pair.
    const similarity = (a: number, b: number) => Math.sin(Math.min(a, b) * 7919 + Math.max(a, b));
    const [, , similar] = competitionStructures(slates, { own: { similarity } });
    const share = competingShare(sameCluster(slates), slates);
    assertClose(competingShare(similar!, slates), share, 0.005);
  });

  test("of pairs that are known alone, the same share of those", () => {
    const slates = slatesOf({ a: "AABB" }, { movieId: [1, 2, 3, 4] });
    // Movie 4 is not known: 3 pairs are, a third of all pairs shares a cluster.
    const similarity = (a: number, b: number) => (Math.max(a, b) === 4 ? null : a + b);
    const [, , similar] = competitionStructures(slates, { some: { similarity } });
    assertClose(competingShare(similar!, slates), 1 / 6);
  });

  test("without a likeness there are two; clusters without a pair give a likeness nothing to match", () => {
    const slates = slatesOf({ a: "ABC" });
    assert.equal(competitionStructures(slates, {}).length, 2);
    assert.throws(() => competitionStructures(slates, { near }), /share is in \(0, 1\), not 0/);
    assert.throws(
      () => competitionStructures(slatesOf({ a: "AAA" }), { near }),
      /share is in \(0, 1\), not 1/,
    );
  });
});
