import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bestPolicy,
  coverageVerdict,
  FINAL_TABLES,
  finalDecomposition,
  finalDefinitions,
  finalMainEffects,
  finalRecommendations,
  itemTestVerdict,
  limitations,
} from "../../../lib/causal/spillover";
import { columnOf } from "./fixture";

describe("main effects", () => {
  const observed = [
    { contrast: "Direct focal effect", estimate: 0.25, ci_low: 0.125, ci_high: 0.375 },
    { contrast: "Same-cluster competitor effect", estimate: -0.5, ci_low: -0.75, ci_high: -0.25 },
    { contrast: "Displaced item effect", estimate: -0.125, ci_low: -0.25, ci_high: 0 },
    { contrast: "All non-focal item effect", estimate: -0.0625, ci_low: -0.125, ci_high: 0 },
    { contrast: "Total slate effect", estimate: -1.5, ci_low: null, ci_high: null },
    { contrast: "Another", estimate: 0, ci_low: 0, ci_high: 0 },
  ];

  test("are per 1,000, each with its own unit", () => {
    const rows = finalMainEffects(observed);
    assert.deepEqual(rows[0], {
      effect: "Direct focal effect",
      estimate: 0.25,
      per_1000: 250,
      ci_low_per_1000: 125,
      ci_high_per_1000: 375,
      note: "per 1,000 promoted items",
    });
    assert.deepEqual(columnOf(rows, "note"), [
      "per 1,000 promoted items",
      "per 1,000 items of the focal cluster",
      "per 1,000 displaced items",
      "per 1,000 other items",
      "per 1,000 promoted slates",
      "per 1,000 units",
    ]);
  });

  test("a missing interval stays missing; a missing estimate is an error that names its column", () => {
    const total = finalMainEffects(observed)[4]!;
    assert.deepEqual(
      [total.per_1000, total.ci_low_per_1000, total.ci_high_per_1000],
      [-1500, null, null],
    );
    for (const estimate of [null, Number.NaN, "0.1"]) {
      assert.throws(
        () => finalMainEffects([{ ...observed[0]!, estimate }]),
        /Column estimate is (null|NaN|0\.1) where a number is needed/,
      );
    }
    assert.throws(() => finalMainEffects([{ contrast: "x", estimate: 1 }]), /ci_low is missing/);
  });
});

test("the decomposition keeps the observed rows as they are", () => {
  const rows = ["observed", "expected", "observed", "known"].map((outcome_type, k) => ({
    outcome_type,
    effect: `effect ${k}`,
  }));
  assert.deepEqual(finalDecomposition(rows), [rows[0], rows[2]]);
});

test("definitions say per 1,000 rows and in which direction", () => {
  const rows = finalDefinitions([
    { spillover_definition: "a", estimate: -0.5 },
    { spillover_definition: "b", estimate: 0.25 },
    { spillover_definition: "c", estimate: 0 },
  ]);
  assert.deepEqual(rows, [
    { spillover_definition: "a", estimate: -0.5, per_1000_rows: -500, direction: "negative" },
    { spillover_definition: "b", estimate: 0.25, per_1000_rows: 250, direction: "positive" },
    { spillover_definition: "c", estimate: 0, per_1000_rows: 0, direction: "none" },
  ]);
});

test("five limitations, each with what follows and what would mend it", () => {
  const rows = limitations();
  assert.deepEqual(columnOf(rows, "limitation"), [
    "Ratings are not impressions",
    "Assignment and outcomes are simulated",
    "Genres are coarse clusters",
    "One promotion design",
    "Models are judged by a simulated oracle",
  ]);
  for (const text of [...columnOf(rows, "consequence"), ...columnOf(rows, "remedy")]) {
    assert.match(String(text), /^[A-Z].+\.$/);
  }
});

