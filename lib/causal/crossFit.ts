/** Predictions of outcomes and treatment for each row, by models that have not seen its fold. */
import { type Features, takeRows } from "../stats/features";
import { folds } from "../stats/folds";
import type { Learner } from "../stats/learner";
import { random } from "../stats/random";

/** Rows of an experiment or an observational study. */
export interface CausalData {
  /** Covariates from before the treatment; the treatment is none of them. */
  readonly x: Features;
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** Cluster of each row, such as its user: rows of one cluster share a fold, and standard errors are clustered. */
  readonly cluster?: ArrayLike<number>;
}

export interface CrossFitOptions {
  /** Learns the outcome, in each arm by itself. */
  readonly outcome: Learner;
  /** The probability of treatment where it is known, one for all or one a row, in (0, 1); or what learns it. */
  readonly propensity: number | ArrayLike<number> | Learner;
  /** Number of folds, from 2 on. Default 5. */
  readonly folds?: number;
  /** Fold of each row, 0, 1, ..., instead of folds at random. */
  readonly fold?: ArrayLike<number>;
  readonly seed: number;
}

export interface CrossFit {
  /** Expected outcome of each row with the treatment, m1(x), and without, m0(x). */
  readonly m1: Float64Array;
  readonly m0: Float64Array;
  /** Probability of the treatment, e(x): as it was given, or as it was learned. */
  readonly e: Float64Array;
  readonly isPropensityKnown: boolean;
  readonly fold: Int32Array;
  /** Number of folds. */
  readonly folds: number;
  /** What the models warned of, and in how many of them. */
  readonly warnings: readonly string[];
}

/**
 * m1, m0 and e of each row from models fitted to the rows of all other folds: m1 to treated, m0 to untreated rows (a
 * "T-learner"), e to all of them. Folds are drawn at random: with clusters whole clusters, else alike in both arms.
 * Source: Chernozhukov et al. 2018, doi:10.1111/ectj.12097, definition 3.1.
 * @throws Error for a treatment other than 0 and 1, an outcome that is no finite number, a known propensity outside (0, 1),
 *     columns that differ in length, or folds without which an arm is empty
 */
export function crossFit(data: CausalData, options: CrossFitOptions): CrossFit {
  checkData(data);
  const n = data.x.rows;
  const fold = foldOfRows(data, options);
  const count = fold.reduce((most, f) => Math.max(most, f), 0) + 1;
  const known = knownPropensity(options.propensity, n);
  const fitted = {
    m1: new Float64Array(n),
    m0: new Float64Array(n),
    e: known ?? new Float64Array(n),
  };
  const notes = new Map<string, number>();
  for (let k = 0; k < count; k++) {
    const rows = rowsOf(fold, (f) => f === k);
    const predicted = fitWithout(data, options, fold, [k], rows, notes);
    rows.forEach((i, place) => {
      fitted.m1[i] = predicted.m1[place]!;
      fitted.m0[i] = predicted.m0[place]!;
      if (predicted.e) fitted.e[i] = predicted.e[place]!;
    });
  }
  return {
    ...fitted,
    isPropensityKnown: known !== undefined,
    fold,
    folds: count,
    warnings: [...notes].map(([note, times]) => `${note} (${times} of ${count} folds)`),
  };
}

/**
 * Models fitted to the rows outside some folds, and what they predict of some rows.
 * @returns e only where the propensity is learned
 */
export function fitWithout(
  { x, treatment, outcome }: CausalData,
  options: CrossFitOptions,
  fold: Int32Array,
  left: readonly number[],
  rows: readonly number[],
  notes: Map<string, number> = new Map(),
): { m1: Float64Array; m0: Float64Array; e: Float64Array | undefined } {
  const table = takeRows(x, rows);
  const training = rowsOf(fold, (f) => !left.includes(f));
  const predict = (
    what: string,
    learner: Learner,
    own: readonly number[],
    y: ArrayLike<number>,
  ) => {
    const model = learner.fit(
      takeRows(x, own),
      own.map((i) => y[i]!),
      { seed: seedOf(options.seed, what, left) },
    );
    for (const warning of model.warnings) {
      const note = `${what}: ${warning}`;
      notes.set(note, (notes.get(note) ?? 0) + 1);
    }
    return model.predict(table);
  };
  const ofArm = (arm: 0 | 1) => {
    const name = arm === 1 ? "treated" : "untreated";
    const own = training.filter((i) => treatment[i] === arm);
    if (own.length === 0) {
      throw new Error(`Without fold ${left.join(" and ")} there is no ${name} row to learn from.`);
    }
    return predict(`outcome of the ${name}`, options.outcome, own, outcome);
  };
  const [m1, m0] = [ofArm(1), ofArm(0)];
  const learner = options.propensity;
  const e = isLearner(learner) ? predict("propensity", learner, training, treatment) : undefined;
  return { m1, m0, e };
}

