/** The constant effects that a randomization test does not reject. */
import type { Estimate } from "./estimate";
import {
  checkAssignment,
  compared,
  differenceInMeans,
  type RandomizationOptions,
  type RandomizedData,
} from "./randomizationTest";

export interface IntervalOptions
  extends Pick<RandomizationOptions, "draws" | "seed" | "enumerateUpTo"> {
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  readonly estimand?: string;
}

/**
 * Confidence set for a constant effect tau: all tau that the two-sided {@link randomizationTest} of the difference in
 * means does not reject at 1 - level, with the same draws for every tau. No grid: with a and a' the differences in
 * means of the outcome under the observed assignment and under a draw, and b' that of the observed assignment itself
 * under the draw, the draw is at least as extreme as the observed assignment when
 *
 *     |a' - tau b'| >= |a - tau|
 *
 * which, as |b'| <= 1, holds on an interval of tau around a. The p-value therefore falls on both sides of a, and the
 * end points of the set are order statistics of the draws' end points: a + c' / (1 + b') or a - c' / (1 - b') for
 * c' = a' - a b' of the fitting sign. Cost: one pass over the units a draw, and a sort.
 *
 * Where the draws are too few to reject any tau the bound is null with a warning. There is no standard error.
 * Source: Rosenbaum 2002, Observational Studies, section 2.6.
 * @throws Error when the seed is missing and needed, lengths differ, or nobody or everybody is treated
 */
export function randomizationInterval(
  { design, assignment, outcome }: RandomizedData,
  options: IntervalOptions = {},
): Estimate {
  const { level = 0.95, estimand = "constant effect, treated minus untreated" } = options;
  checkAssignment(design, assignment);
  const n = design.units;
  if (outcome.length !== n) throw new Error(`There are ${outcome.length} outcomes for ${n} units.`);
  if (!(level > 0 && level < 1))
    throw new Error(`The confidence level is in (0, 1), not ${level}.`);
  const y = Float64Array.from(outcome);
  const a = differenceInMeans(y, assignment);
  if (!Number.isFinite(a)) {
    throw new Error("There are no treated or no untreated units, or an outcome is missing.");
  }
  let sumY = 0;
  let treated = 0;
  let scale = 0;
  for (let i = 0; i < n; i++) {
    sumY += y[i]!;
    treated += assignment[i]!;
    scale = Math.max(scale, Math.abs(y[i]!));
  }

  const { list, method } = compared(design, options);
  const isExact = method === "exact";
  const lower: number[] = [];
  const upper: number[] = [];
  const chances: number[] = [];
  let total = isExact ? 0 : 1;
  for (const { z, chance } of list) {
    let [count, own, both] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const here = z[i]!;
      count += here;
      own += here * y[i]!;
      both += here & assignment[i]!;
    }
    if (count === 0 || count === n) continue;
    const moved = own / count - (sumY - own) / (n - count);
    const b = both / count - (treated - both) / (n - count);
    const c = moved - a * b;
    total += chance;
    chances.push(chance);
    // The observed assignment and its mirror image are as extreme at any tau.
    if (Math.abs(b) > 1 - 1e-12) {
      upper.push(Number.POSITIVE_INFINITY);
      lower.push(Number.POSITIVE_INFINITY);
    } else if (Math.abs(c) < 1e-13 * scale) {
      upper.push(0);
      lower.push(0);
    } else {
      upper.push(c > 0 ? c / (1 + b) : -c / (1 - b));
      lower.push(c > 0 ? c / (1 - b) : -c / (1 + b));
    }
  }
  const up = reach(upper, chances, total, 1 - level, isExact ? 0 : 1);
  const down = reach(lower, chances, total, 1 - level, isExact ? 0 : 1);
  const isOpen = !Number.isFinite(up) || !Number.isFinite(down);
  return {
    estimand,
    value: a,
    standardError: null,
    lower: Number.isFinite(down) ? a - down : null,
    upper: Number.isFinite(up) ? a + up : null,
    level,
    method: `difference in means; inverted randomization test, ${isExact ? "exact" : `${chances.length} draws`}`,
    n,
    dropped: 0,
    clusters: design.blocks?.length ?? 1,
    warnings: isOpen ? ["too few assignments to reject any effect: the set has no bound"] : [],
  };
}

/** The largest distance at which the draws that reach at least as far still have more than alpha of the total. */
function reach(
  ends: readonly number[],
  chances: readonly number[],
  total: number,
  alpha: number,
  observed: number,
): number {
  const order = Uint32Array.from(ends, (_, k) => k).sort((j, k) => ends[k]! - ends[j]!);
  // Sums of probabilities may miss alpha by rounding.
  const needed = alpha * total * (1 + 1e-12);
  let held = observed;
  if (held > needed) return Number.POSITIVE_INFINITY;
  for (const k of order) {
    held += chances[k]!;
    if (held > needed) return ends[k]!;
  }
  return 0;
}
