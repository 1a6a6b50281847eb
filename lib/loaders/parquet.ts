/** Relations as Parquet files that say where they come from. */
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { DataSource } from "./dataSource";
import { type Engine, quoteName, quoteText, type Relation } from "./engine";
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

/** A Parquet file as a view, and the data it was made from. */
export interface ParquetFile {
  readonly relation: Relation;
  readonly source: DataSource;
}

/**
 * Opens a Parquet file of ours as the view `name`; rows keep the order of the file.
 * @throws Error when the file is not there or does not say where it comes from
 */
export async function readParquet(
  engine: Engine,
  name: string,
  path: string,
): Promise<ParquetFile> {
  if (!existsSync(path)) throw new Error(`${path} is not there.`);
  const [found] = await engine.rows<{ source: string }>(
    `SELECT decode(value) AS source FROM parquet_kv_metadata(${quoteText(path)}) WHERE decode(key) = 'source'`,
  );
  if (!found) throw new Error(`${path} does not say what data it was made from.`);
  const relation = await engine.view(name, `SELECT * FROM read_parquet(${quoteText(path)})`);
  return { relation, source: JSON.parse(found.source) as DataSource };
}
