/** Interference in slates: designs, exposures, click models, experiments, estimators, decisions. */
export {
  advancedTakeaways,
  counterfactualPredictions,
  featureSummary,
  liftColumn,
} from "./advancedTables";
export { type CascadeOptions, cascadeClicks } from "./cascadeClicks";
export { type ChoiceOptions, choiceClicks } from "./choiceClicks";
export {
  type ClickCoefficients,
  type ClickModel,
  calibratedModel,
  clickCoefficients,
  clicksPerSlate,
  PUBLISHED_COEFFICIENTS,
  popularityScore,
} from "./clickModel";
export {
  type BootstrapDraws,
  type BootstrapOptions,
  bootstrapRows,
  bootstrapSummary,
  clusterBootstrap,
} from "./clusterBootstrap";
export {
  type ClusterEffect,
  type ClusterEffectsOptions,
  clusterEffectRows,
  clusterEffects,
} from "./clusterEffects";
export {
  type Competes,
  type Competition,
  competingShare,
  competitionOf,
  competitionStructures,
  type Likeness,
  neighbouringPositions,
  type SimilarityRule,
  sameCluster,
  similarItems,
  structureTable,
} from "./competition";
export {
  additivityChecks,
  COMPONENTS,
  type Component,
  type ComponentEffect,
  componentChecks,
  componentEffectRows,
  componentEffects,
  componentSlateTable,
  componentSummary,
  observedAndKnown,
  slateDecomposition,
} from "./components";
export {
  CONTRASTS,
  type Contrast,
  type ContrastEstimate,
  type ContrastEstimatesOptions,
  contrastEstimates,
  contrastRows,
  contrastSizes,
  estimatorValidation,
  OUTCOME_TYPES,
  type OutcomeType,
  observedEffects,
  outcomeOf,
  standardErrorComparison,
} from "./contrastEstimates";
export {
  type DesignResult,
  type DesignStudyOptions,
  designStudy,
  type Runner,
} from "./designStudy";
export {
  type Assignment,
  type AssignmentOptions,
  COURSE_SEED,
  drawAssignment,
  type Experiment,
  experimentOf,
  focalRows,
  type Outcomes,
  promotionExperiment,
  type RunOptions,
  runExperiment,
} from "./experiment";
export {
  ARMS,
  assignmentBalance,
  assignmentCheck,
  assignmentSummary,
  assignmentTable,
  clusterExposure,
  exposureReadiness,
  exposureSummary,
  focalFeatures,
  focalPositions,
  outcomeSummary,
  positionChanges,
  slateSummary,
} from "./experimentTables";
export {
  EXPOSURE_GROUPS,
  type Exposure,
  type ExposureGroup,
  type ExposureOptions,
  exposureOf,
} from "./exposure";
export {
  exposureEstimates,
  randomizationTests,
  type TestOptions,
  weightingRows,
} from "./exposureEstimates";
export { exposureMapping } from "./exposureMapping";
export {
  type BestPolicy,
  bestPolicy,
  type CoverageVerdict,
  coverageVerdict,
  FINAL_TABLES,
  finalDecomposition,
  finalDefinitions,
  finalMainEffects,
  finalRecommendations,
  type ItemTestVerdict,
  itemTestVerdict,
  limitations,
} from "./finalTables";
export {
  bestCandidate,
  type ConditionalOptions,
  conditionalEffects,
  effectCandidates,
  effectGroupRows,
  effectLossRows,
  effectTestRows,
  MODIFIERS,
  policyValueRows,
  slatePolicies,
} from "./honestTargeting";
export { ITEM_SETS, type ItemSet, type ItemSetOptions, itemSet } from "./itemSets";
export {
  clickModels,
  type FocalSlates,
  type KnownEffects,
  knownEffects,
  knownTotal,
  modelComparison,
  promotionLift,
} from "./knownEffects";
export { type LogisticClicksOptions, logisticClicks } from "./logisticClicks";
export {
  APART,
  globalEffect,
  type Market,
  type MarketOptions,
  marketOf,
  REACHES,
  type Reach,
} from "./market";
export { MARKET_ESTIMATORS, type MarketDesign, marketDesigns } from "./marketDesigns";
export {
  type MisspecificationOptions,
  type MisspecificationRow,
  misspecification,
} from "./misspecification";
export { type CoverageRow, type MonteCarloOptions, monteCarlo } from "./monteCarlo";
export { type Oracle, oracleCheck, oracleOf } from "./oracle";
export {
  bestModel,
  counterfactualSummary,
  featureImportance,
  metricsBySplit,
  modelMetrics,
  type OutcomeModels,
  outcomeModels,
} from "./outcomeModels";
export {
  clusterRisk,
  type ProductNumbers,
  positionBucket,
  positionRisk,
  productNumbers,
  productSummary,
  recommendations,
} from "./productView";
export { type PublishedTablesOptions, publishedTables } from "./publishedTables";
export { finalPositions, invalidSlates, visibility } from "./ranking";
export { readExperiment, readSlates } from "./readSlates";
export {
  type Alternatives,
  alternatives,
  type DecisionOptions,
  promotionMap,
  type Scenario,
  type ScenarioValue,
  type SensitivityRow,
  scenarioValue,
  sensitivityTable,
  type Variation,
  variations,
} from "./sensitivity";
export { aipwEstimates, aipwRows, type SlateAipwOptions, slateAipw, slateData } from "./slateAipw";
export {
  type ContrastInput,
  type ContrastOptions,
  type SlateContrast,
  slateContrast,
  type Weighting,
} from "./slateContrast";
export {
  eligibleRows,
  type FocalDesignOptions,
  fixedFocalDesign,
  focalExposureProbabilities,
  type MappingOptions,
  oneFocalDesign,
  probabilitiesByPosition,
  slateExposureMapping,
} from "./slateExposures";
export { covariates, slateFeatures, TREATMENT } from "./slateFeatures";
export {
  liftByArm,
  type SlateOutcomes,
  slateOutcomeSummary,
  slateOutcomes,
  slateOutcomeTable,
} from "./slateOutcomes";
export { type ScenarioOptions, slateScenarios } from "./slateScenarios";
export { firstSlates, shortenedSlates } from "./slateSubsets";
export {
  type SlateItems,
  type SlateRows,
  type Slates,
  type SlateUsers,
  slateSize,
  slateSums,
  slatesFromRows,
} from "./slates";
export {
  SPILLOVER_DEFINITIONS,
  type SpilloverDefinition,
  spilloverDefinitionRows,
  spilloverDefinitions,
} from "./spilloverDefinitions";
export { heterogeneity, policyTargeting } from "./targeting";
export {
  type SlateCoin,
  slateCoin,
  TOTAL_METHODS,
  type TotalEffectsOptions,
  totalEffectRows,
  totalEffects,
} from "./totalEffects";
export {
  type GroupEffects,
  runTwoStage,
  type TwoStageWorld,
  type TwoStageWorldOptions,
  twoStageRows,
  twoStageWorld,
} from "./twoStageExperiment";
