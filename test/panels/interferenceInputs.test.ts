import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { quoteText } from "../../lib/loaders";
import * as panels from "../../lib/panels";
import { movieLensPlace } from "../loaders/movieLensFixture";

const place = movieLensPlace();
process.env.LAB_OUT = join(place.folder, "out");

/** Two users with 20 ratings each of 25 movies, one of them not in the catalogue. */
async function inputsOf() {
  const data = await place.of({
    movies: Array.from(
      { length: 24 },
      (_, i) => [i + 1, `M${i} (2000)`, i % 3 ? "Drama" : "War"] as const,
    ),
    ratings: [1, 2].flatMap((user) =>
      Array.from(
        { length: 20 },
        (_, i) => [user, 5 * (user - 1) + i + 1, (i % 10) / 2 + 0.5, i] as const,
      ),
    ),
  });
  const catalog = await panels.movieCatalog(data);
  const ratings = await panels.enrichRatings(await panels.ratingSample(data), catalog);
  const users = await panels.userFeatures(ratings);
  const items = await panels.interferenceItems(await panels.itemFeatures(ratings, catalog));
  const slates = await panels.slateSeed(ratings, users);
  return { data, inputs: { ratings, items, users, slates } };
}

test("readiness checks count what the later chapters stand on", async () => {
  const { inputs } = await inputsOf();
  const rows = await panels.readinessChecks(inputs);
  assert.deepEqual(
    rows.map((row) => [row.check, row.value]),
    [
      ["raw_zip_found", true],
      ["ratings_sample_rows", 40],
      ["sample_unique_users", 2],
      ["sample_unique_movies", 25],
      ["complete_seed_slates", 2],
      ["seed_slate_rows", 24],
      ["spillover_clusters", 3],
    ],
  );
  for (const row of rows) assert.ok(typeof row.notes === "string" && row.notes.length > 0);
});

test("four Parquet files hold the tables row by row and say where they come from", async () => {
  const { data, inputs } = await inputsOf();
  await panels.saveInterferenceInputs(inputs, data);
  const processed = join(place.folder, "out", "processed");
  assert.deepEqual(readdirSync(processed).sort(), [
    "movielens_interference_items.parquet",
    "movielens_interference_ratings_sample.parquet",
    "movielens_interference_slate_seed.parquet",
    "movielens_interference_user_features.parquet",
  ]);
  for (const name of ["ratings", "items", "users", "slates"] as const) {
    const file = panels.interferenceFile(name);
    const read = await data.engine.rows(`SELECT * FROM read_parquet(${quoteText(file)})`);
    assert.deepEqual(read, await inputs[name].rows(), name);
    const { source } = await data.engine.row<{ source: string }>(
      `SELECT decode(value) AS source FROM parquet_kv_metadata(${quoteText(file)}) WHERE decode(key) = 'source'`,
    );
    assert.deepEqual(JSON.parse(source), data.source);
  }
});

test("the list of files names each of them", async () => {
  const { data, inputs } = await inputsOf();
  await panels.saveInterferenceInputs(inputs, data);
  const rows = panels.savedFiles();
  assert.deepEqual(
    rows.map((row) => row.artifact),
    ["ratings_sample", "interference_items", "user_features", "slate_seed", "readiness_checks"],
  );
  for (const { path } of rows.slice(0, 4)) {
    assert.ok(existsSync(join(place.folder, "out", path as string)), path as string);
  }
  assert.equal(basename(rows[4]?.path as string), basename(panels.interferenceFile("readiness")));
});
