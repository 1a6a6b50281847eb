import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { browser } from "../../lib/setup/browser.mjs";
import { browserCandidates, browserVersion } from "../../lib/setup/browserSearch.mjs";
import { placeOf } from "../../lib/setup/place.mjs";
import { SetupError } from "../../lib/setup/report.mjs";
import { readState } from "../../lib/setup/state.mjs";
import { sessionOf } from "../../lib/setup/step.mjs";
import { temporaryFolder } from "./temporary";

describe("the search for a browser", {
  skip: process.platform === "win32" && "shell scripts",
}, () => {
  const folder = temporaryFolder();

  function program(path: string, body: string, mode = 0o755): string {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, mode);
    return file;
  }
  /** Those of the candidates that lie in our folder: the machine may have others. */
  const ours = (own: string, path: string, env: NodeJS.ProcessEnv = {}, platform?: "darwin") =>
    browserCandidates(own, { env: { PATH: path, ...env }, platform }).filter((file) =>
      file.startsWith(folder),
    );

  test("goes through the PATH, Chrome first, and leaves out what cannot be started", () => {
    const chromium = program("path/chromium", "echo Chromium 1.2.3");
    const chrome = program("path/google-chrome", "echo Google Chrome 4.5.6");
    program("path/microsoft-edge", "echo Edge", 0o644);
    mkdirSync(join(folder, "path/chrome"));
    assert.deepEqual(ours(join(folder, "none"), join(folder, "path")), [chrome, chromium]);
  });

  test("knows where macOS keeps applications of a user", () => {
    const app = "home/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    const chrome = program(app, "");
    const env = { HOME: join(folder, "home") };
    assert.deepEqual(ours(join(folder, "none"), "", env, "darwin"), [chrome]);
  });

  test("finds playwright's headless shell in our own folder, last", () => {
    const shell = program("own/chromium_headless_shell-1200/chrome-linux/headless_shell", "");
    const chromium = program("path2/chromium", "");
    assert.deepEqual(ours(join(folder, "own"), join(folder, "path2")), [chromium, shell]);
  });

  test("asks for the version, and takes nothing that does not answer", () => {
    const works = program("v/works", "echo 'Chromium 150.0.7871.100 built on Debian'");
    assert.equal(browserVersion(works), "Chromium 150.0.7871.100");
    const snap = program("v/snap", "echo 'Command requires the chromium snap' >&2; exit 1");
    assert.equal(browserVersion(snap), undefined);
    const silent = program("v/silent", "exit 0");
    assert.equal(browserVersion(silent), undefined);
    assert.equal(browserVersion(join(folder, "v/absent")), undefined);
  });

  test("LAB_BROWSER is taken as it is, refused when it does not start, and may be none", async () => {
    const session = sessionOf(placeOf(join(folder, "project")));
    const named = program("v/mine", "echo Chromium 9.9");
    const saved = process.env.LAB_BROWSER;
    try {
      process.env.LAB_BROWSER = named;
      assert.equal(await browser.run(session), "Chromium 9.9");
      assert.equal(readState(session.place.state).browser, named);
      assert.equal(browser.isThere(session), true);
      const before = browser.fingerprint(session);

      process.env.LAB_BROWSER = join(folder, "v/absent");
      assert.notEqual(browser.fingerprint(session), before);
      await assert.rejects(browser.run(session), (error) => {
        assert.ok(error instanceof SetupError);
        assert.match(error.message, /LAB_BROWSER/);
        return true;
      });

      process.env.LAB_BROWSER = "none";
      await browser.run(session);
      assert.equal(readState(session.place.state).browser, null);
      assert.equal(browser.isThere(session), true);
    } finally {
      if (saved === undefined) delete process.env.LAB_BROWSER;
      else process.env.LAB_BROWSER = saved;
    }
  });
});
