import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  choiceClicks,
  logisticClicks,
  neighbouringPositions,
  slateScenarios,
} from "../../../lib/causal/spillover";
import { assertClose, columnOf, onRows, slatesOf } from "./fixture";

const slates = slatesOf({ a: "AB", b: "ABA" }, { title: ["p", "q", "x", "y", "z"] });

describe("one slate under every promotion", () => {
  const rows = slateScenarios(slates, "b");

  test("has a row for each item when nobody and when each item is promoted", () => {
    assert.deepEqual(columnOf(rows, "promoted_position"), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    assert.deepEqual(columnOf(rows.slice(0, 3), "item"), ["x", "y", "z"]);
    assert.deepEqual(columnOf(rows.slice(0, 3), "cluster"), ["A", "B", "A"]);
    assert.deepEqual(columnOf(rows, "final_position"), [1, 2, 3, 1, 2, 3, 2, 1, 3, 2, 3, 1]);
    assert.deepEqual(columnOf(rows.slice(9), "exposure_group"), [
      "same_cluster_spillover",
      "other_slate_spillover",
      "direct_promoted",
    ]);
    assert.deepEqual(columnOf(rows.slice(9), "visibility_before"), [1, 1 / Math.log2(3), 0.5]);
    assert.deepEqual(columnOf(rows.slice(9), "visibility_after"), [1 / Math.log2(3), 0.5, 1]);
  });

  test("changes nothing without a promotion, and follows the model with one", () => {
    for (const row of rows.slice(0, 3)) {
      assert.equal(row.click_after, row.click_before);
      assert.equal(row.exposure_group, "unchanged_non_focal");
    }
    const model = logisticClicks(slates);
    const after = model.probabilities(onRows(slates, 4));
    assert.deepEqual(columnOf(rows.slice(9), "click_after"), [...after.subarray(2)]);
  });

  test("takes another click model and another structure", () => {
    const model = choiceClicks(slates);
    const other = slateScenarios(slates, "b", {
      model,
      competition: neighbouringPositions(slates, 1),
    });
    assert.deepEqual(columnOf(other.slice(9), "exposure_group"), [
      "other_slate_spillover",
      "same_cluster_spillover",
      "direct_promoted",
    ]);
    assertClose(other[9]!.click_after as number, model.probabilities(onRows(slates, 4))[2]!);
  });

  test("needs a slate that is there", () => {
    assert.throws(() => slateScenarios(slates, "c"), /There is no slate c\. The first is a\./);
  });
});
