import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  balance,
  compareCovariate,
  effectiveSampleSize,
  kolmogorovSmirnov,
  shareOutside,
  sizeRows,
  standardizedMeanDifferences,
  stratumWeights,
  weightedMean,
  weightedVariance,
} from "../../lib/causal";
import { tableOf, testEngine, type Value } from "../panels/panelFixture";

const opened = testEngine();

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= digits * Math.max(1, Math.abs(expected)),
    `${actual}, ${expected}`,
  );
}

const numbers = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 30 });

// x = np.array([1, 2, 2, 3, 7, 8.]); z = np.array([2, 3, 3, 9, 10.]); w = np.array([1, 2, .5, 3, 1, .25])
const X = [1, 2, 2, 3, 7, 8];
const Z = [2, 3, 3, 9, 10];
const W = [1, 2, 0.5, 3, 1, 0.25];

describe("weighted moments", () => {
  test("equal numpy's: np.average(x, weights=w), np.cov(x, aweights=w, ddof=1)", () => {
    close(weightedMean(X, W), 3.096774193548387);
    close(weightedVariance(X, W), 4.966480446927374);
    close(effectiveSampleSize(W), 3.9224489795918367);
  });

  test("with equal weights, whatever they are, equal those without", () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, weight) => {
        const weights = values.map(() => weight);
        close(weightedMean(values, weights), weightedMean(values));
        close(weightedVariance(values, weights), weightedVariance(values), 1e-9);
        close(effectiveSampleSize(weights), values.length);
      }),
    );
  });

  test("keep small terms beside large ones", () => {
    assert.equal(weightedMean([1e16, 1, -1e16, 1]), 0.5);
  });
});

describe("distances between distributions", () => {
  // scipy.stats.ks_2samp(x, z).statistic
  test("Kolmogorov-Smirnov equals scipy's", () => {
    close(kolmogorovSmirnov({ values: X }, { values: Z }), 0.4);
  });

  test("Kolmogorov-Smirnov is symmetric, from 0 to 1, and blind to monotone transformations", () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const d = kolmogorovSmirnov({ values: one }, { values: other });
        assert.ok(d >= 0 && d <= 1);
        close(kolmogorovSmirnov({ values: other }, { values: one }), d);
        const exp = (values: number[]) => ({ values: values.map(Math.exp) });
        close(kolmogorovSmirnov(exp(one), exp(other)), d);
        assert.equal(kolmogorovSmirnov({ values: one }, { values: one }), 0);
      }),
    );
    assert.equal(kolmogorovSmirnov({ values: [1, 2] }, { values: [3, 4] }), 1);
  });

  test("an integer weight is as many rows", () => {
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 2, max: 5 }), (one, other, times) => {
        const weights = one.map((_, i) => (i % 2 === 0 ? times : 1));
        const repeated = one.flatMap((value, i) => Array<number>(weights[i]!).fill(value));
        close(
          kolmogorovSmirnov({ values: one, weights }, { values: other }),
          kolmogorovSmirnov({ values: repeated }, { values: other }),
        );
        close(
          shareOutside({ values: one, weights }, { values: other }),
          shareOutside({ values: repeated }, { values: other }),
        );
      }),
    );
  });

  test("the share outside is counted beyond the outer 2.5% of the other group", () => {
    const reference = { values: Array.from({ length: 1000 }, (_, i) => i + 1) };
    // The quantiles are 25 and 975.
    const share = (values: number[]) => shareOutside({ values }, reference);
    assert.equal(share([24, 25, 975, 976]), 0.5);
    assert.equal(share([500]), 0);
    assert.equal(share([-1, 2000]), 1);
    assert.equal(shareOutside(reference, reference), 0.049);
  });
});

describe("a covariate compared", () => {
  const treatment = [...X.map(() => 1), ...Z.map(() => 0)];
  const covariate = [...X, ...Z];

  test("has the standardized difference and variance ratio of their formulas", () => {
    const row = compareCovariate(treatment, covariate);
    close(row.smd, -0.46332973270129507);
    close(row.variance_ratio, 0.599067599067599);
    close(row.ks, 0.4);
    const sd1 = Math.sqrt(weightedVariance(X));
    close(compareCovariate(treatment, covariate, undefined, "treated").smd, (23 / 6 - 5.4) / sd1);
  });

  test("keeps its smd when the unit changes, and turns its sign with the treatment", () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const a = [...one.map(() => 1), ...other.map(() => 0)];
        const x = [...one, ...other];
        const row = compareCovariate(a, x);
        const scaled = compareCovariate(
          a,
          x.map((value) => 40 * value - 3),
        );
        const flipped = compareCovariate(
          a.map((value) => 1 - value),
          x,
        );
        if (row.smd === null) return assert.equal(scaled.smd, null);
        close(scaled.smd, row.smd, 1e-9);
        close(flipped.smd, -row.smd, 1e-9);
      }),
    );
  });

  test("without spread has no smd and no ratio, and never NaN", () => {
    const row = compareCovariate([1, 1, 0, 0], [3, 3, 3, 3]);
    assert.deepEqual(
      [row.smd, row.variance_ratio, row.ks, row.treated_outside],
      [null, null, 0, 0],
    );
    const alone = compareCovariate([1, 1], [3, 4]);
    assert.deepEqual(
      [alone.control_mean, alone.smd, alone.ks, alone.control_outside],
      [null, null, null, null],
    );
  });

  test("weights do not change what the difference is divided by", () => {
    const weights = [...W, 1, 1, 1, 1, 1];
    const row = compareCovariate(treatment, covariate, weights);
    const pooled = Math.sqrt((weightedVariance(X) + weightedVariance(Z)) / 2);
    close(row.smd, (weightedMean(X, W) - 5.4) / pooled);
    close(row.variance_ratio, weightedVariance(X, W) / weightedVariance(Z));
  });

  test("refuses a treatment that is not 0 or 1, and a negative weight", () => {
    assert.throws(() => compareCovariate([1, 2], [3, 3]), /Row 2: the treatment is 0 or 1, not 2/);
    assert.throws(
      () => compareCovariate([1, 0], [3, 3], [1, -1]),
      /Row 2: a weight is not negative/,
    );
  });
});

