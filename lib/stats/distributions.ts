/**
 * Probability distributions, loaded when first asked for: the packages come in hundreds of small files, which would
 * make the first import of the library half a second slower each.
 */

/** Chi-square: cdf(x, degreesOfFreedom), quantile(p, degreesOfFreedom), ... */
export function chisquare(): typeof import("@stdlib/stats-base-dists-chisquare") {
  return require("@stdlib/stats-base-dists-chisquare");
}

/** Normal: cdf(x, mean, standardDeviation), quantile(p, mean, standardDeviation), ... */
export function normal(): typeof import("@stdlib/stats-base-dists-normal") {
  return require("@stdlib/stats-base-dists-normal");
}
