import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import { registerHost } from "../../lib/kernel/cell";
import { openEngine, QueryError, quoteName, quoteText } from "../../lib/loaders/engine";

const opened = openEngine({ threads: 2, memoryLimit: "512MB" });
after(async () => (await opened).close());
afterEach(() => registerHost(() => undefined));

/** A query that would run for many minutes. */
const ENDLESS = "SELECT count(*) AS n FROM range(1000000000000) WHERE hash(range) % 7 = 3";

/** Makes this process a cell that is interrupted after five turns of the event loop, 20 ms apart. */
function interruptSoon(): AbortController {
  const stop = new AbortController();
  registerHost(() => ({ host: "kernel", signal: stop.signal, display: () => {} }));
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns < 5) return;
    clearInterval(timer);
    stop.abort();
  }, 20);
  return stop;
}

describe("rows", () => {
  test("counts, sums and decimals are numbers, integers beyond 2^53 stay bigint", async () => {
    const engine = await opened;
    const row = await engine.row(
      `SELECT count(*) AS n, sum(x) AS s, avg(x) AS a, 1.25::DECIMAL(6, 2) AS d,
         9007199254740991::BIGINT AS last_safe, 9007199254740993::BIGINT AS beyond, -9007199254740993::BIGINT AS below
       FROM (VALUES (1), (2)) AS t(x)`,
    );
    assert.deepEqual(row, {
      n: 2,
      s: 3,
      a: 1.5,
      d: 1.25,
      last_safe: 9007199254740991,
      beyond: 9007199254740993n,
      below: -9007199254740993n,
    });
  });

  test("missing values and NaN are null", async () => {
    const engine = await opened;
    assert.deepEqual(await engine.rows("SELECT NULL AS a, 'nan'::DOUBLE AS b, '' AS c"), [
      { a: null, b: null, c: "" },
    ]);
  });

  test("times are UTC, also before 1970", async () => {
    const engine = await opened;
    const row = await engine.row(
      `SELECT TIMESTAMP '2009-12-31 06:58:12.5' AS t, TIMESTAMP '1969-12-31 23:59:59' AS u, DATE '2020-02-29' AS d`,
    );
    assert.deepEqual(row, {
      t: new Date("2009-12-31T06:58:12.500Z"),
      u: new Date("1969-12-31T23:59:59Z"),
      d: new Date("2020-02-29T00:00:00Z"),
    });
  });

  test("lists, texts with quotes and other alphabets arrive as they are", async () => {
    const engine = await opened;
    const text = `O'Brien "The" 東京 \u00a0|`;
    assert.deepEqual(await engine.row(`SELECT ['a', NULL, 'b|c'] AS l, ${quoteText(text)} AS t`), {
      l: ["a", null, "b|c"],
      t: text,
    });
  });

  test("an empty result is an empty list, and an error where a row was asked", async () => {
    const engine = await opened;
    assert.deepEqual(await engine.rows("SELECT 1 AS a WHERE false"), []);
    await assert.rejects(engine.row("SELECT 1 AS a WHERE false"), /no row.*WHERE false/);
  });
});

describe("relations", () => {
  test("names and columns with quotes, blanks and reserved words", async () => {
    const engine = await opened;
    const relation = await engine.table(
      'the "select" table',
      'SELECT 7 AS "a ""b""", 1 AS "order"',
    );
    assert.equal(relation.name, 'the "select" table');
    assert.equal(await relation.count(), 1);
    assert.deepEqual(await relation.rows(), [{ 'a "b"': 7, order: 1 }]);
    assert.deepEqual([...(await relation.numbers('a "b"'))], [7]);
    assert.equal((await relation.arrow({ columns: ["order"] })).numCols, 1);
    assert.equal(quoteName('a"b'), '"a""b"');
  });

  test("keep the order of the table, or take the stated one; head takes the first", async () => {
    const engine = await opened;
    const relation = await engine.table("ordered", "SELECT * FROM (VALUES (3), (1), (2)) AS t(x)");
    assert.deepEqual(await relation.rows(), [{ x: 3 }, { x: 1 }, { x: 2 }]);
    assert.deepEqual(await relation.rows({ orderBy: "x", limit: 2 }), [{ x: 1 }, { x: 2 }]);
    assert.deepEqual(await relation.head(1, "x DESC"), [{ x: 3 }]);
    assert.deepEqual(await relation.head(2), [{ x: 3 }, { x: 1 }]);
    assert.deepEqual(await relation.rows({ limit: 0 }), []);
  });

  test("numbers leave missing values out and are doubles whatever the type", async () => {
    const engine = await opened;
    const relation = await engine.table(
      "with_missing",
      "SELECT * FROM (VALUES (1::TINYINT, NULL), (NULL, 2.5), (3, 4.5)) AS t(a, b)",
    );
    assert.deepEqual(await relation.numbers("a"), Float64Array.of(1, 3));
    assert.deepEqual(await relation.numbers("b"), Float64Array.of(2.5, 4.5));
  });

  test("a table is a snapshot, a view is computed when it is asked", async () => {
    const engine = await opened;
    await engine.table("base", "SELECT 1 AS x");
    const table = await engine.table("copied", "SELECT * FROM base");
    const view = await engine.view("seen", "SELECT * FROM base");
    await engine.table("base", "SELECT 2 AS x");
    assert.deepEqual([await table.rows(), await view.rows()], [[{ x: 1 }], [{ x: 2 }]]);
  });

  test("many questions at once get whole answers", async () => {
    const engine = await opened;
    const relation = await engine.table(
      "many",
      "SELECT range AS a, range * 2 AS b FROM range(200000)",
    );
    const [a, b, count, head, again] = await Promise.all([
      relation.numbers("a"),
      relation.arrow({ columns: ["b"] }),
      relation.count(),
      relation.head(2),
      relation.numbers("b"),
    ]);
    assert.deepEqual(
      [a.length, b.numRows, count, head.length, again.length],
      [200_000, 200_000, 200_000, 2, 200_000],
    );
    assert.equal(again[199_999], 399_998);
  });

  test("a question that fails does not spoil those behind it", async () => {
    const engine = await opened;
    const [wrong, right] = await Promise.allSettled([
      engine.rows("SELECT * FROM not_there"),
      engine.rows("SELECT 1 AS x"),
    ]);
    assert.equal(wrong.status, "rejected");
    assert.deepEqual(right, { status: "fulfilled", value: [{ x: 1 }] });
  });
});

