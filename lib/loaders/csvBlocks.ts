/** A byte stream of CSV text, cut into files of whole rows, so that an engine can read one while the next is written. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { parse } from "csv-parse/sync";
import { CsvError } from "./csvSchema";

export interface CsvBlock {
  readonly file: string;
  readonly bytes: number;
}

export interface CsvText {
  /** Names in the first row. */
  readonly header: readonly string[];
  /** `\n` or `\r\n`, as the first row ends. */
  readonly newline: "\n" | "\r\n";
  /** Everything after the first row. */
  readonly body: AsyncIterable<Buffer>;
  /** Releases the source of a body that nobody reads. */
  discard(): Promise<void>;
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LONGEST_HEADER_BYTES = 64 * 1024;

/** Reads the first row and hands on the rest. @throws CsvError when there is none. */
export async function readHeader(chunks: AsyncIterable<Buffer>, where: string): Promise<CsvText> {
  const source = chunks[Symbol.asyncIterator]();
  const discard = async () => {
    await source.return?.();
  };
  let start: Buffer = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const next = await source.next();
    if (next.done) break;
    start = start.length ? Buffer.concat([start, next.value]) : next.value;
    end = start.indexOf(LF);
    if (end < 0 && start.length > LONGEST_HEADER_BYTES) {
      await discard();
      throw new CsvError(`${where} has no line end in its first 64 KiB: it is not a CSV file.`);
    }
  }
  if (start.length === 0) throw new CsvError(`${where} is empty; a header row was expected.`);
  const lineEnd = end < 0 ? start.length : end;
  const crlf = start[lineEnd - 1] === CR;
  const text = start.toString("utf8", 0, crlf ? lineEnd - 1 : lineEnd);
  return {
    header: (parse(text, { bom: true, relax_quotes: true })[0] as string[] | undefined) ?? [],
    newline: crlf ? "\r\n" : "\n",
    body: rest(start.subarray(lineEnd + 1), source),
    discard,
  };
}

async function* rest(first: Buffer, source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length) yield first;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

/**
 * Writes the body into files of about `blockBytes`, each cut at a row end outside quotes. A file is yielded when it is
 * complete; whoever takes it may delete it.
 */
export async function* csvBlocks(
  body: AsyncIterable<Buffer>,
  options: { readonly folder: string; readonly blockBytes: number },
): AsyncGenerator<CsvBlock> {
  let number = 0;
  let block = openBlock(options.folder, number);
  let quotes = START;
  try {
    for await (const chunk of body) {
      const isFull = block.bytes() + chunk.length >= options.blockBytes;
      const cut = isFull ? lastRowEnd(chunk, quotes) : -1;
      quotes = quotesAfter(chunk, chunk.length, quotes);
      if (cut < 0) {
        await block.write(chunk);
        continue;
      }
      await block.write(chunk.subarray(0, cut));
      yield await block.close();
      block = openBlock(options.folder, ++number);
      await block.write(chunk.subarray(cut));
    }
    yield await block.close();
  } finally {
    block.discard();
  }
}

function openBlock(folder: string, number: number) {
  const file = join(folder, `block-${number}.csv`);
  const stream = createWriteStream(file);
  let bytes = 0;
  let failure: Error | undefined;
  // A full disk may show between two writes; without a listener it would end the process.
  stream.on("error", (error) => {
    failure = error;
  });
  return {
    bytes: () => bytes,
    async write(chunk: Buffer) {
      if (failure) throw failure;
      bytes += chunk.length;
      if (!stream.write(chunk)) await once(stream, "drain");
    },
    async close(): Promise<CsvBlock> {
      stream.end();
      await finished(stream);
      return { file, bytes };
    },
    discard: () => stream.destroy(),
  };
}

/** What must be known of the bytes before a place to tell whether the place is inside quotes. */
interface QuoteState {
  readonly inside: boolean;
  /** The byte before the place; a line end before the first. */
  readonly last: number;
  /** Whether that byte closed quotes; another quote then opens them again (a doubled quote). */
  readonly hasClosed: boolean;
}

const START: QuoteState = { inside: false, last: LF, hasClosed: false };

/** Position after the last line end that is not inside quotes, or -1. */
function lastRowEnd(chunk: Buffer, before: QuoteState): number {
  for (let at = chunk.lastIndexOf(LF); at >= 0; at = at > 0 ? chunk.lastIndexOf(LF, at - 1) : -1) {
    if (!quotesAfter(chunk, at, before).inside) return at + 1;
  }
  return -1;
}

/** The state at `end`. Quotes open at the begin of a field only: in `5" disk` there are none. */
function quotesAfter(chunk: Buffer, end: number, before: QuoteState): QuoteState {
  let inside = before.inside;
  let closedAt = before.hasClosed ? -1 : -2;
  for (let at = chunk.indexOf(QUOTE); at >= 0 && at < end; at = chunk.indexOf(QUOTE, at + 1)) {
    if (inside) {
      inside = false;
      closedAt = at;
    } else {
      const last = at > 0 ? chunk[at - 1] : before.last;
      inside = last === COMMA || last === LF || closedAt === at - 1;
    }
  }
  const last = end > 0 ? chunk[end - 1]! : before.last;
  return { inside, last, hasClosed: closedAt === end - 1 };
}
