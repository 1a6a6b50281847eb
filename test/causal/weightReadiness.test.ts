import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { weightReadiness } from "../../lib/causal";

const balance = [
  { covariate: "a", abs_smd: 0.8, abs_weighted_smd: 0.1 },
  { covariate: "b", abs_smd: 0.2, abs_weighted_smd: 0.3 },
  { covariate: "constant", abs_smd: null, abs_weighted_smd: null },
];
const e = [0.04, 0.3, 0.5, 0.96];
const weights = [1, 1, 2, 4];

function column(rows: ReturnType<typeof weightReadiness>, name: string) {
  return rows.map((row) => row[name]);
}

describe("weightReadiness", () => {
  test("five checks by hand; a covariate without a difference is left out", () => {
    const rows = weightReadiness({ e, weights, balance });
    const expected = [0.5, 4, 64 / 22 / 4, 0.3, 0.5];
    for (const [i, value] of column(rows, "value").entries()) {
      assert.ok(Math.abs(Number(value) - expected[i]!) < 1e-12);
    }
    assert.deepEqual(column(rows, "passes"), [false, true, true, true, true]);
  });

  test("bars can be set and are shown", () => {
    const bars = { extremeShare: 0.6, largestWeight: 3, effectiveShare: 0.9 };
    const rows = weightReadiness({ e, weights, balance }, bars);
    assert.deepEqual(column(rows, "passes"), [true, false, false, true, true]);
    assert.deepEqual(column(rows, "bar").slice(0, 3), ["< 0.6", "<= 3", ">= 0.9"]);
  });

  test("weights that make it worse fail, and no balance is no pass", () => {
    const worse = [{ covariate: "a", abs_smd: 0.1, abs_weighted_smd: 0.4 }];
    assert.deepEqual(column(weightReadiness({ e, weights, balance: worse }), "passes").slice(3), [
      false,
      false,
    ]);
    const none = weightReadiness({ e, weights, balance: [] });
    assert.deepEqual(column(none, "value").slice(3), [null, null]);
    assert.deepEqual(column(none, "passes").slice(3), [false, false]);
  });
});
