import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import type { DataSource } from "../../lib/loaders/dataSource";
import { writeParquet } from "../../lib/loaders/parquet";
import {
  type CourseFiles,
  LONG_TERM_FILES,
  openChapterFiles,
  readChapterTables,
  SEQUENCE_FILES,
} from "../../lib/panels";
import { temporaryFolder } from "../loaders/zipFixture";
import { testEngine } from "./panelFixture";

const place = temporaryFolder();
process.env.LAB_OUT = place.folder;
after(() => place.remove());

const PROCESSED = join(place.folder, "processed");

beforeEach(() => {
  rmSync(PROCESSED, { recursive: true, force: true });
  mkdirSync(PROCESSED);
});

const opened = testEngine();

const COURSE: CourseFiles<"days" | "scores", "effects" | "checks"> = {
  course: "short_course",
  prefix: "short_",
  parquet: { days: "01", scores: "04" },
  csv: { effects: "04", checks: "03" },
  named: { days: "another_days.parquet", checks: "another_checks.csv" },
};

const source: DataSource = {
  dataset: "test",
  synthetic: true,
  archive: "small.zip",
  sha256: "ab".repeat(32),
  seed: 3,
};

/** A Parquet file of three rows, in descending order. */
async function writeRows(file: string, from: DataSource = source): Promise<void> {
  const table = await (await opened).tableFrom("rows", { x: Int32Array.of(9, 5, 1) });
  await writeParquet(table, join(PROCESSED, file), from);
}

const writeText = (file: string, text: string) => writeFileSync(join(PROCESSED, file), text);

describe("openChapterFiles", () => {
  test("opens the named files, in their order of rows, with the source they share", async () => {
    await writeRows("another_days.parquet");
    await writeRows("short_scores.parquet");
    const { engine, tables, ...rest } = await openChapterFiles(COURSE, "scores", "days");
    try {
      assert.deepEqual(rest, { source, prefix: "short_" });
      assert.deepEqual(Object.keys(tables), ["scores", "days"]);
      assert.equal(tables.days.name, "days");
      for (const table of Object.values(tables)) {
        assert.deepEqual(await table.rows(), [{ x: 9 }, { x: 5 }, { x: 1 }]);
      }
    } finally {
      engine.close();
    }
  });

  test("names the chapter that writes a missing file, and needs no other file", async () => {
    await writeRows("short_scores.parquet");
    (await openChapterFiles(COURSE, "scores")).engine.close();
    await assert.rejects(
      openChapterFiles(COURSE, "scores", "days"),
      new RegExp(
        `^Error: another_days\\.parquet is not in ${PROCESSED}\\. Chapter 01 of short_course writes it: run that first\\.$`,
      ),
    );
    rmSync(join(PROCESSED, "short_scores.parquet"));
    await assert.rejects(
      openChapterFiles(COURSE, "scores"),
      /^Error: short_scores\.parquet is not in .* Chapter 04 of short_course writes it/,
    );
  });

  test("refuses to open nothing", async () => {
    await assert.rejects(openChapterFiles(COURSE), /Name at least one file of an earlier chapter/);
  });

  test("refuses files of different archives, also under one name", async () => {
    await writeRows("another_days.parquet");
    const sha256 = "cd".repeat(32);
    for (const archive of ["other.zip", "small.zip"]) {
      await writeRows("short_scores.parquet", { ...source, archive, sha256 });
      await assert.rejects(
        openChapterFiles(COURSE, "days", "scores"),
        new RegExp(`different archives: small\\.zip and ${archive}\\. Run the chapters again`),
      );
    }
  });

  test("refuses a file that does not say where it comes from", async () => {
    const path = join(PROCESSED, "short_scores.parquet");
    await (await opened).run(`COPY (SELECT 1 AS x) TO '${path}' (FORMAT parquet)`);
    await assert.rejects(openChapterFiles(COURSE, "scores"), /does not say what data/);
  });
});

