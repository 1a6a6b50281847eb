import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bars } from "../../lib/notebook/bars";
import { boxes, boxSummary } from "../../lib/notebook/boxes";
import type { Figure } from "../../lib/notebook/figure";
import { intervals } from "../../lib/notebook/intervals";
import { wrapped } from "../../lib/notebook/labels";
import { sideBySide, stacked } from "../../lib/notebook/panels";
import { scatter } from "../../lib/notebook/scatter";
import { stepHistogram } from "../../lib/notebook/stepHistogram";
import { PALETTE } from "../../lib/notebook/theme";
import { tornado } from "../../lib/notebook/tornado";

type Attributes = Record<string, unknown>;
const trace = (figure: Figure, index = 0) => figure.data[index] as Attributes;
const axis = (figure: Figure, name: string) => figure.layout[name] as Attributes;
const notes = (figure: Figure) =>
  (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
const titles = { title: "Effects", xTitle: "Clicks", yTitle: "Outcome" };

const effects = [
  { outcome: "own", method: "naive", v: 3, lo: 2, hi: 5, truth: 4 },
  { outcome: "own", method: "weighted", v: 4.123456789, lo: 3, hi: 6, truth: 4 },
  { outcome: "others", method: "naive", v: -1, lo: null, hi: 0, truth: -0.5 },
  { outcome: "others", method: "weighted", v: null, lo: null, hi: null, truth: null },
];
const ends = { value: "v", lower: "lo", upper: "hi" };
const forest = intervals(effects, {
  ...titles,
  ...ends,
  label: "outcome",
  series: "method",
  truth: "truth",
});
const weights = [1, 2, 3, 4, 100, null].map((w, i) => ({ w, arm: i % 2 === 0 ? "a" : "b" }));
const boxed = boxes(weights, { ...titles, category: "arm", value: "w" });
const pairs = Array.from({ length: 12_000 }, (_, i) => ({
  p: i / 12_000,
  o: i % 1000 === 0 ? null : (i % 7) / 7,
  arm: i % 4 === 0 ? "treated" : "control",
}));
const dots = scatter(pairs, { ...titles, x: "p", y: "o", series: "arm", seed: 7 });
const steps = stepHistogram({ a: [0, 1, 1, 3], b: [1, 3] }, { ...titles, bins: 40 });
const assumptions = [
  { parameter: "small", low: 9, high: 11, at: 1, to: 2000 },
  { parameter: "large", low: -5, high: 20, at: 0.1, to: null },
  { parameter: "one side", low: 12, high: 14, at: "no", to: "yes" },
];
const storm = tornado(assumptions, {
  ...titles,
  baseline: 10,
  lowSetting: "at",
  highSetting: "to",
});
const signed = bars(effects, {
  ...titles,
  category: "truth",
  value: "v",
  intervals: { v: ["lo", "hi"] },
  colorBySign: true,
});

/** Every string, number and list in a figure, wherever it stands. */
function* leaves(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) yield value;
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* leaves(part);
  } else yield value;
}

describe("every figure", () => {
  const all = {
    forest,
    boxed,
    dots,
    steps,
    storm,
    signed,
    beside: sideBySide([forest, storm]),
    above: stacked([steps, dots]),
  };
  for (const [name, figure] of Object.entries(all)) {
    it(`${name}: is plain JSON with short lists, rounded numbers and no WebGL`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
      for (const leaf of leaves(figure.data)) {
        if (Array.isArray(leaf)) assert.ok(leaf.length <= 5000);
        if (typeof leaf === "number") assert.equal(leaf, Number(leaf.toPrecision(7)));
      }
      for (const { type } of figure.data) assert.ok(["bar", "scatter", "box"].includes(type), type);
    });

    it(`${name}: takes its colours from the palette`, () => {
      const palette = Object.values(PALETTE) as string[];
      for (const { marker, line } of figure.data) {
        const { color } = (marker ?? line) as { color: string | string[] };
        for (const one of [color].flat()) assert.ok(palette.includes(one), one);
      }
    });
  }

  it("keeps lines of thresholds when it becomes a panel", () => {
    const shapes = sideBySide([forest, storm]).layout.shapes as Attributes[];
    assert.deepEqual(
      shapes.map(({ xref, yref }) => [xref, yref]),
      [
        ["x", "paper"],
        ["x2", "paper"],
        ["x2", "paper"],
      ],
    );
    const two = stacked([storm, storm]);
    const [from, to] = axis(two, "yaxis2").domain as [number, number];
    const below = (two.layout.shapes as Attributes[])[2]!;
    assert.deepEqual([below.y0, below.y1], [from, to]);
  });
});

