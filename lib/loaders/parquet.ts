/** Relations as Parquet files that say where they come from. */
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DataSource } from "./dataSource";
import { quoteName, quoteText, type Relation } from "./engine";
import { libraryVersion } from "./places";
import { removeAbandoned, temporarySibling } from "./temporary";

/**
 * Writes all rows of a relation in its order. The file appears whole or not at all; its key-value metadata hold the
 * data source and the library's version as JSON under `source` and `library`.
 */
export async function writeParquet(
  relation: Relation,
  path: string,
  source: DataSource,
): Promise<void> {
  await removeAbandoned(dirname(path));
  const unfinished = temporarySibling(path);
  const metadata = `{source: ${quoteText(JSON.stringify(source))}, library: ${quoteText(libraryVersion())}}`;
  try {
    await relation.engine.run(
      `COPY (SELECT * FROM ${quoteName(relation.name)}) TO ${quoteText(unfinished)}
       (FORMAT parquet, COMPRESSION zstd, KV_METADATA ${metadata})`,
    );
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
