/** Bootstrap over whole units, or whole clusters of them, with everything estimated anew in each draw. */
import { numbered } from "../../stats/numbered";
import { random } from "../../stats/random";
import { bootstrapInterval } from "../bootstrapInterval";
import type { Estimate } from "../estimate";
import { finite } from "../panelColumns";
import type { Longitudinal } from "./longitudinalData";

export interface BootstrapOptions {
  /** Number of draws, from 2 on; some 200 for a standard error, 1,000 for the bounds of an interval. */
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BootstrapDraws {
  /** [statistic][draw], without the draws that failed. */
  readonly values: readonly Float64Array[];
  /** Draws in which a statistic could not be computed. */
  readonly failed: number;
  readonly warnings: readonly string[];
}

/**
 * Draws as many clusters (units) with replacement as there are, and computes statistics of each draw. A unit comes with its
 * weight, the number of times its cluster was drawn; weight 0 is as if it were not there.
 * @param statistics  what is computed; all draws give as many numbers
 * @throws Error for fewer than 2 draws, or when more than half of the draws fail
 */
export function unitBootstrap(
  data: Pick<Longitudinal, "units" | "cluster">,
  { draws, seed, onProgress }: BootstrapOptions,
  statistics: (weights: Float64Array) => ArrayLike<number>,
): BootstrapDraws {
  if (!(Number.isInteger(draws) && draws >= 2)) {
    throw new Error(`The number of bootstrap draws is a whole number from 2 on, not ${draws}.`);
  }
  const { cluster, clusters } = numberedClusters(data);
  const chance = random(seed).fork("bootstrap");
  const rows: ArrayLike<number>[] = [];
  let reason = "";
  for (let draw = 0; draw < draws; draw++) {
    const drawn = new Float64Array(clusters);
    const own = chance.fork(draw);
    for (let g = 0; g < clusters; g++) drawn[own.integer(clusters)]++;
    try {
      const row = statistics(Float64Array.from(cluster, (g) => drawn[g]));
      if (Array.from(row).some((value) => !Number.isFinite(value))) {
        throw new Error("a statistic is not a finite number");
      }
      rows.push(row);
    } catch (error) {
      reason ||= (error as Error).message;
    }
    onProgress?.(draw + 1, draws);
  }
  const failed = draws - rows.length;
  if (failed > draws / 2) {
    throw new Error(`${failed} of ${draws} bootstrap draws failed, the first with: ${reason}`);
  }
  const values = Array.from({ length: rows[0].length }, (_, k) =>
    Float64Array.from(rows, (row) => row[k]),
  );
  const warnings =
    failed > 0
      ? [`${failed} of ${draws} bootstrap draws failed (${reason}) and were left out`]
      : [];
  return { values, failed, warnings };
}

/** Cluster of each unit, numbered 0, 1, ...; each unit its own where there are none. */
export function numberedClusters({ units, cluster }: Pick<Longitudinal, "units" | "cluster">): {
  cluster: Int32Array;
  clusters: number;
} {
  if (!cluster)
    return { cluster: Int32Array.from({ length: units }, (_, u) => u), clusters: units };
  const { index, count } = numbered(cluster);
  return { cluster: index, clusters: count };
}

/** An estimate with the standard error and percentile interval of its bootstrap draws, or without any. */
export function withBootstrap(
  estimate: Omit<Estimate, "standardError" | "lower" | "upper">,
  draws?: Float64Array,
): Estimate {
  if (!draws) {
    return {
      ...estimate,
      method: `${estimate.method}; no standard error (ask for a bootstrap)`,
      standardError: null,
      lower: null,
      upper: null,
    };
  }
  const { standardError, lower, upper } = bootstrapInterval(draws, estimate.level);
  return {
    ...estimate,
    method: `${estimate.method}; percentile interval of ${draws.length} bootstrap draws of whole ${estimate.clusters < estimate.n ? "clusters" : "units"}, all models refitted`,
    standardError: finite(standardError),
    lower: finite(lower),
    upper: finite(upper),
  };
}
