import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { sha256OfFile } from "../../lib/loaders/fileIdentity";
import { temporaryFolder } from "./zipFixture";

const place = temporaryFolder();
after(place.remove);
process.env.LAB_CACHE = join(place.folder, "cache");
const memory = join(place.folder, "cache", "sha256.json");
const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

const file = join(place.folder, "some.zip");
const content = randomBytes(3_000_000);
beforeEach(() => writeFileSync(file, content));

test("is the SHA-256 of the content", async () => {
  assert.equal(await sha256OfFile(file), sha256(content));
  const empty = place.write("empty.zip", "");
  assert.equal(await sha256OfFile(empty), sha256(""));
});

test("is remembered: the file is not read again while it stays the same", async () => {
  await sha256OfFile(file);
  const marked = readFileSync(memory, "utf8").replace(sha256(content), "f".repeat(64));
  writeFileSync(memory, marked);
  assert.equal(await sha256OfFile(file), "f".repeat(64));
});

test("follows the content when time or size change", async () => {
  await sha256OfFile(file);
  const other = Buffer.from(content);
  other[5]! ^= 1;
  writeFileSync(file, other);
  utimesSync(file, 1, 1);
  assert.equal(await sha256OfFile(file), sha256(other));
  writeFileSync(file, "short");
  assert.equal(await sha256OfFile(file), sha256("short"));
});

test("knows several files at once, by their absolute paths", async () => {
  const second = place.write("second.zip", "2");
  const both = [sha256(content), sha256("2")];
  assert.deepEqual([await sha256OfFile(file), await sha256OfFile(second)], both);
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(memory, "utf8"))).includes(second), true);
});

test("does without a memory that is damaged", async () => {
  for (const damage of ["", "{ not JSON", "null", "[]"]) {
    writeFileSync(memory, damage);
    assert.equal(await sha256OfFile(file), sha256(content));
  }
});

test("stops when the signal says so, and remembers nothing then", async () => {
  const path = place.write("other.zip", content);
  await assert.rejects(sha256OfFile(path, { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.ok(!readFileSync(memory, "utf8").includes("other.zip"));
});

test("a file that is not there is an error that names it", async () => {
  await assert.rejects(sha256OfFile(join(place.folder, "none.zip")), /none\.zip/);
});
