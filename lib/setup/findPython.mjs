import { spawnSync } from "node:child_process";

/**
 * A Python that was asked about itself.
 * @typedef {object} Python
 * @property {string} path        absolute
 * @property {string} version     "3.11.7"
 * @property {string} prefix      the environment it belongs to
 * @property {boolean} canVenv    has the venv module
 * @property {boolean} canSeedPip has ensurepip, which Debian and Ubuntu package apart
 * @property {boolean} hasPip
 */

export const oldestPython = [3, 10];

const question = `
import importlib.util, json, sys
def has(name):
    try: return importlib.util.find_spec(name) is not None
    except ImportError: return False
print(json.dumps({"path": sys.executable, "version": ".".join(map(str, sys.version_info[:3])),
  "prefix": sys.prefix, "canVenv": has("venv"), "canSeedPip": has("venv") and has("ensurepip"),
  "hasPip": has("pip")}))`;

/**
 * Asks one interpreter. Undefined when it does not start or is no Python 3.
 * @param {readonly string[]} command  program and leading arguments
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Python | undefined}
 */
export function askPython(command, env = process.env) {
  const asked = spawnSync(command[0], [...command.slice(1), "-c", question], {
    encoding: "utf8",
    env,
    timeout: 20_000,
    windowsHide: true,
  });
  if (asked.status !== 0) return undefined;
  try {
    const python = JSON.parse(asked.stdout);
    return python.path ? python : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Python} python */
export function isRecent(python) {
  const [major, minor] = python.version.split(".").map(Number);
  return major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1]);
}

/**
 * The Python to make the environment from: LAB_PYTHON when it is set (and then no other), else
 * the first of python3, python, py -3 and the versioned names that is recent enough. One that can
 * make environments by itself goes before one that needs help.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ python?: Python, seen: string[] }}  seen: what was found and why it would not do
 */
export function findPython(env = process.env) {
  /** @type {string[][]} */
  const candidates = env.LAB_PYTHON
    ? [[env.LAB_PYTHON]]
    : [
        ["python3"],
        ["python"],
        ...(process.platform === "win32" ? [["py", "-3"]] : []),
        ...[14, 13, 12, 11, 10].map((minor) => [`python3.${minor}`]),
      ];
  /** @type {string[]} */
  const seen = [];
  /** @type {Python | undefined} */
  let second;
  for (const command of candidates) {
    const python = askPython(command, env);
    const name = command.join(" ");
    if (!python) {
      if (env.LAB_PYTHON) seen.push(`LAB_PYTHON=${name} does not start a Python 3`);
    } else if (!isRecent(python)) {
      seen.push(`${name} is ${python.version} (${python.path})`);
    } else if (python.canSeedPip) {
      return { python, seen };
    } else {
      second ??= python;
    }
  }
  return { python: second, seen };
}
