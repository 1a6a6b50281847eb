// Brings up what a command needs, then runs it:  node lib/setup/run.mjs <command> [args]
//
// This file and ./nodeVersion.mjs use old syntax only and load the rest late, so that an old
// Node.js gets a sentence to read instead of a syntax error.
import { nodeVersionProblem } from "./nodeVersion.mjs";

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  console.error(problem);
  process.exit(1);
}
const { runCommand } = await import("./commands.mjs");
process.exitCode = await runCommand(process.argv.slice(2));