describe("intervals", () => {
  it("draw one trace a series, moved apart around the label's place, the first row on top", () => {
    assert.deepEqual(
      forest.data.map(({ name }) => name),
      ["naive", "weighted", "True value"],
    );
    assert.deepEqual(trace(forest, 0).x, [3, -1]);
    assert.deepEqual(trace(forest, 0).y, [-0.3, 0.7]);
    assert.deepEqual(trace(forest, 1).x, [4.123457, null]);
    assert.deepEqual(trace(forest, 1).y, [0.3, 1.3]);
    assert.deepEqual(axis(forest, "yaxis").ticktext, ["own", "others"]);
    assert.deepEqual(axis(forest, "yaxis").range, [1.5, -0.5]);
  });

  it("reach from bound to bound; with a missing bound there is the point alone", () => {
    const { array, arrayminus } = trace(forest, 0).error_x as Attributes;
    assert.deepEqual(
      [arrayminus, array],
      [
        [1, null],
        [2, null],
      ],
    );
    const beside = intervals([{ outcome: "o", v: 7, lo: 1, hi: 2 }], {
      ...titles,
      ...ends,
      label: "outcome",
    });
    const { array: up, arrayminus: down } = trace(beside).error_x as Attributes;
    assert.deepEqual([down, up], [[6], [-5]]);
    const bare = intervals(effects.slice(0, 1), { ...titles, label: "outcome", value: "v" });
    assert.deepEqual((trace(bare).error_x as Attributes).array, [null]);
  });

  it("mark true values where they are known", () => {
    assert.deepEqual(trace(forest, 2).x, [4, 4, -0.5]);
    assert.deepEqual(trace(forest, 2).y, [-0.3, 0.3, 0.7]);
  });

  it("stand under headers of their groups", () => {
    const grouped = intervals(
      [
        { g: "A", l: "x", v: 1 },
        { g: "B", l: "x", v: 2 },
        { g: "A", l: "y", v: 3 },
      ],
      { ...titles, label: "l", value: "v", group: "g" },
    );
    assert.deepEqual(axis(grouped, "yaxis").ticktext, ["<b>A</b>", "x", "y", "<b>B</b>", "x"]);
    assert.deepEqual(trace(grouped).y, [1, 4, 2]);
  });

  it("turn upright, and show the reference that is asked for", () => {
    const ratios = { ...titles, ...ends, label: "outcome", reference: 1 };
    const upright = intervals(effects.slice(0, 1), { ...ratios, horizontal: false });
    assert.deepEqual(trace(upright).y, [3]);
    assert.ok("error_y" in trace(upright));
    const [line] = upright.layout.shapes as Attributes[];
    assert.deepEqual([line!.y0, line!.y1, line!.yref], [1, 1, "y"]);
    const [low, high] = axis(upright, "yaxis").range as [number, number];
    assert.ok(low < 1 && high > 5);
    const none = intervals(effects.slice(0, 1), { ...ratios, reference: null });
    assert.deepEqual(none.layout.shapes, []);
  });

  it("refuse what cannot be meant", () => {
    const options = { ...titles, ...ends, label: "outcome" };
    assert.throws(() => intervals(effects, options), /Row 2: own has a point already/);
    assert.throws(
      () => intervals([{ outcome: "o", v: 1.5, lo: 2, hi: 1 }], options),
      /Row 1: o has an interval from 2 down to 1/,
    );
    assert.throws(
      () => intervals(effects, { ...titles, label: "outcome", value: "v", lower: "lo" }),
      /both ends/,
    );
    assert.throws(
      () => intervals(effects, { ...options, label: "nowhere" }),
      /No column "nowhere"/,
    );
  });
});

