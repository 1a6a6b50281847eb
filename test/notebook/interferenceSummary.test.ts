import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import type { SensitivityRow } from "../../lib/causal/spillover";
import { chapter } from "../../lib/notebook/chapter";
import {
  type InterferenceResults,
  interferenceBullets,
  interferenceMarkdown,
  interferenceSummary,
} from "../../lib/notebook/interferenceSummary";
import { real, rememberingCell, temporaryFolder } from "./support";

type Triple = readonly [value: number | null, low: number | null, high: number | null];

const EFFECTS = {
  focal: "Direct focal effect",
  rivals: "Indirect same-cluster effect",
  others: "Indirect other-item effect",
  total: "Total slate effect",
} as const;

function decompositionOf(parts: Readonly<Record<keyof typeof EFFECTS, Triple>>) {
  return Object.entries(parts).map(([name, [value, low, high]]) => ({
    outcome_type: "observed",
    effect: EFFECTS[name as keyof typeof EFFECTS],
    per_1000_promoted_slates: value,
    ci_low_per_1000: low,
    ci_high_per_1000: high,
  }));
}

function varied(parameter: string, baseline: number, changes: boolean): SensitivityRow {
  return {
    parameter,
    baseline_setting: "1",
    low_setting: "0",
    high_setting: "2",
    low: 0.1,
    baseline,
    high: -0.2,
    swing: 0.3,
    decision_low: "promote",
    decision_high: "do not promote",
    decision_changes: changes,
  };
}

const model = (setting: string, net: number) => ({
  assumption: "click model",
  setting,
  net_clicks_per_slate: net,
  decision: net > 0 ? "promote" : "do not promote",
});

const losing = {
  focal: [171.4, 141, 202],
  rivals: [-145.2, -190, -101],
  others: [-333.6, -420, -247],
  total: [-307.4, -413, -202],
} as const;

const base: InterferenceResults = {
  mainEffects: [
    {
      effect: "Direct focal effect",
      per_1000: 171.4,
      ci_low_per_1000: 141,
      ci_high_per_1000: 202,
      note: "per 1,000 promoted items",
    },
  ],
  decomposition: decompositionOf(losing),
  aipw: [
    { estimator: "difference in means", estimate: -0.3074, ci_low: -0.41, ci_high: -0.2 },
    { estimator: "cross-fitted AIPW", estimate: -0.3036, ci_low: -0.4, ci_high: -0.2 },
  ],
  policy: { policy: "top 25%", value: -3.74, lower: -9.26, upper: 1.8, isBetterThanNone: false },
  sensitivity: [varied("Penalties", -0.31, true), varied("Steepness", -0.31, false)],
  alternatives: [
    { assumption: "who competes", setting: "tags", net_clicks_per_slate: 9, decision: "promote" },
    model("published", -0.31),
    model("cascade", 0.007),
    model("nested choice", 0.0212),
  ],
  coverage: { replications: 1500, promising: 21, kept: 20 },
  itemTest: { worlds: 5, designs: 7, wrongSigns: 4 },
  limitations: [{ limitation: "One design", consequence: "Others stay unseen.", remedy: "More." }],
  recommendations: [{ area: "Metric", recommendation: "Use the slate's.", evidence: "x" }],
};

const winning: InterferenceResults = {
  ...base,
  decomposition: decompositionOf({
    focal: [500, 450, 550],
    rivals: [-100, -140, -60],
    others: [-90, -120, -60],
    total: [310, 200, 420],
  }),
  policy: { policy: "top 50%", value: 44.4, lower: 12.2, upper: 80, isBetterThanNone: true },
  sensitivity: [varied("Penalties", 0.31, false)],
  alternatives: [model("published", 0.31), model("cascade", 0.1)],
};

const unsure: InterferenceResults = {
  ...base,
  decomposition: decompositionOf({
    focal: [100, -20, 220],
    rivals: [-50, -150, 50],
    others: [-30.2, -130, 70],
    total: [19.8, -180, 220],
  }),
  policy: { policy: "top 50%", value: 4, lower: -12.2, upper: 20, isBetterThanNone: false },
};

