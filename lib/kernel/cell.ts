/**
 * What a running cell offers to the code it calls: a place to display, a signal that says "stop".
 * Code of `lib` asks for it here and never learns which kernel, or whether any kernel, is around it.
 */

/** One output in several representations, keyed by mime type; the front end picks the richest it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface DisplayOptions {
  /** Name of the output. A later call with `update: true` and the same name replaces it in place. */
  readonly id?: string;
  readonly update?: boolean;
}

export interface Cell {
  /** `kernel` inside a notebook cell, `terminal` in a plain script. */
  readonly host: "kernel" | "terminal";
  /** Aborted when the user interrupts this cell. In a plain script it is never aborted. */
  readonly signal: AbortSignal;
  display(bundle: MimeBundle, options?: DisplayOptions): void;
  /** Removes the cell's outputs so far; with `wait`, not before the next output is there. */
  clear?(wait: boolean): void;
  /** The cell ends after this work, whose output would come too late otherwise. */
  waitFor?(work: Promise<unknown>): void;
}

const HOST = Symbol.for("typescript-cells.host");

/** A kernel registers itself once with a function that finds the cell of the current asynchronous context. */
export function registerHost(currentCell: () => Cell | undefined): void {
  (globalThis as Record<symbol, unknown>)[HOST] = currentCell;
}

const neverAborted = new AbortController().signal;

const terminal: Cell = {
  host: "terminal",
  signal: neverAborted,
  display(bundle) {
    const text = bundle["text/plain"];
    if (typeof text === "string") process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  },
};

/** The cell that is running this code, or the terminal when there is none. */
export function currentCell(): Cell {
  const find = (globalThis as Record<symbol, unknown>)[HOST] as
    | (() => Cell | undefined)
    | undefined;
  return find?.() ?? terminal;
}

/** Lets other work (messages, timers, display) run, and throws when the cell was interrupted. */
export async function breathe(signal: AbortSignal = currentCell().signal): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
