/** Functions that the tests of parallelMap run in worker threads. */
import { setTimeout as sleep } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { random } from "../../lib/stats/random";

export const notAFunction = 7;

/** A mean of normal draws that depends on the seed alone. */
export function seededMean(seed: number, shared: { readonly n: number }): number {
  const stream = random(seed);
  let sum = 0;
  for (let i = 0; i < shared.n; i++) sum += stream.normal();
  return sum / shared.n;
}

/** Later tasks are done first. */
export async function slowFirst(task: number, _shared: unknown, index: number): Promise<number[]> {
  await sleep(index < 2 ? 60 : 0);
  return [task, index];
}

/** Counts itself in shared memory and says which thread it ran in. */
export async function countHere(
  _task: number,
  counter: Int32Array,
): Promise<{ thread: number; data: Float64Array }> {
  const before = Atomics.add(counter, 0, 1);
  await sleep(5);
  return { thread: threadId, data: Float64Array.of(before) };
}

export function failsAt(task: number, bad: number): number {
  if (task === bad) throw new RangeError(`no root of ${-task}`);
  return task;
}

export function returnsFunction(task: number): unknown {
  return task === 3 ? () => task : task;
}

/** Tells that it has begun, then never ends. */
export function forever(_task: number, begun: Int32Array): void {
  Atomics.add(begun, 0, 1);
  Atomics.notify(begun, 0);
  for (;;);
}

export function leaves(): void {
  process.exit(3);
}
