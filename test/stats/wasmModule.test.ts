import assert from "node:assert/strict";
import { test } from "node:test";
import { get, i32, inWasmMemory, repeat, set, wasmModule, when } from "../../lib/stats/wasmModule";

test("constants of every length come back, with and without sign", () => {
  for (const value of [
    0,
    1,
    63,
    64,
    127,
    128,
    300,
    65_535,
    2 ** 31 - 1,
    -1,
    -64,
    -65,
    -(2 ** 31),
  ]) {
    const module = wasmModule({
      constant: { parameters: 0, locals: [], body: [i32.constant(value)], returns: true },
    });
    inWasmMemory(16, (memory) => {
      assert.equal(module.link(memory).constant(), value);
    });
  }
});

test("a loop adds up the even ones of the integers in memory; two functions in one module", () => {
  const [at, end, sum, own] = [0, 1, 2, 3];
  const isEven = i32.subtract(i32.constant(1), i32.subtract(get(own), i32.shiftLeft(half(own), 1)));
  const module = wasmModule({
    addEven: {
      parameters: 2,
      locals: ["i32", "i32"],
      body: [
        repeat(
          [
            set(own, i32.load(get(at))),
            when(isEven, [set(sum, i32.add(get(sum), get(own)))]),
            set(at, i32.add(get(at), i32.constant(4))),
          ],
          i32.less(get(at), get(end)),
        ),
        get(sum),
      ],
      returns: true,
    },
    write: {
      parameters: 2,
      locals: [],
      body: [i32.store(get(0), get(1))],
    },
  });
  inWasmMemory(64, (memory) => {
    const { addEven, write } = module.link(memory);
    [3, 4, 7, 10].forEach((value, k) => {
      write(16 + 4 * k, value);
    });
    assert.equal(addEven(16, 32), 14);
  });
});

/** An integer below 16 without its lowest bit, halved, by comparisons alone. */
function half(local: number) {
  const steps = [2, 4, 6, 8, 10, 12, 14].map((n) => i32.atLeast(get(local), i32.constant(n)));
  return steps.reduce((sum, step) => i32.add(sum, step));
}

test("work inside work has a memory of its own; the next work may find the last one again", () => {
  inWasmMemory(100, (outer) => {
    inWasmMemory(100, (inner) => {
      assert.notEqual(inner.buffer, outer.buffer);
    });
  });
  const buffers = [1, 2].map(() => inWasmMemory(100, (memory) => memory.buffer));
  assert.equal(buffers[0], buffers[1]);
});
