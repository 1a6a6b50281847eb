/** Regressions of what comes after a period on the past up to and with its treatment: the steps of iterated expectations. */
import type { Features } from "../../stats/features";
import type { Learner } from "../../stats/learner";
import { checkHistory, type HistoryOptions, historyFeatures } from "./history";
import { isAtRisk, isRetained, type Longitudinal, unitsWhere } from "./longitudinalData";

export interface OutcomeStep {
  readonly period: number;
  /** Units that are there at the start of the period: those that the step predicts. */
  readonly atRisk: Int32Array;
  /** Units that are there at its end: those that it learns from. */
  readonly retained: Int32Array;
  /**
   * Regresses `later` on the past of the retained units and predicts all that were at risk.
   * @param later  one value a unit; those of units that are lost are passed over
   * @param weights  how often each unit counts. Default once.
   */
  fit(later: ArrayLike<number>, weights?: ArrayLike<number>): FittedStep;
}

/** One value a unit; 0 for those who are not at risk. */
export interface FittedStep {
  /** Expectation with treatment in the period. */
  readonly q1: Float64Array;
  /** Expectation without it. */
  readonly q0: Float64Array;
  readonly warnings: readonly string[];
}

/** The steps of all periods, the first period first, with their features built once. */
export function outcomeSteps(
  data: Longitudinal,
  learner: Learner,
  history: HistoryOptions,
  seed: number,
): OutcomeStep[] {
  checkHistory(data, history);
  if (history.pooled) {
    throw new Error(
      "Iterated expectations need a model for each period: their outcomes differ. Leave { pooled } out.",
    );
  }
  return Array.from({ length: data.periods }, (_, t) =>
    outcomeStep(data, t, learner, history, seed),
  );
}

function outcomeStep(
  data: Longitudinal,
  t: number,
  learner: Learner,
  history: HistoryOptions,
  seed: number,
): OutcomeStep {
  const atRisk = unitsWhere(data, t, isAtRisk);
  const retained = unitsWhere(data, t, isRetained);
  if (retained.length === 0) {
    throw new Error(`Period ${t + 1}: all units are censored, so nothing is known of the outcome.`);
  }
  const observed = historyFeatures(data, t, retained, "treatment", history);
  const treated = historyFeatures(data, t, atRisk, "treatment", history);
  const withTreatment = withLastColumn(treated, 1);
  const without = withLastColumn(treated, 0);
  return {
    period: t,
    atRisk,
    retained,
    fit(later, weights) {
      const y = Float64Array.from(retained, (u) => later[u]);
      const own = weights && Float64Array.from(retained, (u) => weights[u]);
      const model = learner.fit(observed, y, { weights: own, seed });
      const spread = (predicted: Float64Array) => {
        const all = new Float64Array(data.units);
        for (let i = 0; i < atRisk.length; i++) all[atRisk[i]] = predicted[i];
        return all;
      };
      return {
        q1: spread(model.predict(withTreatment)),
        q0: spread(model.predict(without)),
        warnings: model.warnings,
      };
    },
  };
}

/** The period's own treatment is the last feature. */
function withLastColumn(x: Features, value: number): Features {
  const width = x.names.length;
  const values = x.values.slice();
  for (let at = width - 1; at < values.length; at += width) values[at] = value;
  return { ...x, values };
}
