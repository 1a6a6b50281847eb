import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bars } from "../../lib/notebook/bars";
import type { Figure } from "../../lib/notebook/figure";
import { histogram } from "../../lib/notebook/histogram";
import { lines } from "../../lib/notebook/lines";
import { sideBySide, stacked } from "../../lib/notebook/panels";
import { PALETTE } from "../../lib/notebook/theme";

interface Axis {
  readonly title: { readonly text: string };
  readonly [attribute: string]: unknown;
}

const rows = [
  { rating: 0.5, full: 0.0164104, sample: 0.0149, at: new Date("1996-03-01T00:00:00Z") },
  { rating: 1, full: 0.0295833333333, sample: null, at: new Date("1996-03-02T12:30:00Z") },
];
const titles = { title: "Shares", xTitle: "Rating (stars)", yTitle: "Share of ratings" };
const full = { full: "Full file", sample: "Sampled users" };

const grouped = bars(rows, { ...titles, category: "rating", value: full });
const ranked = bars(rows, { ...titles, category: "rating", value: "full", horizontal: true });
const drawn = lines(rows, { ...titles, x: "rating", y: full, size: [11, 7] });
const counted = histogram([1, 2, 3], { ...titles, color: "purple" });

const trace = (figure: Figure, index = 0) => figure.data[index] as Record<string, unknown>;
const axis = (figure: Figure, name: string) => figure.layout[name] as Axis;

/** Every string, number and list in a figure, wherever it stands. */
function* leaves(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) yield value;
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* leaves(part);
  } else yield value;
}

describe("every figure", () => {
  const all = {
    grouped,
    ranked,
    drawn,
    counted,
    beside: sideBySide([grouped, counted]),
    above: stacked([drawn, drawn], { shared: true }),
  };
  for (const [name, figure] of Object.entries(all)) {
    it(`${name}: titles both axes, in inches times 100, on white`, () => {
      assert.equal(
        axis(figure, "xaxis").title.text || axis(figure, "xaxis2").title.text,
        "Rating (stars)",
      );
      assert.equal(axis(figure, "yaxis").title.text, "Share of ratings");
      assert.equal(figure.layout.plot_bgcolor, "#ffffff");
      assert.ok(figure.layout.width >= 900 && figure.layout.height >= 450);
    });

    it(`${name}: is plain JSON with short lists and rounded numbers`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
      for (const leaf of leaves(figure)) {
        if (Array.isArray(leaf)) assert.ok(leaf.length <= 5000);
        if (typeof leaf === "number")
          assert.ok(String(Math.abs(leaf)).replace(/\D/g, "").length <= 17);
      }
      for (const { type, x, y } of figure.data) {
        assert.ok(["bar", "scatter"].includes(type), `${type} is drawn without WebGL`);
        for (const value of [x, y].flat()) {
          if (typeof value === "number") assert.equal(value, Number(value.toPrecision(7)));
        }
      }
    });

    it(`${name}: takes its colours from the palette`, () => {
      for (const { marker } of figure.data) {
        const { color } = marker as { color: string };
        assert.ok((Object.values(PALETTE) as string[]).includes(color), color);
      }
    });
  }
});

