/** Bootstrap over whole clusters of a weighted difference, with weights kept or made anew in each draw. */
import { glm } from "../stats/glm";
import { numbered } from "../stats/numbered";
import { random } from "../stats/random";
import { type BootstrapInterval, bootstrapInterval } from "./bootstrapInterval";
import type { WeightedDifferenceInput } from "./weightedDifference";

/** Weights of all rows for a draw in which row i counts `counts[i]` times; rows that count 0 times may have any. */
export type DrawnWeights = (counts: Float64Array) => ArrayLike<number>;

export interface WeightedBootstrapOptions {
  readonly draws: number;
  readonly seed: number;
  /** Makes the weights of a draw. Default: those of the input, kept. */
  readonly weights?: DrawnWeights;
  /** Confidence level of the percentile interval. Default 0.95. */
  readonly level?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WeightedBootstrap extends BootstrapInterval {
  /** The difference in each draw, in their order. */
  readonly draws: Float64Array;
  readonly level: number;
}

/**
 * Draws as many clusters with replacement as there are, a cluster with all its rows, and fits the regression of
 * `weightedDifference` to each draw. A row that is drawn k times has k times its weight.
 * Source: Cameron, Gelbach and Miller 2008, doi:10.1162/rest.90.3.414 (pairs cluster bootstrap).
 * @throws Error for fewer than 2 draws; when a draw has one arm only, it says which
 */
export function weightedBootstrap(
  input: WeightedDifferenceInput,
  options: WeightedBootstrapOptions,
): WeightedBootstrap {
  const { draws, seed, weights: made, level = 0.95, onProgress } = options;
  if (!(Number.isInteger(draws) && draws >= 2)) {
    throw new Error(`The number of draws is a whole number from 2 on, not ${draws}.`);
  }
  const { treatment, outcome, covariates = {} } = input;
  const own = input.weights ?? new Float64Array(outcome.length).fill(1);
  const { index, count: clusters } = numbered(input.cluster);
  const chance = random(seed).fork("weighted bootstrap");
  const values = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    const counts = drawn(index, clusters, chance.fork(draw));
    const weights = made ? made(counts) : own;
    const fitted = glm(
      {
        outcome,
        columns: { treatment, ...covariates },
        weights: counts.map((count, i) => (count === 0 ? 0 : count * weights[i]!)),
      },
      { family: "gaussian", covariance: "classical", collinear: "drop" },
    );
    const at = fitted.names.indexOf("treatment");
    if (at < 0) throw new Error(`Draw ${draw + 1} has one arm only: there are too few clusters.`);
    values[draw] = fitted.coefficients[at]!;
    onProgress?.(draw + 1, draws);
  }
  return { draws: values, level, ...bootstrapInterval(values, level) };
}

function drawn(
  index: Int32Array,
  clusters: number,
  chance: ReturnType<typeof random>,
): Float64Array {
  const times = new Float64Array(clusters);
  for (let g = 0; g < clusters; g++) times[chance.integer(clusters)]!++;
  return Float64Array.from(index, (g) => times[g]!);
}
