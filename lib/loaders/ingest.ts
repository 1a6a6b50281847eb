/**
 * A CSV entry of an archive goes once into a folder of Parquet files, a block of rows at a time: while the engine turns
 * one block into Parquet, the next is inflated. Memory stays bounded whatever the file's size. The folder appears under
 * its name only when it is complete, so that a killed run leaves nothing that looks finished.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { currentCell } from "../kernel/cell";
import type { Archive } from "./archive";
import { csvBlocks, readHeader } from "./csvBlocks";
import {
  acceptCondition,
  assertHeader,
  CsvError,
  type CsvSchema,
  complaint,
  type OtherColumns,
} from "./csvSchema";
import { type Engine, openEngine, quoteName, quoteText } from "./engine";
import { removeAbandoned, temporarySibling } from "./temporary";

export interface IngestOptions {
  /** `error` (default) stops at the first block with bad rows; `skip` leaves them out and counts them. */
  readonly onBadRow?: "error" | "skip";
  /** Columns that the schema does not name: `refuse` (default) stops, `leave out` reads past them. */
  readonly otherColumns?: OtherColumns;
  /** Bytes of CSV a block holds. Default 64 MiB. */
  readonly blockBytes?: number;
  /** Memory limit of the engine that writes Parquet. Default `768MB`. */
  readonly memoryLimit?: string;
  readonly signal?: AbortSignal;
  /** Called after each block with the inflated bytes read so far and the bytes there are. */
  readonly onProgress?: (bytesDone: number, bytes: number) => void;
}

export interface IngestReport {
  readonly entry: string;
  readonly rows: number;
  readonly badRows: number;
  /** The first bad rows, at most ten. */
  readonly badRowExamples: readonly BadRow[];
  readonly seconds: number;
}

export interface BadRow {
  /** Counted from 1, the header not counted. */
  readonly row: number;
  readonly reason: string;
  readonly text: string;
}

const REPORT = "ingest.json";
const EXAMPLES = 10;

/**
 * Makes sure that `folder` holds the entry's rows as Parquet files in the order of the file; when it does already,
 * nothing is read.
 * @throws CsvError naming archive, entry and row. ArchiveError when the archive is damaged. The signal's reason on abort.
 */
