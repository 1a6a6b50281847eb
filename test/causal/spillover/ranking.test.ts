import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { finalPositions, invalidSlates, visibility } from "../../../lib/causal/spillover";
import {
  assertPromotion,
  largestSlate,
  visibilityOfPositions,
  visibilityTable,
} from "../../../lib/causal/spillover/ranking";
import { assertClose, mean, onRows, simulatedSlates, slatesOf } from "./fixture";

const TWELVE = Array.from({ length: 12 }, (_, k) => k + 1);

describe("visibility", () => {
  test("is the discount of DCG", () => {
    assert.equal(visibility(1), 1);
    assert.equal(visibility(3), 0.5);
    assert.equal(visibility(7), 1 / 3);
    for (const [k, printed] of [1, 0.6309, 0.5, 0.4307, 0.3869, 0.3562].entries()) {
      assertClose(visibility(k + 1), printed, 5e-5);
    }
  });

  test("averages .424395 over twelve positions, and promotion from 5 to 12 gains .68361", () => {
    assertClose(mean(TWELVE.map((k) => visibility(k))), 0.424395, 5e-7);
    assertClose(1 - mean(TWELVE.slice(4).map((k) => visibility(k))), 0.68361, 5e-6);
  });

  test("falls faster with a larger decay, and not at all with 0", () => {
    assert.equal(visibility(3, 2), 0.25);
    assert.equal(visibility(9, 0), 1);
    assert.deepEqual([...visibilityTable(3)], [0, 1, visibility(2), 0.5]);
    assert.deepEqual([...visibilityTable(3, 0)], [0, 1, 1, 1]);
    assert.deepEqual([...visibilityOfPositions([3, 1])], [0.5, 1]);
  });
});

describe("finalPositions", () => {
  test("one promoted item goes to the top, items above it move down by one", () => {
    const slates = slatesOf({ a: "DDDD", b: "DDD" });
    assert.deepEqual([...finalPositions(slates, onRows(slates, 2))], [2, 3, 1, 4, 1, 2, 3]);
  });

  test("several promoted items keep their order at the top", () => {
    const slates = slatesOf({ a: "DDDDD", b: "DD" });
    // Promoted are seed positions 2 and 5 of a, and both of b.
    const final = finalPositions(slates, onRows(slates, 1, 4, 5, 6));
    assert.deepEqual([...final], [3, 1, 4, 5, 2, 1, 2]);
  });

  test("are 1 to the slate's size, and no promoted item moves down", () => {
    const slates = simulatedSlates(3, 40);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1), { minLength: slates.rows, maxLength: slates.rows }),
        (flags) => {
          const promoted = Uint8Array.from(flags);
          const final = finalPositions(slates, promoted);
          assert.equal(invalidSlates(slates, final), 0);
          for (let i = 0; i < slates.rows; i++) {
            if (promoted[i] === 1) assert.ok(final[i]! <= slates.position[i]!);
            else assert.ok(final[i]! >= slates.position[i]!);
          }
        },
      ),
      { numRuns: 30, seed: 5 },
    );
  });

  test("need one flag a row", () => {
    const slates = slatesOf({ a: "DDD" });
    assert.throws(() => finalPositions(slates, new Uint8Array(2)), /2 values for 3 rows of slates/);
    assert.throws(() => assertPromotion(slates, [0, 0.5, 1]), /Row 2: promoted is 0 or 1, not 0.5/);
    assertPromotion(slates, [0, 1, 1]);
  });
});

test("invalidSlates counts slates, however many of their positions are wrong", () => {
  const slates = slatesOf({ a: "DDD", b: "DD", c: "D" });
  assert.equal(invalidSlates(slates, [3, 1, 2, 2, 1, 1]), 0);
  assert.equal(invalidSlates(slates, [1, 1, 2, 0, 1, 1]), 2);
  assert.equal(invalidSlates(slates, [4, 5, 6, 1, 2, 2]), 2);
});

test("largestSlate", () => {
  assert.equal(largestSlate(slatesOf({ a: "DDD", b: "DDDDD", c: "D" })), 5);
  assert.equal(largestSlate(slatesOf({})), 0);
});
