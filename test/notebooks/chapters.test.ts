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
  /** Figures that stay interactive on the page, in place of a PNG. */
  readonly interactive?: readonly string[];
  /** Files for the next chapters. */
  readonly processed: readonly string[];
  /** Files of the write-up beside tables, figures and the page. */
  readonly texts?: readonly string[];
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
    course: "interference_spillover_effects",
    chapter: "02",
    title: "02_spillover_exposure_mapping",
    figures: [
      "06_focal_position_by_arm",
      "07_position_change_by_exposure",
      "08_same_cluster_exposure",
      "09_outcomes_by_exposure",
      "10_slate_level_known_lift",
      "ch02_slate_explorer",
    ],
    interactive: ["ch02_slate_explorer"],
    processed: [
      "movielens_interference_assignment_table.parquet",
      "movielens_interference_cluster_exposure_summary.csv",
      "movielens_interference_exposure_group_summary.csv",
      "movielens_interference_exposure_mapping.parquet",
      "movielens_interference_exposure_readiness.csv",
      "movielens_interference_slate_outcomes.parquet",
    ],
  },
  {
    course: "interference_spillover_effects",
    chapter: "03",
    title: "03_cluster_randomized_estimators",
    figures: [
      "11_cluster_randomized_observed_estimates",
      "12_estimates_vs_known_lift",
      "13_cluster_bootstrap_distributions",
      "14_total_effect_decomposition",
      "15_cluster_effects",
      "ch03_coverage",
      "ch03_coverage_failing",
      "ch03_total_effects",
    ],
    processed: [
      "movielens_interference_cluster_bootstrap.csv",
      "movielens_interference_cluster_bootstrap_summary.csv",
      "movielens_interference_cluster_effects.csv",
      "movielens_interference_cluster_estimates.csv",
      "movielens_interference_estimator_validation.csv",
      "movielens_interference_monte_carlo.csv",
      "movielens_interference_observed_effects.csv",
      "movielens_interference_slate_decomposition.csv",
    ],
  },
  {
    course: "interference_spillover_effects",
    chapter: "04",
    title: "04_direct_indirect_total_effects",
    figures: [
      "16_components_per_1000",
      "17_observed_vs_known_decomposition",
      "18_spillover_definition_sensitivity",
      "19_position_risk",
      "ch04_designs",
      "ch04_misspecification",
      "ch04_two_stage_effects",
    ],
    processed: [
      "movielens_interference_additivity_checks.csv",
      "movielens_interference_cluster_risk.csv",
      "movielens_interference_component_slate.parquet",
      "movielens_interference_decomposition_recommendations.csv",
      "movielens_interference_design_study.csv",
      "movielens_interference_direct_indirect_total_effects.csv",
      "movielens_interference_position_risk.csv",
      "movielens_interference_product_summary.csv",
      "movielens_interference_spillover_definition_sensitivity.csv",
    ],
  },
  {
    course: "interference_spillover_effects",
    chapter: "05",
    title: "05_advanced_spillover_models",
    figures: [
      "20_model_metrics",
      "21_advanced_feature_importance",
      "22_predicted_vs_oracle_net_lift",
      "23_policy_targeting_value",
      "24_advanced_heterogeneity_segments",
      "ch05_policy_values",
    ],
    processed: [
      "movielens_interference_advanced_aipw_estimates.csv",
      "movielens_interference_advanced_counterfactual_predictions.parquet",
      "movielens_interference_advanced_counterfactual_summary.csv",
      "movielens_interference_advanced_feature_importance.csv",
      "movielens_interference_advanced_heterogeneity.csv",
      "movielens_interference_advanced_model_metrics.csv",
      "movielens_interference_advanced_policy_targeting.csv",
      "movielens_interference_advanced_policy_values.csv",
      "movielens_interference_advanced_takeaways.csv",
    ],
  },
  {
    course: "interference_spillover_effects",
    chapter: "06",
    title: "06_sensitivity_and_final_report",
    figures: [
      "25_final_main_effects",
      "26_final_direct_indirect_total_decomposition",
      "27_final_spillover_sensitivity",
      "28_final_policy_targeting",
      "ch06_promotion_map",
      "ch06_tornado",
    ],
    processed: [],
    texts: ["final_project_summary.md", "final_summary.html", "technical_summary_bullets.md"],
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
  {
    course: "long_term_causal_effects",
    chapter: "02",
    title: "02_long_term_outcome_definition",
    figures: [
      "ch02_daily_prevalence",
      "ch02_diagram",
      "ch02_imbalance",
      "ch02_outcome_by_treatment",
      "ch02_outcomes",
      "ch02_raw_contrasts",
    ],
    processed: [
      "kuairec_long_term_candidate_outcomes.csv",
      "kuairec_long_term_candidate_treatments.csv",
      "kuairec_long_term_eligibility_funnel.csv",
      "kuairec_long_term_estimand_panel.parquet",
      "kuairec_long_term_estimand_summary.csv",
    ],
  },
  {
    course: "long_term_causal_effects",
    chapter: "03",
    title: "03_time_varying_confounding",
    figures: [
      "ch03_balance",
      "ch03_calibration",
      "ch03_daily",
      "ch03_diagram",
      "ch03_outcome_by_weights",
      "ch03_overlap",
      "ch03_treatment_by_history",
      "ch03_unweighted_smd",
      "ch03_weights",
    ],
    processed: [
      "kuairec_long_term_balance_diagnostics.csv",
      "kuairec_long_term_propensity_model_metrics.csv",
      "kuairec_long_term_weight_diagnostics.csv",
      "kuairec_long_term_weight_readiness_checks.csv",
      "kuairec_long_term_weighted_panel.parquet",
    ],
  },
  {
    course: "long_term_causal_effects",
    chapter: "04",
    title: "04_marginal_structural_model",
    figures: [
      "ch04_bootstrap",
      "ch04_history",
      "ch04_means",
      "ch04_models",
      "ch04_secondary_outcomes",
      "ch04_weight_sensitivity",
    ],
    processed: [
      "kuairec_long_term_msm_bootstrap_distribution.csv",
      "kuairec_long_term_msm_bootstrap_interval.csv",
      "kuairec_long_term_msm_primary_statement.csv",
      "kuairec_long_term_msm_results.csv",
      "kuairec_long_term_msm_secondary_outcomes.csv",
      "kuairec_long_term_msm_weight_sensitivity.csv",
    ],
  },
];