describe("boxes", () => {
  it("summarise as numpy does, with Tukey's whiskers", () => {
    // python: np.quantile([7, 1, 2, 100, 4, 3], [.25, .5, .75]) -> [2.25, 3.5, 6.25]; IQR 4: fences at -3.75 and 12.25
    assert.deepEqual(boxSummary([7, 1, 2, 100, 4, 3]), {
      n: 6,
      lowerFence: 1,
      q1: 2.25,
      median: 3.5,
      q3: 6.25,
      upperFence: 7,
    });
    const one = boxSummary([5]);
    assert.deepEqual([one.lowerFence, one.q1, one.median, one.upperFence], [5, 5, 5, 5]);
    // All beyond the upper fence but the box itself: the whisker does not end inside the box.
    const { q3, upperFence } = boxSummary([0, 0, 0, 0, 0, 0, 0, 9, 9]);
    assert.ok(upperFence >= q3);
    assert.throws(() => boxSummary([]), /at least one number/);
  });

  it("are drawn from summary values, without outliers, missing values counted", () => {
    assert.deepEqual(trace(boxed).x, ["a", "b"]);
    assert.deepEqual(trace(boxed).median, [3, 3]);
    assert.deepEqual(trace(boxed).upperfence, [100, 4]);
    assert.equal(trace(boxed).boxpoints, false);
    assert.deepEqual(notes(boxed), ["missing: 1"]);
  });

  it("stand side by side by series, also as panels; a category without numbers has none", () => {
    const rows = [
      { c: "x", s: "one", v: 1 },
      { c: "y", s: "two", v: 2 },
    ];
    const figure = boxes(rows, { ...titles, category: "c", value: "v", series: "s" });
    assert.deepEqual(trace(figure, 1).x, ["y"]);
    assert.deepEqual(axis(figure, "xaxis").categoryarray, ["x", "y"]);
    assert.equal(figure.layout.boxmode, "group");
    assert.equal(sideBySide([figure, figure]).layout.boxmode, "group");
    const lying = boxes(rows, { ...titles, category: "c", value: "v", horizontal: true });
    assert.deepEqual(trace(lying).y, ["x", "y"]);
    assert.equal(axis(lying, "yaxis").autorange, "reversed");
    assert.throws(
      () => boxes([{ c: "x", v: null }], { ...titles, category: "c", value: "v" }),
      /Every value of "v" is missing/,
    );
  });
});

describe("scatter", () => {
  it("draws 5,000 points of more, by its seed, and says so", () => {
    const count = (figure: Figure) =>
      figure.data.reduce((sum, { x }) => sum + (x as number[]).length, 0);
    assert.equal(count(dots), 5000);
    assert.deepEqual(notes(dots), ["5,000 of 11,988 points, at random (seed 7), missing: 12"]);
    const options = { ...titles, x: "p", y: "o", series: "arm" };
    assert.deepEqual(scatter(pairs, { ...options, seed: 7 }), dots);
    assert.notDeepEqual(scatter(pairs, { ...options, seed: 8 }).data, dots.data);
    // A quarter is treated; 5,000 draws without replacement have a standard error of 0.005.
    const treated = (trace(dots, 0).x as number[]).length / 5000;
    assert.equal(trace(dots, 0).name, "treated");
    assert.ok(Math.abs(treated - 0.25) < 0.03, `${treated}`);
  });

  it("draws all of few, both axes alike with a diagonal", () => {
    const few = pairs.slice(1, 4);
    const figure = scatter(few, { ...titles, x: "p", y: "o", diagonal: true });
    assert.equal((trace(figure).x as number[]).length, 3);
    assert.deepEqual(axis(figure, "xaxis").range, axis(figure, "yaxis").range);
    const [line] = figure.layout.shapes as Attributes[];
    assert.deepEqual([line!.x0, line!.x1], axis(figure, "xaxis").range);
    assert.deepEqual(notes(figure), []);
    assert.throws(
      () => scatter([{ p: 1, o: null }], { ...titles, x: "p", y: "o" }),
      /No row has both "p" and "o"/,
    );
  });
});

describe("step histogram", () => {
  it("gives each series the area 1 over common bins", () => {
    // Whole numbers 0 to 3: four bins of width 1.
    assert.deepEqual(trace(steps, 0).x, [-0.5, -0.5, 0.5, 0.5, 1.5, 1.5, 2.5, 2.5, 3.5, 3.5]);
    assert.deepEqual(trace(steps, 0).y, [0, 0.25, 0.25, 0.5, 0.5, 0, 0, 0.25, 0.25, 0]);
    assert.deepEqual(trace(steps, 1).y, [0, 0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0]);
  });

  it("has the area 1 also in powers of ten, and counts what the axis cannot show", () => {
    const figure = stepHistogram(
      { a: [1.5, 20, 300.5, 4, 0], b: [-1, 7, Number.NaN] },
      { ...titles, logX: true, bins: 7, marks: { "clipped at": 10 } },
    );
    const [x, y] = [trace(figure).x as number[], trace(figure).y as number[]];
    let area = 0;
    for (let i = 1; i < x.length; i++) area += y[i]! * Math.log10(x[i]! / x[i - 1]!);
    assert.ok(Math.abs(area - 1) < 1e-5, `${area}`);
    assert.deepEqual(notes(figure), ["off the log axis (0 or below): 2, missing: 1"]);
    assert.deepEqual(trace(figure, 2).x, [10, 10]);
    assert.equal(axis(figure, "yaxis").type, undefined);
  });

  it("needs something to count in each series", () => {
    assert.throws(() => stepHistogram({}, titles), /at least one series/);
    assert.throws(
      () => stepHistogram({ a: [1, 2], b: [Number.NaN] }, titles),
      /Series "b" has no number/,
    );
  });
});

