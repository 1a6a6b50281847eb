/** One kernel's life on the main thread: checker, executor, requests, and where text and errors go. */
import { Readable } from "node:stream";
import type { Worker } from "node:worker_threads";
import type { MimeBundle } from "./cell";
import { createChecker } from "./checker";
import { createExecutor, type Executor } from "./executor";
import { inspectPromisesPlainly } from "./inspectPromises";
import type { FromIo, ToIo } from "./ioThread";
import { createRequests } from "./requests";
import { installStackFormat } from "./traceback";

export interface KernelOptions {
  readonly root: string;
  /** Folder of the kernel's own sources. */
  readonly here: string;
  readonly post: (message: ToIo) => void;
  readonly startChecker: () => Worker;
}

export interface Kernel {
  readonly handle: (request: Extract<FromIo, { kind: "request" }>) => void;
  readonly interrupt: () => void;
  readonly stopped: Executor["stopped"];
  readonly end: () => void;
}

export function runKernel({ root, here, post, startChecker }: KernelOptions): Kernel {
  installStackFormat();
  inspectPromisesPlainly();
  const checker = createChecker(startChecker);
  const executor: Executor = createExecutor({
    root,
    checker,
    kept: here,
    builtIn: new Map([["tslab", () => tslabFor(executor)]]),
  });
  const requests = createRequests({ executor, checker, post });
  routeText(executor);
  refuseStdin();

  process.on("uncaughtException", (error) => executor.reportLost(error));
  process.on("unhandledRejection", (reason) => executor.reportLost(reason));
  // Deprecations of packages are no news to the reader of a notebook.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (/^(Deprecation|Experimental)Warning$/.test(warning.name)) return;
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });

  return {
    handle: requests.handle,
    interrupt: executor.interrupt,
    stopped: executor.stopped,
    end() {
      executor.interrupt();
      requests.flush();
      checker.close();
    },
  };
}

/** What is written to stdout and stderr becomes output of the cell that wrote it. */
function routeText(executor: Executor): void {
  for (const name of ["stdout", "stderr"] as const) {
    const original = process[name].write.bind(process[name]) as (text: string) => boolean;
    const decoder = new TextDecoder();
    process[name].write = ((
      data: string | Uint8Array,
      encodingOrDone?: unknown,
      done?: (error?: Error) => void,
    ) => {
      const text = typeof data === "string" ? data : decoder.decode(data, { stream: true });
      const cell = executor.cellOfContext();
      if (cell) cell.output.stream(name, text);
      else original(text);
      const finished = typeof encodingOrDone === "function" ? encodingOrDone : done;
      if (typeof finished === "function") process.nextTick(finished as () => void);
      return true;
    }) as typeof process.stdout.write;
  }
}

/** Whoever reads standard input is told that there is none, instead of waiting for ever. */
function refuseStdin(): void {
  const stdin = new Readable({
    read() {
      this.destroy(
        new Error(
          "A cell has no standard input: write the value into the cell, or read it from a file",
        ),
      );
    },
  });
  Object.defineProperty(process, "stdin", { configurable: true, get: () => stdin });
}

/** tslab's own display functions, for notebooks written for tslab: they reach the cell that calls them. */
function tslabFor(executor: Executor): unknown {
  const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (
    content: { data: MimeBundle; transient?: { display_id?: string } },
    update?: boolean,
  ) => {
    executor
      .cellOfContext()
      ?.display(content.data, { id: content.transient?.display_id, update: update === true });
  };
  return require("tslab");
}
