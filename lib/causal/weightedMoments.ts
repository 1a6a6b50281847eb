/** Mean, variance and effective size of weighted observations. Without weights every observation counts once. */

/** Sum with compensation (Neumaier 1974): rounded about once, however many terms there are. */
export function sum(terms: Iterable<number>): number {
  let total = 0;
  let lost = 0;
  for (const term of terms) {
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return total + lost;
}

/** sum(w x) / sum(w); NaN without observations. */
export function weightedMean(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const n = values.length;
  if (!weights) return sum(terms(n, (i) => values[i]!)) / n;
  return sum(terms(n, (i) => weights[i]! * values[i]!)) / sum(terms(n, (i) => weights[i]!));
}

/**
 * sum(w (x - mean)^2) sum(w) / (sum(w)^2 - sum(w^2)): unbiased for weights that tell how much an observation counts, and
 * with equal weights the variance with n - 1. NaN for fewer than two observations with weight.
 * Source: cobalt's weighted variance (Greifer, `col_w_sd`).
 */
export function weightedVariance(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const n = values.length;
  const mean = weightedMean(values, weights);
  if (!weights) return sum(terms(n, (i) => (values[i]! - mean) ** 2)) / (n - 1);
  const total = sum(terms(n, (i) => weights[i]!));
  const squares = sum(terms(n, (i) => weights[i]! ** 2));
  const deviations = sum(terms(n, (i) => weights[i]! * (values[i]! - mean) ** 2));
  return (deviations * total) / (total ** 2 - squares);
}

/** Kish's effective sample size sum(w)^2 / sum(w^2): how many equally weighted observations tell as much. */
export function effectiveSampleSize(weights: ArrayLike<number>): number {
  const n = weights.length;
  return sum(terms(n, (i) => weights[i]!)) ** 2 / sum(terms(n, (i) => weights[i]! ** 2));
}

function* terms(n: number, term: (i: number) => number): Generator<number> {
  for (let i = 0; i < n; i++) yield term(i);
}
