import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { frame } from "../../lib/notebook/frame";

describe("frame", () => {
  it("takes its types from all rows, not from the first twenty", () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({
      late: i < 29 ? i : 0.5,
      whole: i,
      big: i < 29 ? i : 2 ** 40,
      mixed: i < 29 ? i : "text",
      flag: i % 2 === 0,
      gap: i < 29 ? i : null,
    }));
    const df = frame(rows);
    assert.deepEqual(df.dtypes, ["float32", "int32", "float32", "string", "boolean", "float32"]);
    const last = (df.values as unknown[][])[29]!;
    assert.deepEqual(last, [0.5, 29, 2 ** 40, "text", false, Number.NaN]);
  });

  it("keeps numbers as they are and writes times and lists as text", () => {
    const df = frame([{ x: 1 / 3, at: new Date(0), genres: ["a", "b"], n: 2n ** 60n }]);
    assert.deepEqual(df.columns, ["x", "at", "genres", "n"]);
    assert.deepEqual(df.values, [
      [1 / 3, "1970-01-01 00:00:00", "['a', 'b']", "1152921504606846976"],
    ]);
  });

  it("computes, without a word on stderr", (t) => {
    const warn = t.mock.method(console, "warn", () => {});
    const df = frame([{ x: 1 }, { x: 2 }]);
    assert.equal(df.column("x").mean(), 1.5);
    assert.deepEqual(df.tensor.arraySync(), [[1], [2]]);
    assert.equal(warn.mock.callCount(), 0);
  });

  it("leaves other requests for the TensorFlow add-on alone", () => {
    frame([{ x: 1 }]);
    const answered = require.resolve("@tensorflow/tfjs-node");
    assert.match(answered, /tfjs-node/);
  });
});
