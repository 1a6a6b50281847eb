/** Causal diagnostics and estimators. So far: how groups differ before and after weighting, and naive comparisons. */
export {
  type BalanceOptions,
  type BalanceReport,
  type BalanceRow,
  balance,
  type CovariateComparison,
  compareCovariate,
  type Denominator,
  type GroupSize,
  sizeRows,
  standardizedMeanDifferences,
} from "./balance";
export {
  type ClusteredDifference,
  clusteredDifference,
  type DifferenceInput,
  type DifferenceOptions,
} from "./clusteredDifference";
export { kolmogorovSmirnov, type Sample, shareOutside } from "./distributions";
export { type Estimate, estimateRows } from "./estimate";
export {
  associationErrors,
  associationRows,
  type NaiveAssociation,
  type NaiveOptions,
  naiveAssociation,
} from "./naiveAssociation";
export { completeRows, type PanelColumns, panelColumns } from "./panelColumns";
export { type StratumOptions, type StratumWeights, stratumWeights } from "./stratumWeights";
export { effectiveSampleSize, weightedMean, weightedVariance } from "./weightedMoments";
