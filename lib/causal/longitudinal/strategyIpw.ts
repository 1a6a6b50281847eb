/** Means under strategies by weighting those who followed them. */

import type { Learner } from "../../stats/learner";
import { effectiveSampleSize } from "../weightedMoments";
import { censoringModel, checkArms, treatmentModel } from "./eventModel";
import { type HistoryOptions, historyName } from "./history";
import { checkLongitudinal, type Longitudinal, needsFinalOutcome } from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import {
  type ContrastOptions,
  estimatesFromScores,
  estimatesFromValues,
  type StrategyEstimates,
} from "./strategyEstimates";
import { checkStrategies } from "./strategyView";
import { clipProbabilities, strategyWeights } from "./strategyWeights";
import { type BootstrapOptions, unitBootstrap } from "./unitBootstrap";

export interface StrategyIpwOptions extends ContrastOptions {
  readonly treatment: Learner;
  /** Learns the probability of being lost, in panels with censoring. Default: as treatment. */
  readonly censoring?: Learner;
  readonly history?: HistoryOptions;
  /** Weighted mean with the weights' own sum (Hajek, default), or with the number of units (Horvitz-Thompson). */
  readonly estimator?: "Hajek" | "Horvitz-Thompson";
  /** Bounds of each period's probabilities. Default: none. */
  readonly clip?: readonly [number, number];
  /** Whole units, probabilities learned anew. Without it the standard error takes the weights as known. */
  readonly bootstrap?: BootstrapOptions;
  readonly seed?: number;
}

export interface StrategyIpw extends StrategyEstimates {
  /** [strategy]: weight of each unit, 0 for those who did not follow it to the end or were lost. */
  readonly weights: readonly Float64Array[];
  /** [strategy]: sum(w)^2 / sum(w^2). */
  readonly effectiveSampleSizes: readonly number[];
}

const OPTIONS = [
  "strategies",
  "contrasts",
  "level",
  "treatment",
  "censoring",
  "history",
  "estimator",
  "clip",
  "bootstrap",
  "seed",
];

/**
 * The mean outcome under a strategy as the mean of w Y, with w the product over periods of the strategy's probability of the
 * treatment that was given over the natural one (and 1(not lost) / P(not lost)); divided by the mean of w for Hajek's.
 * Source: Robins 1986, doi:10.1016/0270-0255(86)90088-6; Hernan and Robins 2020, *Causal Inference: What If*, chapter 21.
 * @throws Error as `ltmle`, or for an unknown estimator
 */
export function strategyIpw(data: Longitudinal, options: StrategyIpwOptions): StrategyIpw {
  checkOptionNames("strategyIpw", options, OPTIONS);
  checkLongitudinal(data);
  needsFinalOutcome(data, "strategyIpw");
  const { strategies, treatment, censoring = treatment, history = {}, seed = 0 } = options;
  const { estimator = "Hajek", clip = [0, 1] } = options;
  if (estimator !== "Hajek" && estimator !== "Horvitz-Thompson") {
    throw new Error(`The estimator is "Hajek" or "Horvitz-Thompson", not ${estimator}.`);
  }
  checkStrategies(strategies);
  const treated = treatmentModel(data, treatment, history, seed);
  const lost = data.censored ? censoringModel(data, censoring, history, seed) : undefined;
  const last = data.periods - 1;
  const fit = (unitWeights?: ArrayLike<number>) => {
    if (!history.pooled) checkArms(data, unitWeights);
    const e = treated.fit(unitWeights);
    const c = lost?.fit(unitWeights);
    const { propensity, staying, clipped } = clipProbabilities(
      data,
      e.probability,
      c?.probability,
      clip,
    );
    const weights = strategies.map((strategy) => {
      const all = strategyWeights(data, strategy, propensity, staying);
      const own = Float64Array.from({ length: data.units }, (_, u) => all[u * data.periods + last]);
      if (!own.some((w, u) => w > 0 && (unitWeights?.[u] ?? 1) > 0)) {
        throw new Error(`Nobody followed the strategy "${strategy.name}" to the end.`);
      }
      return own;
    });
    return { weights, clipped, warnings: [...e.warnings, ...(c?.warnings ?? [])] };
  };
  const mean = (w: Float64Array, unitWeights?: ArrayLike<number>) => {
    let [sum, size, count] = [0, 0, 0];
    for (let u = 0; u < data.units; u++) {
      const times = unitWeights?.[u] ?? 1;
      count += times;
      size += times * w[u];
      if (w[u] > 0) sum += times * w[u] * data.outcome[u];
    }
    return sum / (estimator === "Hajek" ? size : count);
  };
  const { weights, clipped, warnings } = fit();
  const values = weights.map((w) => mean(w));
  const text = {
    method: `${estimator} mean of those who follow the strategy, weighted; treatment by ${treatment.name} (${historyName(history)})`,
    warnings: [
      ...warnings,
      ...(clipped > 0 ? [`${clipped} probabilities were clipped to [${clip.join(", ")}]`] : []),
    ],
  };
  const estimates = options.bootstrap
    ? estimatesFromValues(
        data,
        options,
        values,
        unitBootstrap(data, options.bootstrap, (unitWeights) =>
          fit(unitWeights).weights.map((w) => mean(w, unitWeights)),
        ),
        text,
      )
    : estimatesFromScores(
        data,
        options,
        weights.map((w, k) => scoresOf(w, values[k], data.outcome, estimator)),
        { ...text, method: `${text.method}; weights as known` },
      );
  return { ...estimates, weights, effectiveSampleSizes: weights.map(effectiveSampleSize) };
}

/** Scores whose mean is the estimate: linearized for Hajek's ratio. */
function scoresOf(
  w: Float64Array,
  value: number,
  outcome: ArrayLike<number>,
  estimator: "Hajek" | "Horvitz-Thompson",
): Float64Array {
  if (estimator === "Horvitz-Thompson") return w.map((own, u) => (own > 0 ? own * outcome[u] : 0));
  const mean = w.reduce((sum, own) => sum + own, 0) / w.length;
  return w.map((own, u) => (own > 0 ? value + (own * (outcome[u] - value)) / mean : value));
}
