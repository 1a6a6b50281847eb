/** The estimators of the Monte-Carlo study, what each aims at, and what its interval promises. */
import { TOTAL_METHODS } from "./totalEffects";

/**
 * `nominal`: the interval covers the truth as often as its level says, in large samples. `conservative`: at least as often,
 * the variance being an upper bound on purpose (Aronow and Samii). `none`: no such promise, because the standard error or
 * the mapping is wrong on purpose. Variances of the nominal ones are too large, too, where effects differ between slates
 * (Neyman), and the inverted randomization test takes them for alike: they differ little beside the noise of clicks here.
 */
export type Promise95 = "nominal" | "conservative" | "none";

export interface StudiedEstimator {
  readonly estimand: string;
  readonly estimator: string;
  readonly promise: Promise95;
}

const TOTAL = "total effect on the slate";
const DIRECT = "direct effect on the focal item";
const RIVALS = "effect on same-cluster items";
const OTHERS = "effect on all non-focal items";
const GROUPS = "two-stage experiment over user groups";

const of =
  (estimand: string) =>
  (estimator: string, promise: Promise95 = "nominal"): StudiedEstimator => ({
    estimand,
    estimator,
    promise,
  });

/** Results of a replication come in this order. */
export const STUDIED_ESTIMATORS = {
  totalDifference: of(TOTAL)(TOTAL_METHODS.difference),
  totalLin: of(TOTAL)(TOTAL_METHODS.lin),
  totalCuped: of(TOTAL)(TOTAL_METHODS.cuped),
  totalHorvitzThompson: of(TOTAL)(TOTAL_METHODS.horvitzThompson, "conservative"),
  totalHajek: of(TOTAL)(TOTAL_METHODS.hajek, "conservative"),
  totalBootstrap: of(TOTAL)(TOTAL_METHODS.bootstrap),
  totalRandomization: of(TOTAL)(TOTAL_METHODS.randomization),
  totalAipwLinear: of(TOTAL)(TOTAL_METHODS.aipwLinear),
  totalAipwTrees: of(TOTAL)(TOTAL_METHODS.aipwTrees),
  direct: of(DIRECT)("difference, clustered by slate"),
  directHajek: of("direct effect on promotable items")("Hajek over exposures", "conservative"),
  rivals: of(RIVALS)("difference of rows, clustered by slate"),
  rivalsNaive: of(RIVALS)("difference of rows, rows independent", "none"),
  rivalsSlates: of("effect on same-cluster items, slates equal")("difference of slate means"),
  rivalsHajek: of("effect of a promoted rival")("Hajek over exposures", "conservative"),
  displaced: of("effect on displaced items")("difference of rows, clustered by slate"),
  others: of(OTHERS)("difference of rows, clustered by slate"),
  othersNaive: of(OTHERS)("difference of rows, rows independent", "none"),
  othersExpected: of(`${OTHERS}, on probabilities`)("difference of rows, clustered by slate"),
  othersExpectedNaive: of(`${OTHERS}, on probabilities`)(
    "difference of rows, rows independent",
    "none",
  ),
  groupDirect: of(GROUPS)("direct effect (Hudgens-Halloran)"),
  groupIndirect: of(GROUPS)("indirect effect (Hudgens-Halloran)"),
  groupTotal: of(GROUPS)("total effect (Hudgens-Halloran)"),
  groupOverall: of(GROUPS)("overall effect (Hudgens-Halloran)"),
  wrongRivals: of(RIVALS)("difference of rows, positions taken for the rivals", "none"),
} as const satisfies Record<string, StudiedEstimator>;

export type StudiedName = keyof typeof STUDIED_ESTIMATORS;

export const STUDIED_NAMES = Object.keys(STUDIED_ESTIMATORS) as StudiedName[];

/** One estimator in one replication. Missing values are NaN. */
export interface Studied {
  readonly truth: number;
  readonly value: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
}
