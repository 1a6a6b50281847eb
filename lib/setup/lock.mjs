import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endGroup, startOf, stillRuns } from "./processes.mjs";
import { writeAtomically } from "./state.mjs";

/**
 * Who is at work: written into the lock file.
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} [start]  tells this process from a later one with the same id
 * @property {string} host
 * @property {{ pid: number, start?: string }} [child]  the tool that runs just now
 */

/**
 * @typedef {object} Lock
 * @property {(child: number | undefined) => void} setChild  notes which tool runs
 * @property {() => void} release
 */

const beatMilliseconds = 2_000;
const silenceMilliseconds = 30_000;

/**
 * Waits until no other set-up works on this project, then keeps others out until `release`.
 *
 * A holder that was killed leaves its file behind. On the same host its process id tells that it
 * is gone; for another host (a shared disk, a container) the file must have gone 30 s without the
 * holder's beat. A tool that a killed holder left running is ended first, for it would go on
 * writing under our feet.
 * @param {string} file
 * @param {{ onWait?: (holder: Holder) => void }} [options]  called once when we have to wait
 * @returns {Promise<Lock>}
 */
export async function acquireLock(file, options = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const self = { pid: process.pid, start: startOf(process.pid), host: hostname() };
  let waited = false;
  while (!createIfAbsent(file, JSON.stringify(self))) {
    const holder = readHolder(file);
    if (isGone(file, holder)) {
      await removeGone(file);
      continue;
    }
    if (!waited && holder) {
      waited = true;
      options.onWait?.(holder);
    }
    await sleep(250);
  }
  const beat = setInterval(() => touch(file), beatMilliseconds);
  beat.unref();
  return {
    setChild(child) {
      const known = child === undefined ? undefined : { pid: child, start: startOf(child) };
      writeAtomically(file, JSON.stringify({ ...self, child: known }));
    },
    release() {
      clearInterval(beat);
      if (readHolder(file)?.pid === self.pid) rmSync(file, { force: true });
    },
  };
}

/** @param {string} file @param {string} text */
function createIfAbsent(file, text) {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} file @returns {Holder | undefined} */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {Holder | undefined} holder */
function isGone(file, holder) {
  if (holder?.host === hostname()) return !stillRuns(holder);
  return silence(file) > silenceMilliseconds;
}

/** Milliseconds since the file was last touched. @param {string} file */
function silence(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/** @param {string} file */
function touch(file) {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {}
}

/**
 * Removes a dead holder's file. Only one process at a time may do so, and it looks once more:
 * otherwise two that saw the same dead holder could remove each other's fresh lock.
 * @param {string} file
 */
async function removeGone(file) {
  const guard = `${file}.removing`;
  if (!createIfAbsent(guard, String(process.pid))) {
    if (silence(guard) > 10_000) rmSync(guard, { force: true });
    await sleep(50);
    return;
  }
  try {
    const holder = readHolder(file);
    if (!isGone(file, holder)) return;
    if (holder?.child && holder.host === hostname() && stillRuns(holder.child)) {
      endGroup(holder.child.pid, "SIGKILL");
      for (let waits = 0; waits < 40 && stillRuns(holder.child); waits++) await sleep(50);
    }
    rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}
