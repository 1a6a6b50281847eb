import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clusteredDifference } from "../../lib/causal/clusteredDifference";
import type { Estimate } from "../../lib/causal/estimate";
import {
  combinations,
  type Specification,
  specificationCurve,
} from "../../lib/causal/specificationCurve";
import { random } from "../../lib/stats/random";
import { shuffle } from "../../lib/stats/randomTables";

function close(actual: unknown, expected: number, digits = 1e-9): void {
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= digits, `${actual}`);
}

function estimate(value: number | null, standardError: number | null): Estimate {
  const reach = 1.96 * (standardError ?? 0);
  return {
    estimand: "by hand",
    value,
    standardError,
    lower: value === null ? null : value - reach,
    upper: value === null ? null : value + reach,
    level: 0.95,
    method: "by hand",
    n: 10,
    dropped: 0,
    clusters: 10,
    warnings: value === null ? ["nobody is treated"] : [],
  };
}

const choices = { outcome: ["count", "hours"], weights: ["none", "capped", "raw"] };

test("combinations are the cross product, the last decision changing fastest", () => {
  assert.deepEqual(
    combinations(choices).map(({ outcome, weights }) => `${outcome} ${weights}`),
    ["count none", "count capped", "count raw", "hours none", "hours capped", "hours raw"],
  );
});

describe("six specifications by hand", () => {
  const VALUES: Record<string, Estimate | { impossible: string }> = {
    "count none": estimate(3, 1),
    "count capped": estimate(-1, 1),
    "count raw": estimate(null, null),
    "hours none": estimate(1, 1),
    "hours capped": estimate(-5, 2),
    "hours raw": { impossible: "raw weights are unbounded" },
  };
  const run = ({ outcome, weights }: Specification) => VALUES[`${outcome} ${weights}`]!;
  const curve = specificationCurve(choices, run);

  test("estimates in order, with what was chosen", () => {
    assert.deepEqual(
      curve.rows.map(({ place, value, outcome, weights, significant }) => [
        place,
        value,
        outcome,
        weights,
        significant,
      ]),
      [
        [1, -5, "hours", "capped", true],
        [2, -1, "count", "capped", false],
        [3, 1, "hours", "none", false],
        [4, 3, "count", "none", true],
      ],
    );
    // R: 2 * pnorm(-3)
    close(curve.rows[3]!.p, 0.002699796, 1e-8);
    assert.deepEqual(curve.choices, choices);
  });

  test("impossible ones keep their reason", () => {
    assert.deepEqual(curve.impossible, [
      { outcome: "count", weights: "raw", reason: "nobody is treated" },
      { outcome: "hours", weights: "raw", reason: "raw weights are unbounded" },
    ]);
  });

  test("the summary", () => {
    const { combinedZ, ...counts } = curve.summary;
    assert.deepEqual(counts, {
      specifications: 6,
      estimated: 4,
      median: 0,
      least: -5,
      largest: 3,
      positive: 0.5,
      negative: 0.5,
      significant: 0.5,
      significantPositive: 0.25,
      significantNegative: 0.25,
    });
    // (3 - 1 + 1 - 2.5) / 2
    close(combinedZ, 0.25);
    assert.equal(curve.test, null);
    const odd = specificationCurve({ a: ["1", "2", "9"] }, ({ a }) => estimate(Number(a), null));
    assert.deepEqual([odd.summary.median, odd.summary.combinedZ], [2, null]);
    assert.deepEqual([odd.rows[0]!.p, odd.rows[0]!.significant], [null, false]);
  });

  test("the permutation test counts the data as one more draw", () => {
    // Permuted curves: k, k + 1, ... times 0.1, all with a standard error of 1; |median| of draw k is 0.1 (k - 2) + 0.05.
    let k = 0;
    const tested = specificationCurve(
      { a: ["0", "1"] },
      ({ a }) => estimate(Number(a) + 0.25, 0.2),
      {
        permutation: {
          seed: 1,
          draws: 9,
          permuted: () => {
            k++;
            const own = k;
            return () => estimate(own / 10, 1);
          },
        },
      },
    );
    // Observed median 0.75: draws 8 and 9 are as large; one significant estimate: none is; z = (1.25 + 6.25) / sqrt(2): none.
    assert.deepEqual(tested.test, {
      draws: 9,
      median: 3 / 10,
      significant: 1 / 10,
      combinedZ: 1 / 10,
    });
  });
});

