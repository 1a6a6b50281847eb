import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Design, ExposureMapping } from "../../lib/causal/design";
import { allAssignments } from "../../lib/causal/designBlocks";
import { bernoulli, completeRandomization, oneTreatedPerGroup } from "../../lib/causal/designs";
import {
  type ExposureProbabilities,
  exposureProbabilities,
} from "../../lib/causal/exposureProbabilities";
import { horvitzThompson } from "../../lib/causal/horvitzThompson";
import { random } from "../../lib/stats";

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

const own: ExposureMapping = { levels: ["control", "treated"], exposures: (z) => z };
const ring: ExposureMapping = {
  levels: ["none", "neighbour", "treated"],
  exposures: (z) =>
    z.map((a, i) => (a === 1 ? 2 : Number(z[(i + 1) % z.length] === 1 || z.at(i - 1) === 1))),
};
/** Two slates of two or three items: promoted, beside a promoted one, without. */
const pairOfSlates: ExposureMapping = {
  levels: ["promoted", "beside", "without"],
  exposures(z) {
    const has = [z[0]! + z[1]! > 0, z[2]! + z[3]! + z[4]! > 0];
    return z.map((a, i) => (a === 1 ? 0 : has[i < 2 ? 0 : 1] ? 1 : 2));
  },
};

/** Moments of the estimator and of its variance estimate over every assignment of a design. */
function overAllAssignments(
  design: Design,
  mapping: ExposureMapping,
  contrast: readonly [string, string],
  { unitWeights, isNull = false }: { unitWeights?: readonly number[]; isNull?: boolean } = {},
) {
  const probabilities = exposureProbabilities(design, mapping);
  const stream = random(17);
  const outcomes = () => Float64Array.from({ length: design.units }, () => 3 + stream.normal());
  const same = outcomes();
  const potential = mapping.levels.map(() => (isNull ? same : outcomes()));
  const [d, e] = contrast.map((level) => mapping.levels.indexOf(level)) as [number, number];
  const kept = [...Array(design.units).keys()].filter(
    (i) => probabilities.marginal(d)[i]! > 0 && probabilities.marginal(e)[i]! > 0,
  );
  const w = (i: number) => unitWeights?.[i] ?? 1;
  const population = kept.reduce((sum, i) => sum + w(i), 0);
  const truth = (level: number) =>
    kept.reduce((sum, i) => sum + w(i) * potential[level]![i]!, 0) / population;

  const all = allAssignments(design)!;
  const names = ["contrast", "first", "second"] as const;
  const moments = Object.fromEntries(
    names.map((name) => [name, { mean: 0, square: 0, varianceEstimate: 0 }]),
  );
  all.assignments.forEach((assignment, k) => {
    const exposure = mapping.exposures(assignment);
    const outcome = Float64Array.from(exposure, (level, i) => potential[level]![i]!);
    const found = horvitzThompson(
      { outcome, exposure, probabilities, ...(unitWeights && { unitWeights }) },
      { contrast, estimator: "horvitz-thompson" },
    );
    assert.ok(found.value !== null, "every assignment shows both exposures");
    const rows = { contrast: found, first: found.means[0], second: found.means[1] };
    for (const name of names) {
      const [value, variance] = [rows[name].value!, rows[name].variance!];
      moments[name]!.mean += all.probabilities[k]! * value;
      moments[name]!.square += all.probabilities[k]! * value * value;
      moments[name]!.varianceEstimate += all.probabilities[k]! * variance;
    }
  });
  const result = (name: (typeof names)[number]) => {
    const { mean, square, varianceEstimate } = moments[name]!;
    return { mean, variance: square - mean * mean, varianceEstimate };
  };
  return {
    truth: { contrast: truth(d) - truth(e), first: truth(d), second: truth(e) },
    contrast: result("contrast"),
    first: result("first"),
    second: result("second"),
  };
}

