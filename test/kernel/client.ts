/** A small Jupyter client over real ZeroMQ sockets: starts a kernel process and talks to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Dealer, Request, Subscriber } from "zeromq";

export interface Reply {
  readonly type: string;
  readonly parent: { readonly msg_id?: string };
  // biome-ignore lint/suspicious/noExplicitAny: messages are JSON of many shapes, checked by assertions.
  readonly content: any;
  readonly header: Readonly<Record<string, string>>;
}

/** All that came of one request: the reply and what was published for it until the kernel was idle. */
export interface Outcome {
  readonly reply: Reply;
  readonly published: readonly Reply[];
}

export interface KernelClient {
  readonly process: ChildProcess;
  readonly folder: string;
  /** Runs a cell and waits for its reply and for idle. */
  readonly run: (code: string, extra?: Record<string, unknown>) => Promise<Outcome>;
  /** Sends a request; `outcome` settles when its reply and idle have come. */
  readonly send: (
    type: string,
    content: Record<string, unknown>,
    channel?: "shell" | "control",
  ) => { id: string; outcome: Promise<Outcome> };
  readonly ask: (
    type: string,
    content: Record<string, unknown>,
    channel?: "shell" | "control",
  ) => Promise<Reply>;
  /** Sends raw frames to the shell channel. */
  readonly sendRaw: (frames: (string | Buffer)[]) => Promise<void>;
  readonly published: Reply[];
  /** Drops what has been received so far. */
  readonly forget: () => void;
  /** Resolves with the first published message (past or future) that the test accepts. */
  readonly waitFor: (accept: (message: Reply) => boolean) => Promise<Reply>;
  readonly heartbeat: (text: string) => Promise<string>;
  readonly sign: (parts: string[]) => string;
  readonly stop: () => Promise<void>;
  readonly exited: Promise<number | null>;
  /** What the process itself wrote, outside of any cell. */
  readonly log: () => string;
}

