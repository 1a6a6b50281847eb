import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { askPython, findPython, isRecent, oldestPython } from "./findPython.mjs";
import { SetupError, say, timedLine } from "./report.mjs";
import { readRequirements, unmetRequirements } from "./requirements.mjs";
import { fingerprintOf, readState, updateState } from "./state.mjs";
import { runTool } from "./tool.mjs";

/** @typedef {import("./step.mjs").Session} Session */
/** @typedef {import("./findPython.mjs").Python} Python */

const requirementsFile = fileURLToPath(new URL("./requirements.txt", import.meta.url));

/** What every pip call gets: a machine without the public index must not wait minutes for it. */
export const pipInstall = [
  "install",
  "--retries",
  "1",
  "--no-input",
  "--disable-pip-version-check",
  "--progress-bar",
  "off",
];

/**
 * A Python with Jupyter: the active conda environment when it has all that is needed, else the
 * project's own environment in `.lab/python`.
 * @type {import("./step.mjs").Step}
 */
export const pythonEnvironment = {
  name: "python",

  fingerprint(session) {
    // Without LAB_PYTHON, an environment that was once made with it stays.
    const { pythonAsked } = readState(session.place.state);
    const asked = process.env.LAB_PYTHON ?? pythonAsked ?? "";
    return fingerprintOf([readFileSync(requirementsFile), asked]);
  },

  isThere(session) {
    // Follows the link to the Python that the environment was made from: it may be gone.
    const { python } = readState(session.place.state);
    return python !== undefined && existsSync(python);
  },

  async run(session) {
    const requirements = readRequirements(readFileSync(requirementsFile, "utf8"));
    const conda = process.env.LAB_PYTHON ? undefined : condaPython(process.env);
    if (conda && unmetRequirements(conda.path, requirements).length === 0) {
      say(`Python ${conda.version} of the active conda environment (${conda.prefix})`);
      record(session, conda.path, "conda");
      return `conda ${conda.version}`;
    }

    const base = usablePython();
    const folder = join(session.place.lab, "python");
    const python = pythonOf(folder);
    await timedLine(`Python environment in .lab/python from Python ${base.version}`, async () => {
      // Remains of a killed try can look whole to pip and lack files: begin anew.
      rmSync(folder, { recursive: true, force: true });
      await makeEnvironment(session, base, folder);
    });
    const result = await timedLine("JupyterLab, nbclient, nbconvert and plotly by pip", () =>
      runTool(session, {
        name: "pip-install",
        command: python,
        args: ["-m", "pip", ...pipInstall, "-r", requirementsFile],
      }),
    );
    if (!result.ok) throw pipError("pip could not install Jupyter", result);
    record(session, python, "venv");
    return `venv of ${base.version} (${base.path})`;
  },
};

/**
 * @param {string} what
 * @param {import("./tool.mjs").ToolResult} result
 */
export function pipError(what, result) {
  return new SetupError({
    what,
    why: result.tail,
    next: "Check the network and pip's index (`pip config list`), then run the command again.",
    log: result.log,
  });
}

/** @param {Session} session @param {string} python @param {"venv" | "conda"} kind */
function record(session, python, kind) {
  updateState(session.place.state, (state) => {
    state.python = python;
    state.pythonKind = kind;
    state.pythonAsked = process.env.LAB_PYTHON;
    // What else was installed into the environment before is not in a new one.
    delete state.steps.peers;
  });
}

/** The interpreter inside an environment's folder. @param {string} folder */
export function pythonOf(folder) {
  return process.platform === "win32"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

/**
 * The Python of the active conda environment, unless it is conda's own base, which is not ours to
 * put a kernel into.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Python | undefined}
 */
export function condaPython(env) {
  if (!env.CONDA_PREFIX || env.CONDA_DEFAULT_ENV === "base") return undefined;
  const path =
    process.platform === "win32"
      ? join(env.CONDA_PREFIX, "python.exe")
      : join(env.CONDA_PREFIX, "bin", "python");
  const python = askPython([path], env);
  return python && isRecent(python) ? python : undefined;
}

/** @returns {Python} */
function usablePython() {
  const { python, seen } = findPython();
  if (python) return python;
  const wanted = oldestPython.join(".");
  throw new SetupError({
    what: `no Python ${wanted} or newer was found`,
    why: seen.length > 0 ? seen.join("\n") : "neither python3 nor python is on the PATH",
    next:
      process.platform === "linux"
        ? "Install it (Debian, Ubuntu: sudo apt-get install python3 python3-venv; Fedora: sudo dnf install python3),\nor name one: LAB_PYTHON=/path/to/python3. Then run the command again."
        : "Install it from https://www.python.org, or name one in LAB_PYTHON. Then run the command again.",
  });
}

/**
 * Makes an environment with pip in it. Debian and Ubuntu take ensurepip out of Python: then the
 * base's own pip, or virtualenv, puts pip into it.
 * @param {Session} session
 * @param {Python} base
 * @param {string} folder
 */
export async function makeEnvironment(session, base, folder) {
  const python = pythonOf(folder);
  /** @type {(readonly { command: string, args: string[] }[])[]} */
  const ways = [];
  if (base.canSeedPip) ways.push([{ command: base.path, args: ["-m", "venv", folder] }]);
  if (base.canVenv && base.hasPip) {
    ways.push([
      { command: base.path, args: ["-m", "venv", "--without-pip", folder] },
      { command: base.path, args: ["-m", "pip", "--python", python, ...pipInstall, "pip"] },
    ]);
  }
  ways.push([{ command: base.path, args: ["-m", "virtualenv", folder] }]);
  ways.push([{ command: "virtualenv", args: ["-p", base.path, folder] }]);

  /** @type {import("./tool.mjs").ToolResult | undefined} */
  let first;
  for (const [index, way] of ways.entries()) {
    rmSync(folder, { recursive: true, force: true });
    let ok = true;
    for (const call of way) {
      const result = await runTool(session, { name: `venv-${index + 1}`, ...call });
      first ??= result.ok ? undefined : result;
      ok &&= result.ok;
      if (!ok) break;
    }
    if (ok && existsSync(python)) return;
  }
  const minor = base.version.split(".").slice(0, 2).join(".");
  throw new SetupError({
    what: `Python ${base.version} (${base.path}) cannot make an environment`,
    why: base.canSeedPip
      ? (first?.tail ?? "no interpreter appeared in it")
      : "it comes without ensurepip, as Debian and Ubuntu package it, and neither pip nor virtualenv can stand in",
    next: `Debian, Ubuntu: sudo apt-get install python${minor}-venv\nElsewhere: python3 -m pip install --user virtualenv. Then run the command again.`,
    log: first?.log,
  });
}
