import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runNotebooks } from "../../lib/cli/notebooks";
import { publishedChapters, readTableFile } from "../../lib/cli/published";
import { syntheticMovieLens } from "../../lib/loaders/synthetic";

const folder = mkdtempSync(join(tmpdir(), "lab-chapters-"));
const movielens = join(folder, "ml.zip");
const said: string[] = [];
const screen = { write: (text: string) => said.push(text), live: false, columns: 100 };

before(async () => {
  await syntheticMovieLens({
    path: movielens,
    seed: 11,
    scale: { users: 300, movies: 1500, ratings: 30_000 },
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("interference_spillover_effects/01 through the kernel", () => {
  const name = "interference_spillover_effects/01";
  const out = join(folder, "out");
  const writeup = join(out, "interference_spillover_effects", "writeup");

  before(async () => {
    const env = { ...process.env, LAB_CACHE: join(folder, "cache") };
    const { outcome } = await runNotebooks({ names: [name], movielens, out, screen, env });
    assert.equal(outcome, "done", said.join(""));
  });

  test("writes every published table with its columns, and rows to go with them", () => {
    const chapter = publishedChapters().find((one) => `${one.course}/${one.chapter}` === name);
    assert.ok(chapter);
    for (const { table, columns } of chapter.tables) {
      const rows = readTableFile(join(writeup, "tables", `01_${table}.csv`));
      assert.ok(rows.length > 0, `${table} has no rows`);
      const expected = table === "readiness_checks" ? [...columns, "notes"] : columns;
      assert.deepEqual(Object.keys(rows[0]!), expected, table);
    }
  });

  test("writes the same row labels as published", () => {
    const chapter = publishedChapters().find((one) => `${one.course}/${one.chapter}` === name)!;
    for (const { table, columns, rows } of chapter.tables) {
      if (!["metric", "variable", "check"].includes(columns[0]!)) continue;
      const written = readTableFile(join(writeup, "tables", `01_${table}.csv`));
      assert.deepEqual(
        written.map((row) => row[columns[0]!]),
        rows.map((row) => row[0]),
        table,
      );
    }
  });

  test("draws its five figures, each as PNG and JSON", () => {
    const figures = readdirSync(join(writeup, "figures")).sort();
    const names = [
      "01_rating_distribution",
      "02_user_activity",
      "03_item_popularity_long_tail",
      "04_genre_rating_volume",
      "05_yearly_rating_activity",
    ];
    assert.deepEqual(
      figures,
      names.flatMap((figure) => [`${figure}.json`, `${figure}.png`]),
    );
  });

  test("hands over five files to the next chapter", () => {
    const files = readdirSync(join(out, "processed")).sort();
    assert.deepEqual(files, [
      "movielens_interference_items.parquet",
      "movielens_interference_ratings_sample.parquet",
      "movielens_interference_setup_readiness.csv",
      "movielens_interference_slate_seed.parquet",
      "movielens_interference_user_features.parquet",
    ]);
  });

  test("leaves a page that shows tables, pictures and that the data are synthetic", () => {
    const path = join(writeup, "01_movielens_interference_setup_eda.html");
    assert.ok(existsSync(path));
    const page = readFileSync(path, "utf8");
    assert.equal(page.match(/<img[^>]+data:image\/png;base64/g)?.length, 5);
    assert.ok((page.match(/data-lab-table=/g)?.length ?? 0) >= 21);
    assert.match(page, /synthetic data/i);
    assert.doesNotMatch(page, /Traceback|TypeScriptError/);
  });
});
