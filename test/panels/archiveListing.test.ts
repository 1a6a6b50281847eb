import assert from "node:assert/strict";
import { test } from "node:test";
import { archiveListing } from "../../lib/panels";

test("lists files by size in megabytes of a million bytes, the largest first, ties by name", () => {
  const entry = (name: string, bytes: number) => ({
    name,
    bytes,
    compressedBytes: bytes / 2,
    crc32: 0,
  });
  const entries = [entry("b", 10), entry("c", 2_500_000), entry("a", 10)];
  assert.deepEqual(archiveListing(entries), [
    { file: "c", compressed_mb: 1.25, uncompressed_mb: 2.5 },
    { file: "a", compressed_mb: 5e-6, uncompressed_mb: 1e-5 },
    { file: "b", compressed_mb: 5e-6, uncompressed_mb: 1e-5 },
  ]);
  assert.equal(entries[0]?.name, "b", "the given list stays as it is");
});
