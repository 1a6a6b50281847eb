import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ArchiveError, openArchive } from "../../lib/loaders/archive";
import { CsvError } from "../../lib/loaders/csvSchema";
import { movieLensName, movielens } from "../../lib/loaders/movielens";
import { type MovieLensRows, movieLensPlace, movieLensZip } from "./movieLensFixture";
import { zipOf } from "./zipFixture";

const place = movieLensPlace();

const SMALL: MovieLensRows = {
  ratings: [
    [1, 10, 4, 964982703],
    [1, 20, 0.5, 964982704],
    [2, 10, 5, 0],
  ],
  movies: [
    [10, "Toy Story (1995)", "Animation|Comedy"],
    [20, 'American President, The "uncut" (1995)', "Drama"],
  ],
  tags: [[1, 10, "pixar, funny", 1445714994]],
  links: [
    [10, "0114709", 862],
    [20, "0112346", ""],
  ],
};

async function refused(work: Promise<unknown>, ...parts: string[]): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.ok(error instanceof ArchiveError, `expected an ArchiveError, got ${error.stack}`);
    for (const part of parts) assert.ok(error.message.includes(part), error.message);
    return true;
  });
}

describe("an archive of MovieLens", () => {
  test("hands out its four tables with their types", async () => {
    const data = await place.of(SMALL);
    assert.deepEqual(await data.ratings.rows(), [
      { userId: 1, movieId: 10, rating: 4, timestamp: 964982703 },
      { userId: 1, movieId: 20, rating: 0.5, timestamp: 964982704 },
      { userId: 2, movieId: 10, rating: 5, timestamp: 0 },
    ]);
    assert.deepEqual(await data.movies.rows(), [
      { movieId: 10, title: "Toy Story (1995)", genres: "Animation|Comedy" },
      { movieId: 20, title: 'American President, The "uncut" (1995)', genres: "Drama" },
    ]);
    assert.deepEqual(await data.tags.rows(), [
      { userId: 1, movieId: 10, tag: "pixar, funny", timestamp: 1445714994 },
    ]);
    assert.deepEqual(await data.links.rows(), [
      { movieId: 10, imdbId: "0114709", tmdbId: 862 },
      { movieId: 20, imdbId: "0112346", tmdbId: null },
    ]);
    assert.deepEqual(
      Object.entries(data.ingest).map(([file, report]) => [file, report.rows, report.badRows]),
      [
        ["ratings", 3, 0],
        ["movies", 2, 0],
        ["tags", 1, 0],
        ["links", 2, 0],
      ],
    );
  });

  const layouts: [what: string, folder: string, name: string][] = [
    ["in a folder of any name", "some folder/", "some folder"],
    ["in a folder in a folder", "download/ml-32m/", "ml-32m"],
    ["at the top, named after the zip file", "", "ml-mine"],
  ];
  for (const [what, folder, name] of layouts) {
    test(`may hold its files ${what}`, async () => {
      const path = place.write("ml-mine.zip", movieLensZip(SMALL, { folder }));
      const data = await place.open(path);
      assert.equal(data.source.dataset, name);
      assert.equal(await data.ratings.count(), 3);
      const archive = await openArchive(path);
      assert.equal(movieLensName(archive, path), name);
      await archive.close();
    });
  }

  test("is found beside the resource forks that macOS puts first", async () => {
    const forks = ["ratings", "movies", "tags", "links"].map((file) => ({
      name: `__MACOSX/ml-test/._${file}.csv`,
      content: Buffer.from("\0\x05\x16\x07Mac OS X"),
    }));
    const data = await place.of(SMALL, { before: forks });
    assert.equal(data.source.dataset, "ml-test");
    assert.equal(data.entries.length, 8);
    assert.equal(await data.movies.count(), 2);
  });

  test("may end its lines with CRLF", async () => {
    const data = await place.of(SMALL, { newline: "\r\n" });
    assert.equal(await data.ratings.count(), 3);
    assert.deepEqual((await data.movies.rows())[0]?.genres, "Animation|Comedy");
  });

  test("lacking a file, says which there are and which there must be", async () => {
    const lacking = place.write(
      "lacking.zip",
      zipOf([
        { name: "ml/ratings.csv", content: "userId,movieId,rating,timestamp\n" },
        { name: "ml/u.item", content: "" },
      ]),
    );
    await refused(
      movielens({ archive: lacking }),
      "lacking.zip",
      "ml/u.item",
      "tags.csv",
      "npm run data",
    );
    const apart = place.write(
      "apart.zip",
      zipOf([
        { name: "a/ratings.csv", content: "" },
        { name: "b/movies.csv", content: "" },
        { name: "a/tags.csv", content: "" },
        { name: "a/links.csv", content: "" },
      ]),
    );
    await refused(movielens({ archive: apart }), "one folder");
    const other = place.write("other.zip", movieLensZip(SMALL, { folder: "ml/old_" }));
    await refused(movielens({ archive: other }), "other.zip is no MovieLens archive");
  });

  test("not there or no zip, says so", async () => {
    await refused(movielens({ archive: join(place.folder, "none.zip") }), "none.zip", "not there");
    await refused(movielens({ archive: place.write("text.zip", "text") }), "text.zip");
  });
});

