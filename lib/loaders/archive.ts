/**
 * Zip archives, listed and streamed, never extracted and never trusted.
 *
 * yauzl reads the directory; this file adds what yauzl leaves to its caller: CRC-32 and true sizes are checked while
 * the bytes stream, sizes and counts are bounded, and entries that no data set needs (symbolic links, encrypted or
 * repeated names, unknown methods) are refused. An entry's name selects it and is never used as a path.
 * A zip inside a zip is opened only when it is named: see {@link openNestedArchive}.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PassThrough, pipeline, Readable } from "node:stream";
import { pipeline as pipelineDone } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { currentCell } from "../kernel/cell";

export interface ArchiveLimits {
  /** Entries in one archive. Default 1,000. */
  readonly entries?: number;
  /** Bytes of one entry after inflation. Default 4 GiB. */
  readonly entryBytes?: number;
  /** Bytes of all entries after inflation. Default 8 GiB. */
  readonly totalBytes?: number;
  /** Inflated to deflated bytes of an entry that inflates to more than 10 MB. Default 200. */
  readonly ratio?: number;
}

const DEFAULT_LIMITS: Required<ArchiveLimits> = {
  entries: 1000,
  entryBytes: 4 * 2 ** 30,
  totalBytes: 8 * 2 ** 30,
  ratio: 200,
};

const RATIO_COUNTS_ABOVE_BYTES = 10_000_000;
const READ_BYTES = 1 << 20;
const STORED = 0;
const DEFLATED = 8;

export interface ArchiveEntry {
  readonly name: string;
  /** Bytes after inflation, as the archive states them; checked while streaming. */
  readonly bytes: number;
  /** Bytes inside the archive. */
  readonly compressedBytes: number;
  readonly crc32: number;
}

export interface Archive {
  /** What error messages call it: its file name, or `outer.zip > inner.zip`. */
  readonly name: string;
  /** Files in the archive in the order of its directory, folders left out. */
  readonly entries: readonly ArchiveEntry[];
  /** Names of the folders that the directory lists as entries of their own, each with its slash. */
  readonly folders: readonly string[];
  /** The entry of exactly this name. @throws ArchiveError when there is none; the message lists what there is. */
  entry(name: string): ArchiveEntry;
  /**
   * The inflated bytes of one entry, in chunks of up to 1 MiB.
   * @throws ArchiveError while streaming when the bytes do not match the stated size or CRC-32.
   */
  stream(name: string, options?: { signal?: AbortSignal }): AsyncIterable<Buffer>;
  /** One small entry as UTF-8 text. @throws ArchiveError when it holds more than `maxBytes` (default 16 MiB). */
  text(name: string, options?: { maxBytes?: number; signal?: AbortSignal }): Promise<string>;
  /** Ends the use of the archive; an inner archive that was inflated to a temporary file loses it. Stream nothing after. */
  close(): Promise<void>;
}

/** An archive is missing, damaged, hostile, or lacks what was asked of it. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/** A stretch of a file on disk that holds a zip archive. */
interface Stretch {
  readonly file: string;
  readonly start: number;
  readonly length: number;
}

interface OpenArchive extends Archive {
  readonly stretch: Stretch;
  readonly limits: Required<ArchiveLimits>;
  dataStart(entry: ArchiveEntry): Promise<number>;
  isStored(entry: ArchiveEntry): boolean;
}

/** Opens a zip archive on disk. @throws ArchiveError that says what is wrong and what to do. */
export async function openArchive(path: string, limits: ArchiveLimits = {}): Promise<Archive> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) {
    throw new ArchiveError(`${path} is not there. Check the path, or see "npm run data".`);
  }
  const stretch = { file: path, start: 0, length: info.size };
  return openStretch(stretch, basename(path), { ...DEFAULT_LIMITS, ...limits }, async () => {});
}

/**
 * Opens a zip archive that lies inside another one. A stored inner archive is read in place; a deflated one is
 * inflated once into a temporary file outside the project, which goes when the archive is closed.
 */
