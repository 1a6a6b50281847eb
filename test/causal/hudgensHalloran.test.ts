import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allAssignments } from "../../lib/causal/designBlocks";
import { twoStageRandomization } from "../../lib/causal/designs";
import { hudgensHalloran, type TwoStageEffects } from "../../lib/causal/hudgensHalloran";
import { random } from "../../lib/stats";

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

const EFFECTS = ["direct", "directAtLower", "indirect", "total", "overall"] as const;

describe("a written-out two-stage experiment", () => {
  const data = {
    group: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
    arm: [1, 1, 0, 0],
    treatment: [1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    outcome: [4, 6, 1, 3, 8, 8, 5, 7, 3, 0, 1, 2, 5, 2, 2, 5],
  };
  const found = hudgensHalloran(data);

  test("has these effects", () => {
    // Group means of treated, untreated, all: (5, 2, 3.5), (8, 6, 7) | (3, 1, 1.5), (5, 3, 3.5).
    close(found.direct.value, 2.5);
    close(found.directAtLower.value, 2);
    close(found.indirect.value, 2);
    close(found.total.value, 4.5);
    close(found.overall.value, 2.75);
    close(found.direct.value! + found.indirect.value!, found.total.value!);
    assert.deepEqual(found.groups[1], {
      group: 1,
      arm: 1,
      rows: 4,
      treated: 2,
      mean: 7,
      treatedMean: 8,
      controlMean: 6,
    });
  });

  test("has these variances", () => {
    // Direct: (1 - 2/4) 0.5 / 2 + ((2/2 + 2/2) + (0/2 + 2/2)) / (2 * 4).
    close(found.direct.standardError! ** 2, 0.5);
    close(found.indirect.standardError! ** 2, 8 / 2 + 2 / 2);
    close(found.total.standardError! ** 2, 4.5 / 2 + 2 / 2);
    close(found.overall.standardError! ** 2, 6.125 / 2 + 2 / 2);
    close(found.directAtLower.standardError, 0);
    assert.match(found.directAtLower.warnings[0]!, /one treated or one untreated row/);
    assert.deepEqual(found.direct.warnings, ["only 4 groups: the interval is rough"]);
    close(found.total.upper! - found.total.value!, 1.959963984540054 * Math.sqrt(3.25));
    assert.deepEqual([found.total.n, found.total.clusters], [16, 4]);
  });

  test("does not change with the order of rows", () => {
    const order = [5, 0, 11, 3, 8, 14, 1, 9, 2, 15, 4, 13, 6, 12, 7, 10];
    const take = (values: number[]) => order.map((i) => values[i]!);
    const moved = hudgensHalloran({
      group: take(data.group),
      arm: data.arm,
      treatment: take(data.treatment),
      outcome: take(data.outcome),
    });
    for (const effect of EFFECTS) {
      close(moved[effect].value, found[effect].value!);
      close(moved[effect].standardError, found[effect].standardError!);
    }
  });
});

describe("every assignment of a two-stage design", () => {
  // Four groups of four; two groups treat one unit, two treat two: 6 * 4 * 4 * 6 * 6 assignments.
  const groups = Int32Array.from({ length: 16 }, (_, i) => Math.floor(i / 4));
  const design = twoStageRandomization(groups, { saturations: [0.25, 0.5], groups: [2, 2] });
  const all = allAssignments(design)!;

  /** Means and variances over all assignments, for outcomes y(treatment, arm)[unit]. */
  function moments(y: readonly (readonly Float64Array[])[]) {
    const sums = Object.fromEntries(EFFECTS.map((e) => [e, { mean: 0, square: 0, estimate: 0 }]));
    all.assignments.forEach((treatment, k) => {
      const arm = [0, 1, 2, 3].map(
        (g) => treatment.subarray(4 * g, 4 * g + 4).reduce((sum, z) => sum + z, 0) - 1,
      );
      const outcome = Float64Array.from(treatment, (z, i) => y[z]![arm[groups[i]!]!]![i]!);
      const found = hudgensHalloran({ group: groups, arm, treatment, outcome });
      for (const effect of EFFECTS) {
        const { value, standardError } = found[effect];
        sums[effect]!.mean += value! * all.probabilities[k]!;
        sums[effect]!.square += value! ** 2 * all.probabilities[k]!;
        sums[effect]!.estimate += standardError! ** 2 * all.probabilities[k]!;
      }
    });
    return (effect: keyof TwoStageEffects) => {
      const { mean, square, estimate } = sums[effect]!;
      return { mean, variance: square - mean ** 2, estimate };
    };
  }

  const average = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (values: number[]) =>
    values.reduce((sum, value) => sum + (value - average(values)) ** 2, 0) / (values.length - 1);
  const byGroup = (values: Float64Array) =>
    [0, 1, 2, 3].map((g) => average(values.subarray(4 * g, 4 * g + 4)));

  test("estimates without bias, and its variance estimates are too large by what nobody can estimate", () => {
    assert.equal(all.assignments.length, 6 * 16 * 36);
    const stream = random(2);
    const draw = () => Float64Array.from(groups, (g) => g + stream.normal());
    const y = [
      [draw(), draw()],
      [draw(), draw()],
    ];
    const over = moments(y);
    const overall = (arm: 0 | 1) => {
      const share = arm === 1 ? 0.5 : 0.25;
      return y[0]![arm]!.map((value, i) => (1 - share) * value + share * y[1]![arm]![i]!);
    };
    const gap = (first: Float64Array, second: Float64Array) =>
      first.map((value, i) => value - second[i]!);
    const differences = {
      direct: gap(y[1]![1]!, y[0]![1]!),
      directAtLower: gap(y[1]![0]!, y[0]![0]!),
      indirect: gap(y[0]![1]!, y[0]![0]!),
      total: gap(y[1]![1]!, y[0]![0]!),
      overall: gap(overall(1), overall(0)),
    };
    for (const effect of EFFECTS) {
      const found = over(effect);
      close(found.mean, average(differences[effect]));
      assert.ok(found.estimate > found.variance, effect);
    }
    // Between arms: the variance of the groups' own effects over N = 4 groups.
    for (const effect of ["indirect", "total", "overall"] as const) {
      const { estimate, variance: truth } = over(effect);
      close(estimate - truth, variance(byGroup(differences[effect])) / 4, 1e-11);
    }
    // Direct: the variances of the units' own effects within groups, over n = 4 and N^2.
    const within = [0, 1, 2, 3].map(
      (g) => variance([...differences.direct.subarray(4 * g, 4 * g + 4)]) / 4,
    );
    close(over("direct").estimate - over("direct").variance, average(within) / 4, 1e-11);
  });

  test("has the exact variances where effects are the same everywhere", () => {
    const stream = random(3);
    const base = Float64Array.from(groups, (g) => 2 * g + stream.normal());
    const plus = (shift: number) => base.map((value) => value + shift);
    const over = moments([
      [base, plus(-0.5)],
      [plus(2), plus(3)],
    ]);
    for (const effect of ["direct", "indirect", "total", "overall"] as const) {
      close(over(effect).estimate, over(effect).variance, 1e-11);
    }
    close(over("direct").mean, 3.5);
    close(over("indirect").mean, -0.5);
    close(over("total").mean, 3);
  });
});

describe("hudgensHalloran", () => {
  const data = {
    group: [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3],
    arm: [1, 1, 0, 0],
    treatment: [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    outcome: [4, 6, 1, 3, 8, 8, 5, 7, 3, 0, 1, 2],
  };

  test("gives null for an effect that needs rows some group does not have", () => {
    // Nobody is treated at the lower saturation.
    const found = hudgensHalloran(data);
    assert.equal(found.directAtLower.value, null);
    assert.equal(found.directAtLower.standardError, null);
    assert.match(
      found.directAtLower.warnings[0]!,
      /2 groups without a treated row at the lower saturation/,
    );
    assert.ok(found.total.value !== null && found.indirect.value !== null);
    assert.equal(found.groups[3]!.treatedMean, null);
    const single = hudgensHalloran({ ...data, arm: [1, 0, 0, 0] });
    assert.equal(single.overall.standardError, null);
    assert.match(single.overall.warnings[0]!, /one group in an arm/);
    const none = hudgensHalloran({ ...data, arm: [1, 1, 1, 1] });
    assert.equal(none.overall.value, null);
    assert.match(none.overall.warnings[0]!, /no group has the lower saturation/);
  });

  test("says what is wrong", () => {
    const run = (change: object) => () => hudgensHalloran({ ...data, ...change });
    assert.throws(run({ arm: [1, 0] }), /arm has 2 values for 4 groups/);
    assert.throws(run({ arm: [1, 0, 2, 0] }), /Group 2: the arm is 0 or 1, not 2/);
    assert.throws(
      run({ treatment: data.treatment.map((z) => 3 * z) }),
      /Row 0: the treatment is 0 or 1, not 3/,
    );
    assert.throws(
      run({ outcome: data.outcome.map(() => Number.NaN) }),
      /Row 0: the outcome is NaN/,
    );
    assert.throws(run({ group: [0, 1] }), /2 groups, 12 treatments, 12 outcomes/);
    assert.throws(run({ group: data.group.map((g) => 2 * g) }), /group 1 of 0 ... 6 is empty/);
  });
});
