/** Longitudinal targeted maximum likelihood: iterated regressions, each moved by one number so that the bias of the mean goes. */

import type { Learner } from "../../stats/learner";
import { effectiveSampleSize } from "../weightedMoments";
import { censoringModel, checkArms, treatmentModel, withPeriods } from "./eventModel";
import { fluctuation, fromLogOdds, logOdds } from "./fluctuation";
import { type HistoryOptions, historyName } from "./history";
import { overTreatments } from "./iteratedExpectations";
import {
  checkLongitudinal,
  isRetained,
  type Longitudinal,
  needsFinalOutcome,
} from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import { type OutcomeRange, scaleOutcome } from "./outcomeRange";
import { type FittedStep, type OutcomeStep, outcomeSteps } from "./outcomeSteps";
import type { Strategy } from "./strategies";
import {
  type ContrastOptions,
  estimatesFromScores,
  type StrategyEstimates,
} from "./strategyEstimates";
import { checkStrategies } from "./strategyView";
import { clipProbabilities, strategyWeights } from "./strategyWeights";
import { probabilitiesByPart, stepByPart, type UnitPart, unitParts } from "./unitFolds";

export interface LtmleOptions extends ContrastOptions {
  /** Learns outcomes moved to [0, 1], which need not be 0 or 1: a quasi-binomial model. */
  readonly outcome: Learner;
  /** Learns the probability of treatment. */
  readonly treatment: Learner;
  /** Learns the probability of being lost, in panels with censoring. Default: as treatment. */
  readonly censoring?: Learner;
  readonly history?: HistoryOptions;
  /** Bounds of the outcome. Default: its least and greatest observed value. */
  readonly range?: OutcomeRange;
  /** Bounds that each period's probabilities of treatment, and of not being lost, are clipped to. Default [0.01, 0.99]. */
  readonly clip?: readonly [number, number];
  /** Folds of whole clusters for cross-fitting; 1 for none (default). */
  readonly folds?: number;
  /** Of the folds, and for learners that draw at random. Default 0. */
  readonly seed?: number;
}

export interface Ltmle extends StrategyEstimates {
  /** [strategy]: uncentred influence function of each unit; its mean is the estimate. */
  readonly scores: readonly Float64Array[];
  /** [strategy][period]: how far the log odds were moved. */
  readonly fluctuations: readonly Float64Array[];
  /** [strategy]: effective sample size of those who followed it to the end, weighted. */
  readonly effectiveSampleSizes: readonly number[];
  /** Probabilities that were clipped. */
  readonly clipped: number;
}

const OPTIONS = [
  "strategies",
  "contrasts",
  "level",
  "outcome",
  "treatment",
  "censoring",
  "history",
  "range",
  "clip",
  "folds",
  "seed",
];

/**
 * The mean outcome under each strategy. From the last period back, Q_(t+1) is regressed on the past as in
 * `iteratedExpectations`, and then moved on the log odds scale by an intercept fitted with the weights
 *
 *     w_t = prod over s up to t of  P*(A_s) / P(A_s | past)  *  1(not lost) / P(not lost | past, A_s),
 *
 * P* being the strategy's probability of the treatment that was given. The standard error is that of the influence function
 * sum over t of w_t (Q_(t+1) - Q_t(A_t)) + Q_1, clustered where the panel is. It is consistent when either the regressions or
 * the probabilities are right, the standard error when both are. Q_t is clipped to [1e-9, 1 - 1e-9] before its log odds.
 * With folds the first guesses of Q_t and the probabilities come from models that have not seen the unit, the regressions
 * of a fold being of their own guesses of Q_(t+1) before targeting; the targeting uses all units.
 * Sources: van der Laan and Gruber 2012, doi:10.2202/1557-4679.1370 (iterated regressions); Lendle et al. 2017,
 * doi:10.18637/jss.v081.i01 (ltmle). Unlike ltmle it clips each period's probability, not their product.
 * @throws Error as `iteratedExpectations`, for strategies that shift the propensity (see `incrementalPropensity`), and when
 *     nobody followed a strategy up to a period, naming it
 */
export function ltmle(data: Longitudinal, options: LtmleOptions): Ltmle {
  checkOptionNames("ltmle", options, OPTIONS);
  checkLongitudinal(data);
  needsFinalOutcome(data, "ltmle");
  const { strategies, outcome, treatment, censoring = treatment, history = {} } = options;
  const { range = "observed", clip = [0.01, 0.99], folds = 1, seed = 0 } = options;
  checkStrategies(strategies);
  refuseShifts(strategies);
  checkArms(data);
  const { periods } = data;
  const scale = scaleOutcome(data, range);
  const parts = unitParts(data, folds, seed);
  const treated = probabilitiesByPart(
    treatmentModel(data, treatment, history, seed),
    parts,
    periods,
  );
  const lost = data.censored
    ? probabilitiesByPart(censoringModel(data, censoring, history, seed), parts, periods)
    : undefined;
  const { propensity, staying, clipped } = clipProbabilities(
    data,
    treated.probability,
    lost?.probability,
    clip,
  );
  const steps = outcomeSteps(data, outcome, history, seed);
  const notes = new Map<string, number[]>();
  const runs = strategies.map((strategy) => {
    const weights = strategyWeights(data, strategy, propensity, staying);
    const guess =
      folds === 1
        ? (t: number, later: Float64Array) => steps[t].fit(later)
        : guessesOf(data, strategy, steps, parts, scale.scaled);
    return targeted({ data, strategy, steps, weights, y: scale.scaled, guess, notes });
  });
  const width = scale.high - scale.low;
  const scores = runs.map((run) => run.scores.map((score) => scale.low + width * score));
  const warnings = [
    ...treated.warnings,
    ...(lost?.warnings ?? []),
    ...withPeriods("outcomes", notes, periods),
    ...(clipped > 0
      ? [`${clipped} probabilities were clipped to [${clip.join(", ")}]: overlap is poor`]
      : []),
    ...thinWarnings(data, strategies, runs),
  ];
  const method = `longitudinal TMLE${folds > 1 ? `, ${folds} folds` : ""}; outcomes by ${outcome.name}, scaled from [${scale.low}, ${scale.high}] to [0, 1]; treatment by ${treatment.name}, clipped to [${clip.join(", ")}] in each period (${historyName(history)})`;
  return {
    ...estimatesFromScores(data, options, scores, { method, warnings }),
    scores,
    fluctuations: runs.map((run) => run.fluctuations),
    effectiveSampleSizes: runs.map((run) => run.size),
    clipped,
  };
}

