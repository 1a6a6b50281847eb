import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fingerprintOf, readState, updateState } from "../../lib/setup/state.mjs";
import { temporaryFolder } from "./temporary";

describe("the record of what was set up", () => {
  const folder = temporaryFolder();

  test("a missing, empty or broken file counts as nothing done", () => {
    const file = join(folder, "none.json");
    assert.deepEqual(readState(file), { steps: {} });
    for (const text of ["", '{"steps": {"packages"', "null", "[]x"]) {
      writeFileSync(file, text);
      assert.deepEqual(readState(file), { steps: {} }, text);
    }
  });

  test("a change keeps the rest, and makes the folder", () => {
    const file = join(folder, "a", "b", "setup.json");
    updateState(file, (state) => {
      state.browser = null;
    });
    updateState(file, (state) => {
      state.python = "/somewhere/python";
    });
    assert.deepEqual(readState(file), { steps: {}, browser: null, python: "/somewhere/python" });
  });

  test("kill -9 between changes leaves a whole file", async () => {
    const file = join(folder, "killed.json");
    const module = join(__dirname, "../../lib/setup/state.mjs");
    const script = `
      import { updateState } from ${JSON.stringify(module)};
      const note = "x".repeat(200_000);
      for (let i = 0; ; i++) updateState(${JSON.stringify(file)}, (s) => {
        s.steps.packages = { fingerprint: String(i), seconds: 0, finished: "", note };
      });`;
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
      const before = existsSync(file) ? readFileSync(file, "utf8") : "";
      while (!existsSync(file) || readFileSync(file, "utf8") === before) await sleep(5);
      await sleep(7 * round);
      child.kill("SIGKILL");
      await once(child, "close");
      assert.equal(readState(file).steps.packages.note?.length, 200_000);
    }
  });
});

test("a fingerprint tells apart what is divided differently", () => {
  assert.notEqual(fingerprintOf(["ab", "c"]), fingerprintOf(["a", "bc"]));
  assert.equal(fingerprintOf(["ab", Buffer.from("c")]), fingerprintOf(["ab", "c"]));
});
