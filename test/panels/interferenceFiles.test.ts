import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";
import type { DataSource } from "../../lib/loaders/dataSource";
import { writeParquet } from "../../lib/loaders/parquet";
import {
  INTERFERENCE_PARQUET,
  type InterferenceParquet,
  openInterference,
  processedInterferenceFile,
} from "../../lib/panels";
import { temporaryFolder } from "../loaders/zipFixture";
import { testEngine } from "./panelFixture";

const place = temporaryFolder();
process.env.LAB_OUT = join(place.folder, "out");
after(() => place.remove());

const opened = testEngine();

const source: DataSource = {
  dataset: "ml-test",
  synthetic: true,
  archive: "small.zip",
  sha256: "ab".repeat(32),
  seed: 3,
};

async function write(name: InterferenceParquet, from: DataSource = source): Promise<void> {
  const engine = await opened;
  const table = await engine.table(name, `SELECT range AS x, '${name}' AS name FROM range(3)`);
  await writeParquet(table, processedInterferenceFile(`${name}.parquet`), from);
}

describe("openInterference", () => {
  test("opens files as views under their names, with the source that they share", async () => {
    await write("items");
    await write("exposure_mapping");
    const chapter = await openInterference("items", "exposure_mapping");
    try {
      const { tables, source: found } = chapter;
      assert.deepEqual(found, source);
      assert.deepEqual(Object.keys(tables), ["items", "exposure_mapping"]);
      assert.equal(tables.items.name, "items");
      assert.deepEqual(await tables.exposure_mapping.rows(), [
        { x: 0, name: "exposure_mapping" },
        { x: 1, name: "exposure_mapping" },
        { x: 2, name: "exposure_mapping" },
      ]);
    } finally {
      chapter.engine.close();
    }
  });

  test("says which chapter writes a file that is missing", async () => {
    await write("items");
    for (const [name, chapter] of Object.entries(INTERFERENCE_PARQUET)) {
      const file = processedInterferenceFile(`${name}.parquet`);
      if (existsSync(file)) rmSync(file);
      await assert.rejects(openInterference(name as InterferenceParquet), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`^movielens_interference_${name}\\.parquet is not in`),
        );
        assert.match(
          error.message,
          new RegExp(`Chapter ${chapter} of interference_spillover_effects`),
        );
        return true;
      });
    }
    await assert.rejects(openInterference(), /Name at least one file/);
  });

  test("refuses files of different archives", async () => {
    await write("slate_outcomes");
    await write("assignment_table", { ...source, archive: "other.zip", sha256: "cd".repeat(32) });
    await assert.rejects(
      openInterference("slate_outcomes", "assignment_table"),
      /come from different archives: small\.zip and other\.zip\. Run the chapters again from 01/,
    );
  });
});

test("files of the course lie in the processed folder under one prefix", () => {
  const path = processedInterferenceFile("cluster_estimates.csv");
  assert.equal(basename(path), "movielens_interference_cluster_estimates.csv");
  assert.equal(path, join(place.folder, "out", "processed", basename(path)));
});
