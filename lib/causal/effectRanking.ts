/** Do predicted effects put rows in the right order? Groups and ranks, on rows that were not learned from. */
import { normal } from "../stats/distributions";
import type { PredictedEffects } from "./effectCalibration";
import type { Estimate } from "./estimate";
import { finite } from "./panelColumns";
import { scoreMean } from "./scoreMean";

export interface EffectGroups {
  /** From the lowest to the highest predicted effect. */
  readonly groups: readonly Estimate[];
  /** Mean predicted effect of each group. */
  readonly predicted: readonly number[];
  /** Highest minus lowest group. */
  readonly difference: Estimate;
}

/**
 * Mean score in groups of about equal size by predicted effect ("sorted group average effects"). Rows are ranked in their fold,
 * each of which has models of its own; equal predictions stay together.
 * Source: Chernozhukov et al. 2018, arXiv:1712.04802, section 2.3.
 * @throws Error for fewer than two groups, or where equal predictions leave a group empty
 */
export function effectByPredictedGroup(
  effects: PredictedEffects,
  { groups: count = 5, level }: { readonly groups?: number; readonly level?: number } = {},
): EffectGroups {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new Error(`The number of groups is a whole number from 2 on, not ${count}.`);
  }
  const { scores, predicted, cluster } = effects;
  const group = shareBelow(effects).map((share) => Math.min(count - 1, Math.floor(share * count)));
  const members = Array.from({ length: count }, (_, g) =>
    Array.from(group.keys()).filter((i) => group[i] === g),
  );
  if (members.some((rows) => rows.length === 0)) {
    throw new Error(`Equal predictions leave some of ${count} groups empty. Ask for fewer groups.`);
  }
  const method = "mean of doubly robust scores";
  const groups = members.map((rows, g) =>
    scoreMean(
      rows.map((i) => scores[i]!),
      {
        estimand: `average effect in group ${g + 1} of ${count} by predicted effect`,
        method,
        level,
        cluster: cluster && rows.map((i) => cluster[i]!),
      },
    ),
  );
  return {
    groups,
    predicted: members.map((rows) => rows.reduce((sum, i) => sum + predicted[i]!, 0) / rows.length),
    difference: groupDifference(effects, members, groups, level),
  };
}

/** Written as one mean over all rows, so that its error knows of clusters in both groups. */
function groupDifference(
  { scores, cluster }: PredictedEffects,
  members: readonly number[][],
  groups: readonly Estimate[],
  level: number | undefined,
): Estimate {
  const n = scores.length;
  const [low, high] = [0, members.length - 1];
  const terms = new Float64Array(n);
  const value = groups[high]!.value! - groups[low]!.value!;
  for (const [g, sign] of [
    [low, -1],
    [high, 1],
  ] as const) {
    const share = n / members[g]!.length;
    for (const i of members[g]!) terms[i] = sign * share * (scores[i]! - groups[g]!.value!);
  }
  const around = scoreMean(terms, {
    estimand: "average effect in the highest minus the lowest group by predicted effect",
    method: "difference of means of doubly robust scores",
    level,
    cluster,
  });
  return {
    ...around,
    value: finite(value),
    lower: around.lower === null ? null : value + around.lower,
    upper: around.upper === null ? null : value + around.upper,
  };
}

export interface RankingTest {
  /** Area under the targeting curve; 0 where the ranking says nothing about effects. */
  readonly area: Estimate;
  /** One-sided p-value against 0. */
  readonly p: number | null;
}

/**
 * Rank-weighted average effect: the mean over shares u in (0, 1] of (average effect among the u with the highest predicted
 * effect - average effect of all), "AUTOC". With rank r of n in the fold, the first being the highest, it is the mean of
 *
 *     (1 / r + 1 / (r + 1) + ... + 1 / n - 1) * (score - mean score),
 *
 * equal predictions sharing the mean of their weights. The standard error is that of the mean of weight * (score - mean
 * score): exact for the test of no ranking; away from it approximate, because ranks are taken as fixed.
 * Source: Yadlowsky et al. 2025, doi:10.1080/01621459.2024.2393466.
 */
export function rankingTest(
  effects: PredictedEffects,
  { level }: { readonly level?: number } = {},
): RankingTest {
  const { scores, cluster } = effects;
  const n = scores.length;
  const weights = rankWeights(effects);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += scores[i]! / n;
  const area = scoreMean(
    weights.map((weight, i) => weight * (scores[i]! - mean)),
    {
      estimand: "area under the targeting curve (AUTOC) of the predicted effect",
      method: "rank-weighted mean of doubly robust scores",
      level,
      cluster,
    },
  );
  const isFlat = weights.every((weight) => Math.abs(weight) < 1e-12);
  if (isFlat) {
    const warnings = [...area.warnings, "the predicted effect does not vary within folds"];
    return { area: { ...area, warnings }, p: null };
  }
  return { area, p: finite(1 - normal().cdf(area.value! / area.standardError!, 0, 1)) };
}

/** The weights of each fold add up to 0. */
function rankWeights({ predicted, fold }: PredictedEffects): Float64Array {
  const weights = new Float64Array(predicted.length);
  for (const rows of foldRows(predicted, fold)) {
    const n = rows.length;
    /** 1 / rank + ... + 1 / n. */
    const tails = new Float64Array(n + 1);
    tails[n] = 1 / n;
    for (let rank = n - 1; rank >= 1; rank--) tails[rank] = tails[rank + 1]! + 1 / rank;
    for (const [from, to] of ties(predicted, rows)) {
      let sum = 0;
      for (let place = from; place < to; place++) sum += tails[n - place]!;
      for (let place = from; place < to; place++) weights[rows[place]!] = sum / (to - from) - 1;
    }
  }
  return weights;
}

/** The share of its fold that each row's prediction lies above, half of the equal ones counted. */
function shareBelow({ predicted, fold }: PredictedEffects): Float64Array {
  const shares = new Float64Array(predicted.length);
  for (const rows of foldRows(predicted, fold)) {
    for (const [from, to] of ties(predicted, rows)) {
      for (let place = from; place < to; place++) {
        shares[rows[place]!] = (from + to) / 2 / rows.length;
      }
    }
  }
  return shares;
}

/** The rows of each fold, ascending by prediction. */
function foldRows(predicted: ArrayLike<number>, fold: ArrayLike<number>): number[][] {
  const byFold = new Map<number, number[]>();
  for (let i = 0; i < fold.length; i++) {
    const own = byFold.get(fold[i]!);
    if (own) own.push(i);
    else byFold.set(fold[i]!, [i]);
  }
  return [...byFold.values()].map((rows) => rows.sort((a, b) => predicted[a]! - predicted[b]!));
}

/** From and up to which place predictions are equal. */
function ties(predicted: ArrayLike<number>, rows: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (let place = 0; place < rows.length; place++) {
    const isNew = place === 0 || predicted[rows[place]!] !== predicted[rows[place - 1]!];
    if (isNew) runs.push([place, place + 1]);
    else runs[runs.length - 1]![1] = place + 1;
  }
  return runs;
}
