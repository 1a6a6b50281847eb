import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import {
  type KernelClient,
  type Outcome,
  outputsOf,
  pause,
  resultOf,
  startKernel,
  textOf,
} from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await startKernel();
});
after(() => kernel.stop());

/** The error of a cell: one `error` message, and the same in the reply. */
function errorOf(outcome: Outcome) {
  const errors = outputsOf(outcome, "error");
  assert.equal(errors.length, 1);
  const { status, ename, evalue, traceback } = outcome.reply.content;
  assert.equal(status, "error");
  assert.deepEqual({ ename, evalue, traceback }, errors[0]);
  return { ename, evalue, text: stripVTControlCharacters(traceback.join("\n")) };
}

test("a thrown error names the cell's own line", async () => {
  const outcome = await kernel.run(
    "interface Gone { a: number }\n\nfunction f(n: number): number {\n  if (n > 1)\n    throw new RangeError('too big: ' + n);\n  return n;\n}\nf(1);\nf(5)",
  );
  const { ename, evalue, text } = errorOf(outcome);
  assert.equal(ename, "RangeError");
  assert.equal(evalue, "too big: 5");
  const count = outcome.reply.content.execution_count;
  assert.match(text, new RegExp(`Cell \\[${count}\\], line 5`));
  assert.match(text, /----> 5 {5}throw new RangeError/);
  assert.match(text, new RegExp(`at f \\(Cell \\[${count}\\]:5:11\\)`));
  assert.match(text, new RegExp(`at Cell \\[${count}\\]:9:\\d`));
  assert.doesNotMatch(text, /node:|lib\/kernel|tsx/);
});

test("an error of a function from an earlier cell names both cells", async () => {
  const first = await kernel.run("const g = () => { throw new Error('from g') };");
  const second = await kernel.run("\n\ng()");
  const { text } = errorOf(second);
  assert.match(text, new RegExp(`Cell \\[${first.reply.content.execution_count}\\]:1:`));
  assert.match(text, new RegExp(`Cell \\[${second.reply.content.execution_count}\\]:3:`));
});

test("a rejected promise is an error with its line, also after an await", async () => {
  const outcome = await kernel.run(
    "async function later(): Promise<number> {\n  await null;\n  throw new TypeError('later');\n}\nawait later()",
  );
  const { ename, text } = errorOf(outcome);
  assert.equal(ename, "TypeError");
  assert.match(text, /, line 3/);
});

test("an error that lib throws after waiting names the line of the cell that waited", async () => {
  const outcome = await kernel.run(
    'import { openArchive } from "./lib/loaders";\n\nasync function open(): Promise<void> {\n  await openArchive("nowhere.zip");\n}\nawait open();',
  );
  const { ename, text } = errorOf(outcome);
  const count = outcome.reply.content.execution_count;
  assert.equal(ename, "ArchiveError");
  assert.match(text, new RegExp(`Cell \\[${count}\\], line 4`));
  assert.match(text, /----> 4 {3}await openArchive/);
  assert.match(text, /at openArchive \(\.\/lib\/loaders\/archive\.ts:\d+:\d+\)/);
  assert.match(text, new RegExp(`at async open \\(Cell \\[${count}\\]:4:\\d+\\)`));
  assert.match(text, new RegExp(`at async Cell \\[${count}\\]:6:\\d+`));
});

test("lib's frames are shown with their TypeScript lines, Node's are not", async () => {
  const { ename, text } = errorOf(
    await kernel.run(
      'import { toBundle } from "./lib/kernel";\ntoBundle({ get [Symbol.for("Jupyter.display")](): unknown { throw new Error("inside") } })',
    ),
  );
  assert.equal(ename, "Error");
  assert.match(text, /Cell \[\d+\]:2:/);
  const missing = errorOf(
    await kernel.run('import { readFileSync } from "node:fs";\nreadFileSync("./no such file")'),
  );
  assert.match(missing.evalue, /ENOENT.*no such file/);
  assert.match(missing.text, /----> 2 readFileSync/);
  assert.doesNotMatch(missing.text, /at .*node:/);
});

test("a type error stops the cell before it runs and names line and column", async () => {
  const { ename, evalue, text } = errorOf(
    await kernel.run("console.log('ran');\nlet s: string = 5;\ns.nothing()"),
  );
  assert.equal(ename, "TypeScriptError");
  assert.match(evalue, /^line 2:5: Type 'number' is not assignable to type 'string'. \(TS2322\)/);
  assert.match(text, /line 3:3/);
  assert.equal(kernel.published.filter(({ content }) => content.text === "ran\n").length, 0);
});

test("a syntax error is an error, and the kernel goes on", async () => {
  assert.match(errorOf(await kernel.run("const = 1")).evalue, /Variable declaration expected/);
  assert.equal(resultOf(await kernel.run("1 + 1")), "2");
});

test("a thrown value that is no Error, a cause and a message with variable names read well", async () => {
  assert.match(errorOf(await kernel.run("throw { code: 7 }")).evalue, /code: 7/);
  const { text } = errorOf(
    await kernel.run(
      "try { null.x } catch (e) { throw new Error('outer', { cause: e }) }".replace(
        "null",
        "(null as any)",
      ),
    ),
  );
  assert.match(
    text,
    /Error: outer[\s\S]*Caused by:[\s\S]*TypeError: Cannot read properties of null/,
  );
  const { evalue } = errorOf(await kernel.run("const notCallable: any = 3;\nnotCallable()"));
  assert.equal(evalue, "notCallable is not a function");
});

