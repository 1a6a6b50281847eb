/** Writes a file at once: whole or not at all. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { temporarySibling } from "../loaders/temporary";

/**
 * Puts `content` at `path` by way of a temporary name in the same folder. Missing folders are made; a file
 * already there is replaced.
 * @throws the file system's error (no space, no permission); the temporary file is removed first
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporarySibling(path);
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
