import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process started, in whatever form the system tells it: with the process id it names one
 * process for ever, although ids are given out again. Undefined: no such process, or not told.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  if (process.platform === "linux") {
    try {
      // After the name in parentheses, which may hold spaces: field 3 (state) to field 22 (start).
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  if (process.platform === "win32") return undefined;
  const told = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return told.stdout?.trim() || undefined;
}

/**
 * Whether the process that was `pid` at `start` still runs.
 * @param {{ pid: number, start?: string }} known
 */
export function stillRuns(known) {
  try {
    process.kill(known.pid, 0);
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EPERM") return false;
  }
  const start = startOf(known.pid);
  // Where starts are told, none means a process that has ended and waits for its parent.
  if (start === undefined) return process.platform === "win32";
  return known.start === undefined || start === known.start;
}

/**
 * Ends a child that leads its own process group, and all that it started there.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function endGroup(pid, signal) {
  try {
    if (process.platform === "win32") {
      spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    } else {
      process.kill(-pid, signal);
    }
  } catch {}
}
