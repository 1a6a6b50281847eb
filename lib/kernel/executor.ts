/** Runs cells: checks, rewrites, runs and reports each, one after the other. */
import { AsyncLocalStorage } from "node:async_hooks";
import { Script } from "node:vm";
import { jsonBundle, toBundle } from "./bundle";
import { type Cell, type DisplayOptions, type MimeBundle, registerHost } from "./cell";
import type { CellConverter } from "./converter";
import { createModules, type Modules } from "./modules";
import { rewriteCell } from "./rewriteCell";
import {
  type CellError,
  cellOfError,
  cellScript,
  describeError,
  excerpt,
  rememberCell,
} from "./traceback";
import { createVariables } from "./variables";

/** Where a cell's outputs go. */
export interface CellOutput {
  readonly stream: (name: "stdout" | "stderr", text: string) => void;
  readonly display: (bundle: MimeBundle, options: DisplayOptions) => void;
  readonly result: (bundle: MimeBundle, count: number) => void;
  readonly error: (error: CellError) => void;
}

export interface CellOutcome {
  readonly status: "ok" | "error";
  readonly error?: CellError;
}

export interface RunningCell extends Cell {
  readonly count: number;
  readonly output: CellOutput;
  readonly controller: AbortController;
  /** Ends the cell with an error; does nothing when it has ended. */
  fail: (error: CellError) => void;
  isDone: boolean;
}

export interface Executor {
  /** Runs a cell and calls `done` exactly once. Calls must not overlap. */
  readonly execute: (
    source: string,
    count: number,
    output: CellOutput,
    done: (outcome: CellOutcome) => void,
  ) => void;
  /** Stops the running cell, or, when none runs, what earlier cells left behind. */
  readonly interrupt: () => void;
  /** The cell whose code runs now: of this asynchronous context, else the one that runs, else the last. */
  readonly cellOfContext: () => RunningCell | undefined;
  /** An error that nobody caught: it belongs to the cell that caused it. */
  readonly reportLost: (thrown: unknown) => void;
  readonly declarations: () => string;
}

export interface ExecutorOptions {
  readonly root: string;
  readonly converter: () => CellConverter;
  readonly builtIn: ReadonlyMap<string, unknown>;
  readonly kept: string;
}

/** An interrupted cell that heeds its signal has this long to tidy up before it is reported as stopped. */
const GRACE_MS = 400;
const INVOKE = Symbol.for("typescript-cells.invoke");

