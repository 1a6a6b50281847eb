import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  alternatives,
  cascadeClicks,
  drawAssignment,
  knownEffects,
  logisticClicks,
  neighbouringPositions,
  promotionMap,
  type Scenario,
  sameCluster,
  scenarioValue,
  sensitivityTable,
  shortenedSlates,
  variations,
} from "../../../lib/causal/spillover";
import { assertClose, assertFinite, columnOf, simulatedSlates, slatesOf } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const slates = twelveItemSlates(6, 80);
const options = { seed: 9 };
const net = (scenario: Scenario) => scenarioValue(slates, scenario, options).netClicks;

describe("what promotion is worth under a scenario", () => {
  test("as published: the total of the known effects", () => {
    const { focal } = drawAssignment(slates, options);
    const value = scenarioValue(slates, {}, options);
    assertClose(value.netClicks, knownEffects({ slates, focal }, logisticClicks(slates)).total);
    assert.equal(value.promote, value.netClicks > 0);
  });

  test("on one slate by hand, with two items promoted", () => {
    const one = slatesOf({ a: "AB" });
    const click = (visibility: number, more = 0) =>
      1 / (1 + Math.exp(-(-2.36 + 1.15 * visibility + more)));
    const second = 1 / Math.log2(3);
    const both = click(1, 0.2) + click(second, 0.2) - click(1) - click(second);
    const value = scenarioValue(one, { items: 2 }, { seed: 1, minPosition: 1 });
    assertClose(value.netClicks, both);
    assert.deepEqual([value.shareThatGain, value.promote], [1, true]);
  });

  test("rises with the bonus and falls with the penalties", () => {
    const bonuses = [0, 0.2, 0.5, 1, 3].map((direct) => net({ coefficients: { direct } }));
    const penalties = [0, 0.5, 1, 2].map((factor) => net({ penalties: factor }));
    for (const [k, value] of bonuses.slice(1).entries()) assert.ok(value > bonuses[k]!);
    for (const [k, value] of penalties.slice(1).entries()) assert.ok(value < penalties[k]!);
    for (const name of ["sameSlate", "sameCluster", "displaced"] as const) {
      assert.ok(net({ coefficients: { [name]: -1 } }) < net({}), name);
    }
  });

  test("share of slates that gain goes from none to all", () => {
    const share = (direct: number, penalties: number) =>
      scenarioValue(slates, { coefficients: { direct }, penalties }, options).shareThatGain;
    assert.equal(share(0, 2), 0);
    assert.equal(share(5, 0), 1);
    assert.equal(scenarioValue(slates, { coefficients: { direct: 5 } }, options).promote, true);
  });

  test("shorter slates are slates of their own", () => {
    const value = scenarioValue(slates, { length: 6 }, options);
    assert.deepEqual(value, scenarioValue(shortenedSlates(slates, 6), {}, options));
    assert.notEqual(value.netClicks, net({}));
  });

  test("combinations that exclude each other are errors", () => {
    const competition = sameCluster(slates);
    const model = cascadeClicks(slates);
    const wrong: Scenario[] = [
      { length: 6, competition },
      { length: 6, model },
      { model, competition },
      { model, penalties: 2 },
      { model, coefficients: { direct: 1 } },
    ];
    for (const scenario of wrong) {
      assert.throws(() => scenarioValue(slates, scenario, options), /takes n(o|either)/);
    }
    assert.ok(Number.isFinite(net({ model, items: 2 })));
  });

  test("slates too short for what is asked for are errors", () => {
    assert.throws(() => net({ items: 9 }), /has 8 promotable items, not 9/);
    assert.throws(() => net({ length: 4 }), /has 4 items, none at position 5/);
    assert.throws(() => net({ items: 0 }), /1 or more, not 0/);
    assert.throws(() => net({ items: 1.5 }), /1 or more, not 1.5/);
    const short = simulatedSlates(3, 30);
    assert.throws(() => scenarioValue(short, { items: 4 }, options), /promotable items, not 4/);
    assert.throws(() => net({ coefficients: { ceiling: 2 } }), /Bounds/);
  });
});

describe("the table of all variations", () => {
  const varied = variations(slates);
  const rows = sensitivityTable(slates, varied, options);

  test("has one row a variation, the widest swing first", () => {
    assert.equal(rows.length, 15);
    assert.deepEqual(
      [...columnOf(rows, "parameter")].sort(),
      varied.map(({ parameter }) => parameter).sort(),
    );
    const swings = columnOf(rows, "swing") as number[];
    assert.deepEqual(
      swings,
      [...swings].sort((a, b) => b - a),
    );
    assertFinite(rows);
  });

  test("holds each end's value and decision", () => {
    for (const row of rows) {
      const { low, high } = varied.find(({ parameter }) => parameter === row.parameter)!;
      assert.equal(row.low, net(low.scenario));
      assert.equal(row.high, net(high.scenario));
      assert.equal(row.baseline, net({}));
      assert.equal(row.swing, Math.abs(row.high - row.low));
      const decision = (value: number) => (value > 0 ? "promote" : "do not promote");
      assert.equal(row.decision_low, decision(row.low));
      assert.equal(row.decision_high, decision(row.high));
      assert.equal(
        row.decision_changes,
        [row.low, row.high].some((value) => value > 0 !== row.baseline > 0),
      );
    }
    const bonus = rows.find(({ parameter }) => parameter === "Bonus of the promoted item")!;
    assert.deepEqual(
      [bonus.low_setting, bonus.baseline_setting, bonus.high_setting],
      ["0", "0.2", "1"],
    );
  });

  test("the published setting lies between the ends of each coefficient", () => {
    for (const { baseline, low, high } of varied.slice(0, 11)) {
      assert.ok(Number(low.setting) < Number(baseline) || Number(baseline) < Number(high.setting));
      assert.ok(
        Number(low.setting) <= Number(baseline) && Number(baseline) <= Number(high.setting),
      );
    }
  });
});

test("alternatives are structures and models, each with its decision", () => {
  const competition = neighbouringPositions(slates);
  const model = cascadeClicks(slates);
  const rows = alternatives(slates, { competitions: [competition], models: [model] }, options);
  assert.deepEqual(columnOf(rows, "assumption"), ["who competes", "click model"]);
  assert.deepEqual(columnOf(rows, "setting"), ["positions at most 2 apart", "cascade"]);
  assert.deepEqual(columnOf(rows, "net_clicks_per_slate"), [net({ competition }), net({ model })]);
  assert.deepEqual(alternatives(slates, {}, options), []);
});

test("the map of bonus and penalties has the values of its corners", () => {
  const rows = promotionMap(slates, { ...options, direct: [0, 0.2, 2], penalties: [0, 1] });
  assert.equal(rows.length, 6);
  const at = (penalties: number, direct: number) =>
    rows.find((row) => row.penalties === penalties && row.direct === direct)!;
  assert.equal(at(1, 0.2).net_clicks_per_slate, net({}));
  assert.equal(at(0, 0).net_clicks_per_slate, net({ penalties: 0, coefficients: { direct: 0 } }));
  assert.equal(at(0, 2).net_clicks_per_slate, net({ penalties: 0, coefficients: { direct: 2 } }));
  assert.equal(at(1, 0).net_clicks_per_slate, net({ coefficients: { direct: 0 } }));
  assert.equal(at(0, 2).share_of_slates_that_gain, 1);
});
