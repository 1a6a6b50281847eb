/** The bootstrap over slates: whole slates are drawn again, with all their rows. */

import type { Row } from "../../loaders/rows";
import { quantile } from "../../stats/quantile";
import { type Random, random } from "../../stats/random";
import { finite } from "../panelColumns";
import { CONTRASTS, type Contrast, type OutcomeType, outcomeOf } from "./contrastEstimates";
import { COURSE_SEED, type Experiment } from "./experiment";
import { type ItemSetOptions, itemSet } from "./itemSets";
import { type SlateTotals, slateTotals } from "./slateContrast";

export interface BootstrapDraws {
  readonly contrast: Contrast;
  readonly outcome: OutcomeType;
  /** One estimate a draw. */
  readonly estimates: Float64Array;
  /** Draws in which an arm had no row; they are left out of `estimates`. */
  readonly empty: number;
}

export interface BootstrapOptions extends ItemSetOptions {
  /** Default 500. */
  readonly draws?: number;
  /** Seed of the first contrast; contrast number c has seed + c. Default: the course's. */
  readonly seed?: number;
  /** Default `observed`. */
  readonly outcome?: OutcomeType;
  /** Default: those of the course. */
  readonly contrasts?: readonly Contrast[];
}

/**
 * For each contrast: draws as many slates as have a row in its set, with replacement, and takes the difference of the
 * pooled means, `draws` times. Slates keep their arm, so the sizes of the arms vary as they did in the design.
 * @throws Error for fewer than 2 draws, or a contrast without a row in one of the arms
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
    const rows = itemSet(experiment, contrast.set, options);
    const y = outcomeOf(experiment, outcome);
    const totals = slateTotals({ slates, outcome: y, rows }, contrast.weighting);
    const own = Int32Array.from(treated.keys()).filter((j) => totals.rows[j]! > 0);
    for (const arm of [0, 1]) {
      if (own.some((j) => treated[j] === arm)) continue;
      throw new Error(
        `${contrast.label}: no row in ${arm === 1 ? "promoted" : "other"} slates. A contrast needs both.`,
      );
    }
    const stream = random(seed + c);
    const drawn = Array.from({ length: draws }, () => resampled(totals, treated, own, stream));
    const estimates = Float64Array.from(drawn.filter((value) => !Number.isNaN(value)));
    return { contrast, outcome, estimates, empty: draws - estimates.length };
  });
}

/** The difference of means in one draw of slates; NaN when an arm came out empty. */
function resampled(
  { sums, rows }: SlateTotals,
  treated: Uint8Array,
  own: Int32Array,
  stream: Random,
): number {
  let [sum1, rows1, sum0, rows0] = [0, 0, 0, 0];
  for (let k = 0; k < own.length; k++) {
    const j = own[stream.integer(own.length)]!;
    if (treated[j] === 1) {
      sum1 += sums[j]!;
      rows1 += rows[j]!;
    } else {
      sum0 += sums[j]!;
      rows0 += rows[j]!;
    }
  }
  return sum1 / rows1 - sum0 / rows0;
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

/** One row a contrast: mean, standard deviation (n - 1), the 2.5 % and 97.5 % quantiles, draws. Null without draws. */
export function bootstrapSummary(bootstraps: readonly BootstrapDraws[]): Row[] {
  return bootstraps.map(({ contrast, outcome, estimates }) => {
    const sorted = Float64Array.from(estimates).sort();
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      contrast: contrast.label,
      outcome,
      bootstrap_mean: finite(mean),
      bootstrap_se: sorted.length < 2 ? null : Math.sqrt(squares / (sorted.length - 1)),
      ci_low: finite(quantile(sorted, 0.025)),
      ci_high: finite(quantile(sorted, 0.975)),
      draws: sorted.length,
    };
  });
}
