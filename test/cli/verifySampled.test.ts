import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { COURSE_SEED, promotionExperiment, slateSummary } from "../../lib/causal/spillover";
import { publishedTables } from "../../lib/causal/spillover/publishedTables";
import {
  kindOfCell,
  namingColumns,
  type PublishedTable,
  publishedChapters,
  type TextRow,
} from "../../lib/cli/published";
import {
  compareSampled,
  judged,
  type SeedTables,
  seedTables,
  slatesLeftIn,
  textRows,
} from "../../lib/cli/verifySampled";
import { openEngine } from "../../lib/loaders/engine";
import { writeParquet } from "../../lib/loaders/parquet";
import { simulatedSlates } from "../causal/spillover/fixture";
import { temporaryFolder } from "../loaders/zipFixture";

const place = temporaryFolder();
after(place.remove);

describe("one value against ours", () => {
  // Mean 5.5, standard deviation sqrt(55 / 6) = 3.02765; 4 sd sqrt(1.1) = 12.7017.
  const ten = Array.from({ length: 10 }, (_, i) => String(i + 1));

  test("agrees within four standard deviations and the rounding of what was printed", () => {
    const verdict = (published: string) => judged(published, ten).verdict;
    assert.equal(verdict("5.5"), "agrees");
    assert.equal(verdict("18.2"), "agrees");
    assert.equal(verdict("18.21"), "differs");
    assert.equal(verdict("-7.2"), "agrees");
    assert.equal(verdict("-7.3"), "differs");
    // Rounding to whole numbers may hide half a unit.
    assert.equal(verdict("18"), "agrees");
    assert.equal(verdict("19"), "differs");
  });

  test("tells its z-score, 0 where rounding explains the difference", () => {
    assert.equal(judged("5.5", ten).z, 0);
    assert.equal(judged("6", ten).z, 0);
    const { z, computed } = judged("8.700", ten);
    assert.ok(Math.abs(z - (3.2 - 0.0005) / (Math.sqrt(55 / 6) * Math.sqrt(1.1))) < 1e-6);
    assert.equal(computed, "5.5 on average over 10 seeds, standard deviation 3.02765, z = 1.0");
  });

  test("agrees where a seed has reached it, far as it may lie from the mean", () => {
    // Mean 0.025, standard deviation 0.158: 1 is 6.1 of them away.
    const rare = ["1.000", ...new Array<string>(39).fill("0")];
    assert.equal(judged("1.000", rare).verdict, "agrees");
    assert.ok(judged("1.000", rare).z > 6);
    assert.equal(judged("1.001", rare).verdict, "differs");
    assert.equal(judged("1.000", rare.slice(1)).verdict, "differs");
  });

  test("must be equal where ours never varies", () => {
    const same = new Array<string>(12).fill("0.1");
    assert.equal(judged("0.1000", same).verdict, "agrees");
    assert.equal(judged("0.1001", same).verdict, "differs");
    assert.equal(judged("0.0000", new Array<string>(12).fill("-2.1e-17")).verdict, "agrees");
  });

  test("is not compared with fewer than ten seeds, and differs where ours is always missing", () => {
    assert.equal(judged("5.5", ten.slice(1)).verdict, "rare");
    assert.equal(judged("900", ten.slice(1)).verdict, "rare");
    assert.equal(judged("1", []).verdict, "rare");
    assert.equal(judged("1", new Array<string>(10).fill("")).verdict, "differs");
    assert.equal(judged("1", new Array<undefined>(10).fill(undefined)).verdict, "differs");
  });

  test("of text agrees when some seed shows it", () => {
    const clusters = ["Drama", "Action", "Action"];
    assert.equal(judged("Drama", clusters).verdict, "agrees");
    const { verdict, computed } = judged("War", clusters);
    assert.equal(verdict, "differs");
    assert.equal(computed, "Drama, Action, ... over 3 seeds");
    assert.equal(judged("Drama", []).computed, undefined);
  });
});

