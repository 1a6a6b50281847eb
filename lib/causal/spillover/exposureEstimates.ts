/** Effects of exposures weighted by their probabilities, and tests of whether exposures matter at all. */
import type { Row } from "../../loaders/rows";
import type { Estimate } from "../estimate";
import type { ExposureProbabilities } from "../exposureProbabilities";
import { horvitzThompson } from "../horvitzThompson";
import { interferenceTest } from "../interferenceTest";
import { randomizationTest } from "../randomizationTest";
import type { Experiment } from "./experiment";
import { exposureOf } from "./exposure";
import { itemSet } from "./itemSets";
import { slateContrast } from "./slateContrast";
import { slateSums } from "./slates";
import { slateCoin } from "./totalEffects";

const EXPOSURES = ["direct_promoted", "same_cluster_spillover", "other_slate_spillover"] as const;

/**
 * Each exposure against being in a slate that is left alone, by Horvitz-Thompson and by Hajek, on observed clicks. The mean
 * is over all rows that can have both: every promotable item for `direct_promoted`, every item with a promotable rival
 * for `same_cluster_spillover`.
 * @param probabilities  of `focalExposureProbabilities`, under the experiment's own design
 */
export function exposureEstimates(
  { slates, promoted, clicks }: Experiment,
  probabilities: ExposureProbabilities,
): Estimate[] {
  const { group } = exposureOf(slates, promoted);
  return EXPOSURES.flatMap((exposure) =>
    (["horvitz-thompson", "hajek"] as const).map((estimator) => ({
      ...horvitzThompson(
        { outcome: clicks, exposure: group, probabilities },
        { contrast: [exposure, "unchanged_non_focal"], estimator },
      ),
      estimand: `${exposure} against a slate left alone, clicks per item`,
    })),
  );
}

export interface TestOptions {
  readonly seed: number;
  /** Draws of the coins. Default 999. */
  readonly draws?: number;
}

/**
 * Randomization tests, one row each: test, null_hypothesis, statistic, p_value, assignments (compared with the observed
 * one). The statistic is the difference in means of the slates' clicks on the set. All tests redraw the coins of slates. The
 * tests of no interference keep every unit's own treatment: items that are not focal are never promoted, whatever the coins
 * say, so under the null hypothesis their clicks do not depend on the coins.
 */
export function randomizationTests(experiment: Experiment, options: TestOptions): Row[] {
  const { slates, clicks, treated, probability } = experiment;
  const { seed, draws = 999 } = options;
  const { design } = slateCoin(slates.count, probability);
  const sums = (set: Parameters<typeof itemSet>[1]) => {
    const rows = itemSet(experiment, set);
    return slateSums(
      slates,
      Float64Array.from(clicks, (click, i) => click * rows[i]!),
    );
  };
  const row = (
    test: string,
    nullHypothesis: string,
    result: ReturnType<typeof randomizationTest>,
  ) => ({
    test,
    null_hypothesis: nullHypothesis,
    statistic: result.statistic,
    p_value: result.pValue,
    assignments: result.assignments,
  });
  const fisher = (set: "focal" | "all") =>
    randomizationTest({ design, assignment: treated, outcome: sums(set) }, { draws, seed });
  const interference = (set: "non_focal" | "same_cluster" | "other_cluster") =>
    interferenceTest(
      { design, assignment: treated, outcome: sums(set) },
      { dose: (assignment) => assignment, draws, seed },
    );
  return [
    row("Fisher, focal items", "promotion changes no click on focal items", fisher("focal")),
    row("Fisher, slates", "promotion changes no slate's clicks", fisher("all")),
    row(
      "no interference",
      "clicks on other items do not depend on the coin",
      interference("non_focal"),
    ),
    row(
      "no interference, rivals",
      "clicks on items of the focal cluster do not depend on the coin",
      interference("same_cluster"),
    ),
    row(
      "no interference, others",
      "clicks on items of other clusters do not depend on the coin",
      interference("other_cluster"),
    ),
  ];
}

/**
 * One effect under three weightings, for the sets whose size differs between slates: every row equal, every slate's mean
 * equal, every slate's total equal. They answer different questions and are named apart.
 */
export function weightingRows(experiment: Experiment): Row[] {
  const { slates, treated, clicks, lift } = experiment;
  const names = {
    row: "clicks per item, every item equal",
    slate: "clicks per item, every slate equal",
    total: "clicks per slate",
  } as const;
  return (["same_cluster", "displaced", "non_focal"] as const).flatMap((set) =>
    (["row", "slate", "total"] as const).map((weighting) => {
      const rows = itemSet(experiment, set);
      const observed = slateContrast({ slates, treated, outcome: clicks, rows }, { weighting });
      const known = slateContrast({ slates, treated, outcome: lift, rows }, { weighting });
      return {
        items: set,
        weighting,
        estimand: names[weighting],
        estimate: observed.value,
        standard_error: observed.standardError,
        ci_low: observed.lower,
        ci_high: observed.upper,
        known_lift: known.value,
        units: observed.n,
      };
    }),
  );
}