function refuseShifts(strategies: readonly Strategy[]): void {
  const shift = strategies.find(({ needsPropensity }) => needsPropensity);
  if (!shift) return;
  throw new Error(
    `The strategy "${shift.name}" depends on the natural propensity, which this estimator does not allow for. Use incrementalPropensity (with delta 1 for the natural course).`,
  );
}

interface TargetedInput {
  readonly data: Longitudinal;
  readonly strategy: Strategy;
  readonly steps: readonly OutcomeStep[];
  /** For each unit and period; 0 for those who do not follow the strategy or are lost. */
  readonly weights: Float64Array;
  readonly y: Float64Array;
  readonly guess: (t: number, later: Float64Array) => FittedStep;
  readonly notes: Map<string, number[]>;
}

interface Targeted {
  readonly scores: Float64Array;
  readonly fluctuations: Float64Array;
  readonly size: number;
}

function targeted({ data, strategy, steps, weights, y, guess, notes }: TargetedInput): Targeted {
  const { units, periods, treatment } = data;
  checkFollowers(data, strategy, weights);
  const scores = new Float64Array(units);
  const fluctuations = new Float64Array(periods);
  let later: Float64Array = y;
  for (let t = periods - 1; t >= 0; t--) {
    const fitted = guess(t, later);
    for (const warning of fitted.warnings) {
      const known = notes.get(warning) ?? [];
      if (!known.includes(t)) notes.set(warning, [...known, t]);
    }
    const { retained, atRisk } = steps[t];
    const own = (u: number) => (treatment[u * periods + t] === 1 ? fitted.q1[u] : fitted.q0[u]);
    const offset = Float64Array.from(retained, (u) => logOdds(own(u)));
    const factor = Float64Array.from(retained, (u) => weights[u * periods + t]);
    const target = Float64Array.from(retained, (u) => later[u]);
    const moved = fluctuation(target, offset, factor);
    fluctuations[t] = moved;
    for (let i = 0; i < retained.length; i++) {
      scores[retained[i]] += factor[i] * (target[i] - fromLogOdds(offset[i] + moved));
    }
    const move = (q: Float64Array) => q.map((value) => fromLogOdds(logOdds(value) + moved));
    later = overTreatments(strategy, data, t, atRisk, {
      q1: move(fitted.q1),
      q0: move(fitted.q0),
    });
  }
  const last = Float64Array.from({ length: units }, (_, u) => weights[u * periods + periods - 1]);
  return {
    scores: scores.map((score, u) => score + later[u]),
    fluctuations,
    size: effectiveSampleSize(last),
  };
}

function checkFollowers(data: Longitudinal, strategy: Strategy, weights: Float64Array): void {
  for (let t = 0; t < data.periods; t++) {
    let isFollowed = false;
    for (let u = 0; u < data.units; u++) isFollowed ||= weights[u * data.periods + t] > 0;
    if (isFollowed) continue;
    throw new Error(`Nobody followed the strategy "${strategy.name}" up to period ${t + 1}.`);
  }
}

/** First guesses of all periods by models that have not seen the unit. */
function guessesOf(
  data: Longitudinal,
  strategy: Strategy,
  steps: readonly OutcomeStep[],
  parts: readonly UnitPart[],
  y: Float64Array,
): (t: number) => FittedStep {
  const ofParts = parts.map(({ training }) => {
    let later: Float64Array = y;
    const fits: FittedStep[] = [];
    for (let t = data.periods - 1; t >= 0; t--) {
      fits[t] = steps[t].fit(later, training);
      later = overTreatments(strategy, data, t, steps[t].atRisk, fits[t]);
    }
    return fits;
  });
  return (t) =>
    stepByPart(
      ofParts.map((fits) => fits[t]),
      parts,
    );
}

/** Fewer effective followers than this tell little. */
const FEW = 20;

function thinWarnings(
  data: Longitudinal,
  strategies: readonly Strategy[],
  runs: readonly Targeted[],
): string[] {
  const last = data.periods - 1;
  const there = Array.from({ length: data.units }, (_, u) => isRetained(data, u, last));
  const count = there.filter((one) => one).length;
  return strategies.flatMap(({ name }, k) =>
    runs[k].size < Math.min(FEW, count / 2)
      ? [
          `only ${runs[k].size.toPrecision(3)} effective units of ${count} followed "${name}" to the end: the interval is probably too short`,
        ]
      : [],
  );
}
