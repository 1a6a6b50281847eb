import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parallelMap, TaskError } from "../../lib/stats/parallel";
import { seededMean } from "./parallelTasks";

const module = join(__dirname, "parallelTasks");
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Worker threads of this process that are alive. */
function workers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
}

describe("parallelMap", () => {
  test("gives the same results for every number of threads, in the order of the tasks", async () => {
    const tasks = upTo(40);
    const shared = { n: 200 };
    const alone = tasks.map((seed) => seededMean(seed, shared));
    for (const threads of [1, 2, 5]) {
      const options = { module, name: "seededMean", tasks, threads, shared };
      assert.deepEqual(await parallelMap<number, number>(options), alone);
    }
  });

  test("keeps the order where later tasks end first, and tells each its place", async () => {
    const tasks = [10, 20, 30, 40, 50];
    const results = await parallelMap({ module, name: "slowFirst", tasks, threads: 3 });
    assert.deepEqual(
      results,
      tasks.map((task, index) => [task, index]),
    );
  });

  test("shares the memory of a SharedArrayBuffer, uses all threads, returns typed arrays", async () => {
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const results = await parallelMap<number, { thread: number; data: Float64Array }>({
      module: `${module}.ts`,
      name: "countHere",
      tasks: upTo(30),
      threads: 2,
      shared: counter,
    });
    assert.equal(counter[0], 30);
    assert.equal(new Set(results.map(({ thread }) => thread)).size, 2);
    const counted = results.map(({ data }) => data[0]!).sort((a, b) => a - b);
    assert.deepEqual(counted, upTo(30));
  });

  test("reports progress up to the end; without a task there is none and no thread", async () => {
    const seen: number[][] = [];
    const onProgress = (done: number, total: number) => void seen.push([done, total]);
    const shared = { n: 10 };
    await parallelMap({
      module,
      name: "seededMean",
      tasks: upTo(500),
      threads: 2,
      shared,
      onProgress,
    });
    assert.deepEqual(seen.at(-1), [500, 500]);
    assert.ok(seen.every(([done], i) => i === 0 || done! > seen[i - 1]![0]!));
    seen.length = 0;
    assert.deepEqual(
      await parallelMap({ module: "nowhere", name: "x", tasks: [], onProgress }),
      [],
    );
    assert.deepEqual(seen, []);
  });

  test("an error names the task, keeps its message and its place in the code, and ends all", async () => {
    const options = { module, name: "failsAt", tasks: upTo(2000), threads: 3, shared: 1234 };
    await assert.rejects(parallelMap(options), (error: TaskError) => {
      assert.ok(error instanceof TaskError);
      assert.equal(error.index, 1234);
      assert.equal(error.message, "Task 1234 failed: no root of -1234");
      assert.match(String((error.cause as Error).stack), /parallelTasks\.ts:\d+/);
      return true;
    });
    assert.equal(workers(), 0);
  });

  test("says what cannot travel, and which task it was", async () => {
    const wrong = [1, 2, () => 3];
    await assert.rejects(
      parallelMap<unknown, unknown>({ module, name: "failsAt", tasks: wrong, threads: 1 }),
      /^TaskError: Task 2 cannot be sent to a worker: .*could not be cloned/,
    );
    await assert.rejects(
      parallelMap({ module, name: "returnsFunction", tasks: upTo(6), threads: 1 }),
      /^TaskError: Task 3 failed: .*could not be cloned/,
    );
  });

  test("says what is wrong with the module, the function, the threads or a worker", async () => {
    const tasks = [1];
    await assert.rejects(
      parallelMap({ module, name: "missing", tasks }),
      /parallelTasks exports no function missing\. It exports .*, seededMean, slowFirst/,
    );
    await assert.rejects(
      parallelMap({ module, name: "notAFunction", tasks }),
      /exports no function/,
    );
    await assert.rejects(
      parallelMap({ module: `${module}Elsewhere`, name: "x", tasks }),
      /Cannot find module .*parallelTasksElsewhere/,
    );
    for (const threads of [0, 1.5, Number.NaN]) {
      await assert.rejects(
        parallelMap({ module, name: "failsAt", tasks, threads }),
        /threads is a whole number from 1 on/,
      );
    }
    await assert.rejects(
      parallelMap({ module, name: "leaves", tasks }),
      /A worker thread ended with exit code 3/,
    );
    const onProgress = () => {
      throw new Error("the caller's own");
    };
    await assert.rejects(
      parallelMap({ module, name: "failsAt", tasks, shared: 9, onProgress }),
      /the caller's own/,
    );
    assert.equal(workers(), 0);
  });

  // A worker that is not ended runs into the time limit of the test.
  test("an abort ends workers that never would, with the signal's reason", {
    timeout: 60_000,
  }, async () => {
    const stop = new AbortController();
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const options = { module, name: "forever", tasks: upTo(4), threads: 2, shared: begun };
    const work = parallelMap({ ...options, signal: stop.signal });
    work.catch(() => {});
    while (Atomics.load(begun, 0) < 2) await sleep(10);
    assert.equal(workers(), 2);
    stop.abort(new Error("enough"));
    await assert.rejects(work, /enough/);
    assert.equal(workers(), 0);
    await assert.rejects(parallelMap({ ...options, signal: stop.signal }), /enough/);
    assert.equal(begun[0], 2);
  });

  test("works from a plain script, which then ends by itself", { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "parallel-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const script = join(folder, "script.ts");
    const lib = join(__dirname, "../../lib/stats/parallel");
    writeFileSync(
      script,
      `import { parallelMap } from ${JSON.stringify(lib)};
       const options = { module: ${JSON.stringify(module)}, name: "slowFirst", tasks: ["a", "b", "c"] };
       parallelMap(options).then((results) => console.log(JSON.stringify(results)));`,
    );
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    const printed = await new Promise((done, fail) => {
      execFile(
        process.execPath,
        ["--import", tsx, script],
        { cwd: folder },
        (error, stdout, stderr) => (error ? fail(error) : done(`${stdout}${stderr}`)),
      );
    });
    assert.equal(printed, '[["a",0],["b",1],["c",2]]\n');
  });
});
