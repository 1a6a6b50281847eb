import assert from "node:assert/strict";
import { test } from "node:test";
import { refittedWeights, treatmentWeights } from "../../lib/causal";
import { features, logisticLearner, random, takeRows } from "../../lib/stats";

const rng = random(8);
const n = 400;
const z = Float64Array.from({ length: n }, () => rng.normal());
const treatment = Float64Array.from(z, (value) =>
  Number(rng.uniform() < 1 / (1 + Math.exp(-value))),
);
const x = features({ z, square: z.map((value) => value * value) });

test("a draw's weights are those of the rows written out as often as they were drawn", () => {
  const counts = Float64Array.from({ length: n }, (_, i) => i % 3);
  const rows = [...counts.keys()].flatMap((i) => new Array<number>(counts[i]!).fill(i));
  const copied = rows.map((i) => treatment[i]!);
  const model = logisticLearner({ ridge: 1 }).fit(takeRows(x, rows), copied);
  const expected = treatmentWeights(copied, model.predict(takeRows(x, rows)), { cap: 10 }).weights;
  const weights = refittedWeights({ x, treatment })(counts);
  for (const [place, i] of rows.entries()) {
    assert.ok(Math.abs(weights[i]! - expected[place]!) < 1e-6);
  }
});

test("the cap holds in each draw", () => {
  const all = new Float64Array(n).fill(1);
  const weights = refittedWeights({ x, treatment }, { cap: 1.5 })(all);
  assert.equal(Math.max(...Array.from(weights)), 1.5);
});
