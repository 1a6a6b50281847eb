import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { DataSource } from "../../lib/loaders/dataSource";
import { openEngine, quoteText } from "../../lib/loaders/engine";
import { readParquet, writeParquet } from "../../lib/loaders/parquet";
import { libraryVersion } from "../../lib/loaders/places";
import { temporaryFolder } from "./zipFixture";

const place = temporaryFolder();
const opened = openEngine({ threads: 2, memoryLimit: "512MB" });
after(async () => {
  (await opened).close();
  place.remove();
});

const source: DataSource = {
  dataset: "ml-test",
  synthetic: true,
  archive: "it's a name.zip",
  sha256: "ab".repeat(32),
  seed: 3,
};

const fresh = () => mkdtempSync(join(place.folder, "p-"));

test("holds every row in the order of the table, and says where it comes from", async () => {
  const engine = await opened;
  const relation = await engine.table(
    'odd "name"',
    "SELECT (range * 7919) % 150001 AS x, ['a', 'b|c'] AS list, NULL::INTEGER AS nothing FROM range(150000)",
  );
  const path = join(fresh(), "it's.parquet");
  await writeParquet(relation, path, source);
  const read = `read_parquet(${quoteText(path)})`;
  const written = await engine.view("written", `SELECT * FROM ${read}`);
  assert.deepEqual(await written.numbers("x"), await relation.numbers("x"));
  assert.deepEqual(await written.head(3), await relation.head(3));
  assert.deepEqual(await written.head(1), [{ x: 0, list: ["a", "b|c"], nothing: null }]);
  const metadata = await engine.rows<{ key: string; value: string }>(
    `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${quoteText(path)})`,
  );
  const value = (key: string) => metadata.find((entry) => entry.key === key)?.value ?? "";
  assert.deepEqual(JSON.parse(value("source")), source);
  assert.equal(value("library"), libraryVersion());
});

test("replaces a file, and removes what killed runs left", async () => {
  const engine = await opened;
  const folder = fresh();
  const path = join(folder, "x.parquet");
  const ended = spawnSync(process.execPath, ["-e", ""]).pid;
  writeFileSync(join(folder, `.unfinished-${ended}-0-x.parquet`), "half");
  await writeParquet(await engine.table("one", "SELECT 1 AS x"), path, source);
  await writeParquet(await engine.table("two", "SELECT 2 AS x"), path, source);
  assert.deepEqual(await engine.rows(`SELECT * FROM read_parquet(${quoteText(path)})`), [{ x: 2 }]);
  assert.deepEqual(readdirSync(folder), ["x.parquet"]);
});

test("leaves nothing behind when the query fails on the way", async () => {
  const engine = await opened;
  const folder = fresh();
  const failing = await engine.view(
    "failing",
    "SELECT CASE WHEN range < 400000 THEN range ELSE error('row 400000') END AS x FROM range(500000)",
  );
  await assert.rejects(writeParquet(failing, join(folder, "x.parquet"), source), /row 400000/);
  assert.deepEqual(readdirSync(folder), []);
});

test("a file is read back in its order, with the source that was written", async () => {
  const engine = await opened;
  const path = join(fresh(), "it's back.parquet");
  const written = await engine.table(
    "written in order",
    "SELECT (range * 7919) % 150001 AS x, chr(97 + (range % 5)::INTEGER) AS name FROM range(150000)",
  );
  await writeParquet(written, path, source);
  const read = await readParquet(engine, 'read "back"', path);
  assert.deepEqual(read.source, source);
  assert.equal(read.relation.name, 'read "back"');
  assert.deepEqual(await read.relation.numbers("x"), await written.numbers("x"));
  assert.deepEqual(await read.relation.head(2), await written.head(2));
});

test("a file that is not there, says nothing of its source, or is none, is an error", async () => {
  const engine = await opened;
  const folder = fresh();
  await assert.rejects(readParquet(engine, "lost", join(folder, "lost.parquet")), /is not there/);
  const bare = join(folder, "bare.parquet");
  await engine.run(`COPY (SELECT 1 AS x) TO ${quoteText(bare)} (FORMAT parquet)`);
  await assert.rejects(
    readParquet(engine, "bare", bare),
    /bare\.parquet does not say what data it was made from/,
  );
  const broken = join(folder, "broken.parquet");
  writeFileSync(broken, "PAR1 and no more");
  await assert.rejects(readParquet(engine, "broken", broken), /broken\.parquet/);
});
