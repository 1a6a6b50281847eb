import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  causalDiagram,
  type DiagramNode,
  type Figure,
  heatmap,
  histogram,
  lovePlot,
  panelExplorer,
  sequentialDiagram,
  sideBySide,
} from "../../lib/notebook";
import { PALETTE } from "../../lib/notebook/theme";

type Record_ = Record<string, unknown>;
const trace = (figure: Figure, index = 0) => figure.data[index] as Record_;
const annotations = (figure: Figure) => figure.layout.annotations as Record_[];
const titles = { title: "Balance", xTitle: "Treatment", yTitle: "Covariate" };

const smds = [
  { covariate: "lag_1_x", treatment: "a", smd: -0.0193 },
  { covariate: "prior_x", treatment: "a", smd: 1.00256 },
  { covariate: "lag_1_x", treatment: "b", smd: null },
  { covariate: "prior_x", treatment: "b", smd: -0.001 },
];

describe("heatmap", () => {
  const figure = heatmap(smds, { ...titles, row: "covariate", column: "treatment", value: "smd" });

  it("puts each record in its field, rows and columns in the order they come", () => {
    assert.deepEqual(trace(figure).y, ["lag_1_x", "prior_x"]);
    assert.deepEqual(trace(figure).x, ["a", "b"]);
    assert.deepEqual(trace(figure).z, [
      [-0.0193, null],
      [1.00256, -0.001],
    ]);
  });

  it("writes the numbers in the fields, nothing where there is none, and no minus zero", () => {
    assert.deepEqual(
      annotations(figure).map(({ x, y, text }) => [y, x, text]),
      [
        [0, 0, "-0.02"],
        [0, 1, ""],
        [1, 0, "1.00"],
        [1, 1, "0.00"],
      ],
    );
  });

  it("is white at its centre, with colours as strong on both sides", () => {
    assert.equal(trace(figure).zmid, 0);
    assert.equal(trace(figure).zmin, -(trace(figure).zmax as number));
    const one = heatmap(smds, {
      ...titles,
      row: "covariate",
      column: "treatment",
      value: "smd",
      center: 1,
    });
    assert.ok(Math.abs((trace(one).zmin as number) - (1 - 1.0193)) < 1e-9);
  });

  it("marks where the sign changes, at the edges of fields, in colours of gain and loss", () => {
    // + - -
    // + + missing
    const values = [2, -1, -3, 4, 1, null];
    const map = values.map((value, i) => ({
      row: `r${i < 3 ? 1 : 2}`,
      cell: [0.5, 1, 2][i % 3],
      value,
    }));
    const marked = heatmap(map as never, {
      ...titles,
      row: "row",
      column: "cell",
      value: "value",
      gains: true,
      numbers: false,
      limit: 5,
      signLine: "line: it begins to pay",
    });
    const ends = (marked.layout.shapes as Record_[]).map(({ x0, x1, y0, y1 }) => [x0, x1, y0, y1]);
    assert.deepEqual(ends, [
      [0.5, 0.5, -0.5, 0.5],
      [0.5, 1.5, 0.5, 0.5],
    ]);
    assert.deepEqual(
      annotations(marked).map(({ text }) => text),
      ["line: it begins to pay"],
    );
    assert.deepEqual([trace(marked).zmin, trace(marked).zmax], [-5, 5]);
    assert.equal((trace(marked).colorscale as [number, string][])[2]?.[1], PALETTE.green);
    assert.equal(figure.layout.shapes, undefined);
    assert.throws(
      () =>
        heatmap(map as never, { ...titles, row: "row", column: "cell", value: "value", limit: 0 }),
      /limit is a number above 0, not 0/,
    );
  });

  it("shows one scale for panels that share it, else one a panel", () => {
    const scaled = (limit: number) =>
      heatmap(smds, { ...titles, row: "covariate", column: "treatment", value: "smd", limit });
    const shown = (figure: Figure) => figure.data.map((one) => one.showscale !== false);
    assert.deepEqual(shown(sideBySide([scaled(2), scaled(2)])), [false, true]);
    const apart = sideBySide([scaled(2), scaled(3)]);
    assert.deepEqual(shown(apart), [true, true]);
    const [first] = (apart.layout.xaxis as { domain: number[] }).domain.slice(1);
    assert.equal((trace(apart).colorbar as Record_).x, first);
  });

  it("refuses two values for a field, and a value that is no number", () => {
    const options = { ...titles, row: "covariate", column: "treatment", value: "smd" };
    assert.throws(
      () => heatmap([smds[0]!, smds[0]!], options),
      /Row 2: lag_1_x and a have a value/,
    );
    assert.throws(() => heatmap([{ ...smds[0]!, smd: "high" }], options), /"high", not a number/);
    assert.throws(() => heatmap(smds, { ...options, value: "ks" }), /No column "ks"/);
  });
});

