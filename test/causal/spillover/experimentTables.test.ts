import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assignmentBalance,
  assignmentSummary,
  assignmentTable,
  clusterExposure,
  exposureReadiness,
  exposureSummary,
  focalFeatures,
  focalPositions,
  outcomeSummary,
  positionChanges,
  promotionExperiment,
  slateSummary,
} from "../../../lib/causal/spillover";
import {
  engagement,
  isHighlyRelevant,
  visibilityGain,
} from "../../../lib/causal/spillover/experimentTables";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  mean,
  simulatedSlates,
  slatesOf,
  sum,
} from "./fixture";

/** Slate a promotes its third item, a D; slate b could have promoted its second, an A; slate c promotes its only item. */
const slates = slatesOf(
  { a: "DADD", b: "DA", c: "A" },
  {
    relevance: [5, 4, 4.5, 3, 2, 3.5, 4],
    movieId: [1, 2, 3, 4, 1, 2, 9],
    userId: [7, 7, 7, 7, 8, 8, Number.NaN],
    userRatings: [20, 20, 20, 20, 40, 40, Number.NaN],
  },
);
const experiment = experimentWith(slates, [2, 5, 6], [1, 0, 1], [0, 2, 5]);
const simulated = promotionExperiment(simulatedSlates(60));

test("slates in numbers; an unknown user is nobody", () => {
  assert.deepEqual(
    slateSummary(slates).map(({ metric, value }) => [metric, value]),
    [
      ["rows", 7],
      ["unique_slates", 3],
      ["unique_users", 2],
      ["unique_movies", 5],
      ["min_slate_size", 1],
      ["max_slate_size", 4],
      ["spillover_clusters", 2],
    ],
  );
  assert.deepEqual(columnOf(slateSummary(slatesOf({})), "value"), [0, 0, 0, 0, 0, 0, 0]);
});

describe("who was assigned to what", () => {
  test("one row a slate", () => {
    const rows = assignmentTable(experiment);
    assert.deepEqual(rows[0], {
      slate_id: "a",
      userId: 7,
      focal_movieId: 3,
      focal_title: "",
      focal_spillover_cluster: "D",
      focal_seed_position: 3,
      focal_observed_relevance: 4.5,
      focal_high_relevance: 1,
      promotion_probability: 0.5,
      promotion_applied: 1,
      assignment_arm: "promote_focal_item",
    });
    assert.deepEqual(columnOf(rows, "assignment_arm").slice(1), [
      "leave_slate_unchanged",
      "promote_focal_item",
    ]);
    assert.deepEqual(columnOf(rows, "userId"), [7, 8, null]);
  });

  test("arms and positions in numbers", () => {
    assert.deepEqual(columnOf(assignmentSummary(experiment), "value"), [3, 2, 1, 2 / 3, 2]);
    assert.deepEqual(focalPositions(experiment), [
      { focal_seed_position: 1, control: 0, promoted: 1 },
      { focal_seed_position: 2, control: 1, promoted: 0 },
      { focal_seed_position: 3, control: 0, promoted: 1 },
    ]);
    assert.deepEqual([3.5, 4, 5].map(isHighlyRelevant), [0, 1, 1]);
  });

  test("balance compares what was known before the draw", () => {
    const rows = assignmentBalance(experiment);
    assertFinite(rows);
    const of = (feature: string) => rows.find((row) => row.feature === feature)!;
    assert.deepEqual(
      [of("focal_seed_position").control_mean, of("focal_seed_position").promoted_mean],
      [2, 2],
    );
    assert.equal(of("focal_observed_relevance").difference, 4.25 - 3.5);
    // The user of c is unknown: 20 against 40.
    assert.equal(of("n_ratings").difference, -20);
    // No item has a count.
    assert.equal(of("sample_rating_count").difference, null);
    assert.deepEqual(columnOf(rows, "feature"), Object.keys(focalFeatures(experiment)));
    for (const row of assignmentBalance(simulated)) {
      if (row.smd !== null) assertClose(Number(row.smd), 0, 4 * Math.sqrt(4 / 300));
    }
  });
});

