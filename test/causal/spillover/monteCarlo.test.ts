import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CoverageRow, monteCarlo, type Runner } from "../../../lib/causal/spillover";
import {
  STUDIED_ESTIMATORS,
  STUDIED_NAMES,
  type StudiedName,
} from "../../../lib/causal/spillover/monteCarloEstimators";
import { monteCarloReplication } from "../../../lib/causal/spillover/monteCarloReplication";
import { parallelMap } from "../../../lib/stats/parallel";
import { assertClose, assertFinite, mean } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const slates = twelveItemSlates(16, 300);
const inThreads =
  (threads: number): Runner =>
  (work) =>
    parallelMap({ ...work, threads });

describe("the Monte-Carlo study", () => {
  test("has the same rows whatever the number of threads", async () => {
    const of = (threads: number) =>
      monteCarlo(slates, { seed: 2, replications: 5, run: inThreads(threads) });
    const one = await of(1);
    assert.deepEqual(await of(2), one);
    assertFinite(one);
    assert.deepEqual(
      one.map(({ estimand, estimator, promise }) => ({ estimand, estimator, promise })),
      STUDIED_NAMES.map((name) => STUDIED_ESTIMATORS[name]),
    );
  });

  test("rows are means over replications", async () => {
    const rows = await monteCarlo(slates, { seed: 2, replications: 5, run: inThreads(1) });
    const results = [0, 1, 2, 3, 4].map((r) => monteCarloReplication(r, { slates, seed: 2 }));
    rows.forEach((row, k) => {
      const of = (place: number) => results.map((values) => values[5 * k + place]!);
      const errors = of(1).map((value, r) => value - of(0)[r]!);
      const spread = mean(errors.map((error) => (error - mean(errors)) ** 2));
      const held = of(0).filter((truth, r) => of(3)[r]! <= truth && truth <= of(4)[r]!).length / 5;
      assertClose(row.truth, mean(of(0)));
      assertClose(row.bias, mean(errors));
      assertClose(row.standard_deviation, Math.sqrt((spread * 5) / 4));
      assertClose(row.bias_error, row.standard_deviation! / Math.sqrt(5));
      assertClose(row.coverage, held);
      assertClose(row.coverage_error, Math.sqrt((held * (1 - held)) / 5));
      assert.ok(row.coverage_low! >= 0 && row.coverage_high! <= 1);
      assert.equal(row.replications, 5);
      if (row.estimator === "randomization test, inverted") {
        assert.equal(row.mean_standard_error, null);
        assert.equal(row.error_ratio, null);
      } else {
        assertClose(row.mean_standard_error, mean(of(2)));
        assertClose(row.error_ratio, mean(of(2)) / row.standard_deviation!);
      }
    });
  });

  test("replications without an interval are left out, and without any all numbers are null", async () => {
    const length = 5 * STUDIED_NAMES.length;
    const gaps: Runner = async <_, Result>() =>
      [0, 1, 2].map((r) => {
        const values = new Float64Array(length).fill(Number.NaN);
        // The first estimator has two intervals, one of which holds the truth, the others none.
        if (r < 2) values.set([1, 1.5 + r, 0.5, 0.5 + r, 2.5 + r]);
        return values;
      }) as Result[];
    const [first, second] = await monteCarlo(slates, { seed: 1, replications: 3, run: gaps });
    assert.equal(first!.replications, 2);
    assert.equal(first!.bias, 1);
    assert.equal(first!.coverage, 0.5);
    assert.equal(first!.keeps_promise, false);
    assert.equal(second!.replications, 0);
    assert.deepEqual(
      [second!.truth, second!.bias, second!.coverage, second!.coverage_low, second!.keeps_promise],
      [null, null, null, null, null],
    );
    assertFinite([first!, second!]);
  });

  test("needs two replications, and slates that the course's experiment fits", async () => {
    await assert.rejects(
      monteCarlo(slates, { seed: 1, replications: 1 }),
      /2 replications or more/,
    );
    await assert.rejects(
      monteCarlo(twelveItemSlates(1, 8), { seed: 1, replications: 2 }),
      /Two saturations need two/,
    );
  });
});

describe("over 100 replications", () => {
  const replications = 100;
  const study = monteCarlo(slates, { seed: 5, replications });
  const row = async (name: StudiedName): Promise<CoverageRow> =>
    (await study)[STUDIED_NAMES.indexOf(name)]!;

  test("intervals keep their promise, within four binomial standard errors", async () => {
    const reach = 4 * Math.sqrt((0.95 * 0.05) / replications);
    for (const { estimand, estimator, promise, coverage } of await study) {
      if (promise === "none") continue;
      assert.ok(coverage! > 0.95 - reach, `${estimand}, ${estimator}: ${coverage}`);
    }
  });

  test("estimators that promise something are unbiased, within four standard errors", async () => {
    for (const { estimand, estimator, promise, bias, bias_error } of await study) {
      if (promise === "none") continue;
      assert.ok(Math.abs(bias! / bias_error!) < 4, `${estimand}, ${estimator}: ${bias}`);
    }
  });

  test("standard errors of the nominal ones are of the right size, the exposures' too large", async () => {
    for (const { estimator, promise, error_ratio } of await study) {
      // A standard deviation over 100 replications is known to 7 %.
      if (promise === "nominal" && error_ratio !== null) assertClose(error_ratio, 1, 0.28);
      if (estimator === "Hajek over exposures") assert.ok(error_ratio! > 1.1, `${error_ratio}`);
    }
  });

  test("what is wrong on purpose fails: rows taken for independent, positions taken for rivals", async () => {
    const naive = await row("othersExpectedNaive");
    assert.ok(naive.coverage_high! < 0.9, `${naive.coverage}`);
    assert.ok(naive.error_ratio! < 0.75, `${naive.error_ratio}`);
    assert.equal(naive.keeps_promise, null);
    const wrong = await row("wrongRivals");
    assert.ok(wrong.coverage_high! < 0.9, `${wrong.coverage}`);
    assert.ok(wrong.bias! > 8 * wrong.bias_error!);
  });
});
