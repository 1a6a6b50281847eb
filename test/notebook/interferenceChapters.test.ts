/** What the cells of chapters 05 and 06 of the spillover course call, in their order, on very few slates. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import * as spillover from "../../lib/causal/spillover";
import type { Row } from "../../lib/loaders/rows";
import {
  artifactIndex,
  bars,
  type Chapter,
  chapter,
  heatmap,
  interferenceBullets,
  interferenceMarkdown,
  interferenceSummary,
  intervals,
  scatter,
  sideBySide,
  stacked,
  tornado,
} from "../../lib/notebook";
import { twelveItemSlates } from "../causal/spillover/studySlates";
import { real, rememberingCell, temporaryFolder } from "./support";

const seed = 20260428;

async function chapterFive(lab: Chapter, experiment: spillover.Experiment) {
  const oracle = spillover.oracleOf(experiment);
  await lab.table("oracle_check", spillover.oracleCheck(oracle, experiment));
  const models = spillover.outcomeModels(experiment, { seed });
  await lab.table("feature_summary", spillover.featureSummary(models));
  const metrics = spillover.modelMetrics(models);
  await lab.table("advanced_model_metrics", metrics);
  const panel = (value: string, title: string) =>
    bars(spillover.metricsBySplit(metrics, value), {
      category: "model",
      value: ["train", "test"],
      title,
      xTitle: "",
      yTitle: title,
    });
  const three = [panel("rmse", "RMSE"), panel("mae", "MAE"), panel("r2", "R²")];
  await lab.figure("20_model_metrics", sideBySide(three, { size: [16, 4.4] }));
  const importance = spillover.featureImportance(models);
  await lab.table("advanced_feature_importance", importance);
  const [deep, shallow] = ["trees of 15 leaves", "trees of depth 3"].map((model) =>
    bars(
      importance.filter((row) => row.model === model),
      {
        category: "feature",
        value: "importance",
        horizontal: true,
        title: model,
        xTitle: "Splits",
        yTitle: "",
      },
    ),
  );
  await lab.figure("21_advanced_feature_importance", stacked([deep!, shallow!]));
  const counterfactual = spillover.counterfactualSummary(models, oracle);
  await lab.table("advanced_counterfactual_summary", counterfactual);
  const best = spillover.bestModel(models);
  const estimates = spillover.aipwEstimates(experiment, seed);
  const predictions = spillover.counterfactualPredictions(
    experiment,
    models,
    estimates.trees,
    oracle,
  );
  await lab.table("predictions", predictions);
  await lab.figure(
    "22_predicted_vs_oracle_net_lift",
    scatter(predictions, {
      x: "true_promote_lift",
      y: spillover.liftColumn(best.name),
      series: "arm",
      diagonal: true,
      title: "Lift",
      xTitle: "True",
      yTitle: "Predicted",
    }),
  );
  const aipw = spillover.aipwRows(experiment, estimates, oracle);
  await lab.table("advanced_aipw_estimates", aipw);
  const targeting = spillover.policyTargeting(best.predictedLift, oracle);
  await lab.table("advanced_policy_targeting", targeting);
  await lab.figure("23_policy_targeting_value", worthOf(targeting));
  const segments = spillover.heterogeneity(experiment, best.predictedLift, oracle);
  await lab.table("advanced_heterogeneity", segments);
  const named = segments.map((row) => ({ ...row, name: `${row.segment}: ${row.value}` }));
  await lab.figure(
    "24_advanced_heterogeneity_segments",
    bars(named, {
      category: "name",
      value: { mean_true_lift: "true", mean_predicted_lift: "predicted" },
      horizontal: true,
      title: "Lift by Segment",
      xTitle: "Mean lift",
      yTitle: "",
    }),
  );
  const effect = spillover.conditionalEffects(experiment, { seed });
  await lab.table("effect_losses", spillover.effectLossRows(effect));
  await lab.table("effect_tests", spillover.effectTestRows(effect, oracle));
  const candidate = spillover.bestCandidate(effect);
  await lab.table("effect_quarters", spillover.effectGroupRows(effect, oracle, candidate));
  const values = spillover.policyValueRows(effect, oracle, candidate);
  await lab.table("advanced_policy_values", values);
  await lab.figure(
    "ch05_policy_values",
    intervals(values, {
      label: "policy",
      value: "value_per_1000",
      lower: "ci_low_per_1000",
      upper: "ci_high_per_1000",
      truth: "true_value_per_1000",
      title: "Value of Each Rule",
      xTitle: "Clicks",
    }),
  );
  const takeaways = spillover.advancedTakeaways(models, oracle, aipw, values);
  await lab.table("advanced_takeaways", takeaways, { characters: 200 });
  return { aipw, targeting, values, metrics, takeaways };
}

function worthOf(targeting: readonly Row[]) {
  return bars(targeting, {
    category: "policy",
    value: "oracle_clicks_per_1000_eligible",
    horizontal: true,
    colorBySign: true,
    title: "What Each Rule Is Truly Worth",
    xTitle: "Clicks per 1,000 eligible slates",
    yTitle: "",
  });
}

/** The tables of chapters 03 and 04 that the report is made from. */
async function earlierTables(experiment: spillover.Experiment) {
  const effects = spillover.componentEffects(experiment);
  return {
    observed: spillover.observedEffects(spillover.contrastEstimates(experiment)),
    effectRows: spillover.componentEffectRows(effects),
    definitions: spillover.spilloverDefinitionRows(
      spillover.spilloverDefinitions(experiment, { nearWindow: 3 }),
    ),
    recommendations: spillover.recommendations(spillover.productNumbers(effects)),
  };
}

