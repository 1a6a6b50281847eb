import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bootstrapRows,
  bootstrapSummary,
  CONTRASTS,
  clusterBootstrap,
  contrastEstimates,
  promotionExperiment,
} from "../../../lib/causal/spillover";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  simulatedSlates,
  slatesOf,
} from "./fixture";

const experiment = promotionExperiment(simulatedSlates(50, 400));

describe("clusterBootstrap", () => {
  const bootstraps = clusterBootstrap(experiment, { draws: 600 });

  test("centres on the estimate and spreads like the clustered standard error", () => {
    const estimates = contrastEstimates(experiment, { outcomes: ["observed"] });
    for (const [c, row] of bootstrapSummary(bootstraps).entries()) {
      const { value, standardError } = estimates[c]!.estimate;
      // Of 600 draws the mean has standard error se / 24, the standard deviation se / 35.
      assertClose(Number(row.bootstrap_mean), value!, 0.17 * standardError!);
      assertClose(Number(row.bootstrap_se) / standardError!, 1, 0.13);
      assertClose(Number(row.ci_low), value! - 1.96 * standardError!, 0.4 * standardError!);
      assertClose(Number(row.ci_high), value! + 1.96 * standardError!, 0.4 * standardError!);
    }
  });

  test("repeats with the seed; a contrast has the seed plus its number", () => {
    assert.deepEqual(clusterBootstrap(experiment, { draws: 600 }), bootstraps);
    const options = { draws: 20, seed: 5 };
    const five = clusterBootstrap(experiment, options);
    const third = clusterBootstrap(experiment, { draws: 20, seed: 7, contrasts: [CONTRASTS[2]!] });
    assert.deepEqual(third[0]!.estimates, five[2]!.estimates);
    assert.notDeepEqual(clusterBootstrap(experiment, { draws: 20, seed: 6 }), five);
  });

  test("takes whole slates: two slates give one difference or an empty arm", () => {
    const two = experimentWith(slatesOf({ a: "AD", b: "DD" }), [1, 3], [1, 0], [0, 1, 3]);
    const [total] = clusterBootstrap(two, { draws: 200, contrasts: [CONTRASTS[4]!] });
    assert.deepEqual(new Set(total!.estimates), new Set([2 - 1]));
    assert.equal(total!.estimates.length + total!.empty, 200);
    // Half of the draws take one slate twice; four standard deviations are 28.
    assertClose(total!.empty, 100, 28);
  });

  test("known lifts have less spread than clicks", () => {
    const [known] = clusterBootstrap(experiment, { draws: 50, outcome: "known" });
    assert.equal(known!.outcome, "known");
    const [se, clicks] = [known!, bootstraps[0]!].map((one) =>
      Number(bootstrapSummary([one])[0]!.bootstrap_se),
    );
    assert.ok(se! < clicks! / 4);
  });

  test("an empty arm, too few draws and an unknown outcome are errors", () => {
    const nobody = experimentWith(slatesOf({ a: "AD", b: "AA" }), [1, 2], [0, 0]);
    assert.throws(() => clusterBootstrap(nobody), /Direct focal effect: no row in promoted slates/);
    const everybody = experimentWith(slatesOf({ a: "AD", b: "AA" }), [1, 2], [1, 1]);
    assert.throws(() => clusterBootstrap(everybody), /no row in other slates/);
    for (const draws of [1, 2.5, Number.NaN]) {
      assert.throws(() => clusterBootstrap(experiment, { draws }), /2 draws or more/);
    }
    assert.throws(
      () => clusterBootstrap(experiment, { outcome: "none" as "known" }),
      /no outcome none/,
    );
  });
});

test("tables of draws and of their summary", () => {
  const bootstraps = [
    {
      contrast: CONTRASTS[0]!,
      outcome: "observed",
      estimates: Float64Array.of(4, 1, 2, 3),
      empty: 1,
    },
    { contrast: CONTRASTS[1]!, outcome: "observed", estimates: Float64Array.of(7), empty: 4 },
    { contrast: CONTRASTS[4]!, outcome: "observed", estimates: new Float64Array(0), empty: 5 },
  ] as const;
  assert.deepEqual(bootstrapRows(bootstraps).slice(3), [
    { contrast: "Direct focal effect", outcome: "observed", bootstrap_draw: 3, estimate: 3 },
    {
      contrast: "Same-cluster competitor effect",
      outcome: "observed",
      bootstrap_draw: 0,
      estimate: 7,
    },
  ]);
  const rows = bootstrapSummary(bootstraps);
  assertFinite(rows);
  assert.deepEqual(columnOf(rows, "draws"), [4, 1, 0]);
  assert.deepEqual(columnOf(rows, "bootstrap_mean"), [2.5, 7, null]);
  assertClose(Number(rows[0]!.bootstrap_se), Math.sqrt(5 / 3));
  assert.deepEqual(columnOf(rows, "bootstrap_se").slice(1), [null, null]);
  assertClose(Number(rows[0]!.ci_low), 1.075);
  assertClose(Number(rows[0]!.ci_high), 3.925);
  assert.deepEqual([rows[1]!.ci_low, rows[2]!.ci_low], [7, null]);
  assert.deepEqual(bootstraps[0].estimates, Float64Array.of(4, 1, 2, 3));
});
