/** Rows whose effects are known, for the tests of estimators. */
import type { CausalData } from "../../lib/causal/crossFit";
import { random } from "../../lib/stats/random";

export interface SimulatedTrial extends CausalData {
  readonly treatment: Uint8Array;
  readonly outcome: Float64Array;
  readonly effect: Float64Array;
  /** True probability of treatment. */
  readonly e: Float64Array;
}

export interface TrialOptions {
  readonly seed: number;
  /** Effect of a row with these covariates. */
  readonly effect: (a: number, b: number) => number;
  /** Probability of treatment. Default 0.5. */
  readonly propensity?: (a: number, b: number) => number;
  /** Rows of a cluster, which share a part of the outcome. Default: no clusters. */
  readonly clusterSize?: number;
}

/** Covariates a, b uniform on [-1, 1]; outcome a + b^2 + T effect + noise of variance 1. */
export function simulatedTrial(rows: number, options: TrialOptions): SimulatedTrial {
  const { seed, effect, propensity = () => 0.5, clusterSize } = options;
  const draws = random(seed).fork("trial");
  const values = new Float64Array(2 * rows);
  const columns = { treatment: new Uint8Array(rows), outcome: new Float64Array(rows) };
  const truth = { effect: new Float64Array(rows), e: new Float64Array(rows) };
  const cluster = Int32Array.from({ length: rows }, (_, i) => Math.floor(i / (clusterSize ?? 1)));
  let shared = 0;
  for (let i = 0; i < rows; i++) {
    const [a, b] = [2 * draws.uniform() - 1, 2 * draws.uniform() - 1];
    if (clusterSize && i % clusterSize === 0) shared = draws.normal();
    values.set([a, b], 2 * i);
    truth.effect[i] = effect(a, b);
    truth.e[i] = propensity(a, b);
    columns.treatment[i] = draws.bernoulli(truth.e[i]!) ? 1 : 0;
    const change = columns.treatment[i]! * truth.effect[i]!;
    columns.outcome[i] = a + b * b + change + draws.normal() + shared;
  }
  const x = { rows, names: ["a", "b"], values };
  return { x, ...columns, ...truth, ...(clusterSize ? { cluster } : {}) };
}
