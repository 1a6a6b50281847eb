import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openBrowser } from "../../lib/notebook/browser";
import { browserPath } from "../../lib/notebook/browserPath";

const path = browserPath();
const skip = path === undefined ? "no Chrome, Chromium or Edge on this machine" : false;

describe("openBrowser", { skip }, () => {
  it("computes in the page, and tells what went wrong there", async () => {
    const browser = await openBrowser(path!);
    try {
      assert.equal(await browser.evaluate("6 * 7"), 42);
      assert.deepEqual(await browser.evaluate("Promise.resolve({ text: 'ä'.repeat(100000) })"), {
        text: "ä".repeat(100_000),
      });
      const both = await Promise.all([browser.evaluate("'a'"), browser.evaluate("'b'")]);
      assert.deepEqual(both, ["a", "b"]);
      await assert.rejects(
        browser.evaluate("(() => { throw new TypeError('no such thing'); })()"),
        /TypeError: no such thing/,
      );
      assert.equal(
        await browser.evaluate(
          "fetch('https://example.org').then(() => 'reached', () => 'refused')",
        ),
        "refused",
      );
    } finally {
      browser.close();
      browser.close();
    }
    await assert.rejects(browser.evaluate("1"), /ended/);
  });

  it("says why a program that is no browser does not serve", async () => {
    await assert.rejects(
      openBrowser(process.execPath),
      /ended \(exit code \d+\)\. Its last words: /,
    );
  });

  it("removes the profile of a process that is gone, and nothing else", async () => {
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    const folders = [
      `plotly-png-profile-${gone}-abc123`,
      `plotly-png-profile-${process.pid}-abc123`,
      `plotly-png-profile-${gone}-abc123-mine`,
      `my-plotly-png-profile-${gone}-abc123`,
    ].map((name) => join(tmpdir(), name));
    after(() => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
    for (const folder of folders) mkdirSync(join(folder, "inside"), { recursive: true });
    (await openBrowser(path!)).close();
    assert.deepEqual(
      folders.map((folder) => existsSync(folder)),
      [false, true, true, true],
    );
  });

  it("ends with its parent, even one that is killed in the middle of its work", {
    skip: !existsSync("/proc/self/cmdline"),
  }, async () => {
    const module = join(__dirname, "..", "..", "lib", "notebook", "browser.ts");
    const script = `require(${JSON.stringify(module)}).openBrowser(${JSON.stringify(path)}).then(() => {
      process.stdout.write("open"); while (true) {} });`;
    const parent = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(parent.stdout, "data");
    const mark = `plotly-png-profile-${parent.pid}-`;
    assert.ok(processesWith(mark).length > 0);
    parent.kill("SIGKILL");
    for (let tries = 0; tries < 100 && processesWith(mark).length > 0; tries++) await wait(100);
    assert.deepEqual(processesWith(mark), []);
  });

  it("does not keep a script alive that has it and asks nothing more", () => {
    const module = join(__dirname, "..", "..", "lib", "notebook", "browser.ts");
    const script = `require(${JSON.stringify(module)}).openBrowser(${JSON.stringify(path)})
      .then((browser) => browser.evaluate("1 + 1")).then((sum) => console.log(sum));`;
    const run = spawnSync(process.execPath, ["--import", "tsx", "-e", script], {
      timeout: 120_000,
    });
    assert.equal(run.signal, null);
    assert.equal(run.stdout.toString(), "2\n");
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith(`plotly-png-profile-${run.pid}-`)),
      [],
    );
  });
});

/** Command lines of running processes that contain a text. */
function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .filter((line) => line.includes(text));
}
