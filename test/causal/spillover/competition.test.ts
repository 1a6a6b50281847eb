import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Competition,
  competingShare,
  competitionOf,
  neighbouringPositions,
  type Slates,
  sameCluster,
  similarItems,
} from "../../../lib/causal/spillover";
import { chosenCompetition } from "../../../lib/causal/spillover/competition";
import { slatesOf } from "./fixture";

/** One text a slate, rows of its square parted by blanks. */
function squares({ pairs, starts }: Competition, slates: Slates): string[] {
  return slates.slateId.map((_, j) => {
    const n = slates.starts[j + 1]! - slates.starts[j]!;
    return Array.from({ length: n }, (_, a) =>
      pairs.subarray(starts[j]! + a * n, starts[j]! + (a + 1) * n).join(""),
    ).join(" ");
  });
}

describe("who competes", () => {
  test("items of the same cluster", () => {
    const slates = slatesOf({ a: "DAD", b: "DD", c: "A" });
    const competition = sameCluster(slates);
    assert.deepEqual(squares(competition, slates), ["001 000 100", "01 10", "0"]);
    assert.equal(competingShare(competition, slates), 4 / 8);
    assert.equal(sameCluster(slates), competition);
  });

  test("neighbours", () => {
    const slates = slatesOf({ a: "DADA", b: "D" });
    assert.deepEqual(squares(neighbouringPositions(slates, 1), slates), [
      "0100 1010 0101 0010",
      "0",
    ]);
    assert.deepEqual(squares(neighbouringPositions(slates), slates), ["0110 1011 1101 0110", "0"]);
    assert.throws(() => neighbouringPositions(slates, -1), /reach is 0 or more positions, not -1/);
    assert.throws(() => neighbouringPositions(slates, Number.NaN), /not NaN/);
  });

  test("any rule, which need not be the same both ways", () => {
    const slates = slatesOf({ a: "DAD" });
    const above = competitionOf(slates, "above", (promoted, other) => other < promoted);
    assert.deepEqual(squares(above, slates), ["000 100 110"]);
    assert.equal(above.name, "above");
  });

  test("nobody, in slates of one item", () => {
    const slates = slatesOf({ a: "D", b: "D" });
    assert.equal(competingShare(sameCluster(slates), slates), 0);
  });
});

describe("similar items", () => {
  // Movies 1, 2, 3 and 4, 5. Similarity of (1, 2) is .9, of (1, 3) .5, of (2, 3) .1, of (4, 5) not known.
  const slates = slatesOf({ a: "DDD", b: "DD" });
  const table: Record<string, number> = { "1 2": 0.9, "1 3": 0.5, "2 3": 0.1 };
  const similarity = (a: number, b: number) => table[`${Math.min(a, b)} ${Math.max(a, b)}`] ?? null;

  test("the given share of known pairs competes, both ways", () => {
    const one = similarItems(slates, { name: "tags", similarity, share: 0.34 });
    assert.deepEqual(squares(one, slates), ["010 100 000", "00 00"]);
    const two = similarItems(slates, { name: "tags", similarity, share: 0.67 });
    assert.deepEqual(squares(two, slates), ["011 100 100", "00 00"]);
  });

  test("a share out of range and slates without a known pair are errors", () => {
    for (const share of [0, 1, Number.NaN]) {
      assert.throws(
        () => similarItems(slates, { name: "tags", similarity, share }),
        /share is in \(0, 1\)/,
      );
    }
    assert.throws(
      () => similarItems(slates, { name: "tags", similarity: () => null, share: 0.5 }),
      /tags: no two items of a slate have a known similarity/,
    );
  });
});

test("a structure of other slates is refused", () => {
  const slates = slatesOf({ a: "DD", b: "DDD" });
  const given = neighbouringPositions(slates);
  assert.equal(chosenCompetition(slates, given), given);
  assert.equal(chosenCompetition(slates), sameCluster(slates));
  const swapped = slatesOf({ a: "DDD", b: "DD" });
  assert.throws(() => chosenCompetition(swapped, given), /positions at most 2 apart.*other slates/);
  assert.throws(() => chosenCompetition(slatesOf({ a: "DD" }), given), /made for other slates/);
});
