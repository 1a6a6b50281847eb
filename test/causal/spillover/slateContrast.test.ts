import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { clusteredDifference } from "../../../lib/causal";
import {
  type ContrastInput,
  type ContrastOptions,
  slateContrast,
  type Weighting,
} from "../../../lib/causal/spillover";
import {
  contrastOfTotals,
  slateTotals,
  twoSided,
  zOf,
} from "../../../lib/causal/spillover/slateContrast";
import { random } from "../../../lib/stats";
import { assertClose, simulatedSlates, slatesOf } from "./fixture";

/** 60 slates of 2 to 6 rows; the Python programs below make the same. */
function plainInput(): ContrastInput & { outcome: number[]; rows: number[] } {
  const sizes = Array.from({ length: 60 }, (_, j) => 2 + (j % 5));
  const slates = slatesOf(Object.fromEntries(sizes.map((n, j) => [`s${j}`, "D".repeat(n)])));
  return {
    slates,
    treated: sizes.map((_, j) => Number((j * 7) % 3 === 0)),
    outcome: Array.from(slates.slateOf, (j, i) =>
      i % 17 === 3 ? Number.NaN : ((i * 37) % 101) / 101 + (j % 7) / 10,
    ),
    rows: Array.from(slates.slateOf, (j, i) => Number((i * 13) % 4 !== 0 && j % 11 !== 5)),
  };
}

