import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  cascadeClicks,
  oracleCheck,
  oracleOf,
  promotionExperiment,
} from "../../../lib/causal/spillover";
import {
  assertClose,
  columnOf,
  experimentWith,
  mean,
  simulatedSlates,
  slatesOf,
  sum,
} from "./fixture";

const click = (visibility: number, more = 0) =>
  1 / (1 + Math.exp(-(-2.36 + 1.15 * visibility + more)));

describe("the oracle", () => {
  test("on a slate of two by hand", () => {
    const slates = slatesOf({ a: "AB" });
    const { promoted, control, lift } = oracleOf({ slates, focal: Int32Array.of(1) });
    const second = 1 / Math.log2(3);
    assertClose(control[0], click(1) + click(second));
    assertClose(promoted[0], click(1, 0.2) + click(second, -0.18));
    assertClose(lift[0], promoted[0]! - control[0]!);
  });

  test("equals the recorded lift of promoted slates, and knows it for the others", () => {
    const experiment = promotionExperiment(simulatedSlates(3, 120), { seed: 5 });
    const oracle = oracleOf(experiment);
    const check = oracleCheck(oracle, experiment);
    assert.deepEqual(columnOf(check, "metric"), [
      "mean_true_promote_lift",
      "median_true_promote_lift",
      "share_positive",
      "max_abs_difference_to_recorded",
    ]);
    const [average, median, positive, worst] = columnOf(check, "value") as number[];
    assertClose(average, mean(oracle.lift));
    const sorted = [...oracle.lift].sort((a, b) => a - b);
    assertClose(median, (sorted[59]! + sorted[60]!) / 2);
    assertClose(positive, sorted.filter((lift) => lift > 0).length / 120);
    assert.ok(worst! < 1e-12, `${worst}`);
    const without = experiment.slates.slateOf.reduce(
      (total, j, i) => total + (experiment.treated[j] === 0 ? experiment.withoutPromotion[i]! : 0),
      0,
    );
    assertClose(sum(oracle.control.filter((_, j) => experiment.treated[j] === 0)), without, 1e-9);
  });

  test("under another model, and with a record that it contradicts", () => {
    const slates = slatesOf({ a: "AB", b: "BA", c: "AA" });
    const experiment = experimentWith(slates, [1, 3, 4], [1, 0, 1]);
    const oracle = oracleOf(experiment, cascadeClicks(slates));
    const [, median, , worst] = columnOf(oracleCheck(oracle, experiment), "value") as number[];
    assert.equal(median, [...oracle.lift].sort((a, b) => a - b)[1]);
    const published = oracleOf(experiment);
    const off = [0, 2].map((j) => Math.abs(oracle.lift[j]! - published.lift[j]!));
    assertClose(worst, Math.max(...off));
  });
});
