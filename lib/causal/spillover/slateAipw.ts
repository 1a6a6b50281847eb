/** The total effect on slates by doubly robust scores, and everything that is built on those scores. */
import type { Row } from "../../loaders/rows";
import { boostedTrees } from "../../stats/boostedTrees";
import { takeColumns } from "../../stats/features";
import type { Learner } from "../../stats/learner";
import { linearLearner } from "../../stats/linearLearner";
import { type AipwEstimate, aipw } from "../aipw";
import type { CausalData } from "../crossFit";
import type { Estimate } from "../estimate";
import { scoreMean } from "../scoreMean";
import type { Experiment } from "./experiment";
import type { Oracle } from "./oracle";
import { slateContrast } from "./slateContrast";
import { covariates, slateFeatures } from "./slateFeatures";
import { slateSums } from "./slates";

/** Slates as rows of an experiment: features from before the coin, the coin, the clicks. */
export function slateData(experiment: Experiment): CausalData {
  const x = slateFeatures(experiment);
  return {
    x: takeColumns(x, covariates(x)),
    treatment: experiment.treated,
    outcome: slateSums(experiment.slates, experiment.clicks),
  };
}

/** The published setting of the trees that predict each arm. */
export function nuisanceTrees(seed: number): Learner {
  return boostedTrees({
    task: "regression",
    trees: 250,
    learningRate: 0.04,
    maxLeaves: 15,
    minLeaf: 20,
    columnsPerTree: 0.9,
    seed,
  });
}

export interface SlateAipwOptions {
  readonly seed: number;
  /** Learns the clicks of each arm. Default: `nuisanceTrees`. */
  readonly learner?: Learner;
  /** Default 5. */
  readonly folds?: number;
}

/** Cross-fitted AIPW of the total effect, with the probability of promotion that the design has. */
export function slateAipw(experiment: Experiment, options: SlateAipwOptions): AipwEstimate {
  const { seed, learner = nuisanceTrees(seed), folds } = options;
  return aipw(slateData(experiment), {
    outcome: learner,
    propensity: experiment.probability,
    folds,
    seed,
    estimand: "total effect on the slate, clicks per slate",
  });
}

export interface TotalEstimates {
  readonly trees: AipwEstimate;
  readonly leastSquares: AipwEstimate;
}

/** AIPW with trees and with a straight line for the clicks. */
export function aipwEstimates(experiment: Experiment, seed: number): TotalEstimates {
  return {
    trees: slateAipw(experiment, { seed }),
    leastSquares: slateAipw(experiment, { seed, learner: linearLearner() }),
  };
}

/**
 * One row an estimator: estimator, estimate, standard_error, ci_low, ci_high. The first is the difference in means with its
 * error clustered by slate, the last the mean of the oracle's lifts with the error of a sample of slates.
 */
export function aipwRows(experiment: Experiment, estimates: TotalEstimates, oracle: Oracle): Row[] {
  const { slates, treated, clicks } = experiment;
  const rows = new Uint8Array(slates.rows).fill(1);
  const plain = slateContrast({ slates, treated, outcome: clicks, rows }, { weighting: "total" });
  const truth = scoreMean(oracle.lift, { estimand: "true lift", method: "oracle" });
  const row = (estimator: string, estimate: Estimate) => ({
    estimator,
    estimate: estimate.value,
    standard_error: estimate.standardError,
    ci_low: estimate.lower,
    ci_high: estimate.upper,
  });
  return [
    row("difference in means", plain),
    row("cross-fitted AIPW", estimates.trees),
    row("cross-fitted AIPW, least squares", estimates.leastSquares),
    row("oracle mean", truth),
  ];
}
