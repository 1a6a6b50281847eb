import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { PublishedChapter, PublishedTable, TextRow } from "../../lib/cli/published";
import { chosenPublished, verify } from "../../lib/cli/verify";
import { compareChapter, needsSeeds } from "../../lib/cli/verifyReport";
import type { SeedTables } from "../../lib/cli/verifySampled";
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

describe("comparing a chapter whose values depend on random draws", () => {
  const GROUPS: PublishedTable = {
    table: "groups",
    by: "group",
    columns: ["group", "slates", "lift", "rows"],
    rows: [
      ["promoted", "20", "-0.3180", "240"],
      ["control", "20", "0.0000", "240"],
    ],
    agreement: "sampled",
    except: { group: "exact", "control / lift": "exact" },
    mended: { rows: { why: "The course counts rows; we count slates.", divideBy: 12 } },
  };
  const MODELS: PublishedTable = {
    table: "models",
    by: "model",
    columns: ["model", "rmse"],
    rows: [["trees", "1.4054"]],
    agreement: "spirit",
  };
  const WORKED: PublishedTable = {
    table: "worked",
    by: "position",
    shown: false,
    columns: ["visibility"],
    rows: [["0.6309"]],
  };
  const chapter = { ...CHAPTER, chapter: "02", tables: [GROUPS, MODELS, WORKED] };

  /** Slates of each arm 18 to 22, lifts -0.32 and around it; ten of our experiments. */
  const rowsOf = (r: number): TextRow[] => {
    const slates = String(18 + (r % 5));
    return [
      { group: "promoted", slates, lift: String(-0.32 + 0.001 * (r % 3)), rows: slates },
      { group: "control", slates, lift: "0", rows: slates },
    ];
  };
  const seeds: SeedTables = {
    course: { groups: rowsOf(2), worked: [{ visibility: "0.63093" }] },
    others: Array.from({ length: 10 }, (_, r) => ({ groups: rowsOf(r) })),
  };
  const FILES = {
    "02_groups.csv": csv(rowsOf(2)),
    "02_models.csv": "model,rmse\ntrees,1.3912345678\n",
  };

  function csv(rows: readonly TextRow[]): string {
    const lines = [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))];
    return lines.map((fields) => `${fields.join(",")}\n`).join("");
  }

  function said(tables: readonly PublishedTable[], files: Record<string, string> = FILES) {
    const folder = join(place.folder, `tables${count++}`);
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const options = { name: "course/02", tables: folder, seeds, write };
    return { agree: compareChapter({ ...chapter, tables }, options), lines };
  }

  test("tells the kinds of values apart, and shows side by side what it does not compare", () => {
    const { agree, lines } = said(chapter.tables);
    assert.ok(agree);
    assert.deepEqual(lines, [
      "course/02 groups: 4 of 4 exact agree, 3 of 3 sampled agree (largest |z| 1.1), 2 mended",
      "  mended, rows: The course counts rows; we count slates.",
      "  group = promoted: rows 240 published, 20 ours",
      "  group = control: rows 240 published, 20 ours",
      "course/02 models: 1 in spirit (not compared)",
      "  in spirit: model = trees: rmse 1.4054 published, 1.39123 ours",
      "course/02 worked: 2 of 2 exact agree",
      "course/02: 6 of 6 exact agree, 3 of 3 sampled agree (largest |z| 1.1), 1 in spirit (not compared), 2 mended",
    ]);
  });

  const altered = (column: string, value: string): PublishedTable => ({
    ...GROUPS,
    rows: GROUPS.rows.map((row, j) =>
      row.map((old, i) => (j === 0 && GROUPS.columns[i] === column ? value : old)),
    ),
  });

  test("reports a sampled value that lies too far away, with what was to be expected", () => {
    const { agree, lines } = said([altered("lift", "-0.3080")]);
    assert.ok(!agree);
    assert.match(lines[0]!, /4 of 4 exact agree, 2 of 3 sampled agree \(largest \|z\| 12\.\d\)/);
    assert.match(
      lines[1]!,
      /^ {2}groups, group = promoted, column lift: published -0\.3080, computed -0\.3191 on average over 10 seeds, standard deviation 0\.000875595, z = 12\.\d$/,
    );
  });

  test("reports an exact value that is altered", () => {
    const except = { ...GROUPS.except, "promoted / lift": "exact" } as const;
    assert.ok(said([{ ...GROUPS, except }]).agree);
    const { agree, lines } = said([{ ...altered("lift", "-0.3190"), except }]);
    assert.ok(!agree);
    assert.match(lines[0]!, /4 of 5 exact agree, 2 of 2 sampled agree/);
    assert.match(lines[1]!, /group = promoted, column lift: published -0\.3190, computed -0\.318$/);
  });

  test("does not count a mended value, yet reports one that no mending explains", () => {
    const { agree, lines } = said([altered("rows", "2400")]);
    assert.ok(!agree);
    assert.match(lines[0]!, /4 of 4 exact agree, 3 of 3 sampled agree .*2 mended/);
    assert.match(lines[1]!, /column rows: published 2400 \/ 12, computed 20 on average/);
    const unexplained = { ...altered("rows", "2400"), mended: { rows: { why: "Other rows." } } };
    assert.ok(said([unexplained]).agree);
  });

  test("never counts what agrees in spirit only", () => {
    const far = { ...MODELS, rows: [["trees", "99"]] };
    const { agree, lines } = said([far], {});
    assert.ok(agree);
    assert.deepEqual(lines.slice(0, 2), [
      "course/02 models: 1 in spirit (not compared)",
      "  in spirit: model = trees: rmse 99 published, nothing ours",
    ]);
  });

  test("reports a chapter that shows something else than was compared over seeds", () => {
    const other = rowsOf(2).map((row) => ({ ...row, lift: row.lift === "0" ? "0" : "-0.3181" }));
    const { agree, lines } = said([GROUPS], { "02_groups.csv": csv(other) });
    assert.ok(!agree);
    assert.equal(
      lines[1],
      "  groups, group = promoted, column lift: the chapter shows -0.3181, the library computes -0.318",
    );
  });

  test("needs results over seeds", () => {
    const options = { name: "course/02", tables: place.folder, write: () => {} };
    assert.throws(() => compareChapter(chapter, options), /course\/02 has sampled values/);
    assert.ok(needsSeeds(chapter));
    assert.ok(needsSeeds({ ...chapter, tables: [WORKED] }));
    assert.ok(!needsSeeds({ ...chapter, tables: [MODELS] }));
    assert.ok(!needsSeeds(CHAPTER));
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

  test("says that there is no notebook of a chapter, which is no agreement", async () => {
    const { agrees, lines } = await said(archive("real.zip", "ml-32m/"));
    assert.ok(!agrees);
    assert.deepEqual(lines, [
      "interference_spillover_effects/01: not compared, there is no such notebook.",
    ]);
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

test("published chapters are chosen by course or number", () => {
  const folder = join(place.folder, "lib", "cli", "published");
  mkdirSync(folder, { recursive: true });
  for (const chapter of ["01", "02"]) {
    writeFileSync(join(folder, `a_${chapter}.json`), JSON.stringify({ ...CHAPTER, chapter }));
  }
  const names = (chosen: readonly string[]) =>
    chosenPublished(chosen).map(({ chapter }) => chapter);
  assert.deepEqual(names([]), ["01", "02"]);
  assert.deepEqual(names(["interference_spillover_effects"]), ["01", "02"]);
  assert.deepEqual(names(["interference_spillover_effects/02"]), ["02"]);
  assert.throws(() => names(["sequences"]), /Nothing is published of "sequences".*effects\/01, /);
});
