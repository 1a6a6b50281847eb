import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  heterogeneity,
  type Oracle,
  oracleOf,
  policyTargeting,
  promotionExperiment,
  slatesFromRows,
} from "../../../lib/causal/spillover";
import type { Row } from "../../../lib/loaders/rows";
import { assertClose, assertFinite, columnOf, experimentWith, simulatedSlates } from "./fixture";

function oracleWith(lift: readonly number[]): Oracle {
  const control = new Float64Array(lift.length).fill(2);
  return {
    control,
    promoted: control.map((clicks, j) => clicks + lift[j]!),
    lift: Float64Array.from(lift),
  };
}

describe("policies on eight slates", () => {
  // Sorted: -3, -2, -1, -1, 0, 1, 1, 2. The median is -0.5, the 75 % quantile lies at 5.25: 1.
  const predicted = Float64Array.of(1, -1, 2, -3, 1, 0, -2, -1);
  const oracle = oracleWith([-1, 2, -3, 4, -5, -6, 7, 0]);
  const rows = policyTargeting(predicted, oracle);
  const of = (policy: string): Row => rows.find((row) => row.policy === policy)!;

  test("are seven, promoting nobody first", () => {
    assert.deepEqual(columnOf(rows, "policy"), [
      "Promote none",
      "Promote all eligible slates",
      "Promote top 50% by predicted net lift",
      "Promote top 25% by predicted net lift",
      "Promote only predicted-positive slates",
      "Oracle top 25% benchmark",
      "Oracle: promote where it pays",
    ]);
  });

  test("promoting none is worth exactly 0 and has no means", () => {
    assert.deepEqual(of("Promote none"), {
      policy: "Promote none",
      selected_slates: 0,
      coverage: 0,
      mean_predicted_lift: null,
      mean_oracle_lift: null,
      oracle_clicks_per_1000_selected: null,
      oracle_clicks_per_1000_eligible: 0,
    });
  });

  test("promoting all has the mean of the oracle", () => {
    assert.deepEqual(of("Promote all eligible slates"), {
      policy: "Promote all eligible slates",
      selected_slates: 8,
      coverage: 1,
      mean_predicted_lift: -3 / 8,
      mean_oracle_lift: -2 / 8,
      oracle_clicks_per_1000_selected: -250,
      oracle_clicks_per_1000_eligible: -250,
    });
  });

  test("the top half are the slates at or above the median: 1, 2, 1, 0", () => {
    const row = of("Promote top 50% by predicted net lift");
    assert.equal(row.selected_slates, 4);
    assert.equal(row.mean_predicted_lift, 1);
    // Slates 1, 3, 5, 6: -1 - 3 - 5 - 6.
    assert.equal(row.oracle_clicks_per_1000_selected, -3750);
    assert.equal(row.oracle_clicks_per_1000_eligible, -1875);
  });

  test("ties at the threshold are all in: a quarter of eight becomes three", () => {
    const row = of("Promote top 25% by predicted net lift");
    assert.equal(row.selected_slates, 3);
    assert.equal(row.coverage, 3 / 8);
    assert.equal(row.oracle_clicks_per_1000_selected, -3000);
    assert.equal(row.oracle_clicks_per_1000_eligible, -1125);
  });

  test("a prediction of exactly 0 is not positive", () => {
    assert.equal(of("Promote only predicted-positive slates").selected_slates, 3);
  });

  test("the oracle promotes where it pays: 2, 4 and 7, and nothing is worth more", () => {
    const row = of("Oracle: promote where it pays");
    assert.equal(row.selected_slates, 3);
    assert.equal(row.oracle_clicks_per_1000_eligible, (1000 * 13) / 8);
    for (const { oracle_clicks_per_1000_eligible: value } of rows) {
      assert.ok(Number(value) <= (1000 * 13) / 8);
    }
    assert.equal(of("Oracle top 25% benchmark").mean_oracle_lift, 11 / 2);
  });

  test("where no slate wins, the oracle promotes nobody", () => {
    const rule = policyTargeting(predicted, oracleWith([-1, -2, -3, -4, -5, -6, -7, -8]))[6]!;
    assert.equal(rule.selected_slates, 0);
    assert.equal(rule.oracle_clicks_per_1000_eligible, 0);
  });
});

/** Slates of 12 items, one for each pair of a focal position and a number of rivals; rivals stand last. */
function slatesWith(
  cases: readonly { focal: number; rivals: number; ratings?: number; cluster?: string }[],
) {
  const rows = cases.flatMap(({ focal, rivals, ratings = Number.NaN, cluster = "A" }, j) => {
    let left = rivals;
    const letters = Array.from({ length: 12 }, () => "z");
    letters[focal - 1] = cluster;
    for (let k = 11; k >= 0 && left > 0; k--) {
      if (k === focal - 1) continue;
      letters[k] = cluster;
      left--;
    }
    return letters.map((letter) => ({ id: `s${j}`, cluster: letter, ratings }));
  });
  const slates = slatesFromRows({
    slateId: rows.map(({ id }) => id),
    cluster: rows.map(({ cluster }) => cluster),
    relevance: rows.map(() => 4),
    userRatings: rows.map(({ ratings }) => ratings),
  });
  const focal = cases.map((one, j) => 12 * j + one.focal - 1);
  return experimentWith(
    slates,
    focal,
    cases.map((_, j) => j % 2),
  );
}

const segmentOf = (rows: readonly Row[], segment: string) =>
  Object.fromEntries(
    rows.filter((row) => row.segment === segment).map(({ value, slates }) => [value, slates]),
  );

