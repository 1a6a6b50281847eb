/** A tiny system of binary variables, and the g-formula worked out from its counts alone. */
import type { Longitudinal } from "../../../lib/causal/longitudinal/longitudinalData";
import type { Features } from "../../../lib/stats/features";
import type { Learner } from "../../../lib/stats/learner";
import { random } from "../../../lib/stats/random";

/** The saturated model: the mean of each cell of features. */
export const cellMeans: Learner = {
  name: "cell means",
  fit: (x, y, { weights } = {}) => {
    const cells = new Map<number, [number, number]>();
    const keys = keysOf(x, x.names);
    for (let i = 0; i < x.rows; i++) {
      const w = weights?.[i] ?? 1;
      if (w === 0) continue;
      const cell = cells.get(keys[i]) ?? [0, 0];
      cells.set(keys[i], [cell[0] + w * y[i], cell[1] + w]);
    }
    return {
      warnings: [],
      predict: (given) =>
        keysOf(given, x.names).map((key) => {
          const cell = cells.get(key);
          if (!cell) throw new Error(`No row has ${x.names.join(", ")} like ${key}.`);
          return cell[0] / cell[1];
        }),
    };
  },
};

/** Values 0 and 1 as binary digits. */
function keysOf(x: Features, names: readonly string[]): Float64Array {
  const width = x.names.length;
  const places = names.map((name) => x.names.indexOf(name));
  return Float64Array.from({ length: x.rows }, (_, i) =>
    places.reduce((key, j) => 2 * key + x.values[i * width + j], 1),
  );
}

export interface BinaryOptions {
  readonly units: number;
  readonly periods: number;
  readonly seed: number;
  readonly isCensored?: boolean;
  readonly isBinary?: boolean;
}

/** Covariate L with feedback: treatment depends on L, the next L on treatment, and the outcome on all of them. */
export function binarySystem({ units, periods, seed, isCensored, isBinary }: BinaryOptions) {
  const draws = random(seed).fork("binary system");
  const table = () => new Float64Array(units * periods);
  const [l, a, c] = [table(), table(), table()];
  const outcome = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    let [before, treated, lost] = [0, 0, 0];
    let sum = 0;
    for (let t = 0; t < periods; t++) {
      const cell = u * periods + t;
      l[cell] = Number(draws.bernoulli(0.3 + 0.25 * before + 0.25 * treated));
      a[cell] = Number(draws.bernoulli(0.25 + 0.3 * l[cell] + 0.15 * treated));
      lost ||= isCensored ? Number(draws.bernoulli(0.05 + 0.1 * l[cell] + 0.1 * a[cell])) : 0;
      c[cell] = lost;
      [before, treated] = [l[cell], a[cell]];
      sum += (t + 1) * (l[cell] + 0.7 * a[cell] + 0.4 * l[cell] * a[cell]);
    }
    const p = 1 / (1 + Math.exp(2 - sum / periods));
    outcome[u] = isBinary ? Number(draws.bernoulli(p)) : 10 * p + draws.uniform();
    if (lost) outcome[u] = Number.NaN;
  }
  const data: Longitudinal = {
    units,
    periods,
    baseline: {},
    varying: { l },
    treatment: a,
    outcome,
    ...(isCensored ? { censored: c } : {}),
  };
  return data;
}

/** Probability of treatment given own L's and A's so far; l has one entry more than a. */
export type Rule = (l: readonly number[], a: readonly number[]) => number;

/**
 * sum over paths of  E[Y | l, a, not lost]  *  prod of P(l_t | past, not lost) P*(a_t | past), from relative frequencies: straight
 * from the definition, by recursion over histories.
 */
export function gFormulaByHand(data: Longitudinal, rule: Rule): number {
  const { units, periods, treatment, outcome, censored } = data;
  const value = (t: number, l: number[], a: number[], there: readonly number[]): number => {
    if (there.length === 0) throw new Error(`Nobody has l = ${l}, a = ${a}.`);
    if (t === periods) return there.reduce((sum, u) => sum + outcome[u], 0) / there.length;
    let total = 0;
    for (const one of [0, 1]) {
      const own = there.filter((u) => data.varying.l[u * periods + t] === one);
      const p = rule([...l, one], a);
      for (const act of [0, 1]) {
        const weight = (own.length / there.length) * (act === 1 ? p : 1 - p);
        if (weight === 0) continue;
        const next = own.filter(
          (u) => treatment[u * periods + t] === act && !censored?.[u * periods + t],
        );
        total += weight * value(t + 1, [...l, one], [...a, act], next);
      }
    }
    return total;
  };
  return value(
    0,
    [],
    [],
    Array.from({ length: units }, (_, u) => u),
  );
}

/** Share of the treated among those with this history. */
export function frequency(data: Longitudinal, l: readonly number[], a: readonly number[]): number {
  const t = l.length - 1;
  let [treated, all] = [0, 0];
  for (let u = 0; u < data.units; u++) {
    const cell = (s: number) => u * data.periods + s;
    if (data.censored && t > 0 && data.censored[cell(t - 1)] === 1) continue;
    if (l.some((value, s) => data.varying.l[cell(s)] !== value)) continue;
    if (a.some((value, s) => data.treatment[cell(s)] !== value)) continue;
    all++;
    treated += data.treatment[cell(t)];
  }
  return treated / all;
}
