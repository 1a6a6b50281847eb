/** Two-sided p-values and intervals from the normal or Student's t distribution. */
import { normal } from "./distributions";

/** Loaded when first asked for, as the others in `distributions`. */
function fRatio(): typeof import("@stdlib/stats-base-dists-f") {
  return require("@stdlib/stats-base-dists-f");
}

/**
 * The probability of a value at least as far from 0 as the statistic, of Student's t with the degrees of freedom above 0;
 * `Infinity` is the normal distribution. An infinite statistic has p = 0.
 */
export function twoSidedP(statistic: number, degreesOfFreedom = Number.POSITIVE_INFINITY): number {
  const distance = Math.abs(statistic);
  if (distance === 0) return 1;
  if (distance === Number.POSITIVE_INFINITY) return 0;
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return 2 * normal().cdf(-distance, 0, 1);
  // t^2 is F with 1 and df degrees of freedom, 1 / t^2 is F with df and 1: small p keep their digits.
  return fRatio().cdf(1 / distance ** 2, degreesOfFreedom, 1);
}

/**
 * The c for which a value lies within -c ... c with the probability of the level.
 * @throws Error for a level that is not between 0 and 1
 */
export function twoSidedQuantile(
  level: number,
  degreesOfFreedom = Number.POSITIVE_INFINITY,
): number {
  if (!(level > 0 && level < 1)) throw new Error(`A level is between 0 and 1, not ${level}.`);
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) {
    return normal().quantile((1 + level) / 2, 0, 1);
  }
  return Math.sqrt(1 / fRatio().quantile(1 - level, degreesOfFreedom, 1));
}
