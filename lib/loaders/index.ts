/** Archives in, tables out: data sets, the engine that queries them, and the records that travel through the project. */
export {
  type Archive,
  type ArchiveEntry,
  ArchiveError,
  type ArchiveLimits,
  openArchive,
  openNestedArchive,
} from "./archive";
export { type CsvColumn, CsvError, type CsvSchema } from "./csvSchema";
export type { DataSource } from "./dataSource";
export {
  type ColumnValues,
  type Engine,
  type EngineOptions,
  openEngine,
  QueryError,
  quoteName,
  quoteText,
  type Relation,
  type RowsOptions,
} from "./engine";
export { sha256OfFile } from "./fileIdentity";
export {
  type BadRow,
  type IngestOptions,
  type IngestReport,
  ingestCsv,
  ingestedRows,
} from "./ingest";
export {
  type ArchiveMember,
  type KuaiRec,
  type KuaiRecOptions,
  kuaiRecName,
  kuairec,
} from "./kuairec";
export type { KuaiRecTable } from "./kuairecFiles";
export { type MovieLens, type MovieLensFile, type MovieLensOptions, movielens } from "./movielens";
export { writeParquet } from "./parquet";
export {
  cacheFolder,
  dataFolder,
  libraryVersion,
  outFolder,
  processedFolder,
  projectRoot,
  writeupFolder,
} from "./places";
export { type Cell, type MetricRow, metricRows, type Row } from "./rows";
export { removeAbandoned, temporarySibling, writeWhole } from "./temporary";
