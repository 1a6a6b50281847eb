import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { describe } from "../../lib/panels";
import { tableOf, testEngine, type Value } from "./panelFixture";

const opened = testEngine();

async function described(values: readonly Value[], percentiles?: number[]) {
  const table = await tableOf(
    await opened,
    "t",
    { x: "DOUBLE" },
    values.map((value) => [value]),
  );
  const [row] = await describe(table, ["x"], { percentiles });
  return row!;
}

function close(actual: unknown, expected: number, what: string): void {
  const distance = Math.abs((actual as number) - expected);
  assert.ok(distance <= 1e-12 * Math.max(1, Math.abs(expected)), `${what}: ${actual}, ${expected}`);
}

// pd.Series([3.5, 1, 2, None, 7]).describe(percentiles=[.1, .25, .5, .75, .9])
test("is pandas' describe: missing values left out, n - 1, linear interpolation", async () => {
  const row = await described([3.5, 1, 2, null, 7]);
  assert.deepEqual(Object.keys(row), [
    "variable",
    "count",
    "mean",
    "std",
    "min",
    "10%",
    "25%",
    "50%",
    "75%",
    "90%",
    "max",
  ]);
  const expected = [4, 3.375, Math.sqrt(20.6875 / 3), 1, 1.3, 1.75, 2.75, 4.375, 5.95, 7];
  const [variable, ...values] = Object.values(row);
  assert.equal(variable, "x");
  values.forEach((value, i) => {
    close(value, expected[i]!, Object.keys(row)[i + 1]!);
  });
});

test("a single value has no standard deviation; a column of missing values has nothing but its count", async () => {
  const one = await described([2]);
  assert.deepEqual(
    [one.count, one.mean, one.std, one.min, one["50%"], one.max],
    [1, 2, null, 2, 2, 2],
  );
  const { variable, count, ...rest } = await described([null, null]);
  assert.deepEqual([variable, count], ["x", 0]);
  assert.deepEqual(new Set(Object.values(rest)), new Set([null]));
});

test("rows follow the columns asked for, whatever their types and names", async () => {
  const engine = await opened;
  const table = await engine.table(
    "odd name",
    `SELECT range::INTEGER AS "the ""count""", (range % 2)::TINYINT AS flag, range / 2 AS half FROM range(5)`,
  );
  const rows = await describe(table, ["half", 'the "count"', "flag"], { percentiles: [0.5] });
  assert.deepEqual(
    rows.map((row) => [row.variable, row.count, row.mean, row["50%"], row.max]),
    [
      ["half", 5, 1, 1, 2],
      ['the "count"', 5, 2, 2, 4],
      ["flag", 5, 0.4, 0, 1],
    ],
  );
});

test("takes other percentiles, and refuses those that are none", async () => {
  const row = await described([0, 10], [0.025, 1 / 3, 0.999]);
  close(row["2.5%"], 0.25, "2.5%");
  close(row["33.3333%"], 10 / 3, "a third");
  close(row["99.9%"], 9.99, "99.9%");
  for (const p of [0, 1, -0.1, 50, Number.NaN]) {
    await assert.rejects(described([1, 2], [p]), RangeError);
  }
});

test("agrees with a sort of the values, moves with them and scales with them", async () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(values, async (numbers) => {
      const row = await described(numbers);
      const sorted = numbers.slice().sort((a, b) => a - b);
      const mean = sorted.reduce((a, b) => a + b) / sorted.length;
      close(row.mean, mean, "mean");
      const squares = sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      assert.ok(Math.abs((row.std as number) - Math.sqrt(squares / (sorted.length - 1))) < 1e-8);
      for (const p of [0.1, 0.25, 0.5, 0.75, 0.9]) {
        const at = p * (sorted.length - 1);
        const below = sorted[Math.floor(at)]!;
        const expected = below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
        assert.ok(Math.abs((row[`${p * 100}%`] as number) - expected) < 1e-9);
      }
      const moved = await described(numbers.map((x) => 2 * x + 7));
      close(moved["75%"], 2 * (row["75%"] as number) + 7, "75% of moved values");
      assert.ok(Math.abs((moved.std as number) - 2 * (row.std as number)) < 1e-8);
    }),
    { numRuns: 25 },
  );
});
