import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  agrees,
  compareTable,
  disagreementText,
  kindOfCell,
  kindOfCount,
  namingColumns,
  type PublishedTable,
  printedNumber,
  publishedChapters,
  readTableFile,
  rowLabel,
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

test("rows can have several naming columns", () => {
  const two: PublishedTable = {
    table: "effects",
    by: ["outcome", "effect"],
    columns: ["outcome", "effect", "value"],
    rows: [
      ["observed", "direct", "0.1"],
      ["known", "direct", "0.2"],
    ],
  };
  const computed = [
    { outcome: "known", effect: "direct", value: "0.21" },
    { outcome: "observed", effect: "direct", value: "0.3" },
  ];
  const { values, disagreements } = compareTable(two, computed);
  assert.equal(values, 7);
  assert.deepEqual(
    disagreements.map(({ row, computed }) => [row, computed]),
    [["outcome, effect = observed, direct", "0.3"]],
  );
});

describe("the kind of a value", () => {
  const table: PublishedTable = {
    table: "groups",
    by: "group",
    columns: ["group", "rows", "lift", "wrong", "share"],
    rows: [
      ["a", "10", "0.0000", "24", "0.5"],
      ["b", "12", "0.1000", "36", "..."],
    ],
    agreement: "sampled",
    except: { group: "exact", "a / lift": "exact", b: "spirit", share: "exact" },
    mended: { wrong: { why: "It counts rows.", divideBy: 12 } },
  };
  const kinds = (position: number) =>
    table.columns.map((column) => kindOfCell(table, position, column));

  test("is that of the cell, the row, the column or the table, the narrowest first", () => {
    assert.deepEqual(kinds(0), ["exact", "sampled", "exact", "mended", "exact"]);
    assert.deepEqual(kinds(1), ["exact", "spirit", "spirit", "mended", "unprinted"]);
  });

  test("is exact where nothing is said, and where the order names the rows", () => {
    assert.equal(kindOfCell(BY_NAME, 0, "movies"), "exact");
    assert.equal(kindOfCount(BY_NAME), "exact");
    assert.equal(kindOfCount({ ...table, by: "position" }), "exact");
  });

  test("of the number of rows is that of their names", () => {
    assert.equal(kindOfCount(table), "exact");
    assert.equal(kindOfCount({ ...table, except: {} }), "sampled");
    assert.equal(kindOfCount({ ...table, agreement: "spirit" }), "spirit");
    assert.equal(kindOfCount({ ...BY_NAME, extended: true }), "spirit");
  });

  test("decides what an exact comparison counts", () => {
    const computed = [
      { group: "a", rows: "0", lift: "0.01", wrong: "0", share: "0.5" },
      { group: "b", rows: "0", lift: "0", wrong: "0", share: "7" },
      { group: "c", rows: "0", lift: "0", wrong: "0", share: "7" },
    ];
    const { values, disagreements } = compareTable(table, computed);
    // Two names, two cells of row a, the number of rows.
    assert.equal(values, 5);
    assert.deepEqual(
      disagreements.map(({ row, column }) => [row, column]),
      [
        ["group = a", "lift"],
        ["all rows", "number of rows"],
      ],
    );
  });
});

