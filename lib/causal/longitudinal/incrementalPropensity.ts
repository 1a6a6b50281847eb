/** Mean outcomes had the odds of treatment been multiplied: incremental propensity score interventions. */

import type { Learner } from "../../stats/learner";
import { linearLearner } from "../../stats/linearLearner";
import { censoringModel, checkArms, treatmentModel, withPeriods } from "./eventModel";
import { type HistoryOptions, historyName } from "./history";
import { overTreatments } from "./iteratedExpectations";
import {
  checkLongitudinal,
  isTreatable,
  type Longitudinal,
  needsFinalOutcome,
} from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import { type OutcomeRange, scaleOutcome } from "./outcomeRange";
import { type FittedStep, type OutcomeStep, outcomeSteps } from "./outcomeSteps";
import { oddsTimes, type Strategy } from "./strategies";
import { estimatesFromScores, type StrategyEstimates } from "./strategyEstimates";
import { checkStrategies } from "./strategyView";
import { clipProbabilities, strategyWeights } from "./strategyWeights";
import { probabilitiesByPart, stepByPart, type UnitPart, unitParts } from "./unitFolds";

export interface IncrementalOptions {
  /** Factors of the odds of treatment, above 0; 1 is the natural course. */
  readonly deltas: readonly number[];
  /** Factors of two means each, the first minus the second. Default: each one minus the natural course, which is added. */
  readonly contrasts?: readonly (readonly [number, number])[];
  /** Learns the outcome, and in earlier periods its expectation. Default: least squares. */
  readonly outcome?: Learner;
  /** Moves outcomes of this range to [0, 1] before they are learned, as logistic models need it. Default: left as they are. */
  readonly range?: OutcomeRange;
  readonly treatment: Learner;
  /** Learns the probability of being lost, in panels with censoring. Default: as treatment. */
  readonly censoring?: Learner;
  readonly history?: HistoryOptions;
  /** Lower bound of the probability of not being lost; treatment needs none. Default 0.01. */
  readonly lowestStaying?: number;
  /** Folds of whole clusters for cross-fitting; 1 for none (default). Needed for learners such as trees. */
  readonly folds?: number;
  readonly level?: number;
  /** Of the folds, and for learners that draw at random. Default 0. */
  readonly seed?: number;
}

export interface IncrementalPropensity extends StrategyEstimates {
  readonly deltas: readonly number[];
  /** [delta]: uncentred influence function of each unit; its mean is the estimate. */
  readonly scores: readonly Float64Array[];
}

const OPTIONS = [
  "deltas",
  "contrasts",
  "outcome",
  "range",
  "treatment",
  "censoring",
  "history",
  "lowestStaying",
  "folds",
  "level",
  "seed",
];

/**
 * The mean outcome had each unit's odds of treatment, given its past, been delta times what they were, for several deltas.
 * With e_t = P(A_t = 1 | past), d_t = delta e_t + 1 - e_t, weights w_t = prod of (delta A_s + 1 - A_s) / d_s and regressions
 * m_t of R_(t+1) on the past and A_t, R_t = (delta e_t m_t(1) + (1 - e_t) m_t(0)) / d_t and R_(T+1) = Y, it is the mean of
 *
 *     R_1 + sum over t of  w_t (R_(t+1) - m_t(A_t))  +  w_(t-1) delta (m_t(1) - m_t(0)) (A_t - e_t) / d_t^2,
 *
 * which equals Kennedy's theorem 2 after some algebra. Its standard deviation gives the standard error, clustered where the
 * panel is. Nobody needs a chance of every treatment: those who are surely treated stay so. Loss multiplies w_t by
 * 1(not lost) / P(not lost).
 * Sources: Kennedy 2019, doi:10.1080/01621459.2017.1422737; Kim, Kennedy and Naimi 2021, arXiv:1907.04004 (loss).
 * @throws Error as `iteratedExpectations`, or for a delta that is not above 0
 */
