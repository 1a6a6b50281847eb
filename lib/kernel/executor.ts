/** Runs cells: has each checked, runs it, and reports what it did; one after the other. */
import { AsyncLocalStorage } from "node:async_hooks";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { guardAwait, guardIteration } from "./awaitGuard";
import { jsonBundle, toBundle } from "./bundle";
import { type Cell, type DisplayOptions, type MimeBundle, registerHost } from "./cell";
import type { Checker } from "./checker";
import type { CheckedCell } from "./checkThread";
import type { StoppedAt } from "./ioThread";
import { createModules, importsOf } from "./modules";
import {
  type CellError,
  cellOfError,
  cellScript,
  describeComplaints,
  describeError,
  describeInterrupt,
  rememberCell,
} from "./traceback";
import { createVariables } from "./variables";

/** Where a cell's outputs go. */
export interface CellOutput {
  readonly stream: (name: "stdout" | "stderr", text: string) => void;
  readonly display: (bundle: MimeBundle, options: DisplayOptions) => void;
  readonly clear: (wait: boolean) => void;
  readonly result: (bundle: MimeBundle, count: number) => void;
  readonly error: (error: CellError) => void;
}

export interface RunningCell extends Cell {
  readonly count: number;
  readonly output: CellOutput;
  readonly controller: AbortController;
  /** Ends the cell with an error; does nothing when it has ended. */
  readonly fail: (error: CellError) => void;
  readonly isDone: () => boolean;
}

export interface Executor {
  /** Runs a cell and calls `done` exactly once, with the error if it failed. Calls must not overlap. */
  readonly execute: (
    source: string,
    count: number,
    output: CellOutput,
    done: (error: CellError | undefined) => void,
  ) => void;
  /** Stops the running cell, or, when none runs, what earlier cells left behind. */
  readonly interrupt: () => void;
  /** The running cell was stopped by force, at this place in its JavaScript if it is known. */
  readonly stopped: (place: StoppedAt | undefined) => void;
  /** The cell whose code runs now: of this asynchronous context, else the one that runs, else the last. */
  readonly cellOfContext: () => RunningCell | undefined;
  /** An error that nobody caught: it belongs to the cell that caused it. */
  readonly reportLost: (thrown: unknown) => void;
  /** Declarations of the cells so far. */
  readonly declarations: () => string;
}

export interface ExecutorOptions {
  readonly root: string;
  readonly checker: Checker;
  readonly builtIn: ReadonlyMap<string, () => unknown>;
  readonly kept: string;
}

/** An interrupted cell that heeds its signal has this long to tidy up before it is reported as stopped. */
const GRACE_MS = 400;
/** Interrupts and late errors reach this many of the last cells. */
const RECENT = 100;

