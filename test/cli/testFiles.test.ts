import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { findTestFiles } from "../../lib/cli/testFiles";

const root = mkdtempSync(join(tmpdir(), "lab-cli-"));
after(() => rmSync(root, { recursive: true, force: true }));
for (const name of [
  "stats/b.test.ts",
  "stats/deep/a.test.ts",
  "stats/helper.ts",
  "bench/slow.test.ts",
  "browser/jupyterLab.test.ts",
  "notebook/figure.test.ts",
  "notebooks/chapters.test.ts",
]) {
  const file = join(root, "test", name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
}

test("all test files but the benchmarks, kernels and browsers last", () => {
  assert.deepEqual(findTestFiles(root), {
    light: ["test/notebook/figure.test.ts", "test/stats/b.test.ts", "test/stats/deep/a.test.ts"],
    heavy: ["test/browser/jupyterLab.test.ts", "test/notebooks/chapters.test.ts"],
  });
});

test("a selection by parts of the path", () => {
  assert.deepEqual(findTestFiles(root, ["stats/b", "browser"]), {
    light: ["test/stats/b.test.ts"],
    heavy: ["test/browser/jupyterLab.test.ts"],
  });
  assert.deepEqual(findTestFiles(root, ["nowhere"]), { light: [], heavy: [] });
});
