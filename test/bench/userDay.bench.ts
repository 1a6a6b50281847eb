/** The user-day panel from all rows of KuaiRec's big_matrix: seconds, memory, and pandas as the peer. */
import { execFile, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench, BenchResult } from "./bench";

interface Built {
  readonly rows: number;
  readonly userDays: number;
  readonly treated: number;
  /** Reading the CSV: into the cache here, into memory with pandas. */
  readonly readSeconds: number;
  /** Cleaning the watches. Here they are computed when the panel asks. */
  readonly watchSeconds: number;
  readonly panelSeconds: number;
}

/** The limits are for the real file's size; smaller archives are measured and only reported. */
const FULL_ROWS = 10_000_000;

export const bench: Bench = async ({ kuairec, python, folder, note }) => {
  const archive = await kuairec();
  process.env.LAB_CACHE = join(folder, "cache-user-day");
  const first = await buildOnce(archive);
  const again = await buildOnce(archive);
  await rm(process.env.LAB_CACHE, { recursive: true, force: true });
  const steps = again.watchSeconds + again.panelSeconds;
  note(
    `${again.rows.toLocaleString("en")} watches, ${again.userDays.toLocaleString("en")} user-days: ` +
      `${first.readSeconds.toFixed(2)} s into the cache, once; ${steps.toFixed(2)} s from there to the panel`,
  );
  const full = again.rows >= FULL_ROWS;
  const results: BenchResult[] = [
    {
      name: "peak memory of reading and of the panel",
      value: Math.max(first.peakMegabytes, again.peakMegabytes),
      unit: "MB",
      limit: { kind: "at most", value: 2000 },
    },
  ];
  if (python === undefined) {
    note("pandas is compared with --peers");
    return results;
  }
  const peer = await pandasPanel(python, archive);
  if (peer.userDays !== again.userDays || peer.treated !== again.treated) {
    throw new Error(
      `pandas has ${peer.userDays} user-days, ${peer.treated} treated; here ${again.userDays}, ${again.treated}.`,
    );
  }
  const peerSteps = peer.watchSeconds + peer.panelSeconds;
  note(`pandas: ${peer.readSeconds.toFixed(2)} s reading, ${peerSteps.toFixed(2)} s to the panel`);
  results.push(
    {
      name: "speed from watches to panel, against pandas",
      value: peerSteps / steps,
      unit: "times the speed",
      ...(full ? { limit: { kind: "at least", value: 5 } } : {}),
    },
    {
      name: "speed of a later session (cache there), against pandas reading the zip again",
      value: (peer.readSeconds + peerSteps) / (again.readSeconds + steps),
      unit: "times the speed",
      ...(full ? { limit: { kind: "at least", value: 5 } } : {}),
    },
    {
      name: "speed of the first session (nothing cached), against pandas",
      value: (peer.readSeconds + peerSteps) / (first.readSeconds + steps),
      unit: "times the speed",
    },
  );
  return results;
};

/** In a fresh process, so that its peak memory is its own. */
function buildOnce(archive: string): Promise<Built & { peakMegabytes: number }> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "userDayOnce.ts"), [archive], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child.once("message", (message) => resolve(message as Built & { peakMegabytes: number }));
    child.once("exit", (code) => reject(new Error(`Building the panel ended with code ${code}.`)));
  });
}

async function pandasPanel(python: string, archive: string): Promise<Built> {
  const script = join(__dirname, "peers", "pandas_user_day.py");
  const { stdout } = await promisify(execFile)(python, [script, archive]);
  return JSON.parse(stdout);
}
