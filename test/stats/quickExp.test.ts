import assert from "node:assert/strict";
import { test } from "node:test";
import { quickExp } from "../../lib/stats/quickExp";
import { random } from "../../lib/stats/random";

test("it is the exponential function, to 15 digits near 0 and 12 far out", () => {
  assert.equal(quickExp(0), 1);
  const draws = random(1);
  for (const reach of [1e-3, 1, 30, 700]) {
    for (let k = 0; k < 2000; k++) {
      const x = reach * (2 * draws.uniform() - 1);
      const error = Math.abs(quickExp(x) / Math.exp(x) - 1);
      assert.ok(error < 1e-15 * (Math.abs(x) + 1), `${x}: ${error}`);
    }
  }
});

test("beyond 700 it stays where it is: never 0, never infinite", () => {
  assert.equal(quickExp(1e9), quickExp(700));
  assert.equal(quickExp(-Infinity), quickExp(-700));
  assert.ok(quickExp(-700) > 0);
});
