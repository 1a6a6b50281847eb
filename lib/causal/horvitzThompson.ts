/** Mean outcomes under exposures, and their contrast, from a design whose exposure probabilities are known. */
import { normal } from "../stats/distributions";
import { type ContrastWeights, contrastWeights } from "./contrastWeights";
import type { Estimate } from "./estimate";
import { type ExposureProbabilities, type Level, levelNumber } from "./exposureProbabilities";

export interface ExposureOutcomes {
  /** Outcome of each unit. Read only where the unit has one of the two exposures. */
  readonly outcome: ArrayLike<number>;
  /** Exposure that each unit had: a number into the levels. */
  readonly exposure: ArrayLike<number>;
  readonly probabilities: ExposureProbabilities;
  /** How much each unit counts in the means, >= 0. Default 1 each. 1 / (rows of the slate) weights slates equally. */
  readonly unitWeights?: ArrayLike<number>;
}

export interface ExposureContrastOptions {
  /** The two exposures [d, e]; the effect is the mean under d minus the mean under e. */
  readonly contrast: readonly [Level, Level];
  /** Default `hajek`. */
  readonly estimator?: "horvitz-thompson" | "hajek";
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

export interface ExposureMean extends Estimate {
  readonly exposure: string;
  /** Units of the estimand seen with this exposure. */
  readonly observed: number;
  /** Variance estimate, which can be below 0; null where the exposure was never seen. */
  readonly variance: number | null;
}

export interface ExposureContrast extends Estimate {
  /** Mean under d, mean under e. */
  readonly means: readonly [ExposureMean, ExposureMean];
  /** Variance estimate of the contrast, which can be below 0; null where an exposure was never seen. */
  readonly variance: number | null;
  /** Estimate of the covariance of the two means. */
  readonly covariance: number | null;
}

/**
 * Means of potential outcomes mu(d) = sum w_i y_i(d) / sum w_i over the units that can have both exposures, and
 * mu(d) - mu(e). With T(d) = sum over units with exposure d of w_i y_i / pi_i(d):
 *
 *     horvitz-thompson   mu(d) = T(d) / sum w_i                          unbiased
 *     hajek              mu(d) = T(d) / sum over d of w_i / pi_i(d)      nearly so, and mostly far less variable
 *
 * Variances are Aronow and Samii's conservative ones, with y_i for w_i y_i and sums over units seen with the exposure:
 *
 *     Var T(d)           = sum_i y_i^2 (1 - pi_i) / pi_i^2
 *                          + sum_{i != j, pi_ij > 0} (pi_ij - pi_i pi_j) / pi_ij * y_i y_j / (pi_i pi_j)
 *                          + sum_{i != j, pi_ij = 0} (y_i^2 / (2 pi_i) + y_j^2 / (2 pi_j))
 *     Cov(T(d), T(e))    = the second sum with pi_ij(d, e), less the third one with pi_ij(d, e) = 0, i = j included
 *     Var(mu(d) - mu(e)) = (Var T(d) + Var T(e) - 2 Cov(T(d), T(e))) / (sum w_i)^2
 *
 * Their expectations are at least (the covariance's: at most) the true ones, and equal where no pair has probability 0;
 * for the contrast, units' own effects add what nobody can estimate. Hajek puts w_i (y_i - mu(d)) for w_i y_i
 * (linearization). Intervals are normal.
 *
 * Units that cannot have one of the exposures are no part of the estimand: they are left out and counted in `dropped`.
 * An exposure that no unit was seen with gives null and a warning (the Horvitz-Thompson formula would give 0, and
 * counts as 0 in its unbiasedness). A variance estimate below 0, which the formulas allow, gives no standard error and
 * a warning. `clusters` counts the groups of units with dependent exposures.
 *
 * Cost: the pair terms of a contrast are worked out at its first call and kept with `probabilities`; an estimate is
 * then one pass over units and pairs of dependent units.
 * Source: Aronow and Samii 2017, doi:10.1214/16-AOAS1005, sections 4, 5 and 7. The R package `interference` has
 * the same formulas, but it counts units with probability 0 in N and in the corrections, and smooths pi_i and pi_ij(d, d)
 * of an exposure (not pi_ij(d, e)) to (count + 1{i = j}) / (draws + 1), also where all assignments are listed.
 * @throws Error for columns of different length, an unknown or repeated level, a missing outcome of a unit that is
 *     used, negative weights, no unit that can have both exposures, or an exposure that the design cannot give
 */
export function horvitzThompson(
  { outcome, exposure, probabilities, unitWeights }: ExposureOutcomes,
  { contrast, estimator = "hajek", level = 0.95 }: ExposureContrastOptions,
): ExposureContrast {
  checkLengths(probabilities.units, { outcome, exposure, unitWeights });
  if (estimator !== "hajek" && estimator !== "horvitz-thompson") {
    throw new Error(`There is no estimator ${estimator}. Use "horvitz-thompson" or "hajek".`);
  }
  if (!(level > 0 && level < 1))
    throw new Error(`The confidence level is in (0, 1), not ${level}.`);
  const { levels } = probabilities;
  const [d, e] = [levelNumber(levels, contrast[0]), levelNumber(levels, contrast[1])];
  if (d === e) throw new Error(`A contrast needs two exposures, not ${levels[d]} twice.`);
  const weights = contrastWeights(probabilities, d, e);
  const { units, marginals } = weights;
  const n = units.length;
  if (n === 0) {
    throw new Error(
      `No unit can have both ${levels[d]} and ${levels[e]}: there is nothing to contrast.`,
    );
  }

  // 0 on units seen with d, 1 on those with e, 2 on others.
  const arm = new Uint8Array(n);
  const values = new Float64Array(n);
  const totals = [0, 0];
  const sizes = [0, 0];
  const observed = [0, 0];
  let population = 0;
  for (let k = 0; k < n; k++) {
    const i = units[k]!;
    const w = unitWeights ? unitWeights[i]! : 1;
    if (!(w >= 0 && w < Number.POSITIVE_INFINITY)) throw badWeight(i, w);
    population += w;
    const own = exposure[i] === d ? 0 : exposure[i] === e ? 1 : 2;
    arm[k] = own;
    if (own === 2) continue;
    const y = outcome[i]!;
    if (!Number.isFinite(y))
      throw new Error(`Unit ${i}: the outcome is ${y}. Leave it out of the design or fill it.`);
    values[k] = w * y;
    observed[own]!++;
    totals[own]! += (w * y) / marginals[own]![k]!;
    sizes[own]! += w / marginals[own]![k]!;
  }
  if (population === 0) throw new Error("All unit weights are 0.");

  const isHajek = estimator === "hajek";
  const means = [0, 1].map((a) => {
    if (observed[a] === 0 || (isHajek && sizes[a] === 0)) return null;
    return totals[a]! / (isHajek ? sizes[a]! : population);
  });
  if (isHajek) {
    for (let k = 0; k < n; k++) {
      const own = arm[k]!;
      if (own === 2) continue;
      values[k]! -= (unitWeights ? unitWeights[units[k]!]! : 1) * (means[own] ?? 0);
    }
  }
  const moments = secondMoments(weights, arm, values);
  const shared = [
    ...probabilities.warnings,
    ...droppedWarnings(probabilities, exposure, [d, e], weights.dropped),
  ];
  const common = {
    level,
    n,
    dropped: weights.dropped,
    clusters: weights.starts.length - 1,
    method: `${isHajek ? "Hajek" : "Horvitz-Thompson"}, ${probabilities.method} exposure probabilities; conservative variance (Aronow and Samii 2017), normal interval`,
  };
  const exposureMean = (a: 0 | 1): ExposureMean => {
    const name = levels[a === 0 ? d : e]!;
    const mean = means[a] ?? null;
    const variance = mean === null ? null : moments.variances[a]! / population ** 2;
    const unseen = mean === null ? [`no unit was seen with exposure ${name}`] : [];
    return {
      ...common,
      ...interval(mean, variance, level, [...shared, ...unseen]),
      estimand: `mean outcome under ${name}`,
      exposure: name,
      observed: observed[a]!,
      variance,
    };
  };
  const both = [exposureMean(0), exposureMean(1)] as const;
  const [first, second] = both;
  const isSeen = first.value !== null && second.value !== null;
  const covariance = isSeen ? moments.covariance / population ** 2 : null;
  const variance = isSeen ? first.variance! + second.variance! - 2 * covariance! : null;
  const unseen = both
    .filter((one) => one.value === null)
    .map((one) => `no unit was seen with exposure ${one.exposure}`);
  return {
    ...common,
    ...interval(isSeen ? first.value! - second.value! : null, variance, level, [
      ...shared,
      ...unseen,
    ]),
    estimand: `mean outcome under ${levels[d]} minus under ${levels[e]}`,
    means: both,
    variance,
    covariance,
  };
}

/** Estimates of Var T(d), Var T(e) and Cov(T(d), T(e)). */
function secondMoments(
  { units, starts, own, cross, pair, pairs }: ContrastWeights,
  arm: Uint8Array,
  values: Float64Array,
): { variances: readonly [number, number]; covariance: number } {
  const sums = new Float64Array(4);
  let covariance = 0;
  for (let k = 0; k < units.length; k++) {
    const a = arm[k]!;
    if (a === 2) continue;
    const square = values[k]! * values[k]!;
    sums[a]! += (a === 0 ? own[0][k]! : own[1][k]!) * square;
    covariance -= (a === 0 ? cross[0][k]! : cross[1][k]!) * square;
  }
  let [dd, ee, de] = [0, 0, 0];
  let row = 0;
  for (let g = 0; g + 1 < starts.length; g++) {
    const to = starts[g + 1]!;
    for (let i = starts[g]!; i < to; i++) {
      const a = arm[i]!;
      if (a !== 2) {
        const y = values[i]!;
        for (let j = i + 1; j < to; j++) {
          const b = arm[j]!;
          if (b === 2) continue;
          const kind = a === b ? a : 2 + a;
          const factor = pairs ? pairs[row + 4 * (j - i - 1) + kind]! : pair(i, j, kind);
          const term = factor * y * values[j]!;
          if (a !== b) de += term;
          else if (a === 0) dd += term;
          else ee += term;
        }
      }
      row += 4 * (to - i - 1);
    }
  }
  return {
    variances: [sums[0]! + 2 * dd, sums[1]! + 2 * ee],
    covariance: covariance + de,
  };
}

function interval(
  value: number | null,
  variance: number | null,
  level: number,
  warnings: readonly string[],
): Pick<Estimate, "value" | "standardError" | "lower" | "upper" | "warnings"> {
  if (value === null || variance === null) {
    return { value, standardError: null, lower: null, upper: null, warnings };
  }
  // Certain exposures have variance 0, which sums may miss by rounding.
  const isRounding = variance < 0 && variance > -1e-12 * (1 + value * value);
  if (variance < 0 && !isRounding) {
    const below = `the variance estimate is ${variance.toPrecision(3)}, below 0: there is no standard error`;
    return { value, standardError: null, lower: null, upper: null, warnings: [...warnings, below] };
  }
  const standardError = Math.sqrt(Math.max(variance, 0));
  const reach = normal().quantile((1 + level) / 2, 0, 1) * standardError;
  return { value, standardError, lower: value - reach, upper: value + reach, warnings };
}

/** Says who is left out; and that an exposure was seen which the probabilities call impossible. */
function droppedWarnings(
  { units, levels, method, marginal }: ExposureProbabilities,
  exposure: ArrayLike<number>,
  contrast: readonly [number, number],
  dropped: number,
): string[] {
  if (dropped === 0) return [];
  let impossible = 0;
  for (const level of contrast) {
    const pi = marginal(level);
    for (let i = 0; i < units; i++) {
      if (exposure[i] !== level || pi[i]! > 0) continue;
      if (method === "exact") {
        throw new Error(
          `Unit ${i} was seen with exposure ${levels[level]}, which the design never gives it. Are the exposures from this design and mapping?`,
        );
      }
      impossible++;
    }
  }
  const names = contrast.map((level) => levels[level]).join(" and ");
  const warnings = [
    `${dropped} of ${units} units cannot have both ${names}: they are no part of the estimand`,
  ];
  if (impossible > 0) {
    warnings.push(
      `${impossible} of them were seen with an exposure that no draw gave them: draw more assignments`,
    );
  }
  return warnings;
}

function badWeight(unit: number, weight: number): Error {
  return new Error(`Unit ${unit}: a weight is finite and not negative, not ${weight}.`);
}

function checkLengths(units: number, columns: Record<string, ArrayLike<number> | undefined>): void {
  for (const [name, column] of Object.entries(columns)) {
    if (column && column.length !== units) {
      throw new Error(
        `${name} has ${column.length} values, but the mapping gives ${units} units an exposure.`,
      );
    }
  }
}
