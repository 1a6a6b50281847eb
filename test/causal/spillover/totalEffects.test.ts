import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { randomizationTest } from "../../../lib/causal";
import {
  neighbouringPositions,
  promotionExperiment,
  slateCoin,
  slateSums,
  slatesFromRows,
  TOTAL_METHODS,
  totalEffects,
} from "../../../lib/causal/spillover";
import { assertClose, experimentWith, mean, simulatedSlates, slatesOf, sum } from "./fixture";
import { twelveItemSlates } from "./studySlates";

/** 30 slates of 4 items from formulas that Python repeats below. */
function formulaExperiment() {
  const J = 30;
  const i = Array.from({ length: 4 * J }, (_, k) => k);
  const slateOf = (k: number) => Math.floor(k / 4);
  const treated = Array.from({ length: J }, (_, j) => ((7 * j) % 11 < 5 ? 1 : 0));
  const stars = i.map((k) => 2 + ((5 * k + slateOf(k) ** 2) % 7) / 2);
  const slates = slatesFromRows({
    slateId: i.map((k) => `user_${slateOf(k)}`),
    cluster: i.map((k) => ((k * k + slateOf(k)) % 5 > 1 ? "B" : "A")),
    relevance: stars,
    ratingCount: i.map((k) => (13 * k) % 50),
  });
  const focal = treated.map((_, j) => 4 * j + 1 + ((j ** 3 % 11) % 3));
  const clicked = i.filter((k) => {
    const j = slateOf(k);
    return stars[k]! + ((k * k + 3 * j + 3 * treated[j]!) % 11) / 4 > 4.5;
  });
  return experimentWith(slates, focal, treated, clicked);
}

describe("against statsmodels", () => {
  // import numpy as np, statsmodels.api as sm
  // J = 30
  // i = np.arange(4 * J); j = i // 4
  // cluster = (i * i + j) % 5 > 1
  // stars = 2 + (5 * i + j * j) % 7 / 2
  // log = np.log1p((13 * i) % 50)
  // place = 1 + np.arange(J) ** 3 % 11 % 3
  // treated = ((7 * np.arange(J)) % 11 < 5).astype(float)
  // focal = 4 * np.arange(J) + place
  // clicks = stars + (i * i + 3 * j + 3 * treated[j]) % 11 / 4 > 4.5
  // per = lambda x: x.reshape(J, 4).sum(axis=1)
  // y = per(clicks.astype(float))
  // rivals = per((cluster == cluster[focal][j]).astype(float)) - 1
  // x = np.column_stack([per(stars), per(log), stars[focal], place + 1, rivals])
  // c = x - x.mean(axis=0)
  // lin = sm.OLS(y, sm.add_constant(np.column_stack([treated, c, c * treated[:, None]]))).fit(cov_type="HC2")
  // plain = sm.OLS(y, sm.add_constant(treated)).fit(cov_type="HC1")
  // s = per(stars)
  // theta = np.cov(s, y)[0, 1] / s.var(ddof=1)
  // cuped = sm.OLS(y - theta * (s - s.mean()), sm.add_constant(treated)).fit(cov_type="HC1")
  // for fit in (plain, lin, cuped): print("%.12f %.12f" % (fit.params[1], fit.bse[1]))
  const effects = totalEffects(formulaExperiment(), { seed: 1 });

  test("difference in means with HC1", () => {
    assertClose(effects.difference.value, 0.113122171946, 1e-11);
    assertClose(effects.difference.standardError, 0.183990155959, 1e-11);
  });

  test("Lin's regression with HC2", () => {
    assertClose(effects.lin.value, 0.141034984224, 1e-10);
    assertClose(effects.lin.standardError, 0.166901027809, 1e-10);
  });

  test("CUPED on the slate's stars", () => {
    assertClose(effects.cuped.value, 0.104537007111, 1e-11);
    assertClose(effects.cuped.standardError, 0.183376001366, 1e-11);
  });
});