describe("slateContrast", () => {
  // import numpy as np, statsmodels.api as sm                                  (statsmodels 0.14, numpy 2)
  // rows = []
  // for j in range(60):
  //     for k in range(2 + j % 5):
  //         i = len(rows)
  //         y = np.nan if i % 17 == 3 else ((i * 37) % 101) / 101 + (j % 7) / 10
  //         rows.append((j, float(j * 7 % 3 == 0), y, i * 13 % 4 != 0 and j % 11 != 5))
  // slate, arm, y, own = map(np.array, zip(*rows))
  // def fit(y, arm, groups):
  //     x = sm.add_constant(arm)
  //     robust = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups})
  //     print(robust.params[1], sm.OLS(y, x).fit().bse[1], robust.bse[1], robust.pvalues[1])
  // keep = own & ~np.isnan(y)
  // fit(y[keep], arm[keep], slate[keep])                                       # row
  // j = np.arange(60); arms = (j * 7 % 3 == 0).astype(float)
  // means = np.array([y[keep & (slate == s)].mean() for s in j]); has = ~np.isnan(means)
  // fit(means[has], arms[has], j[has])                                         # slate
  // fit(np.array([y[keep & (slate == s)].sum() for s in j]), arms, j)          # total
  const STATSMODELS = {
    row: [0.029325481567764565, 0.05932040387832014, 0.07283477400267717, 0.6872202698388943],
    slate: [-0.07879730955551693, 0.08290662706189884, 0.08440927986104685, 0.35055424758280385],
    total: [0.19574257425742547, 0.40359580308743437, 0.4394795437236541, 0.6560333666232823],
  } as const;
  const SIZES = { row: [156, 55, 54], slate: [55, 55, 19], total: [60, 60, 20] } as const;

  test("has the estimate and both standard errors of statsmodels, in the three weightings", () => {
    for (const weighting of ["row", "slate", "total"] as const) {
      const found = slateContrast(plainInput(), { weighting });
      const [value, naive, clustered, p] = STATSMODELS[weighting];
      assertClose(found.value, value, 1e-9);
      assertClose(found.naiveStandardError, naive, 1e-9);
      assertClose(found.standardError, clustered, 1e-9);
      assertClose(found.pValue, p, 1e-9);
      const [rows, clusters, treatedRows] = SIZES[weighting];
      assert.deepEqual(
        [found.n, found.clusters, found.treatedRows, found.controlRows, found.dropped],
        [rows, clusters, treatedRows, rows - treatedRows, 9],
      );
      assertClose(found.treatedMean - found.controlMean, value, 1e-9);
      assertClose(found.upper! - found.lower!, 2 * 1.959963984540054 * clustered, 1e-9);
      assert.deepEqual([found.warnings, found.level], [[], 0.95]);
      assert.match(found.method, /clustered by slate \(CR1\), normal interval/);
    }
    assert.deepEqual(
      slateContrast(plainInput()),
      slateContrast(plainInput(), { weighting: "row" }),
    );
  });

  test("by hand: four slates", () => {
    // Promoted a (1, 3) and c (8); others b (2, 4, 0) and d, whose row is missing, and which counts 0 as a total.
    const input = {
      slates: slatesOf({ a: "DD", b: "DDD", c: "D", d: "D" }),
      treated: [1, 0, 1, 0],
      outcome: [1, 3, 2, 4, 0, 8, Number.NaN],
      rows: [1, 1, 1, 1, 1, 1, 1],
    };
    const value = (weighting: Weighting) => slateContrast(input, { weighting }).value;
    assert.equal(value("row"), 12 / 3 - 6 / 3);
    assert.equal(value("slate"), (2 + 8) / 2 - 2);
    assert.equal(value("total"), (4 + 8) / 2 - (6 + 0) / 2);
    assert.equal(slateContrast(input).dropped, 1);
    // Deviations of promoted slates from 4 a row: -4, 4; of the others none, but b is alone in its arm.
    assert.equal(slateContrast(input).standardError, null);
    // Totals 4, 8 and 6, 0: V = 4/3 3/2 (2 (2/2)^2 + 2 (3/2)^2).
    const total = slateContrast(input, { weighting: "total" });
    assertClose(total.standardError, Math.sqrt(2 * (2 * 2 ** 2 + 2 * 3 ** 2)) / 2);
    // s^2 = (8 + 18) / 2, over two slates an arm.
    assertClose(total.naiveStandardError, Math.sqrt(13));
    assert.deepEqual(total.warnings, ["only 4 slates: the interval is probably too short"]);
  });

  test("is the clustered difference of the same rows", () => {
    const slates = simulatedSlates(14, 80);
    const draws = random(15);
    const input = {
      slates,
      treated: Array.from({ length: slates.count }, () => draws.integer(2)),
      outcome: Array.from({ length: slates.rows }, () => draws.normal()),
      rows: Array.from({ length: slates.rows }, () => draws.integer(2)),
    };
    const own = input.rows.flatMap((is, i) => (is === 1 ? [i] : []));
    const expected = clusteredDifference({
      treatment: own.map((i) => input.treated[slates.slateOf[i]!]!),
      outcome: own.map((i) => input.outcome[i]!),
      cluster: own.map((i) => slates.slateOf[i]!),
    });
    const found = slateContrast(input);
    for (const name of ["value", "standardError", "lower", "upper"] as const) {
      assertClose(found[name], expected[name]!, 1e-12);
    }
    assert.deepEqual([found.n, found.clusters], [expected.n, expected.clusters]);
  });

  test("moves with the unit of the outcome, and turns round with the arms", () => {
    const input = plainInput();
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.constantFrom("row" as const, "slate" as const),
        (scale, shift, weighting) => {
          const one = slateContrast(input, { weighting });
          const other = slateContrast(
            {
              ...input,
              treated: Array.from(input.treated, (arm) => 1 - arm),
              outcome: input.outcome.map((y) => scale * y + shift),
            },
            { weighting },
          );
          const tolerance = 1e-8 * scale + 1e-14 * Math.abs(shift);
          assertClose(other.value, -scale * one.value!, 100 * tolerance);
          assertClose(other.standardError, scale * one.standardError!, 100 * tolerance);
          assertClose(other.naiveStandardError, scale * one.naiveStandardError!, 100 * tolerance);
        },
      ),
      { numRuns: 100, seed: 8 },
    );
  });

  test("keeps its digits for outcomes far from 0", () => {
    const input = plainInput();
    const far = slateContrast({ ...input, outcome: input.outcome.map((y) => y + 1e9) });
    // Outcomes near 1e9 have 1e-7 as their last digit.
    assertClose(far.naiveStandardError, STATSMODELS.row[1], 1e-7);
    assertClose(far.standardError, STATSMODELS.row[2], 1e-7);
  });

  test("weights are alike where all slates have as many rows in the set", () => {
    const slates = slatesOf(
      Object.fromEntries(Array.from({ length: 50 }, (_, j) => [`s${j}`, "DDD"])),
    );
    const draws = random(16);
    const input = {
      slates,
      treated: Array.from({ length: 50 }, (_, j) => j % 2),
      outcome: Array.from({ length: 150 }, () => draws.uniform()),
      rows: Array.from({ length: 150 }, (_, i) => Number(i % 3 !== 1)),
    };
    const [row, slate, total] = (["row", "slate", "total"] as const).map((weighting) =>
      slateContrast(input, { weighting }),
    );
    assertClose(slate!.value, row!.value!);
    assertClose(total!.value, 2 * row!.value!);
    assertClose(total!.standardError, 2 * slate!.standardError!);
    // The same residuals; the factors are 99/98 for 100 rows and 49/48 for 50 means.
    assertClose(slate!.standardError, row!.standardError! * Math.sqrt(49 / 48 / (99 / 98)));
  });

  test("covers the truth about as often as it says when rows of a slate move together", () => {
    const slates = slatesOf(
      Object.fromEntries(Array.from({ length: 60 }, (_, j) => [`s${j}`, "D".repeat(2 + (j % 7))])),
    );
    const draws = random(17);
    let [covered, naively] = [0, 0];
    for (let run = 0; run < 400; run++) {
      const level = Float64Array.from({ length: 60 }, () => draws.normal());
      const treated = Uint8Array.from(level, () => draws.integer(2));
      const outcome = Float64Array.from(
        slates.slateOf,
        (j) => 2 * treated[j]! + level[j]! + draws.normal(),
      );
      const rows = new Uint8Array(slates.rows).fill(1);
      const { value, standardError, naiveStandardError } = slateContrast({
        slates,
        treated,
        outcome,
        rows,
      });
      if (Math.abs(value! - 2) < 1.96 * standardError!) covered++;
      if (Math.abs(value! - 2) < 1.96 * naiveStandardError!) naively++;
    }
    assert.ok(covered > 0.9 * 400 && covered < 0.98 * 400, `${covered}`);
    assert.ok(naively < 0.8 * 400, `${naively}`);
  });
});

