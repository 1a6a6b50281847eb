import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  APART,
  globalEffect,
  logisticClicks,
  type Market,
  marketOf,
  REACHES,
} from "../../../lib/causal/spillover";
import {
  attentionOf,
  bits,
  expectedClicks,
  marketProbability,
} from "../../../lib/causal/spillover/market";
import { assertClose, onRows, simulatedSlates, slatesOf, sum } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const slates = slatesOf({ a: "AABAAB", b: "ABABAB", c: "BBAABA", d: "AAAABB" });

/** Items 5 and 6 of each slate can be promoted; groups ab, cd; days ab, cd. */
const market: Market = {
  ...marketOf(slates, { seed: 1, items: 2, groupSize: 2, days: 2 }),
  group: Int32Array.of(0, 0, 1, 1),
  day: Int32Array.of(0, 0, 1, 1),
};
/** Both items in a, none in b, the first in c, both in d. */
const patterns = Uint8Array.of(3, 0, 1, 3);

describe("a market of slates", () => {
  test("has promotable items, patterns and balanced groups and days", () => {
    assert.deepEqual([...market.eligible], [4, 5, 10, 11, 16, 17, 22, 23]);
    const made = marketOf(slates, { seed: 1, items: 2, groupSize: 2, days: 2 });
    assert.deepEqual([...made.group].sort(), [0, 0, 1, 1]);
    assert.deepEqual([...made.day].sort(), [0, 0, 1, 1]);
    const model = logisticClicks(slates);
    const promotions = [[], [4, 10, 16, 22], [5, 11, 17, 23], [4, 5, 10, 11, 16, 17, 22, 23]];
    promotions.forEach((rows, pattern) => {
      assert.deepEqual(market.patterns[pattern], model.probabilities(onRows(slates, ...rows)));
    });
  });

  test("draws different promotable items of each slate, the same for the same seed", () => {
    const long = twelveItemSlates(3, 50);
    const of = (seed: number) => marketOf(long, { seed, items: 4 });
    const { eligible, group, groups, days } = of(7);
    for (let j = 0; j < 50; j++) {
      const own = [...eligible.subarray(4 * j, 4 * j + 4)];
      assert.equal(new Set(own).size, 4);
      for (const row of own) {
        assert.equal(long.slateOf[row], j);
        assert.ok(long.position[row]! >= 5);
      }
    }
    assert.equal(groups, 5);
    assert.equal(days, 30);
    assert.deepEqual([...new Set(group)].sort(), [0, 1, 2, 3, 4]);
    assert.deepEqual(of(7).eligible, eligible);
    assert.notDeepEqual(of(8).eligible, eligible);
  });

  test("needs items to promote and whole numbers", () => {
    assert.throws(() => marketOf(slates, { seed: 1 }), /Slate a has 2 promotable items, not 3/);
    assert.throws(() => marketOf(slates, { seed: 1, items: 0 }), /1 to 6, not 0/);
    assert.throws(() => marketOf(slates, { seed: 1, items: 7 }), /1 to 6, not 7/);
    assert.throws(() => marketOf(slates, { seed: 1, items: 1, days: 0 }), /days is a whole number/);
    assert.throws(
      () => marketOf(slates, { seed: 1, items: 1, groupSize: 1.5 }),
      /groupSize is a whole number of 1 or more, not 1.5/,
    );
    const short = slatesOf({ a: "ABAB" });
    assert.throws(() => marketOf(short, { seed: 1, items: 1 }), /Slate a has 4 items/);
  });
});

describe("attention and budget", () => {
  test("factors of groups and days, by hand", () => {
    const reach = { name: "both", groups: -0.2, days: -0.5, budget: 1 };
    const { factor, shown } = attentionOf(market, reach, patterns);
    // a: nobody else promoted. b: a is. c: d is; the day before half was. d: c is by half; likewise.
    const expected = [1, 0.8, 0.8 * 0.75, 0.9 * 0.75];
    expected.forEach((value, j) => {
      assertClose(factor[j], value);
    });
    assert.deepEqual([...shown], [1, 1, 1, 1]);
  });

  test("one pot pays for all, equal pots for their own", () => {
    const reach = { ...APART, budget: 0.5 };
    // 2.5 slates' worth of promotions is asked for, 2 are paid.
    const one = attentionOf(market, reach, patterns);
    assert.deepEqual([...one.shown], [0.8, 0.8, 0.8, 0.8]);
    const two = attentionOf(market, reach, patterns, { pot: Uint8Array.of(1, 0, 0, 1) });
    assert.deepEqual([...two.shown], [0.5, 1, 1, 0.5]);
    assert.deepEqual([...attentionOf(market, reach, new Uint8Array(4)).shown], [1, 1, 1, 1]);
  });

  test("a slate alone in its group feels nobody", () => {
    const alone = { ...market, group: Int32Array.of(0, 1, 2, 3), groups: 4 };
    const { factor } = attentionOf(alone, { ...APART, groups: -1 }, patterns);
    assert.deepEqual([...factor], [1, 1, 1, 1]);
  });

  test("probabilities mix what is shown and what is not, and stay at most 1", () => {
    const attention = {
      factor: Float64Array.of(0.9, 1, 1, 9),
      shown: new Float64Array(4).fill(0.6),
    };
    const [plain, promoted] = [market.patterns[0]![4]!, market.patterns[3]![4]!];
    assertClose(
      marketProbability(market, attention, patterns, 4, 0),
      0.9 * (0.4 * plain + 0.6 * promoted),
    );
    assert.equal(marketProbability(market, attention, patterns, 22, 3), 1);
    assert.deepEqual([0, 1, 2, 3, 63].map(bits), [0, 1, 1, 2, 6]);
  });

  test("a reach out of range is an error", () => {
    for (const wrong of [{ groups: -1.1 }, { days: -2 }, { budget: 0 }, { budget: 1.5 }]) {
      const reach = { ...APART, ...wrong };
      assert.throws(() => attentionOf(market, reach, patterns), /World "slates apart"/);
    }
  });
});

describe("the global effect", () => {
  test("is the difference of expected clicks with all and with none promoted", () => {
    const all = new Uint8Array(4).fill(3);
    for (const reach of REACHES) {
      assertClose(
        globalEffect(market, reach),
        expectedClicks(market, reach, all) - expectedClicks(market, reach, new Uint8Array(4)),
      );
    }
  });

  test("of slates apart is that of independent slates", () => {
    const long = simulatedSlates(4, 40);
    const made = marketOf(long, { seed: 2, items: 1 });
    const model = logisticClicks(long);
    const lift =
      sum(model.probabilities(onRows(long, ...made.eligible))) -
      sum(model.probabilities(new Uint8Array(long.rows)));
    assertClose(globalEffect(made, APART), lift / 40, 1e-12);
  });

  test("by hand where the budget pays for half, and where everybody has seen it", () => {
    const lift = globalEffect(market, APART);
    assertClose(globalEffect(market, { ...APART, budget: 0.5 }), lift / 2);
    const clicks = expectedClicks(market, APART, new Uint8Array(4));
    assertClose(globalEffect(market, { ...APART, groups: -1 }), -clicks);
    // The second of two days follows one on which everything was promoted.
    const secondDay = (pattern: number) => sum(market.patterns[pattern]!.subarray(12)) / 4;
    assertClose(globalEffect(market, { ...APART, days: -0.5 }), lift - 0.5 * secondDay(3));
  });
});
