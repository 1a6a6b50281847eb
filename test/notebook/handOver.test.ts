import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { openEngine } from "../../lib/loaders/engine";
import { readParquet } from "../../lib/loaders/parquet";
import { handOver, relationOfRows } from "../../lib/notebook";
import { synthetic, temporaryFolder } from "./support";

const opened = openEngine({ threads: 2, memoryLimit: "512MB" });
const before = process.env.LAB_OUT;
after(async () => {
  if (before === undefined) delete process.env.LAB_OUT;
  else process.env.LAB_OUT = before;
  (await opened).close();
});

let processed = "";
beforeEach(() => {
  process.env.LAB_OUT = temporaryFolder();
  processed = join(process.env.LAB_OUT, "processed");
});

const place = async () => ({ engine: await opened, source: synthetic, prefix: "course_" });
const rows = [
  { name: "a, b", value: 1.5, kept: true },
  { name: "c", value: null, kept: false },
];
/** As the engine has them: truth values are 1 and 0. */
const stored = rows.map((row) => ({ ...row, kept: row.kept ? 1 : 0 }));
const files = () => readdirSync(processed).sort();

describe("handOver", () => {
  it("writes records as CSV and as Parquet, a relation as Parquet, and says where", async () => {
    const { engine } = await place();
    const relation = await engine.table("handed", "SELECT 7 AS seven, 'x' AS letter");
    const saved = await handOver(await place(), {
      "summary.csv": rows,
      "detail.parquet": rows,
      "relation.parquet": relation,
    });
    assert.deepEqual(saved, [
      { artifact: "summary", path: "processed/course_summary.csv", rows: 2 },
      { artifact: "detail", path: "processed/course_detail.parquet", rows: 2 },
      { artifact: "relation", path: "processed/course_relation.parquet", rows: 1 },
    ]);
    assert.deepEqual(files(), [
      "course_detail.parquet",
      "course_relation.parquet",
      "course_summary.csv",
    ]);
    const csv = readFileSync(join(processed, "course_summary.csv"), "utf8");
    assert.match(csv, /^name,value,kept\r?\n"a, b",1\.5,True\r?\nc,,False\r?\n$/);
    const detail = await readParquet(
      engine,
      "read_detail",
      join(processed, "course_detail.parquet"),
    );
    assert.deepEqual(await detail.relation.rows(), stored);
    assert.deepEqual(detail.source, synthetic);
    const other = await readParquet(engine, "read_one", join(processed, "course_relation.parquet"));
    assert.deepEqual(await other.relation.rows(), [{ seven: 7, letter: "x" }]);
  });

  it("replaces what is there, and leaves nothing unfinished behind", async () => {
    await handOver(await place(), { "summary.csv": rows, "detail.parquet": rows });
    await handOver(await place(), {
      "summary.csv": rows.slice(0, 1),
      "detail.parquet": rows.slice(0, 1),
    });
    assert.deepEqual(files(), ["course_detail.parquet", "course_summary.csv"]);
    const csv = readFileSync(join(processed, "course_summary.csv"), "utf8");
    assert.equal(csv.trim().split("\n").length, 2);
    const { engine } = await place();
    const detail = await readParquet(
      engine,
      "read_again",
      join(processed, "course_detail.parquet"),
    );
    assert.equal(await detail.relation.count(), 1);
  });

  it("a wrong ending is an error before anything is written", async () => {
    const { engine } = await place();
    const relation = await engine.table("wrong", "SELECT 1 AS one");
    const wrong = {
      "table.json": rows,
      table: rows,
      "relation.csv": relation,
      "table.csv.gz": rows,
    };
    for (const [name, content] of Object.entries(wrong)) {
      await assert.rejects(
        handOver(await place(), { "good.csv": rows, [name]: content }),
        new RegExp(`${name}: records become \\.csv or \\.parquet, relations \\.parquet`),
      );
      assert.deepEqual(files(), [], name);
    }
    await assert.rejects(
      handOver(await place(), { "good.csv": rows, "empty.parquet": [] }),
      /empty\.parquet: records without a row/,
    );
    assert.deepEqual(files(), []);
  });

  it("a relation that cannot be read leaves no half of its file", async () => {
    const { engine } = await place();
    const relation = await engine.view(
      "broken",
      "SELECT 1 / range AS x, error('no') FROM range(3)",
    );
    await assert.rejects(handOver(await place(), { "broken.parquet": relation }), /no/);
    assert.deepEqual(files(), []);
  });
});

describe("relationOfRows", () => {
  it("makes text, numbers and truth values columns of the engine, with what is missing", async () => {
    const relation = await relationOfRows(await opened, "from_rows", rows);
    assert.deepEqual(await relation.rows(), stored);
    const types = await (await opened).rows<{ column_name: string; column_type: string }>(
      `SELECT column_name, column_type FROM (DESCRIBE ${relation.name})`,
    );
    assert.deepEqual(
      types.map(({ column_name, column_type }) => [column_name, column_type]),
      [
        ["name", "VARCHAR"],
        ["value", "DOUBLE"],
        ["kept", "TINYINT"],
      ],
    );
  });
});