describe("a table over seeds", () => {
  const published: PublishedTable = {
    table: "clusters",
    by: "cluster",
    columns: ["cluster", "slates", "lift"],
    rows: [
      ["Action", "20", "0.50"],
      ["War", "1", "0.10"],
    ],
    agreement: "sampled",
  };
  /** Action occurs for all seeds, War for the first `war` of 12. */
  const seeds = (war: number): TextRow[][] =>
    Array.from({ length: 12 }, (_, r) => [
      ...(r < war ? [{ cluster: "War", slates: "1", lift: "0.1" }] : []),
      { cluster: "Action", slates: String(18 + (r % 5)), lift: "0.5" },
    ]);

  test("counts values, finds rows by name, and takes spreads from the seeds that have the row", () => {
    assert.deepEqual(compareSampled(published, seeds(10)), {
      values: 7,
      rare: 0,
      largest: 0,
      disagreements: [],
    });
  });

  test("leaves out rows that are too rare; their name still occurs", () => {
    const { values, rare, disagreements } = compareSampled(published, seeds(3));
    // Two names, two values of Action, the number of rows.
    assert.deepEqual([values, rare], [5, 2]);
    assert.deepEqual(disagreements, []);
  });

  test("reports a name that never occurs, and a number of rows that never comes about", () => {
    const { values, rare, disagreements } = compareSampled(published, seeds(0));
    assert.deepEqual([values, rare], [5, 2]);
    assert.deepEqual(
      disagreements.map(({ row, column, published: value, computed }) => [
        row,
        column,
        value,
        computed,
      ]),
      [
        ["cluster = War", "cluster", "War", undefined],
        [
          "all rows",
          "number of rows",
          "2",
          "1 on average over 12 seeds, standard deviation 0, z = Infinity",
        ],
      ],
    );
  });

  test("does not count a value among the largest that agrees because a seed reached it", () => {
    const rows = (lift: string): TextRow[] => [{ cluster: "Action", slates: "20", lift }];
    const table = { ...published, rows: [["Action", "20", "1.00"]] };
    const skewed = ["1", ...new Array<string>(39).fill("0")].map(rows);
    assert.deepEqual(compareSampled(table, skewed), {
      values: 4,
      rare: 0,
      largest: 0,
      disagreements: [],
    });
    assert.equal(compareSampled(table, skewed.slice(1)).largest, Number.POSITIVE_INFINITY);
  });

  test("leaves exact, mended and unprinted values alone", () => {
    const mixed: PublishedTable = {
      ...published,
      rows: [["Action", "999", "..."]],
      count: 2,
      except: { cluster: "exact" },
      mended: { slates: { why: "It counts rows." } },
    };
    assert.equal(compareSampled(mixed, seeds(12)).values, 0);
    const spirit = { ...published, agreement: "spirit" } as const;
    assert.equal(compareSampled(spirit, seeds(12)).values, 0);
  });
});

describe("our experiment over seeds", () => {
  const slates = simulatedSlates(3, 400);
  let seeds: SeedTables;
  before(() => {
    seeds = seedTables(slates, { replications: 20 });
  });

  /** The sampled tables of the course, as if an experiment of ours with another seed had been published. */
  function pretended(seed: number): PublishedTable[] {
    const tables = publishedTables(promotionExperiment(slates, { seed }), { seed });
    const printed = (value: string | undefined) =>
      value === undefined || value === "" ? "..." : digits(value);
    return publishedChapters()
      .flatMap((chapter) => chapter.tables)
      .filter(({ table }) => (tables[table]?.length ?? 0) > 0)
      .map((published) => {
        const rows = textRows(tables[published.table]!);
        const columns = published.columns.filter((name) => rows.some((row) => name in row));
        const { mended: _, count: __, ...rest } = published;
        return {
          ...rest,
          columns,
          // Exceptions of single rows are about the published ones.
          except: Object.fromEntries(namingColumns(published).map((name) => [name, "exact"])),
          rows: rows.map((row) => columns.map((name) => printed(row[name]))),
        } as PublishedTable;
      })
      .filter(({ agreement }) => agreement === "sampled");
  }

  const digits = (value: string) =>
    Number.isFinite(Number(value)) && !Number.isInteger(Number(value))
      ? Number(value).toFixed(9)
      : value;

  const ours = (table: PublishedTable) => seeds.others.map((tables) => tables[table.table] ?? []);

  test("is compatible with itself under a seed that is not among them", () => {
    let values = 0;
    const wrong = pretended(99).flatMap((table) => {
      const found = compareSampled(table, ours(table));
      values += found.values;
      return found.disagreements;
    });
    assert.ok(values > 700, `${values} values`);
    // 4 standard deviations from 20 seeds leave a value in 1,300 outside by chance (t with 19 degrees of freedom).
    assert.ok(wrong.length <= values / 300, JSON.stringify(wrong));
  });

  test("rejects every value that is moved six standard deviations away", () => {
    let moved = 0;
    for (const table of pretended(99)) {
      const rows = table.rows.map((row, position) =>
        row.map((value, i) => {
          if (kindOfCell(table, position, table.columns[i]!) !== "sampled") return value;
          const away = beyond(table, position, table.columns[i]!, value);
          if (away !== value) moved++;
          return away;
        }),
      );
      const found = compareSampled({ ...table, rows, extended: true }, ours(table));
      const before = compareSampled({ ...table, extended: true }, ours(table));
      assert.equal(found.values, before.values);
      const cells = rows.flatMap((row, j) => row.filter((value, i) => value !== table.rows[j]![i]));
      assert.ok(found.disagreements.length >= cells.length, table.table);
    }
    assert.ok(moved > 500, `${moved} values moved`);
  });

  /** The value, six standard deviations further from our mean; as it is where ours does not vary or is too rare. */
  function beyond(table: PublishedTable, position: number, column: string, value: string): string {
    const names = namingColumns(table);
    const labels = names.map((name) => table.rows[position]![table.columns.indexOf(name)]!);
    const numbers = ours(table).flatMap((rows) => {
      const row = rows.find((one) => names.every((name, i) => one[name] === labels[i]));
      return row?.[column] ? [Number(row[column])] : [];
    });
    if (numbers.length < 10 || numbers.some(Number.isNaN)) return value;
    const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    const squares = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    const sd = Math.sqrt(squares / (numbers.length - 1));
    if (sd < 1e-6) return value;
    return (Number(value) + (Number(value) < mean ? -6 : 6) * sd).toFixed(9);
  }

  test("is the chapters' own for the course's seed, and repeats", () => {
    const chapter = publishedTables(promotionExperiment(slates, { seed: COURSE_SEED }));
    assert.deepEqual(seeds.course.outcome_summary, textRows(chapter.outcome_summary!));
    assert.deepEqual(
      seeds.course.cluster_bootstrap_summary,
      textRows(chapter.cluster_bootstrap_summary!),
    );
    assert.equal(seeds.others.length, 20);
    const again = seedTables(slates, { replications: 10 });
    assert.deepEqual(again.others, seeds.others.slice(0, 10));
    const clicks = seeds.others.map((tables) => tables.outcome_summary![0]!.click_rate);
    assert.equal(new Set(clicks).size, 20);
  });

  test("needs seeds enough for a spread", () => {
    for (const replications of [9, 0, 12.5, Number.NaN]) {
      assert.throws(() => seedTables(slates, { replications }), /10 replications or more/);
    }
  });
});