describe("errors", () => {
  test("name the reason and the statement", async () => {
    const engine = await opened;
    await assert.rejects(engine.rows("SELECT nothing FROM nowhere"), (error: Error) => {
      assert.ok(error instanceof QueryError);
      assert.match(error.message, /nowhere does not exist/);
      assert.match(error.message, /in the statement: SELECT nothing FROM nowhere/);
      return true;
    });
  });

  test("shorten a long statement", async () => {
    const engine = await opened;
    const long = `SELECT missing_column, '${"x".repeat(5000)}'`;
    await assert.rejects(engine.rows(long), (error: Error) => {
      assert.ok(error.message.length < 2500, `${error.message.length} characters`);
      return /missing_column/.test(error.message);
    });
  });

  test("nothing is fetched: extensions are neither installed nor loaded by themselves", async () => {
    const engine = await opened;
    await assert.rejects(engine.rows("SELECT * FROM 'https://host.invalid/x.parquet'"), /httpfs/);
    assert.deepEqual(
      await engine.row(
        `SELECT current_setting('autoinstall_known_extensions') AS installs,
           current_setting('autoload_known_extensions') AS loads, current_setting('TimeZone') AS zone`,
      ),
      { installs: false, loads: false, zone: "UTC" },
    );
  });

  test("an error in the middle of a result is an error, not a shorter result", async () => {
    const engine = await opened;
    const sql = `SELECT CASE WHEN range < 400000 THEN range ELSE error('row 400000') END AS x FROM range(500000)`;
    await assert.rejects(engine.arrow(sql), /row 400000/);
    await assert.rejects(engine.rows(sql), /row 400000/);
    await assert.rejects((await engine.view("breaks", sql)).numbers("x"), /row 400000/);
  });

  test("a closed engine says so", async () => {
    const engine = await openEngine();
    engine.close();
    await assert.rejects(engine.rows("SELECT 1"), QueryError);
  });
});

// A query that is not stopped runs into the time limit of its test.
describe("an interrupt", { timeout: 30_000 }, () => {
  for (const ask of ["rows", "arrow", "run"] as const) {
    test(`stops a long ${ask}() while the event loop is free; the engine works on`, async () => {
      const engine = await opened;
      interruptSoon();
      await assert.rejects(engine[ask](ENDLESS), { name: "AbortError" });
      registerHost(() => undefined);
      assert.deepEqual(await engine.rows("SELECT 1 AS x"), [{ x: 1 }]);
    });
  }

  test("in the middle of a result's rows gives no shorter result", async () => {
    const engine = await opened;
    interruptSoon();
    await assert.rejects(engine.arrow("SELECT range::INTEGER AS x FROM range(2000000000)"), {
      name: "AbortError",
    });
    registerHost(() => undefined);
    assert.equal((await engine.arrow("SELECT range FROM range(5000)")).numRows, 5000);
  });

  test("also ends what waits behind the long query, and nothing starts after it", async () => {
    const engine = await opened;
    const stop = interruptSoon();
    const all = [engine.rows(ENDLESS), engine.table("too_late", "SELECT 1 AS x")];
    for (const one of all) await assert.rejects(one, { name: "AbortError" });
    await assert.rejects(engine.rows("SELECT 1"), { name: "AbortError" });
    assert.ok(stop.signal.aborted);
    registerHost(() => undefined);
    await assert.rejects(engine.rows("SELECT * FROM too_late"), /too_late does not exist/);
  });
});
