import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  promotionExperiment,
  slateOutcomeSummary,
  slateOutcomes,
  slateOutcomeTable,
} from "../../../lib/causal/spillover";
import {
  assertClose,
  assertFinite,
  experimentWith,
  simulatedSlates,
  slatesOf,
  sum,
} from "./fixture";

const experiment = promotionExperiment(simulatedSlates(31));

describe("slateOutcomes", () => {
  test("parts of the lift add up to it, and control slates have none", () => {
    const { lift, direct, sameCluster, other, expected, withoutPromotion } =
      slateOutcomes(experiment);
    for (let j = 0; j < lift.length; j++) {
      assertClose(direct[j]! + sameCluster[j]! + other[j]!, lift[j]!);
      assertClose(expected[j]! - withoutPromotion[j]!, lift[j]!);
      if (experiment.treated[j] === 0) {
        assert.equal(Math.abs(lift[j]!) + Math.abs(direct[j]!) + Math.abs(other[j]!), 0);
      }
    }
  });

  test("adds up the rows of each part", () => {
    // a promotes its second item, a D; the rival is the third.
    const e = experimentWith(slatesOf({ a: "ADD", b: "DD" }), [1, 4], [1, 0], [0, 1, 4]);
    const sums = slateOutcomes(e);
    assert.deepEqual([...sums.clicks], [2, 1]);
    assertClose(sums.direct[0], e.lift[1]!);
    assertClose(sums.sameCluster[0], e.lift[2]!);
    assertClose(sums.other[0], e.lift[0]!);
    assert.ok(sums.direct[0]! > 0 && sums.sameCluster[0]! < 0 && sums.other[0]! < 0);
  });
});

describe("tables", () => {
  test("one row a slate in the columns of the published file", () => {
    const rows = slateOutcomeTable(experiment);
    assert.equal(rows.length, experiment.slates.count);
    assert.deepEqual(Object.keys(rows[0]!), [
      "slate_id",
      "userId",
      "assignment_arm",
      "promotion_applied",
      "focal_movieId",
      "focal_spillover_cluster",
      "focal_seed_position",
      "focal_observed_relevance",
      "focal_high_relevance",
      "total_simulated_clicks",
      "total_expected_clicks",
      "total_expected_clicks_no_promotion",
      "total_known_probability_lift",
      "direct_expected_lift",
      "same_cluster_spillover_expected_lift",
      "other_spillover_expected_lift",
    ]);
    assertFinite(rows);
    assertClose(sum(rows.map((row) => Number(row.total_simulated_clicks))), sum(experiment.clicks));
    const unknown = slateOutcomeTable(experimentWith(slatesOf({ a: "AD" }), [1], [0]));
    assert.equal(unknown[0]!.userId, null);
  });

  test("one row an arm with means of its slates", () => {
    const rows = slateOutcomeSummary(experiment);
    const sums = slateOutcomes(experiment);
    assert.deepEqual(
      rows.map((row) => row.assignment_arm),
      ["leave_slate_unchanged", "promote_focal_item"],
    );
    for (const [arm, row] of rows.entries()) {
      const own = Array.from(sums.clicks).filter((_, j) => experiment.treated[j] === arm);
      assert.equal(row.slates, own.length);
      assertClose(Number(row.total_simulated_clicks), sum(own) / own.length);
    }
    assert.equal(rows[0]!.total_known_probability_lift, 0);
    assert.ok(Number(rows[1]!.direct_expected_lift) > 0);
    assert.ok(Number(rows[1]!.other_spillover_expected_lift) < 0);
  });

  test("an arm without slates has no means", () => {
    const rows = slateOutcomeSummary(
      experimentWith(slatesOf({ a: "AD", b: "AA" }), [1, 2], [0, 0]),
    );
    assertFinite(rows);
    assert.deepEqual(
      [rows[0]!.slates, rows[1]!.slates, rows[1]!.total_expected_clicks],
      [2, 0, null],
    );
  });
});
