/** Lets an interrupt end every `await` of a cell, whatever is awaited, and keeps the line that awaits it. */
import { addWaitingFrames } from "./traceback";

/**
 * A function through which rewritten cells pass what they await: it follows the value, and rejects as soon
 * as the signal of the cell is aborted. An error that comes out of the awaited work without a line of the cell
 * gets the line that waited for it.
 */
export function guardAwait(
  currentSignal: () => AbortSignal | undefined,
): (value: unknown) => unknown {
  return function guard(value) {
    const signal = currentSignal();
    if (!signal) return value;
    signal.throwIfAborted();
    if (typeof (value as PromiseLike<unknown> | undefined)?.then !== "function") return value;
    const waiting: { stack?: string } = {};
    Error.captureStackTrace(waiting, guard);
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      (value as PromiseLike<unknown>).then(
        (result) => {
          signal.removeEventListener("abort", stop);
          resolve(result);
        },
        (reason) => {
          signal.removeEventListener("abort", stop);
          addWaitingFrames(reason, waiting);
          reject(reason);
        },
      );
    });
  };
}

/** The same for `for await (const x of values)`. */
export function guardIteration(guard: (value: unknown) => unknown) {
  return async function* (
    values: AsyncIterable<unknown> | Iterable<unknown>,
  ): AsyncGenerator<unknown> {
    const iterator =
      (values as AsyncIterable<unknown>)[Symbol.asyncIterator]?.() ??
      (values as Iterable<unknown>)[Symbol.iterator]();
    try {
      for (;;) {
        const step = (await guard(iterator.next())) as IteratorResult<unknown>;
        if (step.done) return;
        yield await guard(step.value);
      }
    } finally {
      await iterator.return?.();
    }
  };
}
