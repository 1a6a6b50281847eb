import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { endGroup } from "./processes.mjs";

/**
 * @typedef {object} ToolResult
 * @property {boolean} ok         it ran and left with exit code 0
 * @property {number | null} code
 * @property {string} output      its stdout, at most the last 1 MB
 * @property {string} tail        the last lines of all it printed, or why it did not start
 * @property {string} log         file with all that it printed
 * @property {boolean} missing    there is no such program
 */

/** The tools of this process that run just now. @type {Set<number>} */
const running = new Set();

/**
 * Runs a tool in its own process group, its output in `.lab/log/<name>.log`. Never throws: what
 * went wrong is in the result.
 * @param {{ log: string, root: string, onChild?: (pid: number | undefined) => void }} session
 * @param {{
 *   name: string, command: string, args: readonly string[], cwd?: string,
 *   env?: Record<string, string | undefined>, timeoutSeconds?: number
 * }} tool
 * @returns {Promise<ToolResult>}
 */
export function runTool(session, tool) {
  mkdirSync(session.log, { recursive: true });
  const log = join(session.log, `${tool.name}.log`);
  const stream = createWriteStream(log);
  stream.write(`$ ${[tool.command, ...tool.args].join(" ")}\n`);
  return new Promise((resolve) => {
    let output = "";
    let all = "";
    let timedOut = false;
    let settled = false;
    const child = spawn(tool.command, [...tool.args], {
      cwd: tool.cwd ?? session.root,
      env: { ...process.env, ...tool.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    if (child.pid !== undefined) {
      running.add(child.pid);
      session.onChild?.(child.pid);
    }
    const timer = tool.timeoutSeconds
      ? setTimeout(() => {
          timedOut = true;
          if (child.pid !== undefined) endGroup(child.pid, "SIGKILL");
        }, tool.timeoutSeconds * 1000)
      : undefined;

    child.stdout.on("data", (/** @type {Buffer} */ chunk) => {
      stream.write(chunk);
      output = (output + chunk).slice(-1_000_000);
      all = (all + chunk).slice(-8_000);
    });
    child.stderr.on("data", (/** @type {Buffer} */ chunk) => {
      stream.write(chunk);
      all = (all + chunk).slice(-8_000);
    });

    /** @param {number | null} code @param {string} [trouble] @param {boolean} [missing] */
    const settle = (code, trouble, missing = false) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (child.pid !== undefined) {
        running.delete(child.pid);
        session.onChild?.(undefined);
      }
      if (trouble) stream.write(`\n${trouble}\n`);
      const tail = [lastLines(all, 8), trouble].filter(Boolean).join("\n");
      stream.end(() => resolve({ ok: code === 0 && !trouble, code, output, tail, log, missing }));
    };
    child.on("error", (/** @type {NodeJS.ErrnoException} */ error) =>
      settle(null, `${tool.command}: ${error.message}`, error.code === "ENOENT"),
    );
    child.on("close", (code, signal) => {
      if (timedOut) settle(code, `ended after ${tool.timeoutSeconds} s without a result`);
      else settle(code, signal ? `ended by ${signal}` : undefined);
    });
  });
}

/** Ends every tool that runs: for a set-up that is interrupted. */
export function endTools() {
  for (const pid of running) endGroup(pid, "SIGKILL");
}

/**
 * The last lines that say something, without carriage-return animations.
 * @param {string} text
 * @param {number} count
 */
export function lastLines(text, count) {
  return text
    .split("\n")
    .map((line) => line.trimEnd().replace(/^.*\r/s, ""))
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}