describe("love plot", () => {
  const before = [
    { covariate: "small", smd: 0.05 },
    { covariate: "large", smd: -0.9 },
    { covariate: "middle", smd: 0.3 },
  ];
  const after = [
    { covariate: "large", smd: -0.02 },
    { covariate: "middle", smd: 0.4 },
    { covariate: "small", smd: null },
  ];

  it("orders covariates by their size before, and sets what stays out of balance in bold", () => {
    const figure = lovePlot({ before, after }, { title: "Balance" });
    assert.deepEqual(trace(figure, 0).y, ["large", "<b>middle</b>", "small"]);
    assert.deepEqual(trace(figure, 0).x, [0.9, 0.3, 0.05]);
    assert.deepEqual(trace(figure, 1).x, [0.02, 0.4, null]);
    assert.equal(figure.layout.showlegend, true);
  });

  it("marks its thresholds, on both sides where directions count", () => {
    const marked = (figure: Figure) =>
      (figure.layout.shapes as { x0: number }[]).map(({ x0 }) => x0);
    assert.deepEqual(marked(lovePlot({ before }, { title: "" })), [0.1, 0.25]);
    const signed = lovePlot({ before }, { title: "", absolute: false, thresholds: [0.2] });
    assert.deepEqual(marked(signed), [-0.2, 0.2]);
    assert.deepEqual(trace(signed).x, [-0.9, 0.3, 0.05]);
  });

  it("draws other measures, and needs a series", () => {
    const figure = lovePlot(
      { seen: [{ covariate: "x", ks: 0.3 }] },
      { title: "", measure: "ks", xTitle: "KS" },
    );
    assert.deepEqual(trace(figure).x, [0.3]);
    assert.throws(() => lovePlot({}, { title: "" }), /at least one series/);
  });
});

describe("causal diagram", () => {
  const node = (id: string, x: number, kind: DiagramNode["kind"] = "state"): DiagramNode => ({
    id,
    label: id,
    x,
    y: 0,
    kind,
  });
  const nodes = [node("L", 0), node("A", 1, "treatment"), node("Y", 2, "outcome")];

  it("draws an arrow for each cause, confounding ones in colour", () => {
    const arrows = [
      { from: "L", to: "A", confounds: true },
      { from: "A", to: "Y" },
    ];
    const figure = causalDiagram({ title: "", nodes, arrows });
    const drawn = annotations(figure).filter((one) => one.showarrow);
    assert.deepEqual(
      drawn.map(({ ax, x, arrowcolor }) => [ax, x, arrowcolor === PALETTE.vermillion]),
      [
        [0, 1, true],
        [1, 2, false],
      ],
    );
    assert.deepEqual(
      figure.data.map(({ name }) => name),
      ["State before the treatment", "Treatment", "Outcome"],
    );
  });

  it("refuses arrows in a circle and arrows to nowhere", () => {
    const circle = [
      { from: "L", to: "A" },
      { from: "A", to: "Y" },
      { from: "Y", to: "L" },
    ];
    assert.throws(
      () => causalDiagram({ title: "", nodes, arrows: circle }),
      /circle among L, A, Y/,
    );
    assert.throws(
      () => causalDiagram({ title: "", nodes, arrows: [{ from: "L", to: "B" }] }),
      /No node "B"/,
    );
  });

  it("over days has a state and a treatment a day, and the state moves treatment and later state", () => {
    const figure = sequentialDiagram({ title: "", days: 4 });
    const count = (name: string) =>
      (figure.data.find((one) => one.name === name)!.x as unknown[]).length;
    assert.equal(count("State before the treatment"), 4);
    assert.equal(count("Treatment"), 4);
    const coloured = annotations(figure).filter((one) => one.arrowcolor === PALETTE.vermillion);
    assert.equal(coloured.length, 8, "from each state to its treatment and to what comes next");
  });
});

describe("panel explorer", () => {
  const rows = [1, 2].flatMap((user) =>
    [0, 1, 2].map((day) => ({
      user_id: user,
      event_date: new Date(Date.UTC(2020, 6, 5 + day)),
      interactions: user * day,
      treated: day === 1 ? 1 : 0,
      next: day === 2 ? null : 5,
    })),
  );
  const options = {
    title: "",
    state: { interactions: "Watches" },
    treatment: { treated: "intense" },
    outcome: { next: "Next day" },
  };
  const figure = panelExplorer(rows, options);

  it("shows one user, and a menu for the others", () => {
    assert.deepEqual(
      figure.data.map((one) => one.visible),
      [true, true, true, false, false, false],
    );
    const [menu] = figure.layout.updatemenus as {
      buttons: { label: string; args: [{ visible: boolean[] }] }[];
    }[];
    assert.deepEqual(
      menu?.buttons.map(({ label }) => label),
      ["user 1", "user 2"],
    );
    assert.deepEqual(menu?.buttons[1]?.args[0].visible, [false, false, false, true, true, true]);
  });

  it("sets treated days off, and leaves a gap where the outcome is missing", () => {
    assert.deepEqual(trace(figure, 3).y, [0, null, 4]);
    assert.deepEqual(trace(figure, 4).y, [null, 2, null]);
    assert.deepEqual(trace(figure, 5).y, [5, 5, null]);
  });

  it("refuses more days than a figure holds", () => {
    const many = Array.from({ length: 5001 }, () => rows[0]!);
    assert.throws(() => panelExplorer(many, options), /5001 days are more than a figure can hold/);
  });
});

describe("histogram", () => {
  const values = [0.5, 0.6, 1.2, 1.3, 1.4, 9.5];

  it("marks values with lines that a legend names, also as a panel", () => {
    const figure = histogram(values, { ...titles, marks: { "at one": 1 } });
    assert.deepEqual(
      figure.data.map(({ name }) => name),
      ["Covariate", "at one"],
    );
    assert.deepEqual(trace(figure, 1).x, [1, 1]);
    const panels = sideBySide([figure, histogram(values, titles)]);
    assert.deepEqual(
      panels.data.map((one) => one.showlegend),
      [true, true, false],
    );
  });

  it("counts on a log axis from below one, so that a single value has a bar", () => {
    const figure = histogram(values, { ...titles, logY: true });
    const yaxis = figure.layout.yaxis as { type: string; range: number[] };
    assert.equal(yaxis.type, "log");
    assert.ok(yaxis.range[0]! < 0 && 10 ** yaxis.range[1]! >= 3);
  });
});
