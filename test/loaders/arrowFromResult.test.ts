import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { openEngine } from "../../lib/loaders/engine";

const opened = openEngine({ threads: 2, memoryLimit: "512MB" });
after(async () => (await opened).close());

const arrow = async (sql: string) => (await opened).arrow(sql);

function types(table: Table): Record<string, string> {
  return Object.fromEntries(table.schema.fields.map((field) => [field.name, `${field.type}`]));
}

function column(table: Table, name: string): unknown[] {
  const vector = table.getChild(name)!;
  return Array.from({ length: vector.length }, (_, i) => vector.get(i));
}

/** One column of every type there is, a missing value in every seventh row (never the same one twice). */
const MIXED = `
  SELECT
    CASE WHEN i % 7 <> 0 THEN i::INTEGER END AS small,
    CASE WHEN i % 7 <> 1 THEN (i % 100)::TINYINT END AS tiny,
    CASE WHEN i % 7 <> 2 THEN i * 1000000007 END AS large,
    CASE WHEN i % 7 <> 3 THEN i / 3 END AS real,
    CASE WHEN i % 7 <> 4 THEN (i % 10 / 2)::FLOAT END AS stars,
    CASE WHEN i % 7 <> 5 THEN 'ü' || i END AS text,
    CASE WHEN i % 7 <> 6 THEN i % 2 = 0 END AS flag,
    CASE WHEN i % 7 <> 0 THEN make_timestamp(i * 1000000) END AS at,
    CASE WHEN i % 7 <> 1 THEN ['a', i::VARCHAR, NULL] END AS list,
    (i / 4)::DECIMAL(18, 3) AS exact
  FROM (SELECT range AS i FROM range(5000)) ORDER BY i`;

describe("a result as Arrow columns", () => {
  test("has the stated types", async () => {
    assert.deepEqual(types(await arrow(`${MIXED} LIMIT 1`)), {
      small: "Int32",
      tiny: "Int32",
      large: "Float64",
      real: "Float64",
      stars: "Float32",
      text: "Utf8",
      flag: "Bool",
      at: "Timestamp<MILLISECOND>",
      list: "List<Utf8>",
      exact: "Float64",
    });
  });

  test("holds the same values as the rows, over several chunks", async () => {
    const table = await arrow(MIXED);
    assert.equal(table.numRows, 5000);
    const values = Object.fromEntries(
      table.schema.fields.map(({ name }) => [name, column(table, name)]),
    );
    for (let i = 0; i < 5000; i++) {
      const missing = (k: number) => i % 7 === k;
      assert.equal(values.small![i], missing(0) ? null : i);
      assert.equal(values.tiny![i], missing(1) ? null : i % 100);
      assert.equal(values.large![i], missing(2) ? null : i * 1000000007);
      assert.equal(values.real![i], missing(3) ? null : i / 3);
      assert.equal(values.stars![i], missing(4) ? null : (i % 10) / 2);
      assert.equal(values.text![i], missing(5) ? null : `ü${i}`);
      assert.equal(values.flag![i], missing(6) ? null : i % 2 === 0);
      assert.equal(values.at![i], missing(0) ? null : i * 1000);
      const list = values.list![i] as Iterable<string | null> | null;
      assert.deepEqual(list && [...list], missing(1) ? null : ["a", `${i}`, null]);
      assert.equal(values.exact![i], i / 4);
    }
  });

  test("is laid out as Arrow wants it: it survives IPC", async () => {
    const table = await arrow(MIXED);
    const copy = tableFromIPC(tableToIPC(table));
    for (const { name } of table.schema.fields) {
      const json = (t: Table) => JSON.stringify(column(t, name));
      assert.equal(json(copy), json(table), name);
      assert.equal(copy.getChild(name)!.nullCount, table.getChild(name)!.nullCount, name);
    }
  });

  test("numbers without missing values are plain typed arrays", async () => {
    const table = await arrow("SELECT range::INTEGER AS i, range / 2 AS x FROM range(10000)");
    const i = table.getChild("i")!.toArray();
    const x = table.getChild("x")!.toArray();
    assert.ok(i instanceof Int32Array && x instanceof Float64Array);
    assert.deepEqual([i.length, i[9999], x.length, x[9999]], [10_000, 9999, 10_000, 4999.5]);
  });

  test("keeps columns and their types when there is no row", async () => {
    const whole = await arrow(`${MIXED} LIMIT 1`);
    const empty = await arrow(`SELECT * FROM (${MIXED}) WHERE false`);
    assert.equal(empty.numRows, 0);
    assert.deepEqual(types(empty), types(whole));
  });

  test("dates count as midnight UTC", async () => {
    const table = await arrow("SELECT DATE '1960-01-02' AS d");
    assert.equal(column(table, "d")[0], Date.UTC(1960, 0, 2));
  });

  test("an integer beyond 2^53 is an error that names the column", async () => {
    await assert.rejects(arrow("SELECT 9007199254740993::BIGINT AS id"), /Column id.*2\^53/);
    assert.equal(
      column(await arrow("SELECT 9007199254740991::BIGINT AS id"), "id")[0],
      9007199254740991,
    );
  });

  test("a type without a column is an error that names column and type", async () => {
    await assert.rejects(arrow("SELECT {'a': 1} AS pair"), /Column pair.*STRUCT.*Cast it/);
  });
});
