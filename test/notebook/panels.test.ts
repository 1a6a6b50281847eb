import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bars, grid, sideBySide } from "../../lib/notebook";
import type { Figure } from "../../lib/notebook/figure";

const panel = (title: string): Figure =>
  bars([{ a: title, n: 1 }], { category: "a", value: "n", title, xTitle: "a", yTitle: "n" });
const five = ["A", "B", "C", "D", "E"].map(panel);

type Domain = readonly [from: number, to: number];

/** Domains of each panel, from the first to the last. */
function domains({ layout }: Figure, count: number): { x: Domain; y: Domain }[] {
  return Array.from({ length: count }, (_, k) => {
    const suffix = k === 0 ? "" : String(k + 1);
    const of = (axis: string) => (layout[axis] as { domain: Domain }).domain;
    return { x: of(`xaxis${suffix}`), y: of(`yaxis${suffix}`) };
  });
}

describe("a grid", () => {
  it("goes row by row from the top left, three in a row unless told otherwise", () => {
    const [a, b, c, d, e] = domains(grid(five), 5);
    assert.deepEqual([a!.x[0], c!.x[1]], [0, 1]);
    assert.deepEqual([d!.x, e!.x], [a!.x, b!.x]);
    assert.deepEqual([b!.y, c!.y, e!.y], [a!.y, a!.y, d!.y]);
    assert.deepEqual([a!.y[1], d!.y[0]], [1, 0]);
    // No panel runs into the next.
    assert.ok(a!.x[1] < b!.x[0] && b!.x[1] < c!.x[0] && d!.y[1] < a!.y[0]);
  });

  it("has panels of the same size, each with its own axes and title", () => {
    const figure = grid(five);
    for (const { x, y } of domains(figure, 5)) {
      const [first] = domains(figure, 5);
      assert.ok(Math.abs(x[1] - x[0] - (first!.x[1] - first!.x[0])) < 1e-4);
      assert.ok(Math.abs(y[1] - y[0] - (first!.y[1] - first!.y[0])) < 1e-4);
    }
    assert.deepEqual(
      figure.data.map(({ xaxis, yaxis }) => [xaxis, yaxis]),
      ["", "2", "3", "4", "5"].map((k) => [`x${k}`, `y${k}`]),
    );
    const titles = figure.layout.annotations as { text: string; x: number; y: number }[];
    assert.deepEqual(
      titles.map(({ text }) => text),
      ["A", "B", "C", "D", "E"],
    );
    domains(figure, 5).forEach(({ x, y }, k) => {
      assert.ok(Math.abs(titles[k]!.x - (x[0] + x[1]) / 2) < 1e-9);
      assert.equal(titles[k]!.y, y[1]);
    });
  });

  it("is 13 inches wide and 3.6 a row, or of the size that was asked for", () => {
    const size = (figure: Figure) => [figure.layout.width, figure.layout.height];
    assert.deepEqual(size(grid(five)), [1300, 720]);
    assert.deepEqual(size(grid(five, { columns: 5 })), [1300, 360]);
    assert.deepEqual(size(grid(five, { size: [10, 9] })), [1000, 900]);
  });

  it("with one column is a stack; with more columns than figures one row", () => {
    const stack = domains(grid(five.slice(0, 2), { columns: 1 }), 2);
    assert.deepEqual(
      [stack[0]!.x, stack[1]!.x],
      [
        [0, 1],
        [0, 1],
      ],
    );
    assert.ok(stack[1]!.y[1] < stack[0]!.y[0]);
    const row = domains(grid(five.slice(0, 2), { columns: 9 }), 2);
    assert.deepEqual(
      [row[0]!.y, row[1]!.y],
      [
        [0, 1],
        [0, 1],
      ],
    );
    assert.equal(row[1]!.x[1], 1);
  });

  it("refuses one figure, panels in panels, and impossible columns", () => {
    assert.throws(() => grid([]), /at least two figures, not 0/);
    assert.throws(() => grid(five.slice(0, 1)), /at least two figures, not 1/);
    assert.throws(() => grid([sideBySide(five.slice(0, 2)), five[2]!]), /cannot be a panel/);
    for (const columns of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => grid(five, { columns }), /whole number from 1 on, not/);
    }
  });
});
