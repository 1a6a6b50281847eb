import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { registerHost } from "../../lib/kernel/cell";
import { openEngine, QueryError } from "../../lib/loaders/engine";

const opened = openEngine({ threads: 2, memoryLimit: "512MB" });
after(async () => (await opened).close());
afterEach(() => registerHost(() => undefined));

describe("tableFrom", () => {
  test("gives each kind of column its type, and null where a value is missing", async () => {
    const engine = await opened;
    const made = await engine.tableFrom('of "each" kind', {
      double: Float64Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY),
      integer: Int32Array.of(-2147483648, 0, 2147483647),
      byte: Uint8Array.of(0, 1, 255),
      "a text": ['O\'Brien "東京"', null, ""],
      number: [1, Number.NaN, null],
      flag: [true, false, null],
      nothing: [null, null, null],
    });
    assert.equal(made.name, 'of "each" kind');
    assert.deepEqual(await made.rows(), [
      {
        double: 0.1,
        integer: -2147483648,
        byte: 0,
        "a text": 'O\'Brien "東京"',
        number: 1,
        flag: 1,
        nothing: null,
      },
      { double: null, integer: 0, byte: 1, "a text": null, number: null, flag: 0, nothing: null },
      {
        double: Number.NEGATIVE_INFINITY,
        integer: 2147483647,
        byte: 255,
        "a text": "",
        number: null,
        flag: null,
        nothing: null,
      },
    ]);
    const types = await engine.rows('SELECT column_type AS t FROM (DESCRIBE "of ""each"" kind")');
    assert.deepEqual(
      types.map(({ t }) => t),
      ["DOUBLE", "INTEGER", "UTINYINT", "VARCHAR", "DOUBLE", "TINYINT", "DOUBLE"],
    );
  });

  test("keeps every row in its order over many chunks", async () => {
    const engine = await opened;
    const n = 2048 * 70 + 5;
    const made = await engine.tableFrom("long", {
      place: Int32Array.from({ length: n }, (_, i) => i),
      half: Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? Number.NaN : i / 2)),
      name: Array.from({ length: n }, (_, i) => `item number ${i}`),
    });
    assert.deepEqual(
      await engine.row(
        `SELECT count(*) AS n, count(half) AS halves, sum(half * 2 - place) AS off,
           count(*) FILTER (WHERE name <> 'item number ' || place) AS misnamed FROM long`,
      ),
      { n, halves: n - Math.ceil(n / 3), off: 0, misnamed: 0 },
    );
    const order = (await made.arrow({ columns: ["place"] })).getChild("place")!.toArray();
    assert.deepEqual(
      order,
      Int32Array.from({ length: n }, (_, i) => i),
    );
  });

  test("keeps text whole, also with a zero character in it", async () => {
    const engine = await opened;
    const made = await engine.tableFrom("texts", { t: ["a\u0000b", "x".repeat(5000)] });
    assert.deepEqual(await made.rows(), [{ t: "a\u0000b" }, { t: "x".repeat(5000) }]);
  });

  test("replaces a table, takes no rows, and takes arrays of another realm", async () => {
    const engine = await opened;
    await engine.tableFrom("again", { a: [1, 2] });
    assert.deepEqual(await (await engine.tableFrom("again", { b: [] })).rows(), []);
    const { array, list } = runInNewContext(
      "({ array: Float64Array.of(1.5, NaN), list: ['x', null] })",
    );
    assert.deepEqual(await (await engine.tableFrom("again", { array, list })).rows(), [
      { array: 1.5, list: "x" },
      { array: null, list: null },
    ]);
  });

  test("waits its turn among other statements", async () => {
    const engine = await opened;
    const [, before, , inside] = await Promise.all([
      engine.tableFrom("in_turn", { x: [1] }),
      engine.rows("SELECT x FROM in_turn"),
      engine.tableFrom("in_turn", { x: Int32Array.from({ length: 100_000 }, () => 2) }),
      engine.row("SELECT count(*) AS n, min(x) AS low FROM in_turn"),
    ]);
    assert.deepEqual([before, inside], [[{ x: 1 }], { n: 100_000, low: 2 }]);
  });

  test("says what is wrong with the columns, and leaves the table that was there", async () => {
    const engine = await opened;
    await engine.tableFrom("kept", { x: [7] });
    const cases: [Record<string, unknown>, RegExp][] = [
      [{}, /Table kept needs at least one column/],
      [{ a: [1, 2], b: [1] }, /column b has 1 values, column a has 2/],
      [{ a: Float32Array.of(1) }, /column a is a Float32Array/],
      [{ a: "text" }, /column a is a string/],
      [{ a: [null, 1, "x"] }, /column a, row 3: a string in a column of numbers/],
      [{ a: [1n] }, /column a, row 1: a bigint is no number/],
      [{ a: [{}] }, /column a, row 1: an Object is no number/],
      [{ a: new Array(1) }, /column a, row 1: undefined is no number/],
    ];
    for (const [columns, message] of cases) {
      await assert.rejects(engine.tableFrom("kept", columns as never), message);
    }
    // The engine's names know no upper case: refused after the transaction has begun.
    await assert.rejects(engine.tableFrom("kept", { a: [1], A: [2] }), QueryError);
    assert.deepEqual(await engine.rows("SELECT * FROM kept"), [{ x: 7 }]);
  });

  test("an interrupt ends it, and the table that was there stays", {
    timeout: 30_000,
  }, async () => {
    const engine = await opened;
    await engine.tableFrom("stays", { x: [7] });
    const stop = new AbortController();
    registerHost(() => ({ host: "kernel", signal: stop.signal, display: () => {} }));
    let turns = 0;
    const tick = () => (++turns === 3 ? stop.abort() : void setImmediate(tick));
    const long = engine.tableFrom("stays", { x: new Int32Array(4_000_000) });
    setImmediate(tick);
    await assert.rejects(long, { name: "AbortError" });
    registerHost(() => undefined);
    assert.deepEqual(await engine.rows("SELECT * FROM stays"), [{ x: 7 }]);
  });
});
