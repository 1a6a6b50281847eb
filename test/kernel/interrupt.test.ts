import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { type KernelClient, type Outcome, pause, resultOf, startKernel, textOf } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await startKernel();
});
after(() => kernel.stop());

/** Starts a cell, interrupts it once it has printed `started`, and returns how it ended. */
async function interrupted(code: string, how: "message" | "signal" = "message"): Promise<Outcome> {
  const { id, outcome } = kernel.send("execute_request", { code, silent: false });
  await kernel.waitFor(
    (m) => m.parent.msg_id === id && m.type === "stream" && /started/.test(m.content.text),
  );
  await pause(100);
  if (how === "message") {
    const reply = await kernel.ask("interrupt_request", {}, "control");
    assert.equal(reply.type, "interrupt_reply");
  } else kernel.process.kill("SIGINT");
  const ended = await outcome;
  assert.equal(ended.reply.content.status, "error", code);
  assert.equal(ended.reply.content.ename, "Interrupted", code);
  assert.equal(resultOf(await kernel.run("6 * 7")), "42", "the kernel answers afterwards");
  return ended;
}

test("a loop that never yields stops, and the state is kept", async () => {
  const { reply } = await interrupted(
    "let turns = 0;\nconsole.log('started');\nwhile (true)\n  turns++;",
  );
  assert.match(stripVTControlCharacters(reply.content.traceback.join("\n")), /, line [34]\n/);
  const turns = Number(resultOf(await kernel.run("turns")));
  assert.ok(turns > 0);
  assert.equal(resultOf(await kernel.run("turns")), String(turns), "it has really stopped");
});

test("a loop that never yields after an await stops", async () => {
  await interrupted(
    "await null; console.log('started');\nawait new Promise((r) => setTimeout(r, 20));\nfor (;;) {}",
  );
});

test("such loops stop wherever they run: timer, immediate, nextTick, microtask, file callback, promise", async () => {
  const never = "await new Promise(() => {})";
  for (const code of [
    `setTimeout(() => { console.log('started'); for (;;) {} }, 10); ${never}`,
    `setImmediate(() => { console.log('started'); for (;;) {} }); ${never}`,
    `process.nextTick(() => { console.log('started'); for (;;) {} }); ${never}`,
    `queueMicrotask(() => { console.log('started'); for (;;) {} }); ${never}`,
    `import { readFile } from 'node:fs'; readFile('package.json', () => { console.log('started'); for (;;) {} }); ${never}`,
    `import { readFile as read } from 'node:fs/promises'; await read('package.json'); console.log('started'); for (;;) {}`,
    "console.log('started'); while (true) await null;",
  ]) {
    await interrupted(code);
  }
});

test("text that a loop prints without ever yielding arrives while it runs", async () => {
  const ended = await interrupted(
    "for (let i = 0; ; i++) { const end = Date.now() + 30; while (Date.now() < end); console.log('started', i); }",
  );
  assert.match(textOf(ended, "stdout"), /started 1\n/);
});

test("asynchronous work is really aborted: a wait, a loop of waits, a loop over a stream", async () => {
  await interrupted("console.log('started'); await new Promise((r) => setTimeout(r, 1e6))");
  await interrupted(
    "let ticks = 0; console.log('started'); while (true) { await new Promise((r) => setTimeout(r, 5)); ticks++; }",
  );
  const ticks = resultOf(await kernel.run("ticks"));
  await pause(100);
  assert.equal(resultOf(await kernel.run("ticks")), ticks);
  await interrupted(
    "async function* forever() { for (;;) { yield 1; await new Promise((r) => setTimeout(r, 5)); } }\nlet items = 0; console.log('started'); for await (const x of forever()) items += x;",
  );
  const items = resultOf(await kernel.run("items"));
  await pause(100);
  assert.equal(resultOf(await kernel.run("items")), items);
});

test("the signal of the cell reaches lib, which may tidy up", async () => {
  const ended = await interrupted(
    `import { breathe, currentCell } from "./lib/kernel";
     async function train() {
       try { for (;;) await breathe(); } finally { console.log("tidied", currentCell().signal.aborted); }
     }
     console.log("started"); await train();`,
  );
  assert.match(textOf(ended, "stdout"), /tidied true/);
  assert.equal(
    resultOf(await kernel.run("currentCell().signal.aborted")),
    "false",
    "a new cell, a new signal",
  );
});

test("an interrupt with no cell running stops what earlier cells left behind", async () => {
  await kernel.run(
    "let left = 0; void (async () => { for (;;) { await new Promise((r) => setTimeout(r, 5)); left++; } })(); undefined",
  );
  await pause(50);
  await kernel.ask("interrupt_request", {}, "control");
  await pause(50);
  const left = resultOf(await kernel.run("left"));
  await pause(100);
  assert.equal(resultOf(await kernel.run("left")), left);
});

test("a module that was stopped while it loaded is loaded anew", async () => {
  const path = join(kernel.folder, "slow.cjs");
  writeFileSync(
    path,
    "if (!globalThis.fast) { console.log('started'); for (;;) {} }\nexports.value = 5;",
  );
  const load = `const slow = require(${JSON.stringify(path)});`;
  await interrupted(load);
  assert.equal(
    resultOf(await kernel.run(`(globalThis as any).fast = true;\n${load}\nslow.value`)),
    "5",
  );
});

test("the signal SIGINT, too, stops a loop and a wait", async () => {
  await interrupted("console.log('started'); for (;;) {}", "signal");
  await interrupted("console.log('started'); await new Promise(() => {})", "signal");
});

test("the heart beats while a cell computes", async () => {
  const { id, outcome } = kernel.send("execute_request", {
    code: "console.log('started'); for (;;) {}",
    silent: false,
  });
  await kernel.waitFor((m) => m.parent.msg_id === id && m.type === "stream");
  assert.equal(await kernel.heartbeat("ping"), "ping");
  await kernel.ask("interrupt_request", {}, "control");
  await outcome;
});

/** Processes that have `parent` as their parent. */
function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(join("/proc", String(pid), "stat"), "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
      } catch {
        return false;
      }
    });
}

test("a kernel whose parent dies ends by itself", async (t) => {
  if (process.platform === "win32") return t.skip("no process groups here");
  const orphan = await startKernel({ parent: "shell" });
  const pid = Number(resultOf(await orphan.run("process.pid")));
  orphan.process.kill("SIGKILL");
  for (let turn = 0; turn < 200 && isAlive(pid); turn++) await pause(50);
  assert.equal(isAlive(pid), false);
  await orphan.stop();
});

test("a shutdown ends a kernel that never yields, with its threads and children", async () => {
  await kernel.run(
    "import { spawn } from 'node:child_process'; import { Worker } from 'node:worker_threads';\nspawn('sleep', ['1000']); new Worker('setInterval(() => {}, 1e6)', { eval: true }); undefined",
  );
  const pid = kernel.process.pid ?? 0;
  const children = process.platform === "linux" ? childrenOf(pid) : [];
  if (process.platform === "linux") assert.equal(children.length, 1);
  const { id } = kernel.send("execute_request", {
    code: "console.log('started'); for (;;) {}",
    silent: false,
  });
  await kernel.waitFor((m) => m.parent.msg_id === id && m.type === "stream");
  await kernel.stop();
  assert.notEqual(await kernel.exited, undefined);
  for (const child of children) {
    for (let turn = 0; turn < 50 && isAlive(child); turn++) await pause(20);
    assert.equal(isAlive(child), false, "the child process is gone");
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/\) Z /.test(stat);
  } catch {
    return false;
  }
}
