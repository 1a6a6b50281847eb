/** Panels: tables built from a data set in named SQL steps, and the small tables that describe them. */
export { addColumns } from "./addColumns";
export {
  ADJUSTMENT_COVARIATES,
  type AdjustmentData,
  adjustmentData,
  calendarColumns,
  confoundingMap,
  dailyTreatmentAndOutcome,
  HISTORY_STATES,
  treatmentByHistory,
  weightedPanel,
} from "./adjustmentData";
export { archiveListing } from "./archiveListing";
export { archiveMembers } from "./archiveMembers";
export {
  type CourseFiles,
  type OpenedFiles,
  openChapterFiles,
  readChapterTables,
} from "./chapterFiles";
export { assertColumns, type ColumnType, columnTypes } from "./columnTypes";
export { dailyRates } from "./dailyRates";
export { type DescribeOptions, describe } from "./describe";
export {
  CANDIDATE_OUTCOMES,
  CANDIDATE_TREATMENTS,
  candidateContrasts,
  dailyTreatmentShares,
  eligibilityFunnel,
  estimandDays,
  estimandPanel,
  estimandSummary,
  HISTORY_COVARIATES,
  missingRates,
  outcomeOverview,
  outcomeVariation,
  PRIMARY,
  panelSummary,
  retentionCeiling,
  treatmentOverview,
} from "./estimandPanel";
export { fieldGuide } from "./fieldGuide";
export { genreSummary } from "./genreSummary";
export {
  INTERFERENCE_PARQUET,
  type InterferenceParquet,
  movielensOf,
  openInterference,
  processedInterferenceFile,
} from "./interferenceFiles";
export {
  INTERFERENCE_FILES,
  type InterferenceInputs,
  interferenceFile,
  readinessChecks,
  savedFiles,
  saveInterferenceInputs,
} from "./interferenceInputs";
export {
  artifactInventory,
  INTERFERENCE_CSV,
  INTERFERENCE_MORE_CSV,
  type InterferenceCsv,
  readInterferenceTables,
} from "./interferenceTables";
export { type ItemEmbedding, type ItemEmbeddingOptions, itemEmbedding } from "./itemEmbedding";
export {
  clusterReadiness,
  interferenceItems,
  itemFeatures,
  POPULARITY_BUCKETS,
  topItems,
} from "./itemFeatures";
export { cosine, type ItemSimilarity } from "./itemSimilarity";
export { type LongitudinalPanel, longitudinalPanel } from "./longitudinalPanel";
export { LONG_TERM_FILES } from "./longTermFiles";
export { movieCatalog, movieSummary, NO_GENRES } from "./movieCatalog";
export {
  enrichRatings,
  fullRatingSummary,
  joinQuality,
  type RatingSample,
  type RatingSampleOptions,
  ratingDistribution,
  ratingSample,
  sampleModulus,
  yearlyActivity,
} from "./ratingSample";
export { type SamplingCheck, samplingCheck, samplingVerdict } from "./samplingCheck";
export { SEQUENCE_COLUMNS } from "./sequenceColumns";
export {
  PRE_TREATMENT_COVARIATES,
  SEQUENCE_FILES,
  type SequenceInputs,
  savedSequenceFiles,
  saveSequenceInputs,
  sequenceFile,
  sequenceReadiness,
} from "./sequenceInputs";
export { SLATE_ITEM_COLUMNS, SLATE_USER_COLUMNS, slateContext } from "./slateContext";
export { type SlateSeed, type SlateSeedOptions, slateSeed, slateSeedSummary } from "./slateSeed";
export { type TagSampleOptions, tagSample, tagSummary, topTags } from "./tagSample";
export { type TagVectors, type TagVectorsOptions, tagVectors } from "./tagVectors";
export {
  type DenseOptions,
  denseUserDays,
  type UserDayObservedOptions,
  userDayObserved,
} from "./userDay";
export { addFuture, type FutureOptions, OUTCOME_COLUMNS, type OutcomeNames } from "./userDayFuture";
export { assertGrid } from "./userDayGrid";
export { addHistory, type HistoryOptions, historyColumns, STATE_COLUMNS } from "./userDayHistory";
export {
  addTreatments,
  TREATMENT_RULES,
  type TreatedPanel,
  type TreatmentRule,
  type TreatmentThreshold,
  treatmentSummary,
} from "./userDayTreatments";
export { userFeatures } from "./userFeatures";
export {
  flagWatches,
  type WatchEventsOptions,
  type WatchFlags,
  watchEvents,
  watchRows,
} from "./watchEvents";
export {
  activitySegments,
  itemCategories,
  itemDaily,
  joinMetadata,
  metadataDiagnostics,
} from "./watchMetadata";
export { coverageSummary, missingnessWithTypes, topVideos, userActivity } from "./watchSummary";
