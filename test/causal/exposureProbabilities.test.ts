import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Design, ExposureMapping } from "../../lib/causal/design";
import { allAssignments } from "../../lib/causal/designBlocks";
import { bernoulli, completeRandomization, oneTreatedPerGroup } from "../../lib/causal/designs";
import {
  type ExposureProbabilities,
  exposureProbabilities,
} from "../../lib/causal/exposureProbabilities";

/** Units on a line: own treatment and whether a neighbour is treated. */
const line: ExposureMapping = {
  levels: ["none", "neighbour", "treated", "both"],
  exposures: (z) => z.map((own, i) => 2 * own + Number(z[i - 1] === 1 || z[i + 1] === 1)),
};

/** Slates of three: promoted itself, beside the promoted item, in a slate without. Every item has an outcome. */
function slates(count: number): ExposureMapping {
  return {
    levels: ["promoted", "beside", "without"],
    exposures(z) {
      const exposure = new Uint8Array(3 * count).fill(2);
      for (let j = 0; j < count; j++) {
        const has = z[3 * j] === 1 || z[3 * j + 1] === 1 || z[3 * j + 2] === 1;
        for (let i = 3 * j; i < 3 * j + 3 && has; i++) exposure[i] = z[i] === 1 ? 0 : 1;
      }
      return exposure;
    },
  };
}

function threes(count: number): Int32Array {
  return Int32Array.from({ length: 3 * count }, (_, i) => Math.floor(i / 3));
}

/** By definition: sums over all assignments. */
function agreesWithEnumeration(
  found: ExposureProbabilities,
  design: Design,
  mapping: ExposureMapping,
  digits = 1e-14,
): void {
  const { assignments, probabilities } = allAssignments(design)!;
  const exposures = assignments.map((z) => mapping.exposures(z).slice());
  const n = exposures[0]!.length;
  assert.equal(found.units, n);
  for (let d = 0; d < mapping.levels.length; d++) {
    for (let i = 0; i < n; i++) {
      const pi = probabilities.reduce((sum, p, k) => sum + (exposures[k]![i] === d ? p : 0), 0);
      assert.ok(Math.abs(found.marginal(d)[i]! - pi) <= digits, `pi_${i}(${d})`);
      for (let e = 0; e < mapping.levels.length; e++) {
        for (let j = 0; j < n; j++) {
          const both = probabilities.reduce(
            (sum, p, k) => sum + (exposures[k]![i] === d && exposures[k]![j] === e ? p : 0),
            0,
          );
          assert.ok(Math.abs(found.joint(i, d, j, e) - both) <= digits, `pi_${i}${j}(${d}, ${e})`);
        }
      }
    }
  }
}

