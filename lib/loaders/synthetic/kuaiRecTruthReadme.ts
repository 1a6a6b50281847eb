/** README.md of a truth folder: the structural equations in words and symbols, and what the files hold. */
import type { Effect } from "./kuaiRecEffects";
import { PROCESS, SEGMENTS } from "./kuaiRecParameters";
import type { KuaiRecSize } from "./kuaiRecSize";
import type { Agreement } from "./kuaiRecUserDays";

export function truthReadme(options: {
  readonly size: KuaiRecSize;
  readonly seed: number;
  readonly version: string;
  readonly thresholds: Agreement;
  readonly effects: readonly Effect[];
  readonly weak: number;
}): string {
  const { size, seed, version, thresholds, effects, weak } = options;
  const { state, activity, intensity, highWatch, interactions, share } = PROCESS;
  const list = (values: readonly number[]) =>
    values.map((v, g) => `${SEGMENTS[g]} ${v}`).join(", ");
  const main = effects.filter(
    ({ segment, contrast }) =>
      segment === "all" && (contrast === "one_intense_day" || contrast === "one_high_watch_day"),
  );
  return `# Truth of a synthetic KuaiRec archive

Synthetic data: seed ${seed}, ${size.smallUsers} users in small_matrix.csv, ${size.days} days, made by version ${version} of this library.
Nothing here is about real people or real videos. The process below makes small_matrix.csv. big_matrix.csv is made by the same equations with other users' constants and other chance; no truth is written for it.

## The process
User i in segment g, day t = 0, 1, ..., ${size.days - 1} (day 0 is Sunday 2020-07-05). e denotes independent standard normal numbers, u independent uniform ones on [0, 1). logit(p) = ln(p / (1 - p)), expit its inverse. Everything with index t-1 or before is 0 before day 0.

State (latent)
- interest: W[0] = ${state.interestSd} e, W[t] = ${state.interestKept} W[t-1] + ${state.interestSd} sqrt(1 - ${state.interestKept}^2) e. No treatment moves it.
- aftermath: F[t] = ${state.aftermathKept} F[t-1] + a_g A[t-1] + q_g Q[t-1], with a = (${list(state.afterIntense)}), q = (${list(state.afterHighWatch)}).

Activity: active[t] = 1 when from <= t < to, videos are left (R[t] > 0), and u < expit(loyalty_i + ${activity.interest} W[t] + ${activity.aftermath} F[t] + b_g A[t-1] + d_g Q[t-1]), with b = (${list(activity.afterIntense)}), d = (${list(activity.afterHighWatch)}).

Treatments, on active days only (otherwise 0). N are interactions, H the share of high-watch videos of a day (0 without activity).
- intense day: A[t] = 1 when u < expit(x), x = ${intensity.intercept} + ${intensity.lag1Interactions} (N[t-1] - ${intensity.meanLag1}) + ${intensity.prior3Interactions} (N[t-1] + N[t-2] + N[t-3] - ${intensity.meanPrior3}) + ${intensity.weekend} weekend[t] + (${intensity.perDay}) (t - ${interactions.meanDay}), x held within [${intensity.bounds.join(", ")}]. Weekend is Saturday and Sunday.
- high-watch day: Q[t] = 1 when u < expit(y), y = ${highWatch.intercept} + ${highWatch.lag1Share} (H[t-1] - ${highWatch.meanShare} active[t-1]) + ${highWatch.prior3Share} (sum over s = t-1, t-2, t-3 of H[s] - ${highWatch.meanShare} active[s]), y held within [${highWatch.bounds.join(", ")}].

So both propensities are known, bounded away from 0 and 1, and depend on the observed past alone: given the previous three days' interactions, shares and activity and the calendar, a treatment is as good as random (sequential exchangeability), although interest, taste and loyalty drive the outcomes and are not observed.

Interactions of an active day: N[t] = min(ceil(${interactions.mostOfLeft} R[t]), n), with
- z = ${interactions.intercept} + appetite_i + W[t] + F[t] + ${interactions.weekend} weekend[t] + (${interactions.perDay}) (t - ${interactions.meanDay}) + ${interactions.pace} ln(pace[t]),
- pace[t] = (R[t] / (to - t + ${interactions.spareDays})) / (catalogue_i / (to - from + ${interactions.spareDays})),
- A[t] = 0: n = 1 + floor(${interactions.most} expit(z + ${interactions.noise} e)), so 1 to ${interactions.most},
- A[t] = 1: n = ${interactions.most + 1} + floor(${interactions.extra} exp(${interactions.extraSlope} z) ln(1 + exp(${interactions.extraNoise} e))), with the same e.

High-watch videos of the day (watch ratio of ${0.8} or more), T = ${share.threshold}:
- Q[t] = 1: min(N, ceil(N (T + (1 - T) v^2))), v = expit(${share.high} + taste_i + ${share.noise} e),
- Q[t] = 0: floor(ceil(N T) (1 - v^2)), v = expit(${share.ordinary} - taste_i - ${share.noise} e).

The finite catalogue: R[0] = catalogue_i (nearly all ${size.smallVideos} videos), R[t+1] = R[t] - N[t]. No video is shown twice, so an intense day uses videos up: pace falls, later days are shorter. This is part of the process, and of every effect below. What is left after the last day, up to a share, are the rows without a time. Strategies are set for a week at most, because the catalogue would not last for ${size.days} intense days.

## Interventions
do(A[t] = a) replaces the equation of A[t] by A[t] = a when the user is active on day t, and by 0 otherwise; all other equations and all e and u stay. do(Q[t] = q) likewise. A strategy sets several days; after its last day nature goes on. The dynamic rule sets A[s] = 1 when N[s-1] < ${weak} and 0 otherwise.

## effects.json, effects.arrow
Average effects over the user-days (i, t) of the natural course with activity, t >= 3, and all days of the outcome before the end. In every replication the same users get new chance; every strategy then runs on from the same past with the same e and u, from every third of these days (another third in the next replication). Columns: contrast, strategy, comparator, outcome, segment ("all" or one of user_active_degree), effect = mean_strategy - mean_comparator, effect_se (Monte-Carlo standard error: standard deviation over replications / sqrt(replications)), relative_effect = effect / mean_comparator, user_days (mean of a replication), replications. Outcomes count days t+1, t+1 to t+3, t+1 to t+7; for the contrasts that end in "_before", t is the last day that is set, and the average is over user-days active on the first. effects.json also holds the thresholds below.

| contrast | outcome | effect | Monte-Carlo error | relative |
|---|---|---|---|---|
${main.map((e) => `| ${e.contrast} | ${e.outcome} | ${e.effect.toFixed(4)} | ${e.effect_se.toFixed(4)} | ${(100 * e.relative_effect).toFixed(2)} % |`).join("\n")}

The naive comparison of intense with other days has the wrong sign for activity and for interactions of seven days (users in the mood both get intense days and come back), and that of high-watch with other days has the wrong sign for activity (who watches more to the end comes less often). So it is at embedded and full scale; among a few users chance may hide it.

## Observed and structural treatments
The course calls a day intense when its interactions reach the 75th percentile of active days, here ${thresholds.interactions_threshold}, and high-watch when its share of high-watch videos reaches the median, here ${thresholds.high_watch_share_threshold.toFixed(4)}. On ${(100 * thresholds.intense_agreement).toFixed(2)} % and ${(100 * thresholds.high_watch_agreement).toFixed(2)} % of the active days these are A and Q; A is 1 on ${(100 * thresholds.intense_share).toFixed(2)} % and Q on ${(100 * thresholds.high_watch_share).toFixed(2)} % of them.

## users.arrow, a row for each user of small_matrix.csv
user_id, segment, appetite, taste, loyalty, from_day, to_day, catalogue, rows_without_time.

## userDays.arrow, a row for each of those users and each day
user_id, day, date, interest, aftermath, active, propensity_intense, intense, propensity_high_watch, high_watch, interactions, high_watch_count, interactions_if_not_intense and interactions_if_intense (both potential counts of the day itself, 0 without activity), videos_left (before the day). Propensities are those of an active day, given also where the day is not.
`;
}
