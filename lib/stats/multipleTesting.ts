/** P-values adjusted for being one of many. */

/**
 * Benjamini and Hochberg's adjusted p-values: min over k >= rank of m p_(k) / k, at most 1. Rejecting those up to q keeps the
 * expected share of false rejections among all rejections at or below q, for independent or positively dependent tests.
 * As R's `p.adjust(p, "BH")`; source: Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
 * @param p  in [0, 1]; null for a test that could not be done, which stays null and does not count
 * @throws Error for a p-value outside [0, 1]
 */
export function benjaminiHochberg(p: ArrayLike<number | null>): (number | null)[] {
  const { order, adjusted } = ordered(p);
  let least = 1;
  for (let k = order.length; k >= 1; k--) {
    const i = order[k - 1]!;
    least = Math.min(least, (order.length * p[i]!) / k);
    adjusted[i] = least;
  }
  return adjusted;
}

/**
 * Holm's adjusted p-values: max over k <= rank of (m - k + 1) p_(k), at most 1. Rejecting those up to alpha keeps the
 * probability of any false rejection at or below alpha, whatever the dependence.
 * As R's `p.adjust(p, "holm")`; source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
 * @param p  in [0, 1]; null for a test that could not be done, which stays null and does not count
 * @throws Error for a p-value outside [0, 1]
 */
export function holm(p: ArrayLike<number | null>): (number | null)[] {
  const { order, adjusted } = ordered(p);
  let most = 0;
  order.forEach((i, k) => {
    most = Math.max(most, Math.min(1, (order.length - k) * p[i]!));
    adjusted[i] = most;
  });
  return adjusted;
}

/** Places of the known p-values in ascending order, and room for the adjusted ones. */
function ordered(p: ArrayLike<number | null>) {
  const order: number[] = [];
  for (let i = 0; i < p.length; i++) {
    const value = p[i] ?? null;
    if (value === null) continue;
    if (!(value >= 0 && value <= 1)) {
      throw new Error(`P-value ${i + 1} is ${value}. It is a number from 0 to 1, or null.`);
    }
    order.push(i);
  }
  order.sort((a, b) => p[a]! - p[b]!);
  return { order, adjusted: new Array<number | null>(p.length).fill(null) };
}
