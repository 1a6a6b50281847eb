import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { acquireLock } from "../../lib/setup/lock.mjs";
import { stillRuns } from "../../lib/setup/processes.mjs";
import { temporaryFolder } from "./temporary";

const lockModule = JSON.stringify(join(__dirname, "../../lib/setup/lock.mjs"));

/** Runs a script that may use acquireLock, and waits for its first output. */
async function start(script: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", `import { acquireLock } from ${lockModule};\n${script}`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [chunk] = await once(child.stdout!, "data");
  return { child, said: String(chunk).trim() };
}

describe("the lock", () => {
  const folder = temporaryFolder();

  test("lets one set-up work at a time", async () => {
    const file = join(folder, "one.lock");
    const journal = join(folder, "journal");
    writeFileSync(journal, "");
    const script = `
      import { appendFileSync } from "node:fs";
      import { setTimeout as sleep } from "node:timers/promises";
      console.log("started");
      for (let round = 0; round < 3; round++) {
        const lock = await acquireLock(${JSON.stringify(file)});
        appendFileSync(${JSON.stringify(journal)}, "in ");
        await sleep(30);
        appendFileSync(${JSON.stringify(journal)}, "out ");
        lock.release();
        await sleep(5);
      }`;
    const children = await Promise.all([start(script), start(script), start(script)]);
    await Promise.all(children.map(({ child }) => child.exitCode ?? once(child, "close")));
    assert.equal(readFileSync(journal, "utf8"), "in out ".repeat(9));
    assert.equal(existsSync(file), false);
  });

  test("tells who is waited for", async () => {
    const file = join(folder, "waiting.lock");
    const { child } = await start(`
      const lock = await acquireLock(${JSON.stringify(file)});
      console.log("held");
      setTimeout(() => lock.release(), 600);`);
    const waitedFor: number[] = [];
    const lock = await acquireLock(file, { onWait: (holder) => waitedFor.push(holder.pid) });
    lock.release();
    assert.deepEqual(waitedFor, [child.pid]);
  });

  test("of a killed set-up is taken over, and the tool it left running is ended", async () => {
    const file = join(folder, "killed.lock");
    const { child, said } = await start(`
      import { spawn } from "node:child_process";
      const lock = await acquireLock(${JSON.stringify(file)});
      const tool = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
        detached: true, stdio: "ignore" });
      lock.setChild(tool.pid);
      console.log(tool.pid);
      setInterval(() => {}, 1000);`);
    const tool = { pid: Number(said) };
    assert.equal(stillRuns(tool), true);
    child.kill("SIGKILL");
    await once(child, "close");
    const lock = await acquireLock(file);
    lock.release();
    assert.equal(stillRuns(tool), false);
  });

  test("of a process whose id was given out again does not count", async () => {
    const file = join(folder, "reused.lock");
    // Our own id, but another start: as if the machine had been restarted since.
    writeFileSync(
      file,
      JSON.stringify({ pid: process.pid, start: "a start long ago", host: hostname() }),
    );
    const lock = await acquireLock(file);
    assert.equal(JSON.parse(readFileSync(file, "utf8")).pid, process.pid);
    lock.release();
    assert.equal(existsSync(file), false);
  });
});
