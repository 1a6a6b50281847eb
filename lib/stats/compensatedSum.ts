/** Sums that do not lose small terms beside large ones. */

/**
 * Sum over i from 0 to n - 1 of `term(i)` with compensation: rounded about once, however many terms there are and in
 * whatever order they come.
 * Source: Neumaier 1974, doi:10.1002/zamm.19740540106.
 */
export function sumOver(n: number, term: (i: number) => number): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const value = term(i);
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

/** Sum of a list; see {@link sumOver}. */
export function compensatedSum(values: ArrayLike<number>): number {
  return sumOver(values.length, (i) => values[i]!);
}
