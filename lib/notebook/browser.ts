/**
 * A headless browser as a calculator: one blank page that runs expressions.
 *
 * It is spoken to in Chrome's DevTools protocol over two pipes. When this process ends, however it ends, the
 * pipes close and the browser ends with it. Waiting for it keeps a script alive, having it does not.
 * Protocol: https://chromedevtools.github.io/devtools-protocol/ (domains Target and Runtime, unchanged for years).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Browser {
  /** Runs an expression in the page, waits for its promise and returns its JSON value. */
  evaluate(expression: string): Promise<unknown>;
  /** Ends the browser and removes its profile. May be called twice. */
  close(): void;
}

/** Folder of a browser's profile: names the process that it serves. Strict, since old ones are removed by it. */
const PROFILE = "plotly-png-profile-";
const OLD_PROFILE = /^plotly-png-profile-(\d+)-\w{6}$/;

const FLAGS = [
  "--headless=new",
  "--remote-debugging-pipe",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-sync",
  "--disable-extensions",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-crash-reporter",
  "--metrics-recording-only",
  "--no-pings",
  "--mute-audio",
  "--password-store=basic",
  "--use-mock-keychain",
  "--force-color-profile=srgb",
  "--font-render-hinting=none",
  // No name resolves: the page draws from what it is given.
  "--host-resolver-rules=MAP * ~NOTFOUND",
];

/**
 * Starts the browser and opens a blank page. As root, where Chrome's sandbox cannot work, it starts
 * without; elsewhere it tries with the sandbox first.
 * @throws Error with the browser's own words when it does not start within `timeoutMs` (default 60 s)
 */
export async function openBrowser(path: string, { timeoutMs = 60_000 } = {}): Promise<Browser> {
  removeOldProfiles();
  if (process.getuid?.() === 0) return open(path, ["--no-sandbox"], timeoutMs);
  try {
    return await open(path, [], timeoutMs);
  } catch {
    return open(path, ["--no-sandbox"], timeoutMs);
  }
}

async function open(path: string, flags: readonly string[], timeoutMs: number): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), `${PROFILE}${process.pid}-`));
  const child = spawn(path, [...FLAGS, ...flags, `--user-data-dir=${profile}`], {
    // Its own process group: a Ctrl-C in the terminal or JupyterLab's interrupt is not meant for it.
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const connection = connect(child, path, timeoutMs);
  const close = () => {
    process.off("exit", close);
    endGroup(child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  };
  process.once("exit", close);
  try {
    const { targetId } = await connection.send("Target.createTarget", { url: "about:blank" });
    const attached = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const sessionId = attached.sessionId as string;
    return { evaluate: (expression) => evaluate(connection, sessionId, expression), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function evaluate(connection: Connection, session: string, expression: string) {
  const reply = await connection.send(
    "Runtime.evaluate",
    { expression, awaitPromise: true, returnByValue: true },
    session,
  );
  const failure = reply.exceptionDetails as
    | { text?: string; exception?: { description?: string } }
    | undefined;
  if (failure) throw new Error(failure.exception?.description ?? failure.text ?? "unknown error");
  return (reply.result as { value?: unknown }).value;
}

type Reply = Record<string, unknown>;

interface Connection {
  send(method: string, params: Reply, sessionId?: string): Promise<Reply>;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** Messages are JSON, each ended by a zero byte. Replies carry the number of the request. */
function connect(child: ChildProcess, path: string, timeoutMs: number): Connection {
  const [, , stderr, toBrowser, fromBrowser] = child.stdio as unknown as Socket[];
  const handles = [child, stderr!, toBrowser!, fromBrowser!];
  const waiting = new Map<number, Waiting>();
  let said = "";
  let ended: Error | undefined;
  let next = 1;

  // Only a running request may keep the process alive.
  const keepAlive = (yes: boolean) => {
    for (const handle of handles) yes ? handle.ref() : handle.unref();
  };
  const settle = (id: number): Waiting | undefined => {
    const request = waiting.get(id);
    waiting.delete(id);
    if (request) clearTimeout(request.timer);
    if (waiting.size === 0) keepAlive(false);
    return request;
  };
  const end = (why: string) => {
    ended ??= new Error(`${path} ${why}.${said ? ` Its last words: ${lastLines(said)}` : ""}`);
    for (const id of [...waiting.keys()]) settle(id)?.reject(ended);
  };

  child.on("error", (error) => end(`does not start: ${error.message}`));
  child.on("exit", (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
  stderr!.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  // A browser that is gone closes its pipes; `exit` tells why.
  for (const pipe of [toBrowser!, fromBrowser!]) pipe.on("error", () => {});

  let parts: Buffer[] = [];
  fromBrowser!.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let zero = chunk.indexOf(0); zero >= 0; zero = chunk.indexOf(0, start)) {
      parts.push(chunk.subarray(start, zero));
      const message = JSON.parse(Buffer.concat(parts).toString("utf8"));
      parts = [];
      start = zero + 1;
      // Messages without a number are events, which nobody here asked for.
      if (typeof message.id !== "number") continue;
      const request = settle(message.id);
      if (message.error) request?.reject(new Error(`${path}: ${message.error.message}`));
      else request?.resolve(message.result ?? {});
    }
    parts.push(chunk.subarray(start));
  });
  keepAlive(false);

  return {
    send(method, params, sessionId) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const id = next++;
        const timer = setTimeout(
          () =>
            settle(id)?.reject(
              new Error(`${path} did not answer ${method} within ${timeoutMs / 1000} s.`),
            ),
          timeoutMs,
        );
        waiting.set(id, { resolve, reject, timer });
        keepAlive(true);
        toBrowser!.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    },
  };
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-2).join(" / ");
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    // The group: Chrome's helpers too.
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** A process that was killed could not remove its profile: the next one does. */
function removeOldProfiles(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(OLD_PROFILE.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
