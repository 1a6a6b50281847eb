import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalLabels, quantileSegments } from "../../lib/causal/quantileSegments";

/*
import numpy as np, pandas as pd
def uniforms(s):
    while True:
        s = (s * 1664525 + 1013904223) % 2**32
        yield s / 2**32
u = uniforms(3)
count = [int(600 * next(u) ** 2) for _ in range(400)]; count[7] = 0
fine = [next(u) * 3 for _ in range(400)]
tiny = [100 + next(u) / 1e4 for _ in range(400)]
signed = [next(u) * 50 - 20 for _ in range(400)]
for x, q, kw in ((count, 4, {}), (fine, 4, {}), (tiny, 4, {}), (signed, 5, {}), ([0] * 30 + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 4, dict(duplicates="drop"))):
    c = pd.qcut(pd.Series(x), q, **kw)
    print([str(v) for v in c.cat.categories], list(c.value_counts(sort=False)))
(pandas 3.0.6)
*/
function columns() {
  let state = 3;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const list = (next: () => number) => Array.from({ length: 400 }, next);
  const count = list(() => Math.trunc(600 * draw() ** 2));
  count[7] = 0;
  const fine = list(() => draw() * 3);
  const tiny = list(() => 100 + draw() / 1e4);
  const signed = list(() => draw() * 50 - 20);
  return { count, fine, tiny, signed };
}

function sizes({ labels, order }: ReturnType<typeof quantileSegments>): number[] {
  return order.map((segment) => labels.filter((label) => label === segment).length);
}

test("labels and sizes are those of pandas.qcut", () => {
  const { count, fine, tiny, signed } = columns();
  const quartiles = quantileSegments(count);
  assert.deepEqual(quartiles.order, [
    "(-0.001, 37.0]",
    "(37.0, 143.5]",
    "(143.5, 341.0]",
    "(341.0, 599.0]",
  ]);
  assert.deepEqual(sizes(quartiles), [101, 99, 101, 99]);
  assert.equal(quartiles.labels[7], "(-0.001, 37.0]");
  assert.deepEqual(quantileSegments(fine).order, [
    "(0.00664, 0.661]",
    "(0.661, 1.395]",
    "(1.395, 2.185]",
    "(2.185, 2.984]",
  ]);
  assert.deepEqual(quantileSegments(tiny).order, [
    "(99.99999, 100.00002]",
    "(100.00002, 100.00005]",
    "(100.00005, 100.00008]",
    "(100.00008, 100.0001]",
  ]);
  const fifths = quantileSegments(signed, { parts: 5 });
  assert.deepEqual(fifths.order, [
    "(-19.969, -11.106]",
    "(-11.106, -2.166]",
    "(-2.166, 7.801]",
    "(7.801, 18.043]",
    "(18.043, 29.846]",
  ]);
  assert.deepEqual(sizes(fifths), [80, 80, 80, 80, 80]);
});

test("equal edges are an error, or merged as pandas drops them", () => {
  const zeros = [...new Array<number>(30).fill(0), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  assert.throws(() => quantileSegments(zeros), /0, 0, 0, 0\.25, 10 are not all different/);
  const merged = quantileSegments(zeros, { duplicates: "merge" });
  assert.deepEqual(merged.order, ["(-0.001, 0.25]", "(0.25, 10.0]"]);
  assert.deepEqual(sizes(merged), [30, 10]);
});

test("edges by hand: closed on the right, the least number in the first, missing ones in none", () => {
  const found = quantileSegments([5, Number.NaN, 1, 3, 2, 4], { parts: 2 });
  assert.deepEqual(found.edges, [1, 3, 5]);
  assert.deepEqual(found.order, ["(0.999, 3.0]", "(3.0, 5.0]"]);
  assert.deepEqual(found.labels, [
    "(3.0, 5.0]",
    null,
    "(0.999, 3.0]",
    "(0.999, 3.0]",
    "(0.999, 3.0]",
    "(3.0, 5.0]",
  ]);
});

test("half-way digits go to the even one, as numpy rounds", () => {
  assert.deepEqual(intervalLabels([1, 2.0625, 4]), ["(0.999, 2.062]", "(2.062, 4.0]"]);
});

test("says what is wrong", () => {
  assert.throws(() => quantileSegments([1, 2], { parts: 0 }), /whole number from 1 on, not 0/);
  assert.throws(() => quantileSegments([Number.NaN]), /no number to cut/);
  assert.throws(() => quantileSegments([1, Number.POSITIVE_INFINITY]), /is infinite/);
  assert.throws(
    () => quantileSegments([3, 3], { duplicates: "merge" }),
    /All rows have the number 3/,
  );
});
