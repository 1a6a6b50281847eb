/** Probabilities of treatment and of being lost, period by period, given the past. */
import type { Features } from "../../stats/features";
import type { Learner } from "../../stats/learner";
import { weightedMean } from "../weightedMoments";
import { checkHistory, type HistoryOptions, historyFeatures, type Known, stacked } from "./history";
import {
  isAtRisk,
  isRetained,
  isTreatable,
  type Longitudinal,
  unitsWhere,
} from "./longitudinalData";

export interface EventProbabilities {
  /** Probability of the event for each unit and period; 0 where it was not possible. */
  readonly probability: Float64Array;
  /** Probabilities of other histories at a period: features as `historyFeatures` gives them. */
  predict(t: number, x: Features): Float64Array;
  readonly warnings: readonly string[];
}

export interface EventModel {
  /** Fits to the units, each counted as often as its weight says (default once), and predicts all of them. */
  fit(weights?: ArrayLike<number>): EventProbabilities;
}

/**
 * P(A_t = 1 | past) of the units that can be treated in a period.
 * @param history  the features; `{ pooled: true }` for one model for all periods
 * @param known  what the model knows of the period itself. Default: its covariates.
 * @throws Error in `fit`, naming the period, when a model for each period finds none treated or none untreated there
 */
export function treatmentModel(
  data: Longitudinal,
  learner: Learner,
  history: HistoryOptions,
  seed: number,
  known: Known = "covariates",
): EventModel {
  return eventModel(data, learner, history, seed, known, {
    name: "treatment",
    rows: (t) => unitsWhere(data, t, isTreatable),
    happens: (u, t) => data.treatment[u * data.periods + t],
    check: (weights) => {
      if (!history.pooled) checkArms(data, weights);
    },
  });
}

/** P(C_t = 1 | past and treatment) of the units that are there in a period; 0 where nobody was lost. */
export function censoringModel(
  data: Longitudinal,
  learner: Learner,
  history: HistoryOptions,
  seed: number,
  known: Known = "treatment",
): EventModel {
  return eventModel(data, learner, history, seed, known, {
    name: "censoring",
    rows: (t) => unitsWhere(data, t, isAtRisk),
    happens: (u, t) => (isRetained(data, u, t) ? 0 : 1),
    check: () => {},
  });
}

interface Event {
  readonly name: string;
  readonly rows: (t: number) => Int32Array;
  readonly happens: (u: number, t: number) => number;
  readonly check: (weights?: ArrayLike<number>) => void;
}

interface Part {
  readonly periods: readonly number[];
  readonly units: Int32Array;
  /** Place in a table of units and periods. */
  readonly cells: Int32Array;
  readonly x: Features;
  readonly y: Float64Array;
}

function eventModel(
  data: Longitudinal,
  learner: Learner,
  history: HistoryOptions,
  seed: number,
  known: Known,
  event: Event,
): EventModel {
  checkHistory(data, history);
  const { periods } = data;
  const ofPeriod = (t: number): Part => {
    const units = event.rows(t);
    const cells = units.map((u) => u * periods + t);
    const x = historyFeatures(data, t, units, known, history);
    return {
      periods: [t],
      units,
      cells,
      x,
      y: Float64Array.from(units, (u) => event.happens(u, t)),
    };
  };
  const single = Array.from({ length: periods }, (_, t) => ofPeriod(t));
  // Built once: a bootstrap fits the same features again and again, with other weights.
  const parts = history.pooled ? [together(single)] : single;
  return {
    fit(weights) {
      event.check(weights);
      const probability = new Float64Array(data.units * periods);
      const notes = new Map<string, number[]>();
      const predictions: ((given: Features) => Float64Array)[] = [];
      for (const part of parts) {
        const { units, cells, x, y } = part;
        const own = weights && Float64Array.from(units, (u) => weights[u]);
        const range = weightedRange(y, own);
        if (range.high === range.low || x.names.length === 0) {
          // Nobody, everybody, or nothing that it could depend on: the share.
          const share = weightedMean(y, own);
          for (const cell of cells) probability[cell] = share;
          predictions.push((given) => new Float64Array(given.rows).fill(share));
          continue;
        }
        const model = learner.fit(x, y, { weights: own, seed });
        const predicted = model.predict(x);
        for (let i = 0; i < cells.length; i++) probability[cells[i]] = predicted[i];
        predictions.push((given) => model.predict(given));
        for (const warning of model.warnings) {
          notes.set(warning, [...(notes.get(warning) ?? []), ...part.periods]);
        }
      }
      return {
        probability,
        predict: (t, x) => predictions[history.pooled ? 0 : t](x),
        warnings: withPeriods(event.name, notes, periods),
      };
    },
  };
}

function together(parts: readonly Part[]): Part {
  const joined = (of: (part: Part) => Int32Array) =>
    Int32Array.from(parts.flatMap((part) => Array.from(of(part))));
  return {
    periods: parts.flatMap((part) => part.periods),
    units: joined((part) => part.units),
    cells: joined((part) => part.cells),
    x: stacked(parts.map(({ x }) => x)),
    y: Float64Array.from(parts.flatMap(({ y }) => Array.from(y))),
  };
}

function weightedRange(y: Float64Array, weights?: Float64Array): { low: number; high: number } {
  let [low, high] = [1, 0];
  for (let i = 0; i < y.length; i++) {
    if (weights && weights[i] === 0) continue;
    low = Math.min(low, y[i]);
    high = Math.max(high, y[i]);
  }
  return high < low ? { low: 0, high: 0 } : { low, high };
}

/** Warnings of models, with the periods they are of. */
export function withPeriods(
  what: string,
  notes: ReadonlyMap<string, readonly number[]>,
  periods: number,
): string[] {
  return [...notes].map(([note, of]) => {
    const when = of.length === periods ? "" : ` in period ${of.map((t) => t + 1).join(", ")}`;
    return `model of ${what}${when}: ${note}`;
  });
}

/**
 * @throws Error naming the first period in which none of the units that could be treated was treated, or all of them were
 */
export function checkArms(data: Longitudinal, weights?: ArrayLike<number>): void {
  for (let t = 0; t < data.periods; t++) {
    const there = unitsWhere(data, t, isTreatable).filter((u) => !weights || weights[u] > 0);
    const treated = there.filter((u) => data.treatment[u * data.periods + t] === 1).length;
    if (treated > 0 && treated < there.length) continue;
    const what = treated === 0 ? "none" : "every one";
    throw new Error(
      `Period ${t + 1}: ${what} of the ${there.length} units that could be treated was treated, so nothing can be learned of ${treated === 0 ? "treatment" : "its absence"} then. Leave the period out, or use a model for all periods ({ pooled: true }) for weights.`,
    );
  }
}

/** Periods in which no unit was treated, or all were, as a warning of pooled models. */
export function armWarnings(data: Longitudinal): string[] {
  const single: number[] = [];
  for (let t = 0; t < data.periods; t++) {
    const there = unitsWhere(data, t, isTreatable);
    const treated = there.filter((u) => data.treatment[u * data.periods + t] === 1).length;
    if (treated === 0 || treated === there.length) single.push(t + 1);
  }
  if (single.length === 0) return [];
  return [
    `in period ${single.join(", ")} all units had the same treatment: the model for all periods extrapolates there`,
  ];
}
