import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  clusterRisk,
  componentEffects,
  type ProductNumbers,
  positionBucket,
  positionRisk,
  productNumbers,
  productSummary,
  promotionExperiment,
  recommendations,
  slateOutcomes,
} from "../../../lib/causal/spillover";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  simulatedSlates,
  slatesOf,
  sum,
} from "./fixture";

const experiment = promotionExperiment(simulatedSlates(95));

/** The numbers of the published course. */
const PUBLISHED: ProductNumbers = {
  focal: 171.6152,
  sameCluster: -145.3905,
  other: -334.0459,
  total: -307.8212,
  totalRange: [-413.2036, -202.4388],
  offsetRatio: -2.7937,
};

describe("productNumbers", () => {
  test("are observed effects per 1,000 promoted slates", () => {
    const effects = componentEffects(experiment);
    const numbers = productNumbers(effects);
    assertClose(numbers.focal, 1000 * effects[0]!.estimate.value!);
    const total = effects[3]!.estimate;
    assertClose(numbers.total, 1000 * total.value!);
    assertClose(numbers.totalRange![0], 1000 * total.lower!);
    assertClose(numbers.totalRange![1], 1000 * total.upper!);
    assertClose(numbers.focal + numbers.sameCluster + numbers.other, numbers.total, 1e-9);
    assertClose(
      numbers.offsetRatio,
      (numbers.sameCluster + numbers.other) / Math.abs(numbers.focal),
    );
  });

  test("have no ratio to a focal effect of 0", () => {
    const still = experimentWith(slatesOf({ a: "AD", b: "DD" }), [1, 3], [1, 0], [0]);
    const numbers = productNumbers(componentEffects(still));
    assert.deepEqual([numbers.focal, numbers.offsetRatio], [0, null]);
    assertFinite(productSummary(numbers), recommendations(numbers));
  });
});

test("productSummary says what was won and lost", () => {
  const rows = productSummary(PUBLISHED);
  const { totalRange: _, ...values } = PUBLISHED;
  assert.deepEqual(columnOf(rows, "value"), Object.values(values));
  assert.match(String(rows[0]!.interpretation), /won by the promoted items/);
  for (const row of rows.slice(1, 4)) assert.match(String(row.interpretation), /Clicks lost/);
});

test("position buckets are closed on the right", () => {
  const buckets = [4, 5, 6, 7, 9, 10, 12, 13].map(positionBucket);
  assert.deepEqual(buckets, [
    "positions_1_4",
    "positions_5_6",
    "positions_5_6",
    "positions_7_9",
    "positions_7_9",
    "positions_10_12",
    "positions_10_12",
    "positions_13_on",
  ]);
});

describe("risk tables", () => {
  test("by position: promoted slates, in the order of positions", () => {
    const rows = positionRisk(experiment);
    assertFinite(rows);
    assert.deepEqual(columnOf(rows, "position_bucket"), [
      "positions_5_6",
      "positions_7_9",
      "positions_10_12",
    ]);
    const sizes = columnOf(rows, "promoted_slates").map(Number);
    assert.equal(sum(sizes), sum(experiment.treated));
    const total = sum(rows.map((row, b) => sizes[b]! * Number(row.mean_total_lift)));
    assertClose(total, sum(slateOutcomes(experiment).lift), 1e-9);
    for (const row of rows) {
      const parts = ["mean_direct_lift", "mean_same_cluster_lift", "mean_other_lift"];
      assertClose(sum(parts.map((name) => Number(row[name]))), Number(row.mean_total_lift));
    }
  });

  test("by cluster: large ones, the worst first", () => {
    const rows = clusterRisk(experiment, { minSlates: 10 });
    assertFinite(rows);
    const totals = columnOf(rows, "mean_total_lift").map(Number);
    assert.deepEqual(
      totals,
      [...totals].sort((a, b) => a - b),
    );
    assert.ok(rows.length >= 3 && columnOf(rows, "promoted_slates").every((n) => Number(n) >= 10));
    assert.ok(clusterRisk(experiment).length < rows.length);
    assert.equal(
      sum(columnOf(clusterRisk(experiment, { minSlates: 1 }), "promoted_slates").map(Number)),
      sum(experiment.treated),
    );
  });

  test("nobody promoted: no rows", () => {
    const nobody = experimentWith(slatesOf({ a: "AD" }), [1], [0]);
    assert.deepEqual([positionRisk(nobody), clusterRisk(nobody, { minSlates: 1 })], [[], []]);
  });
});

describe("recommendations", () => {
  const said = (numbers: Partial<ProductNumbers>) =>
    columnOf(recommendations({ ...PUBLISHED, ...numbers }), "recommendation").map(String);

  test("of the published numbers: do not promote, competitors lose more", () => {
    const rows = recommendations(PUBLISHED);
    assert.deepEqual(columnOf(rows, "area"), [
      "Item-level reporting",
      "Slate-level metric",
      "Spillover monitoring",
      "Policy design",
    ]);
    const [item, slate, spillover, policy] = said({});
    assert.match(item!, /its sign is not that of what the slate wins/);
    assert.match(slate!, /should not go out/);
    assert.match(spillover!, /lose more than the promoted item wins/);
    assert.match(policy!, /Restrict promotion/);
    assert.match(String(rows[0]!.evidence), /Focal 172 clicks per 1,000 .*, total -308 clicks/);
    assert.match(String(rows[2]!.evidence), /lose 479, the focal item wins 172/);
  });

  test("turn round with the signs", () => {
    const [item, slate, spillover, policy] = said({
      sameCluster: -20,
      other: -50,
      total: 101.6,
      totalRange: [20, 183],
    });
    assert.match(item!, /has the sign of the slate's/);
    assert.match(slate!, /pays/);
    assert.match(spillover!, /does not outweigh/);
    assert.match(policy!, /Begin with slates/);
  });

  test("say nothing of a total whose interval holds 0 or is missing, nor call a loss of the promoted item a win", () => {
    for (const totalRange of [[-9, 40], [-40, 9], null] as const) {
      const [, slate, , policy] = said({ total: 15, totalRange });
      assert.match(slate!, /it is open whether this promotion pays/);
      assert.match(policy!, /only once an experiment shows a gain/);
    }
    const [, , spillover] = said({ focal: -5, sameCluster: -20, other: -50, total: -75 });
    assert.match(spillover!, /they lose, and so does the promoted item/);
    const rows = recommendations({ ...PUBLISHED, focal: 10, sameCluster: 5, other: 5, total: 20 });
    assert.match(String(rows[2]!.evidence), /Competitors win 10, the focal item wins 10/);
  });
});