describe("the total effect by every method", () => {
  const experiment = promotionExperiment(simulatedSlates(21, 400), { seed: 2, probability: 0.5 });
  const { slates, treated, clicks } = experiment;
  const y = slateSums(slates, clicks);
  const effects = totalEffects(experiment, { seed: 7, bootstrapDraws: 2000 });
  const of = (arm: number) => y.filter((_, j) => treated[j] === arm);
  const difference = mean(of(1)) - mean(of(0));

  test("has every method once, of one estimand", () => {
    assert.deepEqual(Object.keys(effects), Object.keys(TOTAL_METHODS));
    for (const { estimand, n, level, lower, upper, value } of Object.values(effects)) {
      assert.equal(estimand, "total effect on the slate, clicks per slate");
      assert.equal(n, 400);
      assert.equal(level, 0.95);
      assert.ok(lower! < value! && value! < upper!);
    }
  });

  test("difference in means by hand", () => {
    assertClose(effects.difference.value, difference);
    const squares = (values: Float64Array) =>
      sum(values.map((value) => (value - mean(values)) ** 2));
    const variance = squares(of(1)) / of(1).length ** 2 + squares(of(0)) / of(0).length ** 2;
    assertClose(effects.difference.standardError, Math.sqrt((variance * 400) / 398));
  });

  test("Horvitz-Thompson by hand: each arm's clicks over its probability, over all slates", () => {
    assertClose(effects.horvitzThompson.value, (sum(of(1)) - sum(of(0))) / 0.5 / 400);
    // The bound of Aronow and Samii adds y^2 / pi to (1 - pi) y^2 / pi^2.
    const squares = sum(y.map((value) => (value / 0.5) ** 2));
    assertClose(effects.horvitzThompson.standardError, Math.sqrt(squares) / 400);
  });

  test("Hajek is the difference in means where all probabilities are equal", () => {
    assertClose(effects.hajek.value, difference);
    assertClose(effects.hajek.standardError, effects.difference.standardError!, 0.002);
  });

  test("with another coin, Horvitz-Thompson takes its probability and Hajek stays", () => {
    const often = promotionExperiment(slates, { seed: 3, probability: 0.8 });
    const clicksOf = slateSums(slates, often.clicks);
    const arm = (wanted: number) => clicksOf.filter((_, j) => often.treated[j] === wanted);
    const { horvitzThompson, hajek, difference: plain } = totalEffects(often, { seed: 1 });
    assertClose(horvitzThompson.value, sum(arm(1)) / 0.8 / 400 - sum(arm(0)) / 0.2 / 400);
    assertClose(hajek.value, plain.value!);
  });

  test("bootstrap: the same value, a standard error near HC1, the quantiles as interval", () => {
    const { value, standardError, lower, upper, warnings } = effects.bootstrap;
    assertClose(value, difference);
    const hc1 = effects.difference.standardError!;
    // 2,000 draws know a standard deviation to 1.6 %.
    assertClose(standardError! / hc1, 1, 0.06);
    assertClose((upper! - lower!) / (2 * 1.96 * hc1), 1, 0.1);
    assert.deepEqual(warnings, []);
    assert.ok(!("pValue" in effects.bootstrap), "no p-value of another method");
    const again = totalEffects(experiment, { seed: 7, bootstrapDraws: 2000 }).bootstrap;
    assert.deepEqual(again, effects.bootstrap);
    const other = totalEffects(experiment, { seed: 8, bootstrapDraws: 2000 }).bootstrap;
    assert.notEqual(other.lower, lower);
  });

  test("the randomization interval ends where the test begins to reject", () => {
    const { value, standardError, lower, upper } = effects.randomization;
    assertClose(value, difference);
    assert.equal(standardError, null);
    const { design } = slateCoin(400, 0.5);
    const pValue = (effect: number) =>
      randomizationTest(
        { design, assignment: treated, outcome: y },
        { effect, draws: 999, seed: 7 },
      ).pValue;
    for (const [bound, outward] of [
      [lower!, -1],
      [upper!, 1],
    ] as const) {
      assert.ok(pValue(bound - outward * 1e-6) > 0.05);
      assert.ok(pValue(bound + outward * 1e-6) <= 0.05);
    }
  });

  test("the structure enters through the number of rivals alone", () => {
    const other = totalEffects(experiment, {
      seed: 7,
      bootstrapDraws: 2000,
      competition: neighbouringPositions(slates),
    });
    assert.notEqual(other.lin.value, effects.lin.value);
    assert.deepEqual(
      { ...other, lin: null, aipwLinear: null, aipwTrees: null },
      { ...effects, lin: null, aipwLinear: null, aipwTrees: null },
    );
  });

  test("a coin that is given is used", () => {
    const coin = slateCoin(400, 0.5);
    const given = totalEffects(experiment, { seed: 7, bootstrapDraws: 2000, coin });
    assert.deepEqual(given, effects);
    assert.deepEqual(coin.probabilities.levels, ["left alone", "promoted"]);
    assert.deepEqual([...coin.probabilities.marginal("promoted")], new Array(400).fill(0.5));
  });
});

