import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  exposureMapping,
  promotionExperiment,
  readExperiment,
  readSlates,
} from "../../../lib/causal/spillover";
import type { Engine, Relation } from "../../../lib/loaders/engine";
import { testEngine } from "../../panels/panelFixture";
import { assertClose, simulatedSlates } from "./fixture";

const opened = testEngine();

/** The 22 columns of `slate_context`, with text order of the ids and values missing here and there. */
const CONTEXT = [
  ..."slate_id userId movieId title genres primary_genre spillover_cluster".split(" "),
  ..."slate_position_seed observed_relevance high_relevance rating_datetime rating_year".split(" "),
  ..."sample_rating_count sample_mean_rating sample_liked_rate popularity_bucket".split(" "),
  ..."n_ratings mean_rating liked_rate active_years unique_primary_genres".split(" "),
  "activity_span_days",
];

/** What the experiment adds, in the order of the published file. */
const ADDED = [
  ..."focal_movieId focal_title focal_spillover_cluster focal_seed_position".split(" "),
  ..."promotion_probability promotion_applied assignment_arm is_focal_item".split(" "),
  ..."direct_treatment same_slate_spillover same_cluster_spillover".split(" "),
  ..."displaced_by_promotion final_position baseline_visibility final_visibility".split(" "),
  ..."visibility_gain position_change exposure_group log_item_popularity".split(" "),
  ..."log_item_popularity_z p_no_promotion p_observed known_probability_lift".split(" "),
  ..."simulated_click simulated_engagement_score".split(" "),
];

async function contextOf(engine: Engine, seed = 100, count = 40): Promise<Relation> {
  const { slateOf, position, slateId, clusters, items, users } = simulatedSlates(seed, count);
  const ofSlate = <T>(value: (j: number) => T): T[] => Array.from(slateOf, value);
  const made = await engine.tableFrom("simulated", {
    slate_id: ofSlate((j) => slateId[j]!),
    userId: ofSlate((j) => users.userId[j]!),
    movieId: items.movieId,
    title: Array.from(items.movieId, (id) => (id % 7 === 0 ? null : `It's "${id}"`)),
    cluster: Array.from(items.cluster, (c) => clusters[c]!),
    position,
    relevance: items.relevance,
    rating_count: items.ratingCount,
    rating_mean: items.meanRating,
    rating_liked: items.likedRate,
    user_liked: ofSlate((j) => users.likedRate[j]!),
  });
  return engine.table(
    "slate context",
    `SELECT slate_id, userId::INTEGER AS userId, movieId::INTEGER AS movieId, title, cluster AS genres,
            cluster AS primary_genre, cluster AS spillover_cluster, position AS slate_position_seed,
            relevance::FLOAT AS observed_relevance, (relevance >= 4)::TINYINT AS high_relevance,
            TIMESTAMP '2020-01-01' AS rating_datetime, 2020 AS rating_year,
            rating_count::BIGINT AS sample_rating_count, rating_mean AS sample_mean_rating,
            rating_liked AS sample_liked_rate, NULL::VARCHAR AS popularity_bucket,
            userId::INTEGER * 2 AS n_ratings, 3.5 AS mean_rating, user_liked AS liked_rate,
            1 AS active_years, 4 AS unique_primary_genres, NULL::INTEGER AS activity_span_days
     FROM ${made.name} ORDER BY slate_id, slate_position_seed`,
  );
}

async function mapped(probability = 0.5) {
  const context = await contextOf(await opened);
  const experiment = promotionExperiment(await readSlates(context), { seed: 3, probability });
  return { context, experiment, mapping: await exposureMapping(context, experiment) };
}

describe("exposureMapping", () => {
  test("is read back as the same experiment", async () => {
    const { experiment, mapping } = await mapped();
    assert.deepEqual(await readExperiment(mapping), experiment);
    assert.deepEqual(await readSlates(mapping), experiment.slates);
  });

  test("has the columns of the published file, 47 in their order", async () => {
    const { context, mapping, experiment } = await mapped();
    const [row] = await mapping.head(1);
    assert.deepEqual(Object.keys(row!), [...CONTEXT, ...ADDED]);
    assert.equal(CONTEXT.length + ADDED.length, 47);
    assert.equal(await mapping.count(), experiment.slates.rows);
    const own = CONTEXT.map((name) => `"${name}"`).join(", ");
    assert.deepEqual(
      await mapping.engine.rows(`SELECT ${own} FROM "${mapping.name}"`),
      await context.rows(),
    );
  });

  test("holds what its columns say", async () => {
    const { mapping, experiment } = await mapped();
    const rows = await mapping.rows();
    const { slates, exposure, focal, treated } = experiment;
    for (const [i, row] of rows.entries()) {
      const j = slates.slateOf[i]!;
      assert.equal(row.slate_id, slates.slateId[j]);
      assert.equal(row.is_focal_item, focal[j] === i ? 1 : 0);
      assert.equal(row.focal_seed_position, slates.position[focal[j]!]);
      assert.equal(
        row.assignment_arm,
        treated[j] === 1 ? "promote_focal_item" : "leave_slate_unchanged",
      );
      assert.equal(row.same_slate_spillover, treated[j] === 1 && focal[j] !== i ? 1 : 0);
      const isRival = row.spillover_cluster === row.focal_spillover_cluster;
      assert.equal(row.same_cluster_spillover, isRival ? row.same_slate_spillover : 0);
      const wasAbove = Number(row.slate_position_seed) < Number(row.focal_seed_position);
      assert.equal(row.displaced_by_promotion, wasAbove ? row.same_slate_spillover : 0);
      assert.equal(row.final_position, exposure.finalPosition[i]);
      assert.equal(
        row.position_change,
        Number(row.final_position) - Number(row.slate_position_seed),
      );
      assertClose(
        Number(row.baseline_visibility),
        1 / Math.log2(Number(row.slate_position_seed) + 1),
      );
      assertClose(
        Number(row.visibility_gain),
        Number(row.final_visibility) - Number(row.baseline_visibility),
      );
      assert.equal(row.known_probability_lift, Number(row.p_observed) - Number(row.p_no_promotion));
      assertClose(
        Number(row.simulated_engagement_score),
        Number(row.simulated_click) * (1 + 0.15 * Number(row.observed_relevance)),
      );
      assertClose(
        Number(row.log_item_popularity),
        Math.log1p(Number(row.sample_rating_count ?? 0)),
      );
    }
  });

  test("nobody and everybody promoted", async () => {
    for (const probability of [0, 1]) {
      const { experiment, mapping } = await mapped(probability);
      const back = await readExperiment(mapping);
      assert.deepEqual(back, experiment);
      assert.deepEqual(new Set(back.treated), new Set([probability]));
    }
  });

  test("refuses another relation than the slates were read from", async () => {
    const { experiment } = await mapped();
    const other = await contextOf(await opened, 101, 30);
    await assert.rejects(
      exposureMapping(other, experiment),
      /The experiment has \d+ rows, slate context has \d+, and \d+ of them agree/,
    );
  });
});
