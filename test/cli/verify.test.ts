import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { PublishedChapter } from "../../lib/cli/published";
import { verify } from "../../lib/cli/verify";
import { compareChapter } from "../../lib/cli/verifyReport";
import { temporaryFolder, zipOf } from "../loaders/zipFixture";

// A project of its own: whatever archives the real one has play no part here.
const place = temporaryFolder();
place.write("package.json", '{"name": "recommender-causal-lab"}');
process.chdir(place.folder);
after(() => {
  process.chdir("/");
  place.remove();
});

const CHAPTER: PublishedChapter = {
  course: "interference_spillover_effects",
  chapter: "01",
  dataset: "ml-32m",
  tables: [
    {
      table: "movie_summary",
      by: "metric",
      columns: ["metric", "value"],
      rows: [
        ["movies", "87,585.0000"],
        ["median_genres_per_movie", "1.0000"],
      ],
    },
    {
      table: "top_tags",
      by: "tag_clean",
      columns: ["tag_clean", "tag_rows"],
      rows: Array.from({ length: 12 }, (_, i) => [`tag ${i}`, `${100 - i}`]),
    },
  ],
};

const TAGS = ["tag_clean,tag_rows", ...CHAPTER.tables[1]!.rows.map((row) => row.join(","))];

let count = 0;
/** A folder with the chapter's table files, and what is said about them. */
function compared(files: Record<string, string>): { agree: boolean; lines: string[] } {
  const folder = join(place.folder, `tables${count++}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const agree = compareChapter(CHAPTER, { name: "course/01", tables: folder, write });
  return { agree, lines };
}

const SUMMARY = "metric,value\nmovies,87585\nmedian_genres_per_movie,1\n";
const GOOD = { "01_movie_summary.csv": SUMMARY, "01_top_tags.csv": `${TAGS.join("\n")}\n` };

describe("comparing a chapter", () => {
  test("counts what agrees, table by table", () => {
    const { agree, lines } = compared(GOOD);
    assert.ok(agree);
    assert.deepEqual(lines, [
      "course/01 movie_summary: 5 of 5 exact agree",
      "course/01 top_tags: 25 of 25 exact agree",
      "course/01: 30 of 30 exact agree",
    ]);
  });

  test("fails on one altered value and names its table, row, column and both numbers", () => {
    const { agree, lines } = compared({
      ...GOOD,
      "01_movie_summary.csv": SUMMARY.replace("87585", "87584"),
    });
    assert.ok(!agree);
    assert.deepEqual(lines, [
      "course/01 movie_summary: 4 of 5 exact agree",
      "  movie_summary, metric = movies, column value: published 87,585.0000, computed 87584",
      "course/01 top_tags: 25 of 25 exact agree",
      "course/01: 29 of 30 exact agree",
    ]);
  });

  test("goes on after a table that was not written, and shows the first of many differences", () => {
    const { agree, lines } = compared({ "01_movie_summary.csv": SUMMARY });
    assert.ok(!agree);
    assert.equal(lines[1], "course/01 top_tags: 0 of 25 exact agree");
    assert.equal(
      lines.filter((line) => line.startsWith("  top_tags, tag_clean = tag ")).length,
      10,
    );
    assert.ok(lines.includes("  and 15 more"));
    assert.equal(lines.at(-1), "course/01: 5 of 30 exact agree");
  });
});

describe("verify", () => {
  const FILES = ["ratings.csv", "movies.csv", "tags.csv", "links.csv"];
  const archive = (name: string, folder: string) =>
    place.write(name, zipOf(FILES.map((file) => ({ name: `${folder}${file}`, content: "" }))));

  async function said(movielens?: string): Promise<{ agrees: boolean; lines: string[] }> {
    const lines: string[] = [];
    const agrees = await verify({
      movielens,
      chapters: [CHAPTER],
      write: (line) => lines.push(line),
    });
    return { agrees, lines };
  }

  test("says that the archive is missing, and compares nothing", async () => {
    const { agrees, lines } = await said();
    assert.ok(agrees);
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /not compared, ml-32m is not there.*npm run data -- get ml-32m/);
  });

  test("says that an archive holds another data set, and compares nothing", async () => {
    const { agrees, lines } = await said(archive("x.zip", "ml-latest-small/"));
    assert.ok(agrees);
    assert.deepEqual(lines, [
      `interference_spillover_effects/01: not compared, the values were published for ml-32m and ${join(place.folder, "x.zip")} holds ml-latest-small.`,
    ]);
    assert.match((await said(archive("y.zip", ""))).lines[0]!, /holds y\.$/);
    const none = place.write("z.zip", zipOf([{ name: "ml-32m/ratings.csv", content: "" }]));
    assert.match((await said(none)).lines[0]!, /holds no MovieLens data\.$/);
  });

  test("takes another option for KuaiRec, and says what its archive holds", async () => {
    const kuairec = { ...CHAPTER, course: "long_term_causal_effects", dataset: "kuairec" };
    const told = async (options: { movielens?: string; kuairec?: string }) => {
      const lines: string[] = [];
      await verify({ ...options, chapters: [kuairec], write: (line) => lines.push(line) });
      return lines;
    };
    const ratings = archive("m.zip", "ml-32m/");
    assert.match((await told({ movielens: ratings }))[0]!, /kuairec is not there.*get kuairec/);
    assert.match((await told({ kuairec: ratings }))[0]!, /m\.zip holds no KuaiRec data\.$/);
    const readme = { name: "README.txt", content: "Synthetic data\nseed: 1\n" };
    const made = place.write("k.zip", zipOf([{ name: "KuaiRec.zip", content: "" }, readme]));
    assert.match((await told({ kuairec: made }))[0]!, /k\.zip holds kuairec-synthetic\.$/);
  });

  test("stops with a clear word when the archive in place is damaged", async () => {
    mkdirSync(join(place.folder, "data", "movieLens"), { recursive: true });
    const path = join(place.folder, "data", "movieLens", "ml-32m.zip");
    writeFileSync(path, "half a zip");
    try {
      await assert.rejects(said(), /ml-32m\.zip is damaged: .*cut short/);
    } finally {
      rmSync(path);
    }
  });

  test("stops with a clear word when the archive that was asked for is not there", async () => {
    await assert.rejects(said(join(place.folder, "none.zip")), /none\.zip is not there/);
  });
});
