/** Piecewise curves through published points. */
import type { Curve } from "./movieLensParameters";

/**
 * base ^ exponent for a base above 0. Math.pow would do, but its last digit differs between versions of Node.js, and a
 * last digit is enough to change a choice and with it the archive; Math.exp and Math.log do not differ.
 */
export function power(base: number, exponent: number): number {
  return Math.exp(exponent * Math.log(base));
}

/** The curve's value at x, straight between its points and constant outside them. */
export function interpolate(curve: Curve, x: number): number {
  let low = 0;
  let high = curve.length - 1;
  if (x <= curve[low][0]) return curve[low][1];
  if (x >= curve[high][0]) return curve[high][1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (curve[middle][0] < x) low = middle;
    else high = middle;
  }
  const [x0, y0] = curve[low];
  const [x1, y1] = curve[high];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/** The curve with logarithms in place of its values (and, on request, of its x). */
export function logarithmic(curve: Curve, axes: "y" | "both"): Curve {
  return curve.map(([x, y]) => [axes === "both" ? Math.log(x) : x, Math.log(y)] as const);
}

/**
 * A factor k such that sum over i of bounded(k * values[i]) is the total, bounded to [lowest, highest[i]]; by bisection.
 * @throws RangeError when even the bounds miss the total.
 */
export function scaleToTotal(
  values: Float64Array,
  total: number,
  lowest: number,
  highest: (index: number) => number,
): Float64Array {
  const scaled = new Float64Array(values.length);
  const sumAt = (factor: number) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      scaled[i] = Math.min(highest(i), Math.max(lowest, factor * values[i]));
      sum += scaled[i];
    }
    return sum;
  };
  let low = 0;
  let high = 1;
  if (sumAt(0) > total * (1 + 1e-9)) {
    throw new RangeError(`${total} is too small a total for ${values.length} shares.`);
  }
  while (sumAt(high) < total) {
    high *= 2;
    if (high > 1e12)
      throw new RangeError(`${total} is too large a total for ${values.length} shares.`);
  }
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (sumAt(middle) < total) low = middle;
    else high = middle;
  }
  sumAt(high);
  return scaled;
}