/** All that a reader sees of the three texts. */
function textOf(results: InterferenceResults): string {
  return [
    JSON.stringify(interferenceSummary(results)),
    interferenceMarkdown(results),
    interferenceBullets(results),
  ].join("\n");
}

const ALL = { losing: base, winning, unsure };

describe("the three texts", () => {
  for (const [name, results] of Object.entries(ALL)) {
    it(`${name}: have every number and word filled in`, () => {
      assert.doesNotMatch(
        textOf(results),
        /NaN|undefined|Infinity|∞|\[object|null\*\*|−-|\+−|-0\b/,
      );
      assert.doesNotMatch(interferenceMarkdown(results), / {2}|null/);
      assert.doesNotMatch(interferenceBullets(results), / {2}|null/);
    });
  }

  it("say not to promote where the whole interval of the total lies below 0", () => {
    const { lead, sections } = interferenceSummary(base);
    assert.equal(
      lead,
      "**Do not promote.** The promoted item wins clicks, and its neighbours lose more than it wins. " +
        "In 1,000 promoted slates: +171 clicks on the promoted items, −479 on their neighbours, −307 in all.",
    );
    const numbers = sections[0]!.keyNumbers!.map(({ value, note }) => [value, note]);
    assert.deepEqual(numbers, [
      ["+171", "95 % interval 141 to 202"],
      ["−145", "95 % interval −190 to −101"],
      ["−334", "95 % interval −420 to −247"],
      ["−307", "95 % interval −413 to −202"],
    ]);
    assert.match(interferenceMarkdown(base), /^\*\*Do not promote\.\*\*/m);
    assert.match(interferenceMarkdown(base), /^\| slates in all \| −307 \| −413 to −202 \|$/m);
    assert.match(interferenceBullets(base), /Direct effect \+171 and total effect −307 clicks/);
  });

  it("say to promote where it lies above 0", () => {
    const { lead } = interferenceSummary(winning);
    assert.match(lead, /^\*\*Promote\.\*\* What the promoted item wins outweighs what its neighb/);
    assert.match(
      lead,
      /\+500 clicks on the promoted items, −190 on their neighbours, \+310 in all/,
    );
    assert.doesNotMatch(textOf(winning), /Do not promote\./);
  });

  it("are undecided where it holds 0", () => {
    const { lead } = interferenceSummary(unsure);
    assert.match(lead, /^\*\*Undecided\.\*\* The slate's total could be a gain or a loss/);
    assert.doesNotMatch(textOf(unsure), /\*\*(Do not p|P)romote\.\*\*/);
    const edges = (low: number, high: number) =>
      interferenceSummary({
        ...base,
        decomposition: decompositionOf({ ...losing, total: [-5, low, high] }),
      }).lead;
    assert.match(edges(-10, 0), /Undecided/);
    assert.match(edges(0, 10), /Undecided/);
    assert.match(edges(-10, -0.1), /Do not promote/);
  });

  it("do not say that an item wins or neighbours lose where they do not", () => {
    const lead = (parts: Readonly<Record<keyof typeof EFFECTS, Triple>>) =>
      interferenceSummary({ ...base, decomposition: decompositionOf(parts) }).lead;
    const down = lead({ ...losing, focal: [-20, -30, -10], total: [-499, -600, -400] });
    assert.match(down, /^\*\*Do not promote\.\*\* The promoted item wins no clicks/);
    const up = lead({
      focal: [20, 10, 30],
      rivals: [5, 1, 9],
      others: [5, 1, 9],
      total: [30, 20, 40],
    });
    assert.match(up, /^\*\*Promote\.\*\* The slate as a whole wins clicks\. /);
    assert.match(up, /\+20 clicks on the promoted items, \+10 on their neighbours, \+30 in all/);
  });
});

describe("targeting", () => {
  const text = (results: InterferenceResults) => interferenceSummary(results).sections[2]!.text!;

  it("is no, perhaps, or a value, by the interval of the best rule", () => {
    assert.equal(
      text(base),
      'No. On slates that the model had not seen, the best rule ("top 25%") is worth −3.7 clicks per 1,000 eligible slates (−9.3 to 1.8). That is no better than promoting nobody, which is worth 0.',
    );
    assert.match(
      text(unsure),
      /^Perhaps\. .* is worth 4\.0 clicks .* \(−12\.2 to 20\.0\)\. The interval h/,
    );
    assert.match(
      text(winning),
      /the rule "top 50%" is worth 44\.4 clicks .* \(12\.2 to 80\.0\), more than promoting nobody/,
    );
  });
});

describe("sensitivity", () => {
  const text = (results: InterferenceResults) => interferenceSummary(results).sections[3]!.text!;

  it("names what turns the decision, and the models under which it turns", () => {
    assert.equal(
      text(base),
      "The decision turns with: penalties. It also turns under other models of attention (cascade, nested choice): " +
        "there 1,000 promoted slates come to +7 to +21 clicks in all. Which model is right, only an experiment can tell.",
    );
  });

  it("says so where nothing turns it", () => {
    assert.equal(
      text(winning),
      "None of the assumptions, varied one at a time, turns the decision. It is the same under all click models that were tried.",
    );
  });

  it("turns the other way where the published world says to promote", () => {
    const other = { ...winning, alternatives: [model("published", 0.31), model("cascade", -0.05)] };
    assert.match(text(other), /\(cascade\): there 1,000 promoted slates come to −50 clicks in all/);
  });

  it("says nothing of models that were not tried, nor of assumptions that were not varied", () => {
    assert.equal(text({ ...base, alternatives: [] }), "The decision turns with: penalties.");
    assert.equal(text({ ...base, sensitivity: [] }), "No assumption was varied.");
  });
});

describe("every number comes from the results", () => {
  const changes: Readonly<Record<string, readonly [Partial<InterferenceResults>, RegExp]>> = {
    "value of the focal item": [
      { decomposition: decompositionOf({ ...losing, focal: [163.7, 141, 202] }) },
      /\+164/,
    ],
    "bound of the total": [
      { decomposition: decompositionOf({ ...losing, total: [-307.4, -413, -198.4] }) },
      /−413 to −198/,
    ],
    "main effect": [
      { mainEffects: [{ ...base.mainEffects[0]!, per_1000: -58.2 }] },
      /−58 \(141 to 202\)/,
    ],
    AIPW: [
      { aipw: [{ estimator: "cross-fitted AIPW", estimate: -0.2991, ci_low: 0, ci_high: 0 }] },
      /puts the total at −299, beside −307/,
    ],
    policy: [{ policy: { ...base.policy, value: -6.66 } }, /−6\.7 clicks per 1,000 eligible/],
    replications: [
      { coverage: { ...base.coverage, replications: 12_000 } },
      /repeated 12,000 times/,
    ],
    "kept promises": [{ coverage: { ...base.coverage, kept: 21 } }, /all of 21 methods/],
    worlds: [
      { itemTest: { worlds: 6, designs: 8, wrongSigns: 5 } },
      /8 experiments compared in 6 worlds .* in 5 of them/,
    ],
    assumptions: [
      { sensitivity: [...base.sensitivity, varied("Stars", -0.31, true)] },
      /2 of 3\.|penalties; stars/,
    ],
    models: [{ alternatives: [model("cascade", 0.0333)] }, /come to \+33 clicks/],
    recommendation: [{ recommendations: [{ area: "A", recommendation: "Rest." }] }, /Rest\./],
    limitation: [{ limitations: [{ limitation: "L", consequence: "C." }] }, /\*\*L\.\*\* C\./],
  };
  for (const [what, [change, expected]] of Object.entries(changes)) {
    it(`a change of the ${what} changes the text`, () => {
      assert.doesNotMatch(textOf(base), expected);
      assert.match(textOf({ ...base, ...change }), expected);
    });
  }

  it("the account's bars are described by the same numbers", () => {
    const { figure } = interferenceSummary(base).sections[0]!;
    assert.equal(figure!.name, "26_final_direct_indirect_total_decomposition");
    assert.match(figure!.alt, /focal 171, same cluster −145, others −334, total −307\./);
  });
});

describe("very small data", () => {
  const unknown = {
    ...base,
    decomposition: decompositionOf({
      focal: [171.4, null, null],
      rivals: [-145.2, null, null],
      others: [-333.6, null, null],
      total: [-307.4, null, null],
    }),
    mainEffects: [{ ...base.mainEffects[0]!, ci_low_per_1000: null, ci_high_per_1000: null }],
    aipw: [],
    coverage: { replications: 10, promising: 0, kept: 0 },
    sensitivity: [],
    alternatives: [],
    recommendations: [{ area: null, recommendation: null }],
  };

  it("without intervals decides nothing and says why", () => {
    const { lead, sections } = interferenceSummary(unknown);
    assert.match(lead, /^\*\*Undecided\.\*\* There are too few slates for an interval/);
    assert.equal(sections[0]!.keyNumbers![3]!.note, "95 % interval unknown");
    assert.deepEqual(sections[1]!.table!.rows, [
      {
        effect: "Direct focal effect",
        clicks: "+171 (unknown)",
        unit: "per 1,000 promoted items",
      },
    ]);
    assert.match(interferenceMarkdown(unknown), /^\| slates in all \| −307 \| unknown \|$/m);
    assert.doesNotMatch(textOf(unknown), /NaN|undefined|Infinity|∞|0 to 0|\*\*null|null$/m);
  });

  it("without a value is an error that names the effect", () => {
    const none = decompositionOf({ ...losing, rivals: [null, null, null] });
    assert.throws(
      () => interferenceSummary({ ...base, decomposition: none }),
      /no value of "Indirect same-cluster effect"/,
    );
    assert.throws(
      () => interferenceMarkdown({ ...base, decomposition: base.decomposition.slice(0, 3) }),
      /The decomposition has no row "Total slate effect"/,
    );
    const text = base.decomposition.map((row) => ({ ...row, ci_low_per_1000: "wide" }));
    assert.throws(
      () => interferenceBullets({ ...base, decomposition: text }),
      /Column ci_low_per_1000 is wide where a number is needed/,
    );
  });
});

describe("the page", () => {
  process.env.LAB_OUT = temporaryFolder();
  const writeup = join(process.env.LAB_OUT, "a_course", "writeup");

  before(() => {
    rememberingCell();
    mkdirSync(join(writeup, "figures"), { recursive: true });
    for (const { figure } of interferenceSummary(base).sections) {
      if (figure) writeFileSync(join(writeup, "figures", `${figure.name}.json`), "{}");
    }
  });

  const saved = async (results: InterferenceResults) => {
    await chapter("a_course", "06", real).page("final_summary", interferenceSummary(results));
    return readFileSync(join(writeup, "final_summary.html"), "utf8");
  };

  it("holds the answer, the account and every section", async () => {
    const html = await saved(base);
    assert.match(html, /<strong>Do not promote\.<\/strong>/);
    assert.equal(html.match(/<h2/g)?.length, 6);
    assert.match(html, /−413 to −202/);
    assert.doesNotMatch(html, /NaN|undefined/);
  });

  it("escapes whatever stands in a result", async () => {
    const bad = '<script>alert("x")</script><img src=x onerror=alert(1)>';
    const html = await saved({
      ...base,
      policy: { ...base.policy, policy: bad },
      sensitivity: [varied(bad, -0.31, true)],
      alternatives: [model(bad, 0.02)],
      mainEffects: [{ ...base.mainEffects[0]!, effect: bad, note: bad }],
      limitations: [{ limitation: bad, consequence: bad }],
      recommendations: [{ area: bad, recommendation: `[${bad}](javascript:alert(1))` }],
    });
    assert.doesNotMatch(html, /<script|<img|href="javascript/i);
    assert.ok((html.match(/&lt;script&gt;/g)?.length ?? 0) >= 7);
  });
});
