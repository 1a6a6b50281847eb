/**
 * The TypeScript kernel: `node --import tsx lib/kernel/main.ts --root ROOT connection.json`.
 * Cells run on the main thread; a second thread owns the sockets (ioThread.ts), a third the compiler
 * (checkThread.ts).
 */
import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { findClearAsyncRecord } from "./asyncRecord";
import { endChildProcesses } from "./childProcesses";
import { BEFORE_STOP, type FromIo, type IoOptions, type ToIo } from "./ioThread";
import { kernelInfo } from "./kernelInfo";
import { runKernel } from "./session";

const here = __dirname;

function parseArguments(argv: readonly string[]): { root: string; connectionFile: string } {
  let root = process.cwd();
  let connectionFile = "";
  for (let at = 0; at < argv.length; at++) {
    if (argv[at] === "--root") root = argv[++at] ?? "";
    else connectionFile = argv[at];
  }
  if (!connectionFile || !root) {
    throw new Error("usage: node --import tsx lib/kernel/main.ts --root FOLDER connection.json");
  }
  return { root: realpathSync(root), connectionFile: realpathSync(connectionFile) };
}

function start(): void {
  const { root, connectionFile } = parseArguments(process.argv.slice(2));
  process.chdir(root);
  const heard = new Int32Array(new SharedArrayBuffer(4));
  const ioOptions: IoOptions = {
    connectionFile,
    kernelInfoJson: JSON.stringify(kernelInfo()),
    session: randomUUID(),
    parentPid: process.ppid,
    heard,
    ownUrl: pathToFileURL(here).href,
  };
  const fromHere = createRequire(join(here, "main.ts"));
  const loader = JSON.stringify(fromHere.resolve("tsx/cjs"));
  const startThread = (file: string, options: WorkerOptions = {}): Worker =>
    new Worker(
      `require("node:module").enableCompileCache?.();
       require(${loader});
       require(${JSON.stringify(join(here, file))});`,
      { eval: true, execArgv: [], ...options },
    );
  const io = startThread("ioThread.ts", { workerData: ioOptions });
  const post = (message: ToIo) => io.postMessage(message);
  (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(BEFORE_STOP)] =
    findClearAsyncRecord();

  const kernel = runKernel({
    root,
    here,
    post,
    startChecker: () => startThread("checkThread.ts"),
  });

  const onSigint = () => kernel.interrupt();
  /** What wants to tidy up at exit does so first. */
  const leave = () => {
    process.once("exit", endChildProcesses);
    process.exit(0);
  };
  io.on("message", (message: FromIo) => {
    switch (message.kind) {
      case "request":
        kernel.handle(message);
        return;
      case "interrupt":
        if (Atomics.load(heard, 0) >= message.interrupt) return;
        Atomics.store(heard, 0, message.interrupt);
        kernel.interrupt();
        return;
      case "stopped":
        // Node takes the listener away while a cell runs, and had no chance to put it back.
        if (!process.listeners("SIGINT").includes(onSigint)) process.on("SIGINT", onSigint);
        kernel.stopped(message.place);
        return;
      case "shutdown":
        kernel.end();
        post({ kind: "close" });
        io.once("exit", leave);
        setTimeout(leave, 1000);
        return;
      case "failed":
        process.exitCode = 1;
        process.stderr.write(`${message.reason}\n`);
        process.exit();
        return;
      case "bound":
    }
  });
  io.on("error", (error) => {
    kernel.end();
    console.error("The kernel's connection failed:", error);
    process.exit(1);
  });
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, leave);
  process.on("SIGINT", onSigint);
}

start();
