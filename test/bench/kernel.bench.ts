/** The kernel: time until it answers, a simple cell, and a loop over top-level variables against a function. */
import { resultOf, startKernel } from "../kernel/client";
import { type Bench, bestSeconds } from "./bench";

const LOOP = `let total = 0; const started = performance.now();
for (let i = 0; i < 1e7; i++) total += i;
const topLevel = performance.now() - started;
function inside() { let total = 0; for (let i = 0; i < 1e7; i++) total += i; return total; }
const again = performance.now(); inside(); const inFunction = performance.now() - again;
topLevel / inFunction`;

export const bench: Bench = async () => {
  const started = performance.now();
  const kernel = await startKernel();
  const ready = (performance.now() - started) / 1000;
  try {
    await kernel.run("1");
    const firstCell = (performance.now() - started) / 1000;
    const lib = await bestSeconds(1, () =>
      kernel.run(
        'import * as loaders from "./lib/loaders"; import * as panels from "./lib/panels"; import * as notebook from "./lib/notebook";',
      ),
    );
    const simple = await bestSeconds(10, () => kernel.run("1 + 1"));
    let ratio = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 3; turn++) {
      ratio = Math.min(ratio, Number(resultOf(await kernel.run(LOOP))));
    }
    return [
      { name: "kernel ready", value: ready, unit: "s", limit: { kind: "at most", value: 1.5 } },
      { name: "kernel start and first cell", value: firstCell, unit: "s" },
      { name: "first import of lib", value: lib, unit: "s", limit: { kind: "at most", value: 3 } },
      {
        name: "simple cell after the first import",
        value: simple * 1000,
        unit: "ms",
        limit: { kind: "at most", value: 50 },
      },
      {
        name: "loop over top-level variables against a function",
        value: ratio,
        unit: "times",
        limit: { kind: "at most", value: 5 },
      },
    ];
  } finally {
    await kernel.stop();
  }
};