describe("the permutation test of a simulated experiment", () => {
  const n = 60;
  const cluster = Int32Array.from({ length: n }, (_, i) => i);
  function curveOf(seed: number, effect: number) {
    const draw = random(seed).fork("experiment");
    const treatment = Uint8Array.from({ length: n }, (_, i) => i % 2);
    const base = Float64Array.from({ length: n }, () => draw.normal());
    const outcomes: Record<string, Float64Array> = {
      own: base.map((y, i) => y + effect * treatment[i]!),
      noisy: base.map((y, i) => y + effect * treatment[i]! + draw.normal()),
    };
    const run =
      (treated: Uint8Array) =>
      ({ outcome, sample }: Specification) => {
        const kept = Array.from({ length: n }, (_, i) => i).filter(
          (i) => sample === "all" || i >= n / 3,
        );
        return clusteredDifference({
          treatment: kept.map((i) => treated[i]!),
          outcome: kept.map((i) => outcomes[outcome!]![i]!),
          cluster: kept.map((i) => cluster[i]!),
        });
      };
    return specificationCurve(
      { outcome: ["own", "noisy"], sample: ["all", "late"] },
      run(treatment),
      {
        permutation: {
          seed,
          draws: 99,
          permuted: (stream) => {
            const mixed = treatment.slice();
            shuffle(mixed, stream);
            return run(mixed);
          },
        },
      },
    );
  }

  test("keeps its level without an effect, and finds a large one", () => {
    const replications = 200;
    const below = { median: 0, significant: 0, combinedZ: 0, power: 0 };
    for (let r = 0; r < replications; r++) {
      const { test: found } = curveOf(r, 0);
      if (found!.median <= 0.1) below.median++;
      if (found!.significant <= 0.1) below.significant++;
      if (found!.combinedZ! <= 0.1) below.combinedZ++;
      if (r < 40 && curveOf(r, 1.5).test!.median <= 0.05) below.power++;
    }
    // Binomial standard deviation 2.1 points. The number of significant ones has many ties: its test is cautious.
    close(below.median / replications, 0.1, 0.065);
    close(below.combinedZ / replications, 0.1, 0.065);
    assert.ok(below.significant / replications <= 0.165, `${below.significant}`);
    assert.ok(below.power >= 38, `${below.power}`);
  });

  test("is the same for the same seed", () => {
    assert.deepEqual(curveOf(3, 0.3), curveOf(3, 0.3));
  });
});

test("says what is wrong, and in which specification", () => {
  const run = () => estimate(1, 1);
  assert.throws(() => specificationCurve({}, run), /no decision/);
  assert.throws(() => specificationCurve({ a: [] }, run), /a has no alternative/);
  assert.throws(() => specificationCurve({ a: ["x", "x"] }, run), /same alternative twice/);
  assert.throws(() => specificationCurve({ value: ["x"] }, run), /called value/);
  assert.throws(
    () => specificationCurve({ a: ["x"] }, () => ({ impossible: "too few rows" })),
    /None of 1 .*too few rows/,
  );
  assert.throws(
    () =>
      specificationCurve(choices, () => {
        throw new Error("column missing");
      }),
    /^Error: Specification outcome = count, weights = none: column missing$/,
  );
  assert.throws(() => specificationCurve({ a: ["x"] }, run, { alpha: 2 }), /alpha lies between/);
});
