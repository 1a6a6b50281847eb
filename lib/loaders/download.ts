/** Downloads that survive interruption: what has arrived is kept beside the target and continued the next time. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { currentCell } from "../kernel/cell";

export interface DownloadOptions {
  /** MD5 the publisher states, 32 hexadecimal digits; checked before the file gets its name. */
  readonly md5?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytesDone: number, bytes: number | undefined) => void;
  /** Time without a byte after which the connection counts as lost. Default 30,000 ms. */
  readonly silenceMs?: number;
}

/** A download failed. The message says whether it can be continued. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/** Where the part that has arrived is kept. */
export function partialPath(path: string): string {
  return `${path}.part`;
}

/**
 * Fetches `url` to `path`. The file appears under its name only when all of it has arrived and its MD5 is right.
 * @throws DownloadError with the reason and what to do. The signal's reason on abort; what has arrived is kept.
 */
export async function download(
  url: string,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = partialPath(path);
  await fetchRest(url, partial, options);
  if (options.md5) await assertMd5(partial, options.md5, url);
  await rename(partial, path);
}

/** A small text from the web, or undefined when the server does not have it. */
export async function downloadText(url: string, signal?: AbortSignal): Promise<string | undefined> {
  const response = await request(url, {}, signal ?? AbortSignal.timeout(30_000));
  return response.ok ? response.text() : undefined;
}

async function fetchRest(url: string, partial: string, options: DownloadOptions): Promise<void> {
  const have = await sizeOf(partial);
  const outer = options.signal ?? currentCell().signal;
  const silence = new AbortController();
  const signal = AbortSignal.any([outer, silence.signal]);
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const silenceMs = options.silenceMs ?? 30_000;
  let timer: NodeJS.Timeout | undefined;
  const expectMore = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () => silence.abort(new Error(`no byte for ${silenceMs / 1000} s`)),
      silenceMs,
    );
  };
  try {
    expectMore();
    const response = await request(url, headers, signal);
    if (response.status === 416 && have > 0)
      return await startAgainUnlessWhole(url, partial, options, response);
    if (!response.ok || !response.body) {
      throw new DownloadError(`${url} answered ${response.status} ${response.statusText}.`);
    }
    const continued = response.status === 206;
    const start = continued ? have : 0;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const bytes = Number.isFinite(length) ? start + length : undefined;
    let done = start;
    try {
      await pipeline(
        Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            expectMore();
            done += chunk.length;
            options.onProgress?.(done, bytes);
            yield chunk;
          }
        },
        createWriteStream(partial, { flags: continued ? "a" : "w" }),
        { signal },
      );
    } catch (error) {
      outer.throwIfAborted();
      throw lost(url, done, bytes, silence.signal.aborted ? silence.signal.reason : error);
    }
    if (bytes !== undefined && done !== bytes) throw lost(url, done, bytes, undefined);
  } finally {
    clearTimeout(timer);
  }
}

/** The server has nothing beyond what we have: either all has arrived, or the remote file has changed. */
async function startAgainUnlessWhole(
  url: string,
  partial: string,
  options: DownloadOptions,
  response: Response,
): Promise<void> {
  const bytes = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1]);
  if (bytes === (await sizeOf(partial))) return;
  await rm(partial);
  await fetchRest(url, partial, options);
}

async function request(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    if (signal.aborted && (signal.reason as Error | undefined)?.name === "AbortError") throw error;
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    const reason = cause?.code ?? cause?.message ?? (error as Error).message;
    throw new DownloadError(
      `${new URL(url).host} cannot be reached (${reason}). Is there a network? Without one, place the file by hand: "npm run data" tells how.`,
      { cause: error },
    );
  }
}

function lost(url: string, done: number, bytes: number | undefined, cause: unknown): DownloadError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new DownloadError(
    `The connection to ${new URL(url).host} was lost after ${done} of ${bytes ?? "unknown"} bytes${reason}. ` +
      "What has arrived is kept: the same command goes on from there.",
    { cause },
  );
}

async function assertMd5(file: string, expected: string, url: string): Promise<void> {
  const digest = createHash("md5");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    digest.update(chunk);
  const actual = digest.digest("hex");
  if (actual === expected.toLowerCase()) return;
  await rm(file);
  throw new DownloadError(
    `${url} arrived damaged: its MD5 is ${actual}, the publisher states ${expected}. It was removed; run the command again.`,
  );
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
