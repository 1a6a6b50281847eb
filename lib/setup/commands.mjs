import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { browser } from "./browser.mjs";
import { runInForeground } from "./foreground.mjs";
import { kernelspec, tsxLoader } from "./kernelspec.mjs";
import { packages } from "./packages.mjs";
import { peers } from "./peers.mjs";
import { placeOf } from "./place.mjs";
import { pythonEnvironment } from "./pythonEnvironment.mjs";
import { failureText, SetupError, say } from "./report.mjs";
import { bringUp, sessionOf } from "./step.mjs";
import { tensorflow } from "./tensorflow.mjs";
import { endTools } from "./tool.mjs";

/** @typedef {import("./step.mjs").Step} Step */

const everything = [packages, pythonEnvironment, kernelspec, tensorflow, browser];

/** What each command needs before it can start. @type {Record<string, readonly Step[]>} */
const needs = {
  notebooks: everything,
  test: everything,
  lab: everything,
  bench: everything,
  data: [packages],
  verify: everything,
  setup: everything,
};

/**
 * Brings up what the command needs, then runs `lib/cli/<command>.ts` with the arguments.
 * The command `setup` only brings up everything, and tries again what fell back before.
 * @param {readonly string[]} argv
 * @returns {Promise<number>}  exit code
 */
export async function runCommand(argv) {
  const [command, ...args] = argv;
  if (command === undefined || !Object.hasOwn(needs, command)) {
    const known = Object.keys(needs).join(", ");
    console.error(
      command === undefined
        ? `Say which command: ${known}`
        : `There is no command "${command}"; there are: ${known}`,
    );
    return 2;
  }
  const place = placeOf();
  const session = sessionOf(place, { again: command === "setup" });
  const stopListening = endOnSignal();
  try {
    await bringUp(session, stepsFor(command, args));
  } catch (error) {
    const trouble = error instanceof SetupError ? error : diskTrouble(error, place.root);
    if (!trouble) throw error;
    console.error(failureText(trouble));
    return 1;
  } finally {
    stopListening();
  }
  if (command === "setup") return 0;

  const file = join(place.root, "lib", "cli", `${command}.ts`);
  if (!existsSync(file)) {
    console.error(`The command "${command}" is not there yet: ${file} is missing.`);
    return 1;
  }
  return runInForeground(process.execPath, ["--import", tsxLoader(place.root), file, ...args], {
    cwd: place.root,
    // TensorFlow's native side logs to stderr, which a notebook run takes for an error.
    env: { TF_CPP_MIN_LOG_LEVEL: "2", ...process.env },
  });
}

/**
 * What the disk refused, in a sentence; undefined for any other error.
 * @param {unknown} error
 * @param {string} root
 */
function diskTrouble(error, root) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  const advice = new Map([
    [
      "ENOSPC",
      "Make room on the disk (a full set-up takes about 2 GB), then run the command again.",
    ],
    ["EROFS", `Copy the project to a folder that can be written to; ${root} cannot.`],
    ["EACCES", `Make ${root} and what is in it your own, then run the command again.`],
    ["EPERM", `Make ${root} and what is in it your own, then run the command again.`],
  ]).get(code ?? "");
  return (
    advice && new SetupError({ what: "a file could not be written", why: message, next: advice })
  );
}

/** @param {string} command @param {readonly string[]} args */
function stepsFor(command, args) {
  if (args.includes("--help") || args.includes("-h")) return [packages];
  return args.includes("--peers") ? [...needs[command], peers] : needs[command];
}

/** Ends the running tool and leaves, when the set-up itself is told to stop. */
function endOnSignal() {
  /** @param {NodeJS.Signals} signal */
  const leave = (signal) => {
    endTools();
    process.stderr.write("\n");
    say("stopped; the next run goes on from here");
    process.exit(128 + constants.signals[signal]);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, leave);
  return () => {
    for (const signal of signals) process.off(signal, leave);
  };
}
