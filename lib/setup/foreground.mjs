import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a program with our own input and output until it ends. A signal sent to us goes on to it;
 * Ctrl-C in a terminal reaches it without our help, since the terminal tells the whole group.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}  its exit code; 128 + the signal's number when a signal ended it
 */
export function runInForeground(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { ...options, stdio: "inherit" });
    /** @type {[NodeJS.Signals, () => void][]} */
    const forwards = ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => {
      const signal = /** @type {NodeJS.Signals} */ (name);
      const told = signal === "SIGINT" && process.stdin.isTTY;
      return [signal, () => void (told || child.kill(signal))];
    });
    for (const [signal, forward] of forwards) process.on(signal, forward);
    const settle = () => {
      for (const [signal, forward] of forwards) process.off(signal, forward);
    };
    child.on("error", (error) => {
      settle();
      reject(error);
    });
    child.on("close", (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
