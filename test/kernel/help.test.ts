import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type KernelClient, outputsOf, startKernel } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await startKernel();
  await kernel.run(
    `/**
 * Adds two numbers.
 * @param a the first, in metres
 * @param b the second
 * @returns their sum
 * @example add(1, 2)
 */
function add(a: number, b: number): number { return a + b; }
const widthOfRoom = 3;`,
  );
});
after(() => kernel.stop());

const complete = async (code: string, cursor = [...code].length) =>
  (await kernel.ask("complete_request", { code, cursor_pos: cursor })).content;
const inspect = async (code: string, cursor = [...code].length) =>
  (await kernel.ask("inspect_request", { code, cursor_pos: cursor, detail_level: 0 })).content;

test("names of earlier cells and properties complete", async () => {
  const name = await complete("widthO");
  assert.deepEqual([name.status, name.matches[0]], ["ok", "widthOfRoom"]);
  assert.deepEqual([name.cursor_start, name.cursor_end], [0, 6]);
  const property = await complete("'text'.toUpp");
  assert.ok(property.matches.includes("toUpperCase"));
  assert.equal(property.cursor_start, 7);
  const [first] = property.metadata._jupyter_types_experimental;
  assert.deepEqual([first.text, first.type], ["toUpperCase", "method"]);
});

test("the cursor counts code points, as Jupyter does", async () => {
  const code = "'\u{1F600}\u{1F600}' + widthO";
  const { matches, cursor_start, cursor_end } = await complete(code);
  assert.equal(matches[0], "widthOfRoom");
  assert.deepEqual([cursor_start, cursor_end], [7, 13]);
});

test("paths complete in imports and in other strings", async () => {
  const folder = await complete('import { show } from "./lib/ker');
  assert.deepEqual(folder.matches, ["kernel"]);
  assert.equal(folder.cursor_start, 28);
  const files = await complete('import { show } from "./lib/kernel/sho');
  assert.deepEqual(files.matches, ["show"]);
  const packages = await complete('import * as arrow from "apache');
  assert.deepEqual(packages.matches, ["apache-arrow"]);
  const entry = await complete('import { parse } from "csv-parse/sy');
  assert.deepEqual(entry.matches, ["csv-parse/sync"]);
  const text = await complete('const path = "lib/kernel/READ');
  assert.deepEqual(text.matches, ["README.md"]);
});

test("Shift-Tab shows signature and documentation as formatted text", async () => {
  for (const [code, cursor] of [
    ["add", 3],
    ["add(", 4],
    ["add(1, 2)", 6],
    ["const three = add(1, 2)", 15],
  ] as const) {
    const { found, data } = await inspect(code, cursor);
    assert.equal(found, true, code);
    assert.match(data["text/plain"], /function add\(a: number, b: number\): number/);
    const markdown = data["text/markdown"];
    assert.match(
      markdown,
      /^```typescript\nfunction add\(a: number, b: number\): number\n```\n\nAdds two numbers\./,
    );
    assert.match(markdown, /- `a` the first, in metres/);
    assert.match(markdown, /\*@returns\* their sum/);
    assert.match(markdown, /```typescript\nadd\(1, 2\)\n```/);
  }
  const library = await inspect('import { show } from "./lib/kernel";\nshow(', 42);
  assert.match(library.data["text/markdown"], /Shows a value/);
  assert.equal((await inspect("   ", 1)).found, false);
});

test("packages and JavaScript's own library are documented, too", async () => {
  const cases: [string, RegExp][] = [
    ["Math.sqrt", /Returns the square root of a number/],
    ["[1].map(", /Calls a defined callback function on each element/],
    ['import { readFileSync } from "node:fs";\nreadFileSync', /Returns the contents of the `path`/],
    [
      'import { tableFromArrays } from "apache-arrow";\ntableFromArrays(',
      /Creates a new Table from an object of typed arrays/,
    ],
  ];
  for (const [code, documentation] of cases) {
    const { found, data } = await inspect(code);
    assert.equal(found, true, code);
    assert.match(data["text/markdown"], documentation);
  }
});

test("name? opens a page with its documentation", async () => {
  const outcome = await kernel.run("add?");
  const [page] = outcome.reply.content.payload;
  assert.equal(page.source, "page");
  assert.match(page.data["text/plain"], /Adds two numbers/);
  assert.equal(outputsOf(outcome, "error").length, 0);
});

test("is_complete tells whole, begun and wrong cells apart", async () => {
  const state = async (code: string) => (await kernel.ask("is_complete_request", { code })).content;
  assert.equal((await state("const x = 1;")).status, "complete");
  assert.equal((await state("await fetch('x')")).status, "complete");
  assert.deepEqual(await state("for (const x of [1]) {"), { status: "incomplete", indent: "  " });
  assert.equal((await state("const = 1")).status, "invalid");
});

test("history gives back what was run", async () => {
  await kernel.run("'first of history'");
  await kernel.run("'second of history'");
  const ask = async (content: object) =>
    (await kernel.ask("history_request", { output: false, raw: true, ...content })).content.history;
  const tail = await ask({ hist_access_type: "tail", n: 2 });
  assert.deepEqual(
    tail.map(([, , input]: string[]) => input),
    ["'first of history'", "'second of history'"],
  );
  const found = await ask({ hist_access_type: "search", pattern: "*second of*", n: 10 });
  assert.equal(found.length, 1);
  const [session, line] = tail[0];
  const range = await ask({
    hist_access_type: "range",
    session,
    start: line,
    stop: line + 1,
    output: true,
  });
  assert.deepEqual(range[0][2], ["'first of history'", "'first of history'"]);
});
