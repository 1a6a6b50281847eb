/** The total effect on the slate by every method that the design supports, one estimate each. */
import { random } from "../../stats/random";
import { adjustedDifference } from "../adjustedDifference";
import { cuped } from "../cuped";
import type { Design } from "../design";
import { bernoulli } from "../designs";
import type { Estimate } from "../estimate";
import { type ExposureProbabilities, exposureProbabilities } from "../exposureProbabilities";
import { horvitzThompson } from "../horvitzThompson";
import { randomizationInterval } from "../randomizationInterval";
import { quantile } from "./clusterBootstrap";
import type { Competition } from "./competition";
import type { Experiment } from "./experiment";
import { itemSet } from "./itemSets";
import { contrastOfTotals, type SlateTotals, slateTotals } from "./slateContrast";
import { slateSums } from "./slates";

/** The coin that each slate has, and the probabilities that follow. Made once for many experiments. */
export interface SlateCoin {
  readonly design: Design;
  /** Levels `left alone` and `promoted`. */
  readonly probabilities: ExposureProbabilities;
}

export function slateCoin(slates: number, probability: number): SlateCoin {
  const design = bernoulli(slates, { p: probability });
  const levels = ["left alone", "promoted"];
  const mapping = { levels, exposures: (assignment: Uint8Array) => assignment };
  return { design, probabilities: exposureProbabilities(design, mapping) };
}

export interface TotalEffectsOptions {
  readonly seed: number;
  /** Default: the coin of the experiment's probability. */
  readonly coin?: SlateCoin;
  readonly bootstrapDraws?: number;
  readonly randomizationDraws?: number;
  readonly competition?: Competition;
}

/** Names of the methods, in the order of tables. */
export const TOTAL_METHODS = {
  difference: "difference in means, HC1",
  lin: "regression adjustment (Lin), HC2",
  cuped: "CUPED on the slate's stars",
  horvitzThompson: "Horvitz-Thompson, conservative",
  hajek: "Hajek, conservative",
  bootstrap: "bootstrap over slates, percentiles",
  randomization: "randomization test, inverted",
} as const;

export type TotalMethod = keyof typeof TOTAL_METHODS;

/** What the experiment must tell: who was assigned to what, and who clicked. */
export type Observed = Pick<Experiment, "slates" | "focal" | "treated" | "clicks" | "probability">;

/**
 * Effect of promoting on the clicks of a slate, mean over slates. Covariates of the adjusted methods were fixed before the
 * coin: stars and popularity in the slate, stars and position of the focal item, its rivals.
 */
export function totalEffects(
  experiment: Observed,
  options: TotalEffectsOptions,
): Record<TotalMethod, Estimate> {
  const { slates, treated, clicks, probability } = experiment;
  const { seed, bootstrapDraws = 500, randomizationDraws = 999 } = options;
  const coin = options.coin ?? slateCoin(slates.count, probability);
  const outcome = slateSums(slates, clicks);
  const rows = new Uint8Array(slates.rows).fill(1);
  const totals = slateTotals({ slates, outcome: clicks, rows }, "total");
  const estimand = "total effect on the slate, clicks per slate";
  const data = { treatment: treated, outcome };
  const exposed = { outcome, exposure: treated, probabilities: coin.probabilities };
  const contrast = ["promoted", "left alone"] as const;
  return {
    difference: contrastOfTotals(totals, treated, { estimand, weighting: "total" }),
    lin: adjustedDifference(
      { ...data, covariates: covariatesBeforeTheCoin(experiment, options.competition) },
      { estimand },
    ),
    cuped: cuped({ ...data, covariate: slateSums(slates, slates.items.relevance) }, { estimand }),
    horvitzThompson: {
      ...horvitzThompson(exposed, { contrast, estimator: "horvitz-thompson" }),
      estimand,
    },
    hajek: { ...horvitzThompson(exposed, { contrast, estimator: "hajek" }), estimand },
    bootstrap: bootstrapped(totals, treated, { seed, draws: bootstrapDraws, estimand }),
    randomization: randomizationInterval(
      { design: coin.design, assignment: treated, outcome },
      { draws: randomizationDraws, seed, estimand },
    ),
  };
}

/** Five covariates of each slate, J values each. A missing user rate or the like plays no part. */
function covariatesBeforeTheCoin(
  experiment: Pick<Experiment, "slates" | "focal">,
  competition?: Competition,
): Record<string, Float64Array> {
  const { slates, focal } = experiment;
  const { items } = slates;
  const popularity = items.ratingCount.map((count) => Math.log1p(Number.isNaN(count) ? 0 : count));
  const atFocal = (values: ArrayLike<number>) => Float64Array.from(focal, (row) => values[row]!);
  return {
    stars: slateSums(slates, items.relevance),
    popularity: slateSums(slates, popularity),
    focal_stars: atFocal(items.relevance),
    focal_position: atFocal(slates.position),
    rivals: slateSums(slates, itemSet(experiment, "same_cluster", { competition })),
  };
}

/** Whole slates drawn again; the interval is between the 2.5 % and 97.5 % quantiles of the draws. */
function bootstrapped(
  totals: SlateTotals,
  treated: Uint8Array,
  { seed, draws, estimand }: { seed: number; draws: number; estimand: string },
): Estimate {
  const { sums } = totals;
  const n = sums.length;
  const stream = random(seed).fork("bootstrap");
  const estimates = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let [sum1, sum0, n1] = [0, 0, 0];
    for (let k = 0; k < n; k++) {
      const j = stream.integer(n);
      if (treated[j] === 1) {
        sum1 += sums[j]!;
        n1++;
      } else sum0 += sums[j]!;
    }
    estimates[draw] = sum1 / n1 - sum0 / (n - n1);
  }
  estimates.sort();
  const mean = estimates.reduce((sum, value) => sum + value, 0) / draws;
  const squares = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    ...contrastOfTotals(totals, treated, { estimand }),
    standardError: Math.sqrt(squares / (draws - 1)),
    lower: quantile(estimates, 0.025),
    upper: quantile(estimates, 0.975),
    method: `difference in means; percentiles of ${draws} bootstrap draws of slates`,
  };
}
