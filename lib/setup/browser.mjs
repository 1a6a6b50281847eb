import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { browserCandidates, browserVersion } from "./browserSearch.mjs";
import { answers } from "./network.mjs";
import { onPath } from "./programs.mjs";
import { SetupError, say, timedLine } from "./report.mjs";
import { fingerprintOf, readState, updateState } from "./state.mjs";
import { runTool } from "./tool.mjs";

/** @typedef {import("./step.mjs").Session} Session */

/**
 * A browser that turns figures into PNG files: LAB_BROWSER, else a Chrome, Chromium or Edge of
 * this machine, else playwright's headless shell, else Debian's package. Without any the project
 * works: figures are then saved as interactive HTML and JSON.
 * @type {import("./step.mjs").Step}
 */
export const browser = {
  name: "browser",

  fingerprint(session) {
    // A browser that was installed since changes the list, and the search is due again.
    return fingerprintOf([process.env.LAB_BROWSER ?? "", ...browserCandidates(ownFolder(session))]);
  },

  isThere(session) {
    const { browser: path } = readState(session.place.state);
    return path === null || (path !== undefined && existsSync(path));
  },

  fellBack(session) {
    return readState(session.place.state).browser === null;
  },

  async run(session) {
    const named = process.env.LAB_BROWSER;
    if (named !== undefined && named !== "") {
      const version = named === "none" ? "no browser" : browserVersion(named);
      if (version === undefined) {
        throw new SetupError({
          what: "the browser that LAB_BROWSER names does not start",
          why: `${named} --version gives no version`,
          next: "Name the program file of a Chrome, Chromium or Edge, or none, or unset LAB_BROWSER.",
        });
      }
      return record(session, named === "none" ? null : named, version);
    }

    const found = firstThatStarts(session);
    if (found) {
      say(`browser for PNG figures: ${found.version} (${found.path})`);
      return record(session, found.path, found.version);
    }
    for (const way of [playwrightShell, debianPackage]) {
      await way(session);
      const installed = firstThatStarts(session);
      if (installed) return record(session, installed.path, installed.version);
    }
    say(
      "no browser: figures are saved as interactive HTML and JSON, without PNG. Install Chrome, Chromium or Edge for PNG files, or name one in LAB_BROWSER",
    );
    return record(session, null, "none");
  },
};

/** @param {Session} session */
function ownFolder(session) {
  return join(session.place.lab, "browser");
}

/** @param {Session} session */
function firstThatStarts(session) {
  for (const path of browserCandidates(ownFolder(session))) {
    const version = browserVersion(path);
    if (version) return { path, version };
  }
  return undefined;
}

/** @param {Session} session @param {string | null} path @param {string} version */
function record(session, path, version) {
  updateState(session.place.state, (state) => {
    state.browser = path;
  });
  return version;
}

/** Playwright's headless shell, when its host answers. @param {Session} session */
async function playwrightShell(session) {
  const host = process.env.PLAYWRIGHT_DOWNLOAD_HOST ?? "https://cdn.playwright.dev/";
  await timedLine(
    "browser: playwright's headless shell",
    async () => {
      if (!(await answers(host))) return `${new URL(host).host} does not answer`;
      const result = await runTool(session, {
        name: "browser-playwright",
        command: process.execPath,
        args: [
          join(session.root, "node_modules", "playwright-core", "cli.js"),
          ...["install", "--only-shell", "chromium"],
        ],
        env: { PLAYWRIGHT_BROWSERS_PATH: ownFolder(session) },
        timeoutSeconds: 300,
      });
      return result.ok ? "" : "failed, see .lab/log/browser-playwright.log";
    },
    (note) => note,
  );
}

/** Debian's own package, when we may install it. @param {Session} session */
async function debianPackage(session) {
  if (!isDebian() || process.getuid?.() !== 0 || !onPath("apt-get")) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const wait = ["-o", "DPkg::Lock::Timeout=120"];
  const calls = [
    // What an interrupted installation left half done stops every later one.
    { command: "dpkg", args: ["--configure", "-a"] },
    { command: "apt-get", args: [...wait, "update"] },
    { command: "apt-get", args: [...wait, "install", "-y", "--no-install-recommends", "chromium"] },
  ];
  await timedLine(
    "browser: the chromium package of Debian",
    async () => {
      for (const [index, call] of calls.entries()) {
        const name = `browser-apt-${index + 1}`;
        const result = await runTool(session, { name, ...call, env, timeoutSeconds: 900 });
        // Old package lists may do: only the last call decides.
        if (!result.ok && index === calls.length - 1) return `failed, see .lab/log/${name}.log`;
      }
      return "";
    },
    (note) => note,
  );
}

/** Ubuntu's package of that name only fetches a snap, which a container cannot run. */
function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}
