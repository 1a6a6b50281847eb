/**
 * `npm test`: everything that checks the project. Format and lint rules, types, then every test
 * file; all of it in one report that ends with the test runner's closing lines.
 *
 * `npm test -- loaders/archive setup` runs only the test files whose paths hold one of the words.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { placeOf } from "../setup/place.mjs";
import { leftBehind } from "./leftBehind";
import { findTestFiles } from "./testFiles";

/** What the test runner tells: the parts of its events that are read here. */
interface TestEvent {
  type: string;
  data: {
    name?: string;
    nesting?: number;
    message?: string;
    skip?: string | boolean;
    [key: string]: unknown;
  };
}

const minutes = 60_000;
const fileTimeout = 14 * minutes;

/** Lines like "tests 12" with which the runner closes; those of all runs are added up. */
const closingNames = ["tests", "suites", "pass", "fail", "cancelled", "skipped", "todo"] as const;
const closingLine = new RegExp(`^(${closingNames.join("|")}|duration_ms) ([0-9.]+)$`);

const usage = `Usage: npm test [-- WORD ...]
  without words: format and lint rules, types, and every test file under test/ but the benchmarks
  WORD           only the test files whose paths hold one of the words: npm test -- loaders/archive`;

async function main(patterns: readonly string[]): Promise<number> {
  if (patterns.some((word) => word.startsWith("-"))) {
    console.log(usage);
    return patterns.every((word) => word === "--help" || word === "-h") ? 0 : 1;
  }
  const { root } = placeOf();
  process.chdir(root);
  const files = findTestFiles(root, patterns);
  if (files.light.length + files.heavy.length === 0) {
    console.error(`No test file's path holds ${patterns.map((p) => `"${p}"`).join(" or ")}.`);
    return 1;
  }
  // Every process that a test starts gets this, and is found by it if it stays.
  const markName = "LAB_TEST_RUN";
  const mark = `${process.pid}-${Date.now()}`;
  process.env[markName] = mark;

  const totals = new Map<string, number>(closingNames.map((name) => [name, 0]));
  const count = (name: string, by = 1) => totals.set(name, (totals.get(name) ?? 0) + by);
  const started = performance.now();

  async function* report(): AsyncGenerator<TestEvent> {
    const results = patterns.length === 0 ? [checkFormat(root), checkTypes(root)] : [];
    if (patterns.length > 0) yield note("a selection of test files: format and types not checked");
    for (const result of results) yield counted(result);
    const skipped: string[] = [];
    for (const [paths, concurrency] of [
      [files.light, Math.min(2, availableParallelism())],
      [files.heavy, 1],
    ] as const) {
      if (paths.length === 0) continue;
      const events = run({
        files: paths.map((path) => join(root, path)),
        concurrency,
        timeout: fileTimeout,
      }) as AsyncIterable<TestEvent>;
      for await (const event of events) {
        const closing = event.type === "test:diagnostic" && closingLine.exec(closingText(event));
        if (closing) {
          if (closing[1] !== "duration_ms") count(closing[1], Number(closing[2]));
          continue;
        }
        if (event.type === "test:pass" && event.data.skip !== undefined) {
          skipped.push(`${event.data.name}: ${event.data.skip}`);
        }
        yield event;
      }
    }
    yield counted(await checkNothingLeft(`${markName}=${mark}`));
    for (const line of skipped) yield note(`skipped: ${line}`);
    for (const [name, value] of totals) yield note(`${name} ${value}`);
    yield note(`duration_ms ${performance.now() - started}`);
  }

  function counted(event: TestEvent): TestEvent {
    count("tests");
    count(event.type === "test:pass" ? "pass" : "fail");
    return event;
  }

  const output = Readable.from(report()).compose(new spec());
  output.pipe(process.stdout);
  await once(output, "end");
  const bad = (totals.get("fail") ?? 0) + (totals.get("cancelled") ?? 0);
  return bad > 0 || totals.get("tests") === 0 ? 1 : 0;
}

function closingText({ data }: TestEvent): string {
  return data.nesting === 0 ? (data.message ?? "") : "";
}

function note(message: string): TestEvent {
  return { type: "test:diagnostic", data: { nesting: 0, message } };
}

/** A check of ours in the runner's words; `trouble` is what it printed when it failed. */
function outcome(name: string, milliseconds: number, trouble?: string): TestEvent {
  const data = { name, nesting: 0, testNumber: 1 };
  const details = { duration_ms: milliseconds, type: "test" };
  if (trouble === undefined) return { type: "test:pass", data: { ...data, details } };
  const error = new Error(trouble);
  error.stack = "";
  return { type: "test:fail", data: { ...data, details: { ...details, error } } };
}

function checkFormat(root: string): TestEvent {
  const script = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  return checkWith("format and lint rules (biome check)", root, [script, "check"]);
}

function checkTypes(root: string): TestEvent {
  // By its path: under node_modules/.bin lies the older compiler of the notebook kernel.
  const script = join(root, "node_modules", "typescript", "bin", "tsc");
  return checkWith("types (tsc)", root, [script, "-p", root]);
}

function checkWith(name: string, root: string, args: readonly string[]): TestEvent {
  const started = performance.now();
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const trouble = done.error?.message ?? `${done.stdout}${done.stderr}`;
  const milliseconds = performance.now() - started;
  return outcome(name, milliseconds, done.status === 0 ? undefined : trouble);
}

async function checkNothingLeft(mark: string): Promise<TestEvent> {
  const started = performance.now();
  const left = await leftBehind(mark, 3_000);
  for (const { pid } of left) process.kill(pid, "SIGKILL");
  const lines = left.map(({ pid, command }) => `still running, now ended: ${pid} ${command}`);
  const trouble = lines.length > 0 ? lines.join("\n") : undefined;
  return outcome("no process left behind", performance.now() - started, trouble);
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
