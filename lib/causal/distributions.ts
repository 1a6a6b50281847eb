/** Two samples compared as distributions: how far apart they are, and whether they lie where the other one does. */

export interface Sample {
  readonly values: ArrayLike<number>;
  /** Default 1 each. */
  readonly weights?: ArrayLike<number>;
}

/**
 * Kolmogorov-Smirnov distance: the largest difference between the (weighted) empirical distribution functions, from 0 to
 * 1. NaN when a sample is empty.
 */
export function kolmogorovSmirnov(one: Sample, other: Sample): number {
  if (one.values.length === 0 || other.values.length === 0) return Number.NaN;
  const [f, g] = [steps(one), steps(other)];
  let [i, j, largest] = [0, 0, 0];
  let [at, bt] = [0, 0];
  while (i < f.values.length || j < g.values.length) {
    const x = Math.min(f.values[i] ?? Infinity, g.values[j] ?? Infinity);
    while (i < f.values.length && f.values[i] === x) at = f.shares[i++]!;
    while (j < g.values.length && g.values[j] === x) bt = g.shares[j++]!;
    largest = Math.max(largest, Math.abs(at - bt));
  }
  return largest;
}

/**
 * Share of `sample` that lies outside the central part of `reference`: below its quantile `tail / 2` or above its quantile
 * `1 - tail / 2`, where a quantile is the least value at which the distribution function reaches it. About `tail` when
 * both are alike; near 1 when the reference says little about the sample.
 * Source: Imbens and Rubin 2015, *Causal Inference*, section 14.2 (with tail 0.05).
 */
export function shareOutside(sample: Sample, reference: Sample, tail = 0.05): number {
  if (sample.values.length === 0 || reference.values.length === 0) return Number.NaN;
  const known = steps(reference);
  const low = quantileOf(known, tail / 2);
  const high = quantileOf(known, 1 - tail / 2);
  let [outside, total] = [0, 0];
  for (let i = 0; i < sample.values.length; i++) {
    const weight = sample.weights?.[i] ?? 1;
    total += weight;
    if (sample.values[i]! < low || sample.values[i]! > high) outside += weight;
  }
  return outside / total;
}

/** An empirical distribution function: sorted values and the share of weight up to and with each. */
interface Steps {
  readonly values: Float64Array;
  readonly shares: Float64Array;
}

function steps({ values, weights }: Sample): Steps {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]!,
  );
  const sorted = Float64Array.from(order, (i) => values[i]!);
  const shares = new Float64Array(values.length);
  let total = 0;
  order.forEach((i, place) => {
    total += weights?.[i] ?? 1;
    shares[place] = total;
  });
  return { values: sorted, shares: shares.map((share) => share / total) };
}

function quantileOf({ values, shares }: Steps, p: number): number {
  // A hair, because shares are rounded: 0.1 + 0.2 is not below 0.3.
  const place = shares.findIndex((share) => share >= p - 1e-12);
  return values[place < 0 ? values.length - 1 : place]!;
}