describe("the best policy", () => {
  const policy = (name: string, value: number, low: number | null, high: number | null) => ({
    policy: name,
    value_per_1000: value,
    ci_low_per_1000: low,
    ci_high_per_1000: high,
  });
  const others = [
    policy("Promote none", 0, 0, 0),
    policy("Promote all", -300, -400, -200),
    policy("Oracle top 25%", 90, 50, 130),
    policy("An oracle's rule", 95, 50, 130),
  ];

  test("is the highest value, oracle rules and promoting none apart", () => {
    assert.deepEqual(bestPolicy([...others, policy("top 25%", -20, -50, 10)]), {
      policy: "top 25%",
      value: -20,
      lower: -50,
      upper: 10,
      isBetterThanNone: false,
    });
    assert.equal(bestPolicy(others).policy, "Promote all");
    const tied = [policy("a", -1, -2, 0), policy("b", -1, -3, 1)];
    assert.equal(bestPolicy(tied).policy, "a");
  });

  test("is better than none only if its interval lies above 0", () => {
    const judged = (value: number, low: number) =>
      bestPolicy([...others, policy("top 25%", value, low, 99)]).isBetterThanNone;
    assert.deepEqual(
      [judged(40, 1), judged(40, 0), judged(40, -1), judged(-5, -9)],
      [true, false, false, false],
    );
  });

  test("does not exist without a rule or without an interval", () => {
    assert.throws(() => bestPolicy([others[0]!, others[2]!]), /no rule but the oracle's and none/);
    assert.throws(() => bestPolicy([]), /no rule/);
    assert.throws(() => bestPolicy([policy("a", 1, null, null)]), /ci_low_per_1000 is null/);
  });
});

describe("the verdict on a coin for each item", () => {
  const row = (world: string, design: string, estimator: string, mean: number, truth: number) => ({
    world,
    design,
    estimator,
    mean_estimate: mean,
    global_effect: truth,
  });
  const naive = "item difference x items";

  test("counts worlds in which it has the opposite sign", () => {
    const study = [
      row("apart", "items", naive, 0.5, -0.6),
      row("apart", "slates", "difference in means", 0.6, -0.6),
      row("shared", "items", naive, 0.5, 0.6),
      row("shared", "slates", "difference in means", 0.6, 0.6),
      row("queue", "items", naive, -0.5, 0.6),
      row("queue", "switchback", "Hajek", 0.6, 0.6),
    ];
    assert.deepEqual(itemTestVerdict(study), { worlds: 3, designs: 3, wrongSigns: 2 });
  });

  test("a world counts once, and 0 is no wrong sign", () => {
    const study = [
      row("a", "items", naive, 0.5, -0.6),
      row("a", "items in blocks", naive, 0.4, -0.6),
      row("b", "items", naive, 0, -0.6),
    ];
    assert.deepEqual(itemTestVerdict(study), { worlds: 2, designs: 2, wrongSigns: 1 });
  });

  test("needs that estimator", () => {
    const study = [row("a", "slates", "Hajek", 1, 1)];
    assert.throws(() => itemTestVerdict(study), /no estimator "item difference x items"/);
  });
});

test("the verdict on coverage counts methods that promise, and those that keep it", () => {
  const study = [
    { promise: "nominal", keeps_promise: true, replications: 300 },
    { promise: "conservative", keeps_promise: true, replications: 1000 },
    { promise: "nominal", keeps_promise: false, replications: 1000 },
    { promise: "none", keeps_promise: null, replications: 1000 },
  ];
  assert.deepEqual(coverageVerdict(study), { replications: 1000, promising: 3, kept: 2 });
  assert.throws(() => coverageVerdict([]), /has no rows/);
});

describe("recommendations", () => {
  const earlier = [{ area: "Policy design", recommendation: "Wait.", evidence: "x", more: 1 }];
  const itemTest = { worlds: 4, designs: 7, wrongSigns: 3 };
  const policy = {
    policy: "top 25%",
    value: 12.34,
    lower: 1.26,
    upper: 20,
    isBetterThanNone: true,
  };

  test("are the earlier ones, one on experiments and one on targeting", () => {
    const rows = finalRecommendations(earlier, policy, itemTest);
    assert.deepEqual(rows[0], { area: "Policy design", recommendation: "Wait.", evidence: "x" });
    assert.deepEqual(columnOf(rows, "area").slice(1), ["Experiment design", "Advanced targeting"]);
    assert.match(String(rows[1]!.evidence), /wrong sign in 3 of 4 simulated worlds/);
  });

  test("a rule that is better than none is named, with its value, and is to be confirmed", () => {
    const { recommendation, evidence } = finalRecommendations(earlier, policy, itemTest)[2]!;
    assert.match(String(recommendation), /^Promote by the rule "top 25%", and confirm/);
    assert.match(
      String(evidence),
      /12\.3 clicks per 1,000 eligible slates, interval 1\.3 to 20\.0/,
    );
  });

  test("otherwise nobody is promoted by prediction", () => {
    const bad = { ...policy, value: -4, lower: -9, isBetterThanNone: false };
    const { recommendation, evidence } = finalRecommendations(earlier, bad, itemTest)[2]!;
    assert.match(String(recommendation), /^Promote nobody by prediction/);
    assert.doesNotMatch(String(recommendation), /top 25%/);
    assert.match(String(evidence), /-4\.0 clicks .* -9\.0 to 20\.0/);
  });

  test("an area or text that is missing is null", () => {
    const [row] = finalRecommendations([{ area: "A" }], policy, itemTest);
    assert.deepEqual(row, { area: "A", recommendation: null, evidence: null });
  });
});

test("nine final tables, each name once", () => {
  assert.equal(FINAL_TABLES.length, 9);
  assert.equal(new Set(FINAL_TABLES).size, 9);
  assert.ok(FINAL_TABLES.every((name) => /^final_[a-z_]+$/.test(name)));
});
