import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bootstrapSummary,
  clusterBootstrap,
  contrastEstimates,
  finalMainEffects,
  observedEffects,
  oracleOf,
  outcomeSummary,
  promotionExperiment,
  slateOutcomes,
  slatesFromRows,
} from "../../../lib/causal/spillover";
import { publishedTables } from "../../../lib/causal/spillover/publishedTables";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  mean,
  simulatedSlates,
} from "./fixture";

const slates = simulatedSlates(5, 400);
const experiment = promotionExperiment(slates);
const tables = publishedTables(experiment, { draws: 50 });

describe("the tables of the published course", () => {
  test("are those that the chapters' functions make", () => {
    assert.deepEqual(tables.outcome_summary, outcomeSummary(experiment));
    const observed = observedEffects(contrastEstimates(experiment));
    assert.deepEqual(tables.observed_effects, observed);
    assert.deepEqual(tables.final_main_effects, finalMainEffects(observed));
    assert.deepEqual(
      tables.cluster_bootstrap_summary,
      bootstrapSummary(clusterBootstrap(experiment, { draws: 50 })),
    );
  });

  test("hold no number that is none", () => assertFinite(...Object.values(tables)));

  test("take the seed for the bootstrap", () => {
    const other = publishedTables(experiment, { draws: 50, seed: 4 });
    assert.deepEqual(
      other.cluster_bootstrap_summary,
      bootstrapSummary(clusterBootstrap(experiment, { draws: 50, seed: 4 })),
    );
    assert.deepEqual(other.cluster_estimates, tables.cluster_estimates);
  });

  test("show of models what the simulator knows by itself", () => {
    const { lift } = oracleOf(experiment);
    const [difference, oracle] = tables.advanced_aipw_estimates!;
    const total = tables.observed_effects!.find((row) => row.contrast === "Total slate effect")!;
    assertClose(difference!.estimate as number, total.estimate as number);
    assertClose(oracle!.estimate as number, mean(lift));
    const squares = lift.reduce((sum, value) => sum + (value - mean(lift)) ** 2, 0);
    const se = Math.sqrt(squares / (lift.length - 1) / lift.length);
    assertClose(oracle!.standard_error as number, se);
    assertClose(oracle!.ci_high as number, mean(lift) + 1.96 * se);

    const [all, best] = tables.advanced_policy_targeting!;
    assert.deepEqual(columnOf(tables.advanced_policy_targeting!, "policy"), [
      "Promote all eligible slates",
      "Oracle top 25% benchmark",
    ]);
    assertClose(all!.mean_oracle_lift as number, mean(lift));
    assert.equal(best!.selected_slates, 100);
    const quarter = Float64Array.from(lift).sort().slice(-100);
    assertClose(best!.mean_oracle_lift as number, mean(quarter));
    for (const name of ["advanced_policy_targeting", "advanced_heterogeneity"]) {
      assert.ok(
        tables[name]!.every((row) => !("mean_predicted_lift" in row)),
        name,
      );
    }
  });

  test("count the features, and describe the outcome", () => {
    const metrics = Object.fromEntries(
      tables.feature_summary!.map(({ metric, value }) => [metric, value]),
    );
    const { clicks } = slateOutcomes(experiment);
    assert.equal(metrics.numeric_columns, 25);
    // Six clusters, five popularity and three position buckets.
    assert.equal(metrics.model_columns, 25 + 6 + 5 + 3);
    assert.equal(metrics.missing_values, 0);
    assert.equal(metrics.slates, 400);
    assert.equal(metrics.indicator_columns, 14);
    assert.ok(!("training_slates" in metrics));
    assertClose(metrics.mean_clicks as number, mean(clicks));
  });

  test("work through no slate that is not there", () => {
    assert.deepEqual(tables.worked_rows, []);
    assert.deepEqual(tables.worked_features, []);
  });
});

describe("the slates that the course works through", () => {
  // Twelve items each. The four others give the focal item a rival above it, two in either arm.
  const ids = ["user_100000_seed", "user_1", "user_2", "user_3", "user_4", "user_50_seed"];
  const n = ids.length * 12;
  const row = (values: (i: number) => number) => Array.from({ length: n }, (_, i) => values(i));
  const worked = slatesFromRows({
    slateId: ids.flatMap((id) => new Array<string>(12).fill(id)),
    cluster: Array.from({ length: n }, (_, i) =>
      i % 12 === 5 || [14, 26, 38, 50].includes(i) ? "Comedy" : "Drama",
    ),
    relevance: row((i) => (i % 12 < 6 ? 5 : 4)),
    movieId: row((i) => 100 + i),
    ratingCount: row((i) => 10 * i),
    meanRating: row(() => 4),
    likedRate: row(() => 0.5),
    userId: row((i) => Math.floor(i / 12)),
    userRatings: row(() => 118),
    userMeanRating: row(() => 4.25),
    userLikedRate: row(() => 0.8),
    userActiveYears: row(() => 1),
    userUniquePrimaryGenres: row(() => 11),
    userActivitySpanDays: row(() => 1),
  });
  // The sixth item is focal everywhere; every second slate is promoted.
  const run = experimentWith(worked, [5, 17, 29, 41, 53, 65], [0, 1, 0, 1, 0, 1], [60, 64]);
  const made = publishedTables(run, { draws: 5 });

  test("are shown row by row, the first five", () => {
    const rows = made.worked_rows!;
    assert.deepEqual(columnOf(rows, "slate_position_seed"), [1, 2, 3, 4, 5]);
    assert.deepEqual(columnOf(rows, "movieId"), [160, 161, 162, 163, 164]);
    assert.deepEqual(columnOf(rows, "final_position"), [2, 3, 4, 5, 6]);
    assert.deepEqual(columnOf(rows, "simulated_click"), [1, 0, 0, 0, 1]);
    assert.deepEqual(columnOf(rows, "simulated_engagement_score"), [1.75, 0, 0, 0, 1.75]);
    assert.deepEqual(columnOf(rows, "n_ratings"), new Array(5).fill(118));
    for (const one of rows) {
      assertClose(one.baseline_visibility as number, 1 / Math.log2(Number(one.movieId) - 158));
      assertClose(one.log_item_popularity as number, Math.log1p(Number(one.sample_rating_count)));
      const logit = (p: unknown) => Math.log(Number(p) / (1 - Number(p)));
      const gain = Number(one.final_visibility) - Number(one.baseline_visibility);
      assertClose(logit(one.p_observed) - logit(one.p_no_promotion), 1.15 * gain - 0.18, 1e-10);
      assertClose(
        Number(one.known_probability_lift),
        Number(one.p_observed) - Number(one.p_no_promotion),
      );
    }
  });

  test("and as models see them", () => {
    const [features] = made.worked_features!;
    assert.equal(features!.focal_sample_rating_count, 50);
    assert.equal(features!.displaced_candidate_count, 5);
    assert.equal(features!.same_cluster_competitor_count, 0);
    assert.equal(features!.slate_mean_relevance, 4.5);
    assertClose(features!.slate_std_relevance as number, Math.sqrt(3 / 11));
    assert.equal(features!.slate_high_relevance_rate, 1);
    assert.deepEqual([features!.n_ratings, features!.activity_span_days], [118, 1]);
    assertClose(features!.true_promote_lift as number, oracleOf(run).lift[0]!);
  });
});
