import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { placeOf } from "./place.mjs";
import { pipError, pipInstall, pythonEnvironment } from "./pythonEnvironment.mjs";
import { SetupError, timedLine } from "./report.mjs";
import { readRequirements, unmetRequirements } from "./requirements.mjs";
import { fingerprintOf, readState } from "./state.mjs";
import { bringUp, sessionOf } from "./step.mjs";
import { runTool } from "./tool.mjs";

const peersFile = fileURLToPath(new URL("./peers.txt", import.meta.url));

/**
 * The Python libraries that benchmarks and checks compare with. Nothing else needs them: they are
 * installed only when asked for.
 * @type {import("./step.mjs").Step}
 */
export const peers = {
  name: "peers",

  fingerprint(session) {
    const { python } = readState(session.place.state);
    return fingerprintOf([readFileSync(peersFile), python ?? ""]);
  },

  isThere(session) {
    const { python } = readState(session.place.state);
    return python !== undefined && existsSync(python);
  },

  async run(session) {
    const { python, pythonKind } = readState(session.place.state);
    if (!python) throw new Error("the peers need the Python environment first");
    const requirements = readRequirements(readFileSync(peersFile, "utf8"));
    const unmet = unmetRequirements(python, requirements);
    if (unmet.length === 0) return "already there";
    if (pythonKind === "conda") {
      const names = requirements.map(({ name, from }) => (from ? `"${name}>=${from}"` : name));
      throw new SetupError({
        what: "the active conda environment lacks libraries to compare with",
        why: unmet.join("\n"),
        next: `conda install -c conda-forge ${names.join(" ")}`,
      });
    }
    const result = await timedLine("pandas, numpy, statsmodels and scikit-learn by pip", () =>
      runTool(session, {
        name: "pip-peers",
        command: python,
        args: ["-m", "pip", ...pipInstall, "-r", peersFile],
      }),
    );
    if (!result.ok) throw pipError("pip could not install the libraries to compare with", result);
  },
};

/**
 * Installs the libraries to compare with, if they are not there, and gives the Python that has
 * them.
 * @param {import("./place.mjs").Place} [place]
 * @returns {Promise<string>}  absolute path of the interpreter
 * @throws {SetupError} when they cannot be had
 */
export async function ensurePeers(place = placeOf()) {
  await bringUp(sessionOf(place), [pythonEnvironment, peers]);
  return /** @type {string} */ (readState(place.state).python);
}
