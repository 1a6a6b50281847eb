/** Shows a value anywhere in a cell, as its last expression would be shown. */
import { randomUUID } from "node:crypto";
import { toBundle } from "./bundle";
import { currentCell } from "./cell";

/** An output that is on the page. */
export interface Shown {
  /** Shows another value in its place. */
  update(value: unknown): Shown;
}

/**
 * Shows a value; `show(x).update(y)` replaces it in place. Works any number of times in a cell.
 * A value that must be drawn first (a figure) appears when it is ready, and the cell waits for it.
 */
export function show(value: unknown): Shown {
  const cell = currentCell();
  const id = randomUUID();
  let isSent = false;
  let pending: Promise<void> | undefined;

  const send = (next: unknown): void => {
    const bundle = toBundle(next);
    const put = (ready: Awaited<typeof bundle>) => {
      cell.display(ready, { id, update: isSent });
      isSent = true;
    };
    if (!pending && !(bundle instanceof Promise)) {
      put(bundle);
      return;
    }
    // One after the other: an update must not overtake what it replaces.
    pending = (pending ?? Promise.resolve()).then(async () => put(await bundle));
    cell.waitFor?.(pending);
  };
  const shown: Shown = {
    update(next) {
      send(next);
      return shown;
    },
  };
  send(value);
  return shown;
}

/** Removes the outputs of the cell so far; with `wait` only when the next output comes, without flicker. */
export function clearOutput(wait = false): void {
  currentCell().clear?.(wait);
}
