/** Up to Node 22 a promise carries the marks of asynchronous contexts, which nobody wants to see. */
import { inspect } from "node:util";

const MARKS = /^Symbol\((async_id_symbol|trigger_async_id_symbol|kResourceStore|destroyed)\)$/;

/** From now on `util.inspect`, and so `console.log`, shows promises without those marks. */
export function inspectPromisesPlainly(): void {
  Object.defineProperty(Promise.prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value(this: Promise<unknown>, _depth: number, options: object) {
      for (const mark of Object.getOwnPropertySymbols(this)) {
        if (MARKS.test(String(mark))) Object.defineProperty(this, mark, { enumerable: false });
      }
      // Without a function of its own the promise is shown in Node's usual way.
      Object.defineProperty(this, inspect.custom, { configurable: true, value: undefined });
      try {
        return inspect(this, options);
      } finally {
        delete (this as unknown as Record<symbol, unknown>)[inspect.custom];
      }
    },
  });
}
