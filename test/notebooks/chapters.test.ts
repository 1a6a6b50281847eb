import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { runNotebooks } from "../../lib/cli/notebooks";
import { publishedChapters, readTableFile } from "../../lib/cli/published";
import { syntheticKuaiRec, syntheticMovieLens } from "../../lib/loaders/synthetic";

interface ChapterCase {
  readonly course: string;
  readonly chapter: string;
  readonly title: string;
  readonly figures: readonly string[];
  /** Files for the next chapters. */
  readonly processed: readonly string[];
}

const CHAPTERS: readonly ChapterCase[] = [
  {
    course: "interference_spillover_effects",
    chapter: "01",
    title: "01_movielens_interference_setup_eda",
    figures: [
      "01_rating_distribution",
      "02_user_activity",
      "03_item_popularity_long_tail",
      "04_genre_rating_volume",
      "05_yearly_rating_activity",
    ],
    processed: [
      "movielens_interference_items.parquet",
      "movielens_interference_ratings_sample.parquet",
      "movielens_interference_setup_readiness.csv",
      "movielens_interference_slate_seed.parquet",
      "movielens_interference_user_features.parquet",
    ],
  },
  {
    course: "long_term_causal_effects",
    chapter: "01",
    title: "01_kuairec_sequence_eda",
    figures: [
      "01_watch_ratio_and_play_duration",
      "02_user_activity",
      "03_daily_rates",
      "04_covariate_imbalance",
      "05_item_daily_counts",
      "06_causal_diagram",
      "07_panel_explorer",
      "08_love_plot",
    ],
    processed: [
      "kuairec_sequence_eda_readiness.csv",
      "kuairec_small_interactions_sample.parquet",
      "kuairec_user_day_panel_sample.parquet",
    ],
  },
];

/** Columns that name the rows of a table that has the same rows whatever the data. */
const ROW_LABELS = ["metric", "variable", "check", "candidate_treatment"];

const folder = mkdtempSync(join(tmpdir(), "lab-chapters-"));
const movielens = join(folder, "ml.zip");
const kuairec = join(folder, "kuairec.zip");

before(async () => {
  const scale = { users: 300, movies: 1500, ratings: 30_000 };
  await syntheticMovieLens({ path: movielens, seed: 11, scale });
  await syntheticKuaiRec({ path: kuairec, seed: 11, scale: "tiny" });
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const { course, chapter, title, figures, processed } of CHAPTERS) {
  describe(`${course}/${chapter} through the kernel`, () => {
    const out = join(folder, course);
    const writeup = join(out, course, "writeup");
    const published = publishedChapters().find(
      (one) => one.course === course && one.chapter === chapter,
    )!;
    const shown = published.tables.filter((table) => table.shown ?? true);
    const written = (table: string) =>
      readTableFile(join(writeup, "tables", `${chapter}_${table}.csv`));

    before(async () => {
      const said: string[] = [];
      const screen = { write: (text: string) => said.push(text), live: false, columns: 100 };
      const env = { ...process.env, LAB_CACHE: join(folder, "cache") };
      const names = [`${course}/${chapter}`];
      const { outcome } = await runNotebooks({ names, movielens, kuairec, out, screen, env });
      assert.equal(outcome, "done", said.join(""));
    });

    test("writes every published table with its columns in their order, and rows to go with them", () => {
      assert.ok(shown.length > 5);
      for (const { table, columns } of shown) {
        const rows = written(table);
        assert.ok(rows.length > 0, `${table} has no rows`);
        const header = Object.keys(rows[0]!).filter((name) => columns.includes(name));
        assert.deepEqual(header, columns, table);
      }
    });

    test("writes the same row labels as published", () => {
      const labelled = shown.filter(({ columns }) => ROW_LABELS.includes(columns[0]!));
      assert.ok(labelled.length > 2);
      for (const { table, columns, rows } of labelled) {
        const labels = written(table).map((row) => row[columns[0]!]);
        for (const [i, row] of rows.entries()) {
          const label = row[0]!.replace(/\.\.\.$/, "");
          assert.ok(labels[i]?.startsWith(label), `${table}, row ${i + 1}: ${labels[i]}`);
        }
      }
    });

    test("draws its figures, each as PNG and JSON", () => {
      const files = readdirSync(join(writeup, "figures")).sort();
      assert.deepEqual(
        files,
        figures.flatMap((figure) => [`${figure}.json`, `${figure}.png`]),
      );
    });

    test("hands over its files to the next chapters", () => {
      assert.deepEqual(readdirSync(join(out, "processed")).sort(), processed);
    });

    test("leaves a page that shows tables, pictures and that the data are synthetic", () => {
      const path = join(writeup, `${title}.html`);
      assert.ok(existsSync(path));
      const page = readFileSync(path, "utf8");
      assert.equal(page.match(/<img[^>]+data:image\/png;base64/g)?.length, figures.length);
      assert.ok((page.match(/data-lab-table=/g)?.length ?? 0) >= shown.length);
      assert.match(page, /synthetic data/i);
      assert.doesNotMatch(page, /Traceback|TypeScriptError/);
    });
  });
}
