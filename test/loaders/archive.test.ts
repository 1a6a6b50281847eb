import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, describe, test } from "node:test";
import { ArchiveError, openArchive, openNestedArchive } from "../../lib/loaders/archive";
import { type FixtureEntry, temporaryFolder, zipOf } from "./zipFixture";

const place = temporaryFolder();
after(place.remove);

let count = 0;
function archiveOf(...entries: FixtureEntry[]): string {
  return place.write(`a${count++}.zip`, zipOf(entries));
}

async function read(path: string, entry: string): Promise<string> {
  const archive = await openArchive(path);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of archive.stream(entry)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } finally {
    await archive.close();
  }
}

async function refused(work: () => Promise<unknown>, ...parts: (string | RegExp)[]): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.ok(error instanceof ArchiveError, `expected an ArchiveError, got ${error}`);
    for (const part of parts)
      assert.match(error.message, part instanceof RegExp ? part : new RegExp(part));
    return true;
  });
}

describe("an ordinary archive", () => {
  test("lists its files in order, without folders, with true sizes", async () => {
    const path = archiveOf(
      { name: "d/", content: "" },
      { name: "d/b.csv", content: "x".repeat(1000) },
      { name: "d/a.csv", content: "é", stored: true },
    );
    const archive = await openArchive(path);
    const listed = archive.entries.map(({ name, bytes }) => ({ name, bytes }));
    assert.deepEqual(listed, [
      { name: "d/b.csv", bytes: 1000 },
      { name: "d/a.csv", bytes: 2 },
    ]);
    assert.deepEqual(archive.folders, ["d/"]);
    assert.equal(archive.entry("d/a.csv").compressedBytes, 2);
    await archive.close();
  });

  test("streams stored and deflated entries, also when empty or larger than a chunk", async () => {
    const large = "0123456789".repeat(400_000);
    const path = archiveOf(
      { name: "large", content: large },
      { name: "large stored", content: large, stored: true },
      { name: "empty", content: "" },
      { name: "empty stored", content: "", stored: true },
    );
    assert.equal(await read(path, "large"), large);
    assert.equal(await read(path, "large stored"), large);
    assert.equal(await read(path, "empty"), "");
    assert.equal(await read(path, "empty stored"), "");
  });

  test("says what it holds when an entry is not there", async () => {
    const path = archiveOf({ name: "movies.csv", content: "a" });
    await refused(() => read(path, "ratings.csv"), "no entry", "ratings.csv", "movies.csv");
  });

  test("stops when the signal says so", async () => {
    const archive = await openArchive(archiveOf({ name: "x", content: "y".repeat(5_000_000) }));
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of archive.stream("x", { signal: stop.signal })) stop.abort();
    })();
    await assert.rejects(reading, { name: "AbortError" });
    await archive.close();
  });
});

