/** Treatments that vary over time: strategies, weights, marginal structural models, g-formulas and targeted estimators. */
export { type ExposureTerm, recentTreatment, type TermName } from "./exposureTerms";
export { type GFormula, type GFormulaOptions, gFormula, type NaturalCourseRow } from "./gFormula";
export type { CovariateModel, CovariateType } from "./gFormulaModels";
export { type GlmLearnerOptions, glmLearner } from "./glmLearner";
export { type HistoryOptions, historyFeatures } from "./history";
export {
  type HistoryWeightOptions,
  type HistoryWeights,
  historyWeights,
  type Numerator,
} from "./historyWeights";
export {
  type IncrementalOptions,
  type IncrementalPropensity,
  incrementalPropensity,
} from "./incrementalPropensity";
export { type IteratedOptions, iteratedExpectations } from "./iteratedExpectations";
export { checkLongitudinal, type Longitudinal } from "./longitudinalData";
export { type Ltmle, type LtmleOptions, ltmle } from "./ltmle";
export {
  type MarginalStructuralModel,
  type MsmOptions,
  marginalStructuralModel,
} from "./marginalStructuralModel";
export type { OutcomeRange } from "./outcomeRange";
export {
  always,
  dynamicRule,
  naturalCourse,
  never,
  oddsTimes,
  onPeriods,
  type Strategy,
  type StrategyView,
  type ThresholdOptions,
  threshold,
  withProbability,
} from "./strategies";
export type { ContrastOptions, StrategyEstimates } from "./strategyEstimates";
export { type StrategyIpw, type StrategyIpwOptions, strategyIpw } from "./strategyIpw";
export type { BootstrapOptions } from "./unitBootstrap";
export type { WeightSummary } from "./weightSummary";
export type { Truncation } from "./weightTruncation";
export { slidingWindows, type WindowOptions, type Windows } from "./windows";
