import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aipw } from "../../../lib/causal/aipw";
import { crossFit } from "../../../lib/causal/crossFit";
import {
  aipwEstimates,
  aipwRows,
  covariates,
  type Experiment,
  oracleOf,
  promotionExperiment,
  slateAipw,
  slateContrast,
  slateData,
  slateFeatures,
  slatesFromRows,
  TREATMENT,
} from "../../../lib/causal/spillover";
import { nuisanceTrees } from "../../../lib/causal/spillover/slateAipw";
import { takeColumns } from "../../../lib/stats/features";
import type { Learner } from "../../../lib/stats/learner";
import { linearLearner } from "../../../lib/stats/linearLearner";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  simulatedSlates,
  slatesOf,
  sum,
} from "./fixture";

/** Predicts the mean of what it has seen. */
const mean: Learner = {
  name: "mean",
  fit: (_x, y) => {
    const value = sum(Array.from(y)) / y.length;
    return { warnings: [], predict: (x) => new Float64Array(x.rows).fill(value) };
  },
};

describe("slates as rows of an experiment", () => {
  const experiment = promotionExperiment(simulatedSlates(4, 60), { seed: 2 });
  const data = slateData(experiment);

  test("have the features from before the coin, the coin, and the clicks", () => {
    assert.deepEqual(data.x.names, covariates(slateFeatures(experiment)));
    assert.ok(!data.x.names.includes(TREATMENT));
    assert.deepEqual([...Array.from(data.treatment)], [...experiment.treated]);
    assert.equal(sum(Array.from(data.outcome)), sum(experiment.clicks));
  });

  test("keep their features whoever is promoted and whatever is clicked", () => {
    const other = experimentWith(
      experiment.slates,
      [...experiment.focal],
      [...experiment.treated].map((arm) => 1 - arm),
    );
    assert.deepEqual(slateData(other).x, data.x);
  });
});

test("scores by hand: four slates in two folds, means of the other fold, a coin", () => {
  // Clicks 2 and 1 | 1 and 0; promoted are the first of each fold.
  const experiment = experimentWith(
    slatesOf({ a: "AB", b: "AB", c: "AB", d: "AB" }),
    [1, 3, 5, 7],
    [1, 0, 1, 0],
    [0, 1, 2, 4],
  );
  const data = slateData(experiment);
  assert.deepEqual([...Array.from(data.outcome)], [2, 1, 1, 0]);
  const options = {
    outcome: mean,
    propensity: experiment.probability,
    fold: [0, 0, 1, 1],
    seed: 1,
  };
  const found = aipw(data, options);
  // Fold 0 gets m1 = 1, m0 = 0 of fold 1; fold 1 gets m1 = 2, m0 = 1.
  assert.deepEqual([...found.m1], [1, 1, 2, 2]);
  assert.deepEqual([...found.m0], [0, 0, 1, 1]);
  // 1 + (2 - 1) / 0.5, 1 - (1 - 0) / 0.5, 1 + (1 - 2) / 0.5, 1 - (0 - 1) / 0.5.
  assert.deepEqual([...found.scores], [3, -1, -1, 3]);
  assert.equal(found.value, 1);
  // Deviations of 2: sd = sqrt(16 / 3), over the root of 4.
  assertClose(found.standardError, Math.sqrt(16 / 3) / 2);
});