export async function ingestCsv(
  archive: Archive,
  entry: string,
  schema: CsvSchema,
  folder: string,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const known = await ingestedReport(folder, options);
  if (known) return known;
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(dirname(folder));
  const unfinished = temporarySibling(folder);
  await mkdir(unfinished);
  const engine = await openEngine({
    memoryLimit: options.memoryLimit ?? "768MB",
    spillFolder: unfinished,
  });
  try {
    const report = await ingestInto(unfinished, engine, archive, entry, schema, options);
    await writeFile(join(unfinished, REPORT), `${JSON.stringify(report, null, 2)}\n`);
    return await putInPlace(unfinished, folder, report);
  } finally {
    engine.close();
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The report of a folder that {@link ingestCsv} would take as it is; undefined when it would read the archive. */
export async function ingestedReport(
  folder: string,
  options: Pick<IngestOptions, "onBadRow"> = {},
): Promise<IngestReport | undefined> {
  const known = await readReport(folder);
  return known && (known.badRows === 0 || options.onBadRow === "skip") ? known : undefined;
}

/** Another process may have finished the same folder meanwhile; the one that is complete first stays. */
async function putInPlace(
  finished: string,
  folder: string,
  report: IngestReport,
): Promise<IngestReport> {
  const known = await readReport(folder);
  if (known && known.badRows === report.badRows) return known;
  await rm(folder, { recursive: true, force: true });
  try {
    await rename(finished, folder);
    return report;
  } catch (error) {
    const other = await readReport(folder);
    if (other) return other;
    throw error;
  }
}

/** SQL that reads an ingested folder, rows in the order of the file. */
export function ingestedRows(folder: string): string {
  return `SELECT * FROM read_parquet(${quoteText(join(folder, "rows-*.parquet"))})`;
}

async function readReport(folder: string): Promise<IngestReport | undefined> {
  const text = await readFile(join(folder, REPORT), "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function ingestInto(
  folder: string,
  engine: Engine,
  archive: Archive,
  entry: string,
  schema: CsvSchema,
  options: IngestOptions,
): Promise<IngestReport> {
  const started = performance.now();
  const where = `${archive.name}, entry ${entry}`;
  const signal = options.signal ?? currentCell().signal;
  const bytes = archive.entry(entry).bytes;
  const csv = await readHeader(archive.stream(entry, { signal }), where);
  try {
    assertHeader(csv.header, schema, where, options.otherColumns);
  } catch (error) {
    await csv.discard();
    throw error;
  }
  const { header, newline } = csv;
  const reader: BlockReader = { engine, schema, header, newline, where };
  const skip = options.onBadRow === "skip";
  const total = { rows: 0, badRows: 0, bytes: 0, badRowExamples: [] as BadRow[] };
  let blockNumber = 0;
  let converting: Promise<void> = Promise.resolve();
  const convert = async (file: string, blockBytes: number) => {
    const target = join(folder, `rows-${String(blockNumber++).padStart(5, "0")}.parquet`);
    const block = await convertBlock(reader, file, target, total.rows + total.badRows, skip);
    await rm(file);
    total.rows += block.rows;
    total.badRows += block.badRows;
    total.bytes += blockBytes;
    total.badRowExamples.push(...block.examples.slice(0, EXAMPLES - total.badRowExamples.length));
    options.onProgress?.(total.bytes, bytes);
  };
  try {
    for await (const block of csvBlocks(csv.body, {
      folder,
      blockBytes: options.blockBytes ?? 2 ** 26,
    })) {
      await converting;
      signal.throwIfAborted();
      converting = convert(block.file, block.bytes);
      converting.catch(() => {});
    }
  } finally {
    await converting;
  }
  const seconds = (performance.now() - started) / 1000;
  const { rows, badRows, badRowExamples } = total;
  return { entry, rows, badRows, badRowExamples, seconds };
}

interface BlockReader {
  readonly engine: Engine;
  readonly schema: CsvSchema;
  /** Columns of the file, which may be more than the schema's. */
  readonly header: readonly string[];
  readonly newline: "\n" | "\r\n";
  readonly where: string;
}

interface ConvertedBlock {
  readonly rows: number;
  readonly badRows: number;
  readonly examples: readonly BadRow[];
}

/** Tries the fast path, which stops at anything odd; only then looks at the rows one by one. */
async function convertBlock(
  reader: BlockReader,
  file: string,
  target: string,
  rowsBefore: number,
  skip: boolean,
): Promise<ConvertedBlock> {
  const { engine, schema } = reader;
  // Version 2 encodings are small enough; a general compression on top costs a third of every later scan.
  const form = "FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v2";
  const write = (source: string) =>
    engine.run(`COPY (${source}) TO ${quoteText(target)} (${form})`);
  let failure: unknown;
  try {
    await write(`SELECT ${wanted(schema)} FROM ${scan(reader, file)}`);
    const { rows, bad } = await engine.row<{ rows: number; bad: number }>(
      `SELECT count(*) AS rows, count(*) FILTER (WHERE NOT coalesce(${acceptCondition(schema)}, false)) AS bad
       FROM read_parquet(${quoteText(target)})`,
    );
    if (bad === 0) return { rows, badRows: 0, examples: [] };
  } catch (error) {
    currentCell().signal.throwIfAborted();
    failure = error;
  }
  const examined = await examineBlock(reader, file, rowsBefore).catch((error) => {
    currentCell().signal.throwIfAborted();
    throw unreadable(reader.where, rowsBefore, error);
  });
  if (examined.badRows === 0) throw unreadable(reader.where, rowsBefore, failure);
  if (!skip) throw badRowsError(reader.where, examined);
  await write(`SELECT * EXCLUDE (row_in_block) FROM good_rows`);
  const rows = (await engine.row<{ n: number }>("SELECT count(*) AS n FROM good_rows")).n;
  return { rows, ...examined };
}

/** The schema's columns, as SQL. */
function wanted(schema: CsvSchema): string {
  return Object.keys(schema).map(quoteName).join(", ");
}

function scan(reader: BlockReader, file: string, extra = ""): string {
  const columns = reader.header
    .map((name) => `${quoteText(name)}: ${quoteText(reader.schema[name]?.type ?? "VARCHAR")}`)
    .join(", ");
  const newline = reader.newline === "\r\n" ? "\\r\\n" : "\\n";
  return `read_csv(${quoteText(file)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
    new_line = '${newline}', columns = {${columns}}${extra})`;
}

/** Reads a block leniently: good rows go into the table `good_rows`, bad ones are counted and the first described. */
async function examineBlock(
  reader: BlockReader,
  file: string,
  rowsBefore: number,
): Promise<{ badRows: number; examples: BadRow[] }> {
  const { engine, schema } = reader;
  const accept = `coalesce(${acceptCondition(schema)}, false)`;
  await engine.run("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans");
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE read_rows AS
     SELECT ${wanted(schema)}, row_number() OVER () AS row_in_block FROM ${scan(reader, file, ", store_rejects = true, rejects_limit = 0")}`,
  );
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE good_rows AS SELECT * FROM read_rows WHERE ${accept}`,
  );
  const broken = await engine.rows<{ line: number; reason: string; text: string | null }>(
    `SELECT line, min(error_message) AS reason, min(csv_line) AS text FROM reject_errors GROUP BY line ORDER BY line`,
  );
  const fields = Object.keys(schema).map((name) => `coalesce(${quoteName(name)}::VARCHAR, '')`);
  const refused = await engine.rows<{ row_in_block: number; reason: string; text: string }>(
    `SELECT row_in_block, ${complaint(schema)} AS reason, concat_ws(',', ${fields.join(", ")}) AS text
     FROM read_rows WHERE NOT ${accept} ORDER BY row_in_block`,
  );
  const brokenLines = broken.map((row) => Number(row.line));
  const examples = [
    ...broken.map((row) => ({
      row: rowsBefore + Number(row.line),
      reason: firstSentence(row.reason),
      text: row.text ?? "",
    })),
    ...refused.map((row) => ({
      row: rowsBefore + lineOf(row.row_in_block, brokenLines),
      reason: row.reason,
      text: row.text,
    })),
  ].sort((a, b) => a.row - b.row);
  return { badRows: examples.length, examples };
}

/** Line of the n-th row that could be read, given the sorted lines of those that could not. */
function lineOf(rowRead: number, brokenLines: readonly number[]): number {
  let line = rowRead;
  for (const broken of brokenLines) if (broken <= line) line++;
  return line;
}

function firstSentence(message: string): string {
  return (message.split("\n")[0] ?? message)
    .replace(/^Error when converting column/, "column")
    .trim();
}

/** The engine gave up without naming a row. */
function unreadable(where: string, rowsBefore: number, cause: unknown): CsvError {
  const reason = firstSentence(cause instanceof Error ? cause.message : String(cause));
  return new CsvError(
    `${where}, after row ${rowsBefore}: ${reason} Do all rows end alike, with LF or with CRLF? Is there space on the disk?`,
    { cause },
  );
}

function badRowsError(
  where: string,
  found: { badRows: number; examples: readonly BadRow[] },
): CsvError {
  const first = found.examples[0]!;
  const more = found.badRows > 1 ? ` and ${found.badRows - 1} more rows near it` : "";
  return new CsvError(
    `${where}, row ${first.row}${more}: ${first.reason} ("${first.text.trim().slice(0, 80)}"). ` +
      `Mend the file, or pass onBadRow: "skip" to leave such rows out and have them counted.`,
  );
}
