import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stillRuns } from "../../lib/setup/processes.mjs";
import { lastLines, runTool } from "../../lib/setup/tool.mjs";
import { temporaryFolder } from "./temporary";

describe("a tool", () => {
  const root = temporaryFolder();
  const log = join(root, "log");
  const node = (name: string, script: string, timeoutSeconds?: number) =>
    runTool(
      { root, log },
      { name, command: process.execPath, args: ["-e", script], timeoutSeconds },
    );

  test("that ends well gives its output and leaves a log with all of it", async () => {
    const result = await node("well", "console.log('out'); console.error('err')");
    assert.equal(result.ok, true);
    assert.equal(result.output, "out\n");
    const text = readFileSync(result.log, "utf8");
    assert.match(text, /^\$ /);
    assert.match(text, /^out$/m);
    assert.match(text, /^err$/m);
  });

  test("that fails gives the end of what it printed", async () => {
    const script = "for (let i = 1; i <= 30; i++) console.error('line ' + i); process.exitCode = 3";
    const result = await node("badly", script);
    assert.equal(result.ok, false);
    assert.equal(result.code, 3);
    assert.equal(result.tail.split("\n").length, 8);
    assert.match(result.tail, /line 30$/);
    assert.match(readFileSync(result.log, "utf8"), /line 1\n/);
  });

  test("that is not there is told apart", async () => {
    const result = await runTool(
      { root, log },
      { name: "absent", command: join(root, "no-such-program"), args: [] },
    );
    assert.equal(result.ok, false);
    assert.equal(result.missing, true);
    assert.match(result.tail, /no-such-program/);
  });

  test("that takes too long is ended with all that it started", {
    skip: process.platform === "win32" && "a shell script",
  }, async () => {
    const script = "sleep 1000 & echo $!; wait";
    const result = await runTool(
      { root, log },
      { name: "slow", command: "sh", args: ["-c", script], timeoutSeconds: 1.5 },
    );
    assert.equal(result.ok, false);
    assert.match(result.tail, /ended after 1.5 s/);
    const grandchild = { pid: Number(result.output) };
    assert.ok(grandchild.pid > 1);
    for (let waits = 0; waits < 500 && stillRuns(grandchild); waits++) await sleep(20);
    assert.equal(stillRuns(grandchild), false);
  });

  test("is noted while it runs", async () => {
    const noted: (number | undefined)[] = [];
    await runTool(
      { root, log, onChild: (pid) => noted.push(pid) },
      { name: "noted", command: process.execPath, args: ["-e", ""] },
    );
    assert.equal(noted.length, 2);
    assert.ok((noted[0] ?? 0) > 1);
    assert.equal(noted[1], undefined);
  });
});

test("the last lines are those that stay on the screen", () => {
  assert.equal(lastLines("10 %\r50 %\r100 %\r\n\n  \nfinished\r\n", 5), "100 %\nfinished");
  assert.equal(lastLines("a\nb\nc", 2), "b\nc");
});
