/** With saturated models all estimators are the g-formula of the observed frequencies. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  always,
  dynamicRule,
  type ExposureTerm,
  gFormula,
  historyWeights,
  incrementalPropensity,
  iteratedExpectations,
  ltmle,
  marginalStructuralModel,
  naturalCourse,
  never,
  oddsTimes,
  onPeriods,
  strategyIpw,
  threshold,
  withProbability,
} from "../../../lib/causal/longitudinal";
import { binarySystem, cellMeans, frequency, gFormulaByHand, type Rule } from "./saturated";

const saturated = { treatment: cellMeans, outcome: cellMeans } as const;

const STRATEGIES: readonly (readonly [ReturnType<typeof onPeriods>, Rule])[] = [
  [always, () => 1],
  [onPeriods([1, 3]), (_, a) => (a.length === 1 ? 0 : 1)],
  [threshold("l", 0.5), (l) => l[l.length - 1]],
  [
    dynamicRule("after an untreated period", ({ treatment }) => {
      const before = treatment(1);
      return (i) => before[i] === 0;
    }),
    (_, a) => 1 - (a[a.length - 1] ?? 0),
  ],
  [withProbability(0.3), () => 0.3],
  [never, () => 0],
];

describe("three periods", () => {
  for (const isCensored of [false, true]) {
    for (const isBinary of [false, true]) {
      const data = binarySystem({ units: 6000, periods: 3, seed: 4, isCensored, isBinary });
      const truth = STRATEGIES.map(([, rule]) => gFormulaByHand(data, rule));
      const strategies = STRATEGIES.map(([strategy]) => strategy);
      const words = `${isBinary ? "binary" : "continuous"} outcome${isCensored ? ", censoring" : ""}`;

      const agree = (name: string, values: readonly (number | null)[], wanted = truth) => {
        assert.equal(values.length, wanted.length);
        values.forEach((value, k) => {
          assert.ok(
            Math.abs(value! - wanted[k]) < 1e-9,
            `${name}, ${strategies[k].name}: ${value} instead of ${wanted[k]}`,
          );
        });
      };
      const means = (result: { means: readonly { value: number | null }[] }) =>
        result.means.map(({ value }) => value);

      test(`ICE, g-formula, LTMLE and IPW are the g-formula by hand: ${words}`, () => {
        agree("ICE", means(iteratedExpectations(data, { strategies, outcome: cellMeans })));
        const clip = [1e-6, 1 - 1e-6] as const;
        const targeted = ltmle(data, { strategies, ...saturated, clip });
        agree("LTMLE", means(targeted));
        for (const moved of targeted.fluctuations.flatMap((own) => [...own])) {
          assert.ok(Math.abs(moved) < 1e-9);
        }
        for (const estimator of ["Hajek", "Horvitz-Thompson"] as const) {
          agree(
            estimator,
            means(strategyIpw(data, { strategies, treatment: cellMeans, estimator })),
          );
        }
        const simulated = gFormula(data, {
          strategies,
          ...saturated,
          covariates: { l: { type: "binomial", learner: cellMeans } },
          copies: "enumerate",
          seed: 1,
        });
        agree("g-formula", means(simulated));
        const contrast = simulated.contrasts[2];
        assert.equal(
          contrast.estimand,
          'mean outcome under "treated when l is above 0.5" minus under "never"',
        );
        assert.ok(Math.abs(contrast.value! - (truth[2] - truth[5])) < 1e-9);
      });

      test(`so is a saturated marginal structural model: ${words}`, () => {
        const patterns = Array.from({ length: 7 }, (_, k) => k + 1);
        const terms = patterns.map(
          (pattern): ExposureTerm => ({
            name: `pattern_${pattern}`,
            of: (a) => Number(a[0] + 2 * a[1] + 4 * a[2] === pattern),
          }),
        );
        for (const numerator of ["treatment history", "marginal", "none"] as const) {
          const model = marginalStructuralModel(data, {
            weights: { treatment: cellMeans, numerator },
            terms,
          });
          const differences = [7, 5].map((pattern) => model.estimates[pattern - 1].value!);
          agree(
            `MSM ${numerator}`,
            differences,
            [truth[0], truth[1]].map((value) => value - truth[5]),
          );
        }
      });

      test(`shifted propensities and the natural course: ${words}`, () => {
        const shift = (delta: number): Rule => {
          return (l, a) => {
            const e = frequency(data, l, a);
            return (delta * e) / (delta * e + 1 - e);
          };
        };
        const deltas = [0.4, 3];
        const wanted = [...deltas, 1].map((delta) => gFormulaByHand(data, shift(delta)));
        const shifts = [oddsTimes(0.4), oddsTimes(3), naturalCourse];
        agree("incremental", means(incrementalPropensity(data, { deltas, ...saturated })), wanted);
        const iterated = iteratedExpectations(data, { strategies: shifts, ...saturated });
        agree("ICE", means(iterated), wanted);
        const simulated = gFormula(data, {
          strategies: shifts,
          ...saturated,
          covariates: { l: { type: "binomial", learner: cellMeans } },
          copies: "enumerate",
          seed: 1,
        });
        agree("g-formula", means(simulated), wanted);
        if (!isCensored) {
          const mean = data.outcome;
          const average = Array.from(mean).reduce((sum, y) => sum + y, 0) / data.units;
          agree("natural course is what was seen", [wanted[2]], [average]);
          for (const row of simulated.naturalCourse) {
            assert.ok(Math.abs(row.observed - row.simulated) < 1e-9, JSON.stringify(row));
          }
        }
      });

      test(`saturated stabilized weights have the mean 1 in every period: ${words}`, () => {
        const found = historyWeights(data, { treatment: cellMeans });
        for (const { mean, period, rows } of found.summary) {
          // With censoring the weights of those who stay stand for all, in shares of those who stay.
          if (!isCensored) assert.equal(rows, 6000);
          assert.ok(Math.abs(mean - 1) < (isCensored ? 0.02 : 1e-9), `period ${period}: ${mean}`);
        }
        assert.deepEqual(found.warnings, []);
      });
    }
  }
});