test("a printed number may be off by half of its last digit", () => {
  const { value, rounding } = printedNumber("-1,234.50")!;
  assert.equal(value, -1234.5);
  assert.ok(rounding >= 0.005 && rounding < 0.005001);
  for (const text of ["", "...", "Drama", "1e-5", "2009-12-31 06:58:12"]) {
    assert.equal(printedNumber(text), undefined, text);
  }
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
        for (const name of namingColumns(table))
          assert.ok(table.columns.includes(name), table.table);
        assert.equal(
          new Set(table.rows.map((_, i) => rowLabel(table, i))).size,
          table.rows.length,
          `${table.table}: two rows of one name`,
        );
        const unshortened = table.rows.map((row) =>
          Object.fromEntries(row.map((value, i) => [table.columns[i]!, value])),
        );
        const { disagreements } = compareTable({ ...table, count: table.rows.length }, unshortened);
        assert.deepEqual(disagreements, [], table.table);
      }
    });
  }

  test("say how they are compared in terms of their own columns and rows", () => {
    for (const { chapter, tables } of chapters) {
      for (const table of tables) {
        const where = `${chapter} ${table.table}`;
        const kinds = ["exact", "sampled", "spirit"];
        for (const kind of [table.agreement ?? "exact", ...Object.values(table.except ?? {})]) {
          assert.ok(kinds.includes(kind), `${where}: ${kind}`);
        }
        const labels = table.rows.map((_, i) => rowLabel(table, i));
        const cells = labels.flatMap((label) => table.columns.map((name) => `${label} / ${name}`));
        const places = new Set([...table.columns, ...labels, ...cells]);
        for (const place of Object.keys(table.except ?? {})) {
          assert.ok(places.has(place), `${where}: ${place}`);
        }
        for (const [column, { why }] of Object.entries(table.mended ?? {})) {
          assert.ok(table.columns.includes(column), `${where}: ${column}`);
          assert.match(why, /^The course .+; we .+\.$/, where);
        }
      }
    }
  });

  test("are there for all chapters of the spillover course, every table once", () => {
    const course = chapters.filter((one) => one.course === "interference_spillover_effects");
    assert.deepEqual(
      course.map(({ chapter, tables }) => [chapter, tables.length]),
      [
        ["01", 21],
        ["02", 11],
        ["03", 9],
        ["04", 10],
        ["05", 10],
        ["06", 11],
      ],
    );
    const names = course.flatMap(({ tables }) => tables.map(({ table }) => table));
    assert.equal(new Set(names).size, names.length);
  });

  test("of the spillover experiment fit each other", () => {
    const course = chapters.filter((one) => one.course === "interference_spillover_effects");
    const records = (name: string) => {
      const table = course.flatMap(({ tables }) => tables).find(({ table }) => table === name)!;
      return table.rows.map((row) =>
        Object.fromEntries(row.map((value, i) => [table.columns[i]!, value])),
      );
    };
    const sum = (name: string, column: string) =>
      records(name).reduce((total, row) => total + Number(row[column]), 0);
    const near = (a: number, b: number, tolerance: number, what: string) =>
      assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a} and ${b}`);

    for (const name of ["exposure_summary", "outcome_summary", "component_summary"]) {
      assert.equal(sum(name, "rows"), 36_000, name);
    }
    assert.equal(sum("cluster_exposure", "randomized_slates"), 3000);
    assert.equal(sum("cluster_exposure", "direct_rows"), 1505);
    assert.equal(sum("cluster_exposure", "same_slate_spillover_rows"), 16_555);
    assert.equal(sum("cluster_exposure", "same_cluster_spillover_rows"), 4309);
    for (const row of records("cluster_exposure")) {
      assert.equal(Number(row.promoted_slates), 12 * Number(row.direct_rows), "the published slip");
      const share = Number(row.same_cluster_spillover_rows) / Number(row.same_slate_spillover_rows);
      near(share, Number(row.same_cluster_share_of_spillover), 5.1e-5, "share");
    }
    for (const row of records("assignment_balance")) {
      const difference = Number(row.promoted_mean) - Number(row.control_mean);
      near(difference, Number(row.difference), 2e-4, row.feature!);
    }
    for (const name of [
      "cluster_estimates",
      "observed_effects",
      "spillover_definition_sensitivity",
      "final_spillover_definition_sensitivity",
    ]) {
      for (const row of records(name)) {
        const { estimate, cluster_se, ci_low, ci_high, treated_mean, control_mean } = row;
        near(Number(treated_mean) - Number(control_mean), Number(estimate), 2e-4, name);
        near(Number(estimate) - 1.96 * Number(cluster_se), Number(ci_low), 3e-4, name);
        near(Number(estimate) + 1.96 * Number(cluster_se), Number(ci_high), 3e-4, name);
      }
    }
    for (const row of records("contrast_sizes")) {
      assert.equal(Number(row.treated_rows) + Number(row.control_rows), Number(row.n_rows));
    }
    for (const row of records("direct_indirect_total_effects")) {
      near(1000 * Number(row.estimate_per_slate), Number(row.per_1000_promoted_slates), 0.051, "");
      near(
        Number(row.treated_mean) - Number(row.control_mean),
        Number(row.estimate_per_slate),
        2e-4,
        "difference",
      );
    }
    for (const row of records("additivity_checks")) {
      near(Number(row.direct) + Number(row.indirect), Number(row.total), 2e-4, "sum");
    }
    for (const row of records("estimator_validation")) {
      near(
        Number(row.observed) - Number(row.expected),
        Number(row.observed_minus_expected),
        2e-4,
        "validation",
      );
      near(
        Number(row.expected) - Number(row.known_lift),
        Number(row.expected_minus_known_lift),
        2e-4,
        "validation",
      );
    }
    for (const row of records("slate_outcomes_head")) {
      const parts = ["direct", "same_cluster_spillover", "other_spillover"];
      const lift = parts.reduce((total, part) => total + Number(row[`${part}_expected_lift`]), 0);
      near(lift, Number(row.total_known_probability_lift), 2e-4, "lift");
    }
    assert.equal(sum("position_risk", "promoted_slates"), 1505);
    for (const name of ["position_risk", "cluster_risk"]) {
      for (const row of records(name)) {
        const parts = ["direct", "same_cluster", "other"];
        const lift = parts.reduce((total, part) => total + Number(row[`mean_${part}_lift`]), 0);
        near(lift, Number(row.mean_total_lift), 2e-4, name);
      }
    }
    for (const segment of ["displaced_candidates", "focal_position_bucket", "user_activity"]) {
      const own = records("advanced_heterogeneity").filter((row) => row.segment === segment);
      assert.equal(
        own.reduce((total, row) => total + Number(row.slates), 0),
        3000,
      );
    }
    for (const row of records("advanced_policy_targeting")) {
      const perEligible = Number(row.oracle_clicks_per_1000_selected) * Number(row.coverage);
      near(perEligible, Number(row.oracle_clicks_per_1000_eligible), 1e-3, row.policy!);
    }
    for (const name of ["model_metrics", "aipw_estimates", "policy_targeting", "takeaways"]) {
      assert.deepEqual(records(`final_advanced_${name}`), records(`advanced_${name}`));
    }
    for (const row of records("worked_rows")) {
      const logit = (p: string) => Math.log(Number(p) / (1 - Number(p)));
      // All five rows lie above the focal item and are no rivals: -0.08 - 0.10, and the loss of visibility.
      const visibility = Number(row.final_visibility) - Number(row.baseline_visibility);
      near(
        logit(row.p_observed!) - logit(row.p_no_promotion!),
        1.15 * visibility - 0.18,
        1e-3,
        "eta",
      );
    }
  });

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
