/** What a promotion truly does under a click model: expected clicks with it and without it, no sampling involved. */
import type { Row } from "../../loaders/rows";
import { cascadeClicks } from "./cascadeClicks";
import { choiceClicks } from "./choiceClicks";
import { type ClickModel, calibratedModel, clickCoefficients, clicksPerSlate } from "./clickModel";
import type { Competition } from "./competition";
import { focalRows } from "./experiment";
import { itemSet } from "./itemSets";
import { logisticClicks } from "./logisticClicks";
import type { Slates } from "./slates";

/** Expected clicks per promoted slate that each part wins or loses. The parts add up to the total. */
export interface KnownEffects {
  readonly direct: number;
  readonly sameCluster: number;
  readonly other: number;
  readonly total: number;
}

export interface FocalSlates {
  readonly slates: Slates;
  /** Row of each slate's focal item. */
  readonly focal: Int32Array;
}

/** P(click if the slate is promoted) - P(click if it is not) of each row, N values. */
export function promotionLift({ slates, focal }: FocalSlates, model: ClickModel): Float64Array {
  const without = model.probabilities(new Uint8Array(slates.rows));
  return model.probabilities(focalRows(slates, focal)).map((p, i) => p - without[i]!);
}

/**
 * Means over all slates of the lift of the focal item, of the items that compete with it, and of the others.
 * @param competition  who competes, for the split of the others' losses. Default: the same cluster.
 */
export function knownEffects(
  experiment: FocalSlates,
  model: ClickModel,
  competition?: Competition,
): KnownEffects {
  const lift = promotionLift(experiment, model);
  const rivals = itemSet(experiment, "same_cluster", { competition });
  const isFocal = focalRows(experiment.slates, experiment.focal);
  const sums = { direct: 0, sameCluster: 0, other: 0 };
  for (let i = 0; i < lift.length; i++) {
    const part = isFocal[i] === 1 ? "direct" : rivals[i] === 1 ? "sameCluster" : "other";
    sums[part] += lift[i]!;
  }
  const { count } = experiment.slates;
  const total = (sums.direct + sums.sameCluster + sums.other) / count;
  return {
    direct: sums.direct / count,
    sameCluster: sums.sameCluster / count,
    other: sums.other / count,
    total,
  };
}

/**
 * The published logistic model, the same without penalties and, calibrated to the same expected clicks without promotion, a
 * cascade, a nested choice (similar items compete more) and a multinomial choice (all compete alike).
 */
export function clickModels(slates: Slates): ClickModel[] {
  const published = logisticClicks(slates);
  const target = clicksPerSlate(published, slates, new Uint8Array(slates.rows));
  const calibrated = (family: (coefficients: { intercept: number }) => ClickModel) =>
    calibratedModel((intercept) => family({ intercept }), slates, target);
  return [
    published,
    withoutPenalties(slates),
    calibrated((coefficients) => cascadeClicks(slates, { coefficients })),
    calibrated((coefficients) => choiceClicks(slates, { coefficients })),
    calibrated((coefficients) => choiceClicks(slates, { coefficients, dissimilarity: 1 })),
  ];
}

/** The published equation with its three penalties at 0: what the change of positions alone does. */
function withoutPenalties(slates: Slates): ClickModel {
  const coefficients = clickCoefficients({ sameSlate: 0, sameCluster: 0, displaced: 0 });
  return { ...logisticClicks(slates, { coefficients }), name: "logistic without penalties" };
}

/** One row a model: expected clicks per slate without promotion, and what each part wins or loses by it. */
export function modelComparison(experiment: FocalSlates, models: readonly ClickModel[]): Row[] {
  const { slates } = experiment;
  return models.map((model) => {
    const effects = knownEffects(experiment, model);
    return {
      click_model: model.name,
      clicks_without_promotion: clicksPerSlate(model, slates, new Uint8Array(slates.rows)),
      direct: effects.direct,
      same_cluster: effects.sameCluster,
      other: effects.other,
      total: effects.total,
    };
  });
}

/** Mean over slates of what promotion does to the slate's expected clicks, under the published model or another. */
export function knownTotal(experiment: FocalSlates, model?: ClickModel): number {
  return knownEffects(experiment, model ?? logisticClicks(experiment.slates)).total;
}
