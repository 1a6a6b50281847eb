/** The total effect on the slate by every method that the design supports, one estimate each. */
import type { Row } from "../../loaders/rows";
import { boostedTrees } from "../../stats/boostedTrees";
import { features } from "../../stats/features";
import type { Learner } from "../../stats/learner";
import { linearLearner } from "../../stats/linearLearner";
import { quantile } from "../../stats/quantile";
import { random } from "../../stats/random";
import { adjustedDifference } from "../adjustedDifference";
import { aipw } from "../aipw";
import { cuped } from "../cuped";
import type { Design } from "../design";
import { bernoulli } from "../designs";
import { type Estimate, estimateRows } from "../estimate";
import { type ExposureProbabilities, exposureProbabilities } from "../exposureProbabilities";
import { horvitzThompson } from "../horvitzThompson";
import { finite } from "../panelColumns";
import { randomizationInterval } from "../randomizationInterval";
import { logPopularity } from "./clickModel";
import type { Competition } from "./competition";
import type { Experiment } from "./experiment";
import { itemSet } from "./itemSets";
import { contrastOfTotals, type SlateTotals, slateTotals } from "./slateContrast";
import { type Slates, slateSums } from "./slates";

/** The coin that each slate has, and the probabilities that follow. Made once for many experiments. */
export interface SlateCoin {
  readonly design: Design;
  /** Levels `left alone` and `promoted`. */
  readonly probabilities: ExposureProbabilities;
}

/** An independent coin for each slate. @param probability  of promotion, in [0, 1] */
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
  /** Default 500. */
  readonly bootstrapDraws?: number;
  /** Default 999. */
  readonly randomizationDraws?: number;
  /** Who competes, for the number of rivals as a covariate. Default: the same cluster. */
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
  aipwLinear: "cross-fitted AIPW, least squares",
  aipwTrees: "cross-fitted AIPW, boosted trees",
} as const;

export type TotalMethod = keyof typeof TOTAL_METHODS;

/** `estimateRows` with the method's short name in front, and the true effect behind. */
export function totalEffectRows(
  estimates: Readonly<Record<TotalMethod, Estimate>>,
  known: number,
): Row[] {
  const methods = Object.keys(estimates) as TotalMethod[];
  const rows = estimateRows(methods.map((method) => estimates[method]));
  return rows.map((row, i) => ({ by: TOTAL_METHODS[methods[i]!], ...row, known }));
}

/** What the experiment must tell: who was assigned to what, and who clicked. */
export type Observed = Pick<Experiment, "slates" | "focal" | "treated" | "clicks" | "probability">;

/**
 * Effect of promoting on the clicks of a slate, mean over slates, focal items as they are. Intervals at 95 %. Lin's
 * regression has five covariates that were fixed before the coin: stars and popularity in the slate, stars and position of
 * the focal item, number of its rivals. AIPW learns each arm's clicks from the same five in two folds, and is null where an
 * arm has fewer than 20 slates. The inverted randomization test holds the effect for the same in every slate.
 * @throws Error when no slate, or every slate, is promoted, or for fewer than 2 bootstrap draws
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
  const covariates = covariatesBeforeTheCoin(experiment, options.competition);
  const promoted = treated.reduce((sum, is) => sum + is, 0);
  const smallerArm = Math.min(promoted, slates.count - promoted);
  const doublyRobust = (learner: Learner): Estimate =>
    smallerArm < FEWEST_TO_LEARN_FROM
      ? unlearned(estimand, slates.count)
      : aipw(
          { x: features(covariates), ...data },
          { outcome: learner, propensity: probability, folds: 2, seed, estimand },
        );
  return {
    difference: contrastOfTotals(totals, treated, { estimand, weighting: "total" }),
    lin: adjustedDifference({ ...data, covariates }, { estimand }),
    cuped: cuped({ ...data, covariate: fixedSumsOf(slates).stars }, { estimand }),
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
    aipwLinear: doublyRobust(linearLearner()),
    aipwTrees: doublyRobust(SMALL_TREES),
  };
}

/** Slates of an arm below which AIPW has nothing to learn from. */
const FEWEST_TO_LEARN_FROM = 20;

