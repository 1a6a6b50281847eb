import { existsSync } from "node:fs";
import { say, timedLine } from "./report.mjs";
import { fingerprintOf, readState, updateState } from "./state.mjs";
import {
  addonFile,
  addonKey,
  addonPackage,
  approve,
  checkAddon,
  clearPackage,
  isStored,
  linkAddon,
} from "./tensorflowAddon.mjs";
import { downloadAddon } from "./tensorflowDownload.mjs";
import { compileAddon, findCompiler, unpackWheel } from "./tensorflowWheel.mjs";

/** @typedef {import("./step.mjs").Session} Session */

/**
 * TensorFlow's native add-on: the kept one, else its own download, else built against the Python
 * wheel; where none of them works the WebAssembly backend, which needs nothing. The step never
 * fails: it says what it came to.
 * @type {import("./step.mjs").Step}
 */
export const tensorflow = {
  name: "tensorflow",

  fingerprint(session) {
    const fellBack = readState(session.place.state).tensorflow === "wasm";
    return fingerprintOf([
      addonKey(session.root),
      process.version,
      process.env.LAB_TENSORFLOW ?? "",
      // A compiler that was installed since is a reason to try again.
      fellBack ? (findCompiler()?.join(" ") ?? "no compiler") : "",
    ]);
  },

  isThere(session) {
    const { tensorflow: kind } = readState(session.place.state);
    return kind === "wasm" || existsSync(addonFile(addonPackage(session.root)));
  },

  fellBack(session) {
    return readState(session.place.state).tensorflow === "wasm";
  },

  async run(session) {
    if (process.env.LAB_TENSORFLOW === "wasm") {
      clearPackage(session);
      record(session, "wasm");
      say("TensorFlow: the WebAssembly backend, as LAB_TENSORFLOW=wasm asks");
      return "as LAB_TENSORFLOW says";
    }
    for (const way of [keptAddon, downloadedAddon, builtAddon]) {
      if (await way(session)) {
        approve(session);
        record(session, "node-addon");
        return way.name;
      }
    }
    clearPackage(session);
    record(session, "wasm");
    say(
      "TensorFlow: no native add-on, so the slower WebAssembly backend; to try again: node lib/setup/run.mjs setup",
    );
    return "no native add-on";
  },
};

/** @param {Session} session @param {"node-addon" | "wasm"} kind */
function record(session, kind) {
  updateState(session.place.state, (state) => {
    state.tensorflow = kind;
  });
}

/** The add-on of an earlier set-up. @param {Session} session */
async function keptAddon(session) {
  if (!isStored(session)) return false;
  linkAddon(session);
  return works(session, "TensorFlow add-on, put back");
}

/** @param {Session} session */
async function downloadedAddon(session) {
  const { trouble } = await timedLine(
    "TensorFlow add-on by its own download",
    () => downloadAddon(session),
    (result) => result.trouble ?? "",
  );
  return trouble === undefined && works(session, "TensorFlow add-on, check");
}

/** @param {Session} session */
async function builtAddon(session) {
  const compiler = findCompiler();
  if (!compiler) {
    say(
      "TensorFlow add-on: to build it a C++ compiler is needed (Debian, Ubuntu: sudo apt-get install g++; macOS: xcode-select --install)",
    );
    return false;
  }
  const wheel = await timedLine(
    "TensorFlow's library from its Python wheel",
    () => unpackWheel(session),
    (result) => result.trouble ?? `version ${result.version}`,
  );
  if (wheel.trouble !== undefined) return false;
  const built = await timedLine(
    `TensorFlow add-on, built with ${compiler[0]}`,
    () => compileAddon(session, compiler),
    (result) => (result.trouble ? `failed, see .lab/log/tensorflow-compile.log` : ""),
  );
  return built.trouble === undefined && works(session, "TensorFlow add-on, check");
}

/** @param {Session} session @param {string} what */
async function works(session, what) {
  const { trouble } = await timedLine(
    what,
    () => checkAddon(session),
    (result) =>
      result.trouble
        ? "does not load, see .lab/log/tensorflow-check.log"
        : `${result.gigaflops} GFLOP/s on 1024x1024`,
  );
  return trouble === undefined;
}
