import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupError, timedLine } from "./report.mjs";
import { fingerprintOf } from "./state.mjs";
import { runTool } from "./tool.mjs";

/**
 * The npm packages, exactly as the lock file says, with install scripts off.
 * @type {import("./step.mjs").Step}
 */
export const packages = {
  name: "packages",

  fingerprint(session) {
    const lock = readFileSync(join(session.place.root, "package-lock.json"));
    return fingerprintOf([lock, process.platform, process.arch]);
  },

  isThere(session) {
    return existsSync(join(session.place.root, "node_modules", ".package-lock.json"));
  },

  async run(session) {
    const { root } = session.place;
    if (installedAsLocked(root)) return "already there";
    const result = await timedLine(
      "npm packages, as in package-lock.json",
      () => {
        const npm = npmCommand();
        return runTool(session, {
          name: "npm-ci",
          command: npm.command,
          // A production setting around us must not leave out the compiler and the linter.
          args: [...npm.args, "ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"],
          env: { NODE_ENV: undefined },
        });
      },
      (done) => (done.ok ? `${countInstalled(root)} packages` : "failed"),
    );
    if (!result.ok) {
      throw new SetupError({
        what: "npm could not install the packages",
        why: result.tail,
        next: result.missing
          ? "Install npm (it comes with Node.js from https://nodejs.org), then run the command again."
          : "Check the network (and the proxy, if there is one), then run the command again.\nIf npm says that package.json and package-lock.json differ, run `npm install` once.",
        log: result.log,
      });
    }
  },
};

/**
 * Whether node_modules holds every package at the version that the lock file says, by npm's own
 * record, which npm writes last. Optional packages of other platforms may be absent.
 * @param {string} root
 */
export function installedAsLocked(root) {
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const hidden = join(root, "node_modules", ".package-lock.json");
    const there = JSON.parse(readFileSync(hidden, "utf8")).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (path === "") return true;
      const found = there[path];
      if (!found) return entry.optional === true && !fitsPlatform(entry);
      return found.version === entry.version && found.integrity === entry.integrity;
    });
  } catch {
    return false;
  }
}

/** @param {{ os?: string[], cpu?: string[], libc?: string[] }} entry */
function fitsPlatform(entry) {
  if (entry.os && !entry.os.includes(process.platform)) return false;
  if (entry.cpu && !entry.cpu.includes(process.arch)) return false;
  // Which C library this is only npm knows; a package that names one may be absent.
  return entry.libc === undefined;
}

/** @param {string} root */
function countInstalled(root) {
  const hidden = join(root, "node_modules", ".package-lock.json");
  return Object.keys(JSON.parse(readFileSync(hidden, "utf8")).packages).length;
}

/**
 * How to start npm: the one that started us, else the one beside this Node.js, else by name.
 * Through node itself, because Windows does not start npm.cmd without a shell.
 * @returns {{ command: string, args: string[] }}
 */
export function npmCommand() {
  const here = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : undefined,
    join(here, "node_modules", "npm", "bin", "npm-cli.js"),
    join(here, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const cli = candidates.find((path) => path !== undefined && existsSync(path));
  return cli ? { command: process.execPath, args: [cli] } : { command: "npm", args: [] };
}
