import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  clickModels,
  drawAssignment,
  knownEffects,
  knownTotal,
  logisticClicks,
  modelComparison,
  neighbouringPositions,
  promotionLift,
} from "../../../lib/causal/spillover";
import { assertClose, columnOf, simulatedSlates, slatesOf, sum } from "./fixture";

/** Every item has 4 stars and nothing else is known: context -2.75 + 0.78 / 2. */
const click = (visibility: number, more = 0) =>
  1 / (1 + Math.exp(-(-2.36 + 1.15 * visibility + more)));
const second = 1 / Math.log2(3);

describe("what a promotion truly does", () => {
  test("on two slates by hand", () => {
    const slates = slatesOf({ a: "AAB", b: "AB" });
    // Second item of either slate: in a it passes a rival, in b an item of another cluster.
    const focal = Int32Array.of(1, 4);
    const direct = 2 * (click(1, 0.2) - click(second));
    const rival = click(second, -0.08 - 0.24 - 0.1) - click(1);
    const others = click(0.5, -0.08) - click(0.5) + (click(second, -0.08 - 0.1) - click(1));
    const known = knownEffects({ slates, focal }, logisticClicks(slates));
    assertClose(known.direct, direct / 2);
    assertClose(known.sameCluster, rival / 2);
    assertClose(known.other, others / 2);
    assertClose(known.total, (direct + rival + others) / 2);
    assertClose(knownTotal({ slates, focal }), known.total, 0);
    assertClose(promotionLift({ slates, focal }, logisticClicks(slates))[0], rival);
  });

  test("parts add up to the total under every click model and structure", () => {
    const slates = simulatedSlates(5, 80);
    const { focal } = drawAssignment(slates, { seed: 3 });
    for (const model of clickModels(slates)) {
      const lift = sum(promotionLift({ slates, focal }, model)) / slates.count;
      for (const competition of [undefined, neighbouringPositions(slates)]) {
        const { direct, sameCluster, other, total } = knownEffects(
          { slates, focal },
          model,
          competition,
        );
        assertClose(direct + sameCluster + other, total, 1e-12);
        assertClose(total, lift, 1e-12);
      }
    }
  });

  test("another structure moves losses between parts and leaves the focal item's part", () => {
    const slates = slatesOf({ a: "AAB" });
    const known = (reach?: number) =>
      knownEffects(
        { slates, focal: Int32Array.of(2) },
        logisticClicks(slates),
        reach === undefined ? undefined : neighbouringPositions(slates, reach),
      );
    assert.equal(known().sameCluster, 0);
    assert.equal(known(2).other, 0);
    assert.equal(known(2).direct, known().direct);
    assertClose(known(2).sameCluster, known().other);
  });
});

describe("click models of the comparison", () => {
  const slates = simulatedSlates(6, 60);
  const { focal } = drawAssignment(slates, { seed: 4 });
  const models = clickModels(slates);
  const rows = modelComparison({ slates, focal }, models);

  test("expect the same clicks without promotion", () => {
    assert.deepEqual(columnOf(rows, "click_model"), [
      "logistic with penalties",
      "logistic without penalties",
      "cascade",
      "nested choice",
      "multinomial choice",
    ]);
    const clicks = columnOf(rows, "clicks_without_promotion") as number[];
    for (const value of clicks) assertClose(value, clicks[0]!, 1e-8);
  });

  test("differ in what promotion does, and each row's parts add up", () => {
    for (const row of rows) {
      const parts = (row.direct as number) + (row.same_cluster as number) + (row.other as number);
      assertClose(parts, row.total as number);
      assert.ok((row.direct as number) > 0, `${row.click_model} promotes`);
    }
    assert.equal(new Set(columnOf(rows, "total")).size, 5);
    // Penalties only take away.
    assert.ok((rows[0]!.total as number) < (rows[1]!.total as number));
  });
});