describe("what cannot be compared", () => {
  const slates = slatesOf({ a: "DD", b: "DD", c: "D" });
  const input = { slates, treated: [1, 0, 0], outcome: [1, 0, 0, 1, 0], rows: [1, 1, 1, 1, 1] };

  test("an arm without a row is an error that names the contrast", () => {
    const estimand = "Direct effect";
    const wrong = (change: Partial<ContrastInput>, message: RegExp, weighting?: Weighting) =>
      assert.throws(() => slateContrast({ ...input, ...change }, { estimand, weighting }), message);
    wrong(
      { treated: [0, 0, 0] },
      /Direct effect: no row in promoted slates. A contrast needs both/,
    );
    wrong({ treated: [1, 1, 1] }, /Direct effect: no row in other slates/);
    wrong({ treated: [1, 1, 1] }, /no row in other slates/, "total");
    wrong({ rows: [1, 1, 0, 0, 0] }, /no row in other slates/);
    wrong({ rows: [1, 1, 0, 0, 0] }, /no row in other slates/, "slate");
    wrong({ outcome: [Number.NaN, Number.NaN, 0, 1, 0] }, /no row in promoted slates/);
  });

  test("one slate only is one arm only", () => {
    const one = {
      slates: slatesOf({ a: "DDD" }),
      treated: [1],
      outcome: [1, 0, 1],
      rows: [1, 1, 1],
    };
    assert.throws(() => slateContrast(one), /no row in other slates/);
  });

  test("an arm of a single slate has no standard error, and says so", () => {
    const found = slateContrast(input);
    assertClose(found.value, 0.5 - 1 / 3);
    const { standardError, lower, upper, pValue, warnings } = found;
    assert.deepEqual([standardError, lower, upper, pValue], [null, null, null, null]);
    assert.deepEqual(warnings, ["only one promoted slate: no standard error"]);
    assert.deepEqual(slateContrast({ ...input, treated: [0, 1, 1] }).warnings, [
      "only one slate is not promoted: no standard error",
    ]);
  });

  test("no spread at all is a standard error of 0", () => {
    const treated = [1, 1, 0, 0];
    const four = slatesOf({ a: "D", b: "D", c: "D", d: "D" });
    const rows = [1, 1, 1, 1];
    const apart = slateContrast({ slates: four, treated, outcome: [1, 1, 0, 0], rows });
    assert.deepEqual([apart.value, apart.standardError, apart.pValue], [1, 0, 0]);
    const alike = slateContrast({ slates: four, treated, outcome: [1, 1, 1, 1], rows });
    assert.deepEqual([alike.value, alike.standardError, alike.pValue], [0, 0, null]);
  });

  test("wrong lengths, arms, outcomes and options are errors", () => {
    const wrong = (change: object, message: RegExp, options: object = {}) =>
      assert.throws(
        () => slateContrast({ ...input, ...change }, options as ContrastOptions),
        message,
      );
    wrong({ outcome: [1, 0] }, /outcome has 2 values for 5 rows of slates/);
    wrong({ rows: [1, 0] }, /rows has 2 values for 5 rows of slates/);
    wrong({ treated: [1, 0] }, /treated has 2 values for 3 slates/);
    wrong({ treated: [1, 0, 2] }, /Slate 3: the treatment is 0 or 1, not 2/);
    wrong({ outcome: [1, 0, 0, 1, Number.POSITIVE_INFINITY] }, /Row 5: the outcome is Infinity/);
    wrong({}, /weighting is row, slate or total, not rows/, { weighting: "rows" });
    wrong({}, /level is in \(0, 1\), not 95/, { level: 95 });
    wrong({}, /level is in \(0, 1\), not 95/, { level: 95, z: 2 });
    wrong({}, /z is a positive multiple of the standard error, not -1/, { z: -1 });
  });
});

