/** Ends what cells have started as processes: a kernel that goes leaves nothing behind. */
import { execFileSync } from "node:child_process";

/** Kills all processes below this one. Does nothing where there is no `ps`. */
export function endChildProcesses(): void {
  let table: string;
  try {
    table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], {
      encoding: "utf8",
      timeout: 1000,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return;
  }
  const children = new Map<number, number[]>();
  for (const line of table.split("\n")) {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!pid || command === "ps") continue;
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(pid)]);
  }
  const end = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      end(child);
      try {
        process.kill(child, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  };
  end(process.pid);
}
