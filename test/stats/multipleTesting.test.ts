import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { benjaminiHochberg, holm } from "../../lib/stats/multipleTesting";

const P = [0.01, 0.04, 0.03, 0.005, 0.5];

function assertClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${i}: ${actual[i]} is not ${value}`);
  }
}

// statsmodels.stats.multitest.multipletests([.01, .04, .03, .005, .5], method="fdr_bh")[1], method="holm"
test("adjusted p-values are those of statsmodels", () => {
  assertClose(benjaminiHochberg(P), [0.025, 0.05, 0.05, 0.025, 0.5]);
  assertClose(holm(P), [0.04, 0.09, 0.09, 0.025, 0.5]);
});

describe("adjusted p-values", () => {
  test("of one test are its own", () => {
    assertClose(benjaminiHochberg([0.2]), [0.2]);
    assertClose(holm([0.2]), [0.2]);
  });

  test("never fall below the raw ones, never exceed 1, and keep their order", () => {
    for (const adjust of [benjaminiHochberg, holm]) {
      const p = [0.9, 0.001, 0.2, 0.2, 0.6, 0.04];
      const adjusted = adjust(p);
      for (const [i, value] of p.entries()) {
        assert.ok(adjusted[i]! >= value && adjusted[i]! <= 1);
        for (const [j, other] of p.entries()) {
          if (value < other) assert.ok(adjusted[i]! <= adjusted[j]!);
        }
      }
    }
  });

  test("refuse what is no p-value", () => {
    assert.throws(() => benjaminiHochberg([0.1, 1.2]), /p-value 2 is 1\.2/);
    assert.throws(() => holm([Number.NaN]), /p-value 1 is NaN/);
  });
});
