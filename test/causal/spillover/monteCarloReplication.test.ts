import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  drawAssignment,
  focalRows,
  itemSet,
  knownEffects,
  logisticClicks,
  promotionLift,
} from "../../../lib/causal/spillover";
import {
  STUDIED_NAMES,
  type StudiedName,
} from "../../../lib/causal/spillover/monteCarloEstimators";
import { monteCarloReplication } from "../../../lib/causal/spillover/monteCarloReplication";
import { monteCarloWorld } from "../../../lib/causal/spillover/monteCarloWorld";
import { random } from "../../../lib/stats";
import { assertClose, simulatedSlates, sum } from "./fixture";

const slates = simulatedSlates(15, 120);
const shared = { slates, seed: 31 };
const values = monteCarloReplication(4, shared);

function studied(name: StudiedName, from = values) {
  const k = 5 * STUDIED_NAMES.indexOf(name);
  const [truth, value, standardError, lower, upper] = from.subarray(k, k + 5);
  return {
    truth: truth!,
    value: value!,
    standardError: standardError!,
    lower: lower!,
    upper: upper!,
  };
}

describe("one replication", () => {
  // The focal items that it draws.
  const { focal, treated } = drawAssignment(slates, {
    seed: random(31)
      .fork("replication")
      .fork(4)
      .integer(2 ** 31),
  });
  const model = logisticClicks(slates);
  const known = knownEffects({ slates, focal }, model);
  const lift = promotionLift({ slates, focal }, model);

  test("has five numbers for each estimator, finite but for the test without a standard error", () => {
    assert.equal(values.length, 5 * STUDIED_NAMES.length);
    for (const name of STUDIED_NAMES) {
      const { standardError, ...rest } = studied(name);
      for (const number of Object.values(rest)) assert.ok(Number.isFinite(number), name);
      assert.equal(Number.isNaN(standardError), name === "totalRandomization", name);
      assert.ok(rest.lower <= rest.value && rest.value <= rest.upper, name);
    }
  });

  test("depends on its number and the seed alone", () => {
    assert.deepEqual(monteCarloReplication(4, { ...shared }), values);
    assert.notDeepEqual(monteCarloReplication(5, shared), values);
    assert.notDeepEqual(monteCarloReplication(4, { slates, seed: 32 }), values);
  });

  test("truths are the known effects of its focal items", () => {
    for (const name of STUDIED_NAMES.filter((one) => one.startsWith("total"))) {
      assertClose(studied(name).truth, known.total, 1e-12);
    }
    assertClose(studied("direct").truth, known.direct, 1e-12);
    const meanOn = (set: "same_cluster" | "displaced" | "non_focal") => {
      const rows = itemSet({ slates, focal }, set);
      return sum(lift.map((value, i) => value * rows[i]!)) / sum(rows);
    };
    for (const name of ["rivals", "rivalsNaive", "wrongRivals"] as const) {
      assertClose(studied(name).truth, meanOn("same_cluster"), 1e-12);
    }
    assertClose(studied("displaced").truth, meanOn("displaced"), 1e-12);
    for (const name of [
      "others",
      "othersNaive",
      "othersExpected",
      "othersExpectedNaive",
    ] as const) {
      assertClose(studied(name).truth, meanOn("non_focal"), 1e-12);
    }
    const rivals = itemSet({ slates, focal }, "same_cluster");
    const perSlate = slates.slateId.map((_, j) => {
      const own = [...rivals.keys()].filter((i) => rivals[i] === 1 && slates.slateOf[i] === j);
      return own.length === 0 ? null : sum(own.map((i) => lift[i]!)) / own.length;
    });
    const there = perSlate.filter((value) => value !== null);
    assertClose(studied("rivalsSlates").truth, sum(there as number[]) / there.length, 1e-12);
    const world = monteCarloWorld(slates, 31);
    assert.equal(studied("directHajek").truth, world.directEffect);
    assert.equal(studied("rivalsHajek").truth, world.rivalEffect);
    assert.equal(studied("groupIndirect").truth, world.twoStage.truth.indirect);
  });

  test("probabilities as outcomes: the difference of rows by hand", () => {
    const observed = model.probabilities(focalRows(slates, focal, treated));
    const others = itemSet({ slates, focal }, "non_focal");
    const meanOf = (arm: number) => {
      const own = [...others.keys()].filter(
        (i) => others[i] === 1 && treated[slates.slateOf[i]!] === arm,
      );
      return sum(own.map((i) => observed[i]!)) / own.length;
    };
    assertClose(studied("othersExpected").value, meanOf(1) - meanOf(0), 1e-12);
    assert.equal(studied("othersExpectedNaive").value, studied("othersExpected").value);
    assert.notEqual(
      studied("othersExpectedNaive").standardError,
      studied("othersExpected").standardError,
    );
    const { value, standardError, upper } = studied("othersNaive");
    assertClose((upper - value) / standardError, 1.959964, 1e-6);
  });
});
