/** Which browser draws PNG files: the one that was named, the one the set-up found, or one in a usual place. */
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { projectRoot } from "../loaders/places";

const NAMES = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "chrome",
  "microsoft-edge-stable",
  "microsoft-edge",
  "chromium-headless-shell",
];

const MAC_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/**
 * Absolute path of a Chrome, Chromium or Edge: LAB_BROWSER first (`none` for no browser), then the one
 * in `.lab/setup.json`, then what is on the PATH or among the applications. Undefined when there is none.
 * @throws Error when LAB_BROWSER names a file that cannot be run
 */
export function browserPath(): string | undefined {
  const named = process.env.LAB_BROWSER;
  if (named === "none") return undefined;
  if (named) {
    if (!runs(named)) {
      throw new Error(
        `LAB_BROWSER is "${named}", which is no program that can be run. Give the full path of a Chrome, Chromium or Edge, or "none".`,
      );
    }
    return named;
  }
  const fromSetup = setupBrowser();
  if (fromSetup && runs(fromSetup)) return fromSetup;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(process.platform === "darwin" ? MAC_PLACES : [])].find(runs);
}

function setupBrowser(): string | undefined {
  const file = join(projectRoot(), ".lab", "setup.json");
  if (!existsSync(file)) return undefined;
  try {
    return (
      (JSON.parse(readFileSync(file, "utf8")) as { browser?: string | null }).browser ?? undefined
    );
  } catch {
    // A set-up that is being written or was broken by hand is no reason to lose the figure.
    return undefined;
  }
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
