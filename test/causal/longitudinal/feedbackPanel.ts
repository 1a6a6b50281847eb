/** Panels with treatment-confounder feedback whose true means are known. */
import type { Longitudinal } from "../../../lib/causal/longitudinal";
import { random } from "../../../lib/stats/random";

export interface FeedbackOptions {
  readonly units: number;
  readonly seed: number;
  /** Units of a cluster, which share a part of the outcome. Default 1. */
  readonly clusterSize?: number;
  readonly isCensored?: boolean;
  /** Default 3. */
  readonly periods?: number;
}

/**
 * Hidden trait h, normal. L_t = 0.5 h + 0.6 A_(t-1) + normal; treatment more likely where L_t is high, and after treatment;
 * Y = 2 h + sum over t of A_t + normal. The hidden trait makes L a confounder of later treatments, and earlier ones change
 * L: adjusting for L by plain regression is biased (L is then a collider of h and treatment), leaving it out as well.
 * always - never is exactly the number of periods; each earlier period is worth 1.
 */
export function feedbackPanel(options: FeedbackOptions): Longitudinal {
  const { units, seed, clusterSize = 1, isCensored = false, periods = 3 } = options;
  const draws = random(seed).fork("feedback");
  const table = () => new Float64Array(units * periods);
  const [l, treatment, censored] = [table(), table(), table()];
  const outcome = new Float64Array(units);
  let shared = 0;
  for (let u = 0; u < units; u++) {
    if (clusterSize > 1 && u % clusterSize === 0) shared = draws.normal();
    const h = draws.normal();
    let [before, lost, sum] = [0, 0, 0];
    for (let t = 0; t < periods; t++) {
      const cell = u * periods + t;
      l[cell] = 0.5 * h + 0.6 * before + draws.normal();
      const odds = -0.4 + 0.6 * l[cell] + 0.4 * before;
      before = draws.bernoulli(1 / (1 + Math.exp(-odds))) ? 1 : 0;
      treatment[cell] = before;
      const leaves = 1 / (1 + Math.exp(2.6 - 0.5 * l[cell] - 0.4 * before));
      if (isCensored && draws.bernoulli(leaves)) lost = 1;
      censored[cell] = lost;
      sum += before;
    }
    outcome[u] = lost ? Number.NaN : 2 * h + sum + shared + draws.normal();
  }
  return {
    units,
    periods,
    baseline: {},
    varying: { l },
    treatment,
    outcome,
    ...(isCensored ? { censored } : {}),
    ...(clusterSize > 1
      ? { cluster: Float64Array.from({ length: units }, (_, u) => Math.floor(u / clusterSize)) }
      : {}),
  };
}
