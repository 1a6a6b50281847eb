/**
 * A set-up step that could not be done: what failed, why, and what to do next.
 */
export class SetupError extends Error {
  /**
   * @param {{ what: string, why: string, next: string, log?: string }} parts
   */
  constructor(parts) {
    super(parts.what);
    this.name = "SetupError";
    this.parts = parts;
  }
}

/**
 * The message of a failed step, ready to print.
 * @param {SetupError} error
 */
export function failureText(error) {
  const { what, why, next, log } = error.parts;
  const lines = [`set-up failed: ${what}`];
  const reasons = why.trimEnd().split("\n");
  lines.push(reasons.length === 1 ? `  why:  ${reasons[0]}` : `  why:\n${indent(reasons)}`);
  const advice = next.trimEnd().split("\n");
  lines.push(`  next: ${advice[0]}`, ...advice.slice(1).map((line) => `        ${line}`));
  if (log) lines.push(`  log:  ${log}`);
  return lines.join("\n");
}

/** @param {string[]} lines */
function indent(lines) {
  return lines.map((line) => `    | ${line}`).join("\n");
}

/**
 * One line for one piece of work: what it does at once, its time when it ends; in a terminal the
 * time runs along. All of it goes to stderr, so that what a command prints on stdout stays its
 * own.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [note]  said at the end of the line
 * @returns {Promise<T>}
 */
export async function timedLine(what, work, note) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const { stderr } = process;
  stderr.write(`set-up: ${what} ... `);
  const back = stderr.isTTY ? `\r\x1b[Kset-up: ${what} ... ` : "";
  const clock = stderr.isTTY
    ? setInterval(() => stderr.write(`${back}${seconds().toFixed(0)} s`), 1_000)
    : undefined;
  let last = "failed";
  try {
    const result = await work();
    last = note?.(result) ?? "";
    return result;
  } finally {
    clearInterval(clock);
    stderr.write(`${back}${last ? `${last}, ` : ""}${seconds().toFixed(1)} s\n`);
  }
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}