function unlearned(estimand: string, n: number): Estimate {
  return {
    estimand,
    value: null,
    standardError: null,
    lower: null,
    upper: null,
    level: 0.95,
    method: "AIPW",
    n,
    dropped: 0,
    clusters: n,
    warnings: [`an arm has fewer than ${FEWEST_TO_LEARN_FROM} slates: nothing to learn from`],
  };
}

/** Few and shallow: five covariates and some thousand slates hold no more. */
const SMALL_TREES = boostedTrees({
  task: "regression",
  trees: 25,
  learningRate: 0.15,
  maxLeaves: 6,
  bins: 32,
});

/** Sums over each slate that no assignment changes, worked out once for the same slates. */
const fixedSums = new WeakMap<Slates, { stars: Float64Array; popularity: Float64Array }>();

function fixedSumsOf(slates: Slates) {
  const known = fixedSums.get(slates);
  if (known) return known;
  const made = {
    stars: slateSums(slates, slates.items.relevance),
    popularity: slateSums(slates, logPopularity(slates)),
  };
  fixedSums.set(slates, made);
  return made;
}

/** Five covariates of each slate, J values each. A missing number of ratings counts as 0. */
function covariatesBeforeTheCoin(
  experiment: Pick<Experiment, "slates" | "focal">,
  competition?: Competition,
): Record<string, Float64Array> {
  const { slates, focal } = experiment;
  const atFocal = (values: ArrayLike<number>) => Float64Array.from(focal, (row) => values[row]!);
  return {
    ...fixedSumsOf(slates),
    focal_stars: atFocal(slates.items.relevance),
    focal_position: atFocal(slates.position),
    rivals: slateSums(slates, itemSet(experiment, "same_cluster", { competition })),
  };
}

/**
 * Whole slates drawn again, with the arm they had; the interval is between the 2.5 % and 97.5 % quantiles of the draws. A
 * draw without a slate in one of the arms is left out, and a warning says so.
 */
function bootstrapped(
  totals: SlateTotals,
  treated: Uint8Array,
  { seed, draws, estimand }: { seed: number; draws: number; estimand: string },
): Estimate {
  if (!(Number.isInteger(draws) && draws >= 2)) {
    throw new Error(`A bootstrap has 2 draws or more, not ${draws}.`);
  }
  const { sums } = totals;
  const n = sums.length;
  const treatedSums = sums.map((sum, j) => sum * treated[j]!);
  const stream = random(seed).fork("bootstrap");
  const drawn = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let [sum, sum1, n1] = [0, 0, 0];
    for (let k = 0; k < n; k++) {
      const j = stream.integer(n);
      sum += sums[j]!;
      sum1 += treatedSums[j]!;
      n1 += treated[j]!;
    }
    drawn[draw] = sum1 / n1 - (sum - sum1) / (n - n1);
  }
  const estimates = drawn.filter((value) => !Number.isNaN(value)).sort();
  const empty = draws - estimates.length;
  const mean = estimates.reduce((sum, value) => sum + value, 0) / estimates.length;
  const squares = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const plain = contrastOfTotals(totals, treated, { estimand });
  return {
    estimand,
    value: plain.value,
    standardError: finite(Math.sqrt(squares / (estimates.length - 1))),
    lower: finite(quantile(estimates, 0.025)),
    upper: finite(quantile(estimates, 0.975)),
    level: plain.level,
    method: `difference in means; percentiles of ${estimates.length} bootstrap draws of slates`,
    n: plain.n,
    dropped: plain.dropped,
    clusters: plain.clusters,
    warnings:
      empty === 0
        ? plain.warnings
        : [...plain.warnings, `${empty} of ${draws} draws had no slate in one of the arms`],
  };
}
