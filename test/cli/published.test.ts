import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  agrees,
  compareTable,
  disagreementText,
  type PublishedTable,
  publishedChapters,
  readTableFile,
} from "../../lib/cli/published";
import { temporaryFolder } from "../loaders/zipFixture";

const place = temporaryFolder();
after(place.remove);

describe("agrees", () => {
  const pairs: [published: string, computed: string, expected: boolean][] = [
    ["0.9596", "0.95961111", true],
    ["0.9596", "0.95955", true],
    ["0.9596", "0.95965", true],
    ["0.9596", "0.9595", false],
    ["0.9596", "0.95966", false],
    ["-0.0015", "-0.00151", true],
    ["-0.0015", "0.0015", false],
    ["87,585.0000", "87585", true],
    ["87,585.0000", "87586", false],
    ["1,995.0000", "1995", true],
    ["32000204", "32000204", true],
    ["32000204", "32000205", false],
    ["5.0000", "5", true],
    ["5", "5.0", true],
    ["True", "True", true],
    ["True", "1", false],
    ["0", "", false],
    ["0.0000", " ", false],
    ["0.0000", "nan", false],
    ["Toy Story (1995)", "Toy Story (1995)", true],
    ["Toy Story (1995)", "Toy Story", false],
    [
      "Star Wars: Episode V - The Empire Strikes Back...",
      "Star Wars: Episode V - The Empire Strikes Back (1980)",
      true,
    ],
    ["Star Wars: Episode V...", "Star Wars: Episode IV - A New Hope (1977)", false],
    ["2009-12-31 06:58:12", "2009-12-31 06:58:12", true],
    ["2009-12-31 06:58:12", "2009-12-31 06:58:13", false],
    ["2020-07-05 00:01:03.816000", "2020-07-05 00:01:03.816", true],
    ["2020-07-05 00:01:03.816000", "2020-07-05 00:01:03.81", false],
    ["2020-07-05 00:00:10", "2020-07-05 00:00:1", false],
    ["2020-07-04 21:27:48.378000021", "2020-07-04 21:27:48.378", false],
  ];
  for (const [published, computed, expected] of pairs) {
    test(`${published} and ${computed || "nothing"}: ${expected}`, () => {
      assert.equal(agrees(published, computed), expected);
    });
  }
});

const BY_NAME: PublishedTable = {
  table: "cluster_readiness",
  by: "spillover_cluster",
  columns: ["spillover_cluster", "movies", "mean_item_rating"],
  rows: [
    ["Action", "3443", "3.1305"],
    ["Comedy", "5432", "3.1890"],
  ],
};

const COMPUTED = [
  { spillover_cluster: "Comedy", movies: "5432", mean_item_rating: "3.18901" },
  { spillover_cluster: "Action", movies: "3443", mean_item_rating: "3.13049" },
];

describe("compareTable", () => {
  test("finds rows by their name, in any order", () => {
    assert.deepEqual(compareTable(BY_NAME, COMPUTED), {
      table: "cluster_readiness",
      values: 7,
      disagreements: [],
    });
  });

  test("finds rows by their position where the order is part of the result", () => {
    const byPosition = { ...BY_NAME, by: "position" };
    assert.equal(compareTable(byPosition, COMPUTED).disagreements.length, 6);
    assert.deepEqual(compareTable(byPosition, COMPUTED.slice().reverse()).disagreements, []);
  });

  test("names table, row, column and both numbers of a value that differs", () => {
    const altered = [COMPUTED[0]!, { ...COMPUTED[1]!, movies: "3444" }];
    const { disagreements } = compareTable(BY_NAME, altered);
    assert.deepEqual(disagreements, [
      {
        table: "cluster_readiness",
        row: "spillover_cluster = Action",
        column: "movies",
        published: "3443",
        computed: "3444",
      },
    ]);
    assert.equal(
      disagreementText(disagreements[0]!),
      "cluster_readiness, spillover_cluster = Action, column movies: published 3443, computed 3444",
    );
    const byPosition = compareTable({ ...BY_NAME, by: "position" }, altered.slice().reverse());
    assert.equal(byPosition.disagreements[0]?.row, "row 1");
  });

  test("a row or a column that is missing disagrees in each of its values", () => {
    const lacking = compareTable(BY_NAME, COMPUTED.slice(0, 1));
    assert.deepEqual(
      lacking.disagreements.map(({ row, column, computed }) => [row, column, computed]),
      [
        ["spillover_cluster = Action", "spillover_cluster", undefined],
        ["spillover_cluster = Action", "movies", undefined],
        ["spillover_cluster = Action", "mean_item_rating", undefined],
        ["all rows", "number of rows", "1"],
      ],
    );
    assert.match(disagreementText(lacking.disagreements[0]!), /computed nothing$/);
    const { disagreements } = compareTable(
      BY_NAME,
      COMPUTED.map(({ movies: _, ...rest }) => rest),
    );
    assert.deepEqual(new Set(disagreements.map(({ column }) => column)), new Set(["movies"]));
  });

  test("more rows than published disagree, unless only some were published", () => {
    const more = [...COMPUTED, { spillover_cluster: "War", movies: "1", mean_item_rating: "3" }];
    assert.deepEqual(compareTable(BY_NAME, more).disagreements, [
      {
        table: "cluster_readiness",
        row: "all rows",
        column: "number of rows",
        published: "2",
        computed: "3",
      },
    ]);
    assert.deepEqual(compareTable({ ...BY_NAME, count: 3 }, more).disagreements, []);
  });
});

