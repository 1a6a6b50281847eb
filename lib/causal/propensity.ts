/** The probability of treatment given the past: learned out of fold, held against the data, looked at for overlap. */
import type { Row } from "../loaders/rows";
import { averagePrecision, brierScore, logLoss, rocAuc } from "../stats/classification";
import { type Features, takeRows } from "../stats/features";
import { folds } from "../stats/folds";
import type { Learner } from "../stats/learner";
import { quantile } from "../stats/quantile";
import { random } from "../stats/random";

export interface PropensityData {
  /** What was known before the treatment. */
  readonly x: Features;
  /** 0 or 1. */
  readonly treatment: ArrayLike<number>;
  /** User of each row; needed for folds by user. */
  readonly cluster?: ArrayLike<number>;
}

export interface PropensityOptions {
  readonly learner: Learner;
  readonly seed: number;
  /** Default 5. */
  readonly folds?: number;
  /**
   * `row`: rows of a user may be on both sides of a fold; alike in both arms. `cluster`: a user's rows share a fold, so that
   * nothing of a user is in what is predicted for it. Default `cluster` where clusters are given, else `row`.
   */
  readonly by?: "row" | "cluster";
}

export interface Propensity {
  /** Out-of-fold probability of treatment of each row. */
  readonly e: Float64Array;
  readonly fold: Int32Array;
  readonly by: "row" | "cluster";
  readonly learner: string;
  readonly warnings: readonly string[];
}

/**
 * e(x) of each row from a model fitted to all other folds.
 * @throws Error for a treatment other than 0 and 1, or folds by cluster without clusters
 */
export function propensity(data: PropensityData, options: PropensityOptions): Propensity {
  const { x, treatment, cluster } = data;
  const { learner, seed, folds: count = 5, by = cluster ? "cluster" : "row" } = options;
  if (by === "cluster" && !cluster) throw new Error("Folds by cluster need the rows' clusters.");
  for (let i = 0; i < x.rows; i++) {
    if (treatment[i] !== 0 && treatment[i] !== 1) {
      throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${treatment[i]}.`);
    }
  }
  const fold = folds(x.rows, {
    count,
    seed,
    ...(by === "cluster" ? { groups: cluster! } : { strata: treatment }),
  });
  const e = new Float64Array(x.rows);
  const warnings = new Set<string>();
  for (let k = 0; k < count; k++) {
    const training = rowsWhere(fold, (f) => f !== k);
    const held = rowsWhere(fold, (f) => f === k);
    const model = learner.fit(
      takeRows(x, training),
      training.map((i) => treatment[i]!),
      { seed: random(seed).fork(k).bits() },
    );
    for (const warning of model.warnings) warnings.add(warning);
    model.predict(takeRows(x, held)).forEach((value, place) => {
      e[held[place]!] = value;
    });
  }
  return { e, fold, by, learner: learner.name, warnings: [...warnings] };
}

function rowsWhere(fold: Int32Array, is: (fold: number) => boolean): number[] {
  return Array.from(fold.keys()).filter((i) => is(fold[i]!));
}

/** One row a model and fold: rows, share treated, AUC, average precision, Brier score, log loss on rows not learned from. */
export function propensityMetrics(
  models: Readonly<Record<string, Propensity>>,
  treatment: ArrayLike<number>,
): Row[] {
  return Object.entries(models).flatMap(([model, { e, fold }]) => {
    const count = Math.max(...fold) + 1;
    return Array.from({ length: count }, (_, k) => {
      const rows = rowsWhere(fold, (f) => f === k);
      const held = {
        outcome: rows.map((i) => treatment[i]!),
        predicted: rows.map((i) => e[i]!),
      };
      return {
        model,
        fold: k + 1,
        rows: rows.length,
        treatment_rate: held.outcome.reduce((sum, a) => sum + a, 0) / rows.length,
        roc_auc: rocAuc(held),
        average_precision: averagePrecision(held),
        brier_score: brierScore(held),
        log_loss: logLoss(held),
      };
    });
  });
}

/**
 * One row a model: means of `propensityMetrics` over folds, and the standard deviation (n - 1) of the AUC. A number that a
 * fold with one arm only does not have has no mean.
 */
export function propensityModelSummary(metrics: readonly Row[]): Row[] {
  const models = [...new Set(metrics.map(({ model }) => String(model)))].sort();
  return models.map((model) => {
    const own = metrics.filter((row) => row.model === model);
    const mean = (column: string) =>
      own.some((row) => row[column] === null)
        ? null
        : own.reduce((sum, row) => sum + Number(row[column]), 0) / own.length;
    const auc = mean("roc_auc");
    const squares = own.reduce((sum, row) => sum + (Number(row.roc_auc) - Number(auc)) ** 2, 0);
    return {
      model,
      rows: own.reduce((sum, row) => sum + Number(row.rows), 0),
      mean_treatment_rate: mean("treatment_rate"),
      roc_auc_mean: auc,
      roc_auc_std: auc !== null && own.length > 1 ? Math.sqrt(squares / (own.length - 1)) : null,
      average_precision_mean: mean("average_precision"),
      brier_score_mean: mean("brier_score"),
      log_loss_mean: mean("log_loss"),
    };
  });
}

/** One row a model: moments and quantiles of e, and the shares below 0.05 and above 0.95, where overlap ends. */
export function propensitySummary(models: Readonly<Record<string, Propensity>>): Row[] {
  return Object.entries(models).map(([model, { e }]) => {
    const sorted = Float64Array.from(e).sort();
    const n = e.length;
    const mean = e.reduce((sum, value) => sum + value, 0) / n;
    const squares = e.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const share = (is: (value: number) => boolean) => e.filter(is).length / n;
    return {
      model,
      mean,
      std: Math.sqrt(squares / (n - 1)),
      min: sorted[0]!,
      p01: quantile(sorted, 0.01),
      p05: quantile(sorted, 0.05),
      median: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      max: sorted[n - 1]!,
      share_below_05: share((value) => value < 0.05),
      share_above_95: share((value) => value > 0.95),
    };
  });
}

/** Mean prediction and share treated in `bins` (10) groups of equal size by prediction; one row a model and group. */
export function propensityCalibration(
  models: Readonly<Record<string, Propensity>>,
  treatment: ArrayLike<number>,
  { bins = 10 }: { readonly bins?: number } = {},
): Row[] {
  return Object.entries(models).flatMap(([model, { e }]) => {
    const sorted = Float64Array.from(e).sort();
    const edges = Array.from({ length: bins - 1 }, (_, k) => quantile(sorted, (k + 1) / bins));
    const groups: number[][] = Array.from({ length: bins }, () => []);
    for (let i = 0; i < e.length; i++) {
      const k = edges.findIndex((edge) => e[i]! <= edge);
      groups[k < 0 ? bins - 1 : k]!.push(i);
    }
    return groups.flatMap((rows, k) => {
      if (rows.length === 0) return [];
      const mean = (of: ArrayLike<number>) =>
        rows.reduce((sum, i) => sum + of[i]!, 0) / rows.length;
      return [
        {
          model,
          propensity_bin: k + 1,
          rows: rows.length,
          mean_predicted_propensity: mean(e),
          observed_treatment_rate: mean(treatment),
        },
      ];
    });
  });
}