export async function openNestedArchive(outer: Archive, name: string): Promise<Archive> {
  const parent = outer as OpenArchive;
  const entry = outer.entry(name);
  const label = `${outer.name} > ${name}`;
  if (parent.isStored(entry)) {
    const start = parent.stretch.start + (await parent.dataStart(entry));
    const stretch = { file: parent.stretch.file, start, length: entry.bytes };
    return openStretch(stretch, label, parent.limits, async () => {});
  }
  const folder = await mkdtemp(join(tmpdir(), "nested-archive-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, "inner.zip");
    await pipelineDone(Readable.from(outer.stream(name)), createWriteStream(file));
    return await openStretch({ file, start: 0, length: entry.bytes }, label, parent.limits, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openStretch(
  stretch: Stretch,
  name: string,
  limits: Required<ArchiveLimits>,
  onClose: () => Promise<void>,
): Promise<OpenArchive> {
  const zip = await readDirectory(stretch, name);
  const collected = await collectEntries(zip, name, limits, stretch.length).catch((error) => {
    zip.close();
    throw error;
  });
  const { files: raw, folders } = collected;
  const entries = raw.map(describeEntry);
  const rawByName = new Map(raw.map((entry) => [entry.fileName, entry]));
  const rawEntry = (wanted: string): Entry => {
    const found = rawByName.get(wanted);
    if (found) return found;
    const names = entries.map((e) => e.name).join(", ");
    throw new ArchiveError(`${name} holds no entry "${wanted}". It holds: ${names || "nothing"}.`);
  };
  const dataStart = async (entry: ArchiveEntry): Promise<number> => {
    const header = await zip
      .readLocalFileHeaderPromise(rawEntry(entry.name), { minimal: true })
      .catch((error) => {
        throw damaged(`${name}, entry ${entry.name}`, error);
      });
    return header.fileDataStart;
  };
  const archive: OpenArchive = {
    name,
    entries,
    folders,
    stretch,
    limits,
    dataStart,
    isStored: (entry) => rawEntry(entry.name).compressionMethod === STORED,
    entry: (wanted) => describeEntry(rawEntry(wanted)),
    stream(wanted, options = {}) {
      const entry = rawEntry(wanted);
      const signal = options.signal ?? currentCell().signal;
      return inflateChecked(name, stretch, entry, dataStart, signal);
    },
    async text(wanted, options = {}) {
      const maxBytes = options.maxBytes ?? 16 * 2 ** 20;
      const entry = describeEntry(rawEntry(wanted));
      if (entry.bytes > maxBytes) {
        throw new ArchiveError(
          `${name}, entry ${wanted} holds ${entry.bytes} bytes, more than the ${maxBytes} that are read as text.`,
        );
      }
      const chunks: Buffer[] = [];
      for await (const chunk of archive.stream(wanted, options)) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    },
    async close() {
      zip.close();
      await onClose();
    },
  };
  return archive;
}

function describeEntry(entry: Entry): ArchiveEntry {
  return {
    name: entry.fileName,
    bytes: entry.uncompressedSize,
    compressedBytes: entry.compressedSize,
    crc32: entry.crc32,
  };
}

async function readDirectory(stretch: Stretch, name: string): Promise<ZipFile> {
  const options = { autoClose: false, lazyEntries: true, strictFileNames: true };
  try {
    return await fromRandomAccessReaderPromise(new FileWindow(stretch), stretch.length, options);
  } catch (error) {
    throw damaged(name, error);
  }
}

/** yauzl's view of a stretch of a file. A class because yauzl wants one. */
class FileWindow extends RandomAccessReader {
  constructor(private readonly stretch: Stretch) {
    super();
  }
  override _readStreamForRange(start: number, end: number): Readable {
    if (end <= start) return Readable.from([]);
    const { file, start: offset } = this.stretch;
    const source = createReadStream(file, { start: offset + start, end: offset + end - 1 });
    return pipeline(source, new PassThrough(), () => {});
  }
}

async function collectEntries(
  zip: ZipFile,
  name: string,
  limits: Required<ArchiveLimits>,
  archiveBytes: number,
): Promise<{ files: Entry[]; folders: string[] }> {
  if (zip.entryCount > limits.entries) {
    throw new ArchiveError(
      `${name} holds ${zip.entryCount} entries, more than the ${limits.entries} allowed.`,
    );
  }
  const entries: Entry[] = [];
  const folders: string[] = [];
  const seen = new Set<string>();
  let total = 0;
  let compressed = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const where = `${name}, entry ${entry.fileName}`;
      if (seen.has(entry.fileName)) throw new ArchiveError(`${where} stands twice in the archive.`);
      seen.add(entry.fileName);
      if (entry.fileName.endsWith("/")) {
        folders.push(entry.fileName);
        continue;
      }
      assertHarmless(entry, where, limits);
      total += entry.uncompressedSize;
      compressed += entry.compressedSize;
      entries.push(entry);
    }
  } catch (error) {
    throw error instanceof ArchiveError ? error : damaged(name, error);
  }
  if (total > limits.totalBytes) {
    throw new ArchiveError(
      `${name} inflates to ${total} bytes, more than the ${limits.totalBytes} allowed.`,
    );
  }
  if (compressed > archiveBytes) {
    throw new ArchiveError(
      `${name} states ${compressed} bytes of entries but has only ${archiveBytes}: entries overlap or sizes lie.`,
    );
  }
  return { files: entries, folders };
}

function assertHarmless(entry: Entry, where: string, limits: Required<ArchiveLimits>): void {
  const fileType = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (fileType === 0o120000)
    throw new ArchiveError(`${where} is a symbolic link; none is followed.`);
  if (entry.isEncrypted()) {
    throw new ArchiveError(`${where} is encrypted. Put an archive without password in its place.`);
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new ArchiveError(
      `${where} uses compression method ${entry.compressionMethod}; only stored and deflated entries are read.`,
    );
  }
  if (entry.uncompressedSize > limits.entryBytes) {
    throw new ArchiveError(
      `${where} inflates to ${entry.uncompressedSize} bytes, more than the ${limits.entryBytes} allowed.`,
    );
  }
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
  if (entry.uncompressedSize > RATIO_COUNTS_ABOVE_BYTES && ratio > limits.ratio) {
    throw new ArchiveError(
      `${where} inflates ${Math.round(ratio)} times, more than the ${limits.ratio} allowed: it looks like a zip bomb.`,
    );
  }
}

async function* inflateChecked(
  archiveName: string,
  stretch: Stretch,
  raw: Entry,
  dataStart: (entry: ArchiveEntry) => Promise<number>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const where = `${archiveName}, entry ${raw.fileName}`;
  signal.throwIfAborted();
  const start = stretch.start + (await dataStart(describeEntry(raw)));
  let bytes = 0;
  let crc = 0;
  try {
    for await (const chunk of inflate(stretch.file, start, raw)) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > raw.uncompressedSize) {
        throw new ArchiveError(
          `${where} states ${raw.uncompressedSize} bytes but inflates to more. Fetch the archive again.`,
        );
      }
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ArchiveError || signal.aborted) throw error;
    throw damaged(where, error);
  }
  if (bytes !== raw.uncompressedSize) {
    throw new ArchiveError(
      `${where} states ${raw.uncompressedSize} bytes but has ${bytes}. Fetch the archive again.`,
    );
  }
  if (crc !== raw.crc32) {
    throw new ArchiveError(
      `${where} is damaged: CRC-32 is ${hex(crc)}, the archive states ${hex(raw.crc32)}. Fetch the archive again.`,
    );
  }
}

function inflate(file: string, start: number, entry: Entry): AsyncIterable<Buffer> {
  if (entry.compressedSize === 0) return Readable.from([]);
  const range = { start, end: start + entry.compressedSize - 1, highWaterMark: READ_BYTES };
  const source = createReadStream(file, range);
  if (entry.compressionMethod === STORED) return source;
  // Node's default inflate buffer (16 KiB) costs half the speed.
  return pipeline(source, createInflateRaw({ chunkSize: READ_BYTES }), () => {});
}

function damaged(where: string, cause: unknown): ArchiveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ArchiveError(
    `${where} cannot be read as a zip archive (${reason}). It may be cut short: fetch it again.`,
    { cause },
  );
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
