import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAtomically } from "./state.mjs";
import { runTool } from "./tool.mjs";

/** @typedef {import("./step.mjs").Session} Session */

const check = fileURLToPath(new URL("./tensorflowCheck.cjs", import.meta.url));

/** The folders of the add-on, in its package and in our store alike. */
const parts = ["deps", "lib"];

/** @param {string} root */
export function addonPackage(root) {
  return join(root, "node_modules", "@tensorflow", "tfjs-node");
}

/** Where the add-on is kept, so that it survives a new node_modules. @param {Session} session */
export function addonStore(session) {
  return join(session.place.lab, "tensorflow", "addon");
}

/** Node-API is stable: the add-on is bound to this level, not to a version of Node.js. */
export function nodeApiLevel() {
  return Math.min(8, Number(process.versions.napi));
}

/** @param {string} folder  the package or the store */
export function addonFile(folder) {
  return join(folder, "lib", `napi-v${nodeApiLevel()}`, "tfjs_binding.node");
}

/** What an add-on must fit: the package's version, the platform, Node-API. @param {string} root */
export function addonKey(root) {
  const manifest = join(addonPackage(root), "package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  return `tfjs-node ${version}, ${process.platform}-${process.arch}, Node-API ${nodeApiLevel()}`;
}

/** Whether the store holds an add-on that was whole, was checked, and fits. @param {Session} session */
export function isStored(session) {
  const store = addonStore(session);
  try {
    return (
      readFileSync(join(store, "made-for.txt"), "utf8") === addonKey(session.root) &&
      existsSync(addonFile(store))
    );
  } catch {
    return false;
  }
}

/** Writes down that the stored add-on works here: the last thing done to it. @param {Session} session */
export function approve(session) {
  writeAtomically(join(addonStore(session), "made-for.txt"), addonKey(session.root));
}

/** Lets the package find the stored add-on. @param {Session} session */
export function linkAddon(session) {
  const store = addonStore(session);
  for (const part of parts) {
    const link = join(addonPackage(session.root), part);
    rmSync(link, { recursive: true, force: true });
    const target = join(store, part);
    // Relative, so that the links hold when the whole folder is moved; Windows wants absolute.
    if (process.platform === "win32") symlinkSync(target, link, "junction");
    else symlinkSync(relative(dirname(link), target), link);
  }
}

/** Takes the add-on, or our links to it, out of the package. @param {Session} session */
export function clearPackage(session) {
  for (const part of parts) {
    rmSync(join(addonPackage(session.root), part), { recursive: true, force: true });
  }
}

/** Moves what the package's own script made into the store. @param {Session} session */
export function storeFromPackage(session) {
  const store = addonStore(session);
  rmSync(store, { recursive: true, force: true });
  mkdirSync(store, { recursive: true });
  for (const part of parts) {
    const made = join(addonPackage(session.root), part);
    if (!existsSync(made) || lstatSync(made).isSymbolicLink()) continue;
    try {
      renameSync(made, join(store, part));
    } catch {
      cpSync(made, join(store, part), { recursive: true, verbatimSymlinks: true });
    }
  }
}

/**
 * Loads the add-on in a process of its own and multiplies with it.
 * @param {Session} session
 * @returns {Promise<{ gigaflops?: number, trouble?: string }>}
 */
export async function checkAddon(session) {
  const result = await runTool(session, {
    name: "tensorflow-check",
    command: process.execPath,
    args: [check],
    timeoutSeconds: 60,
  });
  try {
    if (result.ok)
      return { gigaflops: JSON.parse(result.output.trim().split("\n").at(-1) ?? "").gigaflops };
  } catch {}
  return { trouble: result.tail };
}
