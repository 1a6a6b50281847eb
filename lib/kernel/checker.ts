/** The main thread's side of the compiler's thread. */
import type { Worker } from "node:worker_threads";
import type { CheckKind, CheckRequests, FromCheck, ToCheck } from "./checkThread";

export interface Checker {
  /** Asks the compiler; exactly one of the two callbacks is called, later. */
  readonly ask: <K extends CheckKind>(
    kind: K,
    ask: CheckRequests[K]["ask"],
    answered: (answer: CheckRequests[K]["answer"]) => void,
    failed: (reason: string) => void,
  ) => void;
  readonly close: () => void;
}

interface Pending {
  readonly answered: (answer: unknown) => void;
  readonly failed: (reason: string) => void;
}

/** A thread that dies (out of memory) is replaced at the next question. */
export function createChecker(startThread: () => Worker): Checker {
  const pending = new Map<number, Pending>();
  let thread: Worker | undefined;
  let number = 0;
  let isClosed = false;

  const failAll = (reason: string) => {
    thread = undefined;
    const lost = [...pending.values()];
    pending.clear();
    for (const { failed } of lost) failed(reason);
  };
  const running = (): Worker => {
    if (thread) return thread;
    const made = startThread();
    thread = made;
    made.on("message", (message: FromCheck) => {
      if (message.kind === "ready") return;
      const waiting = pending.get(message.id);
      pending.delete(message.id);
      if (message.kind === "answer") waiting?.answered(message.answer);
      else waiting?.failed(message.reason);
    });
    made.on("error", (error) => {
      if (thread === made) failAll(`The type checker stopped: ${error.message}`);
    });
    made.on("exit", (code) => {
      if (thread === made && !isClosed) failAll(`The type checker ended with code ${code}`);
    });
    return made;
  };
  running();

  return {
    ask(kind, ask, answered, failed) {
      number += 1;
      pending.set(number, { answered: answered as (answer: unknown) => void, failed });
      running().postMessage({ id: number, kind, ask } as ToCheck);
    },
    close() {
      isClosed = true;
      void thread?.terminate();
    },
  };
}
