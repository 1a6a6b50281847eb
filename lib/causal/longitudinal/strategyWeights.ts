/** How much each unit counts for a strategy: the probability of its treatments under the strategy over that under nature. */
import { isAtRisk, isRetained, isTreatable, type Longitudinal } from "./longitudinalData";
import type { Strategy } from "./strategies";
import { strategyProbability } from "./strategyView";

export interface ClippedProbabilities {
  /** P(A_t = 1 | past); 0 where no treatment was possible. */
  readonly propensity: Float64Array;
  /** P(not lost | past, A_t); null in panels without censoring. */
  readonly staying: Float64Array | null;
  /** Values that were clipped. */
  readonly clipped: number;
}

/**
 * @param lost  P(C_t = 1 | past, A_t)
 * @param clip  bounds of the probability of treatment; the lower one also of that of staying. 0 and 1 for none.
 * @throws Error for impossible bounds
 */
export function clipProbabilities(
  data: Longitudinal,
  treated: Float64Array,
  lost: Float64Array | undefined,
  [low, high]: readonly [number, number],
): ClippedProbabilities {
  if (!(low >= 0 && low < high && high <= 1)) {
    throw new Error(`Clip bounds are 0 < low < high < 1, not [${low}, ${high}].`);
  }
  const { units, periods } = data;
  const propensity = new Float64Array(units * periods);
  const staying = lost ? new Float64Array(units * periods) : null;
  let clipped = 0;
  const inside = (p: number, greatest: number) => {
    if (p < low || p > greatest) clipped++;
    return Math.min(Math.max(p, low), greatest);
  };
  for (let u = 0; u < units; u++) {
    for (let t = 0; t < periods && isAtRisk(data, u, t); t++) {
      const cell = u * periods + t;
      if (isTreatable(data, u, t)) propensity[cell] = inside(treated[cell], high);
      if (staying && lost) staying[cell] = inside(1 - lost[cell], 1);
    }
  }
  return { propensity, staying, clipped };
}

/**
 * For each unit and period the product, up to and with it, of P*(A_s) / P(A_s | past) and 1(not lost) / P(not lost): 0 from
 * the period on in which the unit does not do as the strategy says or is lost. Not stabilized.
 */
export function strategyWeights(
  data: Longitudinal,
  strategy: Strategy,
  propensity: Float64Array,
  staying: Float64Array | null,
): Float64Array {
  const { units, periods, treatment } = data;
  const everyone = Int32Array.from({ length: units }, (_, u) => u);
  const weights = new Float64Array(units * periods);
  for (let t = 0; t < periods; t++) {
    const there = everyone.filter((u) => isRetained(data, u, t));
    const asked = strategyProbability(strategy, data, t, there, propensity);
    for (let i = 0; i < there.length; i++) {
      const u = there[i];
      const cell = u * periods + t;
      const before = t === 0 ? 1 : weights[cell - 1];
      let factor = 1;
      if (isTreatable(data, u, t)) {
        const isTreated = treatment[cell] === 1;
        const star = isTreated ? asked[i] : 1 - asked[i];
        factor = star === 0 ? 0 : star / (isTreated ? propensity[cell] : 1 - propensity[cell]);
      }
      weights[cell] = (before * factor) / (staying ? staying[cell] : 1);
    }
  }
  return weights;
}
