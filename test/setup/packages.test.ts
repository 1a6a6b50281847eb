import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { installedAsLocked } from "../../lib/setup/packages.mjs";
import { projectRoot } from "../../lib/setup/place.mjs";
import { temporaryFolder } from "./temporary";

describe("whether node_modules is as the lock file says", () => {
  const root = temporaryFolder();
  const a = { version: "1.0.0", integrity: "sha512-a" };
  const b = { version: "2.0.0", integrity: "sha512-b" };

  function installed(locked: Record<string, object>, there?: Record<string, object>): boolean {
    rmSync(join(root, "node_modules"), { recursive: true, force: true });
    const lock = { packages: { "": { name: "project" }, ...locked } };
    writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
    if (there) {
      mkdirSync(join(root, "node_modules"));
      const record = JSON.stringify({ packages: there });
      writeFileSync(join(root, "node_modules", ".package-lock.json"), record);
    }
    return installedAsLocked(root);
  }

  test("all of it, and more", () => {
    assert.equal(installed({ "node_modules/a": a }, { "node_modules/a": a }), true);
    const more = { "node_modules/a": a, "node_modules/b": b };
    assert.equal(installed({ "node_modules/a": a }, more), true);
  });

  test("not without npm's own record, which it writes last", () => {
    assert.equal(installed({ "node_modules/a": a }), false);
  });

  test("not when one is missing, of another version or of another content", () => {
    const locked = { "node_modules/a": a, "node_modules/b": b };
    assert.equal(installed(locked, { "node_modules/a": a }), false);
    const version = { ...b, version: "2.0.1" };
    assert.equal(installed(locked, { "node_modules/a": a, "node_modules/b": version }), false);
    const content = { ...b, integrity: "sha512-c" };
    assert.equal(installed(locked, { "node_modules/a": a, "node_modules/b": content }), false);
  });

  test("an optional package of another platform may be absent, one of this platform may not", () => {
    const other = process.platform === "linux" ? "darwin" : "linux";
    const there = { "node_modules/a": a };
    const foreign = { ...b, optional: true, os: [other] };
    assert.equal(installed({ "node_modules/a": a, "node_modules/b": foreign }, there), true);
    const own = { ...b, optional: true, os: [process.platform], cpu: [process.arch] };
    assert.equal(installed({ "node_modules/a": a, "node_modules/b": own }, there), false);
  });

  test("this project's is", () => {
    assert.equal(installedAsLocked(projectRoot), true);
  });
});
