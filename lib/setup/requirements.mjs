import { spawnSync } from "node:child_process";

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {string} [from]   lowest version that will do
 * @property {string} [below]  first version that will not
 */

/**
 * Reads lines like "jupyterlab>=4.4,<5"; comments and empty lines are left out.
 * @param {string} text
 * @returns {Requirement[]}
 */
export function readRequirements(text) {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => ({
      name: line.match(/^[A-Za-z0-9._-]+/)?.[0] ?? line,
      from: line.match(/>=\s*([0-9.]+)/)?.[1],
      below: line.match(/<\s*([0-9.]+)/)?.[1],
    }));
}

/**
 * The requirements that this Python does not meet, each with what it has instead.
 * @param {string} python
 * @param {readonly Requirement[]} requirements
 * @returns {string[]}  for example "plotly>=6 (has 5.22.0)"
 */
export function unmetRequirements(python, requirements) {
  const script = `
import importlib.metadata as m, json, sys
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
print(json.dumps([version(name) for name in sys.argv[1:]]))`;
  const names = requirements.map((requirement) => requirement.name);
  const asked = spawnSync(python, ["-c", script, ...names], { encoding: "utf8", timeout: 30_000 });
  /** @type {(string | null)[]} */
  const versions = asked.status === 0 ? JSON.parse(asked.stdout) : names.map(() => null);
  return requirements.flatMap((requirement, index) => {
    const version = versions[index];
    const wanted = `${requirement.name}${requirement.from ? `>=${requirement.from}` : ""}`;
    if (version === null) return [`${wanted} (absent)`];
    const tooOld = requirement.from && compareVersions(version, requirement.from) < 0;
    const tooNew = requirement.below && compareVersions(version, requirement.below) >= 0;
    return tooOld || tooNew ? [`${wanted} (has ${version})`] : [];
  });
}

/**
 * Compares release numbers; pre-release endings are left aside.
 * @param {string} a
 * @param {string} b
 */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) =>
    version.split(".").map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
