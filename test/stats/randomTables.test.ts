import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasTable, random, sampleWithoutReplacement, shuffle } from "../../lib/stats";

test("an alias table draws in proportion to the weights and never an index of weight 0", () => {
  const weights = [0, 5, 1, 0.5, 0, 3.5, 0];
  const table = aliasTable(weights);
  assert.equal(table.size, 7);
  assert.equal(table.total, 10);
  const draws = random(4);
  const n = 100_000;
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < n; i++) counts[table.draw(draws)] += 1;
  let chiSquare = 0;
  weights.forEach((weight, i) => {
    if (weight === 0) assert.equal(counts[i], 0);
    else chiSquare += (counts[i] - (n * weight) / 10) ** 2 / ((n * weight) / 10);
  });
  assert.ok(chiSquare < 21.1, `${chiSquare}`); // 0.9999 quantile of chi-square with 3 degrees
});

test("one weight, equal weights and weights of very different size", () => {
  const draws = random(4);
  assert.equal(aliasTable([3]).draw(draws), 0);
  const equal = aliasTable(new Float64Array(1_000).fill(0.1));
  const seen = new Set(Array.from({ length: 20_000 }, () => equal.draw(draws)));
  assert.equal(seen.size, 1_000);
  const steep = aliasTable([1e-300, 1, 1e-300]);
  for (let i = 0; i < 1_000; i++) assert.equal(steep.draw(draws), 1);
});

test("weights that are negative, not finite or all 0 are refused", () => {
  assert.throws(() => aliasTable([1, -1]), /Weight 1 is -1/);
  assert.throws(() => aliasTable([1, Number.NaN]), /Weight 1 is NaN/);
  assert.throws(() => aliasTable([0, 0]), /at least one/);
  assert.throws(() => aliasTable([]), /at least one/);
});

test("a shuffle keeps the items and makes every order equally likely", () => {
  const draws = random(8);
  const counts = new Map<string, number>();
  const n = 24_000;
  for (let i = 0; i < n; i++) {
    const order = shuffle([1, 2, 3, 4], draws).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  let chiSquare = 0;
  for (const count of counts.values()) chiSquare += (count - n / 24) ** 2 / (n / 24);
  assert.ok(chiSquare < 60, `${chiSquare}`); // 0.9999 quantile of chi-square with 23 degrees: 57.7
  const typed = Int32Array.from([5, 6, 7]);
  assert.deepEqual(Array.from(shuffle(typed, draws)).sort(), [5, 6, 7]);
});

test("a sample without replacement: different, in order, every subset equally likely", () => {
  const draws = random(2);
  const counts = new Map<string, number>();
  const n = 20_000;
  for (let i = 0; i < n; i++) {
    const sample = Array.from(sampleWithoutReplacement(5, 3, draws));
    assert.ok(sample[0] < sample[1] && sample[1] < sample[2]);
    const key = sample.join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 10);
  let chiSquare = 0;
  for (const count of counts.values()) chiSquare += (count - n / 10) ** 2 / (n / 10);
  assert.ok(chiSquare < 33.7, `${chiSquare}`); // 0.9999 quantile of chi-square with 9 degrees
  assert.deepEqual(Array.from(sampleWithoutReplacement(3, 3, draws)), [0, 1, 2]);
  assert.equal(sampleWithoutReplacement(3, 0, draws).length, 0);
  assert.throws(() => sampleWithoutReplacement(3, 4, draws), /Cannot draw 4/);
});
