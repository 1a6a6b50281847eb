/** Runs one notebook in a Python process that speaks to the kernel, and hears from it cell by cell. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What happens while a notebook runs; `executeNotebook.py` says the same as JSON lines. */
export type NotebookEvent =
  | { readonly event: "start"; readonly cell: number; readonly text: string }
  | {
      readonly event: "done";
      readonly cell: number;
      readonly seconds: number;
      readonly tables: number;
      readonly figures: number;
    }
  | { readonly event: "stderr"; readonly cell: number; readonly text: string }
  | {
      readonly event: "error";
      readonly cell: number;
      readonly line: number | null;
      readonly name: string;
      readonly message: string;
      readonly traceback: readonly string[];
    }
  | { readonly event: "page"; readonly synthetic: boolean };

export interface NotebookRun {
  /** Absolute path of the notebook; it is only read. */
  readonly notebook: string;
  /** Absolute path of the page to write. Its folder exists. */
  readonly page: string;
  /** Title of the page. */
  readonly title: string;
  /** Working directory of the kernel: the project's root. */
  readonly root: string;
  /** Python with nbclient and nbconvert. */
  readonly python: string;
  readonly kernel: string;
  /** Absolute path of plotly.js, for pages whose figures have no PNG. */
  readonly plotly: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  onEvent(event: NotebookEvent): void;
}

export interface RunEnd {
  /** `done` when every cell ran and the page is written. */
  readonly outcome: "done" | "failed" | "stopped";
  /** What the kernel, Python or Jupyter wrote to their own stderr, its end. */
  readonly complaint: string;
}

/**
 * Runs a notebook to its end or to its first error. Aborting `signal` ends the kernel first.
 * @throws Error when Python cannot be started
 */
export function runNotebook(run: NotebookRun): Promise<RunEnd> {
  const script = join(__dirname, "executeNotebook.py");
  const { notebook, page, title, root, kernel, plotly } = run;
  const options = Object.entries({ notebook, page, title, root, kernel, plotly });
  const child = spawn(
    run.python,
    ["-u", script, ...options.map(([name, value]) => `--${name}=${value}`)],
    // Its stdin stays open as long as we live; when it closes, Python ends the kernel and itself. In
    // its own process group, so that a Ctrl-C in the terminal reaches it through us and only once.
    { cwd: root, env: run.env, stdio: ["pipe", "pipe", "pipe"], detached: true },
  );
  const stop = () => child.kill("SIGTERM");
  run.signal?.addEventListener("abort", stop, { once: true });
  if (run.signal?.aborted) stop();

  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith('{"event"')) run.onEvent(JSON.parse(line) as NotebookEvent);
    else complaint += `${line}\n`;
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(new Error(`${run.python} does not start: ${error.message}`)),
    );
    child.on("close", (code) => {
      run.signal?.removeEventListener("abort", stop);
      const stopped = run.signal?.aborted || code === 130;
      resolve({ outcome: code === 0 ? "done" : stopped ? "stopped" : "failed", complaint });
    });
  });
}
