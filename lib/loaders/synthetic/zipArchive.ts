/** Writes a zip archive whose bytes depend on its contents alone: fixed times and modes, fixed order, one after the other. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";

export interface ZipEntry {
  /** A name that ends in "/" is a folder, whose content is not asked for. */
  readonly name: string;
  /** Written as it is, not deflated. Default false. */
  readonly stored?: boolean;
  /** The contents, in pieces. Asked for when the entries before it are written. */
  readonly content: () => Iterable<Buffer> | AsyncIterable<Buffer>;
}

/**
 * Streams the entries into a zip at the given path and returns the SHA-256 of the file.
 * Deflate level 1: three times as fast as the usual 6 and a quarter larger.
 */
export async function writeZip(
  path: string,
  entries: readonly ZipEntry[],
  signal: AbortSignal,
): Promise<string> {
  const failure = new AbortController();
  const file = createWriteStream(path);
  await once(file, "open");
  file.on("error", (error) => failure.abort(error));
  const zip = new ZipFile();
  const streams: Readable[] = [];
  // Local time, because a zip has no time zone: the same fields on every machine.
  const mtime = new Date(2023, 9, 13, 12, 0, 0);
  for (const entry of entries) {
    if (entry.name.endsWith("/")) {
      zip.addEmptyDirectory(entry.name, { mtime, mode: 0o040755, forceDosTimestamp: true });
      continue;
    }
    const compressionLevel = entry.stored === true ? 0 : 1;
    zip.addReadStreamLazy(
      entry.name,
      { mtime, mode: 0o100644, compressionLevel, forceDosTimestamp: true },
      (ready) => {
        const stream = Readable.from(entry.content(), { objectMode: false });
        streams.push(stream);
        stream.on("error", (error) => failure.abort(error));
        ready(null as unknown as Error, stream);
      },
    );
  }
  zip.end();

  const hash = createHash("sha256");
  const output = zip.outputStream as unknown as Readable;
  const stop = () => output.destroy(reason(signal, failure.signal));
  signal.addEventListener("abort", stop, { once: true });
  failure.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of output) {
      hash.update(chunk as Buffer);
      if (!file.write(chunk)) await once(file, "drain");
    }
    file.end();
    await finished(file);
  } catch (error) {
    for (const stream of streams) stream.destroy();
    // Closed for good before the caller removes it.
    if (!file.closed) {
      await new Promise<void>((resolve) => {
        file.once("close", () => resolve());
        file.destroy();
      });
    }
    throw signal.aborted || failure.signal.aborted ? reason(signal, failure.signal) : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return hash.digest("hex");
}

function reason(...signals: readonly AbortSignal[]): Error {
  const cause = signals.find((signal) => signal.aborted)?.reason;
  return cause instanceof Error ? cause : new Error("Writing the archive was stopped.");
}
