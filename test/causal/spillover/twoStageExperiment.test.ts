import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  APART,
  REACHES,
  runTwoStage,
  type TwoStageWorld,
  twoStageRows,
  twoStageWorld,
} from "../../../lib/causal/spillover";
import { attentionOf, marketProbability } from "../../../lib/causal/spillover/market";
import { random } from "../../../lib/stats";
import { assertClose, assertFinite, columnOf, mean } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const strong = { ...APART, name: "strong", groups: -0.6 };

/** Mean clicks of promoted, of other and of all slates, over all assignments of one saturation to every group. */
function bruteForce({ market, reach }: TwoStageWorld, saturation: number) {
  const { slates, group, groups } = market;
  const perGroup = Array.from({ length: groups }, (_, g) => {
    const members = [...group.keys()].filter((j) => group[j] === g);
    const wanted = Math.round(saturation * members.length);
    const sums = { promoted: 0, other: 0, all: 0 };
    let assignments = 0;
    for (let set = 0; set < 2 ** members.length; set++) {
      const patterns = new Uint8Array(slates.count);
      members.forEach((j, k) => {
        patterns[j] = (set >> k) & 1;
      });
      const own = members.filter((j) => patterns[j] === 1);
      if (own.length !== wanted) continue;
      const attention = attentionOf(market, reach, patterns);
      const clicks = (j: number) => {
        let total = 0;
        for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) {
          total += marketProbability(market, attention, patterns, i, j);
        }
        return total;
      };
      sums.promoted += mean(own.map(clicks));
      sums.other += mean(members.filter((j) => patterns[j] === 0).map(clicks));
      sums.all += mean(members.map(clicks));
      assignments++;
    }
    return [sums.promoted, sums.other, sums.all].map((sum) => sum / assignments);
  });
  const [promoted, other, all] = [0, 1, 2].map((k) => mean(perGroup.map((values) => values[k]!)));
  return { promoted: promoted!, other: other!, all: all! };
}

describe("a two-stage experiment", () => {
  test("true effects are those of all assignments, listed", () => {
    // Groups of 5 and 4 slates.
    const world = twoStageWorld(twelveItemSlates(2, 13), {
      seed: 3,
      groupSize: 4,
      saturations: [0.25, 0.7],
      reach: strong,
    });
    assert.equal(world.market.groups, 3);
    const [low, high] = [bruteForce(world, 0.25), bruteForce(world, 0.7)];
    assertClose(world.truth.direct, high.promoted - high.other, 1e-10);
    assertClose(world.truth.indirect, high.other - low.other, 1e-10);
    assertClose(world.truth.total, high.promoted - low.other, 1e-10);
    assertClose(world.truth.overall, high.all - low.all, 1e-10);
  });

  test("total is direct plus indirect; without reach nothing is indirect", () => {
    const slates = twelveItemSlates(2, 40);
    const { truth } = twoStageWorld(slates, { seed: 1 });
    assertClose(truth.total, truth.direct + truth.indirect);
    assert.ok(truth.indirect < 0);
    assert.equal(twoStageWorld(slates, { seed: 1, reach: APART }).truth.indirect, 0);
  });

  test("estimates are unbiased over replications", () => {
    const world = twoStageWorld(twelveItemSlates(5, 64), { seed: 2, groupSize: 8, reach: strong });
    const runs = Array.from({ length: 4000 }, (_, r) => runTwoStage(world, random(8).fork(r)));
    for (const effect of ["direct", "indirect", "total", "overall"] as const) {
      const values = runs.map((run) => run[effect].value!);
      const average = mean(values);
      const error = Math.sqrt(mean(values.map((value) => (value - average) ** 2)) / values.length);
      assertClose(average, world.truth[effect], 4 * error);
      // Where the group has seen most already, one's own promotion changes little.
      if (effect !== "direct") assert.ok(error < Math.abs(world.truth[effect]) / 10, effect);
    }
  });

  test("rows hold one experiment beside the truth", () => {
    const world = twoStageWorld(twelveItemSlates(5, 80), { seed: 2 });
    const rows = twoStageRows(world, 4);
    assert.deepEqual(columnOf(rows, "effect"), ["direct", "indirect", "total", "overall"]);
    assert.deepEqual(
      columnOf(rows, "truth"),
      (["direct", "indirect", "total", "overall"] as const).map((effect) => world.truth[effect]),
    );
    const { direct } = runTwoStage(world, random(4).fork("two stages"));
    assert.equal(rows[0]!.estimate, direct.value);
    assert.equal(rows[0]!.standard_error, direct.standardError);
    assert.deepEqual(twoStageRows(world, 4), rows);
    assertFinite(rows);
  });

  test("worlds whose truth it does not know, and groups without both kinds, are errors", () => {
    const slates = twelveItemSlates(2, 40);
    for (const reach of REACHES.slice(2)) {
      assert.throws(() => twoStageWorld(slates, { seed: 1, reach }), /reaches beyond groups/);
    }
    assert.throws(
      () => twoStageWorld(slates, { seed: 1, saturations: [0, 0.5] }),
      /Saturation 0 promotes 0 of a group's 10 slates/,
    );
    assert.throws(() => twoStageWorld(slates, { seed: 1, groupSize: 1 }), /of a group's 1 slates/);
    assert.throws(
      () => twoStageWorld(slates, { seed: 1, groupSize: 40 }),
      /Two saturations need two/,
    );
  });
});
