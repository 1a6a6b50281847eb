import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { placeOf, projectRoot } from "../../lib/setup/place.mjs";
import { readState } from "../../lib/setup/state.mjs";
import { sessionOf } from "../../lib/setup/step.mjs";
import {
  addonFile,
  addonPackage,
  addonStore,
  approve,
  checkAddon,
  isStored,
  linkAddon,
  storeFromPackage,
} from "../../lib/setup/tensorflowAddon.mjs";
import { findCompiler } from "../../lib/setup/tensorflowWheel.mjs";
import { temporaryFolder } from "./temporary";

const project = readState(placeOf().state);

describe("the kept add-on", () => {
  const folder = temporaryFolder();
  const session = sessionOf(placeOf(join(folder, "here")));

  function write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const manifest = (version: string) =>
    write(join(addonPackage(session.root), "package.json"), JSON.stringify({ version }));

  test("is moved out of the package and found through it", () => {
    manifest("4.22.0");
    write(addonFile(addonPackage(session.root)), "add-on");
    write(join(addonPackage(session.root), "deps", "lib", "library"), "library");
    assert.equal(isStored(session), false);
    storeFromPackage(session);
    linkAddon(session);
    assert.equal(readFileSync(addonFile(addonPackage(session.root)), "utf8"), "add-on");
    assert.equal(readFileSync(addonFile(addonStore(session)), "utf8"), "add-on");
    assert.equal(isStored(session), false, "not before it was found to work");
    approve(session);
    assert.equal(isStored(session), true);
  });

  test("is linked again into a package that was installed anew", () => {
    rmSync(join(session.root, "node_modules"), { recursive: true });
    manifest("4.22.0");
    assert.equal(existsSync(addonFile(addonPackage(session.root))), false);
    assert.equal(isStored(session), true);
    linkAddon(session);
    assert.equal(readFileSync(addonFile(addonPackage(session.root)), "utf8"), "add-on");
  });

  test("does not serve another version of the package, or one whose file is gone", () => {
    manifest("4.23.0");
    assert.equal(isStored(session), false);
    manifest("4.22.0");
    assert.equal(isStored(session), true);
    rmSync(addonFile(addonStore(session)));
    assert.equal(isStored(session), false);
  });

  test("stays linked when the folder is moved", { skip: process.platform === "win32" }, () => {
    write(addonFile(addonStore(session)), "add-on");
    const moved = sessionOf(placeOf(join(folder, "there")));
    renameSync(session.root, moved.root);
    assert.equal(readFileSync(addonFile(addonPackage(moved.root)), "utf8"), "add-on");
  });
});

test("from a wheel only headers and libraries are taken, and nothing outside the folder", () => {
  const folder = temporaryFolder();
  const wheel = join(folder, "tensorflow-1.whl");
  const entries = [
    "tensorflow/include/tensorflow/c/c_api.h",
    "tensorflow/include/tensorflow/c/../../../../../escaped.h",
    "tensorflow/include/xla/tsl/c/tsl_status.h",
    "tensorflow/include/Eigen/Core",
    "tensorflow/libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2",
    "tensorflow/python/pywrap.so",
  ];
  const make = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z:
    for name in sys.argv[2:]: z.writestr(name, name)`;
  const python = project.python ?? "python3";
  const run = (...args: string[]) => spawnSync(python, args, { encoding: "utf8" });
  assert.equal(run("-c", make, wheel, ...entries).status, 0);

  const script = fileURLToPath(
    new URL("unpackTensorflow.py", `file://${join(projectRoot, "lib", "setup")}/`),
  );
  const target = join(folder, "a", "b", "deps");
  const unpacked = run(script, wheel, target);
  assert.equal(unpacked.status, 0, unpacked.stderr);
  const library = join(target, "lib", "libtensorflow_cc.so.2");
  assert.equal(readFileSync(library, "utf8"), "tensorflow/libtensorflow_cc.so.2");
  assert.ok(existsSync(join(target, "include", "tensorflow", "c", "c_api.h")));
  assert.ok(existsSync(join(target, "include", "xla", "tsl", "c", "tsl_status.h")));
  assert.equal(existsSync(join(target, "include", "Eigen")), false);
  assert.equal(existsSync(join(target, "lib", "pywrap.so")), false);
  const escaped = spawnSync("find", [folder, "-name", "escaped.h"], { encoding: "utf8" });
  assert.equal(escaped.stdout, "");

  const without = join(folder, "none.whl");
  run("-c", make, without, entries[0]);
  const refused = run(script, without, join(folder, "other"));
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /holds no libtensorflow_cc/);
});

test("the compiler is CXX with its arguments, else one on the PATH, else none", () => {
  if (process.platform === "win32") return;
  assert.deepEqual(findCompiler({ CXX: "ccache  g++", PATH: "" }), ["ccache", "g++"]);
  assert.equal(findCompiler({ PATH: "" }), undefined);
});

test("helpers that newer Node.js took out of util are put back", () => {
  const compat = join(projectRoot, "lib", "setup", "nodeCompat.cjs");
  const script = `
    const util = require("node:util");
    delete util.isNullOrUndefined;
    delete util.isArray;
    require(${JSON.stringify(compat)});
    const found = [null, undefined, 0, ""].map((v) => util.isNullOrUndefined(v));
    console.log(JSON.stringify([found, util.isArray([]), util.isArray({})]));`;
  const done = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(done.stdout), [[true, true, false, false], true, false]);
});

test("the backend that the set-up chose for this machine computes", async () => {
  if (project.tensorflow === "node-addon") {
    const { gigaflops, trouble } = await checkAddon(sessionOf(placeOf()));
    assert.equal(trouble, undefined);
    assert.ok(gigaflops !== undefined && gigaflops > 0);
    return;
  }
  assert.equal(project.tensorflow, "wasm");
  const tf = require("@tensorflow/tfjs");
  require("@tensorflow/tfjs-backend-wasm");
  assert.equal(await tf.setBackend("wasm"), true);
  const product = tf.matMul(tf.ones([4, 4]), tf.fill([4, 4], 0.5));
  assert.deepEqual(Array.from(product.dataSync()), new Array(16).fill(2));
});