test("rows of text have numbers in full and nothing for what is missing", () => {
  assert.deepEqual(textRows([{ a: 0.1 + 0.2, b: null, c: "x", d: true }]), [
    { a: "0.30000000000000004", b: "", c: "x", d: "true" },
  ]);
});

test("slates are read from the files that chapter 01 left", async () => {
  const engine = await openEngine();
  const source = {
    dataset: "ml-synthetic",
    synthetic: true,
    archive: "a.zip",
    sha256: "0".repeat(64),
  };
  const left = async (name: string, sql: string) => {
    const path = join(place.folder, `movielens_interference_${name}.parquet`);
    await writeParquet(await engine.table(`made_${name}`, sql), path, source);
  };
  await left(
    "slate_seed",
    `SELECT 'user_' || (1 + i // 5) || '_seed' AS slate_id, 1 + i // 5 AS userId, i + 1 AS movieId, 'M' || i AS title,
       'Drama' AS genres, 'Drama' AS primary_genre, if(i % 2 = 0, 'Drama', 'War') AS spillover_cluster,
       1 + i % 5 AS slate_position_seed, 4.0 AS observed_relevance, 1 AS high_relevance,
       TIMESTAMP '2020-01-01' AS rating_datetime, 2020 AS rating_year
     FROM range(15) AS r(i)`,
  );
  await left(
    "items",
    `SELECT i AS movieId, 10 * i AS sample_rating_count, 3.5 AS sample_mean_rating, 0.5 AS sample_liked_rate,
       'low' AS popularity_bucket FROM range(1, 16) AS r(i)`,
  );
  await left(
    "user_features",
    `SELECT i AS userId, 20 AS n_ratings, 3.5 AS mean_rating, 0.5 AS liked_rate, 1 AS active_years,
       3 AS unique_primary_genres, 9 AS activity_span_days FROM range(1, 4) AS r(i)`,
  );
  engine.close();
  const slates = await slatesLeftIn(place.folder);
  assert.deepEqual(
    slateSummary(slates).map(({ value }) => value),
    [15, 3, 3, 15, 5, 5, 2],
  );
  assert.equal(slates.items.ratingCount[14], 150);
  await assert.rejects(slatesLeftIn(join(place.folder, "nowhere")), /slate_seed\.parquet/);
});
