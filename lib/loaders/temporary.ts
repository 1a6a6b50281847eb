/** Temporary names beside their final ones: what a killed run leaves behind is recognised and removed by the next. */
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const MARK = ".unfinished-";
let count = 0;

/** A fresh name in the same folder (so that a rename is atomic) that states which process writes it. */
export function temporarySibling(path: string): string {
  return join(dirname(path), `${MARK}${process.pid}-${count++}-${basename(path)}`);
}

/** Removes unfinished files and folders whose process is gone. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(MARK)) continue;
    const pid = Number.parseInt(name.slice(MARK.length), 10);
    if (!isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Writes a file so that it is either there whole or not at all, and removes what killed runs left in its folder. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await removeAbandoned(dirname(path));
  const unfinished = temporarySibling(path);
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
