/** Units parted into folds, so that models predict units that they have not seen; or all in one part that sees itself. */
import { folds as drawFolds } from "../../stats/folds";
import type { EventModel } from "./eventModel";
import type { Longitudinal } from "./longitudinalData";
import type { FittedStep } from "./outcomeSteps";

export interface UnitPart {
  /** 1 for units to learn from, 0 for the others; undefined for all. */
  readonly training: Float64Array | undefined;
  /** Units to predict. */
  readonly units: Int32Array;
}

/**
 * @param folds  number of folds of whole clusters; 1 for no cross-fitting
 * @throws Error for anything but a whole number from 1 on, or more folds than clusters
 */
export function unitParts(data: Longitudinal, folds: number, seed: number): UnitPart[] {
  const { units, cluster } = data;
  if (!(Number.isInteger(folds) && folds >= 1)) {
    throw new Error(`The number of folds is a whole number from 1 on, not ${folds}.`);
  }
  const all = Int32Array.from({ length: units }, (_, u) => u);
  if (folds === 1) return [{ training: undefined, units: all }];
  const fold = drawFolds(units, { count: folds, seed, ...(cluster ? { groups: cluster } : {}) });
  return Array.from({ length: folds }, (_, k) => ({
    training: Float64Array.from(fold, (own) => (own === k ? 0 : 1)),
    units: all.filter((u) => fold[u] === k),
  }));
}

/** Probabilities of each unit from the model that has not seen it; and those of each part's model, for all units. */
export function probabilitiesByPart(
  model: EventModel,
  parts: readonly UnitPart[],
  periods: number,
): { probability: Float64Array; ofPart: readonly Float64Array[]; warnings: readonly string[] } {
  const fits = parts.map(({ training }) => model.fit(training));
  const probability = fits[0].probability.slice();
  parts.forEach(({ units }, k) => {
    for (const u of units) {
      for (let t = 0; t < periods; t++) {
        probability[u * periods + t] = fits[k].probability[u * periods + t];
      }
    }
  });
  return {
    probability,
    ofPart: fits.map((fit) => fit.probability),
    warnings: [...new Set(fits.flatMap(({ warnings }) => warnings))],
  };
}

/** Predictions of a step, each unit from its own part. */
export function stepByPart(fits: readonly FittedStep[], parts: readonly UnitPart[]): FittedStep {
  const [q1, q0] = [fits[0].q1.slice(), fits[0].q0.slice()];
  parts.forEach(({ units }, k) => {
    for (const u of units) {
      q1[u] = fits[k].q1[u];
      q0[u] = fits[k].q0[u];
    }
  });
  return { q1, q0, warnings: [...new Set(fits.flatMap(({ warnings }) => warnings))] };
}