describe("exposure probabilities", () => {
  test("of a line of three under complete randomization are what one counts by hand", () => {
    // Assignments 100, 010, 001: exposures (2 1 0), (1 2 1), (0 1 2).
    const found = exposureProbabilities(completeRandomization(3, { treated: 1 }), line);
    const third = 1 / 3;
    assert.deepEqual([...found.marginal("treated")], [third, third, third]);
    assert.deepEqual([...found.marginal("neighbour")], [third, 2 * third, third]);
    assert.deepEqual([...found.marginal("none")], [third, 0, third]);
    assert.equal(found.joint(0, "treated", 2, "none"), third);
    assert.equal(found.joint(0, "treated", 1, "treated"), 0);
    assert.equal(found.joint(0, "neighbour", 2, "neighbour"), third);
    assert.deepEqual([found.method, found.standardErrorBound, found.warnings], ["exact", 0, []]);
    assert.deepEqual([...found.dependentUnits(1)], [0, 1, 2]);
  });

  test("of one block are sums over its assignments, few or many", () => {
    const few = completeRandomization(5, { treated: 2 });
    agreesWithEnumeration(exposureProbabilities(few, line), few, line);
    // 126 equally likely ones are held as bits.
    const many = completeRandomization(9, { treated: 4 });
    const found = exposureProbabilities(many, line);
    assert.deepEqual([found.method, found.assignments], ["exact", 126]);
    agreesWithEnumeration(found, many, line);
  });

  test("of blocks that do not touch are worked out block by block", () => {
    const design = oneTreatedPerGroup(threes(3), {
      p: [0.5, 0.3, 1],
      eligible: [0, 1, 1, 1, 1, 1, 0, 0, 1],
    });
    const found = exposureProbabilities(design, slates(3));
    assert.deepEqual([found.method, found.groups, found.assignments], ["exact", 5, 4]);
    assert.deepEqual([...found.dependentUnits(1)], [0, 1, 2]);
    [0, 0.25, 0.25, 0.1, 0.1, 0.1, 0, 0, 1].forEach((p, i) => {
      assert.ok(Math.abs(found.marginal("promoted")[i]! - p) < 1e-15);
    });
    agreesWithEnumeration(found, design, slates(3));
  });

  test("of many slates find the slate of each row, whatever the order of rows", () => {
    const count = 700;
    const inner = slates(count);
    // Row r of the shuffled mapping is row 1103 r mod 2100.
    const order = Int32Array.from({ length: 3 * count }, (_, r) => (1103 * r) % (3 * count));
    const mapping: ExposureMapping = {
      levels: inner.levels,
      exposures(z) {
        const found = inner.exposures(z);
        return Uint8Array.from(order, (i) => found[i]!);
      },
    };
    const found = exposureProbabilities(oneTreatedPerGroup(threes(count), { p: 0.6 }), mapping);
    assert.deepEqual([found.method, found.groups, found.units], ["exact", count, 3 * count]);
    const row = 5;
    const mates = [...found.dependentUnits(row)].map((r) => Math.floor(order[r]! / 3));
    assert.deepEqual(mates, Array(3).fill(Math.floor(order[row]! / 3)));
    assert.ok(found.marginal("promoted").every((p) => Math.abs(p - 0.2) < 1e-15));
    assert.ok(found.marginal("without").every((p) => Math.abs(p - 0.4) < 1e-15));
  });

  test("of a few blocks that do touch enumerate the whole design", () => {
    const design = bernoulli(5, { p: [0.2, 0.5, 0.7, 0.5, 0.4] });
    const found = exposureProbabilities(design, line);
    assert.deepEqual([found.method, found.groups, found.assignments], ["exact", 1, 32]);
    agreesWithEnumeration(found, design, line);
  });

  test("see a reach that only shows when two blocks change together", () => {
    const parity: ExposureMapping = {
      levels: ["even", "odd"],
      exposures: (z) => z.map((_, i) => z[i]! ^ z[(i + 1) % z.length]!),
    };
    const found = exposureProbabilities(bernoulli(30, { p: 0.5 }), parity, { seed: 1, draws: 400 });
    assert.equal(found.method, "simulated");
    assert.match(found.warnings[0]!, /depend on more than one block of the design/);
  });

  test("are simulated where there are too many assignments, within their stated error", () => {
    const small = completeRandomization(9, { treated: 4 });
    const exact = exposureProbabilities(small, line);
    const unlisted: Design = { name: "unlisted", units: 9, draw: small.draw };
    const draws = 4000;
    const found = exposureProbabilities(unlisted, line, { seed: 7, draws });
    assert.deepEqual([found.method, found.assignments], ["simulated", draws]);
    assert.ok(Math.abs(found.standardErrorBound - 0.5 / Math.sqrt(draws)) < 1e-15);
    assert.match(found.warnings[0]!, /simulated with 4000 draws \(standard error at most 0.0079\)/);
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 9; j++) {
        for (const [d, e] of [
          [0, 0],
          [1, 2],
          [3, 1],
        ] as const) {
          const gap = Math.abs(found.joint(i, d, j, e) - exact.joint(i, d, j, e));
          assert.ok(gap < 5 * found.standardErrorBound, `pi_${i}${j}: ${gap}`);
        }
      }
    }
    const again = exposureProbabilities(unlisted, line, { seed: 7, draws });
    assert.deepEqual(found.marginal("both"), again.marginal("both"));
  });

  test("take independence of groups from the caller when simulated", () => {
    const design = bernoulli(30, { p: 0.5 });
    const found = exposureProbabilities(design, slates(10), {
      seed: 1,
      draws: 500,
      independentGroups: threes(10),
    });
    assert.deepEqual([found.method, found.groups], ["simulated", 10]);
    const product = found.marginal(1)[0]! * found.marginal(2)[5]!;
    assert.equal(found.joint(0, 1, 5, 2), product);
    assert.ok(found.joint(0, 1, 1, 2) === 0);
  });

  test("say what is wrong", () => {
    const design = completeRandomization(40, { treated: 20 });
    assert.throws(() => exposureProbabilities(design, line), /must be simulated .* Give a seed/);
    assert.throws(
      () => exposureProbabilities(design, line, { seed: 1, draws: 0 }),
      /draws is a whole number from 1 on, not 0/,
    );
    assert.throws(
      () => exposureProbabilities(bernoulli(2, { p: 0.5 }), { levels: ["a"], exposures: (z) => z }),
      /gives unit \d exposure 1, but there are 1 exposures: a/,
    );
    const found = exposureProbabilities(completeRandomization(3, { treated: 1 }), line);
    assert.throws(() => found.marginal("far"), /There is no exposure far. Exposures are none,/);
  });
});