describe("a report on a panel", () => {
  const types = {
    user_id: "BIGINT",
    event_date: "TIMESTAMP",
    active_day: "BIGINT",
    a: "BIGINT",
    b: "BIGINT",
    x: "DOUBLE",
    z: "DOUBLE",
  };
  const days: Value[][] = [
    [1, "2020-07-05", 1, 1, 0, 1, 5],
    [1, "2020-07-06", 1, 0, 1, 2, 5],
    [1, "2020-07-07", 1, 1, 1, 3, null],
    [2, "2020-07-05", 1, 0, 0, 9, 7],
    [2, "2020-07-06", 0, 0, 0, 1000, 1000],
    [2, "2020-07-07", 1, 0, 1, 4, 6],
  ];
  const options = { treatments: ["b", "a"], covariates: ["x", "z"] };

  test("is over active days, each covariate over the rows that have it", async () => {
    const report = await balance(await tableOf(await opened, "panel", types, days), options);
    assert.deepEqual(
      report.rows.map((row) => [row.treatment, row.covariate, row.treated_mean, row.control_mean]),
      [
        ["b", "x", 3, 5],
        ["b", "z", 5.5, 6],
        ["a", "x", 2, 5],
        ["a", "z", 5, 6],
      ],
    );
    assert.deepEqual(sizeRows(report)[0], {
      treatment: "b",
      treated: 3,
      control: 2,
      treated_effective: 3,
      control_effective: 2,
    });
    assert.match(report.denominator, /n - 1, without weights/);
    const all = await balance(await tableOf(await opened, "panel", types, days), {
      ...options,
      where: "true",
    });
    assert.equal(all.rows[0]?.control_mean, (1 + 9 + 1000) / 3);
  });

  test("lists standardized differences by treatment and size, those without one last", async () => {
    const report = await balance(await tableOf(await opened, "panel", types, days), options);
    const listed = standardizedMeanDifferences(report);
    assert.deepEqual(
      listed.map((row) => `${row.treatment} ${row.covariate}`),
      ["a x", "a z", "b z", "b x"],
    );
    assert.equal(listed[1]?.smd, null, "one treated value has no variance");
    assert.deepEqual(Object.keys(listed[0]!), [
      "treatment",
      "covariate",
      "treated_mean",
      "control_mean",
      "smd",
    ]);
  });

  test("says which columns a panel lacks, and what a denominator can be", async () => {
    const panel = await tableOf(await opened, "panel", types, days);
    await assert.rejects(balance(panel, { ...options, covariates: ["w"] }), /"w"/);
    await assert.rejects(
      balance(panel, { ...options, denominator: "sd" as "pooled" }),
      /pooled, treated or control, not sd/,
    );
  });
});

describe("weights by strata", () => {
  const types = {
    user_id: "BIGINT",
    event_date: "TIMESTAMP",
    active_day: "BIGINT",
    a: "BIGINT",
    x: "DOUBLE",
  };
  const panelOf = async (rows: readonly (readonly [a: number, x: number])[]) =>
    tableOf(
      await opened,
      "panel",
      types,
      rows.map(([a, x], i) => [i, "2020-07-05", 1, a, x]),
    );

  test("balance a covariate that is constant within its strata, exactly", async () => {
    const groups = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
      { minLength: 2, maxLength: 2 },
    );
    await fc.assert(
      fc.asyncProperty(groups, async ([low, high]) => {
        // Two values, each half of the rows, so that two strata are the two values.
        const size = Math.max(low![0] + low![1], high![0] + high![1]);
        const rows = [low!, high!].flatMap(([treated], value) =>
          Array.from({ length: size }, (_, i) => [i < treated ? 1 : 0, value] as const),
        );
        const panel = await stratumWeights(await panelOf(rows), {
          treatment: "a",
          covariate: "x",
          strata: 2,
        });
        if (panel.withoutComparison > 0) return;
        const report = await balance(panel, {
          treatments: ["a"],
          covariates: ["x"],
          weights: { a: "a_weight" },
        });
        close(report.rows[0]!.treated_mean, 0.5);
        close(report.rows[0]!.control_mean, 0.5);
        const { total } = await panel.engine.row<{ total: number }>(
          `SELECT sum(a_weight) AS total FROM ${panel.name}`,
        );
        close(total, rows.length);
      }),
      { numRuns: 20 },
    );
  });

  test("are missing where a stratum has only one kind of rows, and that is counted", async () => {
    const panel = await stratumWeights(
      await panelOf([
        [1, 1],
        [0, 1],
        [0, 2],
        [0, 2],
      ]),
      { treatment: "a", covariate: "x", strata: 2 },
    );
    assert.equal(panel.withoutComparison, 2);
    assert.deepEqual(
      (await panel.rows()).map((row) => row.a_weight),
      [0.5, 1.5, null, null],
    );
    await assert.rejects(
      stratumWeights(await panelOf([[1, 1]]), { treatment: "a", covariate: "x", strata: 0 }),
      /from 1 on, not 0/,
    );
  });
});