describe("Horvitz-Thompson over every assignment", () => {
  const designs: [string, Design, ExposureMapping, readonly [string, string]][] = [
    [
      "complete, own treatment",
      completeRandomization(6, { treated: 3 }),
      own,
      ["treated", "control"],
    ],
    ["unequal sizes", completeRandomization(5, { treated: 2 }), own, ["treated", "control"]],
    ["ring", completeRandomization(6, { treated: 2 }), ring, ["treated", "neighbour"]],
  ];
  for (const [name, design, mapping, contrast] of designs) {
    test(`is unbiased with a conservative variance: ${name}`, () => {
      const found = overAllAssignments(design, mapping, contrast);
      for (const part of ["contrast", "first", "second"] as const) {
        close(found[part].mean, found.truth[part]);
        assert.ok(
          found[part].varianceEstimate >= found[part].variance - 1e-12,
          `${part}: ${found[part].varianceEstimate} >= ${found[part].variance}`,
        );
      }
    });
  }

  test("has the exact variance of a mean where no pair has probability 0", () => {
    const found = overAllAssignments(completeRandomization(6, { treated: 3 }), own, [
      "treated",
      "control",
    ]);
    close(found.first.varianceEstimate, found.first.variance);
    close(found.second.varianceEstimate, found.second.variance);
    // With two units, both treated has probability 0: the estimate is above the truth.
    const two = overAllAssignments(completeRandomization(2, { treated: 1 }), own, [
      "treated",
      "control",
    ]);
    assert.ok(two.first.varianceEstimate > two.first.variance + 1e-6);
  });

  test("has the exact variance of the contrast where, besides, no unit has an effect", () => {
    const contrast = ["treated", "control"] as const;
    const design = completeRandomization(6, { treated: 3 });
    const none = overAllAssignments(design, own, contrast, { isNull: true });
    close(none.contrast.varianceEstimate, none.contrast.variance);
    const some = overAllAssignments(design, own, contrast);
    assert.ok(some.contrast.varianceEstimate > some.contrast.variance + 1e-6);
  });

  test("is unbiased with weights and with units outside the estimand", () => {
    const design = oneTreatedPerGroup([0, 0, 1, 1, 1], { p: [1, 1], eligible: [1, 1, 1, 1, 0] });
    const found = overAllAssignments(design, pairOfSlates, ["promoted", "beside"], {
      unitWeights: [2, 1, 0.5, 3, 1],
    });
    for (const part of ["contrast", "first", "second"] as const) {
      close(found[part].mean, found.truth[part]);
      assert.ok(found[part].varianceEstimate >= found[part].variance - 1e-12);
    }
  });

  test("adds means over unseen exposures as 0", () => {
    const design = bernoulli(4, { p: [0.3, 0.5, 0.5, 0.8] });
    const probabilities = exposureProbabilities(design, own);
    const all = allAssignments(design)!;
    const y = [
      [1, 2, 4, 3],
      [5, 1, 0, 7],
    ];
    let [mean, square, estimate] = [0, 0, 0];
    all.assignments.forEach((exposure, k) => {
      const outcome = [...exposure].map((z, i) => y[z]![i]!);
      const [treated] = horvitzThompson(
        { outcome, exposure, probabilities },
        { contrast: ["treated", "control"], estimator: "horvitz-thompson" },
      ).means;
      mean += all.probabilities[k]! * (treated.value ?? 0);
      square += all.probabilities[k]! * (treated.value ?? 0) ** 2;
      estimate += all.probabilities[k]! * (treated.variance ?? 0);
    });
    close(mean, 13 / 4);
    // Independent units: sum of y^2 (1 - p) / p over N^2.
    close(square - mean * mean, (25 * (0.7 / 0.3) + 1 + 0 + 49 * 0.25) / 16);
    close(estimate, square - mean * mean);
  });
});