/** Studies of chapters 03 and 04; they are slow, so they stand here in their form. */
const STUDIES = {
  monteCarlo: [{ promise: "nominal", keeps_promise: true, replications: 10 }],
  designs: [
    {
      world: "slates apart",
      design: "items",
      estimator: "item difference x items",
      mean_estimate: 0.5,
      global_effect: -0.6,
    },
  ],
};

async function chapterSix(
  lab: Chapter,
  experiment: spillover.Experiment,
  five: Awaited<ReturnType<typeof chapterFive>>,
) {
  const { slates } = experiment;
  const earlier = await earlierTables(experiment);
  const mainEffects = spillover.finalMainEffects(earlier.observed);
  await lab.table("final_main_effects", mainEffects, { alsoAs: "final_main_effects" });
  await lab.figure(
    "25_final_main_effects",
    intervals(mainEffects, {
      label: "effect",
      value: "per_1000",
      lower: "ci_low_per_1000",
      upper: "ci_high_per_1000",
      group: "note",
      title: "Main Effects",
      xTitle: "Clicks per 1,000 units",
    }),
  );
  const decomposition = spillover.finalDecomposition(earlier.effectRows);
  await lab.table("final_decomposition", decomposition);
  await lab.figure(
    "26_final_direct_indirect_total_decomposition",
    bars(decomposition, {
      category: "effect",
      value: "per_1000_promoted_slates",
      horizontal: true,
      colorBySign: true,
      intervals: { per_1000_promoted_slates: ["ci_low_per_1000", "ci_high_per_1000"] },
      title: "Clicks",
      xTitle: "Clicks per 1,000 promoted slates",
      yTitle: "",
    }),
  );
  const definitions = spillover.finalDefinitions(earlier.definitions);
  await lab.table("final_definitions", definitions);
  await lab.figure(
    "27_final_spillover_sensitivity",
    intervals(definitions, {
      label: "spillover_definition",
      value: "estimate",
      lower: "ci_low",
      upper: "ci_high",
      title: "Spillover",
      xTitle: "Change of click rate",
    }),
  );
  await lab.figure("28_final_policy_targeting", worthOf(five.targeting));
  const sensitivity = spillover.sensitivityTable(slates, spillover.variations(slates), { seed });
  await lab.table("sensitivity", sensitivity);
  await lab.figure(
    "ch06_tornado",
    tornado(sensitivity, {
      baseline: sensitivity[0]!.baseline,
      lowSetting: "low_setting",
      highSetting: "high_setting",
      title: "What the Decision Rests On",
      xTitle: "Net clicks per promoted slate",
    }),
  );
  const map = spillover.promotionMap(slates, { seed, direct: [0, 1, 3], penalties: [0, 1, 2] });
  await lab.table("promotion_map", map);
  await lab.figure(
    "ch06_promotion_map",
    heatmap(map, {
      row: "penalties",
      column: "direct",
      value: "net_clicks_per_slate",
      gains: true,
      signLine: "line: promotion begins to pay",
      title: "Where Promotion Pays",
      xTitle: "Bonus",
      yTitle: "Penalties",
      scaleTitle: "net clicks",
    }),
  );
  const alternatives = spillover.alternatives(
    slates,
    { competitions: [spillover.sameCluster(slates)], models: spillover.clickModels(slates) },
    { seed },
  );
  await lab.table("alternatives", alternatives);
  const limitations = spillover.limitations();
  const policy = spillover.bestPolicy(five.values);
  const itemTest = spillover.itemTestVerdict(STUDIES.designs);
  const recommendations = spillover.finalRecommendations(earlier.recommendations, policy, itemTest);
  await lab.table("final_recommendations", recommendations, { alsoAs: "final_recommendations" });
  const coverage = spillover.coverageVerdict(STUDIES.monteCarlo);
  const results = {
    mainEffects,
    decomposition,
    aipw: five.aipw,
    policy,
    sensitivity,
    alternatives,
    coverage,
    itemTest,
    limitations,
    recommendations,
  };
  await lab.page("final_summary", interferenceSummary(results));
  await lab.text("final_project_summary.md", interferenceMarkdown(results));
  await lab.text("technical_summary_bullets.md", interferenceBullets(results));
  const tables = ["final_main_effects.csv", "final_recommendations.csv"];
  const texts = ["final_project_summary.md", "technical_summary_bullets.md"];
  return artifactIndex("small", { figures: [], tables, texts });
}