describe("readChapterTables", () => {
  test("has numbers, yes and no, and missing values back; all else stays text", () => {
    writeText(
      "short_effects.csv",
      [
        "label,number,passes,empty,text",
        '"a, with ""quotes""",-0.25,True,,1_2',
        "b,1.5e-24,False,,0x10",
        "c,12,true,, 7",
        "d,.5,FALSE,,1e999",
        "e,+3.,True,,NaN",
        "f,0,True,,Infinity",
        "",
      ].join("\n"),
    );
    writeText("another_checks.csv", "check,value\n");
    assert.deepEqual(readChapterTables(COURSE), {
      effects: [
        { label: 'a, with "quotes"', number: -0.25, passes: true, empty: null, text: "1_2" },
        { label: "b", number: 1.5e-24, passes: false, empty: null, text: "0x10" },
        { label: "c", number: 12, passes: true, empty: null, text: " 7" },
        { label: "d", number: 0.5, passes: false, empty: null, text: "1e999" },
        { label: "e", number: 3, passes: true, empty: null, text: "NaN" },
        { label: "f", number: 0, passes: true, empty: null, text: "Infinity" },
      ],
      checks: [],
    });
  });

  test("names the chapter that writes a missing table", () => {
    writeText("short_effects.csv", "a\n1\n");
    assert.throws(
      () => readChapterTables(COURSE),
      /^Error: another_checks\.csv is not in .* Chapter 03 of short_course writes it: run that first/,
    );
  });
});

describe("LONG_TERM_FILES", () => {
  /** What the published chapters save and later ones read. */
  const SAVED: Readonly<Record<string, readonly string[]>> = {
    "02": [
      "estimand_panel.parquet",
      "estimand_summary.csv",
      "candidate_treatments.csv",
      "candidate_outcomes.csv",
      "eligibility_funnel.csv",
    ],
    "03": [
      "weighted_panel.parquet",
      "propensity_model_metrics.csv",
      "weight_diagnostics.csv",
      "balance_diagnostics.csv",
      "weight_readiness_checks.csv",
    ],
    "04": [
      "msm_results.csv",
      "msm_primary_statement.csv",
      "msm_bootstrap_interval.csv",
      "msm_weight_sensitivity.csv",
      "msm_secondary_outcomes.csv",
    ],
    "05": [
      "gcomp_counterfactuals.parquet",
      "gcomp_results.csv",
      "gcomp_secondary_outcomes.csv",
      "estimator_comparison.csv",
    ],
    "06": [
      "aipw_scores.parquet",
      "aipw_results.csv",
      "estimator_comparison_with_aipw.csv",
      "aipw_segment_effects.csv",
      "effect_moderator_importance.csv",
    ],
  };

  const published = Object.entries(SAVED).flatMap(([chapter, files]) =>
    files.map((file) => [`kuairec_long_term_${file}`, chapter] as const),
  );

  test("are the published files, each missed with the chapter that saves it", async () => {
    type Parquet = keyof typeof LONG_TERM_FILES.parquet;
    const parquet = Object.keys(LONG_TERM_FILES.parquet) as Parquet[];
    const messages: string[] = [];
    for (const name of parquet) {
      await openChapterFiles(LONG_TERM_FILES, name).catch((error) => messages.push(error.message));
    }
    // Tables are read in their order: each one that is missing is put there, and the next one missed.
    for (const _ of Object.keys(LONG_TERM_FILES.csv)) {
      assert.throws(
        () => readChapterTables(LONG_TERM_FILES),
        ({ message }: Error) => messages.push(message) > 0,
      );
      writeText(messages.at(-1)!.split(" ")[0]!, "a\n1\n");
    }
    const missed = messages.map((message) => {
      const found = /^(\S+) is not in .* Chapter (\d\d) of long_term_causal_effects/.exec(message);
      return found!.slice(1);
    });
    assert.deepEqual(
      missed.sort(),
      [["kuairec_user_day_panel_sample.parquet", "01"], ...published].sort(),
    );
    for (const rows of Object.values(readChapterTables(LONG_TERM_FILES))) {
      assert.deepEqual(rows, [{ a: 1 }]);
    }
  });

  test("begin with the panel that chapter 01 saves", () => {
    assert.equal(LONG_TERM_FILES.named?.user_days, SEQUENCE_FILES.userDays);
  });
});
