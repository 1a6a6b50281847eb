import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where a set-up works. Everything that it makes lies in `lab` and in `node_modules`.
 * @typedef {object} Place
 * @property {string} root   the project's root, absolute
 * @property {string} lab    `<root>/.lab`
 * @property {string} log    folder of the tools' full output
 * @property {string} state  the record of what was set up, JSON
 * @property {string} lock   present while a set-up is at work
 */

/** The root of the project that this file belongs to. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/**
 * @param {string} [root]
 * @returns {Place}
 */
export function placeOf(root = projectRoot) {
  const lab = join(root, ".lab");
  return {
    root,
    lab,
    log: join(lab, "log"),
    state: join(lab, "setup.json"),
    lock: join(lab, "setup.lock"),
  };
}
