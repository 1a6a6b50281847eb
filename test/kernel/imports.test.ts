import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { type KernelClient, outputsOf, pause, resultOf, startKernel } from "./client";

const project = realpathSync(mkdtempSync(join(tmpdir(), "project-")));
let kernel: KernelClient;

function file(path: string, content: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), content);
}

/** A package under node_modules, made for the test. */
function packageOf(name: string, manifest: object, files: Record<string, string>): void {
  file(
    `node_modules/${name}/package.json`,
    JSON.stringify({ name, version: "1.0.0", ...manifest }),
  );
  for (const [path, content] of Object.entries(files))
    file(`node_modules/${name}/${path}`, content);
}

before(async () => {
  file("package.json", JSON.stringify({ name: "project", dependencies: { "only-esm": "1.0.0" } }));
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  const own = resolve(__dirname, "../../node_modules");
  for (const name of ["@types/node", "undici-types"]) {
    symlinkSync(join(own, name), join(project, "node_modules", name), "dir");
  }
  file(
    "lib/shapes/index.ts",
    'export { area, type Shape } from "./area";\nexport const sides = 4;',
  );
  file(
    "lib/shapes/area.ts",
    'import { factor } from "../factor";\nexport interface Shape { w: number; h: number }\nexport function area(s: Shape): number { return s.w * s.h * factor; }',
  );
  file("lib/factor.ts", "export const factor: number = 1;");
  file(
    "lib/other.ts",
    "export let loads = { n: 0 }; (globalThis as any).otherLoads = ((globalThis as any).otherLoads ?? 0) + 1;",
  );
  file("data/values.json", JSON.stringify({ values: [1, 2, 3] }));
  packageOf(
    "only-esm",
    {
      type: "module",
      exports: {
        ".": { types: "./index.d.ts", default: "./index.js" },
        "./deep": { types: "./deep.d.ts", default: "./deep.js" },
      },
    },
    {
      "index.js": "export const esm = 'esm'; export default function hello() { return 'hello'; }",
      "index.d.ts": "export declare const esm: string; export default function hello(): string;",
      "deep.js": "export const deep = 'deep';",
      "deep.d.ts": "export declare const deep: string;",
    },
  );
  packageOf(
    "waits",
    { type: "module", exports: "./index.js" },
    {
      "index.js": "await new Promise((r) => setTimeout(r, 5)); export const waited = true;",
    },
  );
  packageOf(
    "old-style",
    { main: "main.js" },
    { "main.js": "module.exports = function old() { return 'old'; }; module.exports.extra = 1;" },
  );
  kernel = await startKernel({ root: project });
});
after(async () => {
  await kernel.stop();
  rmSync(project, { recursive: true, force: true });
});

const ok = async (code: string) => {
  const outcome = await kernel.run(code);
  assert.equal(outcome.reply.content.status, "ok", JSON.stringify(outcome.reply.content));
  return resultOf(outcome);
};

test("folders with index.ts, types among values, and JSON", async () => {
  assert.equal(
    await ok(
      'import { area, sides, type Shape } from "./lib/shapes";\nconst s: Shape = { w: 2, h: 3 };\narea(s) + sides',
    ),
    "10",
  );
  assert.equal(await ok('import data from "./data/values.json";\ndata.values.length'), "3");
});

test("packages that are ES modules only, their subpaths, top-level await, and CommonJS", async () => {
  assert.equal(await ok('import hello, { esm } from "only-esm";\nhello() + esm'), "'helloesm'");
  assert.equal(await ok('import { deep } from "only-esm/deep";\ndeep'), "'deep'");
  assert.equal(await ok('import * as waits from "waits";\nwaits.waited'), "true");
  assert.equal(await ok('import old from "old-style";\n[old(), old.extra]'), "[ 'old', 1 ]");
  assert.equal(await ok('import * as all from "old-style";\n(all as any).extra'), "1");
});

test("a cell starts in the project's root, wherever the kernel was started", async () => {
  assert.equal(await ok("process.cwd()"), `'${project}'`);
  assert.equal(
    await ok(
      'import { readFileSync } from "node:fs";\nreadFileSync("data/values.json", "utf8").length',
    ),
    "18",
  );
});

test("an edited file is read again by its import, with all that depends on it; others stay", async () => {
  await ok('import { loads } from "./lib/other";');
  assert.equal(await ok('import { area } from "./lib/shapes";\narea({ w: 1, h: 1 })'), "1");
  await ok("const useArea = () => area({ w: 1, h: 1 });");
  await pause(20);
  file("lib/factor.ts", "export const factor: number = 100;");
  assert.equal(await ok("area({ w: 1, h: 1 })"), "1", "not before it is imported again");
  assert.equal(await ok('import { area } from "./lib/shapes";\narea({ w: 1, h: 1 })'), "100");
  assert.equal(await ok("useArea()"), "100", "functions of other cells see it too");
  assert.equal(
    await ok('import { loads } from "./lib/other";\n(globalThis as any).otherLoads'),
    "1",
  );
});

test("an edited signature and a new file are seen by the type check", async () => {
  file(
    "lib/shapes/area.ts",
    "export interface Shape { w: number; h: number }\nexport function area(s: Shape, unit: string): string { return s.w * s.h + unit; }",
  );
  const wrong = await kernel.run('import { area } from "./lib/shapes";\narea({ w: 1, h: 2 })');
  assert.match(wrong.reply.content.evalue, /Expected 2 arguments/);
  assert.equal(await ok('import { area } from "./lib/shapes";\narea({ w: 1, h: 2 }, "m")'), "'2m'");
  const missing = await kernel.run('import { fresh } from "./lib/fresh";');
  assert.match(missing.reply.content.evalue, /Cannot find module/);
  file("lib/fresh.ts", "export const fresh = 'fresh';");
  assert.equal(await ok('import { fresh } from "./lib/fresh";\nfresh'), "'fresh'");
});

test("an error in lib names lib's file and line, and a broken file is named", async () => {
  file(
    "lib/fails.ts",
    "interface Long {\n  a: number;\n}\n\nexport function fails(x: Long): never {\n  throw new Error('in lib');\n}",
  );
  const failed = await kernel.run('import { fails } from "./lib/fails";\nfails({ a: 1 })');
  const text = failed.reply.content.traceback.join("\n");
  assert.match(text, /at fails \(\.\/lib\/fails\.ts:6:9\)/);
  assert.match(text, /Cell \[\d+\]:2:/);
  file("lib/broken.ts", "export const broken: number = ;");
  const broken = await kernel.run('import { broken } from "./lib/broken";\nbroken');
  assert.equal(broken.reply.content.status, "error");
  assert.match(broken.reply.content.evalue, /lib\/broken\.ts:1:30/);
});

test("a later cell runs while an earlier import has failed", async () => {
  assert.equal(outputsOf(await kernel.run("1 + 1"), "execute_result").length, 1);
});
