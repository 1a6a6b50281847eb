import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { artifactIndex } from "../../lib/notebook";
import { temporaryFolder } from "./support";

test("one row a file: figures as PNG, tables, texts; each says whether it is there", () => {
  process.env.LAB_OUT = temporaryFolder();
  const writeup = join(process.env.LAB_OUT, "a_course", "writeup");
  mkdirSync(join(writeup, "figures"), { recursive: true });
  mkdirSync(join(writeup, "tables"));
  writeFileSync(join(writeup, "figures", "25_effects.png"), "");
  writeFileSync(join(writeup, "tables", "limits.csv"), "");
  const rows = artifactIndex("a_course", {
    figures: ["25_effects", "26_parts"],
    tables: ["limits.csv"],
    texts: ["summary.md"],
  });
  const row = (artifact_type: string, file_name: string, path: string, exists: boolean) => ({
    artifact_type,
    file_name,
    path,
    exists,
  });
  assert.deepEqual(rows, [
    row("figure", "25_effects.png", "writeup/figures/25_effects.png", true),
    row("figure", "26_parts.png", "writeup/figures/26_parts.png", false),
    row("table", "limits.csv", "writeup/tables/limits.csv", true),
    row("text", "summary.md", "writeup/summary.md", false),
  ]);
});

test("a course without a write-up has nothing; nothing asked for is no row", () => {
  process.env.LAB_OUT = temporaryFolder();
  assert.deepEqual(artifactIndex("nowhere", {}), []);
  assert.deepEqual(
    artifactIndex("nowhere", { texts: ["a.md"] }).map(({ exists }) => exists),
    [false],
  );
});
