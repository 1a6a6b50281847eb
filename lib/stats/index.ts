export {
  type BoostedModel,
  type BoostedTrees,
  type BoostedTreesOptions,
  boostedTrees,
  type ColumnImportance,
  type EarlyStopping,
} from "./boostedTrees";
export { averagePrecision, brierScore, logLoss, rocAuc } from "./classification";
export {
  type ClusterCounts,
  type ClusterSampleCheck,
  clusterSampleCheck,
  type ShareCheck,
} from "./clusterSampleCheck";
export { compensatedSum, sumOver } from "./compensatedSum";
export {
  bSpline,
  type DesignColumns,
  type DesignMatrix,
  designMatrix,
  factor,
  interaction,
  numeric,
  power,
  spline,
  standardized,
  type Table,
  type Term,
} from "./designMatrix";
export { chisquare, normal } from "./distributions";
export {
  type Features,
  featureColumn,
  featureColumns,
  features,
  takeColumns,
  takeRows,
  withConstant,
} from "./features";
export { type FoldOptions, folds } from "./folds";
export {
  type Family,
  type Glm,
  type GlmInput,
  type GlmOptions,
  type GlmPredictOptions,
  glm,
} from "./glm";
export type { FitOptions, Learner, Model } from "./learner";
export {
  type CovarianceType,
  type LeastSquares,
  leastSquares,
} from "./leastSquares";
export { type LinearLearner, type LinearModel, linearLearner } from "./linearLearner";
export {
  type GlmLearner,
  type GlmModel,
  type LogisticLearnerOptions,
  logisticLearner,
  poissonLearner,
} from "./logisticLearner";
export { benjaminiHochberg, holm } from "./multipleTesting";
export { type ParallelOptions, parallelMap, TaskError } from "./parallel";
export type { Random } from "./random";
export { random } from "./random";
export type { AliasTable } from "./randomTables";
export { aliasTable, sampleWithoutReplacement, shuffle } from "./randomTables";
export {
  type SparseEntries,
  type TruncatedSvd,
  type TruncatedSvdOptions,
  truncatedSvd,
} from "./truncatedSvd";
