import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  competitionOf,
  drawAssignment,
  itemSet,
  logisticClicks,
  misspecification,
  neighbouringPositions,
  promotionLift,
  sameCluster,
} from "../../../lib/causal/spillover";
import { assertClose, assertFinite, simulatedSlates, slatesOf, sum } from "./fixture";

describe("the analyst's structure against the truth's", () => {
  const slates = simulatedSlates(12, 90);
  const structures = [
    sameCluster(slates),
    neighbouringPositions(slates),
    competitionOf(slates, "nobody", () => false),
  ];
  const rows = misspecification(slates, structures, { seed: 4, draws: 3 });

  test("has a row for every pair, and no error where they agree", () => {
    assert.equal(rows.length, 9);
    for (const row of rows.filter(({ truth, analysis }) => truth === analysis)) {
      assert.equal(row.competitor_part_error, 0);
      assert.equal(row.other_part_error, 0);
      assert.equal(row.competitor_effect_error, row.truth === "nobody" ? null : 0);
      assert.equal(row.agreement, row.truth === "nobody" ? null : 1);
    }
    assertFinite(rows);
  });

  test("the focal item's part and the total do not depend on the analysis; parts add up", () => {
    for (const row of rows) {
      const right = rows.find(({ truth, analysis }) => truth === row.truth && analysis === truth)!;
      assertClose(row.direct, right.direct);
      assertClose(row.total, right.total);
      assertClose(row.direct + row.competitor_part + row.other_part, row.total);
      assertClose(row.competitor_part_error, -row.other_part_error);
      assertClose(row.competitor_part - right.competitor_part, row.competitor_part_error);
      assert.equal(row.true_competitor_effect, right.competitor_effect);
    }
  });

  test("effects are means over the draws of focal items", () => {
    const [truth, analysis] = [structures[0]!, structures[1]!];
    const model = logisticClicks(slates, { competition: truth });
    let [part, count] = [0, 0];
    for (const seed of [4, 5, 6]) {
      const { focal } = drawAssignment(slates, { seed });
      const lift = promotionLift({ slates, focal }, model);
      const rivals = itemSet({ slates, focal }, "same_cluster", { competition: analysis });
      part += sum(lift.map((value, i) => value * rivals[i]!));
      count += sum(rivals);
    }
    const row = rows.find((one) => one.truth === truth.name && one.analysis === analysis.name)!;
    assertClose(row.competitor_effect, part / count);
    assertClose(row.competitor_part, part / (3 * slates.count));
  });

  test("a wrong structure waters the competitors' loss down", () => {
    const wrong = rows.find(
      ({ truth, analysis }) =>
        truth === "same cluster" && analysis !== truth && analysis !== "nobody",
    )!;
    assert.ok(wrong.competitor_effect_error! > 0);
    assert.ok(wrong.true_competitor_effect! < wrong.competitor_effect!);
  });
});

test("agreement is the share of pairs in both among those in either", () => {
  const slates = slatesOf({ a: "AAB" });
  // Same cluster: (1, 2) both ways. At most 1 apart: (1, 2) and (2, 3) both ways.
  const rows = misspecification(slates, [sameCluster(slates), neighbouringPositions(slates, 1)], {
    seed: 1,
    minPosition: 2,
  });
  assert.deepEqual(
    rows.map(({ agreement }) => agreement),
    [1, 0.5, 0.5, 1],
  );
});
