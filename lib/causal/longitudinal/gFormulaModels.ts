/** The models of a parametric g-formula: each varying covariate, the treatment and the outcome, given the past. */
import type { Features } from "../../stats/features";
import type { Family } from "../../stats/glm";
import type { Learner } from "../../stats/learner";
import { weightedMean } from "../weightedMoments";
import { withPeriods } from "./eventModel";
import { glmLearner } from "./glmLearner";
import { checkHistory, type HistoryOptions, historyFeatures, stacked } from "./history";
import { isAtRisk, type Longitudinal, unitsWhere, unitsWithOutcome } from "./longitudinalData";

/** How a covariate is modelled and drawn. `known` ones, such as the weekday, are taken from the data in every period. */
export type CovariateType = Family | "known";

export interface CovariateModel {
  readonly type: CovariateType;
  /** Learns the mean. Default: a generalized linear model of the type's family. */
  readonly learner?: Learner;
}

export interface FittedCovariate {
  readonly name: string;
  readonly type: CovariateType;
  /** Expectation given features. */
  readonly mean: (t: number, x: Features) => Float64Array;
  /** Standard deviation of residuals of a gaussian model (n in the denominator); 0 for others. */
  readonly sd: (t: number) => number;
  /** Least and greatest observed value: simulated ones stay between. */
  readonly range: readonly [number, number];
  /** Covariates of the same period that it may depend on: those before it in the list. */
  readonly known: readonly string[];
}

export interface GFormulaModels {
  readonly covariates: readonly FittedCovariate[];
  readonly outcome: (x: Features) => Float64Array;
  readonly outcomeRange: readonly [number, number];
  readonly warnings: readonly string[];
}

export interface ModelPlan {
  fit(weights?: ArrayLike<number>): GFormulaModels;
}

/** Fits each model to the rows it needs; the features are built once. */
export function gFormulaModels(
  data: Longitudinal,
  covariates: Readonly<Record<string, CovariateModel>>,
  outcome: Learner,
  history: HistoryOptions,
  seed: number,
): ModelPlan {
  checkHistory(data, history);
  const names = Object.keys(covariates);
  const plans = names.map((name, k) =>
    covariatePlan(data, name, covariates[name], names.slice(0, k), history, seed),
  );
  const last = data.periods - 1;
  const rows = unitsWithOutcome(data);
  const x = historyFeatures(data, last, rows, "treatment", { ...history, pooled: false });
  const y = Float64Array.from(rows, (u) => data.outcome[u]);
  const outcomeRange = rangeOf(y);
  return {
    fit(weights) {
      const notes = new Map<string, number[]>();
      const fitted = plans.map((plan) => plan(weights, notes));
      const own = weights && Float64Array.from(rows, (u) => weights[u]);
      const model = outcome.fit(x, y, { weights: own, seed });
      return {
        covariates: fitted,
        outcome: (given) => model.predict(given),
        outcomeRange,
        warnings: [
          ...withPeriods("covariates", notes, data.periods),
          ...model.warnings.map((warning) => `model of the outcome: ${warning}`),
        ],
      };
    },
  };
}

type CovariatePlan = (
  weights: ArrayLike<number> | undefined,
  notes: Map<string, number[]>,
) => FittedCovariate;

interface Rows {
  readonly periods: readonly number[];
  readonly units: Int32Array;
  readonly x: Features;
  readonly y: Float64Array;
}

function covariatePlan(
  data: Longitudinal,
  name: string,
  { type, learner }: CovariateModel,
  known: readonly string[],
  history: HistoryOptions,
  seed: number,
): CovariatePlan {
  const column = data.varying[name];
  if (type === "known") {
    const nothing = () => new Float64Array();
    return () => ({ name, type, mean: nothing, sd: () => 0, range: [0, 0], known });
  }
  const single = Array.from({ length: data.periods - 1 }, (_, s): Rows => {
    const t = s + 1;
    const units = unitsWhere(data, t, isAtRisk);
    const y = Float64Array.from(units, (u) => column[u * data.periods + t]);
    return { periods: [t], units, x: historyFeatures(data, t, units, known, history), y };
  });
  const parts = history.pooled && single.length > 0 ? [together(single)] : single;
  const range = rangeOf(parts.flatMap(({ y }) => Array.from(y)));
  checkType(name, type, range);
  const recipe = learner ?? glmLearner({ family: type });
  return (weights, notes) => {
    const models = parts.map(({ units, x, y, periods }) => {
      const own = weights && Float64Array.from(units, (u) => weights[u]);
      const least = y.reduce(
        (low, value, i) => (own?.[i] === 0 ? low : Math.min(low, value)),
        Infinity,
      );
      const most = y.reduce(
        (high, value, i) => (own?.[i] === 0 ? high : Math.max(high, value)),
        -Infinity,
      );
      if (least === most || x.names.length === 0) {
        const mean = least === most ? least : weightedMean(y, own);
        const constant = (given: Features) => new Float64Array(given.rows).fill(mean);
        return { predict: constant, sd: type === "gaussian" ? residualSd(y, constant(x), own) : 0 };
      }
      const model = recipe.fit(x, y, { weights: own, seed });
      for (const warning of model.warnings) {
        const note = `${name}: ${warning}`;
        notes.set(note, [...(notes.get(note) ?? []), ...periods]);
      }
      const sd = type === "gaussian" ? residualSd(y, model.predict(x), own) : 0;
      return { predict: (given: Features) => model.predict(given), sd };
    });
    const of = (t: number) => models[history.pooled ? 0 : t - 1];
    return {
      name,
      type,
      mean: (t, x) => of(t).predict(x),
      sd: (t) => of(t).sd,
      range,
      known,
    };
  };
}

function together(parts: readonly Rows[]): Rows {
  return {
    periods: parts.flatMap(({ periods }) => periods),
    units: Int32Array.from(parts.flatMap(({ units }) => Array.from(units))),
    x: stacked(parts.map(({ x }) => x)),
    y: Float64Array.from(parts.flatMap(({ y }) => Array.from(y))),
  };
}

function residualSd(y: Float64Array, mean: Float64Array, weights?: Float64Array): number {
  const squares = y.map((value, i) => (value - mean[i]) ** 2);
  return Math.sqrt(weightedMean(squares, weights));
}

function rangeOf(values: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

function checkType(
  name: string,
  type: CovariateType,
  [low, high]: readonly [number, number],
): void {
  if (type === "binomial" && (low < 0 || high > 1)) {
    throw new Error(`${name} is to be binomial, but has values from ${low} to ${high}.`);
  }
  if (type === "poisson" && low < 0) {
    throw new Error(`${name} is to be poisson, but has the value ${low}.`);
  }
}