export function incrementalPropensity(
  data: Longitudinal,
  options: IncrementalOptions,
): IncrementalPropensity {
  checkOptionNames("incrementalPropensity", options, OPTIONS);
  checkLongitudinal(data);
  needsFinalOutcome(data, "incrementalPropensity");
  const { outcome = linearLearner(), treatment, censoring = treatment, history = {} } = options;
  const { lowestStaying = 0.01, folds = 1, seed = 0 } = options;
  const deltas = options.contrasts ? options.deltas : [...options.deltas.filter((d) => d !== 1), 1];
  const strategies = deltas.map((delta) => oddsTimes(delta));
  checkStrategies(strategies);
  checkArms(data);
  const parts = unitParts(data, folds, seed);
  const treated = probabilitiesByPart(
    treatmentModel(data, treatment, history, seed),
    parts,
    data.periods,
  );
  const lost = data.censored
    ? probabilitiesByPart(censoringModel(data, censoring, history, seed), parts, data.periods)
    : undefined;
  const { staying, clipped } = clipProbabilities(
    data,
    treated.probability,
    lost?.probability.map((p) => Math.min(p, 1 - lowestStaying)),
    [0, 1],
  );
  const steps = outcomeSteps(data, outcome, history, seed);
  const notes = new Map<string, number[]>();
  const scale = options.range && scaleOutcome(data, options.range);
  const y = scale?.scaled ?? Float64Array.from(data.outcome);
  const [start, width] = scale ? [scale.low, scale.high - scale.low] : [0, 1];
  const scores = strategies.map((strategy) =>
    scoresOf({ data, y, strategy, steps, parts, treated, staying, notes }).map(
      (score) => start + width * score,
    ),
  );
  const limited = lost ? lost.probability.filter((p) => p > 1 - lowestStaying).length : 0;
  const estimates = estimatesFromScores(
    data,
    {
      strategies,
      level: options.level,
      contrasts: options.contrasts?.map(
        ([one, other]) => [oddsTimes(one).name, oddsTimes(other).name] as const,
      ),
    },
    scores,
    {
      method: `incremental propensity scores${folds > 1 ? `, ${folds} folds` : ""}; outcomes by ${outcome.name}${scale ? `, scaled from [${scale.low}, ${scale.high}] to [0, 1]` : ""}, treatment by ${treatment.name} (${historyName(history)})`,
      warnings: [
        ...treated.warnings,
        ...(lost?.warnings ?? []),
        ...withPeriods("outcomes", notes, data.periods),
        ...(limited + clipped > 0
          ? [`${limited + clipped} probabilities of staying were raised to ${lowestStaying}`]
          : []),
      ],
    },
  );
  return { ...estimates, deltas, scores };
}

interface ScoreInput {
  readonly data: Longitudinal;
  /** Outcomes as they are learned. */
  readonly y: Float64Array;
  readonly strategy: Strategy;
  readonly steps: readonly OutcomeStep[];
  readonly parts: readonly UnitPart[];
  readonly treated: { probability: Float64Array; ofPart: readonly Float64Array[] };
  readonly staying: Float64Array | null;
  readonly notes: Map<string, number[]>;
}

function scoresOf({ data, y, strategy, steps, parts, treated, staying, notes }: ScoreInput) {
  const { units, periods, treatment } = data;
  const delta = strategy.delta ?? 1;
  const e = treated.probability;
  const weights = strategyWeights(data, strategy, e, staying);
  const fits = regressions({ data, y, strategy, steps, parts, treated });
  const scores = new Float64Array(units);
  let later: Float64Array = y;
  for (let t = periods - 1; t >= 0; t--) {
    const { q1, q0, warnings } = fits[t];
    for (const warning of warnings) {
      const known = notes.get(warning) ?? [];
      if (!known.includes(t)) notes.set(warning, [...known, t]);
    }
    for (const u of steps[t].retained) {
      const cell = u * periods + t;
      const own = treatment[cell] === 1 ? q1[u] : q0[u];
      scores[u] += weights[cell] * (later[u] - own);
    }
    for (const u of steps[t].atRisk) {
      if (!isTreatable(data, u, t)) continue;
      const cell = u * periods + t;
      const before = t === 0 ? 1 : weights[cell - 1];
      const d = delta * e[cell] + 1 - e[cell];
      scores[u] += (before * delta * (q1[u] - q0[u]) * (treatment[cell] - e[cell])) / (d * d);
    }
    later = overTreatments(strategy, data, t, steps[t].atRisk, { q1, q0 }, e);
  }
  return scores.map((score, u) => score + later[u]);
}

/** The regressions of all periods, each unit predicted by models that have not seen it. */
function regressions({
  data,
  y,
  strategy,
  steps,
  parts,
  treated,
}: Omit<ScoreInput, "staying" | "notes">): FittedStep[] {
  const ofParts = parts.map(({ training }, k) => {
    const fits: FittedStep[] = [];
    let later: Float64Array = y;
    for (let t = data.periods - 1; t >= 0; t--) {
      fits[t] = steps[t].fit(later, training);
      later = overTreatments(strategy, data, t, steps[t].atRisk, fits[t], treated.ofPart[k]);
    }
    return fits;
  });
  return steps.map((_, t) =>
    stepByPart(
      ofParts.map((fits) => fits[t]),
      parts,
    ),
  );
}