test("slateTotals, and the contrast from them", () => {
  const slates = slatesOf({ a: "DDD", b: "D", c: "DD" });
  const outcome = [1, 3, 8, 5, Number.NaN, 2];
  const rows = [1, 1, 0, 1, 1, 1];
  const totals = slateTotals({ slates, outcome, rows }, "row");
  assert.deepEqual(
    [[...totals.rows], [...totals.sums], [...totals.squares], totals.dropped],
    [[2, 1, 1], [4, 5, 2], [2, 0, 0], 1],
  );
  const means = slateTotals({ slates, outcome, rows: [1, 1, 0, 0, 1, 1] }, "slate");
  assert.deepEqual(
    [[...means.rows], [...means.sums]],
    [
      [1, 0, 1],
      [2, 0, 2],
    ],
  );
  const sums = slateTotals({ slates, outcome, rows: [1, 1, 0, 0, 1, 1] }, "total");
  assert.deepEqual(
    [[...sums.rows], [...sums.sums]],
    [
      [1, 1, 1],
      [4, 0, 2],
    ],
  );
  const treated = [1, 0, 0];
  assert.deepEqual(
    contrastOfTotals(totals, treated),
    slateContrast({ slates, treated, outcome, rows }),
  );
});

test("normal quantiles and two-sided probabilities", () => {
  assertClose(zOf(0.95), 1.959963984540054);
  assertClose(zOf(0.9), 1.6448536269514722);
  assertClose(twoSided(1.959963984540054), 0.05);
  assertClose(twoSided(-1.959963984540054), 0.05);
  assert.equal(twoSided(0), 1);
  for (const level of [0, 1, Number.NaN]) assert.throws(() => zOf(level), /level is in \(0, 1\)/);
});
