import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { leftBehind } from "../../lib/cli/leftBehind";

test("a process in a session of its own is found by its mark, and gone when it ended", {
  skip: process.platform !== "linux" && "needs /proc",
}, async () => {
  const value = `${process.pid}-left`;
  const child = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)"], {
    env: { ...process.env, LAB_LEFT_TEST: value },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  await once(child.stdout, "data");
  try {
    const found = await leftBehind(`LAB_LEFT_TEST=${value}`, 0);
    assert.deepEqual(
      found.map(({ pid }) => pid),
      [child.pid],
    );
    assert.match(found[0].command, /setInterval/);
    assert.deepEqual(await leftBehind(`LAB_LEFT_TEST=${value}0`, 0), []);
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
  }
  assert.deepEqual(await leftBehind(`LAB_LEFT_TEST=${value}`, 2_000), []);
});