const projectRoot = resolve(__dirname, "../..");
/** A request that is not answered by then has failed; generous, since machines may be busy. */
const PATIENCE_MS = 60_000;

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((done) => {
          const server = createServer().listen(0, "127.0.0.1", () => done(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export async function startKernel(
  options: { root?: string; parent?: "this" | "shell" } = {},
): Promise<KernelClient> {
  const folder = mkdtempSync(join(tmpdir(), "kernel-"));
  const [shellPort, iopubPort, stdinPort, controlPort, heartbeatPort] = await freePorts(5);
  const key = randomUUID();
  const connection = {
    transport: "tcp",
    ip: "127.0.0.1",
    key,
    signature_scheme: "hmac-sha256",
    shell_port: shellPort,
    iopub_port: iopubPort,
    stdin_port: stdinPort,
    control_port: controlPort,
    hb_port: heartbeatPort,
  };
  const file = join(folder, "connection.json");
  writeFileSync(file, JSON.stringify(connection));
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const root = options.root ?? projectRoot;
  const argv = ["--import", tsx, join(projectRoot, "lib/kernel/main.ts"), "--root", root, file];
  // With a shell in between, the kernel's parent can be killed without the kernel. `&` and `wait`: a shell
  // with one command would become that command.
  const [program, ...rest] =
    options.parent === "shell"
      ? ["sh", "-c", '"$@" & wait', "sh", process.execPath, ...argv]
      : [process.execPath, ...argv];
  const child = spawn(program, rest, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => {
      text += data.toString();
    });
  }
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));

  const session = randomUUID();
  const shell = new Dealer({ routingId: session, linger: 0 });
  const control = new Dealer({ routingId: session, linger: 0 });
  const iopub = new Subscriber({ linger: 0 });
  const beat = new Request({ linger: 0 });
  shell.connect(`tcp://127.0.0.1:${shellPort}`);
  control.connect(`tcp://127.0.0.1:${controlPort}`);
  iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
  iopub.subscribe();
  beat.connect(`tcp://127.0.0.1:${heartbeatPort}`);

  const sign = (parts: string[]) => {
    const hash = createHmac("sha256", key);
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  };
  const decode = (frames: Buffer[]): Reply => {
    const at = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
    const parts = frames.slice(at + 2, at + 6).map((frame) => frame.toString());
    if (frames[at + 1].toString() !== sign(parts))
      throw new Error("wrong signature from the kernel");
    const [header, parent, , content] = parts.map((part) => JSON.parse(part));
    return { type: header.msg_type, parent, content, header };
  };

  const published: Reply[] = [];
  const replies: Reply[] = [];
  const waiting = new Set<() => void>();
  const timers = new Set<NodeJS.Timeout>();
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  const collect = async (socket: Dealer | Subscriber, into: Reply[]) => {
    for await (const frames of socket) {
      into.push(decode(frames as Buffer[]));
      wake();
    }
  };
  for (const loop of [
    collect(shell, replies),
    collect(control, replies),
    collect(iopub, published),
  ]) {
    loop.catch(() => {}); // closed
  }
  const until = <T>(find: () => T | undefined, what: string): Promise<T> =>
    new Promise((done, fail) => {
      const check = () => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(check);
        clearTimeout(timer);
        done(found);
      };
      const timer = setTimeout(() => {
        waiting.delete(check);
        fail(new Error(`no ${what} within ${PATIENCE_MS} ms; the kernel said: ${text}`));
      }, PATIENCE_MS);
      timers.add(timer);
      waiting.add(check);
      check();
    });

  const queues = { shell: Promise.resolve(), control: Promise.resolve() };
  const enqueue = (channel: "shell" | "control", frames: (string | Buffer)[]) => {
    const socket = channel === "shell" ? shell : control;
    queues[channel] = queues[channel].then(() => socket.send(frames));
    return queues[channel];
  };
  const send: KernelClient["send"] = (type, content, channel = "shell") => {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session,
      username: "test",
      date: new Date().toISOString(),
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    void enqueue(channel, ["<IDS|MSG>", sign(parts), ...parts]);
    const of = (message: Reply) => message.parent.msg_id === id;
    const outcome = (async () => {
      const reply = await until(() => replies.find(of), `reply to ${type}`);
      await until(
        () =>
          published.find(
            (message) =>
              of(message) &&
              message.type === "status" &&
              message.content.execution_state === "idle",
          ),
        `idle after ${type}`,
      );
      return { reply, published: published.filter(of) };
    })();
    outcome.catch(() => {}); // a test that does not wait for it does not want to hear of it
    return { id, outcome };
  };
  const ask: KernelClient["ask"] = async (type, content, channel) =>
    (await send(type, content, channel).outcome).reply;

  const client: KernelClient = {
    process: child,
    folder,
    published,
    forget() {
      published.length = 0;
      replies.length = 0;
    },
    send,
    ask,
    sign,
    exited,
    run: (code, extra = {}) => send("execute_request", { code, silent: false, ...extra }).outcome,
    sendRaw: (frames) => enqueue("shell", frames),
    waitFor: (accept) => until(() => published.find(accept), "such message"),
    async heartbeat(message) {
      await beat.send(message);
      const [answer] = await beat.receive();
      return answer.toString();
    },
    log: () => text,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        send("shutdown_request", { restart: false }, "control").outcome.catch(() => {});
        await exited;
      }
      for (const timer of timers) clearTimeout(timer);
      for (const socket of [shell, control, iopub, beat]) socket.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  // Subscribed and listening: what follows is not lost.
  for (;;) {
    const asked = send("kernel_info_request", {});
    const seen = await Promise.race([
      asked.outcome.then(() => true),
      new Promise<false>((done) => setTimeout(done, 1000, false)),
    ]);
    if (seen) break;
    asked.outcome.catch(() => {});
    if (child.exitCode !== null) throw new Error(`the kernel ended at once: ${text}`);
  }
  return client;
}

/** Outputs of one type that a cell has published. */
export const outputsOf = (outcome: Outcome, type: string) =>
  outcome.published.filter((message) => message.type === type).map(({ content }) => content);

/** Text that a cell has written to one of its streams. */
export const textOf = (outcome: Outcome, name: "stdout" | "stderr") =>
  outputsOf(outcome, "stream")
    .filter((content) => content.name === name)
    .map((content) => content.text)
    .join("");

/** The plain text of a cell's result. */
export const resultOf = (outcome: Outcome): string | undefined =>
  outputsOf(outcome, "execute_result")[0]?.data["text/plain"];

/** Waits. */
export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
