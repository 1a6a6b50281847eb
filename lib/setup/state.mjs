import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * What was set up, kept in `.lab/setup.json`.
 * @typedef {object} SetupState
 * @property {string} [root]      absolute root at the time: a moved folder is noticed by it
 * @property {{ version: string, abi: string, path: string }} [node]
 * @property {string} [platform]  for example "linux-x64"
 * @property {string} [python]    absolute path of the Python to use
 * @property {"venv" | "conda"} [pythonKind]
 * @property {string} [pythonAsked]  what LAB_PYTHON named when the environment was made
 * @property {"node-addon" | "wasm"} [tensorflow]
 * @property {string | null} [browser]  absolute path of a Chromium-like browser; null: none found
 * @property {Record<string, StepMark>} steps  the steps that were finished
 */

/**
 * @typedef {object} StepMark
 * @property {string} fingerprint  of the inputs; another one means that the step is due again
 * @property {number} seconds      what it took
 * @property {string} finished     ISO time
 * @property {string} [note]
 */

/**
 * The recorded state. A file that is missing or cannot be read counts as nothing done: every
 * step can be done again.
 * @param {string} file
 * @returns {SetupState}
 */
export function readState(file) {
  try {
    const state = JSON.parse(readFileSync(file, "utf8"));
    if (state !== null && typeof state === "object") {
      return { ...state, steps: state.steps ?? {} };
    }
  } catch {}
  return { steps: {} };
}

/**
 * Changes the state on disk; readers see the old file or the new one, never half of it.
 * @param {string} file
 * @param {(state: SetupState) => void} change
 */
export function updateState(file, change) {
  const state = readState(file);
  change(state);
  writeAtomically(file, `${JSON.stringify(state, null, 2)}\n`);
}

/**
 * @param {string} file
 * @param {string} text
 */
export function writeAtomically(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

/**
 * SHA-256 over the parts, as hex.
 * @param {readonly (string | Uint8Array)[]} parts
 */
export function fingerprintOf(parts) {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(part);
    hash.update("\0");
  }
  return hash.digest("hex");
}
