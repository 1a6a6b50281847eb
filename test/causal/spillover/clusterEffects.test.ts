import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  clusterEffectRows,
  clusterEffects,
  itemSet,
  promotionExperiment,
  slateContrast,
} from "../../../lib/causal/spillover";
import { assertFinite, columnOf, simulatedSlates } from "./fixture";

const experiment = promotionExperiment(simulatedSlates(70, 400));
const { slates, focal, treated, clicks } = experiment;

describe("clusterEffects", () => {
  test("are the contrasts among slates whose focal item is of the cluster", () => {
    const found = clusterEffects(experiment, { minRows: 12 });
    assert.ok(found.length >= 8, `${found.length}`);
    for (const { effect, cluster, estimate } of found) {
      const own = itemSet(experiment, effect).map((is, i) =>
        slates.clusters[slates.items.cluster[focal[slates.slateOf[i]!]!]!] === cluster ? is : 0,
      );
      const expected = slateContrast(
        { slates, treated, outcome: clicks, rows: own },
        { estimand: `${effect} effect on clicks, focal items in ${cluster}`, z: 1.96 },
      );
      assert.deepEqual(estimate, expected);
      assert.ok(estimate.treatedRows >= 12 && estimate.controlRows >= 12);
    }
  });

  test("effects apart, the smallest estimate first", () => {
    const found = clusterEffects(experiment, { minRows: 5 });
    const effects = found.map(({ effect }) => effect);
    assert.deepEqual(effects, [...effects].sort());
    for (const effect of ["focal", "same_cluster"]) {
      const values = found.filter((one) => one.effect === effect).map((one) => one.estimate.value!);
      assert.deepEqual(
        values,
        [...values].sort((a, b) => a - b),
      );
    }
    const large = clusterEffects(experiment);
    assert.ok(large.length > 0 && large.length < found.length);
    for (const { estimate } of large)
      assert.ok(estimate.treatedRows >= 30 && estimate.controlRows >= 30);
    assert.deepEqual(clusterEffects(experiment, { minRows: 1e6 }), []);
    const displaced = clusterEffects(experiment, { effects: ["displaced"] });
    assert.deepEqual(new Set(displaced.map(({ effect }) => effect)), new Set(["displaced"]));
  });

  test("minRows below 1 is an error", () => {
    for (const minRows of [0, Number.NaN]) {
      assert.throws(() => clusterEffects(experiment, { minRows }), /minRows is 1 or more/);
    }
  });
});

test("rows have the adjusted p-values in their order", () => {
  const effects = clusterEffects(experiment);
  const rows = clusterEffectRows(effects, (p) => p.map((one) => Math.min(1, one * p.length)));
  assertFinite(rows);
  for (const [i, row] of rows.entries()) {
    assert.equal(row.p_value_adjusted, Math.min(1, effects[i]!.estimate.pValue! * effects.length));
    assert.equal(row.estimate, effects[i]!.estimate.value);
  }
  assert.deepEqual(new Set(columnOf(rows, "effect_type")), new Set(["direct", "same_cluster"]));
  const [one] = effects;
  const unknown = { ...one!, estimate: { ...one!.estimate, pValue: null } };
  const [row] = clusterEffectRows([unknown], (p) => p);
  assert.deepEqual([row!.p_value, row!.p_value_adjusted], [null, 1]);
});
