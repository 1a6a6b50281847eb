/** Work in threads, joined to the cell that asks for it: its progress bar, its interrupt. */
import { currentCell } from "../kernel/cell";
import { progress } from "../kernel/progress";
import { type ParallelOptions, parallelMap } from "../stats/parallel";

export interface ParallelProgressOptions<Task> extends Omit<ParallelOptions<Task>, "onProgress"> {
  /** What is being done, as the bar says it: `Replications`. */
  readonly label: string;
}

/**
 * {@link parallelMap} with a progress bar in the cell (a line at the end in a log). Interrupting the cell ends all
 * threads; so does `signal`, where one is given.
 * @returns the results in the order of the tasks
 * @throws what parallelMap throws; the bar then stays where it was, marked as failed
 * @example await parallelWithProgress<number, Estimate>({ label: "Replications", module: "lib/causal/coverageWorker", name: "replicate", tasks: seeds })
 */
export async function parallelWithProgress<Task, Result>(
  options: ParallelProgressOptions<Task>,
): Promise<Result[]> {
  const { label, signal, ...rest } = options;
  const cell = currentCell().signal;
  cell.throwIfAborted();
  const bar = progress(label, options.tasks.length);
  const stop = new AbortController();
  const sources = signal ? [cell, signal] : [cell];
  const ends = sources.map((source) => {
    const end = () => stop.abort(source.reason);
    if (source.aborted) end();
    else source.addEventListener("abort", end, { once: true });
    return () => source.removeEventListener("abort", end);
  });
  try {
    const results = await parallelMap<Task, Result>({
      ...rest,
      signal: stop.signal,
      onProgress: (done) => bar.update(done),
    });
    bar.finish();
    return results;
  } catch (error) {
    bar.fail(stop.signal.aborted ? "interrupted" : undefined);
    throw error;
  } finally {
    for (const end of ends) end();
  }
}

/**
 * A runner for studies that take one (`run: withBar("Replications")`): their tasks in threads, with a progress bar in the
 * cell.
 */
export function withBar(label: string) {
  return <Task, Result>(work: ParallelOptions<Task>): Promise<Result[]> =>
    parallelWithProgress<Task, Result>({ ...work, label });
}
