import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { toBundle } from "../../lib/kernel/bundle";
import { bars, closeDrawing, histogram, lines, sideBySide } from "../../lib/notebook";
import { browserPath } from "../../lib/notebook/browserPath";

const titles = { title: "Films", xTitle: "Year", yTitle: "Films (count)" };
const rows = [
  { year: 1999, films: 3 },
  { year: 2000, films: 5 },
];
const figures = {
  bars: bars(rows, { ...titles, category: "year", value: "films" }),
  histogram: histogram([1, 2, 2, 3], titles),
  lines: lines(rows, { ...titles, x: "year", y: "films" }),
  panels: sideBySide([
    bars(rows, { ...titles, category: "year", value: "films" }),
    lines(rows, { ...titles, x: "year", y: "films" }),
  ]),
};

after(closeDrawing);

describe("a figure as the result of a cell", () => {
  for (const [name, figure] of Object.entries(figures)) {
    it(`is interactive, a picture and words: ${name}`, async () => {
      const bundle = await toBundle(figure);
      const plotly = bundle["application/vnd.plotly.v1+json"] as {
        data: unknown[];
        layout: object;
      };
      assert.deepEqual(plotly.data, JSON.parse(JSON.stringify(figure.data)));
      assert.equal("width" in plotly.layout, false);
      assert.match(bundle["text/plain"] as string, /Films/);
      assert.equal("image/png" in bundle, browserPath() !== undefined);
      if (browserPath()) {
        const png = Buffer.from(bundle["image/png"] as string, "base64");
        assert.equal(png.toString("latin1", 1, 4), "PNG");
      }
    });
  }

  it("stays a plain record for JSON and comparison", () => {
    const { bars: figure } = figures;
    assert.deepEqual(Object.keys(figure), ["data", "layout"]);
    assert.deepEqual(figure, bars(rows, { ...titles, category: "year", value: "films" }));
    assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(figure))), ["data", "layout"]);
  });
});
