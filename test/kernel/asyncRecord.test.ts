import assert from "node:assert/strict";
import { AsyncLocalStorage, executionAsyncId } from "node:async_hooks";
import { test } from "node:test";
import { findClearAsyncRecord } from "../../lib/kernel/asyncRecord";

test("this Node's record of asynchronous contexts can be cleared", async () => {
  const clear = findClearAsyncRecord();
  assert.ok(
    clear,
    `not found in Node ${process.version}: interrupts of code that never yields may fail`,
  );
  const inside = await new Promise<[number, number]>((done) => {
    new AsyncLocalStorage().run(1, () =>
      setImmediate(() => {
        const before = executionAsyncId();
        clear();
        done([before, executionAsyncId()]);
      }),
    );
  });
  assert.notEqual(inside[0], 0);
  assert.equal(inside[1], 0);
});