describe("bars", () => {
  it("draws one series per column, with a legend for more than one", () => {
    assert.deepEqual(
      grouped.data.map(({ name }) => name),
      ["Full file", "Sampled users"],
    );
    assert.deepEqual(trace(grouped).x, ["0.5", "1.0"]);
    assert.deepEqual(trace(grouped).y, [0.0164104, 0.02958333]);
    assert.deepEqual(trace(grouped, 1).y, [0.0149, null]);
    assert.equal(grouped.layout.showlegend, true);
    assert.equal(ranked.layout.showlegend, false);
  });

  it("puts the first row on top when horizontal", () => {
    assert.deepEqual(trace(ranked).y, ["0.5", "1.0"]);
    assert.equal(axis(ranked, "yaxis").autorange, "reversed");
    assert.equal(trace(ranked).orientation, "h");
  });

  it("makes room for labels that would run into each other", () => {
    const long = Array.from({ length: 12 }, (_, i) => ({
      genre: `a long name of genre ${i}`,
      n: i,
    }));
    const slanted = bars(long, { ...titles, category: "genre", value: "n" });
    assert.equal(axis(slanted, "xaxis").tickangle, -40);
    const bottom = (figure: Figure) => (figure.layout.margin as { b: number }).b;
    assert.ok(bottom(slanted) > bottom(grouped) + 80);
  });

  it("says what is wrong", () => {
    assert.throws(
      () => bars(rows, { ...titles, category: "genre", value: "full" }),
      /No column "genre"\. The rows have rating, full/,
    );
    assert.throws(
      () => bars(rows, { ...titles, category: "full", value: "at" }),
      /Row 1: "at" is .*not a number/,
    );
    assert.throws(() => bars([], { ...titles, category: "a", value: "b" }), /No rows/);
    const many = Array.from({ length: 5001 }, (_, i) => ({ a: i, b: i }));
    assert.throws(() => bars(many, { ...titles, category: "a", value: "b" }), /5001 bars/);
  });
});

describe("lines", () => {
  it("joins rows, with a gap where a value is missing and a dot at each of few", () => {
    assert.deepEqual(trace(drawn, 1).y, [0.0149, null]);
    assert.equal(trace(drawn).mode, "lines+markers");
  });

  it("writes times as text in UTC", () => {
    const figure = lines(rows, { ...titles, x: "at", y: "full" });
    assert.deepEqual(trace(figure).x, ["1996-03-01 00:00:00", "1996-03-02 12:30:00"]);
  });

  it("draws means above 5,000 rows and says so", () => {
    const many = Array.from({ length: 12_000 }, (_, i) => ({ day: i, n: i % 2 === 0 ? i : null }));
    const figure = lines(many, { ...titles, x: "day", y: "n" });
    // 12,000 rows in steps of 3: the first point is the mean of rows 0, 1 (missing) and 2.
    assert.equal((trace(figure).x as number[]).length, 4000);
    assert.deepEqual((trace(figure).x as number[]).slice(0, 2), [0, 3]);
    assert.deepEqual((trace(figure).y as number[]).slice(0, 2), [1, 4]);
    const [note] = figure.layout.annotations as { text: string }[];
    assert.equal(note?.text, "Each point is the mean of 3 rows");
  });
});

describe("panels", () => {
  it("gives every figure its own axes, side by side without overlap", () => {
    const figure = sideBySide([grouped, counted], { size: [13, 4.5] });
    assert.deepEqual([figure.layout.width, figure.layout.height], [1300, 450]);
    assert.deepEqual(
      figure.data.map(({ xaxis, yaxis }) => [xaxis, yaxis]),
      [
        ["x", "y"],
        ["x", "y"],
        ["x2", "y2"],
      ],
    );
    const [, end] = axis(figure, "xaxis").domain as [number, number];
    const [start] = axis(figure, "xaxis2").domain as [number, number];
    assert.ok(end < start);
  });

  it("stacks from the top, the shared axis labelled once at the bottom", () => {
    const figure = stacked([drawn, drawn], { shared: true });
    const [, below] = axis(figure, "yaxis2").domain as [number, number];
    const [above] = axis(figure, "yaxis").domain as [number, number];
    assert.ok(below < above);
    assert.equal(axis(figure, "xaxis").matches, "x2");
    assert.equal(axis(figure, "xaxis").showticklabels, false);
    assert.equal(axis(figure, "xaxis").title.text, "");
    assert.equal(axis(figure, "xaxis2").title.text, "Rating (stars)");
  });

  it("keeps each panel's title and names a series once in the legend", () => {
    const figure = sideBySide([grouped, grouped]);
    const texts = (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
    assert.deepEqual(texts, ["Shares", "Shares"]);
    assert.deepEqual(
      figure.data.map(({ showlegend }) => showlegend),
      [true, true, false, false],
    );
  });

  it("refuses one figure, and panels in panels", () => {
    assert.throws(() => sideBySide([grouped]), /at least two/);
    assert.throws(() => stacked([sideBySide([grouped, counted]), counted]), /cannot be a panel/);
  });
});
