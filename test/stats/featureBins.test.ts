import assert from "node:assert/strict";
import { test } from "node:test";
import { binEdges, binFeatures } from "../../lib/stats/featureBins";
import { features } from "../../lib/stats/features";

const gone = Number.NaN;
const all = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const ones = (n: number) => new Float64Array(n).fill(1);

function edgesOf(column: number[], bins: number, weights = ones(column.length)): number[] {
  const { edges } = binEdges(features({ a: column }), all(column.length), weights, {
    bins,
    seed: 1,
  });
  return [...edges[0]!];
}

test("few values are cut midway between neighbours, missing ones aside", () => {
  assert.deepEqual(edgesOf([3, 1, gone, 1, 2, 3], 255), [1.5, 2.5]);
  assert.deepEqual(edgesOf([7, 7, gone], 255), []);
});

/*
numpy.percentile([0, 1, 1, 4, 9, 16, 25, 36], [25, 50, 75], method="averaged_inverted_cdf") -> 1, 6.5, 20.5
numpy.percentile([0, 1, 1, 4, 9, 16, 25], [100 / 3, 200 / 3], method="averaged_inverted_cdf") -> 1, 9
*/
test("many values are cut at quantiles, midway where one lies between two values", () => {
  assert.deepEqual(edgesOf([36, 0, 1, 9, 1, 16, 4, 25], 4), [1, 6.5, 20.5]);
  assert.deepEqual(edgesOf([0, 1, 1, 4, 9, 16, 25], 3), [1, 9]);
  // Equal quantiles give one edge.
  assert.deepEqual(edgesOf([0, 0, 0, 0, 0, 0, 0, 1, 2, 3], 3), [0]);
});

test("a weight of 2 cuts as a repeated value does", () => {
  const weights = Float64Array.of(1, 2, 1, 1, 1, 1, 1);
  assert.deepEqual(edgesOf([0, 1, 4, 9, 16, 25, 36], 4, weights), [1, 6.5, 20.5]);
});

test("every value lands in the bin whose edges it lies between, missing ones in the one after the last", () => {
  const x = features({ a: [0, 1.5, 1.6, 2.5, 9, gone], b: [gone, 1, 1, 1, 1, 1] });
  const bins = new Uint8Array(12);
  binFeatures(x, [Float64Array.of(1.5, 2.5), new Float64Array()], bins);
  assert.deepEqual([...bins], [0, 0, 1, 1, 2, 3, 1, 0, 0, 0, 0, 0]);
});

test("255 bins hold 255 values apart", () => {
  const values = Array.from({ length: 255 }, (_, k) => k * k);
  const x = features({ a: values });
  const edges = edgesOf(values, 255);
  const bins = new Uint8Array(255);
  binFeatures(x, [Float64Array.from(edges)], bins);
  assert.deepEqual([...bins], [...values.keys()]);
});

test("an infinite value is an error with column and row; columns with missing values are marked", () => {
  const x = features({ a: [1, 2], b: [1, -Infinity] });
  assert.throws(
    () => binEdges(x, all(2), ones(2), { bins: 9, seed: 1 }),
    /Column b, row 2: -Infinity/,
  );
  const { hasMissing } = binEdges(features({ a: [1, gone], b: [1, 2] }), all(2), ones(2), {
    bins: 9,
    seed: 1,
  });
  assert.deepEqual([...hasMissing], [1, 0]);
});
