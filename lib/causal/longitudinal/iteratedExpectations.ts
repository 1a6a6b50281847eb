/** G-computation by iterated conditional expectations: one regression a period, from the last one back to the first. */

import type { Learner } from "../../stats/learner";
import { linearLearner } from "../../stats/linearLearner";
import { weightedMean } from "../weightedMoments";
import { checkArms, type EventModel, treatmentModel, withPeriods } from "./eventModel";
import { type HistoryOptions, historyName } from "./history";
import { checkLongitudinal, type Longitudinal, needsFinalOutcome } from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import { type OutcomeRange, scaleOutcome } from "./outcomeRange";
import { type OutcomeStep, outcomeSteps } from "./outcomeSteps";
import type { Strategy } from "./strategies";
import {
  type ContrastOptions,
  estimatesFromValues,
  type StrategyEstimates,
} from "./strategyEstimates";
import { checkStrategies, strategyProbability } from "./strategyView";
import { type BootstrapOptions, unitBootstrap } from "./unitBootstrap";

export interface IteratedOptions extends ContrastOptions {
  /** Learns the outcome, and in earlier periods its expectation. Default: least squares. */
  readonly outcome?: Learner;
  /** Moves outcomes of this range to [0, 1] before they are learned, as logistic models need it. Default: left as they are. */
  readonly range?: OutcomeRange;
  /** Learns treatment, for strategies that need its natural probability. */
  readonly treatment?: Learner;
  readonly history?: HistoryOptions;
  /** Without it there are no standard errors. */
  readonly bootstrap?: BootstrapOptions;
  /** For learners that draw at random. Default 0. */
  readonly seed?: number;
}

const OPTIONS = [
  "strategies",
  "contrasts",
  "level",
  "outcome",
  "range",
  "treatment",
  "history",
  "bootstrap",
  "seed",
];

/**
 * The mean outcome had everybody followed a strategy,
 *
 *     Q_T = Y,   Q_t = E[Q_(t+1) | past, A_t, not lost] averaged over the A_t that the strategy would give,   mean Q_1,
 *
 * by a regression of Q_(t+1) on the past in each period, among those not lost. Where the regressions are right and all common
 * causes of treatment and outcome are in the past, it is the causal mean. With censoring it is the mean had nobody been lost.
 * Standard errors by the bootstrap over whole units (clusters).
 * Sources: Robins 1986, doi:10.1016/0270-0255(86)90088-6 (the g-formula); Bang and Robins 2005,
 * doi:10.1111/j.1541-0420.2005.00377.x (iterated regressions).
 * @throws Error as `checkLongitudinal`, for an outcome of each period, strategies of one name, a period in which all or none
 *     were treated, and a strategy that needs a model of treatment where there is none
 */
export function iteratedExpectations(
  data: Longitudinal,
  options: IteratedOptions,
): StrategyEstimates {
  checkOptionNames("iteratedExpectations", options, OPTIONS);
  checkLongitudinal(data);
  needsFinalOutcome(data, "iteratedExpectations");
  const { strategies, outcome = linearLearner(), range, history = {}, seed = 0 } = options;
  checkStrategies(strategies);
  const steps = outcomeSteps(data, outcome, history, seed);
  const treatment =
    options.treatment && strategies.some(({ needsPropensity }) => needsPropensity)
      ? treatmentModel(data, options.treatment, history, seed)
      : undefined;
  const scale = range && scaleOutcome(data, range);
  const [low, width] = scale ? [scale.low, scale.high - scale.low] : [0, 1];
  const y = scale?.scaled ?? Float64Array.from(data.outcome);
  const means = (notes: Map<string, number[]>, weights?: ArrayLike<number>) => {
    checkArms(data, weights);
    return iteratedMeans({ data, steps, treatment, strategies, y, weights, notes }).map(
      (mean) => low + width * mean,
    );
  };
  const notes = new Map<string, number[]>();
  const values = means(notes);
  const draws =
    options.bootstrap &&
    unitBootstrap(data, options.bootstrap, (weights) => means(new Map(), weights));
  return estimatesFromValues(data, options, values, draws, {
    method: `iterated expectations; outcomes by ${outcome.name}${scale ? `, scaled from [${scale.low}, ${scale.high}] to [0, 1]` : ""} (${historyName(history)})`,
    warnings: withPeriods("outcomes", notes, data.periods),
  });
}

interface IteratedInput {
  readonly data: Longitudinal;
  readonly steps: readonly OutcomeStep[];
  readonly treatment?: EventModel;
  readonly strategies: readonly Strategy[];
  readonly y: Float64Array;
  readonly weights?: ArrayLike<number>;
  readonly notes: Map<string, number[]>;
}

function iteratedMeans(input: IteratedInput): number[] {
  const { data, steps, treatment, strategies, y, weights, notes } = input;
  const propensity = treatment?.fit(weights).probability;
  const last = data.periods - 1;
  // The last regression is the same for all strategies.
  const lastFit = steps[last].fit(y, weights);
  return strategies.map((strategy) => {
    let later: Float64Array = y;
    for (let t = last; t >= 0; t--) {
      const step = steps[t];
      const { q1, q0, warnings } = t === last ? lastFit : step.fit(later, weights);
      for (const warning of warnings) {
        const known = notes.get(warning) ?? [];
        if (!known.includes(t)) notes.set(warning, [...known, t]);
      }
      later = overTreatments(strategy, data, t, step.atRisk, { q1, q0 }, propensity);
    }
    return weightedMean(later, weights);
  });
}

/** q1 and q0 averaged with the strategy's probability of treatment; one value a unit. */
export function overTreatments(
  strategy: Strategy,
  data: Longitudinal,
  t: number,
  units: Int32Array,
  { q1, q0 }: { readonly q1: Float64Array; readonly q0: Float64Array },
  propensity?: ArrayLike<number>,
): Float64Array {
  const p = strategyProbability(strategy, data, t, units, propensity);
  const mixed = new Float64Array(data.units);
  for (let i = 0; i < units.length; i++) {
    const u = units[i];
    mixed[u] = p[i] * q1[u] + (1 - p[i]) * q0[u];
  }
  return mixed;
}