describe("the R package interference", () => {
  // Its own test values, tests/testthat/test_var_yT.R of szonszein/interference: outcomes -1, 2, 3, the first two units in
  // condition 1, the third in condition 2.
  const given = (
    one: readonly (readonly number[])[],
    two: readonly (readonly number[])[],
    across: readonly (readonly number[])[],
  ): ExposureProbabilities => ({
    levels: ["cond1", "cond2"],
    units: 3,
    method: "exact",
    assignments: 0,
    standardErrorBound: 0,
    warnings: [],
    group: new Int32Array(3),
    groups: 1,
    marginal: (level) => Float64Array.from([0, 1, 2], (i) => (level === 0 ? one : two)[i]![i]!),
    joint: (i, d, j, e) =>
      d === e ? (d === 0 ? one : two)[i]![j]! : d === 0 ? across[i]![j]! : across[j]![i]!,
    dependentUnits: () => Int32Array.of(0, 1, 2),
  });
  const estimate = (probabilities: ExposureProbabilities) =>
    horvitzThompson(
      { outcome: [-1, 2, 3], exposure: [0, 0, 1], probabilities },
      { contrast: [0, 1], estimator: "horvitz-thompson" },
    );
  const across = [
    [0, 0.1, 0],
    [0.2, 0, 0.15],
    [0.4, 0.3, 0],
  ];

  test("has these variances of totals and this covariance", () => {
    const found = estimate(
      given(
        [
          [0.3, 0.2, 0.1],
          [0.2, 0.5, 0.4],
          [0.1, 0.4, 0.8],
        ],
        [
          [0.7, 0.4, 0.1],
          [0.4, 0.5, 0.1],
          [0.1, 0.1, 0.2],
        ],
        across,
      ),
    );
    close(9 * found.means[0].variance!, 9.11111, 1e-5);
    close(9 * found.means[1].variance!, 180, 1e-9);
    close(9 * found.covariance!, -32.33333, 1e-5);
    close(9 * found.variance!, 9.11111 + 180 + 2 * 32.33333, 3e-5);
  });

  test("has this correction for pairs with probability 0", () => {
    const one = [
      [0.3, 0, 0],
      [0, 0.5, 0.4],
      [0, 0.4, 0.8],
    ];
    const two = [
      [0.7, 0.4, 0.1],
      [0.4, 0.5, 0],
      [0.1, 0, 0.2],
    ];
    const found = estimate(given(one, two, across));
    // Their correction, plus the units' own terms y^2 (1 - pi) / pi^2.
    close(9 * found.means[0].variance!, 14.66667 + 0.7 / 0.09 + (4 * 0.5) / 0.25, 1e-5);
    close(9 * found.means[1].variance!, 45 + (9 * 0.8) / 0.04, 1e-9);
  });
});

describe("a written-out example", () => {
  // Complete randomization of 2 of 4, treated are units 0 and 1: pi = 1/2, pi_ij(1, 1) = pi_ij(0, 0) = 1/6,
  // pi_ij(1, 0) = 1/3. Outcomes 4, 6, 1, 3.
  const input = {
    outcome: [4, 6, 1, 3],
    exposure: [1, 1, 0, 0],
    probabilities: exposureProbabilities(completeRandomization(4, { treated: 2 }), own),
  };

  test("Horvitz-Thompson", () => {
    const found = horvitzThompson(input, {
      contrast: ["treated", "control"],
      estimator: "horvitz-thompson",
    });
    close(found.value, 3);
    close(found.means[0].value, 5);
    close(found.means[1].value, 2);
    // Var T(1) = 2 (16 + 36) + 2 * 24 * (4 - 6) = 8; Var T(0) = 2 (1 + 9) + 2 * 3 * (4 - 6) = 8.
    close(found.means[0].variance, 8 / 16);
    close(found.means[1].variance, 8 / 16);
    // Cov = (4 - 3) (4 + 12 + 6 + 18) - (16 + 36 + 1 + 9) = 40 - 62 = -22.
    close(found.covariance, -22 / 16);
    close(found.variance, (8 + 8 + 44) / 16);
    close(found.standardError, Math.sqrt(60) / 4);
    close(found.upper! - found.value!, (1.959963984540054 * Math.sqrt(60)) / 4);
    assert.equal(found.estimand, "mean outcome under treated minus under control");
    assert.deepEqual([found.n, found.dropped, found.clusters, found.warnings], [4, 0, 1, []]);
  });

  test("Hajek puts residuals from the mean of each exposure", () => {
    const found = horvitzThompson(input, { contrast: ["treated", "control"] });
    close(found.value, 3);
    // Residuals -1, 1, -1, 1. Var T = 2 * 2 + 2 * (-1) * (-2) = 8 each; Cov = (1 - 1 - 1 + 1) - 4 = -4.
    close(found.means[0].variance, 8 / 16);
    close(found.means[1].variance, 8 / 16);
    close(found.variance, (8 + 8 + 8) / 16);
    assert.match(found.method, /^Hajek, exact exposure probabilities/);
  });
});

