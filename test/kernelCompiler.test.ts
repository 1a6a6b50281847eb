import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../lib/loaders/places";

test("lib type-checks under the kernel's own compiler, which is older than the project's", () => {
  const root = projectRoot();
  const entries = readdirSync(join(root, "lib"))
    .map((folder) => join("lib", folder, "index.ts"))
    .filter((path) => existsSync(join(root, path)));
  assert.ok(entries.length >= 5);
  // What tslab fixes in its code: see createConverter in tslab/dist/converter.js.
  const settings =
    "--noEmit --module esnext --moduleResolution node10 --target es2022 --lib es2022 --types node " +
    "--esModuleInterop --skipLibCheck --resolveJsonModule --experimentalDecorators";
  const compiler = join("node_modules", "@tslab", "typescript-for-tslab", "bin", "tsc");
  const run = spawnSync(process.execPath, [compiler, ...settings.split(" "), ...entries], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(run.stdout, "");
  assert.equal(run.status, 0, run.stderr);
});
