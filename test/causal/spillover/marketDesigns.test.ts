import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  MARKET_ESTIMATORS,
  type Market,
  marketDesigns,
  marketOf,
} from "../../../lib/causal/spillover";
import type { MarketDraw, MarketOutcome } from "../../../lib/causal/spillover/marketDesigns";
import { random } from "../../../lib/stats";
import { assertClose, slatesOf, sum } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const market = marketOf(twelveItemSlates(1, 61), { seed: 5, items: 2, groupSize: 10, days: 7 });
const designs = new Map(marketDesigns(market).map((design) => [design.name, design]));

function draws(name: string, count = 40): MarketDraw[] {
  const design = designs.get(name)!;
  return Array.from({ length: count }, (_, k) => design.draw(random(k)));
}

describe("what designs draw", () => {
  test("there are seven, each with estimators that are there", () => {
    assert.deepEqual(
      [...designs.keys()],
      [
        "items, a coin each",
        "slates, a coin each",
        "slates, exactly half",
        "user groups",
        "user groups, 10 % or 90 % of slates",
        "budget split",
        "switchback over days",
      ],
    );
    for (const { estimators } of designs.values()) {
      for (const name of estimators) assert.ok(name in MARKET_ESTIMATORS, name);
    }
  });

  test("a coin for each item: all patterns, and an arm only where all or none is promoted", () => {
    const seen = [0, 0, 0, 0];
    for (const { patterns, arm, promotedProbability, controlProbability } of draws(
      "items, a coin each",
      100,
    )) {
      assert.equal(promotedProbability, 0.25);
      assert.equal(controlProbability, 0.25);
      patterns.forEach((pattern, j) => {
        seen[pattern]! += 1;
        assert.equal(arm[j], [0, 2, 2, 1][pattern]);
      });
    }
    // 6,100 patterns, each a quarter: within five standard errors.
    for (const count of seen) assertClose(count / 6100, 0.25, 5 * Math.sqrt(0.1875 / 6100));
  });

  test("a coin for each slate: all of its items or none", () => {
    const all = draws("slates, a coin each", 100);
    for (const { patterns, arm } of all) {
      assert.ok(patterns.every((pattern, j) => pattern === 3 * arm[j]!));
    }
    assertClose(sum(all.map(({ arm }) => sum(arm))) / 6100, 0.5, 5 * Math.sqrt(0.25 / 6100));
  });

  test("exactly half of the slates, rounded, with the probability that follows", () => {
    for (const { arm, promotedProbability, controlProbability } of draws("slates, exactly half")) {
      assert.equal(sum(arm), 31);
      assert.equal(promotedProbability, 31 / 61);
      assertClose(controlProbability, 30 / 61);
    }
  });

  test("whole user groups, exactly half of them", () => {
    assert.equal(market.groups, 6);
    for (const { arm } of draws("user groups")) {
      const armOf = new Map<number, number>();
      arm.forEach((own, j) => {
        assert.equal(armOf.get(market.group[j]!) ?? own, own);
        armOf.set(market.group[j]!, own);
      });
      assert.equal(sum(armOf.values()), 3);
    }
  });

  test("two stages: half of the groups at 90 %, half at 10 %", () => {
    for (const { arm, saturation } of draws("user groups, 10 % or 90 % of slates")) {
      const high = new Set<number>();
      for (let g = 0; g < market.groups; g++) {
        const own = [...market.group.keys()].filter((j) => market.group[j] === g);
        const isHigh = saturation![own[0]!]!;
        assert.ok(own.every((j) => saturation![j] === isHigh));
        assert.equal(
          own.filter((j) => arm[j] === 1).length,
          Math.round((isHigh === 1 ? 0.9 : 0.1) * own.length),
        );
        if (isHigh === 1) high.add(g);
      }
      assert.equal(high.size, 3);
    }
  });

  test("the split budget has a pot for each arm", () => {
    for (const { arm, pot } of draws("budget split")) {
      assert.equal(sum(arm), 31);
      assert.deepEqual(pot, arm);
    }
  });

  test("days are switched on and off, and settled after a day alike", () => {
    for (const { arm, settled } of draws("switchback over days")) {
      const on = new Array<number | undefined>(7).fill(undefined);
      arm.forEach((own, j) => {
        assert.equal(on[market.day[j]!] ?? own, own);
        on[market.day[j]!] = own;
      });
      assert.equal(sum(on as number[]), 4);
      settled!.forEach((is, j) => {
        const d = market.day[j]!;
        assert.equal(is, d > 0 && on[d] === on[d - 1] ? 1 : 0);
      });
    }
  });
});

