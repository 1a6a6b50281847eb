/** Which slates would win by a promotion, learned without an oracle, and what rules are worth on slates they were not made from. */
import type { Row } from "../../loaders/rows";
import { boostedTrees } from "../../stats/boostedTrees";
import { takeColumns } from "../../stats/features";
import type { Learner } from "../../stats/learner";
import { linearLearner } from "../../stats/linearLearner";
import { type ConditionalEffect, conditionalEffect } from "../conditionalEffect";
import { effectCalibration, type PredictedEffects } from "../effectCalibration";
import { type EffectGroups, effectByPredictedGroup, rankingTest } from "../effectRanking";
import {
  type Policy,
  policyDifferences,
  policyValues,
  treatAbove,
  treatAll,
  treatNone,
  treatTopShare,
} from "../policyValue";
import type { Experiment } from "./experiment";
import type { Oracle } from "./oracle";
import { slateData } from "./slateAipw";

/** What the effect of a promotion may plausibly depend on. */
export const MODIFIERS = [
  "same_cluster_competitor_count",
  "displaced_candidate_count",
  "same_cluster_displaced_count",
  "focal_observed_relevance",
  "slate_mean_relevance",
  "liked_rate",
] as const;

/** Learners of the effect: a line, a line drawn towards the mean, trees few and many. */
export function effectCandidates(seed: number): Record<string, Learner> {
  const trees = { task: "regression", minLeaf: 60, seed } as const;
  return {
    "least squares": linearLearner(),
    "ridge regression": linearLearner({ ridge: 300 }),
    "shallow trees": boostedTrees({ ...trees, trees: 40, learningRate: 0.05, maxLeaves: 4 }),
    "deep trees": boostedTrees({ ...trees, trees: 200, learningRate: 0.1, maxLeaves: 15 }),
  };
}

export interface ConditionalOptions {
  readonly seed: number;
  readonly candidates?: Readonly<Record<string, Learner>>;
  /** Columns of `slateFeatures` that the effect may depend on. Default `MODIFIERS`. */
  readonly modifiers?: readonly string[];
}

/**
 * The doubly robust learner on slates, five folds. Clicks of each arm are learned by least squares from all features, the
 * effect by each candidate from the modifiers, and the candidate with the least doubly robust loss on held-out slates is
 * chosen.
 */
export function conditionalEffects(
  experiment: Experiment,
  options: ConditionalOptions,
): ConditionalEffect {
  const { seed, candidates = effectCandidates(seed), modifiers = MODIFIERS } = options;
  const data = slateData(experiment);
  return conditionalEffect(data, {
    modifiers: takeColumns(data.x, modifiers),
    candidates,
    outcome: linearLearner({ ridge: 10 }),
    propensity: experiment.probability,
    folds: 5,
    seed,
  });
}

/**
 * The candidate with the least loss of those that tell slates of a fold apart, whether or not the constant effect beats it.
 * @throws Error when none does
 */
export function bestCandidate({ losses, predicted, fold }: ConditionalEffect): string {
  const telling = losses.filter(({ name, difference }) => {
    return difference !== null && variesInFolds(predicted[name]!, fold);
  });
  if (telling.length === 0) throw new Error("Every candidate predicts one effect for all slates.");
  return telling.reduce((a, b) => (b.loss.value! < a.loss.value! ? b : a)).name;
}

function variesInFolds(predicted: Float64Array, fold: Int32Array): boolean {
  const first = new Map<number, number>();
  return predicted.some((value, j) => {
    const known = first.get(fold[j]!);
    if (known === undefined) first.set(fold[j]!, value);
    return known !== undefined && Math.abs(value - known) > 1e-9;
  });
}

/** One row a candidate: its loss on held-out slates, and the difference to the same effect for all, with its interval. */
export function effectLossRows({ losses, chosen }: ConditionalEffect): Row[] {
  return losses.map(({ name, loss, difference }) => ({
    effect_model: name,
    loss: loss.value,
    difference_to_constant: difference?.value ?? null,
    ci_low: difference?.lower ?? null,
    ci_high: difference?.upper ?? null,
    chosen: name === chosen,
  }));
}

/**
 * Of the constant effect and each candidate: slope of the scores on its predictions (1 is right, 0 says nothing), the test
 * of its ranking, and the root mean square error of its predictions against the oracle. Null where predictions do not vary
 * within folds.
 */