export function createExecutor(options: ExecutorOptions): Executor {
  const context = new AsyncLocalStorage<RunningCell>();
  const variables = createVariables();
  const modules: Modules = createModules(options);
  const invoke = new Script(`globalThis[Symbol.for("typescript-cells.invoke")]()`, {
    filename: "node:cell",
  });
  const globals = globalThis as unknown as Record<symbol, unknown>;
  let declarations = "";
  let running: RunningCell | undefined;
  let last: RunningCell | undefined;
  const recent: RunningCell[] = [];

  registerHost(() => context.getStore() ?? running);

  const guard = (value: unknown): unknown => {
    const cell = context.getStore() ?? running;
    if (!cell) return value;
    const { signal } = cell;
    signal.throwIfAborted();
    if (typeof (value as PromiseLike<unknown> | undefined)?.then !== "function") return value;
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      (value as PromiseLike<unknown>).then(
        (result) => {
          signal.removeEventListener("abort", stop);
          resolve(result);
        },
        (reason) => {
          signal.removeEventListener("abort", stop);
          reject(reason);
        },
      );
    });
  };

  /** Runs a function so that SIGINT stops it even when it never yields. */
  const runInterruptibly = (work: () => unknown): unknown => {
    globals[INVOKE] = work;
    return invoke.runInThisContext({ breakOnSigint: true });
  };

  const execute: Executor["execute"] = (source, count, output, done) => {
    const controller = new AbortController();
    const work: Promise<unknown>[] = [];
    const cell: RunningCell = {
      host: "kernel",
      signal: controller.signal,
      display: (bundle, how = {}) => output.display(jsonBundle(bundle), how),
      waitFor: (promise) => work.push(promise),
      count,
      output,
      controller,
      isDone: false,
      fail: () => {},
    };
    const finish = (outcome: CellOutcome): void => {
      if (cell.isDone) return;
      cell.isDone = true;
      running = undefined;
      if (outcome.error) output.error(outcome.error);
      done(outcome);
    };
    cell.fail = (error) => finish({ status: "error", error });
    running = cell;
    last = cell;
    recent.push(cell);
    if (recent.length > 100) recent.shift();

    const fail = (thrown: unknown): void => {
      cell.fail(controller.signal.aborted ? interrupted(count) : describeError(thrown));
    };

    let converted: ReturnType<CellConverter["convert"]>;
    try {
      converted = options.converter().convert(declarations, source);
    } catch (error) {
      cell.fail(describeError(error));
      return;
    }
    const complaint = converted.diagnostics[0];
    if (complaint) {
      rememberCell(count, source, "");
      cell.fail(describeDiagnostics(count, converted.diagnostics));
      return;
    }
    if (!converted.output) {
      declarations = converted.declOutput ?? "";
      finish({ status: "ok" });
      return;
    }
    let rewritten: ReturnType<typeof rewriteCell>;
    let run: (...args: unknown[]) => unknown;
    try {
      rememberCell(count, source, converted.output);
      rewritten = rewriteCell(converted.output, {
        isVariable: variables.has,
        hasAwait: converted.hasToplevelAwait === true,
        lastExpression: converted.lastExpressionVar,
      });
      run = new Script(rewritten.code, { filename: cellScript(count) }).runInThisContext();
    } catch (error) {
      cell.fail(describeError(error));
      return;
    }
    const result: { v?: unknown } = {};
    const succeed = (): void => {
      // A cell that an error or an interrupt ended may still come to its own end later.
      if (cell.isDone) return;
      declarations = converted.declOutput ?? "";
      const conclude = async (): Promise<void> => {
        const bundle = result.v === undefined ? undefined : await toBundle(result.v);
        while (work.length > 0) await Promise.all(work.splice(0));
        if (bundle && !cell.isDone) output.result(bundle, count);
        finish({ status: "ok" });
      };
      conclude().catch(fail);
    };

    context.run(cell, () => {
      const start = (loaded: unknown): void => {
        let returned: unknown;
        try {
          returned = runInterruptibly(() =>
            run(
              {},
              modules.require,
              variables.variable,
              loaded,
              modules.importDynamically,
              guard,
              result,
            ),
          );
        } catch (error) {
          if ((error as NodeJS.ErrnoException)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
            controller.abort(interruption());
          }
          fail(error);
          return;
        }
        if (converted.hasToplevelAwait) (returned as Promise<unknown>).then(succeed, fail);
        else succeed();
      };
      if (rewritten.imports.length === 0) start([]);
      else modules.load(rewritten.imports).then(start, fail);
    });
  };

  return {
    execute,
    interrupt() {
      const cell = running;
      if (!cell) {
        for (const earlier of recent) earlier.controller.abort(interruption());
        return;
      }
      cell.controller.abort(interruption());
      setTimeout(() => cell.fail(interrupted(cell.count)), GRACE_MS);
    },
    cellOfContext: () => context.getStore() ?? running ?? last,
    reportLost(thrown) {
      const number = cellOfError(thrown);
      const cell =
        context.getStore() ??
        (number === undefined ? undefined : recent.find((one) => one.count === number)) ??
        running ??
        last;
      if (!cell || (cell.signal.aborted && isAbort(thrown, cell.signal))) return;
      const error = describeError(thrown);
      if (cell.isDone) cell.output.error(error);
      else cell.fail(error);
    },
    declarations: () => declarations,
  };
}

function interruption(): DOMException {
  return new DOMException("The cell was interrupted", "AbortError");
}

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown as Error | undefined)?.name === "AbortError";
}

function interrupted(count: number): CellError {
  const ename = "Interrupted";
  const evalue = `Cell [${count}] was interrupted`;
  return { ename, evalue, traceback: [`\u001b[31m${ename}\u001b[39m: ${evalue}`] };
}

type Diagnostic = ReturnType<CellConverter["convert"]>["diagnostics"][number];

function describeDiagnostics(count: number, diagnostics: readonly Diagnostic[]): CellError {
  const traceback: string[] = [];
  let shownAt = -1;
  const messages: string[] = [];
  for (const { start, messageText, code, fileName } of diagnostics) {
    const line = start.line + 1;
    const where = fileName ? `${fileName}:${line}` : `line ${line}:${start.character + 1}`;
    const message = `${messageText} (TS${code})`;
    messages.push(`${where}: ${message}`);
    if (start.offset !== shownAt) {
      traceback.push(`\u001b[32mCell [${count}], ${where}\u001b[39m`);
      if (!fileName) traceback.push(...excerpt(count, line));
    }
    shownAt = start.offset;
    traceback.push(`\u001b[31mTypeScript\u001b[39m: ${message}`);
  }
  const more = messages.length > 1 ? ` (and ${messages.length - 1} more)` : "";
  return { ename: "TypeScriptError", evalue: `${messages[0]}${more}`, traceback };
}