/** Every seventh movie has no share of likes and every ninth no count of ratings. */
function withoutSomeValues(slates: spillover.Slates): spillover.Slates {
  const less = (values: Float64Array, every: number) =>
    values.map((value, i) => (i % every === 0 ? Number.NaN : value));
  const { items } = slates;
  const likedRate = less(items.likedRate, 7);
  return { ...slates, items: { ...items, likedRate, ratingCount: less(items.ratingCount, 9) } };
}

const CASES: Readonly<Record<string, spillover.Slates>> = {
  "forty slates of twelve items": twelveItemSlates(1, 40),
  "forty slates with values missing": withoutSomeValues(twelveItemSlates(2, 40)),
  "two hundred slates": twelveItemSlates(3, 200),
};

for (const [name, slates] of Object.entries(CASES)) {
  describe(`chapters 05 and 06 on ${name}`, () => {
    const folder = temporaryFolder();
    const writeup = join(folder, "small", "writeup");
    let index: Row[];

    before(async () => {
      process.env.LAB_OUT = folder;
      process.env.LAB_BROWSER = "none";
      rememberingCell();
      const experiment = spillover.promotionExperiment(slates, { seed });
      const five = await chapterFive(chapter("small", "05", real), experiment);
      index = await chapterSix(chapter("small", "06", real), experiment, five);
    });

    test("write their tables without a number that is none", () => {
      const files = readdirSync(join(writeup, "tables"));
      assert.equal(files.length, 23);
      for (const file of files) {
        const csv = readFileSync(join(writeup, "tables", file), "utf8");
        assert.doesNotMatch(csv, /NaN|Infinity|\binf\b|undefined/i, file);
      }
    });

    test("draw their figures", () => {
      const figures = readdirSync(join(writeup, "figures")).filter((one) => one.endsWith(".json"));
      assert.equal(figures.length, 12);
      for (const file of figures) {
        const json = readFileSync(join(writeup, "figures", file), "utf8");
        assert.doesNotMatch(json, /NaN|Infinity|undefined/, file);
      }
    });

    test("write a report that says something", () => {
      for (const file of [
        "final_summary.html",
        "final_project_summary.md",
        "technical_summary_bullets.md",
      ]) {
        const text = readFileSync(join(writeup, file), "utf8");
        assert.doesNotMatch(text, /NaN|undefined|Infinity|∞|\[object/, file);
        assert.ok(text.length > 700, `${file}: ${text.length} characters`);
      }
      assert.ok(index.length === 4 && index.every(({ exists }) => exists === true));
    });
  });
}
