/** Feedback between treatment and confounder: plain regressions are wrong, these estimators are not, and their intervals cover. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Estimate } from "../../../lib/causal/estimate";
import {
  always,
  gFormula,
  glmLearner,
  incrementalPropensity,
  iteratedExpectations,
  type Longitudinal,
  ltmle,
  marginalStructuralModel,
  never,
  strategyIpw,
  threshold,
} from "../../../lib/causal/longitudinal";
import { leastSquares } from "../../../lib/stats/leastSquares";
import { feedbackPanel } from "./feedbackPanel";

const strategies = [always, never];
const logistic = glmLearner();
const TRUTH = 3;

/** The contrast of each replication. */
function replicate(
  replications: number,
  units: number,
  estimate: (data: Longitudinal, seed: number) => Estimate,
  options: Partial<Parameters<typeof feedbackPanel>[0]> = {},
): Estimate[] {
  return Array.from({ length: replications }, (_, seed) =>
    estimate(feedbackPanel({ units, seed, ...options }), seed),
  );
}

function meanAndError(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(variance / (values.length - 1) / values.length) };
}

function assertUnbiased(found: readonly Estimate[], truth = TRUTH): void {
  const { mean, error } = meanAndError(found.map(({ value }) => value!));
  assert.ok(Math.abs(mean - truth) < 3.5 * error, `mean ${mean} (error ${error}), truth ${truth}`);
}

function assertCovers(found: readonly Estimate[], truth = TRUTH): void {
  const covered = found.filter(({ lower, upper }) => lower! <= truth && truth <= upper!).length;
  const share = covered / found.length;
  const margin = 3.5 * Math.sqrt((0.95 * 0.05) / found.length);
  assert.ok(Math.abs(share - 0.95) < margin, `coverage ${share}, 0.95 +/- ${margin}`);
}

test("plain regressions are biased, with and without the confounder", () => {
  const slopes = (isAdjusted: boolean) =>
    Array.from({ length: 60 }, (_, seed) => {
      const { units, periods, treatment, varying, outcome } = feedbackPanel({ units: 500, seed });
      const sum = (table: ArrayLike<number>) =>
        Float64Array.from({ length: units }, (_, u) =>
          [0, 1, 2].reduce((total, t) => total + table[u * periods + t], 0),
        );
      const columns = { treated: sum(treatment), ...(isAdjusted ? { l: sum(varying.l) } : {}) };
      return 3 * leastSquares({ outcome, columns }).coefficients[1];
    });
  for (const isAdjusted of [false, true]) {
    const { mean, error } = meanAndError(slopes(isAdjusted));
    assert.ok(Math.abs(mean - TRUTH) > 10 * error, `${mean} (error ${error})`);
    assert.ok(Math.abs(mean - TRUTH) > 0.3, `${mean}`);
  }
});

test("longitudinal TMLE: right on average, and its intervals cover", () => {
  const found = replicate(200, 500, (data) => {
    return ltmle(data, { strategies, outcome: logistic, treatment: logistic }).contrasts[0];
  });
  assertUnbiased(found);
  assertCovers(found);
});

test("longitudinal TMLE, cross-fitted by unit", () => {
  const found = replicate(100, 500, (data, seed) => {
    const models = { outcome: logistic, treatment: logistic };
    return ltmle(data, { strategies, ...models, folds: 3, seed }).contrasts[0];
  });
  assertUnbiased(found);
  assertCovers(found);
});

test("longitudinal TMLE with censoring and clusters", () => {
  const found = replicate(
    120,
    600,
    (data) => {
      const targeted = ltmle(data, { strategies, outcome: logistic, treatment: logistic });
      assert.equal(targeted.contrasts[0].clusters, 150);
      return targeted.contrasts[0];
    },
    { isCensored: true, clusterSize: 4 },
  );
  assertUnbiased(found);
  assertCovers(found);
});

