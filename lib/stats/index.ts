export type { Random } from "./random";
export { random } from "./random";
export type { AliasTable } from "./randomTables";
export { aliasTable, sampleWithoutReplacement, shuffle } from "./randomTables";
