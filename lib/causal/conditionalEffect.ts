/** Effects that differ between rows: learned from doubly robust scores, and the learner chosen without knowing the truth. */
import { type Features, takeRows } from "../stats/features";
import type { Learner } from "../stats/learner";
import { random } from "../stats/random";
import { type AipwOptions, aipw, aipwScores, checkClip, clippedPropensity } from "./aipw";
import { type CausalData, fitWithout, knownPropensity, rowsOf } from "./crossFit";
import type { Estimate } from "./estimate";
import { scoreMean } from "./scoreMean";

export interface ConditionalEffectOptions extends Omit<AipwOptions, "estimand"> {
  /** Columns that the effect may depend on. Default: the covariates. */
  readonly modifiers?: Features;
  /** Learners of the effect (regressions), by name. */
  readonly candidates: Readonly<Record<string, Learner>>;
}

export interface CandidateLoss {
  readonly name: string;
  /** Mean of (score - predicted effect)^2 on rows not learned from: the error plus the scores' own variance. */
  readonly loss: Estimate;
  /** Loss minus the loss of the constant effect, row by row; below 0 is better. Null for the constant effect itself. */
  readonly difference: Estimate | null;
}

export interface ConditionalEffect {
  /** Of each row, by models that saw neither its fold's outcomes nor its treatments. */
  readonly scores: Float64Array;
  /** Predicted effect of each row by each candidate and by {@link CONSTANT}; from models that have not seen its fold. */
  readonly predicted: Readonly<Record<string, Float64Array>>;
  readonly fold: Int32Array;
  readonly cluster: ArrayLike<number> | undefined;
  /** In the order of the candidates, after the constant effect. */
  readonly losses: readonly CandidateLoss[];
  /** The name of the least loss. */
  readonly chosen: string;
  /** The average effect, from the same scores. */
  readonly average: Estimate;
  readonly warnings: readonly string[];
}

/** The effect that is the same for all: the mean score of the other folds. */
export const CONSTANT = "constant effect";

/**
 * The doubly robust learner: doubly robust scores are regressed on the effect modifiers by each candidate.
 *
 * For each fold k, an effect model is fitted to the scores of the other folds and predicts fold k. Those scores come from
 * models of outcome and propensity that have seen neither the row's own fold nor fold k, so that nothing of fold k is in
 * what is predicted for it; one fit for each pair of folds serves both. The scores of fold k, which the predictions are held
 * against, come from models fitted to all other folds. Cost: K + K (K - 1) / 2 fits of outcome and propensity.
 *
 * The expected loss is E(effect - predicted)^2 plus the variance of the scores, which is the same for all candidates:
 * differences of losses are differences of squared errors, without an oracle. `chosen` has the least loss; whether it is
 * better than a constant effect, the interval of its difference tells.
 * Sources: Kennedy 2023, doi:10.1214/23-EJS2157 (the learner); Schuler et al. 2018, arXiv:1804.05146 (choosing by this loss).
 * @throws Error as `aipw`; for fewer than three folds; for a candidate that is called `constant effect`, or none
 */
export function conditionalEffect(
  data: CausalData,
  options: ConditionalEffectOptions,
): ConditionalEffect {
  const { candidates, modifiers = data.x, level } = options;
  const { cluster } = data;
  const names = Object.keys(candidates);
  if (names.length === 0) throw new Error("There are no candidates to learn the effect.");
  if (names.includes(CONSTANT)) throw new Error(`No candidate may be called ${CONSTANT}.`);
  if (modifiers.rows !== data.x.rows) {
    throw new Error(`There are ${modifiers.rows} rows of modifiers for ${data.x.rows} rows.`);
  }
  const average = aipw(data, options);
  const { scores, fold } = average;
  const count = fold.reduce((most, f) => Math.max(most, f), 0) + 1;
  if (count < 3) throw new Error(`Effects are learned with three folds or more, not ${count}.`);
  const predicted: Record<string, Float64Array> = { [CONSTANT]: new Float64Array(fold.length) };
  for (const name of names) predicted[name] = new Float64Array(fold.length);
  const warnings = new Set<string>();
  const without = scoresWithout(data, options, fold, count);
  for (let k = 0; k < count; k++) {
    const training = rowsOf(fold, (f) => f !== k);
    const rows = rowsOf(fold, (f) => f === k);
    const y = Float64Array.from(training, (i) => without[k]![i]!);
    const mean = y.reduce((sum, score) => sum + score, 0) / y.length;
    for (const i of rows) predicted[CONSTANT]![i] = mean;
    const [x, table] = [takeRows(modifiers, training), takeRows(modifiers, rows)];
    for (const name of names) {
      const seed = random(options.seed).fork(name).fork(k).bits();
      const model = candidates[name]!.fit(x, y, { seed });
      for (const warning of model.warnings) warnings.add(`${name}: ${warning}`);
      model.predict(table).forEach((effect, place) => {
        predicted[name]![rows[place]!] = effect;
      });
    }
  }
  const losses = [CONSTANT, ...names].map((name) =>
    candidateLoss(name, scores, predicted, { cluster, level }),
  );
  const chosen = losses.reduce((best, one) => (one.loss.value! < best.loss.value! ? one : best));
  return {
    scores,
    predicted,
    fold,
    cluster,
    losses,
    chosen: chosen.name,
    average,
    warnings: [...average.warnings, ...warnings],
  };
}

/** For each fold k the scores of all other rows, from models that have seen neither fold k nor the row's own. */
function scoresWithout(
  data: CausalData,
  options: ConditionalEffectOptions,
  fold: Int32Array,
  count: number,
): Float64Array[] {
  const { clip = [0.01, 0.99] } = options;
  checkClip(clip);
  const known = knownPropensity(options.propensity, fold.length);
  const scores = Array.from({ length: count }, () => new Float64Array(fold.length));
  for (let j = 0; j < count; j++) {
    for (let k = j + 1; k < count; k++) {
      const rows = rowsOf(fold, (f) => f === j || f === k);
      const fitted = fitWithout(data, options, fold, [j, k], rows);
      const raw = fitted.e ?? Float64Array.from(rows, (i) => known![i]!);
      const { e } = clippedPropensity({ e: raw, isPropensityKnown: known !== undefined }, clip);
      const own = aipwScores({
        treatment: rows.map((i) => data.treatment[i]!),
        outcome: rows.map((i) => data.outcome[i]!),
        m1: fitted.m1,
        m0: fitted.m0,
        e,
      });
      rows.forEach((i, place) => {
        scores[fold[i] === j ? k : j]![i] = own[place]!;
      });
    }
  }
  return scores;
}

function candidateLoss(
  name: string,
  scores: Float64Array,
  predicted: Readonly<Record<string, Float64Array>>,
  how: { readonly cluster: ArrayLike<number> | undefined; readonly level: number | undefined },
): CandidateLoss {
  const own = predicted[name]!;
  const constant = predicted[CONSTANT]!;
  const loss = scores.map((score, i) => (score - own[i]!) ** 2);
  const method = "squared error of out-of-fold predictions of doubly robust scores";
  const difference = scores.map((score, i) => loss[i]! - (score - constant[i]!) ** 2);
  return {
    name,
    loss: scoreMean(loss, { ...how, estimand: `loss of ${name}`, method }),
    difference:
      name === CONSTANT
        ? null
        : scoreMean(difference, {
            ...how,
            estimand: `loss of ${name} minus loss of ${CONSTANT}`,
            method,
          }),
  };
}
