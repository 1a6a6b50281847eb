import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, test } from "node:test";
import { projectRoot } from "../lib/loaders/places";

const root = projectRoot();
const lib = join(root, "lib");

/** Folders of lib from the top down; a file imports from its own folder or from below. */
const LAYERS = ["cli", "notebook", "recommender", "causal", "panels", "loaders", "stats"];
/** Folders on the same level must not know each other. */
const SIDE_BY_SIDE = new Set(["recommender", "causal"]);
const ANYONE_MAY_IMPORT = "kernel";

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

/** The project's own files that a file imports, types included. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const names = [
    ...source.matchAll(/(?:from\s+|import\s*\(\s*|require\(\s*|^import\s+)"(\.[^"]+)"/gm),
  ];
  return names
    .map(([, name]) => resolved(resolve(dirname(file), name!)))
    .filter((path) => path !== "");
}

function resolved(path: string): string {
  return (
    [`${path}.ts`, join(path, "index.ts"), path].find(
      (one) => /\.\w+$/.test(one) && existsSync(one),
    ) ?? ""
  );
}

function folderOf(file: string): string {
  return relative(lib, file).split("/")[0]!;
}

describe("imports", () => {
  const files = sourceFiles(lib).filter((file) => !file.startsWith(join(lib, "setup")));

  test("run downwards between the folders of lib", () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith(lib) && !mayImport(folderOf(file), folderOf(target)))
        .map((target) => `${relative(root, file)} imports ${relative(root, target)}`),
    );
    assert.deepEqual(wrong, []);
  });

  test("go in no circle", () => {
    const circles: string[] = [];
    const state = new Map<string, "open" | "done">();
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        const circle = [...path.slice(path.indexOf(file)), file];
        circles.push(circle.map((one) => relative(root, one)).join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const target of importsOf(file)) visit(target, [...path, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    assert.deepEqual(circles, []);
  });
});

function mayImport(from: string, to: string): boolean {
  if (from === to || to === ANYONE_MAY_IMPORT) return true;
  if (from === ANYONE_MAY_IMPORT || from === "stats") return false;
  // The commands start what the set-up has brought up, and ask it where things are.
  if (from === "cli" && to === "setup") return true;
  if (SIDE_BY_SIDE.has(from) && SIDE_BY_SIDE.has(to)) return false;
  return LAYERS.indexOf(from) >= 0 && LAYERS.indexOf(from) < LAYERS.indexOf(to);
}

describe("the project's folder", () => {
  const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n");

  test("holds at its top what belongs there and nothing else", () => {
    const allowed = new Set(
      "package.json package-lock.json tsconfig.json notebooks lib test data environment.yml README.md".split(
        " ",
      ),
    );
    const top = new Set(tracked.map((path) => path.split("/")[0]!));
    assert.deepEqual(
      [...top].filter((name) => !allowed.has(name) && !name.startsWith(".")),
      [],
    );
  });

  test("has a README in each folder of lib, and one public entry", () => {
    for (const folder of readdirSync(lib)) {
      const hasEntry =
        existsSync(join(lib, folder, "index.ts")) || ["cli", "setup"].includes(folder);
      assert.ok(hasEntry, `lib/${folder}/index.ts is missing`);
      assert.ok(existsSync(join(lib, folder, "README.md")), `lib/${folder}/README.md is missing`);
    }
  });

  test("tracks no data and no results", () => {
    const results = tracked.filter((path) =>
      /^data\/(?!README\.md$)|\/writeup\/|\.(zip|parquet|arrow)$/.test(path),
    );
    assert.deepEqual(results, []);
  });

  test("has notebooks without outputs", () => {
    for (const path of tracked.filter((name) => name.endsWith(".ipynb"))) {
      const notebook = JSON.parse(readFileSync(join(root, path), "utf8"));
      for (const cell of notebook.cells) {
        if (cell.cell_type !== "code") continue;
        assert.deepEqual(cell.outputs, [], `${path} has outputs`);
        assert.equal(cell.execution_count, null, `${path} has execution counts`);
        assert.ok(
          cell.source.length <= 25,
          `${path} has a cell of more than 25 lines: a missing function`,
        );
      }
      assert.equal(notebook.metadata.kernelspec.name, "typescript-lab", path);
    }
  });
});

describe("dependencies", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

  test("are exact versions from the registry", () => {
    for (const [name, version] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
    })) {
      assert.match(version as string, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
    }
    for (const [path, entry] of Object.entries<{ resolved?: string; integrity?: string }>(
      lock.packages,
    )) {
      if (path === "") continue;
      assert.ok(entry.integrity, `${path} has no checksum`);
      if (entry.resolved) assert.match(entry.resolved, /^https:\/\/registry\./, path);
    }
  });

  test("load", () => {
    for (const name of [
      "@duckdb/node-api",
      "apache-arrow",
      "csv-parse",
      "yauzl",
      "yazl",
      "zeromq",
      "ml-matrix",
    ]) {
      assert.equal(typeof require(name), "object", name);
    }
  });
});
