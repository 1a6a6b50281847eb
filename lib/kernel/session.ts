/** One kernel's life on the main thread: converter, executor, requests, and where text and errors go. */
import "./compiler";
import { isCompleteCode } from "tslab/dist/converter";
import type { MimeBundle } from "./cell";
import { type CellConverter, createCellConverter } from "./converter";
import { createExecutor } from "./executor";
import type { FromIo, ToIo } from "./ioThread";
import { createRequests } from "./requests";
import { installStackFormat } from "./traceback";

export interface KernelOptions {
  readonly root: string;
  /** Folder of the kernel's own sources. */
  readonly here: string;
  readonly post: (message: ToIo) => void;
}

export interface Kernel {
  readonly handle: (request: Extract<FromIo, { kind: "request" }>) => void;
  readonly interrupt: () => void;
  /** Gets the compiler ready before the first cell asks for it. */
  readonly warm: () => void;
  readonly end: () => void;
}

export function runKernel({ root, here, post }: KernelOptions): Kernel {
  installStackFormat();
  let made: CellConverter | undefined;
  const converter = () => {
    made ??= createCellConverter();
    return made;
  };
  const executor = createExecutor({
    root,
    converter,
    kept: here,
    builtIn: new Map([["tslab", require("tslab")]]),
  });
  const requests = createRequests({ executor, converter, isComplete: isCompleteCode, post });

  const decoder = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  for (const name of ["stdout", "stderr"] as const) {
    const original = process[name].write.bind(process[name]) as (text: string) => boolean;
    process[name].write = ((
      data: string | Uint8Array,
      encodingOrDone?: unknown,
      done?: (error?: Error) => void,
    ) => {
      const text = typeof data === "string" ? data : decoder[name].decode(data, { stream: true });
      const cell = executor.cellOfContext();
      if (cell) cell.output.stream(name, text);
      else original(text);
      const finished = typeof encodingOrDone === "function" ? encodingOrDone : done;
      if (typeof finished === "function") process.nextTick(finished as () => void);
      return true;
    }) as typeof process.stdout.write;
  }
  // Notebooks written for tslab itself display through this function.
  (require("tslab/dist/jupyter") as { lastWriteDisplayData: unknown }).lastWriteDisplayData = (
    content: { data: MimeBundle; transient?: { display_id?: string } },
    update?: boolean,
  ) => {
    executor
      .cellOfContext()
      ?.display(content.data, { id: content.transient?.display_id, update: update === true });
  };

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
    warm: () => {
      setTimeout(() => converter().convert("", "0"), 0);
    },
    end() {
      executor.interrupt();
      requests.flush();
      made?.close();
    },
  };
}
