import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { removeAbandoned, temporarySibling, writeWhole } from "../../lib/loaders/temporary";
import { temporaryFolder } from "./zipFixture";

const place = temporaryFolder();
after(place.remove);
const fresh = () => mkdtempSync(join(place.folder, "t-"));

/** Number of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

test("temporary names lie beside their final ones and never repeat", () => {
  const path = join(place.folder, "a table.csv");
  const names = Array.from({ length: 100 }, () => temporarySibling(path));
  assert.equal(new Set(names).size, 100);
  for (const name of names) assert.equal(dirname(name), place.folder);
});

test("what ended processes left is removed, what living ones write is not", async () => {
  const folder = fresh();
  const own = temporarySibling(join(folder, "own.csv"));
  const gone = `.unfinished-${endedProcess()}-0-gone`;
  writeFileSync(own, "x");
  writeFileSync(join(folder, "kept.csv"), "x");
  mkdirSync(join(folder, gone));
  writeFileSync(join(folder, gone, "inside"), "x");
  await removeAbandoned(folder);
  assert.deepEqual(readdirSync(folder).sort(), [own.slice(folder.length + 1), "kept.csv"].sort());
});

test("a folder that is not there holds nothing to remove", async () => {
  await removeAbandoned(join(place.folder, "none"));
});

describe("writeWhole", () => {
  test("replaces a file and removes what killed runs left beside it", async () => {
    const folder = fresh();
    const path = join(folder, "x.json");
    writeFileSync(join(folder, `.unfinished-${endedProcess()}-3-x.json`), "half");
    await writeWhole(path, "one");
    await writeWhole(path, Buffer.from("two"));
    assert.equal(readFileSync(path, "utf8"), "two");
    assert.deepEqual(readdirSync(folder), ["x.json"]);
  });

  test("leaves the old file and nothing else when it fails", async () => {
    const folder = fresh();
    mkdirSync(join(folder, "x"));
    await assert.rejects(writeWhole(join(folder, "x"), "text"));
    assert.deepEqual(readdirSync(folder), ["x"]);
    await assert.rejects(writeWhole(join(folder, "no folder", "x"), "text"), /ENOENT/);
  });
});
