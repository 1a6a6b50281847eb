import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  additivityChecks,
  COMPONENTS,
  componentChecks,
  componentEffectRows,
  componentEffects,
  componentSlateTable,
  componentSummary,
  contrastEstimates,
  promotionExperiment,
  slateDecomposition,
  slateOutcomes,
} from "../../../lib/causal/spillover";
import { EFFECTS } from "../../../lib/causal/spillover/components";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  simulatedSlates,
  slatesOf,
  sum,
} from "./fixture";

const experiment = promotionExperiment(simulatedSlates(80));
/** a promotes its third item, a D, with a rival above and another item between; b and c are left alone. */
const small = experimentWith(
  slatesOf({ a: "DAD", b: "AA", c: "D" }),
  [2, 3, 5],
  [1, 0, 0],
  [0, 2, 3],
);

describe("componentSummary", () => {
  test("six rows: components and arms, null where there is none", () => {
    const rows = componentSummary(small);
    assertFinite(rows);
    assert.deepEqual(
      rows.map((row) => [row.accounting_component, row.promotion_applied, row.rows, row.slates]),
      [
        ["direct_focal", 0, 2, 2],
        ["direct_focal", 1, 1, 1],
        ["same_cluster_competitor", 0, 1, 1],
        ["same_cluster_competitor", 1, 1, 1],
        ["other_competitor", 0, 0, 0],
        ["other_competitor", 1, 1, 1],
      ],
    );
    assert.deepEqual([rows[1]!.mean_seed_position, rows[1]!.mean_final_position], [3, 1]);
    assert.deepEqual([rows[3]!.mean_seed_position, rows[3]!.mean_final_position], [1, 2]);
    assert.equal(rows[4]!.mean_known_lift, null);
    assertClose(Number(rows[5]!.mean_known_lift), small.lift[1]!);
  });
});

describe("componentSlateTable", () => {
  test("one row a slate, an absent component counts 0", () => {
    const [a, b, c] = componentSlateTable(small);
    assert.deepEqual(
      [a!.direct_focal_simulated_clicks, a!.same_cluster_competitor_simulated_clicks],
      [1, 1],
    );
    assert.equal(a!.other_competitor_item_count, 1);
    assertClose(Number(a!.other_competitor_known_lift), small.lift[1]!);
    assert.deepEqual(
      [b!.same_cluster_competitor_item_count, b!.other_competitor_item_count],
      [1, 0],
    );
    assert.deepEqual([c!.direct_focal_item_count, c!.other_competitor_expected_clicks], [1, 0]);
    assert.equal(a!.component_simulated_total, 2);
    assertFinite([a!, b!, c!]);
  });

  test("components add up to the slate, item counts to its size", () => {
    const rows = componentSlateTable(experiment);
    for (const [j, row] of rows.entries()) {
      const items = Object.keys(COMPONENTS).map((name) => Number(row[`${name}_item_count`]));
      assert.equal(sum(items), experiment.slates.starts[j + 1]! - experiment.slates.starts[j]!);
    }
    const checks = componentChecks(experiment);
    assert.deepEqual(columnOf(checks, "check"), [
      "simulated_clicks",
      "expected_clicks",
      "known_lift",
    ]);
    assert.equal(checks[0]!.max_abs_difference, 0);
    for (const { max_abs_difference } of checks) assertClose(Number(max_abs_difference), 0);
  });
});

describe("componentEffects", () => {
  const effects = componentEffects(experiment);

  test("direct and indirect parts add up to the total, for each outcome", () => {
    const rows = additivityChecks(effects);
    assert.deepEqual(columnOf(rows, "outcome_type"), ["observed", "expected", "known"]);
    for (const row of rows) {
      assertClose(Number(row.difference), 0);
      assertClose(Number(row.direct_plus_indirect), Number(row.direct) + Number(row.indirect));
      assertClose(Number(row.total), Number(row.direct_plus_indirect));
    }
    const sums = slateOutcomes(experiment);
    const promoted = sum(experiment.treated);
    assertClose(Number(rows[2]!.total), sum(sums.lift) / promoted);
    assertClose(Number(rows[2]!.direct), sum(sums.direct) / promoted);
  });

  test("per slate and per thousand, with both standard errors", () => {
    const rows = componentEffectRows(effects);
    assertFinite(rows);
    assert.equal(rows.length, 12);
    assert.deepEqual(columnOf(rows, "effect").slice(0, 4), Object.keys(EFFECTS));
    for (const row of rows) {
      const [value, se] = [Number(row.estimate_per_slate), Number(row.se)];
      assertClose(Number(row.per_1000_promoted_slates), 1000 * value, 1e-9);
      assertClose(Number(row.ci_low), value - 1.96 * se);
      assertClose(Number(row.ci_high_per_1000), 1000 * (value + 1.96 * se), 1e-9);
      assertClose(Number(row.treated_mean) - Number(row.control_mean), value);
      assert.ok(Number(row.robust_se) > 0);
    }
    // The totals are those of the five contrasts.
    const total = contrastEstimates(experiment, { outcomes: ["observed"] })[4]!.estimate;
    assertClose(Number(rows[3]!.robust_se), total.standardError!);
    assertClose(Number(rows[3]!.se), total.naiveStandardError!);
  });

  test("two slates have no standard error, and no interval of width 0", () => {
    const two = experimentWith(slatesOf({ a: "AD", b: "DD" }), [1, 3], [1, 0], [0, 1]);
    const [row] = componentEffectRows(componentEffects(two));
    assert.deepEqual(
      [row!.estimate_per_slate, row!.se, row!.robust_se, row!.ci_low, row!.ci_high_per_1000],
      [1, null, null, null, null],
    );
  });
});

describe("slateDecomposition", () => {
  test("mean known lift of each part of a promoted slate, relative to the direct one", () => {
    const rows = slateDecomposition(small);
    const [direct, same, other, net] = columnOf(rows, "mean_known_lift_per_promoted_slate").map(
      Number,
    );
    assertClose(direct, small.lift[2]!);
    assertClose(same, small.lift[0]!);
    assertClose(other, small.lift[1]!);
    assertClose(net, direct! + same! + other!);
    assert.equal(rows[0]!.share_of_direct, 1);
    assertClose(Number(rows[3]!.share_of_direct), net! / direct!);
  });

  test("is missing where nobody is promoted", () => {
    const nobody = experimentWith(slatesOf({ a: "AD", b: "DD" }), [1, 3], [0, 0]);
    const rows = slateDecomposition(nobody);
    assert.deepEqual(columnOf(rows, "mean_known_lift_per_promoted_slate"), [
      null,
      null,
      null,
      null,
    ]);
    assertFinite(rows, componentSummary(nobody), componentSlateTable(nobody));
  });
});
