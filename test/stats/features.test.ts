import assert from "node:assert/strict";
import { test } from "node:test";
import {
  featureColumn,
  featureColumns,
  features,
  takeColumns,
  takeRows,
  withConstant,
} from "../../lib/stats/features";

const x = features({ age: [20, 30, 40], visits: [1, Number.NaN, 3] });

test("columns lie row by row, in the order of their names", () => {
  assert.deepEqual(x.names, ["age", "visits"]);
  assert.equal(x.rows, 3);
  assert.deepEqual([...x.values], [20, 1, 30, Number.NaN, 40, 3]);
  assert.deepEqual([...featureColumn(x, "visits")], [1, Number.NaN, 3]);
});

test("rows are taken by index, columns by name, and a column can be held constant", () => {
  assert.deepEqual([...takeRows(x, [2, 0, 2]).values], [40, 3, 20, 1, 40, 3]);
  const turned = takeColumns(x, ["visits", "age"]);
  assert.deepEqual(turned.names, ["visits", "age"]);
  assert.deepEqual([...turned.values], [1, 20, Number.NaN, 30, 3, 40]);
  assert.equal(takeColumns(x, ["age", "visits"]), x);
  assert.deepEqual([...withConstant(x, "visits", 9).values], [20, 9, 30, 9, 40, 9]);
  assert.deepEqual([...x.values], [20, 1, 30, Number.NaN, 40, 3]);
});

test("what cannot be is an error that says what and where", () => {
  assert.throws(() => features({}), /at least one column/);
  assert.throws(
    () => features({ a: [1], b: [1, 2] }),
    /^Error: Column b has 2 values, column a has 1\.$/,
  );
  const missing = /^Error: There is no column agee\. There are age, visits\.$/;
  assert.throws(() => featureColumn(x, "agee"), missing);
  assert.throws(() => takeColumns(x, ["agee"]), missing);
  assert.throws(() => withConstant(x, "agee", 0), missing);
});

test("all columns by name, taken apart once", () => {
  const small = features({ a: [1, 2], b: [3, 4] });
  const columns = featureColumns(small);
  assert.deepEqual(Object.keys(columns), ["a", "b"]);
  assert.deepEqual([...columns.b!], [3, 4]);
  assert.equal(featureColumns(small), columns);
  assert.notEqual(featureColumns(features({ a: [1, 2], b: [3, 4] })), columns);
});
