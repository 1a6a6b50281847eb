/** The bootstrap over slates: whole slates are drawn again, with all their rows. */
import type { Row } from "../../loaders/rows";
import { random } from "../../stats/random";
import { CONTRASTS, type Contrast, type OutcomeType, outcomeOf } from "./contrastEstimates";
import { COURSE_SEED, type Experiment } from "./experiment";
import { itemSet } from "./itemSets";
import { slateTotals } from "./slateContrast";

export interface BootstrapDraws {
  readonly contrast: Contrast;
  readonly outcome: OutcomeType;
  /** One estimate a draw. */
  readonly estimates: Float64Array;
  /** Draws in which an arm had no row; they are left out of `estimates`. */
  readonly empty: number;
}

export interface BootstrapOptions {
  /** Default 500. */
  readonly draws?: number;
  /** Seed of the first contrast; contrast number c has seed + c. Default: the course's. */
  readonly seed?: number;
  readonly outcome?: OutcomeType;
  readonly contrasts?: readonly Contrast[];
}

/**
 * For each contrast: draws as many slates as have a row in its set, with replacement, and takes the difference of the
 * pooled means, `draws` times. Arms keep their slates' treatment, so their sizes vary as they did in the design.
 */
export function clusterBootstrap(
  experiment: Experiment,
  options: BootstrapOptions = {},
): BootstrapDraws[] {
  const { draws = 500, seed = COURSE_SEED, outcome = "observed", contrasts = CONTRASTS } = options;
  if (!(Number.isInteger(draws) && draws >= 2)) {
    throw new Error(`A bootstrap has 2 draws or more, not ${draws}.`);
  }
  const { slates, treated } = experiment;
  return contrasts.map((contrast, c) => {
    const totals = slateTotals(
      { slates, outcome: outcomeOf(experiment, outcome), rows: itemSet(experiment, contrast.set) },
      contrast.weighting,
    );
    const own = Int32Array.from(treated.keys()).filter((j) => totals.rows[j]! > 0);
    const stream = random(seed + c);
    const estimates: number[] = [];
    for (let draw = 0; draw < draws; draw++) {
      const sums = [0, 0];
      const rows = [0, 0];
      for (let k = 0; k < own.length; k++) {
        const j = own[stream.integer(own.length)]!;
        const arm = treated[j]!;
        sums[arm]! += totals.sums[j]!;
        rows[arm]! += totals.rows[j]!;
      }
      if (rows[0]! > 0 && rows[1]! > 0) estimates.push(sums[1]! / rows[1]! - sums[0]! / rows[0]!);
    }
    return {
      contrast,
      outcome,
      estimates: Float64Array.from(estimates),
      empty: draws - estimates.length,
    };
  });
}

/** One row a draw: contrast, outcome, bootstrap_draw, estimate. */
export function bootstrapRows(bootstraps: readonly BootstrapDraws[]): Row[] {
  return bootstraps.flatMap(({ contrast, outcome, estimates }) =>
    Array.from(estimates, (estimate, draw) => ({
      contrast: contrast.label,
      outcome,
      bootstrap_draw: draw,
      estimate,
    })),
  );
}

/** One row a contrast: mean, standard deviation (n - 1), the 2.5 % and 97.5 % quantiles, draws. */
export function bootstrapSummary(bootstraps: readonly BootstrapDraws[]): Row[] {
  return bootstraps.map(({ contrast, outcome, estimates }) => {
    const sorted = Float64Array.from(estimates).sort();
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      contrast: contrast.label,
      outcome,
      bootstrap_mean: mean,
      bootstrap_se: Math.sqrt(squares / (sorted.length - 1)),
      ci_low: quantile(sorted, 0.025),
      ci_high: quantile(sorted, 0.975),
      draws: sorted.length,
    };
  });
}

/** Quantile of ascending values by linear interpolation at (n - 1) p, as numpy and pandas have it. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
