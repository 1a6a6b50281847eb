import assert from "node:assert/strict";
import { test } from "node:test";
import { glmDesign } from "../../lib/stats/glmDesign";
import { separation } from "../../lib/stats/separation";

const x = [-2, -1, 1, 2];
const of = (outcome: number[], family: "binomial" | "poisson" | "gaussian") =>
  glmDesign({ outcome, columns: { x } }, family, true).design;

test("a step is proof when no row loses by it", () => {
  const complete = { complete: true, rows: 4, names: ["x"] };
  const step = Float64Array.of(0, 3);
  assert.deepEqual(separation(of([0, 0, 1, 1], "binomial"), "binomial", step), complete);
  // One row on the wrong side; a short step; an outcome that is none.
  assert.equal(separation(of([0, 1, 0, 1], "binomial"), "binomial", step), undefined);
  assert.equal(
    separation(of([0, 0, 1, 1], "binomial"), "binomial", Float64Array.of(0, 0.1)),
    undefined,
  );
  assert.equal(separation(of([0, 0, 1, 0.5], "binomial"), "binomial", step), undefined);
  assert.equal(separation(of([0, 0, 1, 1], "gaussian"), "gaussian", step), undefined);
});

test("rows of which nothing is gained are not counted", () => {
  // (x - mean) = -1, -1, -1, 3: with as much in the intercept the first three stay where they are.
  const design = glmDesign(
    { outcome: [1, 0, 1, 1], columns: { x: [-1, -1, -1, 3] } },
    "binomial",
    true,
  ).design;
  const found = separation(design, "binomial", Float64Array.of(1, design.scales[0]!));
  assert.deepEqual(found, { complete: false, rows: 1, names: ["x"] });
});

test("counts are separated where rows with 0 go down alone", () => {
  const design = glmDesign(
    { outcome: [2, 1, 0], columns: { none: [0, 0, 1] } },
    "poisson",
    true,
  ).design;
  // -1 for the last row, 0 for the others: mean 1/3.
  const step = Float64Array.of(-1 / 3, -design.scales[0]!);
  assert.deepEqual(separation(design, "poisson", step), {
    complete: false,
    rows: 1,
    names: ["none"],
  });
});