test("a module that fails to load is an error of the cell that imports it", async () => {
  const { ename, evalue } = errorOf(await kernel.run('import { x } from "./lib/nowhere"'));
  assert.equal(ename, "TypeScriptError");
  assert.match(evalue, /Cannot find module '.\/lib\/nowhere'/);
});

test("what a failed cell declared before it failed is there, the rest is as before", async () => {
  await kernel.run("let kept = 'old';");
  errorOf(
    await kernel.run(
      "const early = 5;\nconst half: number[] = [early];\nif (early > 1) throw new Error('x');\nlet kept = 1;\nconst late = 2;",
    ),
  );
  assert.equal(resultOf(await kernel.run("half[0] + early")), "10");
  assert.equal(resultOf(await kernel.run("kept.toUpperCase()")), "'OLD'");
  assert.match(errorOf(await kernel.run("late")).evalue, /Cannot find name 'late'/);
});

test("an exception of a timer fails the cell that still runs", async () => {
  const outcome = await kernel.run(
    "setTimeout(() => { throw new Error('by timer') }, 20);\nawait new Promise(() => {})",
  );
  const { evalue, text } = errorOf(outcome);
  assert.equal(evalue, "by timer");
  assert.match(text, /, line 1/);
});

test("a rejection that nobody handles fails the cell that still runs", async () => {
  const { evalue } = errorOf(
    await kernel.run("void Promise.reject(new Error('lost'));\nawait new Promise(() => {})"),
  );
  assert.equal(evalue, "lost");
});

test("an error that comes after its cell has ended shows under that cell, and the running cell is not touched", async () => {
  const sent = kernel.send("execute_request", {
    code: "setTimeout(() => { throw new Error('too late') }, 150);\nvoid (async () => { await new Promise((r) => setTimeout(r, 200)); throw new Error('lost later') })();",
    silent: false,
  });
  assert.equal((await sent.outcome).reply.content.status, "ok");
  const other = await kernel.run("await new Promise((r) => setTimeout(r, 500)); 'fine'");
  assert.equal(other.reply.content.status, "ok");
  assert.equal(resultOf(other), "'fine'");
  for (const evalue of ["too late", "lost later"]) {
    const error = await kernel.waitFor((m) => m.type === "error" && m.content.evalue === evalue);
    assert.equal(error.parent.msg_id, sent.id);
  }
});

test("an exception of a worker thread belongs to the cell that started it", async () => {
  const sent = kernel.send("execute_request", {
    code: "import { Worker } from 'node:worker_threads';\nnew Worker('setTimeout(() => { throw new Error(\"in the worker\") }, 50)', { eval: true });undefined",
    silent: false,
  });
  await sent.outcome;
  await kernel.run("await new Promise((r) => setTimeout(r, 300))");
  const error = await kernel.waitFor(
    (m) => m.type === "error" && m.content.evalue === "in the worker",
  );
  assert.equal(error.parent.msg_id, sent.id);
});

test("text goes to the cell that wrote it, also when two cells overlap", async () => {
  const first = kernel.send("execute_request", {
    code: "void (async () => { for (let i = 0; i < 8; i++) { await new Promise((r) => setTimeout(r, 30)); console.log('first ' + i); } })();\nsetTimeout(() => process.stdout.write('by timer\\n'), 100);",
    silent: false,
  });
  await first.outcome;
  const second = await kernel.run(
    "for (let i = 0; i < 8; i++) { await new Promise((r) => setTimeout(r, 30)); console.log('second ' + i); }",
  );
  await kernel.waitFor((m) => m.type === "stream" && /first 7/.test(m.content.text));
  await pause(100);
  assert.equal(
    textOf(second, "stdout"),
    Array.from({ length: 8 }, (_, i) => `second ${i}\n`).join(""),
  );
  const own = kernel.published.filter((m) => m.type === "stream" && m.parent.msg_id === first.id);
  const text = own.map((m) => m.content.text).join("");
  assert.match(text, /by timer/);
  assert.equal(text.match(/first \d/g)?.length, 8);
});

test("a failed cell takes the cells that were sent with it along, unless they ask otherwise", async () => {
  const codes = ["1", "throw new Error('stop')", "2", "3"];
  const together = codes.map((code) => kernel.send("execute_request", { code, silent: false }));
  const states = await Promise.all(
    together.map(async ({ outcome }) => (await outcome).reply.content.status),
  );
  assert.deepEqual(states, ["ok", "error", "aborted", "aborted"]);
  const tolerant = codes.map((code) =>
    kernel.send("execute_request", { code, silent: false, stop_on_error: false }),
  );
  const later = await Promise.all(
    tolerant.map(async ({ outcome }) => (await outcome).reply.content.status),
  );
  assert.deepEqual(later, ["ok", "error", "ok", "ok"]);
});

test("many waits at once are no leak, and leave nothing on stderr", async () => {
  const outcome = await kernel.run(
    "const wait = async (n: number) => { await new Promise((r) => setTimeout(r, 20)); return n; };\n(await Promise.all(Array.from({ length: 200 }, (_, i) => wait(i)))).length",
  );
  assert.equal(resultOf(outcome), "200");
  assert.equal(textOf(outcome, "stderr"), "");
});
