import assert from "node:assert/strict";
import { test } from "node:test";
import { ENTRY_BYTES, histogramKernel, SEARCH } from "../../lib/stats/histogramKernel";
import { inWasmMemory } from "../../lib/stats/wasmModule";

const COUNT = 2n ** 40n;

/** Five rows in a memory: bins of two columns from 0 and 16 on, rows from 32 on, summands from 64 on. */
function inSmallMemory(work: (small: SmallMemory) => void): void {
  inWasmMemory(4096, (memory) => {
    new Uint8Array(memory.buffer).fill(0);
    work(smallMemory(memory.buffer, histogramKernel(memory)));
  });
}

type SmallMemory = ReturnType<typeof smallMemory>;

function smallMemory(buffer: ArrayBuffer, kernel: ReturnType<typeof histogramKernel>) {
  new Uint8Array(buffer, 0, 5).set([0, 1, 1, 2, 0]);
  new Uint8Array(buffer, 16, 5).set([3, 3, 0, 0, 1]);
  new Int32Array(buffer, 32, 5).set([0, 1, 2, 3, 4]);
  const entries = (address: number, count: number) => {
    const numbers = [...new BigInt64Array(buffer, address, 2 * count)];
    return Array.from({ length: count }, (_, k) => [numbers[2 * k]!, numbers[2 * k + 1]!]);
  };
  const doubles = (address: number, values: number[]) =>
    new Float64Array(buffer, address, values.length).set(values);
  return { buffer, kernel, entries, doubles };
}

test("derivatives are scaled and rounded, and each row counts 2^40", () => {
  inSmallMemory(({ kernel, entries, doubles }) => {
    doubles(512, [1.26, -3.5 * 2 ** 40]);
    doubles(528, [0.5, 1]);
    doubles(544, [2]);
    doubles(552, [4]);
    kernel.round(64, 64 + 2 * ENTRY_BYTES, 512, 544, 528, 552);
    assert.deepEqual(entries(64, 2), [
      [3n, COUNT + 2n],
      [-7n * 2n ** 40n, COUNT + 4n],
    ]);
  });
});

test("rows are added up in their bins of two columns, and a histogram is taken from another", () => {
  inSmallMemory(({ buffer, kernel, entries }) => {
    const summands = new BigInt64Array(buffer, 64, 10);
    for (let i = 0; i < 5; i++) summands.set([BigInt(10 ** i) * -1n, COUNT + BigInt(i)], 2 * i);
    new Int32Array(buffer, 32, 3).set([1, 2, 4]);
    kernel.gather(32, 44, 64, 256);
    assert.deepEqual(entries(256, 3)[2], [-10000n, COUNT + 4n]);
    kernel.accumulate(32, 44, 256, 0, 1024, 16, 2048);
    assert.deepEqual(entries(1024, 3), [
      [-10000n, COUNT + 4n],
      [-110n, 2n * COUNT + 3n],
      [0n, 0n],
    ]);
    assert.deepEqual(entries(2048, 4)[3], [-10n, COUNT + 1n]);
    kernel.subtract(1024, 1024 + ENTRY_BYTES, 2048 + 3 * ENTRY_BYTES);
    assert.deepEqual(entries(1024, 1), [[-9990n, 3n]]);
  });
});

test("rows are parted by their bins, both parts in their order", () => {
  inSmallMemory(({ buffer, kernel }) => {
    new Uint8Array(buffer, 600, 3).set([4, 0, 4]);
    const end = kernel.part(32, 52, 0, 600, 700);
    assert.equal(end, 32 + 4 * 3);
    assert.deepEqual([...new Int32Array(buffer, 32, 3)], [0, 3, 4]);
    assert.deepEqual([...new Int32Array(buffer, 700, 2)], [1, 2]);
  });
});

test("the best split of four bins: gradients -3, -1, none, 4, each bin two rows", () => {
  inSmallMemory(({ buffer, kernel, entries, doubles }) => {
    const bins = new BigInt64Array(buffer, 1024, 8);
    for (const [bin, gradient] of [
      [0, -3],
      [1, -1],
      [3, 4],
    ] as const) {
      bins.set([BigInt(gradient), 2n * COUNT + 2n], 2 * bin);
    }
    const search = (minLeaf: number) => {
      new Uint8Array(buffer, 128, 80).fill(0);
      doubles(128, [0, 6, 0, 1]);
      kernel.search(1024, 1024 + 3 * ENTRY_BYTES, 128 + SEARCH.bytes, 6, minLeaf, 128);
      return new Int32Array(buffer, 128 + SEARCH.bin, 1)[0];
    };
    // 16 / 4 + 16 / 2 after the second bin; 9 / 2 + 9 / 4 after the first.
    assert.equal(search(2), 1024 + ENTRY_BYTES);
    assert.equal(new Float64Array(buffer, 128 + SEARCH.score, 1)[0], 12);
    assert.deepEqual(entries(128 + SEARCH.left, 1), [[-4n, 4n * COUNT + 4n]]);
    assert.equal(search(3), 0);
  });
});

test("more than 4 GiB cannot be had", () => {
  assert.throws(() => inWasmMemory(2 ** 33, () => 0), /8\.0 GiB are asked for; 4 GiB can be had/);
});