/** Files of a folder now, less those that were there before. */
function newFiles(folder: string, before: ReadonlySet<string>): string[] {
  return readdirSync(folder)
    .filter((name) => !before.has(name))
    .sort();
}

function filesOf(folder: string): ReadonlySet<string> {
  return new Set(existsSync(folder) ? readdirSync(folder) : []);
}

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

test("many published tables name their rows", () => {
  const labelled = publishedChapters().flatMap(({ tables }) =>
    tables.filter(({ columns }) => ROW_LABELS.includes(columns[0]!)),
  );
  assert.ok(labelled.length > 10);
});

for (const {
  course,
  chapter,
  title,
  figures,
  interactive = [],
  processed,
  texts = [],
} of CHAPTERS) {
  describe(`${course}/${chapter} through the kernel`, () => {
    const out = join(folder, course);
    const writeup = join(out, course, "writeup");
    const published = publishedChapters().find(
      (one) => one.course === course && one.chapter === chapter,
    )!;
    const shown = published.tables.filter((table) => table.shown ?? true);
    const written = (table: string) =>
      readTableFile(join(writeup, "tables", `${chapter}_${table}.csv`));

    const earlier = { figures: new Set<string>(), processed: new Set<string>() } as Record<
      "figures" | "processed",
      ReadonlySet<string>
    >;

    before(async () => {
      earlier.figures = filesOf(join(writeup, "figures"));
      earlier.processed = filesOf(join(out, "processed"));
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
      for (const { table, columns, rows, extended } of labelled) {
        const all = written(table).map((row) => row[columns[0]!]);
        // Rows of our own may stand between the published ones.
        const labels = extended ? all.filter((one) => rows.some(([name]) => name === one)) : all;
        for (const [i, row] of rows.entries()) {
          const label = row[0]!.replace(/\.\.\.$/, "");
          assert.ok(labels[i]?.startsWith(label), `${table}, row ${i + 1}: ${labels[i]}`);
        }
      }
    });

    test("draws its figures, each as PNG and JSON", () => {
      const drawn = figures.flatMap((figure) => [
        ...(interactive.includes(figure) ? [`${figure}.html`] : []),
        `${figure}.json`,
        `${figure}.png`,
      ]);
      const more = interactive.length > 0 ? ["plotly.min.js"] : [];
      assert.deepEqual(newFiles(join(writeup, "figures"), earlier.figures), [...drawn, ...more]);
    });

    test("hands over its files to the next chapters", () => {
      const files = existsSync(join(out, "processed"))
        ? newFiles(join(out, "processed"), earlier.processed)
        : [];
      assert.deepEqual(files, processed);
    });

    test("leaves a page that shows tables, pictures and that the data are synthetic", () => {
      const path = join(writeup, `${title}.html`);
      assert.ok(existsSync(path));
      const page = readFileSync(path, "utf8");
      assert.equal(
        page.match(/<img[^>]+data:image\/png;base64/g)?.length,
        figures.length - interactive.length,
      );
      assert.equal(page.match(/class="lab-figure"/g)?.length ?? 0, interactive.length);
      assert.ok((page.match(/data-lab-table=/g)?.length ?? 0) >= shown.length);
      assert.match(page, /synthetic data/i);
      assert.doesNotMatch(page, /Traceback|TypeScriptError/);
    });

    if (texts.length > 0) {
      test("writes its report, with every number filled in", () => {
        for (const name of texts) {
          // A picture's letters can spell anything.
          const text = readFileSync(join(writeup, name), "utf8").replace(/base64,[^"]+/g, "");
          assert.ok(text.length > 500, name);
          assert.doesNotMatch(text, /NaN|undefined|Infinity|\[object/, name);
        }
      });
    }
  });
}