describe("a damaged or hostile archive", () => {
  test("a file that is missing", async () => {
    await refused(() => openArchive(`${place.folder}/none.zip`), "none.zip", "not there");
  });

  test("a file that is no zip, and an empty one", async () => {
    await refused(
      () => openArchive(place.write("text.zip", "hello")),
      "text.zip",
      "fetch it again",
    );
    await refused(() => openArchive(place.write("empty.zip", "")), "empty.zip");
  });

  test("a zip that is cut short, at the end or in the middle", async () => {
    const whole = zipOf([{ name: "ratings.csv", content: "1,2,3\n".repeat(5000) }]);
    for (const keep of [whole.length - 5, whole.length >> 1, 40]) {
      const path = place.write(`cut${keep}.zip`, whole.subarray(0, keep));
      await refused(() => openArchive(path), `cut${keep}.zip`, /cut short|truncated/);
    }
  });

  test("content that does not match its CRC-32", async () => {
    const path = archiveOf({ name: "ratings.csv", content: "abc", claims: { crc32: 1 } });
    await refused(() => read(path, "ratings.csv"), "ratings.csv", "CRC-32", "Fetch");
  });

  test("a flipped bit in the compressed data", async () => {
    const bytes = zipOf([{ name: "r.csv", content: "1,2,3,4\n".repeat(9000) }]);
    bytes[60]! ^= 0x10;
    const path = place.write("flipped.zip", bytes);
    await refused(() => read(path, "r.csv"), "flipped.zip, entry r.csv");
  });

  test("a size that lies, in both directions", async () => {
    const more = archiveOf({ name: "r", content: "abcdef", claims: { bytes: 3 } });
    const less = archiveOf({ name: "r", content: "abc", claims: { bytes: 6 } });
    await refused(() => read(more, "r"), "states 3 bytes", "inflates to more");
    await refused(() => read(less, "r"), "states 6 bytes but has 3");
  });

  test("a bomb is refused before a byte is inflated, and a bomb that lies while it inflates", async () => {
    const zeros = Buffer.alloc(30_000_000);
    await refused(
      () => openArchive(archiveOf({ name: "b", content: zeros })),
      "zip bomb",
      "entry b",
    );
    const lying = archiveOf({ name: "b", content: zeros, claims: { bytes: 100 } });
    await refused(() => read(lying, "b"), "states 100 bytes");
  });

  test("limits on entries, one entry and all of them", async () => {
    const path = archiveOf({ name: "a", content: "123456" }, { name: "b", content: "123456" });
    await refused(() => openArchive(path, { entries: 1 }), "2 entries", "1 allowed");
    await refused(() => openArchive(path, { entryBytes: 5 }), "entry a", "6 bytes");
    await refused(() => openArchive(path, { totalBytes: 11 }), "12 bytes");
  });

  test("names that would climb out of a folder, absolute names, names twice", async () => {
    for (const name of ["../../x", "/etc/x", "a\\..\\x"]) {
      const path = archiveOf({ name, content: "x" });
      await refused(() => openArchive(path), "zip");
    }
    const twice = archiveOf({ name: "a", content: "1" }, { name: "a", content: "2" });
    await refused(() => openArchive(twice), "entry a", "twice");
  });

  test("symbolic links, encrypted entries, unknown methods", async () => {
    const link = archiveOf({ name: "l", content: "/etc/passwd", stored: true, unixMode: 0o120777 });
    await refused(() => openArchive(link), "symbolic link");
    const secret = archiveOf({ name: "s", content: "x", claims: { flags: 0x801 } });
    await refused(() => openArchive(secret), "encrypted");
    const odd = archiveOf({ name: "o", content: "x", claims: { method: 12 } });
    await refused(() => openArchive(odd), "method 12");
  });

  test("a large text is not read into memory", async () => {
    const archive = await openArchive(archiveOf({ name: "README", content: "x".repeat(5000) }));
    await refused(() => archive.text("README", { maxBytes: 4999 }), "5000 bytes");
    assert.equal((await archive.text("README")).length, 5000);
    await archive.close();
  });
});

describe("an archive in an archive", () => {
  const inner = zipOf([{ name: "KuaiRec 2.0/data/small.csv", content: "a,b\n1,2\n".repeat(2000) }]);

  for (const stored of [true, false]) {
    test(`is listed and streamed when ${stored ? "stored" : "deflated"}`, async () => {
      const outer = await openArchive(
        archiveOf(
          { name: "readme.txt", content: "x" },
          { name: "KuaiRec.zip", content: inner, stored },
        ),
      );
      const nested = await openNestedArchive(outer, "KuaiRec.zip");
      assert.equal(nested.entries[0]?.name, "KuaiRec 2.0/data/small.csv");
      const text = await nested.text("KuaiRec 2.0/data/small.csv");
      assert.equal(text, "a,b\n1,2\n".repeat(2000));
      await nested.close();
      await outer.close();
    });
  }

  test("leaves no temporary file, also when the inner archive is damaged", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("nested-archive-"));
    const before = left();
    const outer = await openArchive(archiveOf({ name: "in.zip", content: inner.subarray(0, 99) }));
    await refused(() => openNestedArchive(outer, "in.zip"), "> in.zip", "cut short");
    await outer.close();
    assert.deepEqual(left(), before);
  });

  test("is not opened unless it is named", async () => {
    const outer = await openArchive(archiveOf({ name: "in.zip", content: inner, stored: true }));
    await refused(() => openNestedArchive(outer, "other.zip"), "no entry", "in.zip");
    await outer.close();
  });
});