describe("cross-fitted AIPW", () => {
  test("agrees with Lin's regression, and is more precise than the difference in means", () => {
    const experiment = promotionExperiment(twelveItemSlates(8, 1500), { seed: 3 });
    const { difference, lin, aipwLinear, aipwTrees } = totalEffects(experiment, { seed: 1 });
    for (const estimate of [aipwLinear, aipwTrees]) {
      assert.ok(Math.abs(estimate.value! - lin.value!) < lin.standardError!);
      assert.ok(estimate.standardError! < difference.standardError!);
    }
    // Both fit a straight line in each arm; the first does so in folds.
    assertClose(aipwLinear.value, lin.value!, 0.2 * lin.standardError!);
    assertClose(aipwLinear.standardError, lin.standardError!, 0.05 * lin.standardError!);
  });

  test("is null with a warning where an arm has fewer than 20 slates", () => {
    const { aipwLinear, aipwTrees } = totalEffects(formulaExperiment(), { seed: 1 });
    for (const { value, standardError, lower, warnings } of [aipwLinear, aipwTrees]) {
      assert.deepEqual([value, standardError, lower], [null, null, null]);
      assert.match(warnings[0]!, /fewer than 20 slates/);
    }
  });
});

describe("where there is little to compare", () => {
  const slates = slatesOf({ a: "AB", b: "AB", c: "AB", d: "AA", e: "BB", f: "AB" });
  const focal = [1, 3, 5, 7, 9, 11];
  const of = (treated: readonly number[]) =>
    totalEffects(experimentWith(slates, focal, treated, [0, 3, 4, 5]), {
      seed: 1,
      randomizationDraws: 50,
    });

  test("nobody or everybody promoted is an error that says so", () => {
    assert.throws(() => of([0, 0, 0, 0, 0, 0]), /total effect on the slate.*no row in promoted/);
    assert.throws(() => of([1, 1, 1, 1, 1, 1]), /total effect on the slate.*no row in other/);
  });

  test("draws of the bootstrap without one of the arms are left out and counted", () => {
    // 30 slates, one of them promoted.
    const many = slatesOf(
      Object.fromEntries(Array.from({ length: 30 }, (_, j) => [`s${j}`, "AB"])),
    );
    const experiment = experimentWith(
      many,
      Array.from({ length: 30 }, (_, j) => 2 * j + 1),
      Array.from({ length: 30 }, (_, j) => (j === 4 ? 1 : 0)),
      [1, 8, 9, 30],
    );
    const { bootstrap } = totalEffects(experiment, { seed: 1, bootstrapDraws: 200 });
    const missing = bootstrap.warnings.find((warning) => /of 200 draws had no slate/.test(warning));
    // A draw of 30 misses the slate with probability (29 / 30)^30 = 0.36; within five errors.
    const share = Number(missing!.split(" ")[0]) / 200;
    assertClose(share, 0.36, 5 * Math.sqrt((0.36 * 0.64) / 200));
    assert.ok(Number.isFinite(bootstrap.standardError) && Number.isFinite(bootstrap.lower));
  });

  test("a bootstrap of fewer than two draws is an error", () => {
    const experiment = formulaExperiment();
    assert.throws(
      () => totalEffects(experiment, { seed: 1, bootstrapDraws: 1 }),
      /2 draws or more/,
    );
  });
});
