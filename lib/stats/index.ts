export {
  type ClusterCounts,
  type ClusterSampleCheck,
  clusterSampleCheck,
  type ShareCheck,
} from "./clusterSampleCheck";
export { compensatedSum, sumOver } from "./compensatedSum";
export { chisquare, normal } from "./distributions";
export type { Random } from "./random";
export { random } from "./random";
export type { AliasTable } from "./randomTables";
export { aliasTable, sampleWithoutReplacement, shuffle } from "./randomTables";
