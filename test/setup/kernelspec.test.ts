import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { test } from "node:test";
import { kernelName, kernelspec } from "../../lib/setup/kernelspec.mjs";
import { placeOf, projectRoot } from "../../lib/setup/place.mjs";
import { updateState } from "../../lib/setup/state.mjs";
import { sessionOf } from "../../lib/setup/step.mjs";
import { temporaryFolder } from "./temporary";

test("the kernel's entry names absolute paths, and is written anew in a moved folder", async () => {
  const folder = temporaryFolder();
  const session = sessionOf(placeOf(join(folder, "here")));
  mkdirSync(session.root);
  symlinkSync(join(projectRoot, "node_modules"), join(session.root, "node_modules"), "junction");
  const environment = join(session.root, ".lab", "python");
  updateState(session.place.state, (state) => {
    state.python = join(environment, "bin", "python");
  });
  assert.equal(kernelspec.isThere(session), false);
  await kernelspec.run(session);
  assert.equal(kernelspec.isThere(session), true);

  const kernels = join(environment, "share", "jupyter", "kernels");
  const spec = JSON.parse(readFileSync(join(kernels, kernelName, "kernel.json"), "utf8"));
  const [node, flag, loader, main, root, rootValue, connection] = spec.argv;
  assert.equal(node, process.execPath);
  assert.equal(flag, "--import");
  assert.match(loader, /^file:\/\/\/.*tsx/);
  assert.equal(main, join(session.root, "lib", "kernel", "main.ts"));
  assert.deepEqual([root, rootValue], ["--root", session.root]);
  assert.ok(isAbsolute(main));
  assert.equal(connection, "{connection_file}");
  assert.equal(spec.language, "typescript");

  const moved = sessionOf(placeOf(join(folder, "there")));
  renameSync(session.root, moved.root);
  updateState(moved.place.state, (state) => {
    state.python = join(moved.root, ".lab", "python", "bin", "python");
  });
  assert.equal(kernelspec.isThere(moved), false);
  await kernelspec.run(moved);
  assert.equal(kernelspec.isThere(moved), true);
});
