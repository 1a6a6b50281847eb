import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type KernelClient, resultOf, startKernel, textOf } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await startKernel();
});
after(() => kernel.stop());

/** Runs cells one after the other and compares the last one's result. */
const gives = async (expected: string, ...cells: string[]) => {
  let result: string | undefined;
  for (const cell of cells) {
    const outcome = await kernel.run(cell);
    assert.equal(outcome.reply.content.status, "ok", `${cell}: ${outcome.reply.content.evalue}`);
    result = resultOf(outcome);
  }
  assert.equal(result, expected, cells.join(" | "));
};

test("a variable is one variable in all cells and closures", async () => {
  await gives(
    "[ 11, 11 ]",
    "let n = 1; const read = () => n;",
    "n = 10;",
    "n += 1;",
    "[n, read()]",
  );
  await gives("[ 12, 12 ]", "function bump() { n++; return n; }", "bump(); [n, read()]");
  await gives("3", "const read2 = () => rate; const rate = 2;", "{ const rate = 9; } rate + 1");
});

test("a name can be declared again, with another type, and earlier functions see it", async () => {
  await gives(
    "'text'",
    "const again = 1; const useAgain = () => again;",
    "const again = 'text';",
    "useAgain() as unknown",
  );
  await gives(
    "2",
    "function helper() { return 1; } function main() { return helper(); }",
    "function helper() { return 2; }",
    "main()",
  );
  await gives(
    "'B'",
    "class Thing { name = 'A' }",
    "class Thing { name = 'B' }",
    "new Thing().name",
  );
});

test("destructuring, rest, defaults, shorthand and loops mean what they mean in a module", async () => {
  await gives(
    "[ 1, 2, 5, { e: 4 } ]",
    "const { a, b: [c, d = 5], ...rest } = { a: 1, b: [2] as number[], e: 4 };",
    "[a, c, d, rest]",
  );
  await gives("{ a: 1, c: 2 }", "({ a, c })");
  await gives(
    "[ 1, 2, 3, 4 ]",
    "const earlier = { first: { value: 1 }, second: { value: 2 }, third: 3, fourth: 4 };",
    "let { first: { value }, second: { value: renamed }, third: other, fourth } = earlier;",
    "[value, renamed, other, fourth]",
  );
  await gives(
    "[ 3, 2 ]",
    "({ third: value, second: { value: renamed } } = earlier); [value, renamed]",
  );
  await gives("[ 2, 1 ]", "let p = 1, q = 2; [p, q] = [q, p]; [p, q]");
  await gives(
    "{ p: 7, q: 8 }",
    "({ p, q = 8 } = { p: 7 } as { p: number; q?: number }); ({ p, q })",
  );
  await gives(
    "[ 3, 6 ]",
    "var i = 0, sum = 0; for (i = 0; i < 3; i++) { const a = i; sum += a + 1; } [i, sum]",
  );
  await gives(
    "[ 'x', 'y' ]",
    "const keys: string[] = []; for (var key in { x: 1, y: 2 }) keys.push(key); keys",
  );
  await gives(
    "3",
    "let total = 0; for (const [, value] of new Map([['k', 1], ['l', 2]])) total += value; total",
  );
  await gives(
    "[ 0, 1, 2 ]",
    "const fs: (() => number)[] = []; for (let i = 0; i < 3; i++) fs.push(() => i); fs.map((f) => f())",
  );
});

test("shadowing names stay apart from the top level", async () => {
  await gives(
    "[ 'outer', 'inner', 'param' ]",
    "const shade = 'outer'; const inner = () => { const shade = 'inner'; return shade; }; const param = (shade: string) => shade;",
    "[shade, inner(), param('param')]",
  );
  await gives(
    "'caught'",
    "const e = 'outer'; let seen = ''; try { throw 'caught' } catch (e) { seen = e as string } seen",
  );
  await gives("[ 1, 'method' ]", "const m = 1; const o = { m() { return 'method' } }; [m, o.m()]");
  await gives("5", "label: for (const shade of [1]) { break label; } 5");
});

