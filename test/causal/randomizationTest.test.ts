import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Design } from "../../lib/causal/design";
import { bernoulli, completeRandomization } from "../../lib/causal/designs";
import { differenceInMeans, randomizationTest } from "../../lib/causal/randomizationTest";
import { random } from "../../lib/stats";

function close(actual: number, expected: number, digits = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

describe("the randomization test", () => {
  const design = completeRandomization(4, { treated: 2 });
  const data = { design, assignment: Uint8Array.of(1, 1, 0, 0), outcome: [5, 4, 1, 2] };

  test("has the p-values one counts by hand", () => {
    // Differences in means of the six assignments: 3, 0, 1, -1, 0, -3.
    const found = randomizationTest(data);
    close(found.pValue, 2 / 6);
    close(found.statistic, 3);
    assert.deepEqual([found.method, found.assignments, found.standardErrorBound], ["exact", 6, 0]);
    close(randomizationTest(data, { alternative: "greater" }).pValue, 1 / 6);
    close(randomizationTest(data, { alternative: "less" }).pValue, 1);
    const other = { ...data, assignment: Uint8Array.of(1, 0, 0, 1) };
    close(randomizationTest(other, { alternative: "greater" }).pValue, 2 / 6);
    close(randomizationTest(other).pValue, 4 / 6);
  });

  test("weights assignments by their probability", () => {
    // Treated sum as statistic: assignments 00, 10, 01, 11 have 0, 1, 2, 3 with probabilities .4, .4, .1, .1.
    const weighted = {
      design: bernoulli(2, { p: [0.5, 0.2] }),
      assignment: Uint8Array.of(0, 1),
      outcome: [1, 2],
    };
    const statistic = (y: Float64Array, z: Uint8Array) => y[0]! * z[0]! + y[1]! * z[1]!;
    close(randomizationTest(weighted, { statistic, alternative: "greater" }).pValue, 0.2);
    close(randomizationTest(weighted, { statistic, alternative: "less" }).pValue, 0.9);
    // Difference in means is undefined where nobody or everybody is treated: .4 and .1 are left.
    const difference = randomizationTest(weighted, { alternative: "greater" });
    close(difference.pValue, 0.1 / 0.5);
    assert.equal(difference.undefinedAssignments, 2);
  });

  test("takes a constant effect off the treated", () => {
    // Without 3 on the treated outcomes are 2, 1, 1, 2: differences 0, -1 .. 1.
    const found = randomizationTest(data, { effect: 3 });
    close(found.statistic, 0);
    close(found.pValue, 1);
    close(
      randomizationTest(data, { effect: -3 }).pValue,
      randomizationTest({ ...data, outcome: [8, 7, 1, 2] }).pValue,
    );
  });

  test("counts the observed assignment among the draws", () => {
    const large = completeRandomization(40, { treated: 20 });
    const assignment = large.draw(random(1));
    const outcome = Float64Array.from(assignment, (z, i) => 100 * z + (i % 3));
    const found = randomizationTest(
      { design: large, assignment, outcome },
      { draws: 199, seed: 4 },
    );
    close(found.pValue, 1 / 200);
    assert.deepEqual([found.method, found.assignments], ["simulated", 199]);
    assert.equal(found.nullDistribution.length, 199);
    assert.deepEqual(
      randomizationTest({ design: large, assignment, outcome }, { draws: 199, seed: 4 }),
      found,
    );
  });

  test("simulated agrees with exact", () => {
    const unlisted: Design = { name: "unlisted", units: 4, draw: design.draw };
    const found = randomizationTest({ ...data, design: unlisted }, { draws: 20_000, seed: 2 });
    close(found.pValue, 2 / 6, 5 * found.standardErrorBound);
  });

  test("has uniform p-values under the null hypothesis and power against a shift", () => {
    const trial = bernoulli(30, { p: 0.4 });
    const stream = random(12);
    const replications = 400;
    const below = { 5: 0, 20: 0, 50: 0, power: 0 };
    for (let r = 0; r < replications; r++) {
      const assignment = trial.draw(stream);
      const base = Float64Array.from({ length: 30 }, () => stream.exponential());
      const run = (shift: number) =>
        randomizationTest(
          { design: trial, assignment, outcome: base.map((y, i) => y + shift * assignment[i]!) },
          { draws: 99, seed: r },
        ).pValue;
      const p = run(0);
      if (p <= 0.05) below[5]++;
      if (p <= 0.2) below[20]++;
      if (p <= 0.5) below[50]++;
      if (run(2) <= 0.05) below.power++;
    }
    // Binomial standard deviations are 1.1, 2 and 2.5 points.
    close(below[5] / replications, 0.05, 0.035);
    close(below[20] / replications, 0.2, 0.06);
    close(below[50] / replications, 0.5, 0.075);
    assert.ok(below.power / replications > 0.95);
  });

  test("says what is wrong", () => {
    const large = completeRandomization(40, { treated: 20 });
    const assignment = large.draw(random(1));
    const y = new Float64Array(40);
    assert.throws(
      () => randomizationTest({ design: large, assignment, outcome: y }),
      /give a seed/,
    );
    assert.throws(() => randomizationTest({ ...data, outcome: [1] }), /1 outcomes for 4 units/);
    assert.throws(
      () => randomizationTest({ ...data, assignment: Uint8Array.of(0, 0, 0, 0) }),
      /undefined for the observed assignment/,
    );
    assert.throws(
      () => randomizationTest({ ...data, assignment: Uint8Array.of(0, 2, 0, 0) }),
      /Unit 1: an assignment is 0 or 1, not 2/,
    );
    assert.throws(
      () => randomizationTest(data, { alternative: "both" as "greater" }),
      /There is no alternative both/,
    );
  });

  test("difference in means", () => {
    close(differenceInMeans(Float64Array.of(1, 2, 6), Uint8Array.of(0, 1, 1)), 3);
    assert.ok(Number.isNaN(differenceInMeans(Float64Array.of(1, 2), Uint8Array.of(1, 1))));
  });
});
