/** Weights that make treated and untreated rows alike, how far they can be trusted, and what they do to the balance. */
import type { Row } from "../loaders/rows";
import { quantile } from "../stats/quantile";
import { effectiveSampleSize, weightedMean, weightedVariance } from "./weightedMoments";

/**
 * Which population the weights stand for, with A the treatment, e its probability and p the share treated:
 *
 *     ipw         A / e + (1 - A) / (1 - e)                everybody; mean about 2
 *     stabilized  A p / e + (1 - A) (1 - p) / (1 - e)      everybody; mean about 1
 *     overlap     A (1 - e) + (1 - A) e                    those for whom both were likely; never above 1
 *     treated     A + (1 - A) e / (1 - e)                  the treated
 */
export type WeightKind = "ipw" | "stabilized" | "overlap" | "treated";

export interface WeightOptions {
  readonly kind?: WeightKind;
  /** Probabilities are held this far from 0 and 1. Default 1e-6. */
  readonly bound?: number;
  /** Share treated in the numerator of stabilized weights. Default that of the rows. */
  readonly share?: number;
  /** Weights above it become it. Default none. */
  readonly cap?: number;
  /** Weights beyond these percentiles of themselves become them, such as [0.01, 0.99]. Default none. */
  readonly percentiles?: readonly [number, number];
}

export interface TreatmentWeights {
  readonly weights: Float64Array;
  readonly kind: WeightKind;
  /** Rows whose probability was moved by `bound`, and rows whose weight was cut by `cap` or `percentiles`. */
  readonly bounded: number;
  readonly truncated: number;
  readonly effectiveSampleSize: number;
  readonly warnings: readonly string[];
}

const KINDS: Readonly<Record<WeightKind, (a: number, e: number, p: number) => number>> = {
  ipw: (a, e) => (a === 1 ? 1 / e : 1 / (1 - e)),
  stabilized: (a, e, p) => (a === 1 ? p / e : (1 - p) / (1 - e)),
  overlap: (a, e) => (a === 1 ? 1 - e : e),
  treated: (a, e) => (a === 1 ? 1 : e / (1 - e)),
};

/**
 * Weights of each row from its probability of treatment. Sources: Robins, Hernan and Brumback 2000,
 * doi:10.1097/00001648-200009000-00011 (stabilized); Cole and Hernan 2008, doi:10.1093/aje/kwn164 (truncation); Li, Morgan and
 * Zaslavsky 2018, doi:10.1080/01621459.2016.1260466 (overlap).
 * @param treatment  0 or 1
 * @throws Error for an unknown kind, a probability outside [0, 1], another treatment, or both a cap and percentiles
 */
export function treatmentWeights(
  treatment: ArrayLike<number>,
  e: ArrayLike<number>,
  options: WeightOptions = {},
): TreatmentWeights {
  const { kind = "stabilized", bound = 1e-6, cap, percentiles } = options;
  if (!(kind in KINDS)) {
    throw new Error(
      `There are no weights of kind ${kind}. There are ${Object.keys(KINDS).join(", ")}.`,
    );
  }
  if (cap !== undefined && percentiles) throw new Error("Give a cap or percentiles, not both.");
  const n = treatment.length;
  if (e.length !== n) throw new Error(`There are ${e.length} probabilities for ${n} rows.`);
  let treated = 0;
  for (let i = 0; i < n; i++) {
    if (treatment[i] !== 0 && treatment[i] !== 1) {
      throw new Error(`Row ${i + 1}: the treatment is 0 or 1, not ${treatment[i]}.`);
    }
    treated += treatment[i]!;
  }
  const { share = treated / n } = options;
  const weights = new Float64Array(n);
  let bounded = 0;
  for (let i = 0; i < n; i++) {
    if (!(e[i]! >= 0 && e[i]! <= 1)) {
      throw new Error(`Row ${i + 1}: a probability of treatment is in [0, 1], not ${e[i]}.`);
    }
    const held = Math.min(1 - bound, Math.max(bound, e[i]!));
    if (held !== e[i]) bounded++;
    weights[i] = KINDS[kind](treatment[i]!, held, share);
  }
  const truncated = truncate(weights, cap, percentiles);
  const size = effectiveSampleSize(weights);
  const warnings: string[] = [];
  if (bounded > 0) warnings.push(`${bounded} probabilities were held ${bound} from 0 or 1`);
  if (size < n / 2) {
    warnings.push(`effective sample size is ${size.toFixed(0)} of ${n}: few rows carry the weight`);
  }
  return { weights, kind, bounded, truncated, effectiveSampleSize: size, warnings };
}