describe("tornado", () => {
  it("puts the widest on top, with bars from the baseline to both ends", () => {
    const ticks = axis(storm, "yaxis").ticktext;
    assert.deepEqual(ticks, ["<b>large</b>", "one side", "small"]);
    assert.deepEqual(trace(storm, 0).base, [10, 10, 10]);
    assert.deepEqual(trace(storm, 0).x, [-15, 2, -1]);
    assert.deepEqual(trace(storm, 1).x, [10, 4, 1]);
    assert.equal(storm.layout.barmode, "overlay");
  });

  it("parts the two halves where both ends lie on one side", () => {
    assert.deepEqual(trace(storm, 0).y, [0, 0.82, 2]);
    assert.deepEqual(trace(storm, 1).y, [0, 1.18, 2]);
  });

  it("writes the settings at the ends, outside of the bars", () => {
    const written = (storm.layout.annotations as Attributes[]).map(({ text, x, xanchor }) => [
      text,
      x,
      xanchor,
    ]);
    assert.deepEqual(written, [
      ["0.1", -5, "right"],
      ["no", 12, "left"],
      ["yes", 14, "left"],
      ["1", 9, "right"],
      ["2,000", 11, "left"],
      ["decision changes at 0", 0, "left"],
    ]);
    const [from, to] = axis(storm, "xaxis").range as [number, number];
    assert.ok(from < -5 && to > 20);
  });

  it("marks baseline and threshold, or no threshold", () => {
    const at = (figure: Figure) => (figure.layout.shapes as Attributes[]).map(({ x0 }) => x0);
    assert.deepEqual(at(storm), [10, 0]);
    const without = tornado(assumptions, { ...titles, baseline: 10, threshold: null });
    assert.deepEqual(at(without), [10]);
    assert.deepEqual(axis(without, "yaxis").ticktext, ["large", "one side", "small"]);
  });

  it("needs both ends of each bar, and a baseline", () => {
    const holed = [{ parameter: "p", low: 1, high: null }];
    assert.throws(() => tornado(holed, { ...titles, baseline: 1 }), /Row 1: p has no "high"/);
    assert.throws(
      () => tornado(assumptions, { ...titles, baseline: Number.NaN }),
      /baseline is NaN/,
    );
  });
});

describe("bars with intervals", () => {
  it("are coloured by their sign, with lines from bound to bound", () => {
    const { green, vermillion } = PALETTE;
    const { color } = trace(signed).marker as { color: string[] };
    assert.deepEqual(color.slice(0, 3), [green, green, vermillion]);
    const { array, arrayminus } = trace(signed).error_y as Attributes;
    assert.deepEqual(array, [2, 1.876543, null, null]);
    assert.deepEqual(arrayminus, [1, 1.123457, null, null]);
    assert.equal(axis(signed, "yaxis").zeroline, true);
  });

  it("refuse two series by sign, and intervals of columns that are not drawn", () => {
    const options = { ...titles, category: "outcome", value: ["v", "lo"] };
    assert.throws(
      () => bars(effects, { ...options, colorBySign: true }),
      /needs one series; here are 2/,
    );
    assert.throws(
      () => bars(effects, { ...options, intervals: { w: ["lo", "hi"] } }),
      /intervals names "w", but the bars are v, lo/,
    );
  });
});

describe("wrapped", () => {
  it("breaks at blanks, never inside a word", () => {
    assert.equal(wrapped("aaa bbb ccc", 7), "aaa bbb<br>ccc");
    assert.equal(wrapped("aVeryLongWordIndeed b", 5), "aVeryLongWordIndeed<br>b");
    assert.equal(wrapped("short"), "short");
  });
});