describe("Hajek", () => {
  const probabilities = exposureProbabilities(
    bernoulli(6, { p: [0.2, 0.5, 0.5, 0.7, 0.9, 0.4] }),
    own,
  );
  const exposure = [1, 0, 1, 1, 0, 0];
  const outcome = [3, 1, 4, 1, 5, 9];
  const estimate = (y: readonly number[], estimator: "hajek" | "horvitz-thompson") =>
    horvitzThompson({ outcome: y, exposure, probabilities }, { contrast: [1, 0], estimator });

  test("does not care for a constant added to all outcomes; Horvitz-Thompson does", () => {
    const moved = outcome.map((y) => y + 100);
    const [before, after] = [estimate(outcome, "hajek"), estimate(moved, "hajek")];
    close(after.value, before.value!, 1e-9);
    close(after.standardError, before.standardError!, 1e-9);
    close(after.means[0].value, before.means[0].value! + 100, 1e-9);
    const raw =
      estimate(moved, "horvitz-thompson").value! - estimate(outcome, "horvitz-thompson").value!;
    assert.ok(Math.abs(raw) > 1);
  });

  test("scales with the outcome and with nothing else", () => {
    const scaled = estimate(
      outcome.map((y) => -2 * y),
      "hajek",
    );
    close(scaled.value, -2 * estimate(outcome, "hajek").value!);
    close(scaled.standardError, 2 * estimate(outcome, "hajek").standardError!);
    const data = { outcome, exposure, probabilities };
    const weighted = (w: number) =>
      horvitzThompson({ ...data, unitWeights: new Float64Array(6).fill(w) }, { contrast: [1, 0] });
    close(weighted(7).value, weighted(1).value!);
    close(weighted(7).standardError, weighted(1).standardError!);
  });

  test("covers the truth about as often as it says, over slates", () => {
    const count = 60;
    const groups = Int32Array.from({ length: 3 * count }, (_, i) => Math.floor(i / 3));
    const design = oneTreatedPerGroup(groups, { p: 0.5 });
    const mapping: ExposureMapping = {
      levels: ["promoted", "beside", "without"],
      exposures(z) {
        const has = new Uint8Array(count);
        z.forEach((a, i) => {
          if (a === 1) has[groups[i]!] = 1;
        });
        return z.map((a, i) => (a === 1 ? 0 : has[groups[i]!] === 1 ? 1 : 2));
      },
    };
    const known = exposureProbabilities(design, mapping);
    const stream = random(8);
    const base = Float64Array.from(groups, () => stream.normal());
    let covered = 0;
    let mean = 0;
    const replications = 400;
    for (let r = 0; r < replications; r++) {
      const z = design.draw(stream);
      const seen = mapping.exposures(z);
      const y = base.map((value, i) => value + (seen[i] === 0 ? 1 : seen[i] === 1 ? -0.3 : 0));
      const found = horvitzThompson(
        { outcome: y, exposure: seen, probabilities: known },
        { contrast: ["beside", "without"] },
      );
      mean += found.value! / replications;
      if (found.lower! <= -0.3 && found.upper! >= -0.3) covered++;
    }
    close(mean, -0.3, 0.03);
    assert.ok(covered / replications > 0.93, `${covered} of ${replications}`);
  });
});