describe("estimators by hand", () => {
  const tiny: Market = marketOf(slatesOf({ a: "ABABAB", b: "ABABAB", c: "ABABAB", d: "ABABAB" }), {
    seed: 1,
    items: 2,
    groupSize: 2,
    days: 2,
  });
  const outcome: MarketOutcome = {
    clicks: Float64Array.of(5, 1, 4, 2),
    // Items (0, 1) of a, then of b, c, d.
    itemClicks: Uint8Array.of(1, 1, 0, 0, 1, 0, 1, 0),
    expected: Float64Array.of(3, 1, 2, 2),
  };
  const of = (
    name: keyof typeof MARKET_ESTIMATORS,
    draw: Partial<MarketDraw>,
    seen: Partial<MarketOutcome> = {},
  ) =>
    MARKET_ESTIMATORS[name](
      tiny,
      { patterns: new Uint8Array(4), arm: new Uint8Array(4), ...draw },
      { ...outcome, ...seen },
    );

  test("item difference: click rate of promoted minus other promotable items, times items", () => {
    // Promoted: both of a, the first of c and of d. Clicked: 1, 1, 1, 1 of 4; of the others 0 of 4.
    const patterns = Uint8Array.of(3, 0, 1, 1);
    assertClose(of("item difference x items", { patterns }), 2 * (4 / 4 - 0 / 4));
    // Promoted: both of b, the second of c: 0 of 3 clicked; of the others 4 of 5.
    assertClose(
      of("item difference x items", { patterns: Uint8Array.of(0, 3, 2, 0) }),
      2 * (0 - 4 / 5),
    );
  });

  test("slope on the number of promoted items, times items", () => {
    // Doses 2, 0, 1, 1 about their mean 1; clicks 5, 1, 4, 2: slope (5 - 1) / 2 = 2.
    assertClose(of("slope on promoted items", { patterns: Uint8Array.of(3, 0, 1, 2) }), 4);
  });

  test("difference in means, and Lin's lines in each arm at the mean of all", () => {
    const arm = Uint8Array.of(1, 0, 1, 0);
    assertClose(of("difference in means", { arm }), 4.5 - 1.5);
    // Promoted: (3, 5), (2, 4), slope 1, at 2: 4. Others: (1, 1), (2, 2), slope 1, at 2: 2.
    assertClose(of("adjusted difference (Lin)", { arm }), 4 - 2);
  });

  test("Horvitz-Thompson divides by all slates, Hajek by those seen", () => {
    const draw = {
      arm: Uint8Array.of(1, 0, 2, 1),
      promotedProbability: 0.25,
      controlProbability: 0.5,
    };
    assertClose(of("Horvitz-Thompson", draw), (5 + 2) / 0.25 / 4 - 1 / 0.5 / 4);
    assertClose(of("Hajek", draw), (5 + 2) / 2 - 1);
  });

  test("two-stage total: promoted in high groups minus alone in low groups", () => {
    const draw = { arm: Uint8Array.of(1, 0, 1, 0), saturation: Uint8Array.of(1, 1, 0, 0) };
    assertClose(of("two-stage total effect", draw), 5 - 2);
  });

  test("settled days alone", () => {
    const draw = { arm: Uint8Array.of(1, 1, 0, 0), settled: Uint8Array.of(0, 1, 1, 0) };
    assertClose(of("difference on settled days", draw), 1 - 4);
  });

  test("an arm without a slate gives no number", () => {
    assert.ok(Number.isNaN(of("difference in means", { arm: new Uint8Array(4) })));
    assert.ok(Number.isNaN(of("slope on promoted items", {})));
  });
});

test("Horvitz-Thompson over all draws of half of 5 slates is exact", () => {
  const odd = marketOf(slatesOf({ a: "ABABA", b: "ABABA", c: "ABABA", d: "ABABA", e: "ABABA" }), {
    seed: 1,
    items: 1,
    groupSize: 1,
    days: 1,
  });
  const half = marketDesigns(odd).find(({ name }) => name === "slates, exactly half")!;
  const clicks = Float64Array.of(1, 2, 3, 4, 10);
  // Every one of the 10 subsets of 3 slates, found among draws; promotion changes nothing.
  const found = new Map<string, number>();
  for (let k = 0; k < 400; k++) {
    const draw = half.draw(random(k));
    const outcome = { clicks, itemClicks: new Uint8Array(5), expected: clicks };
    found.set(draw.arm.join(), MARKET_ESTIMATORS["Horvitz-Thompson"](odd, draw, outcome));
  }
  assert.equal(found.size, 10);
  assertClose(sum(found.values()) / 10, 0, 1e-12);
});
