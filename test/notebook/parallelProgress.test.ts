import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parallelWithProgress, withBar } from "../../lib/notebook/parallelProgress";
import { type KernelClient, resultOf, startKernel, textOf } from "../kernel/client";
import { rememberingCell } from "./support";

const module = join(__dirname, "../stats/parallelTasks");

describe("parallelWithProgress", () => {
  it("shows a bar in the cell that ends full, and returns the results", async () => {
    const shown = rememberingCell();
    const results = await parallelWithProgress<number, number>({
      label: "Replications",
      module,
      name: "failsAt",
      tasks: [5, 6, 7],
      threads: 2,
    });
    assert.deepEqual(results, [5, 6, 7]);
    const last = String(shown.at(-1)!["text/plain"]);
    assert.match(last, /^Replications: 100%, 3\/3.*done in/);
  });

  it("marks the bar as failed and passes the error on", async () => {
    const shown = rememberingCell();
    await assert.rejects(
      parallelWithProgress({ label: "Draws", module, name: "failsAt", tasks: [1, 2], shared: 2 }),
      /Task 1 failed: no root of -2/,
    );
    assert.match(String(shown.at(-1)!["text/plain"]), /^Draws: .*failed after/);
  });

  // Threads that are not ended run into the time limit of the test.
  it("is ended by the cell's interrupt and by a signal of the caller's", {
    timeout: 60_000,
  }, async () => {
    for (const from of ["cell", "caller"]) {
      const stop = new AbortController();
      const shown = rememberingCell(from === "cell" ? stop.signal : undefined);
      const begun = new Int32Array(new SharedArrayBuffer(4));
      const work = parallelWithProgress({
        label: "Endless",
        module,
        name: "forever",
        tasks: [1],
        shared: begun,
        ...(from === "caller" ? { signal: stop.signal } : {}),
      });
      work.catch(() => {});
      while (Atomics.load(begun, 0) < 1) await sleep(10);
      stop.abort(new Error(`stopped by the ${from}`));
      await assert.rejects(work, new RegExp(`stopped by the ${from}`));
      assert.match(String(shown.at(-1)!["text/plain"]), /^Endless: .*interrupted/);
    }
  });
});

describe("withBar", () => {
  it("runs a study's tasks as they are given, under its label, and passes the results through", async () => {
    const shown = rememberingCell();
    const run = withBar("Studies");
    const work = { module, name: "seededMean", tasks: [4, 5], shared: { n: 3 }, threads: 1 };
    const results = await run<number, number>(work);
    const plain = await parallelWithProgress<number, number>({ ...work, label: "Plain" });
    assert.deepEqual(results, plain);
    assert.equal(results.length, 2);
    assert.match(String(shown.at(-2)!["text/plain"]) + String(shown[0]!["text/plain"]), /Studies/);
  });

  it("passes an error on and marks its bar", async () => {
    const shown = rememberingCell();
    const work = { module, name: "failsAt", tasks: [1, 2], shared: 2 };
    await assert.rejects(withBar("Studies")(work), /Task 1 failed: no root of -2/);
    assert.match(String(shown.at(-1)!["text/plain"]), /^Studies: .*failed after/);
  });
});

describe("in a cell of the kernel", () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await startKernel();
  });
  after(() => kernel.stop());

  it("threads work, and an interrupt of the cell ends them", { timeout: 120_000 }, async () => {
    const options = 'label: "Means", module: "test/stats/parallelTasks"';
    const seeds = 'name: "seededMean", tasks: [1, 2, 3], shared: { n: 5 }';
    const done = await kernel.run(
      `import { parallelWithProgress } from "./lib/notebook/parallelProgress";
       const two = await parallelWithProgress({ ${options}, ${seeds}, threads: 2 });
       const one = await parallelWithProgress({ ${options}, ${seeds}, threads: 1 });
       JSON.stringify(one) === JSON.stringify(two) && one.length`,
    );
    assert.equal(resultOf(done), "3", JSON.stringify(done.reply.content));
    assert.equal(textOf(done, "stderr"), "");

    const { outcome } = kernel.send("execute_request", {
      code: `const threads = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
        const before = threads();
        let during = 0;
        const begun = new Int32Array(new SharedArrayBuffer(4));
        const timer = setInterval(() => {
          if (begun[0] < 2) return;
          clearInterval(timer);
          during = threads();
          console.log("started");
        }, 10);
        await parallelWithProgress({ ${options}, name: "forever", tasks: [1, 2], shared: begun, threads: 2 })`,
      silent: false,
    });
    await kernel.waitFor((m) => m.type === "stream" && /started/.test(m.content.text));
    await kernel.ask("interrupt_request", {}, "control");
    assert.equal((await outcome).reply.content.ename, "Interrupted");
    const left = await kernel.run(
      `while (threads() > before) await new Promise((done) => setTimeout(done, 10));
       during - before`,
    );
    assert.equal(resultOf(left), "2");
  });
});