test("functions and classes keep their names, `this` and private parts", async () => {
  await gives(
    "[ 'arrow', 'fn', 'Klass' ]",
    "const arrow = () => 1, fn = function () {}, Klass = class {};",
    "[arrow.name, fn.name, Klass.name]",
  );
  await gives(
    "true",
    "const self: unknown = (function (this: unknown) { return this })(); self === undefined || self === globalThis",
  );
  await gives(
    "[ 1, 2 ]",
    "class Counter { #n = 0; static made = 0; constructor() { Counter.made++; } next() { return ++this.#n; } }",
    "const k = new Counter(); [k.next(), k.next()]",
  );
  await gives("'ok'", "const tag = (s: TemplateStringsArray) => s[0];", "tag`ok`");
});

test("types that cannot be written down are no error, and their variables live on", async () => {
  await gives("2", "const secret = new (class { private a = 1; b = 2; })(); secret.b", "secret.b");
  await gives(
    "3",
    "function local() { interface Local { n: number } const l: Local = { n: 3 }; return l; }\nconst made = local();",
    "made.n",
  );
});

test("a var inside a block or a loop is a variable of all cells", async () => {
  await gives(
    "[ 2, 3 ]",
    "{ var inBlock = 2 } for (var turns = 0; turns < 3; turns++) {}",
    "[inBlock, turns]",
  );
});

test("hoisting: a function can be used above its declaration", async () => {
  await gives("4", "const four = hoisted(); function hoisted() { return 4; } four");
});

test("enums, generics, namespaces, decorated and abstract classes, optional chaining", async () => {
  await gives("[ 1, 'Green' ]", "enum Color { Red, Green }", "[Color.Green, Color[1]]");
  await gives("42", "namespace Space { export const value = 42 }", "Space.value");
  await gives(
    "'d'",
    "function mark(target: any) { target.mark = 'd' }\n@mark class Marked { static mark: string }",
    "Marked.mark",
  );
  await gives(
    "[ 2 ]",
    "type Pair<T> = readonly [T, T]; const pair: Pair<number> = [1, 2];",
    "const second = <T>(x: Pair<T>) => [x[1]]; second(pair)",
  );
  await gives("'none'", "const maybe: { a?: { b: number } } = {}; maybe.a?.b ?? 'none'");
});

test("top-level await, for await, dynamic import and import.meta", async () => {
  await gives(
    "[ 1, 2 ]",
    "async function* two() { yield 1; yield 2 } const got2: number[] = [];",
    "for await (const x of two()) got2.push(x);",
    "got2",
  );
  await gives("3", "const three = await new Promise<number>((r) => setTimeout(r, 5, 3)); three");
  await gives("[ [ 'a', 'b' ] ]", "const csv = await import('csv-parse/sync'); csv.parse('a,b')");
  await gives("true", "import.meta.url.endsWith('cell.ts')");
  await gives("'/'", "const { sep } = await import('node:path'); sep");
});

test("a cell may export, and may be empty or only types", async () => {
  await gives("7", "export const exported = 7;", "exported");
  await gives(
    "1",
    "",
    "// nothing",
    "interface Only { a: number }",
    "const only: Only = { a: 1 }; only.a",
  );
});

test("three hundred variables do not slow a loop over one of them", async () => {
  const declarations = Array.from({ length: 300 }, (_, i) => `let v${i} = ${i};`).join(" ");
  await gives("300", declarations, "v299 + 1");
  const code = `let many = 0; const t1 = performance.now(); for (v1 = 0; v1 < 3e6; v1++) many += v1; const top = performance.now() - t1;
    function same() { let many = 0; for (let i = 0; i < 3e6; i++) many += i; return many; }
    const t2 = performance.now(); const check = same(); const inside = performance.now() - t2; console.log(top.toFixed(1), inside.toFixed(1)); many === check`;
  const outcome = await kernel.run(code);
  assert.equal(resultOf(outcome), "true");
  assert.match(textOf(outcome, "stdout"), /\d/);
});
