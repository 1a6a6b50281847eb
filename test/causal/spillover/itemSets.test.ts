import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ITEM_SETS,
  type ItemSet,
  itemSet,
  neighbouringPositions,
  promotionExperiment,
} from "../../../lib/causal/spillover";
import { simulatedSlates, slatesOf } from "./fixture";

// Focal are the fifth item of a, a D, and the first of b.
const slates = slatesOf({ a: "DADDDAD", b: "AA" });
const given = { slates, focal: Int32Array.of(4, 7) };
const text = (set: ItemSet, options = {}) => itemSet(given, set, options).join("");

describe("itemSet", () => {
  test("holds the rows that its words say", () => {
    assert.equal(text("focal"), "000010010");
    assert.equal(text("non_focal"), "111101101");
    assert.equal(text("same_cluster"), "101100101");
    assert.equal(text("other_cluster"), "010001000");
    assert.equal(text("displaced"), "111100000");
    assert.equal(text("same_cluster_displaced"), "101100000");
    assert.equal(text("near_displaced"), "011100000");
    assert.equal(text("near_displaced", { nearWindow: 1 }), "000100000");
    assert.equal(text("near_displaced", { nearWindow: 0 }), "000000000");
    assert.equal(text("all"), "111111111");
  });

  test("rivals are those of the competition that is given", () => {
    const competition = neighbouringPositions(slates, 1);
    assert.equal(text("same_cluster", { competition }), "000101001");
    assert.equal(text("other_cluster", { competition }), "111000100");
    assert.equal(text("same_cluster_displaced", { competition }), "000100000");
  });

  test("focal, rivals and others make up the slate, whatever the arms", () => {
    const experiment = promotionExperiment(simulatedSlates(30, 50));
    const [focal, same, other, near, displaced, nonFocal] = (
      [
        "focal",
        "same_cluster",
        "other_cluster",
        "near_displaced",
        "displaced",
        "non_focal",
      ] as const
    ).map((set) => itemSet(experiment, set));
    for (let i = 0; i < experiment.slates.rows; i++) {
      assert.equal(focal![i]! + same![i]! + other![i]!, 1);
      assert.equal(same![i]! + other![i]!, nonFocal![i]);
      assert.ok(near![i]! <= displaced![i]! && displaced![i]! <= nonFocal![i]!);
    }
    assert.equal(Object.keys(ITEM_SETS).length, 8);
  });

  test("refuses what is no set, no window, or the competition of other slates", () => {
    assert.throws(
      () => text("toString" as ItemSet),
      /no item set toString\. There are focal, non_focal/,
    );
    assert.throws(() => text("near_displaced", { nearWindow: -1 }), /nearWindow is 0 or more/);
    const competition = neighbouringPositions(slatesOf({ a: "DD" }));
    assert.throws(() => text("same_cluster", { competition }), /made for other slates/);
  });
});
