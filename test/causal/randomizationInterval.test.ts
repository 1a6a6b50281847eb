import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bernoulli, completeRandomization } from "../../lib/causal/designs";
import { randomizationInterval } from "../../lib/causal/randomizationInterval";
import { type RandomizedData, randomizationTest } from "../../lib/causal/randomizationTest";
import { random } from "../../lib/stats";

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

/** The set is exactly where the test does not reject: checked at its ends and over a grid. */
function isInversion(
  data: RandomizedData,
  options: { draws?: number; seed?: number },
  level: number,
): void {
  const found = randomizationInterval(data, { ...options, level });
  const [lower, upper, value] = [found.lower!, found.upper!, found.value!];
  const isRejected = (effect: number) =>
    randomizationTest(data, { ...options, effect }).pValue <= 1 - level + 1e-12;
  const step = 1e-6 * (upper - lower);
  assert.deepEqual(
    [lower - step, lower + step, value, upper - step, upper + step].map(isRejected),
    [true, false, false, false, true],
  );
  for (let k = 0; k < 40; k++) {
    const effect = lower + ((upper - lower) * (k - 10 + 0.5)) / 20;
    assert.equal(isRejected(effect), effect < lower || effect > upper, `effect ${effect}`);
  }
}

describe("the inverted randomization test", () => {
  test("has the end points one finds by hand", () => {
    // Treated 5 and 4, untreated 1 and 2: a = 3. Draws (units): 01 and 23 are always as extreme. 02 has a' = 0, b' = 0:
    // |0| >= |3 - tau| at 3 alone. So do 12 (-1, 0): |3 - tau| <= 1, 03 (1, 0): 1, and 13 (0, 0): 0.
    const design = completeRandomization(4, { treated: 2 });
    const data = { design, assignment: Uint8Array.of(1, 1, 0, 0), outcome: [5, 4, 1, 2] };
    // At most 2 of 6 as extreme beyond distance 1, 4 of 6 up to it.
    const found = randomizationInterval(data, { level: 0.5 });
    close(found.value, 3);
    close(found.lower, 2);
    close(found.upper, 4);
    assert.deepEqual([found.standardError, found.n], [null, 4]);
    const wide = randomizationInterval(data, { level: 0.95 });
    assert.deepEqual([wide.lower, wide.upper], [null, null]);
    assert.match(wide.warnings[0]!, /too few assignments/);
  });

  test("is the set of effects that the test does not reject", () => {
    const stream = random(6);
    const normal = (n: number) => Float64Array.from({ length: n }, () => stream.normal());
    const small = completeRandomization(9, { treated: 4 });
    isInversion({ design: small, assignment: small.draw(stream), outcome: normal(9) }, {}, 0.9);
    const coins = bernoulli(12, { p: 0.3 });
    const assignment = Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0);
    isInversion({ design: coins, assignment, outcome: normal(12) }, {}, 0.9);
    const large = bernoulli(60, { p: 0.4 });
    isInversion(
      { design: large, assignment: large.draw(stream), outcome: normal(60) },
      { draws: 199, seed: 3 },
      0.95,
    );
  });

  test("moves with a constant effect and scales with the outcome", () => {
    const design = completeRandomization(50, { treated: 20 });
    const stream = random(14);
    const assignment = design.draw(stream);
    const outcome = Float64Array.from(assignment, () => stream.normal());
    const options = { draws: 300, seed: 1 };
    const before = randomizationInterval({ design, assignment, outcome }, options);
    const moved = outcome.map((y, i) => 7 + 2 * y + 3 * assignment[i]!);
    const after = randomizationInterval({ design, assignment, outcome: moved }, options);
    close(after.lower, 2 * before.lower! + 3, 1e-9);
    close(after.upper, 2 * before.upper! + 3, 1e-9);
  });

  test("covers a constant effect as often as it says", () => {
    const design = completeRandomization(40, { treated: 15 });
    const stream = random(15);
    let covered = 0;
    const replications = 400;
    for (let r = 0; r < replications; r++) {
      const assignment = design.draw(stream);
      const outcome = Float64Array.from(assignment, (z) => stream.exponential() + 0.7 * z);
      const found = randomizationInterval(
        { design, assignment, outcome },
        { draws: 199, seed: r, level: 0.9 },
      );
      if (found.lower! <= 0.7 && found.upper! >= 0.7) covered++;
    }
    close(covered / replications, 0.9, 0.045);
  });

  test("says what is wrong", () => {
    const design = completeRandomization(4, { treated: 2 });
    const assignment = Uint8Array.of(1, 1, 0, 0);
    assert.throws(
      () => randomizationInterval({ design, assignment, outcome: [1, 2] }),
      /2 outcomes for 4/,
    );
    assert.throws(
      () => randomizationInterval({ design, assignment: new Uint8Array(4), outcome: [1, 2, 3, 4] }),
      /no treated or no untreated units/,
    );
    assert.throws(
      () => randomizationInterval({ design, assignment, outcome: [1, 2, 3, 4] }, { level: 95 }),
      /in \(0, 1\), not 95/,
    );
  });
});
