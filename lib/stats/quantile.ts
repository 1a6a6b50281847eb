/**
 * Quantile of ascending values by linear interpolation at (n - 1) p, to the last digit as numpy and pandas have it. NaN
 * without values.
 * @param p  0 to 1
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(sorted.length - 1, low + 1)]!];
  const share = at - low;
  return share < 0.5 ? a + (b - a) * share : b - (b - a) * (1 - share);
}
