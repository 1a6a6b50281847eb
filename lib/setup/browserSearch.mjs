import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isProgram, onPath } from "./programs.mjs";

const names = [
  "google-chrome-stable",
  "google-chrome",
  "chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
];

/**
 * Every file that looks like a Chrome, Chromium or Edge, best first: on the PATH, then where the
 * systems install them, then playwright's headless shell in `own`. Nothing is started.
 * @param {string} own  folder of the browsers that we downloaded
 * @param {{ env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform }} [options]
 * @returns {string[]}
 */
export function browserCandidates(own, options = {}) {
  const { env = process.env, platform = process.platform } = options;
  const found = names.flatMap((name) => onPath(name, env) ?? []);
  const installed = usualPlaces(env, platform).filter(isProgram);
  return [...new Set([...found, ...installed, ...headlessShells(own)])];
}

/** @param {NodeJS.ProcessEnv} env @param {NodeJS.Platform} platform */
function usualPlaces(env, platform) {
  if (platform === "darwin") {
    const apps = ["Google Chrome", "Chromium", "Microsoft Edge"];
    return ["/Applications", join(env.HOME ?? "", "Applications")].flatMap((folder) =>
      apps.map((app) => join(folder, `${app}.app`, "Contents", "MacOS", app)),
    );
  }
  if (platform === "win32") {
    const folders = [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA];
    return folders.flatMap((folder) =>
      folder === undefined
        ? []
        : [
            join(folder, "Google", "Chrome", "Application", "chrome.exe"),
            join(folder, "Chromium", "Application", "chrome.exe"),
            join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
          ],
    );
  }
  return [
    "/opt/google/chrome/chrome",
    "/opt/microsoft/msedge/msedge",
    "/usr/lib/chromium/chromium",
    "/usr/lib64/chromium-browser/chromium-browser",
    "/snap/bin/chromium",
  ];
}

/** Playwright lays them at `<own>/chromium_headless_shell-1234/chrome-linux/headless_shell`. @param {string} own */
function headlessShells(own) {
  /** @type {string[]} */
  const found = [];
  for (const build of entries(own).filter((name) => name.startsWith("chromium_headless_shell"))) {
    for (const system of entries(join(own, build))) {
      for (const file of ["headless_shell", "chrome-headless-shell"]) {
        for (const ending of ["", ".exe"]) {
          const path = join(own, build, system, file + ending);
          if (isProgram(path)) found.push(path);
        }
      }
    }
  }
  return found;
}

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Starts a browser for its version. Undefined when it does not start: a script that only tells
 * to install a snap, or a browser whose libraries are missing.
 * @param {string} path
 * @returns {string | undefined}  for example "Chromium 143.0.7499.40"
 */
export function browserVersion(path) {
  // On Windows the flag opens a window instead.
  if (process.platform === "win32") return isProgram(path) ? "Windows browser" : undefined;
  const asked = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const version = asked.stdout?.match(/[A-Za-z][A-Za-z ]* \d+(\.\d+)+/)?.[0];
  return asked.status === 0 ? version?.trim() : undefined;
}
