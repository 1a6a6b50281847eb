/** Panels: tables built from a data set in named SQL steps, and the small tables that describe them. */
export { archiveListing } from "./archiveListing";
export { type DescribeOptions, describe } from "./describe";
export { genreSummary } from "./genreSummary";
export {
  INTERFERENCE_FILES,
  type InterferenceInputs,
  interferenceFile,
  readinessChecks,
  savedFiles,
  saveInterferenceInputs,
} from "./interferenceInputs";
export {
  clusterReadiness,
  interferenceItems,
  itemFeatures,
  POPULARITY_BUCKETS,
  topItems,
} from "./itemFeatures";
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
export { type SlateSeed, type SlateSeedOptions, slateSeed, slateSeedSummary } from "./slateSeed";
export { type TagSampleOptions, tagSample, tagSummary, topTags } from "./tagSample";
export { userFeatures } from "./userFeatures";
