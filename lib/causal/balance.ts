/** Do treated and untreated rows look alike before the treatment? Primitives on columns, and a report on a panel. */
import type { Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";
import { kolmogorovSmirnov, type Sample, shareOutside } from "./distributions";
import { completeRows, finite, panelColumns, taken } from "./panelColumns";
import { effectiveSampleSize, weightedMean, weightedVariance } from "./weightedMoments";

/** Which standard deviation a difference in means is divided by. */
export type Denominator = "pooled" | "treated" | "control";

/** One covariate of treated and control rows. */
export interface CovariateComparison extends Row {
  readonly treated_mean: number | null;
  readonly control_mean: number | null;
  /** (treated mean - control mean) / standard deviation; missing where that is 0. */
  readonly smd: number | null;
  /** Variance of the treated / variance of the control; 1 is balance. */
  readonly variance_ratio: number | null;
  /** Kolmogorov-Smirnov distance; 0 is balance. */
  readonly ks: number | null;
  /** Share of treated rows outside the central 95% of the control rows, and the reverse; about 0.05 is overlap. */
  readonly treated_outside: number | null;
  readonly control_outside: number | null;
}

export interface BalanceRow extends CovariateComparison {
  readonly treatment: string;
  readonly covariate: string;
}

export interface GroupSize {
  readonly treatment: string;
  readonly treated: number;
  readonly control: number;
  /** Kish's effective sizes; the sizes themselves without weights. */
  readonly treatedEffective: number;
  readonly controlEffective: number;
}

export interface BalanceReport {
  readonly rows: readonly BalanceRow[];
  readonly sizes: readonly GroupSize[];
  /** How `smd` was divided, in words. */
  readonly denominator: string;
  readonly weighted: boolean;
}

export interface BalanceOptions {
  readonly treatments: readonly string[];
  readonly covariates: readonly string[];
  /** SQL condition on the rows compared. Default `active_day = 1`. */
  readonly where?: string;
  /** For each treatment the column of its weights, which must not be negative. Default: every row counts once. */
  readonly weights?: Readonly<Record<string, string>>;
  /** Default `pooled`: the root of the mean of both groups' variances. Always without weights, so that a change of smd is
   * a change of means. */
  readonly denominator?: Denominator;
}

const DENOMINATORS: Readonly<Record<Denominator, string>> = {
  pooled: "sqrt((variance of treated + variance of control) / 2), n - 1, without weights",
  treated: "standard deviation of the treated, n - 1, without weights",
  control: "standard deviation of the control rows, n - 1, without weights",
};

/** Compares treated and untreated rows of a panel, one row for each treatment and covariate in the order given. */
export async function balance(panel: Relation, options: BalanceOptions): Promise<BalanceReport> {
  const { treatments, covariates, where = "active_day = 1", weights = {} } = options;
  const denominator = options.denominator ?? "pooled";
  if (!(denominator in DENOMINATORS)) {
    throw new Error(`The denominator is pooled, treated or control, not ${denominator}.`);
  }
  const names = [...treatments, ...covariates, ...Object.values(weights)];
  const data = await panelColumns(panel, names, where);
  const rows: BalanceRow[] = [];
  const sizes: GroupSize[] = [];
  for (const treatment of treatments) {
    const a = data.column(treatment);
    const w = weights[treatment] === undefined ? undefined : data.column(weights[treatment]);
    const known = completeRows(w ? [a, w] : [a], data.rows);
    sizes.push(groupSize(treatment, taken(a, known), w && taken(w, known)));
    for (const covariate of covariates) {
      const x = data.column(covariate);
      const complete = known.filter((i) => !Number.isNaN(x[i]!));
      const compared = compareCovariate(
        taken(a, complete),
        taken(x, complete),
        w && taken(w, complete),
        denominator,
      );
      rows.push({ treatment, covariate, ...compared });
    }
  }
  return {
    rows,
    sizes,
    denominator: DENOMINATORS[denominator],
    weighted: Object.keys(weights).length > 0,
  };
}

/** One covariate of treated and control rows, on plain columns without missing values. */
export function compareCovariate(
  treatment: ArrayLike<number>,
  covariate: ArrayLike<number>,
  weights?: ArrayLike<number>,
  denominator: Denominator = "pooled",
): CovariateComparison {
  const treated = group(treatment, covariate, weights, 1);
  const control = group(treatment, covariate, weights, 0);
  const [mean1, mean0] = [treated, control].map((g) => weightedMean(g.values, g.weights));
  const [variance1, variance0] = [treated, control].map((g) =>
    weightedVariance(g.values, g.weights),
  );
  return {
    treated_mean: finite(mean1!),
    control_mean: finite(mean0!),
    smd: finite((mean1! - mean0!) / standardDeviation(treated, control, denominator)),
    variance_ratio: finite(variance1! / variance0!),
    ks: finite(kolmogorovSmirnov(treated, control)),
    treated_outside: finite(shareOutside(treated, control)),
    control_outside: finite(shareOutside(control, treated)),
  };
}

function standardDeviation(treated: Sample, control: Sample, denominator: Denominator): number {
  const [v1, v0] = [weightedVariance(treated.values), weightedVariance(control.values)];
  if (denominator === "treated") return Math.sqrt(v1);
  if (denominator === "control") return Math.sqrt(v0);
  return Math.sqrt((v1 + v0) / 2);
}

function group(
  treatment: ArrayLike<number>,
  values: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  wanted: 0 | 1,
): Sample {
  const rows: number[] = [];
  for (let i = 0; i < treatment.length; i++) {
    if (treatment[i] !== 0 && treatment[i] !== 1) {
      throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${treatment[i]}.`);
    }
    if (weights && !(weights[i]! >= 0)) {
      throw new Error(`Row ${i + 1}: a weight is not negative, but this one is ${weights[i]}.`);
    }
    if (treatment[i] === wanted) rows.push(i);
  }
  return { values: taken(values, rows), ...(weights ? { weights: taken(weights, rows) } : {}) };
}

function groupSize(
  treatment: string,
  a: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): GroupSize {
  const ones = new Float64Array(a.length).fill(1);
  const [treated, control] = ([1, 0] as const).map((wanted) => group(a, ones, weights, wanted));
  const effective = (g: Sample) => effectiveSampleSize(g.weights ?? g.values);
  return {
    treatment,
    treated: treated!.values.length,
    control: control!.values.length,
    treatedEffective: effective(treated!),
    controlEffective: effective(control!),
  };
}

/** treatment, covariate, treated_mean, control_mean, smd; by treatment, then from the smallest to the largest |smd|. */
export function standardizedMeanDifferences(report: BalanceReport): Row[] {
  const size = (row: BalanceRow) => (row.smd === null ? Infinity : Math.abs(row.smd));
  return report.rows
    .slice()
    .sort((a, b) => {
      if (a.treatment !== b.treatment) return a.treatment < b.treatment ? -1 : 1;
      const [left, right] = [size(a), size(b)];
      return left === right ? 0 : left - right;
    })
    .map(({ treatment, covariate, treated_mean, control_mean, smd }) => ({
      treatment,
      covariate,
      treated_mean,
      control_mean,
      smd,
    }));
}

/** One row a treatment: treated, control, effective sizes. */
export function sizeRows(report: BalanceReport): Row[] {
  return report.sizes.map((size) => ({
    treatment: size.treatment,
    treated: size.treated,
    control: size.control,
    treated_effective: finite(size.treatedEffective),
    control_effective: finite(size.controlEffective),
  }));
}
