/** What a file is, by its content: SHA-256, remembered as long as size, time and inode stay the same. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { currentCell } from "../kernel/cell";
import { cacheFolder } from "./places";
import { writeWhole } from "./temporary";

/** The file's SHA-256 as 64 hexadecimal digits. */
export async function sha256OfFile(
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<string> {
  const info = await stat(path, { bigint: true });
  const fingerprint = `${info.size}-${info.mtimeNs}-${info.ino}`;
  const memory = join(cacheFolder(), "sha256.json");
  const key = resolve(path);
  const known = await remembered(memory);
  const before = known[key];
  if (before?.fingerprint === fingerprint) return before.sha256;
  const sha256 = await hash(path, options.signal ?? currentCell().signal);
  const others = await remembered(memory);
  await writeWhole(
    memory,
    `${JSON.stringify({ ...others, [key]: { fingerprint, sha256 } }, null, 2)}\n`,
  );
  return sha256;
}

type Memory = Record<string, { readonly fingerprint: string; readonly sha256: string }>;

/** What is remembered; nothing when the file is missing or is not what it should be. */
async function remembered(file: string): Promise<Memory> {
  try {
    return JSON.parse(await readFile(file, "utf8")) ?? {};
  } catch {
    return {};
  }
}

async function hash(path: string, signal: AbortSignal): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal.throwIfAborted();
    digest.update(chunk);
  }
  return digest.digest("hex");
}