export function rowsOf(fold: Int32Array, holds: (fold: number) => boolean): number[] {
  const rows: number[] = [];
  for (let i = 0; i < fold.length; i++) if (holds(fold[i]!)) rows.push(i);
  return rows;
}

function seedOf(seed: number, what: string, left: readonly number[]): number {
  return left.reduce((draws, k) => draws.fork(k), random(seed).fork(what)).bits();
}

export function isLearner(given: CrossFitOptions["propensity"]): given is Learner {
  return typeof given === "object" && "fit" in given;
}

/** A copy, checked; undefined where it is to be learned. */
export function knownPropensity(
  given: CrossFitOptions["propensity"],
  n: number,
): Float64Array | undefined {
  if (isLearner(given)) return undefined;
  if (typeof given !== "number" && given.length !== n) {
    throw new Error(`There are ${given.length} propensities for ${n} rows.`);
  }
  const e = typeof given === "number" ? new Float64Array(n).fill(given) : Float64Array.from(given);
  const wrong = e.findIndex((value) => !(value > 0 && value < 1));
  if (wrong < 0) return e;
  throw new Error(
    `Row ${wrong + 1}: a known propensity lies between 0 and 1, but this one is ${e[wrong]}. Leave such rows out.`,
  );
}

/** The folds given, checked, or folds at random. */
export function foldOfRows(
  { x, treatment, cluster }: CausalData,
  options: Pick<CrossFitOptions, "folds" | "fold" | "seed">,
): Int32Array {
  const { folds: count = 5, fold, seed } = options;
  if (!fold) {
    const alike = cluster ? { groups: cluster } : { strata: treatment };
    return folds(x.rows, { count, seed, ...alike });
  }
  if (fold.length !== x.rows) throw new Error(`There are ${fold.length} folds for ${x.rows} rows.`);
  const checked = Int32Array.from(fold);
  const used = new Set(checked);
  for (let i = 0; i < fold.length; i++) {
    if (!(Number.isInteger(fold[i]) && fold[i]! >= 0)) {
      throw new Error(`Row ${i + 1}: folds are numbered 0, 1, ..., but this one is ${fold[i]}.`);
    }
  }
  for (let k = 0; k < used.size; k++) {
    if (!used.has(k)) throw new Error(`There are ${used.size} folds, but none is number ${k}.`);
  }
  if (used.size < 2) throw new Error("There must be at least two folds.");
  const foldOfCluster = new Map<number, number>();
  for (let i = 0; cluster && i < x.rows; i++) {
    const known = foldOfCluster.get(cluster[i]!) ?? checked[i]!;
    if (known !== checked[i]) throw new Error(`Cluster ${cluster[i]} lies in several folds.`);
    foldOfCluster.set(cluster[i]!, known);
  }
  return checked;
}

export function checkData({ x, treatment, outcome, cluster }: CausalData): void {
  const n = x.rows;
  const lengths = [treatment.length, outcome.length, cluster?.length ?? n];
  if (lengths.some((length) => length !== n)) {
    throw new Error(
      `Columns differ in length: ${n} rows of features, ${lengths[0]} treatments, ${lengths[1]} outcomes, ${lengths[2]} clusters.`,
    );
  }
  for (let i = 0; i < n; i++) {
    if (treatment[i] !== 0 && treatment[i] !== 1) {
      throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${treatment[i]}.`);
    }
    if (!Number.isFinite(outcome[i]!)) {
      throw new Error(`Row ${i + 1}: the outcome is ${outcome[i]}. Leave such rows out.`);
    }
  }
}
