import assert from "node:assert/strict";
import { test } from "node:test";
import { resultOf, startKernel } from "./client";

const CELLS = 2000;

test(`${CELLS} cells in one kernel leave its memory flat`, async () => {
  const kernel = await startKernel();
  try {
    /** Bytes that live on the main thread's heap, and in the whole process. */
    const memory = async () => {
      const text = resultOf(
        await kernel.run(
          "(() => { (globalThis as any).gc?.(); const m = process.memoryUsage(); return m.heapUsed / 1e6 + ' ' + m.rss / 1e6 })()",
        ),
      );
      const [heap, rss] = (text ?? "").replaceAll("'", "").split(" ").map(Number);
      return { heap, rss };
    };
    await kernel.run(
      "import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm';\nsetFlagsFromString('--expose-gc'); (globalThis as any).gc = runInNewContext('gc');",
    );
    const kinds = [
      (n: number) => `const a${n % 20} = new Array(1000).fill(${n});\na${n % 20}.length`,
      (n: number) => `console.log("cell ${n}"); [{ n: ${n}, text: "x" }]`,
      (n: number) =>
        `function f${n % 10}(x: number) { return x + ${n}; }\nawait Promise.resolve(f${n % 10}(1))`,
      (n: number) => `throw new Error("cell ${n}")`,
    ];
    const runMany = async (from: number, to: number) => {
      for (let n = from; n < to; n += 50) {
        // Sent together, as "Run all" does; the wire is part of what is tested.
        const batch = Array.from({ length: Math.min(50, to - n) }, (_, i) =>
          kernel.send("execute_request", {
            code: kinds[(n + i) % kinds.length](n + i),
            silent: false,
            stop_on_error: false,
          }),
        );
        const outcomes = await Promise.all(batch.map(({ outcome }) => outcome));
        outcomes.forEach(({ reply }, i) => {
          assert.equal(reply.content.status, (n + i) % kinds.length === 3 ? "error" : "ok");
        });
        kernel.forget();
      }
    };
    await runMany(0, CELLS / 2);
    const half = await memory();
    await runMany(CELLS / 2, CELLS);
    const whole = await memory();
    assert.ok(
      whole.heap < half.heap + 10,
      `the heap grew from ${half.heap} to ${whole.heap} MB in ${CELLS / 2} cells`,
    );
    assert.ok(
      whole.rss < half.rss + 150,
      `the process grew from ${half.rss} to ${whole.rss} MB in ${CELLS / 2} cells`,
    );
  } finally {
    await kernel.stop();
  }
});