export function createExecutor(options: ExecutorOptions): Executor {
  const { checker } = options;
  const context = new AsyncLocalStorage<RunningCell>();
  const variables = createVariables();
  const modules = createModules(options);
  const recent: RunningCell[] = [];
  let declarations = "";
  let running: RunningCell | undefined;

  const cellOfContext = () => context.getStore() ?? running ?? recent.at(-1);
  registerHost(() => context.getStore() ?? running);
  const meta = {
    url: pathToFileURL(join(options.root, "cell.ts")).href,
    filename: join(options.root, "cell.ts"),
    dirname: options.root,
  };
  const guard = guardAwait(() => (context.getStore() ?? running)?.signal);
  const guardAll = guardIteration(guard);

  const execute: Executor["execute"] = (source, count, output, done) => {
    const controller = new AbortController();
    // Many things may wait at once; Node would take that for a leak.
    setMaxListeners(0, controller.signal);
    const work: Promise<unknown>[] = [];
    let isDone = false;
    let afterFailure: ((then: () => void) => void) | undefined;

    const fail = (error: CellError): void => {
      if (isDone) return;
      isDone = true;
      output.error(error);
      const end = () => {
        running = undefined;
        done(error);
      };
      if (afterFailure) afterFailure(end);
      else end();
    };
    const cell: RunningCell = {
      host: "kernel",
      signal: controller.signal,
      display: (bundle, how = {}) => output.display(jsonBundle(bundle), how),
      clear: (wait) => output.clear(wait),
      waitFor: (promise) => work.push(promise),
      count,
      output,
      controller,
      fail,
      isDone: () => isDone,
    };
    const failWith = (thrown: unknown): void =>
      fail(controller.signal.aborted ? describeInterrupt(count) : describeError(thrown));
    const succeed = (): void => {
      if (isDone) return;
      isDone = true;
      running = undefined;
      done(undefined);
    };
    running = cell;
    recent.push(cell);
    if (recent.length > RECENT) recent.shift();

    const run = (checked: CheckedCell, body: CellBody, loaded: readonly unknown[]): void => {
      const result: { v?: unknown } = {};
      const before = new Map(
        checked.declared.map((name) => [name, { ...variables.variable(name) }] as const),
      );
      afterFailure = (then) => {
        const assigned = checked.declared.filter((name) => {
          const now = variables.variable(name);
          return "v" in now && !Object.is(now.v, before.get(name)?.v);
        });
        checker.ask(
          "afterFailure",
          { previous: declarations, declarations: checked.declarations, assigned },
          (kept) => {
            declarations = kept;
            then();
          },
          then,
        );
      };
      const conclude = async (): Promise<void> => {
        const bundle = result.v === undefined ? undefined : await toBundle(result.v);
        while (work.length > 0) await Promise.all(work.splice(0));
        // A cell that an error or an interrupt ended may still come to its own end later.
        if (isDone) return;
        declarations = checked.declarations;
        if (bundle) output.result(bundle, count);
        succeed();
      };
      let returned: unknown;
      try {
        returned = runInterruptibly(() =>
          body(
            {},
            modules.require,
            variables.variable,
            loaded,
            modules.importDynamically,
            guard,
            guardAll,
            meta,
            result,
          ),
        );
      } catch (error) {
        if ((error as NodeJS.ErrnoException)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
          controller.abort(interruption());
        }
        failWith(error);
        return;
      }
      Promise.resolve(checked.hasAwait ? returned : undefined)
        .then(conclude)
        .catch(failWith);
    };

    const load = (checked: CheckedCell): void => {
      if (isDone) return;
      rememberCell(count, source, checked);
      if (checked.complaints.length > 0) {
        fail(describeComplaints(count, checked.complaints));
        return;
      }
      if (checked.code === "") {
        declarations = checked.declarations;
        succeed();
        return;
      }
      let body: CellBody;
      try {
        body = new Script(checked.code, { filename: cellScript(count) }).runInThisContext();
      } catch (error) {
        failWith(error);
        return;
      }
      modules.load(checked.imports).then((loaded) => {
        if (!isDone) run(checked, body, loaded);
      }, failWith);
    };

    checker.ask(
      "convert",
      { previous: declarations, source },
      (checked) => context.run(cell, load, checked),
      (reason) => failWith(new Error(`The type checker failed on this cell: ${reason}`)),
    );
    const imports = importsOf(source);
    if (imports.length > 0) {
      // While the other thread checks the types, this one reads the modules. What fails here fails again,
      // and is told, when the cell runs.
      setImmediate(() => context.run(cell, () => modules.load(imports).catch(() => {})));
    }
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
      setTimeout(() => cell.fail(describeInterrupt(cell.count)), GRACE_MS);
    },
    stopped(place) {
      modules.forgetUnfinished();
      const cell = running;
      if (!cell) return;
      cell.controller.abort(interruption());
      cell.fail(describeInterrupt(cell.count, place));
    },
    cellOfContext,
    reportLost(thrown) {
      const number = cellOfError(thrown);
      const cell = context.getStore() ?? recent.find((one) => one.count === number) ?? running;
      const owner = cell ?? recent.at(-1);
      if (!owner || (owner.signal.aborted && isAbort(thrown, owner.signal))) return;
      const error = describeError(thrown);
      if (owner.isDone()) owner.output.error(error);
      else owner.fail(error);
    },
    declarations: () => declarations,
  };
}

/** See rewriteCell for the parameters. */
type CellBody = (...args: unknown[]) => unknown;

const INVOKE = Symbol.for("typescript-cells.invoke");
const invoke = new Script(`globalThis[Symbol.for("typescript-cells.invoke")]()`, {
  filename: "node:cell",
});

/** Runs a function so that the signal SIGINT stops it even when it never yields. */
function runInterruptibly(work: () => unknown): unknown {
  (globalThis as unknown as Record<symbol, unknown>)[INVOKE] = work;
  return invoke.runInThisContext({ breakOnSigint: true });
}

function interruption(): DOMException {
  return new DOMException("The cell was interrupted", "AbortError");
}

function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown as Error | undefined)?.name === "AbortError";
}
