import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fingerprintOf, readState, writeAtomically } from "./state.mjs";

/** The kernel's name in notebooks and for Jupyter. */
export const kernelName = "typescript-lab";

/**
 * The kernel's entry for Jupyter, inside the Python environment: absolute paths, so that it
 * starts from any folder and from any Jupyter program of that environment.
 * @type {import("./step.mjs").Step}
 */
export const kernelspec = {
  name: "kernel",

  fingerprint(session) {
    return fingerprintOf([specText(session.place.root)]);
  },

  isThere(session) {
    try {
      return readFileSync(specFile(session), "utf8") === specText(session.place.root);
    } catch {
      return false;
    }
  },

  async run(session) {
    const file = specFile(session);
    mkdirSync(dirname(file), { recursive: true });
    writeAtomically(file, specText(session.place.root));
  },
};

/** @param {import("./step.mjs").Session} session */
function specFile(session) {
  const { python } = readState(session.place.state);
  if (!python) throw new Error("the kernel's entry needs the Python environment first");
  // <prefix>/bin/python, <prefix>\Scripts\python.exe, but <conda prefix>\python.exe
  const folder = dirname(python);
  const prefix = /[\\/](bin|Scripts)$/.test(folder) ? dirname(folder) : folder;
  return join(prefix, "share", "jupyter", "kernels", kernelName, "kernel.json");
}

/** @param {string} root */
function specText(root) {
  const spec = {
    argv: [
      process.execPath,
      "--import",
      tsxLoader(root),
      join(root, "lib", "kernel", "main.ts"),
      "--root",
      root,
      "{connection_file}",
    ],
    display_name: "TypeScript",
    language: "typescript",
    interrupt_mode: "message",
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}

/**
 * The loader that runs TypeScript files, as a file URL: an address that holds in any folder.
 * @param {string} root
 */
export function tsxLoader(root) {
  const require = createRequire(join(root, "package.json"));
  return pathToFileURL(require.resolve("tsx")).href;
}
