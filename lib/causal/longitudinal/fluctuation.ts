/** The targeting step: one logistic intercept that makes weighted residuals add up to 0. */

/** Probabilities are kept this far from 0 and 1 before their log odds are taken. */
const EDGE = 1e-9;
/** Log odds are moved at most this far. */
const FARTHEST = 30;

/** Log odds of a prediction in [0, 1]; beyond it counts as at the edge. */
export function logOdds(p: number): number {
  const inside = Math.min(Math.max(p, EDGE), 1 - EDGE);
  return Math.log(inside / (1 - inside));
}

export function fromLogOdds(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * The e with sum w (y - 1 / (1 + exp(-(offset + e)))) = 0: a logistic regression of y in [0, 1] on an intercept alone, with
 * offset and weights. The sum falls in e, so Newton steps inside a shrinking bracket always find it. When every y is 0 (or
 * 1) where there is weight there is no such e: then -30 (or 30).
 */
export function fluctuation(
  y: ArrayLike<number>,
  offset: ArrayLike<number>,
  weights: ArrayLike<number>,
): number {
  let [low, high] = [-FARTHEST, FARTHEST];
  let at = 0;
  for (let iteration = 0; iteration < 200; iteration++) {
    let [sum, slope, size] = [0, 0, 0];
    for (let i = 0; i < y.length; i++) {
      if (weights[i] === 0) continue;
      const p = fromLogOdds(offset[i] + at);
      sum += weights[i] * (y[i] - p);
      slope += weights[i] * p * (1 - p);
      size += weights[i];
    }
    if (Math.abs(sum) <= 1e-14 * size) return at;
    if (sum > 0) low = at;
    else high = at;
    const newton = at + sum / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === at || high - low < 1e-13) return next;
    at = next;
  }
  return at;
}