/*
import numpy as np
def uniforms(s):
    while True:
        s = (s * 1664525 + 1013904223) % 2**32
        yield s / 2**32
u = uniforms(9); J = 80
x, t, y = np.ones((J, 4)), np.zeros(J), np.zeros(J)
for j in range(J):
    focal, t[j] = 4 + int(8 * next(u)), next(u) < 0.5
    draws = np.array([[next(u), next(u), next(u)] for _ in range(12)])
    cluster, stars = np.floor(3 * draws[:, 0]), 3 + np.floor(5 * draws[:, 1]) / 2
    y[j] = (draws[:, 2] < 0.05 * stars - 0.02 * t[j] * focal / 4).sum()
    x[j, 1:] = stars.mean(), (cluster == cluster[focal]).sum() - 1, focal
fold, m1, m0 = np.arange(J) % 4, np.zeros(J), np.zeros(J)
ols = lambda r: np.linalg.lstsq(x[r], y[r], rcond=None)[0]
for k in range(4):
    out, own = fold != k, fold == k
    m1[own], m0[own] = x[own] @ ols(out & (t == 1)), x[own] @ ols(out & (t == 0))
s = m1 - m0 + 2 * t * (y - m1) - 2 * (1 - t) * (y - m0)
print([float(v) for v in (y.sum(), t.sum(), s.mean(), s.std(ddof=1) / J**0.5)])
a, b = y[t == 1], y[t == 0]
meat = ((a - a.mean())**2).sum() / len(a)**2 + ((b - b.mean())**2).sum() / len(b)**2
print([float(v) for v in (a.mean() - b.mean(), (J / (J - 1) * (J - 1) / (J - 2) * meat)**0.5)])
*/
describe("an independent computation with the same folds and least squares", () => {
  const AIPW = [-0.460267931233203, 0.3141182522814132] as const;
  const PLAIN = [-0.3510101010101008, 0.3146871092558169] as const;
  const experiment = drawnExperiment(80);

  test("is about the same slates", () => {
    assert.equal(sum(experiment.clicks), 169);
    assert.equal(sum(experiment.treated), 44);
  });

  test("has the same AIPW", () => {
    const data = slateData(experiment);
    const x = takeColumns(data.x, [
      "slate_mean_relevance",
      "same_cluster_competitor_count",
      "focal_seed_position",
    ]);
    const fold = Array.from({ length: 80 }, (_, j) => j % 4);
    const options = { outcome: linearLearner(), propensity: experiment.probability, fold, seed: 1 };
    const { value, standardError } = aipw({ ...data, x }, options);
    assertClose(value, AIPW[0], 1e-9);
    assertClose(standardError, AIPW[1], 1e-9);
  });

  test("has the same difference in means with its robust error, in the first row of the table", () => {
    const one = slateAipw(experiment, { seed: 1, learner: mean });
    const [plain] = aipwRows(experiment, { trees: one, leastSquares: one }, oracleOf(experiment));
    assertClose(plain!.estimate as number, PLAIN[0], 1e-9);
    assertClose(plain!.standard_error as number, PLAIN[1], 1e-9);
  });
});

/** The slates of the computation above. */
function drawnExperiment(count: number): Experiment {
  let state = 9;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const [focal, treated, clicked]: number[][] = [[], [], []];
  const items = Array.from({ length: count }, (_, j) => {
    const place = 4 + Math.floor(8 * draw());
    const arm = draw() < 0.5 ? 1 : 0;
    focal!.push(12 * j + place);
    treated!.push(arm);
    return Array.from({ length: 12 }, (_, k) => {
      const cluster = "ABC"[Math.floor(3 * draw())]!;
      const relevance = 3 + Math.floor(5 * draw()) / 2;
      if (draw() < 0.05 * relevance - (0.02 * arm * place) / 4) clicked!.push(12 * j + k);
      return { slateId: `s${j}`, cluster, relevance };
    });
  }).flat();
  const slates = slatesFromRows({
    slateId: items.map((item) => item.slateId),
    cluster: items.map((item) => item.cluster),
    relevance: items.map((item) => item.relevance),
  });
  return experimentWith(slates, focal!, treated!, clicked);
}

