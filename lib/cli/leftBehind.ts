import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that outlived what started it. */
export interface LeftProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * The running processes that carry this mark, `NAME=value`, in their environment: a kernel or a
 * browser gets it from the test that started it, however many sessions lie between. They have
 * `graceMilliseconds` to end by themselves. Read from /proc: on other systems than Linux the
 * list is empty.
 */
export async function leftBehind(
  mark: string,
  graceMilliseconds: number,
): Promise<readonly LeftProcess[]> {
  const deadline = Date.now() + graceMilliseconds;
  for (;;) {
    const found = marked(mark);
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(100);
  }
}

function marked(mark: string): LeftProcess[] {
  const found: LeftProcess[] = [];
  for (const name of process.platform === "linux" ? readdirSync("/proc") : []) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark)) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      // A process that has ended and waits for its parent has no command line any more.
      if (command !== "") found.push({ pid, command });
    } catch {
      // It ended while we looked, or belongs to somebody else.
    }
  }
  return found;
}
