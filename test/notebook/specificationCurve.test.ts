import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../lib/loaders/rows";
import { browserPath } from "../../lib/notebook/browserPath";
import type { Figure } from "../../lib/notebook/figure";
import { closeDrawing, figurePng } from "../../lib/notebook/png";
import { specificationPlot } from "../../lib/notebook/specificationCurve";
import { PALETTE } from "../../lib/notebook/theme";
import { decoded } from "./support";

type Record_ = Record<string, unknown>;
const trace = (figure: Figure, index: number) => figure.data[index] as Record_;
const layout = (figure: Figure, name: string) => figure.layout[name] as Record_;

const choices = { outcome: ["count", "hours"], weights: ["none", "capped"] };
const rows: Row[] = [
  { value: -3, lower: -5, upper: -1, significant: true, outcome: "count", weights: "capped" },
  { value: -1, lower: -2, upper: 1, significant: false, outcome: "hours", weights: "capped" },
  { value: 2, lower: -1, upper: 5, significant: false, outcome: "count", weights: "none" },
  { value: 4, lower: 3, upper: null, significant: true, outcome: "hours", weights: "none" },
];
const titles = { title: "Curve", yTitle: "Effect (clicks)", choices };

describe("a specification plot", () => {
  const figure = specificationPlot(rows, titles);

  it("draws estimates by kind, each at its place, and dots at what was chosen", () => {
    assert.deepEqual(
      figure.data.map(({ name, yaxis, showlegend }) => [name, yaxis ?? "y", showlegend ?? true]),
      [
        ["Significant, above 0", "y", true],
        ["Significant, above 0", "y2", false],
        ["Significant, below 0", "y", true],
        ["Significant, below 0", "y2", false],
        ["Not significant", "y", true],
        ["Not significant", "y2", false],
      ],
    );
    assert.deepEqual([trace(figure, 0).x, trace(figure, 0).y], [[4], [4]]);
    assert.deepEqual(
      [trace(figure, 4).x, trace(figure, 4).y],
      [
        [2, 3],
        [-1, 2],
      ],
    );
    // Lines from the top: outcome, count, hours, weights, none, capped.
    assert.deepEqual(
      [trace(figure, 1).x, trace(figure, 1).y],
      [
        [4, 4],
        [2, 4],
      ],
    );
    assert.deepEqual(
      [trace(figure, 5).x, trace(figure, 5).y],
      [
        [2, 3, 2, 3],
        [2, 1, 5, 4],
      ],
    );
    assert.deepEqual(layout(figure, "yaxis2").ticktext, [
      "<b>outcome</b>",
      "count",
      "hours",
      "<b>weights</b>",
      "none",
      "capped",
    ]);
  });

  it("gives intervals their own distances, none where an end is missing", () => {
    const below = trace(figure, 2).error_y as Record_;
    assert.deepEqual([below.array, below.arrayminus], [[2], [2]]);
    const above = trace(figure, 0).error_y as Record_;
    assert.deepEqual([above.array, above.arrayminus], [[null], [1]]);
  });

  it("marks the reference and the median, and says the median where a rising curve leaves room", () => {
    const shapes = figure.layout.shapes as Record_[];
    assert.deepEqual(
      shapes.map(({ y0, y1 }) => [y0, y1]),
      [
        [0, 0],
        [0.5, 0.5],
      ],
    );
    const [note] = figure.layout.annotations as Record_[];
    assert.deepEqual(
      [note!.text, note!.x, note!.yanchor],
      ["dashed line: median 0.5", 1, "bottom"],
    );
  });

  it("keeps its two parts apart, the lower one as high as its lines", () => {
    const [bottom, top] = ["yaxis2", "yaxis"].map(
      (name) => layout(figure, name).domain as number[],
    );
    assert.ok(bottom![0] === 0 && bottom![1]! < top![0]! && top![1] === 1);
    const more = { ...choices, population: ["all", "some", "few", "fewer", "fewest"] };
    const tall = specificationPlot(
      rows.map((row) => ({ ...row, population: "all" })),
      { ...titles, choices: more },
    );
    assert.ok(tall.layout.height > figure.layout.height);
    assert.ok((layout(tall, "yaxis2").domain as number[])[1]! > bottom![1]!);
  });

  it("colours by side of another reference, names decisions, and says when none is significant", () => {
    const shifted = specificationPlot(rows, {
      ...titles,
      reference: 10,
      names: { weights: "Weights" },
    });
    const kinds = shifted.data.map(({ name }) => name);
    assert.deepEqual([...new Set(kinds)], ["Significant, below 10", "Not significant"]);
    assert.equal((trace(shifted, 0).marker as Record_).color, PALETTE.vermillion);
    assert.equal((layout(shifted, "yaxis2").ticktext as string[])[3], "<b>Weights</b>");
    const quiet = specificationPlot(
      rows.map((row) => ({ ...row, significant: false })),
      titles,
    );
    assert.equal(quiet.layout.showlegend, false);
    assert.match(
      String((quiet.layout.annotations as Record_[])[0]!.text),
      /median 0\.5; none is significant$/,
    );
  });

  it("is plain JSON that plotly draws", async (t) => {
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
    const browser = browserPath();
    if (!browser) return t.skip("no browser on this machine");
    const picture = decoded(await figurePng(figure, browser, "test"));
    closeDrawing();
    assert.equal(picture.width, 1440);
    assert.ok(picture.inked > 0.01 && picture.colors > 50, `${picture.inked}`);
  });

  it("says what is wrong", () => {
    assert.throws(
      () => specificationPlot([{ ...rows[0]!, weights: "raw" }], titles),
      /Row 1: weights is raw, which is none of its choices/,
    );
    assert.throws(
      () => specificationPlot(rows, { ...titles, choices: { users: ["all"] } }),
      /No column "users"/,
    );
    const many = Array.from({ length: 2501 }, () => rows[0]!);
    assert.throws(() => specificationPlot(many, titles), /2501 specifications of 2 decisions/);
    assert.throws(() => specificationPlot([], titles), /No rows to draw/);
  });
});