/** In place. Returns how many were cut. */
function truncate(
  weights: Float64Array,
  cap: number | undefined,
  percentiles: readonly [number, number] | undefined,
): number {
  if (cap === undefined && !percentiles) return 0;
  const sorted = Float64Array.from(weights).sort();
  const low = percentiles ? quantile(sorted, percentiles[0]) : -Infinity;
  const high = percentiles ? quantile(sorted, percentiles[1]) : cap!;
  let cut = 0;
  for (let i = 0; i < weights.length; i++) {
    const held = Math.min(high, Math.max(low, weights[i]!));
    if (held !== weights[i]) cut++;
    weights[i] = held;
  }
  return cut;
}

/** One row a set of weights: moments, quantiles, effective sample size and its share of the rows. */
export function weightDiagnostics(weights: Readonly<Record<string, ArrayLike<number>>>): Row[] {
  return Object.entries(weights).map(([weight, values]) => {
    const sorted = Float64Array.from(values).sort();
    const n = sorted.length;
    const size = effectiveSampleSize(sorted);
    return {
      weight,
      mean: weightedMean(sorted),
      std: Math.sqrt(weightedVariance(sorted)),
      min: sorted[0]!,
      p50: quantile(sorted, 0.5),
      p90: quantile(sorted, 0.9),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      max: sorted[n - 1]!,
      effective_sample_size: size,
      ess_share: size / n,
    };
  });
}

/**
 * Balance of covariates before and after weighting, the largest absolute difference before first. The differences are
 * standardized by the pooled standard deviation, sqrt((variance of treated + variance of control) / 2), with the same
 * weights as the means: the published convention. `compareCovariate` keeps the unweighted deviation.
 */
export function weightedBalance(
  covariates: Readonly<Record<string, ArrayLike<number>>>,
  treatment: ArrayLike<number>,
  weights: ArrayLike<number>,
): Row[] {
  const rows = Object.entries(covariates).map(([covariate, values]) => {
    const before = armMeans(values, treatment);
    const after = armMeans(values, treatment, weights);
    const reduction =
      before.smd === null || after.smd === null ? null : Math.abs(before.smd) - Math.abs(after.smd);
    return {
      covariate,
      treated_mean: before.treated,
      control_mean: before.control,
      smd: before.smd,
      abs_smd: before.smd === null ? null : Math.abs(before.smd),
      weighted_treated_mean: after.treated,
      weighted_control_mean: after.control,
      weighted_smd: after.smd,
      abs_weighted_smd: after.smd === null ? null : Math.abs(after.smd),
      abs_smd_reduction: reduction,
    };
  });
  return rows.sort((a, b) => (b.abs_smd ?? 0) - (a.abs_smd ?? 0));
}

function armMeans(
  values: ArrayLike<number>,
  treatment: ArrayLike<number>,
  weights?: ArrayLike<number>,
) {
  const arm = (wanted: number) => {
    const own = Array.from({ length: values.length }, (_, i) => i).filter(
      (i) => treatment[i] === wanted,
    );
    const x = Float64Array.from(own, (i) => values[i]!);
    const w = weights && Float64Array.from(own, (i) => weights[i]!);
    return { mean: weightedMean(x, w), variance: weightedVariance(x, w) };
  };
  const [treated, control] = [arm(1), arm(0)];
  const smd = (treated.mean - control.mean) / Math.sqrt((treated.variance + control.variance) / 2);
  return {
    treated: treated.mean,
    control: control.mean,
    smd: Number.isFinite(smd) ? smd : null,
  };
}
