/** A worker thread of {@link parallelMap}: loads the function once, then works on the batches it is handed. */
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, Batch, WorkerStart } from "./parallelMessages";

type Work = (task: unknown, shared: unknown, index: number) => unknown;

const { module, name, shared } = workerData as WorkerStart;
const answer = (message: Answer) => parentPort!.postMessage(message);

function work(): Work {
  const exported = require(module) as Record<string, unknown>;
  const found = exported[name];
  if (typeof found === "function") return found as Work;
  throw new Error(
    `${module} exports no function ${name}. It exports ${Object.keys(exported).join(", ") || "nothing"}.`,
  );
}

async function answered(run: Work, { first, tasks }: Batch): Promise<void> {
  const results: unknown[] = [];
  const started = performance.now();
  try {
    for (const [i, task] of tasks.entries()) results.push(await run(task, shared, first + i));
  } catch (error) {
    answer(failure(error, first + results.length));
    return;
  }
  try {
    answer({ kind: "done", first, results, ms: performance.now() - started });
  } catch (error) {
    const at = results.findIndex((result) => !canBeSent(result));
    answer(failure(error, first + Math.max(0, at)));
  }
}

function canBeSent(result: unknown): boolean {
  try {
    structuredClone(result);
    return true;
  } catch {
    return false;
  }
}

function failure(error: unknown, index?: number): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    kind: "failed",
    message,
    ...(index === undefined ? {} : { index }),
    ...(stack ? { stack } : {}),
  };
}

try {
  const run = work();
  parentPort!.on("message", (batch: Batch) => void answered(run, batch));
} catch (error) {
  answer(failure(error));
}
