import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Table as ArrowTable,
  Bool,
  Field,
  Float64,
  Int64,
  List,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { Row } from "../../lib/loaders/rows";
import { frame } from "../../lib/notebook/frame";
import { tableOf } from "../../lib/notebook/table";

const time = new Date("2009-12-31T06:58:12Z");

describe("tableOf", () => {
  it("takes records, in the order of the first row's keys", () => {
    const table = tableOf([
      { b: 1, a: "x" },
      { a: "y", b: null },
    ]);
    assert.deepEqual(table.columns, ["b", "a"]);
    assert.deepEqual(table.rows, [
      { b: 1, a: "x" },
      { b: null, a: "y" },
    ]);
  });

  it("makes an absent key missing and refuses an unknown one, naming row and column", () => {
    const rows = [{ a: 1, b: 2 }, { a: 3 }] as unknown as Row[];
    assert.deepEqual(tableOf(rows).rows[1], { a: 3, b: null });
    assert.throws(
      () => tableOf([{ a: 1 }, { a: 2, extra: 3 }] as unknown as Row[]),
      /Row 2 .*"extra".*row 1 lacks/s,
    );
  });

  it("refuses a cell that no table can show, naming row and column", () => {
    const rows = [{ a: 1 }, { a: { nested: 1 } }] as unknown as Row[];
    assert.throws(() => tableOf(rows), /Row 2, column "a".*an object/s);
    assert.throws(() => tableOf("rows" as unknown as Row[]), /a string/);
  });

  it("takes an apache-arrow table: 64-bit integers, times, lists, booleans, missing values", () => {
    const arrow = new ArrowTable({
      n: vectorFromArray([1n, null, 2n ** 60n], new Int64()),
      x: vectorFromArray([0.5, null, 2], new Float64()),
      at: vectorFromArray([time, null, time], new TimestampMillisecond()),
      genres: vectorFromArray(
        [["a", "b"], null, []],
        new List(new Field("item", new Utf8(), true)),
      ),
      ok: vectorFromArray([true, false, null], new Bool()),
    });
    assert.deepEqual(tableOf(arrow), {
      columns: ["n", "x", "at", "genres", "ok"],
      rows: [
        { n: 1, x: 0.5, at: time, genres: ["a", "b"], ok: true },
        { n: null, x: null, at: null, genres: null, ok: false },
        { n: 2n ** 60n, x: 2, at: time, genres: [], ok: null },
      ],
    });
  });

  it("takes a danfo DataFrame", () => {
    const rows = [
      { n: 1, x: 0.5, t: "a" },
      { n: 2, x: null, t: "b" },
    ];
    assert.deepEqual(tableOf(frame(rows)), { columns: ["n", "x", "t"], rows });
  });

  it("takes an empty table", () => {
    assert.deepEqual(tableOf([]), { columns: [], rows: [] });
  });
});