describe("segments", () => {
  test("of rivals are 0, 1-2, 3-5, 6 and more; of displaced items 4, 5-7, 8 and more", () => {
    // Forty slates of each of the ends of every cut.
    const ends = [
      { rivals: 0, focal: 5 },
      { rivals: 1, focal: 6 },
      { rivals: 2, focal: 8 },
      { rivals: 3, focal: 9 },
      { rivals: 5, focal: 12 },
      { rivals: 6, focal: 10 },
      { rivals: 11, focal: 7 },
    ];
    const experiment = slatesWith(ends.flatMap((one) => Array.from({ length: 40 }, () => one)));
    const rows = heterogeneity(experiment, new Float64Array(280), oracleOf(experiment));
    assert.deepEqual(segmentOf(rows, "same_cluster_competitors"), {
      "0": 40,
      "1_2": 80,
      "3_5": 80,
      "6_plus": 80,
    });
    // Displaced items are the focal position less 1: 4 | 5, 7, 6 | 8, 11, 9.
    assert.deepEqual(segmentOf(rows, "displaced_candidates"), {
      "4_or_fewer": 40,
      "5_to_7": 120,
      "8_plus": 120,
    });
    assert.deepEqual(segmentOf(rows, "focal_position_bucket"), {
      positions_5_6: 80,
      positions_7_9: 120,
      positions_10_12: 80,
    });
  });

  test("have the mean of the oracle and of the predictions, the worst first", () => {
    const cases = [
      ...Array.from({ length: 30 }, () => ({ focal: 5, rivals: 0 })),
      ...Array.from({ length: 30 }, () => ({ focal: 12, rivals: 0 })),
    ];
    const experiment = slatesWith(cases);
    const lift = cases.map(({ focal }, j) => (focal === 5 ? (j % 3) - 1.5 : -4));
    const predicted = Float64Array.from(cases, (_, j) => j);
    const rows = heterogeneity(experiment, predicted, oracleWith(lift)).filter(
      ({ segment }) => segment === "displaced_candidates",
    );
    assert.deepEqual(rows, [
      {
        segment: "displaced_candidates",
        value: "8_plus",
        slates: 30,
        mean_true_lift: -4,
        mean_predicted_lift: 44.5,
        share_positive_true_lift: 0,
      },
      {
        segment: "displaced_candidates",
        value: "4_or_fewer",
        slates: 30,
        mean_true_lift: -0.5,
        mean_predicted_lift: 14.5,
        share_positive_true_lift: 1 / 3,
      },
    ]);
  });

  test("are left out below 30 slates, clusters of the focal item below 60", () => {
    const many = (count: number, cluster: string, focal: number) =>
      Array.from({ length: count }, () => ({ focal, rivals: 0, cluster }));
    const experiment = slatesWith([
      ...many(60, "Action", 5),
      ...many(59, "Comedy", 7),
      ...many(30, "Drama", 12),
      ...many(29, "Western", 6),
    ]);
    const rows = heterogeneity(experiment, new Float64Array(178), oracleOf(experiment));
    assert.deepEqual(segmentOf(rows, "focal_cluster"), { Action: 60 });
    assert.deepEqual(segmentOf(rows, "focal_position_bucket"), {
      positions_5_6: 89,
      positions_7_9: 59,
      positions_10_12: 30,
    });
    const smaller = slatesWith([...many(60, "A", 5), ...many(29, "A", 12)]);
    const few = heterogeneity(smaller, new Float64Array(89), oracleOf(smaller));
    assert.deepEqual(segmentOf(few, "focal_position_bucket"), { positions_5_6: 60 });
  });

  test("of activity are quarters of equal size, ties by the order of slates, missing counts last", () => {
    // 160 slates: ten have no count, all others rated 7 movies but the last 20, who rated one.
    const ratings = Array.from({ length: 160 }, (_, j) => (j < 10 ? Number.NaN : j < 140 ? 7 : 1));
    const experiment = slatesWith(
      ratings.map((count) => ({ focal: 5, rivals: 0, ratings: count })),
    );
    const number = Float64Array.from(ratings.keys());
    const rows = heterogeneity(experiment, number, oracleOf(experiment)).filter(
      ({ segment }) => segment === "user_activity",
    );
    const means = new Map(rows.map((row) => [row.value, Number(row.mean_predicted_lift)]));
    assert.deepEqual([...new Set(columnOf(rows, "slates"))], [40]);
    const meanOf = (...ranges: readonly (readonly [from: number, to: number])[]) => {
      const own = ranges.flatMap(([from, to]) =>
        Array.from({ length: to - from }, (_, k) => from + k),
      );
      assert.equal(own.length, 40);
      return own.reduce((sum, j) => sum + j, 0) / 40;
    };
    assertClose(means.get("lowest_activity"), meanOf([140, 160], [10, 30]));
    assertClose(means.get("low_mid_activity"), meanOf([30, 70]));
    assertClose(means.get("high_mid_activity"), meanOf([70, 110]));
    assertClose(means.get("highest_activity"), meanOf([110, 140], [0, 10]));
  });

  test("a segment without a slate is no row, and nothing is NaN, in data however small", () => {
    for (const count of [1, 3, 40, 120]) {
      const experiment = promotionExperiment(simulatedSlates(7, count), { seed: 1 });
      const oracle = oracleOf(experiment);
      const rows = heterogeneity(experiment, oracle.lift, oracle);
      assert.ok(rows.length > 0, `${count} slates have segments`);
      assert.ok(rows.every(({ slates }) => Number(slates) > 0));
      assertFinite(rows, policyTargeting(oracle.lift, oracle));
    }
  });
});
