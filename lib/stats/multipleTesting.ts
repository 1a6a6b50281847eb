/** Many tests at once: p-values adjusted so that one threshold holds for all of them. */

/**
 * Benjamini and Hochberg's adjusted p-values: rejecting those at or below q keeps the expected share of false rejections
 * among all rejections at q or less, for independent (or positively dependent) tests.
 *
 *     adjusted p_(k) = min over j >= k of min(1, n p_(j) / j),   p_(1) <= ... <= p_(n)
 *
 * In the order of the p-values given. Same numbers as R's `p.adjust(p, "BH")`.
 * Source: Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
 * @throws Error when a p-value is not in [0, 1]
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const order = ascending(pValues);
  const n = order.length;
  const adjusted = new Float64Array(n);
  let smallest = 1;
  for (let k = n - 1; k >= 0; k--) {
    smallest = Math.min(smallest, (n * pValues[order[k]!]!) / (k + 1));
    adjusted[order[k]!] = smallest;
  }
  return adjusted;
}

/**
 * Holm's adjusted p-values: rejecting those at or below alpha keeps the probability of any false rejection at alpha or less,
 * whatever the dependence.
 *
 *     adjusted p_(k) = max over j <= k of min(1, (n - j + 1) p_(j))
 *
 * In the order of the p-values given. Same numbers as R's `p.adjust(p, "holm")`.
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
 * @throws Error when a p-value is not in [0, 1]
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  const order = ascending(pValues);
  const n = order.length;
  const adjusted = new Float64Array(n);
  let largest = 0;
  for (let k = 0; k < n; k++) {
    largest = Math.max(largest, Math.min(1, (n - k) * pValues[order[k]!]!));
    adjusted[order[k]!] = largest;
  }
  return adjusted;
}

/** Indices of the p-values from the smallest on. */
function ascending(pValues: ArrayLike<number>): number[] {
  return Array.from(pValues, (p, i) => {
    if (!(p >= 0 && p <= 1)) throw new Error(`p-value ${i + 1} is ${p}, not in [0, 1].`);
    return i;
  }).sort((a, b) => pValues[a]! - pValues[b]!);
}
