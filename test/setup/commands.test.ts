import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../lib/setup/place.mjs";
import { temporaryFolder } from "./temporary";

describe("a command in a fresh project", () => {
  // A small project with the real set-up in it. Its one package leads to ours, so that `npm ci`
  // needs no network.
  const root = join(temporaryFolder(), "project");
  mkdirSync(join(root, "lib", "cli"), { recursive: true });
  cpSync(join(projectRoot, "lib", "setup"), join(root, "lib", "setup"), { recursive: true });
  const tsx = join(root, "vendor", "tsx");
  mkdirSync(tsx, { recursive: true });
  const loader = pathToFileURL(join(projectRoot, "node_modules", "tsx", "dist", "loader.mjs"));
  writeFileSync(join(tsx, "loader.mjs"), `import ${JSON.stringify(loader.href)};`);
  const manifest = { name: "tsx", version: "1.0.0", exports: "./loader.mjs" };
  writeFileSync(join(tsx, "package.json"), JSON.stringify(manifest));
  const dependencies = { tsx: "file:vendor/tsx" };
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "small", dependencies }));
  const lock = {
    name: "small",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "small", dependencies },
      "vendor/tsx": { version: "1.0.0" },
      "node_modules/tsx": { resolved: "vendor/tsx", link: true },
    },
  };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
  writeFileSync(
    join(root, "lib", "cli", "data.ts"),
    `const words: string[] = process.argv.slice(2);
     process.on("SIGTERM", () => process.exit(7));
     if (words[0] === "wait") setInterval(() => {}, 1000);
     console.log(JSON.stringify(words));
     if (words[0] === "fail") process.exitCode = 5;`,
  );
  const runner = join(root, "lib", "setup", "run.mjs");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [runner, ...args], { encoding: "utf8", cwd: root });

  test("installs the packages, says so, and runs with its arguments", () => {
    const done = run("data", "get", "two words");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.stdout, '["get","two words"]\n');
    assert.match(done.stderr, /^set-up: npm packages, as in package-lock.json \.\.\. .* s\n$/);
    assert.ok(existsSync(join(root, "node_modules", "tsx")));
  });

  test("does nothing twice", () => {
    const before = statSync(join(root, "node_modules", ".package-lock.json")).mtimeMs;
    const done = run("data");
    assert.equal(done.stderr, "");
    assert.equal(done.stdout, "[]\n");
    assert.equal(statSync(join(root, "node_modules", ".package-lock.json")).mtimeMs, before);
  });

  test("passes the exit code on", () => {
    assert.equal(run("data", "fail").status, 5);
  });

  test("passes a signal on, and waits for the end", async () => {
    const child = spawn(process.execPath, [runner, "data", "wait"], { cwd: root });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    assert.equal(code, 7);
  });

  test("that does not exist is refused with those that do", () => {
    const unknown = run("dta");
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /no command "dta"; there are: notebooks, test, lab, /);
    assert.equal(run().status, 2);
  });

  test("says what npm said when the packages cannot be installed", () => {
    writeFileSync(join(root, "package-lock.json"), '{ "lockfileVersion": 3, "packages": {');
    const done = run("data");
    assert.equal(done.status, 1);
    assert.match(done.stderr, /set-up failed: npm could not install the packages/);
    assert.match(done.stderr, /\| npm error/);
    assert.match(done.stderr, /next: Check the network/);
    const log = /log: {2}(.*)/.exec(done.stderr)?.[1] ?? "";
    assert.match(readFileSync(log, "utf8"), /^\$ .* ci --ignore-scripts .*\n(.*\n)*npm error/);

    writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
    assert.equal(run("data").status, 0);
  });
});