test("longitudinal TMLE is right where the outcome's model is wrong", () => {
  // A model of the outcome that knows of nothing but the treatment of the period.
  const blind = {
    ...logistic,
    fit: (...[x, y, options]: Parameters<typeof logistic.fit>) => {
      const only = (given: typeof x) => {
        const j = given.names.indexOf("treatment");
        const values = Float64Array.from(
          { length: given.rows },
          (_, i) => given.values[i * given.names.length + j],
        );
        return { rows: given.rows, names: ["treatment"], values };
      };
      const model = logistic.fit(only(x), y, options);
      return { ...model, predict: (given: typeof x) => model.predict(only(given)) };
    },
  };
  const estimate = (data: Longitudinal) =>
    ltmle(data, { strategies, outcome: blind, treatment: logistic }).contrasts[0];
  assertUnbiased(replicate(100, 1000, estimate));
  const plain = replicate(40, 1000, (data) => {
    return iteratedExpectations(data, { strategies, outcome: blind, range: "observed" })
      .contrasts[0];
  });
  const { mean, error } = meanAndError(plain.map(({ value }) => value!));
  assert.ok(Math.abs(mean - TRUTH) > 10 * error, `iterated expectations alone: ${mean}`);
});

test("marginal structural model: right on average; bootstrap and robust intervals cover", () => {
  const both = Array.from({ length: 80 }, (_, seed) => {
    const data = feedbackPanel({ units: 250, seed });
    return marginalStructuralModel(data, {
      weights: { treatment: logistic },
      contrasts: { effect: { cumulative_treatment: 3 } },
      bootstrap: { draws: 60, seed },
    });
  });
  const bootstrapped = both.map((model) => model.bootstrapped[1]);
  assertUnbiased(bootstrapped);
  assertCovers(bootstrapped);
  assertCovers(both.map(({ estimates }) => estimates[1]));
});

test("iterated expectations, g-formula, weighting: right on average", () => {
  assertUnbiased(
    replicate(60, 400, (data) => iteratedExpectations(data, { strategies }).contrasts[0]),
  );
  assertUnbiased(
    replicate(60, 400, (data, seed) => {
      return gFormula(data, { strategies, covariates: { l: "gaussian" }, copies: 5, seed })
        .contrasts[0];
    }),
  );
  assertUnbiased(
    replicate(
      60,
      400,
      (data) => strategyIpw(data, { strategies, treatment: logistic }).contrasts[0],
    ),
  );
});

test("the bootstrap of iterated expectations covers", () => {
  const found = replicate(80, 200, (data, seed) => {
    return iteratedExpectations(data, { strategies, bootstrap: { draws: 60, seed } }).contrasts[0];
  });
  assertCovers(found);
});

test("shifted propensities: right on average, and their intervals cover", () => {
  // A large panel's g-formula tells the truth: linear models are right here.
  const large = feedbackPanel({ units: 100_000, seed: 12_345 });
  const truth = incrementalPropensity(large, { deltas: [2], treatment: logistic }).contrasts[0];
  assert.ok(truth.standardError! < 0.005);
  const found = replicate(150, 500, (data) => {
    return incrementalPropensity(data, { deltas: [2], treatment: logistic }).contrasts[0];
  });
  assertUnbiased(found, truth.value!);
  assertCovers(found, truth.value!);
});

test("a dynamic rule: LTMLE, iterated expectations and g-formula agree on a large panel", () => {
  const data = feedbackPanel({ units: 20_000, seed: 5 });
  const rule = [threshold("l", 0.3), never];
  const targeted = ltmle(data, { strategies: rule, outcome: logistic, treatment: logistic });
  const { value, standardError } = targeted.contrasts[0];
  const others = [
    strategyIpw(data, { strategies: rule, treatment: logistic }),
    gFormula(data, {
      strategies: rule,
      covariates: { l: "gaussian" },
      // The rule makes treatment depend on l: the outcome needs no more than this.
      outcome: "gaussian",
      copies: 5,
      seed: 1,
    }),
  ];
  for (const { contrasts } of others) {
    assert.ok(Math.abs(contrasts[0].value! - value!) < 4 * standardError!);
  }
});
