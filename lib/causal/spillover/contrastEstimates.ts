/** The five contrasts of the course on three outcomes: what was clicked, what was to be expected, what is known. */
import type { Row } from "../../loaders/rows";
import type { Experiment } from "./experiment";
import { type ItemSet, type ItemSetOptions, itemSet } from "./itemSets";
import { type SlateContrast, slateContrast, type Weighting } from "./slateContrast";

export interface Contrast {
  readonly label: string;
  readonly set: ItemSet;
  readonly weighting: Weighting;
}

/** In the order of the published tables. Four compare rows, the last compares slate totals. */
export const CONTRASTS: readonly Contrast[] = [
  { label: "Direct focal effect", set: "focal", weighting: "row" },
  { label: "Same-cluster competitor effect", set: "same_cluster", weighting: "row" },
  { label: "Displaced item effect", set: "displaced", weighting: "row" },
  { label: "All non-focal item effect", set: "non_focal", weighting: "row" },
  { label: "Total slate effect", set: "all", weighting: "total" },
];

/**
 * `observed` clicks are what an analyst has. `expected` are click probabilities as they were, `known` the promotion's own
 * effect on them: only a simulation shows those.
 */
export const OUTCOME_TYPES = ["observed", "expected", "known"] as const;
export type OutcomeType = (typeof OUTCOME_TYPES)[number];

/** The outcome of each row, N values. @throws Error for an unknown type */
export function outcomeOf(experiment: Experiment, type: OutcomeType): Uint8Array | Float64Array {
  if (type === "observed") return experiment.clicks;
  if (type === "expected") return experiment.observed;
  if (type === "known") return experiment.lift;
  throw new Error(`There is no outcome ${type}. There are ${OUTCOME_TYPES.join(", ")}.`);
}

export interface ContrastEstimate {
  readonly contrast: Contrast;
  readonly outcome: OutcomeType;
  readonly estimate: SlateContrast;
}

export interface ContrastEstimatesOptions extends ItemSetOptions {
  /** Default: those of the course. */
  readonly contrasts?: readonly Contrast[];
  /** Default: all three. */
  readonly outcomes?: readonly OutcomeType[];
  /** Multiple of the standard error in intervals. Default 1.96, as published. */
  readonly z?: number;
}

/** Every contrast on every outcome, contrast by contrast. See `slateContrast`. */
export function contrastEstimates(
  experiment: Experiment,
  options: ContrastEstimatesOptions = {},
): ContrastEstimate[] {
  const { contrasts = CONTRASTS, outcomes = OUTCOME_TYPES, z = 1.96 } = options;
  const { slates, treated } = experiment;
  return contrasts.flatMap((contrast) => {
    const rows = itemSet(experiment, contrast.set, options);
    return outcomes.map((outcome) => ({
      contrast,
      outcome,
      estimate: slateContrast(
        { slates, treated, outcome: outcomeOf(experiment, outcome), rows },
        { estimand: `${contrast.label}, ${outcome} outcome`, weighting: contrast.weighting, z },
      ),
    }));
  });
}

/** One row a contrast and outcome: the estimate with both standard errors. */
export function contrastRows(estimates: readonly ContrastEstimate[]): Row[] {
  return estimates.map(({ contrast, outcome, estimate }) => ({
    contrast: contrast.label,
    outcome,
    estimate: estimate.value,
    naive_se: estimate.naiveStandardError,
    cluster_se: estimate.standardError,
    ci_low: estimate.lower,
    ci_high: estimate.upper,
    p_value: estimate.pValue,
    treated_mean: estimate.treatedMean,
    control_mean: estimate.controlMean,
    n_rows: estimate.n,
    n_slates: estimate.clusters,
    treated_rows: estimate.treatedRows,
    control_rows: estimate.controlRows,
    se_ratio: ratio(estimate),
  }));
}

/** The rows of the observed outcome, with the contrasts' order. */
export function observedEffects(estimates: readonly ContrastEstimate[]): Row[] {
  return contrastRows(estimates.filter(({ outcome }) => outcome === "observed")).map((row, i) => ({
    ...row,
    contrast_order: i,
  }));
}

/** One row a contrast: rows, slates and arms that it rests on. */
export function contrastSizes(estimates: readonly ContrastEstimate[]): Row[] {
  return estimates
    .filter(({ outcome }) => outcome === "observed")
    .map(({ contrast, estimate }) => ({
      contrast: contrast.label,
      n_rows: estimate.n,
      n_slates: estimate.clusters,
      treated_rows: estimate.treatedRows,
      control_rows: estimate.controlRows,
      treated_share: estimate.treatedRows / estimate.n,
    }));
}

/** One row a contrast: the three estimates and how far they lie apart; null for outcomes that were left out. */
export function estimatorValidation(estimates: readonly ContrastEstimate[]): Row[] {
  const labels = [...new Set(estimates.map(({ contrast }) => contrast.label))];
  return labels.map((label) => {
    const of = (type: OutcomeType) =>
      estimates.find(({ contrast, outcome }) => contrast.label === label && outcome === type)
        ?.estimate.value ?? null;
    const [observed, expected, known] = [of("observed"), of("expected"), of("known")];
    return {
      contrast: label,
      observed,
      expected,
      known_lift: known,
      observed_minus_expected: difference(observed, expected),
      expected_minus_known_lift: difference(expected, known),
    };
  });
}

/** Observed outcome: clustered beside naive standard errors, the largest ratio first. */
export function standardErrorComparison(estimates: readonly ContrastEstimate[]): Row[] {
  return estimates
    .filter(({ outcome }) => outcome === "observed")
    .map(({ contrast, estimate }) => ({
      contrast: contrast.label,
      naive_se: estimate.naiveStandardError,
      cluster_se: estimate.standardError,
      se_ratio: ratio(estimate),
      cluster_minus_naive: difference(estimate.standardError, estimate.naiveStandardError),
    }))
    .sort((a, b) => (b.se_ratio ?? 0) - (a.se_ratio ?? 0));
}

function ratio({ standardError, naiveStandardError }: SlateContrast): number | null {
  return standardError !== null && naiveStandardError ? standardError / naiveStandardError : null;
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