describe("where the data come from", () => {
  test("is stated with file name and SHA-256", async () => {
    const bytes = movieLensZip(SMALL, { readme: "Summary\n=======\nThis dataset (ml-test) ..." });
    const data = await place.open(place.write("my own.zip", bytes));
    assert.deepEqual(data.source, {
      dataset: "ml-test",
      synthetic: false,
      archive: "my own.zip",
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    assert.equal(data.path, join(place.folder, "my own.zip"));
  });

  test("is synthetic when the README begins with it, with its seed", async () => {
    for (const [readme, synthetic, seed] of [
      ["SYNTHETIC DATA. Seed: 12. Not from people.", true, 12],
      ["\r\n# Synthetic data\r\nseed 7", true, 7],
      ["synthetic data without a number", true, undefined],
      ["Real data, compared with synthetic data, seed 5", false, undefined],
    ] as const) {
      const { source } = await place.of(SMALL, { readme });
      assert.equal(source.synthetic, synthetic, readme);
      assert.equal(source.seed, seed, readme);
    }
  });
});

describe("the archive that is opened unless one is named", () => {
  test("is LAB_MOVIELENS, else the largest zip in data/movieLens", async () => {
    const project = join(place.folder, "project");
    const archives = join(project, "data", "movieLens");
    mkdirSync(archives, { recursive: true });
    writeFileSync(join(project, "package.json"), '{"name": "recommender-causal-lab"}');
    const cwd = process.cwd();
    const usual = process.env.LAB_MOVIELENS;
    process.chdir(project);
    delete process.env.LAB_MOVIELENS;
    try {
      writeFileSync(join(archives, "b.zip"), movieLensZip(SMALL));
      writeFileSync(join(archives, "a.zip"), movieLensZip({ ...SMALL, tags: [] }));
      writeFileSync(join(archives, "notes.txt"), "x".repeat(100_000));
      const largest = await movielens();
      assert.equal(largest.source.archive, "b.zip");
      largest.engine.close();
      process.env.LAB_MOVIELENS = join(archives, "a.zip");
      const named = await movielens();
      assert.equal(named.source.archive, "a.zip");
      named.engine.close();
    } finally {
      process.chdir(cwd);
      if (usual === undefined) delete process.env.LAB_MOVIELENS;
      else process.env.LAB_MOVIELENS = usual;
    }
  });
});

describe("the cache", () => {
  test("is read the second time, also when the archive has another name", async () => {
    const bytes = movieLensZip({ ...SMALL, tags: [[9, 9, "cache", 9]] });
    const path = place.write("first.zip", bytes);
    const first = await place.open(path);
    const folders = readdirSync(join(place.folder, "cache")).sort();
    const again = await place.open(path);
    copyFileSync(path, join(place.folder, "second.zip"));
    const renamed = await place.open(join(place.folder, "second.zip"));
    // The reports hold the seconds of the reading: equal ones come from the same reading.
    assert.deepEqual(again.ingest, first.ingest);
    assert.deepEqual(renamed.ingest, first.ingest);
    assert.equal(renamed.source.archive, "second.zip");
    assert.deepEqual(readdirSync(join(place.folder, "cache")).sort(), folders);
    assert.deepEqual(await renamed.tags.rows(), await first.tags.rows());
  });

  test("is not that of another archive under the same name", async () => {
    const path = place.write("same.zip", movieLensZip(SMALL));
    assert.equal(await (await place.open(path)).ratings.count(), 3);
    place.write("same.zip", movieLensZip({ ...SMALL, ratings: [[5, 10, 3, 5]] }));
    assert.equal(await (await place.open(path)).ratings.count(), 1);
  });
});

describe("rows that cannot be read", () => {
  const broken = movieLensZip({
    ...SMALL,
    ratings: [...(SMALL.ratings ?? []), [3, 10, 5.5, 7], [3, "ten", 4, 7], [-3, 10, 4, 7]],
  });

  test("stop with file, entry and row, unless they are to be left out and counted", async () => {
    const path = place.write("broken.zip", broken);
    const stops = () =>
      assert.rejects(movielens({ archive: path }), (error: Error) => {
        assert.ok(error instanceof CsvError);
        assert.match(error.message, /broken\.zip, entry ml-test\/ratings\.csv, row 4/);
        assert.match(error.message, /onBadRow/);
        return true;
      });
    await stops();
    const data = await place.open(path, { onBadRow: "skip" });
    assert.equal(await data.ratings.count(), 3);
    assert.equal(data.ingest.ratings.badRows, 3);
    assert.deepEqual(
      data.ingest.ratings.badRowExamples.map((example) => example.row),
      [4, 5, 6],
    );
    await stops();
  });
});
