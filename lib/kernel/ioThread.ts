/**
 * The thread that owns the sockets. It stays responsive while a cell computes: the heartbeat beats,
 * printed text leaves, and an interrupt or a shutdown is heard even when the main thread never yields.
 */
import { readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { parentPort, workerData } from "node:worker_threads";
import { Publisher, Reply, Router } from "zeromq";
import { endChildProcesses } from "./childProcesses";
import { type Connection, decodeMessage, encodeMessage, type Message, type Outgoing } from "./wire";

/** What the main thread may ask of this thread. */
export type ToIo =
  | { kind: "send"; socket: "iopub" | "shell" | "control"; message: Outgoing }
  | { kind: "close" };

/** What this thread tells the main thread. */
export type FromIo =
  | { kind: "bound" }
  | { kind: "failed"; reason: string }
  | { kind: "request"; channel: "shell" | "control"; message: Message }
  | { kind: "interrupt"; interrupt: number }
  | { kind: "stopped"; place: StoppedAt | undefined }
  | { kind: "shutdown"; restart: boolean };

/** Where a cell was when it was stopped by force: line and column, from 1, of its JavaScript. */
export interface StoppedAt {
  readonly cell: number;
  readonly line: number;
  readonly column: number;
}

export interface IoOptions {
  readonly connectionFile: string;
  readonly kernelInfoJson: string;
  readonly session: string;
  readonly parentPid: number;
  /** Holds the number of the last interrupt that the main thread has taken notice of. */
  readonly heard: Int32Array;
  /** Address of the kernel's own sources. */
  readonly ownUrl: string;
}

/** The main thread has this long to notice an interrupt by itself before it is stopped by force. */
const NOTICE_MS = 300;
/** A main thread that has not ended this long after a shutdown request is killed. */
const SHUTDOWN_MS = 1500;
/** Key of the function that the main thread offers for the moment before it is stopped by force. */
export const BEFORE_STOP = "typescript-cells.beforeStop";

const port = parentPort;
if (port) void run(workerData as IoOptions, (message) => port.postMessage(message));

async function run(options: IoOptions, tell: (message: FromIo) => void): Promise<void> {
  const connection = JSON.parse(readFileSync(options.connectionFile, "utf8")) as Connection;
  const iopub = new Publisher({ linger: 500 });
  const shell = new Router({ linger: 500 });
  const control = new Router({ linger: 500 });
  const stdin = new Router({ linger: 0 });
  const heartbeat = new Reply({ linger: 0 });
  const sockets = { iopub, shell, control };

  // One send at a time on a socket: the sends of each form a queue.
  const queues = new Map<string, Promise<void>>();
  const send = (socket: keyof typeof sockets, message: Outgoing): Promise<void> => {
    const frames = encodeMessage(message, options.session, connection);
    const next = (queues.get(socket) ?? Promise.resolve())
      .then(() => sockets[socket].send(frames as Buffer[]))
      .catch(() => {}); // the peer is gone: nobody is left to tell
    queues.set(socket, next);
    return next;
  };

  const address = (number: number) =>
    connection.transport === "ipc"
      ? `ipc://${connection.ip}-${number}`
      : `${connection.transport}://${connection.ip}:${number}`;
  try {
    await Promise.all([
      iopub.bind(address(connection.iopub_port)),
      shell.bind(address(connection.shell_port)),
      control.bind(address(connection.control_port)),
      stdin.bind(address(connection.stdin_port)),
      heartbeat.bind(address(connection.hb_port)),
    ]);
  } catch (error) {
    tell({ kind: "failed", reason: `cannot bind ${options.connectionFile}: ${error}` });
    return;
  }
  tell({ kind: "bound" });

  let interrupts = 0;
  const isHeard = (number: number) => Atomics.load(options.heard, 0) >= number;
  const interrupt = () => {
    interrupts += 1;
    const number = interrupts;
    tell({ kind: "interrupt", interrupt: number });
    const insist = (attempt: number) => {
      if (isHeard(number) || attempt > 5) return;
      stopMainThread({
        ownUrl: options.ownUrl,
        isLate: () => isHeard(number),
        stopped: (place) => {
          tell({ kind: "stopped", place });
          // The first message may have been lost with what was stopped.
          tell({ kind: "interrupt", interrupt: number });
        },
      });
      setTimeout(insist, NOTICE_MS, attempt + 1).unref();
    };
    setTimeout(insist, NOTICE_MS, 1).unref();
  };

  const shutDown = (restart: boolean) => {
    setTimeout(() => {
      endChildProcesses();
      process.kill(process.pid, "SIGKILL");
    }, SHUTDOWN_MS).unref(); // the sockets keep this thread alive until the main thread closes them
    tell({ kind: "shutdown", restart });
  };

  const answer = async (channel: "shell" | "control", message: Message) => {
    const { header, identities } = message;
    const status = (state: string) =>
      send("iopub", {
        type: "status",
        contentJson: JSON.stringify({ execution_state: state }),
        parent: header,
        identities: [Buffer.from("status")],
      });
    const reply = (type: string, content: string) =>
      send(channel, { type, contentJson: content, parent: header, identities });
    switch (header.msg_type) {
      case "kernel_info_request":
        void status("busy");
        void reply("kernel_info_reply", options.kernelInfoJson);
        void status("idle");
        return;
      case "interrupt_request":
        void status("busy");
        interrupt();
        void reply("interrupt_reply", JSON.stringify({ status: "ok" }));
        void status("idle");
        return;
      case "shutdown_request": {
        const restart = message.content.restart === true;
        void status("busy");
        void reply("shutdown_reply", JSON.stringify({ status: "ok", restart }));
        await status("idle");
        shutDown(restart);
        return;
      }
      default:
        tell({ kind: "request", channel, message });
    }
  };

  const listen = async (channel: "shell" | "control", socket: Router) => {
    for await (const frames of socket) {
      try {
        await answer(channel, decodeMessage(frames, connection));
      } catch {
        // Not signed with this kernel's key, or no message at all: as if it had never come.
      }
    }
  };
  const beat = async () => {
    for await (const frames of heartbeat) await heartbeat.send(frames);
  };
  for (const loop of [listen("shell", shell), listen("control", control), beat()]) {
    loop.catch(() => {}); // the socket was closed
  }

  // A kernel whose parent died (the server was killed) must not live on.
  const watch = setInterval(() => {
    if (process.ppid === options.parentPid) return;
    clearInterval(watch);
    shutDown(false);
  }, 1000);

  port?.on("message", (message: ToIo) => {
    if (message.kind === "send") void send(message.socket, message.message);
    else {
      clearInterval(watch);
      void Promise.all(queues.values()).then(() => {
        for (const socket of [iopub, shell, control, stdin, heartbeat]) socket.close();
        port.close();
      });
    }
  });
}

interface StopOptions {
  readonly ownUrl: string;
  /** Has the main thread taken notice by itself meanwhile? */
  readonly isLate: () => boolean;
  readonly stopped: (place: StoppedAt | undefined) => void;
}

/**
 * Stops whatever code of a cell, of lib or of a package the main thread runs, through the inspector's own
 * door between threads. Execution is paused first, for two reasons: the kernel's own code must go on, and
 * Node's record of asynchronous contexts has to be cleared at exactly the place where code stops, since
 * Node aborts the process when a callback ends with that record in disorder.
 */
function stopMainThread({ ownUrl, isLate, stopped }: StopOptions): void {
  const session = new Session();
  session.connectToMainThread();
  // The frames of a pause name their scripts by number only.
  const urls = new Map<string, string>();
  session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
  session.once("Debugger.paused", ({ params }) => {
    const leave = () => session.post("Debugger.disable", () => session.disconnect());
    const isOwn = (url: string) => url === "" || url.startsWith("node:") || url.startsWith(ownUrl);
    const frames = params.callFrames.map(({ location }) => ({
      url: urls.get(location.scriptId) ?? "",
      location,
    }));
    if (isLate() || frames.every(({ url }) => isOwn(url))) {
      session.post("Debugger.resume", leave);
      return;
    }
    const frame = frames.find(({ url }) => url.startsWith("cell:"));
    session.post("Runtime.evaluate", {
      expression: `globalThis[Symbol.for(${JSON.stringify(BEFORE_STOP)})]?.()`,
    });
    session.post("Debugger.resume", { terminateOnResume: true }, () => {
      leave();
      stopped(
        frame && {
          cell: Number(frame.url.slice("cell:".length)),
          line: frame.location.lineNumber + 1,
          column: (frame.location.columnNumber ?? 0) + 1,
        },
      );
    });
  });
  session.post("Debugger.enable");
  session.post("Debugger.pause");
}