test("a table file is read as text, quotes and empty cells included; a missing one has no rows", () => {
  const path = place.write("t.csv", 'a,b\n"x, ""y""",\n1.50,True\n');
  assert.deepEqual(readTableFile(path), [
    { a: 'x, "y"', b: "" },
    { a: "1.50", b: "True" },
  ]);
  assert.deepEqual(readTableFile(`${place.folder}/none.csv`), []);
});

describe("the published values", () => {
  const chapters = publishedChapters();

  test("are there for the first chapter of the spillover course, all its tables once", () => {
    const chapter = chapters.find((one) => one.course === "interference_spillover_effects")!;
    assert.equal(chapter.chapter, "01");
    assert.equal(chapter.dataset, "ml-32m");
    assert.deepEqual(
      chapter.tables.map(({ table }) => table),
      [
        "archive_df",
        "movie_summary",
        "movies_head",
        "tag_summary",
        "tags_sample_head",
        "full_rating_summary",
        "ratings_sample_head",
        "rating_distribution",
        "join_quality",
        "ratings_enriched_head",
        "user_activity_summary",
        "user_features_top",
        "item_summary",
        "top_items",
        "genre_summary",
        "yearly_activity",
        "top_tags",
        "cluster_readiness",
        "slate_seed_summary",
        "slate_seed_head",
        "readiness_checks",
      ],
    );
  });

  test("are there for the first chapter of the long-term course, whose numbers fit each other", () => {
    const chapter = chapters.find((one) => one.course === "long_term_causal_effects")!;
    assert.equal(chapter.dataset, "kuairec");
    const records = (table: string) => {
      const { columns, rows } = chapter.tables.find((one) => one.table === table)!;
      return rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i]!, value])));
    };
    assert.equal(chapter.tables.length, 22);
    assert.equal(records("naive_associations").length, 8);
    for (const row of records("naive_associations")) {
      const difference = Number(row.treated_mean) - Number(row.control_mean);
      assert.ok(Math.abs(difference - Number(row.difference)) < 2e-4, row.outcome);
    }
    assert.deepEqual(
      records("treatment_summary").map((row) => row.treated_user_days),
      ["1,434.0000", "2,776.0000"],
    );
    // The grid is 91 users times 63 days.
    for (const row of records("treatment_summary")) {
      const days = Number(row.treated_user_days?.replaceAll(",", ""));
      assert.ok(agrees(row.share_of_user_days!, String(days / (91 * 63))));
    }
    assert.equal(records("confounding_balance").length, 16);
    assert.equal(new Set(records("missingness_with_types").map((row) => row.column)).size, 15);
    assert.ok(records("readiness_checks").every((row) => row.passes === "True"));
  });

  for (const { course, chapter, tables } of chapters) {
    test(`of ${course}/${chapter} fit their columns and agree with themselves`, () => {
      for (const table of tables) {
        for (const row of table.rows) assert.equal(row.length, table.columns.length, table.table);
        assert.ok(table.by === "position" || table.columns.includes(table.by), table.table);
        const unshortened = table.rows.map((row) =>
          Object.fromEntries(row.map((value, i) => [table.columns[i]!, value])),
        );
        const { disagreements } = compareTable({ ...table, count: table.rows.length }, unshortened);
        assert.deepEqual(disagreements, [], table.table);
      }
    });
  }

  test("add up: shares to 1, counts to the full file, clusters to the sample", () => {
    const { tables } = chapters[0]!;
    const column = (table: string, name: string) => {
      const found = tables.find((one) => one.table === table)!;
      const at = found.columns.indexOf(name);
      return found.rows.map((row) => Number(row[at]!.replaceAll(",", "")));
    };
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    assert.equal(sum(column("rating_distribution", "full_count")), 32_000_204);
    assert.equal(sum(column("rating_distribution", "sample_count")), 617_851);
    assert.equal(sum(column("cluster_readiness", "sampled_ratings")), 617_851);
    assert.equal(sum(column("cluster_readiness", "movies")), 22_313);
    assert.ok(Math.abs(sum(column("rating_distribution", "full_share")) - 1) < 5e-4);
  });
});