describe("who was exposed to what", () => {
  test("one row a group that occurs, the largest first", () => {
    const rows = exposureSummary(experiment);
    assert.deepEqual(
      rows.map((row) => [row.exposure_group, row.rows, row.slates]),
      [
        ["direct_promoted", 2, 2],
        ["same_cluster_spillover", 2, 1],
        ["focal_control", 1, 1],
        ["other_slate_spillover", 1, 1],
        ["unchanged_non_focal", 1, 1],
      ],
    );
    const same = rows[1]!;
    assert.deepEqual([same.mean_seed_position, same.mean_final_position], [2.5, 3]);
    assertClose(Number(same.mean_visibility_gain), (1 / Math.log2(3) - 1) / 2);
    assert.deepEqual([same.mean_relevance, same.row_share, same.slate_share], [4, 2 / 7, 1 / 3]);
    assertClose(visibilityGain(experiment)[2], 0.5);
    assert.equal(
      sum(exposureSummary(simulated).map((row) => Number(row.row_share))).toFixed(12),
      "1.000000000000",
    );
  });

  test("by cluster of the focal item: slates, not rows", () => {
    assert.deepEqual(clusterExposure(experiment), [
      {
        focal_spillover_cluster: "D",
        randomized_slates: 1,
        promoted_slates: 1,
        direct_rows: 1,
        same_cluster_spillover_rows: 2,
        same_slate_spillover_rows: 3,
        mean_focal_relevance: 4.5,
        same_cluster_share_of_spillover: 2 / 3,
      },
      {
        focal_spillover_cluster: "A",
        randomized_slates: 2,
        promoted_slates: 1,
        direct_rows: 1,
        same_cluster_spillover_rows: 0,
        same_slate_spillover_rows: 0,
        mean_focal_relevance: 3.75,
        same_cluster_share_of_spillover: null,
      },
    ]);
    const rows = clusterExposure(simulated);
    assert.equal(sum(columnOf(rows, "randomized_slates").map(Number)), 300);
    assert.equal(sum(columnOf(rows, "promoted_slates").map(Number)), sum(simulated.treated));
  });

  test("position changes, one row a row, groups in their order", () => {
    assert.deepEqual(
      positionChanges(experiment).map((row) => [row.exposure_group, row.position_change]),
      [
        ["direct_promoted", -2],
        ["direct_promoted", 0],
        ["focal_control", 0],
        ["same_cluster_spillover", 1],
        ["same_cluster_spillover", 0],
        ["other_slate_spillover", 1],
        ["unchanged_non_focal", 0],
      ],
    );
  });

  test("readiness: the published checks", () => {
    const rows = exposureReadiness(experiment);
    assert.deepEqual(
      rows.slice(0, 7).map((row) => [row.check, row.value]),
      [
        ["complete_seed_slates_loaded", 3],
        ["promotion_probability", 0.5],
        ["observed_promotion_rate", 2 / 3],
        ["direct_treatment_rows", 2],
        ["same_slate_spillover_rows", 3],
        ["same_cluster_spillover_rows", 2],
        ["invalid_final_position_slates", 0],
      ],
    );
    assert.equal(rows[7]!.check, "mean_promoted_slate_known_lift");
    assertClose(Number(rows[7]!.value), sum(experiment.lift) / 2);
    assert.equal(rows.length, 8);
  });
});

test("outcomes by group, the largest lift first", () => {
  const rows = outcomeSummary(experiment);
  assert.equal(rows[0]!.exposure_group, "direct_promoted");
  assert.equal(rows[4]!.exposure_group, "same_cluster_spillover");
  assertClose(Number(rows[0]!.mean_known_lift), (experiment.lift[2]! + experiment.lift[6]!) / 2);
  assert.equal(rows[0]!.click_rate, 0.5);
  assertClose(Number(rows[0]!.mean_engagement), (1 + 0.15 * 4.5) / 2);
  // Published: click on an item of 5 stars is 1.75.
  for (const [i, score] of [1.75, 0, 1.675, 0, 0, 1.525, 0].entries()) {
    assertClose(engagement(experiment)[i], score);
  }
  for (const row of outcomeSummary(simulated)) {
    const { mean_p_observed: p, mean_p_no_promotion: p0, mean_known_lift: lift } = row;
    assertClose(Number(p) - Number(p0), Number(lift));
    if (row.exposure_group === "unchanged_non_focal") assert.equal(lift, 0);
  }
});

test("nobody and everybody promoted: tables have no NaN", () => {
  for (const arms of [
    [0, 0, 0],
    [1, 1, 1],
  ]) {
    const e = experimentWith(slates, [2, 5, 6], arms);
    const tables = [
      assignmentTable(e),
      assignmentSummary(e),
      assignmentBalance(e),
      exposureSummary(e),
      clusterExposure(e),
      outcomeSummary(e),
      exposureReadiness(e),
      focalPositions(e),
    ];
    assertFinite(...tables);
    const last = exposureReadiness(e)[7]!.value;
    if (arms[0] === 0) assert.equal(last, null);
    else assertClose(Number(last), mean(e.lift) * (7 / 3));
  }
});
