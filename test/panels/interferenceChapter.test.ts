import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openArchive } from "../../lib/loaders";
import type { MovieLens } from "../../lib/loaders/movielens";
import { syntheticMovieLens } from "../../lib/loaders/synthetic";
import * as panels from "../../lib/panels";
import { random, shuffle } from "../../lib/stats";
import { movieLensPlace } from "../loaders/movieLensFixture";
import { zipOf } from "../loaders/zipFixture";
import { type Plain, plainChapter, type Texts } from "./plainChapter";

const place = movieLensPlace();

/** Every table of the chapter, by the library. */
async function chapterOf(
  data: MovieLens,
  modulus: number,
): Promise<Record<string, readonly Plain[]>> {
  const catalog = await panels.movieCatalog(data);
  const tags = await panels.tagSample(data);
  const sample = await panels.ratingSample(data, { modulus });
  const enriched = await panels.enrichRatings(sample, catalog);
  const users = await panels.userFeatures(enriched);
  const features = await panels.itemFeatures(enriched, catalog);
  const items = await panels.interferenceItems(features);
  const slates = await panels.slateSeed(enriched, users);
  const inputs = { ratings: enriched, items, users, slates };
  return {
    movie_catalog: await catalog.rows(),
    movie_summary: await panels.movieSummary(catalog),
    tag_summary: await panels.tagSummary(tags),
    top_tags: await panels.topTags(tags),
    full_rating_summary: await panels.fullRatingSummary(data, sample),
    rating_distribution: await panels.ratingDistribution(data, sample),
    ratings_enriched: await enriched.rows(),
    join_quality: await panels.joinQuality(enriched),
    user_features: await users.rows(),
    user_activity_summary: await panels.describe(users, [
      "n_ratings",
      "mean_rating",
      "liked_rate",
      "active_years",
      "activity_span_days",
      "unique_primary_genres",
    ]),
    interference_items: await items.rows(),
    item_summary: await panels.describe(features, [
      "sample_rating_count",
      "sample_mean_rating",
      "sample_liked_rate",
      "genre_count",
    ]),
    top_items: await panels.topItems(features),
    genre_summary: await panels.genreSummary(sample, catalog),
    yearly_activity: await panels.yearlyActivity(sample),
    cluster_readiness: await panels.clusterReadiness(items),
    slate_seed: await slates.rows(),
    slate_seed_summary: await panels.slateSeedSummary(slates),
    readiness_checks: (await panels.readinessChecks(inputs)).map(({ check, value }) => ({
      check,
      value,
    })),
  };
}

function assertSameTable(
  actual: readonly Plain[],
  expected: readonly Plain[],
  table: string,
): void {
  assert.equal(actual.length, expected.length, `${table}: number of rows`);
  actual.forEach((row, i) => {
    assert.deepEqual(Object.keys(row), Object.keys(expected[i]!), `${table}: columns`);
    for (const [column, value] of Object.entries(row)) {
      const wanted = expected[i]![column];
      const where = `${table}, row ${i + 1}, column ${column}`;
      if (typeof value === "number" && typeof wanted === "number") {
        const distance = Math.abs(value - wanted);
        assert.ok(
          distance <= 1e-12 * Math.max(1, Math.abs(wanted)),
          `${where}: ${value}, ${wanted}`,
        );
      } else assert.deepEqual(value, wanted, where);
    }
  });
}

const made = syntheticMovieLens({
  path: join(place.folder, "ml-synthetic.zip"),
  seed: 3,
  scale: "tiny",
});

async function textsOf(path: string): Promise<Texts & { links: string; folder: string }> {
  const archive = await openArchive(path);
  const folder = archive.entries[0]!.name.split("/")[0]!;
  const text = (file: string) => archive.text(`${folder}/${file}.csv`);
  try {
    return {
      folder,
      ratings: await text("ratings"),
      movies: await text("movies"),
      tags: await text("tags"),
      links: await text("links"),
    };
  } finally {
    await archive.close();
  }
}

describe("the tables of the first chapter on synthetic data", () => {
  for (const modulus of [1, 3]) {
    test(`equal those of arrays, maps and sorts, modulus ${modulus}`, async () => {
      const { path } = await made;
      const expected = plainChapter(await textsOf(path), modulus);
      const actual = await chapterOf(await place.open(path), modulus);
      assert.deepEqual(Object.keys(actual), Object.keys(expected));
      for (const [table, rows] of Object.entries(actual)) {
        assertSameTable(rows, expected[table]!, table);
      }
      assert.ok((actual.slate_seed?.length ?? 0) >= 12, "there are slates to compare");
    });
  }

  test("do not depend on the order of the rows in ratings.csv", async () => {
    const { path } = await made;
    const { folder, ...texts } = await textsOf(path);
    const [header, ...lines] = texts.ratings.trimEnd().split("\r\n");
    const shuffled = [header, ...shuffle(lines, random(5)), ""].join("\r\n");
    assert.notEqual(shuffled, texts.ratings);
    const files = { ...texts, ratings: shuffled };
    const archive = zipOf(
      Object.entries(files).map(([file, content]) => ({ name: `${folder}/${file}.csv`, content })),
    );
    const other = await place.open(place.write("shuffled.zip", archive));
    assert.deepEqual(await chapterOf(other, 2), await chapterOf(await place.open(path), 2));
  });
});
