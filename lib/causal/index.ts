/** Causal diagnostics and estimators. Interference in slates has a folder of its own, `./lib/causal/spillover`. */
export {
  type AdjustedDifference,
  type AdjustedInput,
  type AdjustedOptions,
  adjustedDifference,
} from "./adjustedDifference";
export { type AipwEstimate, type AipwOptions, aipw, aipwScores, type ScoreInput } from "./aipw";
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
export {
  type CandidateLoss,
  CONSTANT,
  type ConditionalEffect,
  type ConditionalEffectOptions,
  conditionalEffect,
} from "./conditionalEffect";
export { type CausalData, type CrossFit, type CrossFitOptions, crossFit } from "./crossFit";
export { type Cuped, type CupedInput, cuped } from "./cuped";
export type { Design, DesignBlock, ExposureMapping } from "./design";
export { conditionalDesign } from "./designBlocks";
export {
  bernoulli,
  clusterRandomization,
  completeRandomization,
  fixedFocal,
  oneTreatedPerGroup,
  productDesign,
  stratifiedRandomization,
  type TwoStageAssignment,
  type TwoStageDesign,
  twoStageRandomization,
} from "./designs";
export { kolmogorovSmirnov, type Sample, shareOutside } from "./distributions";
export {
  type EffectCalibration,
  effectCalibration,
  type PredictedEffects,
} from "./effectCalibration";
export {
  type EffectGroups,
  effectByPredictedGroup,
  type RankingTest,
  rankingTest,
} from "./effectRanking";
export { type Estimate, estimateRows } from "./estimate";
export {
  type EffectInterval,
  type EffectMeasure,
  type EValue,
  type EValueOptions,
  eValue,
  eValueOfRatio,
} from "./eValue";
export {
  type ExposureProbabilities,
  exposureProbabilities,
  type ProbabilityOptions,
} from "./exposureProbabilities";
export {
  type ExposureContrast,
  type ExposureContrastOptions,
  type ExposureMean,
  type ExposureOutcomes,
  horvitzThompson,
} from "./horvitzThompson";
export {
  hudgensHalloran,
  type TwoStageData,
  type TwoStageEffects,
  type TwoStageGroup,
} from "./hudgensHalloran";
export {
  type InterferenceData,
  type InterferenceOptions,
  interferenceTest,
} from "./interferenceTest";
export {
  associationErrors,
  associationRows,
  type NaiveAssociation,
  type NaiveOptions,
  naiveAssociation,
} from "./naiveAssociation";
export {
  type ControlColumns,
  type ControlKind,
  type NegativeControl,
  type NegativeControlOptions,
  type NegativeControlRow,
  type NegativeControls,
  type NegativeControlVerdict,
  negativeControls,
  type PanelKey,
  shifted,
} from "./negativeControl";
export {
  type AdjustedEffect,
  type AdjustmentOptions,
  adjustedEffect,
  type BenchmarkOptions,
  benchmarkBound,
  type ConfounderGridOptions,
  type ConfounderGridRow,
  type ConfounderStrength,
  confounderGrid,
  type ExtremeScenarioOptions,
  extremeRobustnessValue,
  extremeScenario,
  partialR2,
  type RegressionEffect,
  type RobustnessOptions,
  robustnessValue,
} from "./omittedVariable";
export {
  type BenchmarkRow,
  covariateStrength,
  type OmittedVariableData,
  type OmittedVariableOptions,
  type OmittedVariableReport,
  omittedVariable,
} from "./omittedVariableReport";
export { completeRows, type PanelColumns, panelColumns } from "./panelColumns";
export {
  type Policy,
  type PolicyDifference,
  type PolicyInput,
  type PolicyValue,
  policyDifferences,
  policyValues,
  treatAbove,
  treatAll,
  treatNone,
  treatTopShare,
} from "./policyValue";
export {
  type Propensity,
  type PropensityData,
  type PropensityOptions,
  propensity,
  propensityCalibration,
  propensityMetrics,
  propensityModelSummary,
  propensitySummary,
} from "./propensity";
export {
  intervalLabels,
  type QuantileSegmentsOptions,
  quantileSegments,
  type Segmentation,
} from "./quantileSegments";
export { type IntervalOptions, randomizationInterval } from "./randomizationInterval";
export {
  type RandomizationOptions,
  type RandomizationResult,
  type RandomizedData,
  randomizationTest,
  type Statistic,
} from "./randomizationTest";
export { type RefittedOptions, refittedWeights } from "./refittedWeights";
export { scoreMean } from "./scoreMean";
export {
  type FamilyRow,
  type SegmentData,
  type SegmentEffects,
  type SegmentLabels,
  type SegmentOptions,
  type SegmentRow,
  segmentEffects,
} from "./segments";
export {
  type Choices,
  type CurveSummary,
  type CurveTest,
  combinations,
  type Impossible,
  type PermutationOptions,
  type Specification,
  type SpecificationCurve,
  type SpecificationCurveOptions,
  type SpecificationEstimator,
  specificationCurve,
} from "./specificationCurve";
export { type StratumOptions, type StratumWeights, stratumWeights } from "./stratumWeights";
export {
  type AdjustedInterval,
  type BinaryConfounder,
  type ConfounderArrayOptions,
  type ConfounderArrayRow,
  confounderArray,
  confoundingBias,
  type FrontierRow,
  type TippingMeasure,
  type TippingOptions,
  type TippingPoint,
  tippingFrontier,
  tippingPoint,
  withoutConfounder,
} from "./tippingPoint";
export {
  type TreatmentWeights,
  treatmentWeights,
  type WeightKind,
  type WeightOptions,
  weightDiagnostics,
  weightedBalance,
} from "./treatmentWeights";
export {
  type DrawnWeights,
  type WeightedBootstrap,
  type WeightedBootstrapOptions,
  weightedBootstrap,
} from "./weightedBootstrap";
export {
  type WeightedDifference,
  type WeightedDifferenceInput,
  type WeightedDifferenceOptions,
  weightedDifference,
  weightedDifferenceRows,
} from "./weightedDifference";
export { effectiveSampleSize, weightedMean, weightedVariance } from "./weightedMoments";
export { type ReadinessBars, type ReadinessInput, weightReadiness } from "./weightReadiness";