export function effectTestRows(effect: ConditionalEffect, oracle: Oracle): Row[] {
  const { scores, fold } = effect;
  return Object.entries(effect.predicted).map(([name, predicted]) => {
    const effects = { scores, predicted, fold };
    const { slope, p } = effectCalibration(effects);
    const ranking = rankingTest(effects);
    const area = ranking.p === null ? null : ranking.area;
    const errors = predicted.map((value, j) => (value - oracle.lift[j]!) ** 2);
    return {
      effect_model: name,
      calibration_slope: slope.value,
      slope_error: slope.standardError,
      slope_p: p,
      ranking_area: area?.value ?? null,
      ranking_error: area?.standardError ?? null,
      ranking_p: ranking.p,
      rmse_to_oracle: Math.sqrt(errors.reduce((sum, e) => sum + e, 0) / errors.length),
    };
  });
}

/**
 * Mean score and mean true lift of quarters of slates by predicted effect, lowest first. Empty where the predictions are so
 * much alike, or the slates so few, that there are no four quarters.
 * @throws Error for a model that is not among the candidates
 */
export function effectGroupRows(effect: ConditionalEffect, oracle: Oracle, model: string): Row[] {
  const predicted = effect.predicted[model];
  if (!predicted) {
    throw new Error(
      `There is no effect model ${model}. There are ${Object.keys(effect.predicted).join(", ")}.`,
    );
  }
  const { scores, fold } = effect;
  const byScore = quarters({ scores, predicted, fold });
  const byOracle = quarters({ scores: oracle.lift, predicted, fold });
  if (!byScore || !byOracle) return [];
  return byScore.groups.map((group, g) => ({
    quarter: g + 1,
    mean_predicted: byScore.predicted[g]!,
    estimated_effect: group.value,
    ci_low: group.lower,
    ci_high: group.upper,
    true_effect: byOracle.groups[g]!.value,
  }));
}

/** Undefined where one of them would be empty. */
function quarters(effects: PredictedEffects): EffectGroups | undefined {
  try {
    return effectByPredictedGroup(effects, { groups: 4 });
  } catch (error) {
    if (/groups empty/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/**
 * The rules of the course, made from predictions of models that have not seen the slate, and two that only an oracle has. A
 * rule for a top share takes it in each fold; of equal predictions at its end none.
 */
export function slatePolicies(effect: ConditionalEffect, oracle: Oracle, model: string): Policy[] {
  const predicted = effect.predicted[model]!;
  const n = predicted.length;
  const named = (name: string, policy: Policy): Policy => ({ ...policy, name });
  return [
    named("Promote none", treatNone(n)),
    named("Promote all eligible slates", treatAll(n)),
    named("Promote top 50% by predicted effect", treatTopShare(predicted, effect.fold, 0.5)),
    named("Promote top 25% by predicted effect", treatTopShare(predicted, effect.fold, 0.25)),
    named("Promote only predicted-positive slates", treatAbove(predicted)),
    named("Oracle top 25%", treatTopShare(oracle.lift, effect.fold, 0.25)),
    named("Oracle: promote where it pays", treatAbove(oracle.lift)),
  ];
}

/**
 * One row a rule: share of slates promoted, value on held-out slates and true value, clicks per 1,000 eligible slates over
 * promoting nobody; and the difference to promoting all.
 */
export function policyValueRows(effect: ConditionalEffect, oracle: Oracle, model: string): Row[] {
  const policies = slatePolicies(effect, oracle, model);
  const input = { scores: effect.scores, oracle: oracle.lift };
  const all = policyDifferences(input, policies, policies[1]!);
  const thousand = (value: number | null) => (value === null ? null : 1000 * value);
  return policyValues(input, policies).map((one, k) => ({
    policy: one.policy,
    promoted_share: one.treatedShare,
    value_per_1000: thousand(one.value),
    ci_low_per_1000: thousand(one.lower),
    ci_high_per_1000: thousand(one.upper),
    true_value_per_1000: thousand(one.trueValue),
    over_promote_all: thousand(all[k]!.value),
    over_all_low: thousand(all[k]!.lower),
    over_all_high: thousand(all[k]!.upper),
  }));
}