describe("the table of totals", () => {
  const experiment = promotionExperiment(simulatedSlates(6, 80), { seed: 3 });
  const oracle = {
    ...oracleOf(experiment),
    lift: Float64Array.from({ length: 80 }, (_, j) => j % 2),
  };
  const estimates = aipwEstimates(experiment, 7);
  const rows = aipwRows(experiment, estimates, oracle);

  test("has the plain difference, two AIPW and the oracle", () => {
    assert.deepEqual(columnOf(rows, "estimator"), [
      "difference in means",
      "cross-fitted AIPW",
      "cross-fitted AIPW, least squares",
      "oracle mean",
    ]);
    const { trees, leastSquares } = estimates;
    assert.deepEqual(columnOf(rows, "estimate").slice(1, 3), [trees.value, leastSquares.value]);
    assert.deepEqual(columnOf(rows, "ci_low").slice(1, 3), [trees.lower, leastSquares.lower]);
    assertFinite(rows);
  });

  test("its plain difference is slateContrast of the totals", () => {
    const { slates, treated, clicks } = experiment;
    const all = new Uint8Array(slates.rows).fill(1);
    const contrast = slateContrast(
      { slates, treated, outcome: clicks, rows: all },
      { weighting: "total" },
    );
    assert.deepEqual(rows[0], {
      estimator: "difference in means",
      estimate: contrast.value,
      standard_error: contrast.standardError,
      ci_low: contrast.lower,
      ci_high: contrast.upper,
    });
  });

  test("its oracle mean by hand: forty slates of 0 and forty of 1", () => {
    const { estimate, standard_error, ci_low, ci_high } = rows[3]! as Record<string, number>;
    assert.equal(estimate, 0.5);
    assertClose(standard_error, Math.sqrt((80 * 0.25) / 79 / 80), 1e-12);
    assertClose(ci_high! - ci_low!, 2 * 1.959963984540054 * standard_error!, 1e-9);
  });
});

describe("AIPW of slates", () => {
  const experiment = promotionExperiment(simulatedSlates(8, 90), { seed: 4 });

  test("knows the coin: the propensity is the design's and is not learned", () => {
    const rare = promotionExperiment(simulatedSlates(8, 90), { seed: 4, probability: 0.3 });
    const { e, method, clipped, estimand } = slateAipw(rare, { seed: 1, learner: mean });
    assert.deepEqual([...new Set(e)], [0.3]);
    assert.match(method, /known propensity/);
    assert.equal(clipped, 0);
    assert.match(estimand, /clicks per slate/);
  });

  test("has five folds unless told otherwise, and the same seed gives the same", () => {
    const folds = (count?: number) =>
      new Set(slateAipw(experiment, { seed: 1, learner: mean, folds: count }).fold).size;
    assert.deepEqual([folds(), folds(3)], [5, 3]);
    const twice = [1, 1, 2].map((seed) => slateAipw(experiment, { seed }).value);
    assert.equal(twice[0], twice[1]);
    assert.notEqual(twice[0], twice[2]);
  });

  test("learns each arm from the other folds", () => {
    const learner = nuisanceTrees(1);
    const found = slateAipw(experiment, { seed: 1, learner });
    const data = slateData(experiment);
    const options = { outcome: learner, propensity: 0.5, fold: found.fold, seed: 1 };
    assert.deepEqual(found.m1, crossFit(data, options).m1);
  });

  test("its intervals hold the truth in 95 of 100 experiments", () => {
    const slates = simulatedSlates(9, 150);
    const learner = linearLearner({ ridge: 30 });
    const replications = 400;
    let held = 0;
    let error = 0;
    for (let r = 0; r < replications; r++) {
      const world = promotionExperiment(slates, { seed: 1000 + r });
      const { lift } = oracleOf(world);
      const truth = sum(lift) / lift.length;
      const { value, lower, upper } = slateAipw(world, { seed: r, learner });
      if (lower! <= truth && truth <= upper!) held++;
      error += (value! - truth) / replications;
    }
    // Three standard errors of a binomial share.
    const reach = 3 * Math.sqrt((0.95 * 0.05) / replications);
    assert.ok(Math.abs(held / replications - 0.95) <= reach, `${held} of ${replications}`);
    // The standard error of one experiment is some 0.2 clicks.
    assert.ok(Math.abs(error) < 0.035, `bias ${error}`);
  });
});