describe("special cases", () => {
  test("a unit whose exposure is certain is no part of a contrast", () => {
    const probabilities = exposureProbabilities(bernoulli(4, { p: [1, 0.5, 0.5, 0.5] }), own);
    const found = horvitzThompson(
      { outcome: [100, 2, 4, 6], exposure: [1, 1, 0, 0], probabilities },
      { contrast: ["treated", "control"], estimator: "horvitz-thompson" },
    );
    close(found.value, (2 / 0.5 - 10 / 0.5) / 3);
    assert.deepEqual([found.n, found.dropped, found.clusters], [3, 1, 3]);
    assert.match(found.warnings[0]!, /1 of 4 units cannot have both treated and control/);
  });

  test("an exposure that nobody has gives null and says so", () => {
    const probabilities = exposureProbabilities(bernoulli(3, { p: 0.5 }), own);
    const found = horvitzThompson(
      { outcome: [1, 2, 3], exposure: [1, 1, 1], probabilities },
      { contrast: ["treated", "control"] },
    );
    assert.deepEqual([found.value, found.standardError, found.lower], [null, null, null]);
    assert.deepEqual(found.warnings, ["no unit was seen with exposure control"]);
    close(found.means[0].value, 2);
    assert.equal(found.means[1].value, null);
  });

  test("a variance estimate below 0 gives no standard error and says so", () => {
    // Both treated has probability 0.05: 1 / (0.525 * 0.525) - 1 / 0.05 is far below 0.
    const design: Design = {
      name: "one or both",
      units: 2,
      draw: () => Uint8Array.of(1, 1),
      blocks: [
        {
          units: Int32Array.of(0, 1),
          assignments: [Uint8Array.of(1, 1), Uint8Array.of(1, 0), Uint8Array.of(0, 1)],
          probabilities: Float64Array.of(0.05, 0.475, 0.475),
        },
      ],
    };
    const found = horvitzThompson(
      {
        outcome: [1, 1],
        exposure: [1, 1],
        probabilities: exposureProbabilities(design, own),
      },
      { contrast: ["treated", "control"], estimator: "horvitz-thompson" },
    );
    const [treated] = found.means;
    assert.ok(treated.variance! < 0);
    assert.equal(treated.standardError, null);
    assert.match(treated.warnings[0]!, /variance estimate is -\d.*below 0/);
  });

  test("more pairs than are listed give the same numbers", () => {
    // 2,100 units in one group have 2.2 million pairs.
    const n = 2100;
    const base = exposureProbabilities(completeRandomization(4, { treated: 2 }), own);
    const large: ExposureProbabilities = {
      ...base,
      units: n,
      group: new Int32Array(n),
      marginal: () => new Float64Array(n).fill(0.5),
      joint: (i, d, j, e) =>
        i === j ? Number(d === e) / 2 : d === e ? (n / 2 - 1) / (2 * (n - 1)) : n / 4 / (n - 1),
    };
    const exposure = Uint8Array.from({ length: n }, (_, i) => i % 2);
    const outcome = Float64Array.from(exposure, (z, i) => z + (i % 7));
    const found = horvitzThompson(
      { outcome, exposure, probabilities: large },
      { contrast: [1, 0] },
    );
    close(found.value, 1, 1e-9);
    // Hajek under complete randomization: mean's variance (1 - n1 / n) s^2 / n1, up to (n1 - 1) / n1.
    const s2 = 4;
    close(found.means[0].variance, ((1 - 0.5) * s2) / (n / 2), 1e-5);
  });

  test("refuse more pairs than anybody waits for", () => {
    const n = 10_100;
    const probabilities = exposureProbabilities(
      { name: "unlisted", units: n, draw: bernoulli(n, { p: 0.5 }).draw },
      own,
      { seed: 1, draws: 40 },
    );
    const flat = new Float64Array(n);
    assert.throws(
      () => horvitzThompson({ outcome: flat, exposure: flat, probabilities }, { contrast: [1, 0] }),
      /\d{8} pairs of units .* independentGroups/,
    );
  });

  test("say what is wrong", () => {
    const probabilities = exposureProbabilities(completeRandomization(3, { treated: 1 }), own);
    const data = { outcome: [1, 2, 3], exposure: [1, 0, 0], probabilities };
    const run =
      (change: object, options: object = {}) =>
      () =>
        horvitzThompson({ ...data, ...change }, { contrast: ["treated", "control"], ...options });
    assert.throws(run({ outcome: [1, 2] }), /outcome has 2 values, but the mapping gives 3/);
    assert.throws(run({ outcome: [1, Number.NaN, 3] }), /Unit 1: the outcome is NaN/);
    assert.throws(run({ unitWeights: [1, -1, 1] }), /Unit 1: a weight .* not -1/);
    assert.throws(run({ unitWeights: [0, 0, 0] }), /All unit weights are 0/);
    assert.throws(run({}, { contrast: ["treated", "far"] }), /There is no exposure far/);
    assert.throws(run({}, { contrast: [1, "treated"] }), /two exposures, not treated twice/);
    assert.throws(run({}, { level: 1 }), /in \(0, 1\), not 1/);
    assert.throws(run({}, { estimator: "ipw" }), /There is no estimator ipw/);
    const certain = exposureProbabilities(bernoulli(2, { p: [0, 0.5] }), own);
    assert.throws(
      () =>
        horvitzThompson(
          { outcome: [1, 2], exposure: [1, 1], probabilities: certain },
          { contrast: [1, 0] },
        ),
      /Unit 0 was seen with exposure treated, which the design never gives it/,
    );
  });
});
