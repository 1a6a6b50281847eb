import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conditionalDesign } from "../../lib/causal/designBlocks";
import { bernoulli, completeRandomization, oneTreatedPerGroup } from "../../lib/causal/designs";
import { interferenceTest } from "../../lib/causal/interferenceTest";
import { random } from "../../lib/stats";

function close(actual: number, expected: number, digits = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

describe("the test of no interference", () => {
  // Units 0, 1, 2 are focal; each has one neighbour, units 3, 4, 5. Two of all six are treated: 0 and 3.
  const design = completeRandomization(6, { treated: 2 });
  const assignment = Uint8Array.of(1, 0, 0, 1, 0, 0);
  const focal = [0, 1, 2];
  const dose = (z: Uint8Array) => z.subarray(3);
  const data = {
    design: conditionalDesign(design, assignment, focal),
    assignment,
    outcome: [9, 2, 3],
  };

  test("has the p-value one counts by hand", () => {
    // Given the focal units one of 3, 4, 5 is treated: differences 9 - 2.5, 2 - 6, 3 - 5.5.
    const found = interferenceTest(data, { dose, fixed: focal, alternative: "greater" });
    close(found.pValue, 1 / 3);
    close(found.statistic, 6.5);
    assert.deepEqual([found.method, found.assignments], ["exact", 3]);
    const second = interferenceTest(
      { ...data, outcome: [3, 2, 9] },
      { dose, alternative: "greater" },
    );
    close(second.pValue, 2 / 3);
  });

  test("takes a correlation or any function of outcome and dose", () => {
    const correlated = interferenceTest(data, { dose, statistic: "correlation" });
    // Outcome 9, 2, 3 less its mean: 13, -8, -5 thirds; dose 1, 0, 0: 2, -1, -1 thirds.
    close(correlated.statistic, 39 / Math.sqrt(258 * 6));
    close(correlated.pValue, 1 / 3);
    const own = interferenceTest(data, {
      dose,
      statistic: (y, d) => y[1]! * d[1]!,
      alternative: "greater",
    });
    close(own.pValue, 1);
  });

  test("refuses draws that change a fixed unit, and doses of another length", () => {
    assert.throws(
      () => interferenceTest({ ...data, design }, { dose, fixed: focal }),
      /changed the assignment of unit \d, which is to stay fixed/,
    );
    assert.throws(() => interferenceTest(data, { dose: (z) => z }), /6 doses for 3 outcomes/);
    assert.throws(
      () => interferenceTest(data, { dose, statistic: "mean" as "difference" }),
      /There is no statistic mean/,
    );
  });

  test("keeps its level when treatment works on its own unit only, and finds spillover", () => {
    // Slates of four: items 2 and 3 can be promoted, 0 and 1 are focal.
    const slates = 60;
    const groups = Int32Array.from({ length: 4 * slates }, (_, i) => Math.floor(i / 4));
    const promotion = oneTreatedPerGroup(groups, {
      p: 0.5,
      eligible: groups.map((_, i) => Number(i % 4 >= 2)),
    });
    const focalItems = [...groups.keys()].filter((i) => i % 4 < 2);
    const inPromoted = (z: Uint8Array) =>
      focalItems.map((i) => z[groups[i]! * 4 + 2]! + z[groups[i]! * 4 + 3]!);
    const stream = random(4);
    const count = { null: 0, spillover: 0 };
    const replications = 300;
    for (let r = 0; r < replications; r++) {
      const z = promotion.draw(stream);
      const level = Float64Array.from({ length: slates }, () => stream.normal());
      const base = Float64Array.from(focalItems, (i) => level[groups[i]!]! + stream.normal());
      const seen = inPromoted(z);
      const run = (spill: number) =>
        interferenceTest(
          { design: promotion, assignment: z, outcome: base.map((y, k) => y - spill * seen[k]!) },
          { dose: inPromoted, fixed: focalItems, draws: 99, seed: r },
        ).pValue;
      if (run(0) <= 0.1) count.null++;
      if (run(1.2) <= 0.1) count.spillover++;
    }
    close(count.null / replications, 0.1, 0.05);
    assert.ok(count.spillover / replications > 0.85, `${count.spillover} of ${replications}`);
  });

  test("draws under a conditional design of independent units", () => {
    const coins = bernoulli(20, { p: 0.5 });
    const z = coins.draw(random(3));
    const given = conditionalDesign(coins, z, [0, 1, 2, 3, 4]);
    const found = interferenceTest(
      { design: given, assignment: z, outcome: [1, 5, 2, 4, 3] },
      {
        dose: (a) => [5, 6, 7, 8, 9].map((i) => a[i]! + a[i + 5]!),
        statistic: "correlation",
        fixed: [0, 1, 2, 3, 4],
        seed: 1,
      },
    );
    assert.ok(found.pValue > 0 && found.pValue <= 1);
    assert.equal(found.assignments + found.undefinedAssignments, 1000);
  });
});
