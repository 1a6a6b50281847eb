/** One function over many tasks in worker threads: replications, bootstrap draws, cross-fitting folds. */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import type { Answer, Batch, WorkerStart } from "./parallelMessages";

export interface ParallelOptions<Task> {
  /**
   * Path of the TypeScript module that exports the function, with or without `.ts`: `join(__dirname,
   * "coverageWorker")`. A relative path starts from the current folder, which in a cell is the project's.
   */
  readonly module: string;
  /**
   * Name of the exported function `(task, shared, index) => result`; it may return a promise. To give the same
   * results for every number of threads it must depend on nothing else: a seed belongs into the task.
   */
  readonly name: string;
  /** What the function is called with. Tasks and results travel as structured clones: data, no functions. */
  readonly tasks: readonly Task[];
  /** Worker threads, 1 or more. Default: one a core. Never more than there are tasks. */
  readonly threads?: number;
  /** Sent once to each worker. Memory of a SharedArrayBuffer is shared, everything else is copied. */
  readonly shared?: unknown;
  /** Called as tasks are done, in no particular order of theirs. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends all workers at once; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A task failed; `index` is its place in the list of tasks, counted from 0. */
export class TaskError extends Error {
  override readonly name = "TaskError";
  constructor(
    readonly index: number,
    message: string,
    cause?: Error,
  ) {
    super(message, { cause });
  }
}

/**
 * Calls an exported function once for each task, in worker threads. Whatever happens, no worker is left when the
 * promise settles. A thread starts in some 0.1 s, and loads the module for itself: worth it from about a second of
 * work on.
 * @returns the results in the order of the tasks
 * @throws TaskError naming the first task that was seen to fail; Error when the module or function is not there, a
 * worker ends by itself, or `threads` is no whole number from 1 on; the signal's reason when aborted
 * @example const means = await parallelMap<number, number>({ module: "lib/causal/coverageWorker", name: "replicate", tasks: seeds })
 */
export async function parallelMap<Task, Result>(options: ParallelOptions<Task>): Promise<Result[]> {
  const { tasks, signal, threads = availableParallelism() } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is a whole number from 1 on, not ${threads}.`);
  }
  signal?.throwIfAborted();
  if (tasks.length === 0) return [];
  const workers: Worker[] = [];
  let whenAborted: (() => void) | undefined;
  try {
    return await new Promise<Result[]>((done, fail) => {
      whenAborted = () => fail(signal?.reason);
      signal?.addEventListener("abort", whenAborted, { once: true });
      const next = handOut(options, Math.min(threads, tasks.length), done as Done);
      for (let i = 0; i < Math.min(threads, tasks.length); i++) {
        const worker = startWorker(options);
        workers.push(worker);
        employ(worker, next, fail);
      }
    });
  } finally {
    if (whenAborted) signal?.removeEventListener("abort", whenAborted);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type Done = (results: unknown[]) => void;
/** Takes what a worker has done, if anything, and gives it more to do, if there is more. */
type Next = (last?: Extract<Answer, { kind: "done" }>) => Batch | undefined;

/**
 * A batch is to take about this long: short enough for progress and for an even load, long enough to be worth
 * sending.
 */
const WANTED_MS = 40;

function handOut(options: ParallelOptions<unknown>, workers: number, done: Done): Next {
  const { tasks, onProgress } = options;
  const results = new Array<unknown>(tasks.length);
  let from = 0;
  let finished = 0;
  let size = 1;
  return (last) => {
    if (last) {
      for (const [i, result] of last.results.entries()) results[last.first + i] = result;
      const count = last.results.length;
      finished += count;
      onProgress?.(finished, tasks.length);
      if (finished === tasks.length) done(results);
      const fitting = Math.floor((WANTED_MS * count) / Math.max(last.ms, 0.01));
      size = Math.max(1, Math.min(fitting, 2 * size));
    }
    if (from >= tasks.length) return undefined;
    const left = tasks.length - from;
    const take = Math.min(left, size, Math.ceil(left / (2 * workers)));
    const batch = { first: from, tasks: tasks.slice(from, from + take) };
    from += take;
    return batch;
  };
}

function employ(worker: Worker, next: Next, fail: (error: unknown) => void): void {
  const send = (batch: Batch | undefined) => {
    if (batch) sendBatch(worker, batch);
  };
  worker.on("message", (answer: Answer) => {
    try {
      if (answer.kind === "failed") fail(failureOf(answer));
      else send(next(answer));
    } catch (error) {
      fail(error);
    }
  });
  worker.once("error", (error) => {
    fail(new Error(`A worker thread ended: ${error.message}`, { cause: error }));
  });
  worker.once("exit", (code) => fail(new Error(`A worker thread ended with exit code ${code}.`)));
  send(next());
}

function sendBatch(worker: Worker, batch: Batch): void {
  try {
    worker.postMessage(batch);
  } catch (error) {
    const at = batch.tasks.findIndex((task) => {
      try {
        structuredClone(task);
        return false;
      } catch {
        return true;
      }
    });
    const index = batch.first + Math.max(0, at);
    const reason = (error as Error).message;
    throw new TaskError(index, `Task ${index} cannot be sent to a worker: ${reason}`);
  }
}

function failureOf(answer: Extract<Answer, { kind: "failed" }>): Error {
  const { index, message, stack } = answer;
  if (index === undefined) return new Error(message);
  const cause = new Error(message);
  if (stack) cause.stack = stack;
  return new TaskError(index, `Task ${index} failed: ${message}`, cause);
}

function startWorker({ module, name, shared }: ParallelOptions<unknown>): Worker {
  const fromHere = createRequire(join(__dirname, "parallel.ts"));
  const workerData: WorkerStart = { module: resolve(module), name, shared };
  // The options that started this process are not the worker's: it needs only the loader for TypeScript.
  return new Worker(
    `require("node:module").enableCompileCache?.();
     require(${JSON.stringify(fromHere.resolve("tsx/cjs"))});
     require(${JSON.stringify(join(__dirname, "parallelWorker.ts"))});`,
    { eval: true, execArgv: [], workerData },
  );
}
