import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compensatedSum, sumOver } from "../../lib/stats";

test("small terms survive beside large ones, in any order", () => {
  assert.equal(compensatedSum([1e16, 1, -1e16, 1]), 2);
  assert.equal(compensatedSum([1, 1e100, 1, -1e100]), 2);
  assert.equal(compensatedSum([]), 0);
  assert.equal(
    sumOver(10, () => 0.1),
    1,
  );
});

test("is the exact sum, rounded: integers over a common denominator as witnesses", () => {
  const terms = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(terms, (numerators) => {
      const exact = numerators.reduce((a, b) => a + b, 0) / 1000;
      const sum = compensatedSum(numerators.map((n) => n / 1000));
      // Each term is rounded before it is added, by at most half a unit in its last place.
      const bound = numerators.reduce((a, n) => a + Math.abs(n / 1000), 1) * 2 ** -52;
      assert.ok(Math.abs(sum - exact) <= bound, `${sum}, ${exact}`);
    }),
  );
});
