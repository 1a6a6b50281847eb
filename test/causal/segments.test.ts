import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { quantileSegments } from "../../lib/causal/quantileSegments";
import { type SegmentData, segmentEffects } from "../../lib/causal/segments";
import { random } from "../../lib/stats/random";

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

const small = { seed: 1, minimumRows: 1, minimumClusters: 1 };

describe("six rows of three users", () => {
  const data: SegmentData = {
    scores: [1, 3, 5, 2, 4, 9],
    cluster: [7, 7, 8, 8, 9, 9],
    families: {
      half: { labels: ["low", "low", "low", "high", "high", "high"], order: ["high", "low"] },
      all: { labels: new Array<string>(6).fill("every row") },
    },
    describe: { treated_share: [1, 0, 1, 0, 0, 1] },
  };
  const found = segmentEffects(data, small);

  test("means and clustered standard errors by hand", () => {
    const [high, low, all] = found.rows;
    assert.deepEqual([high!.segment, low!.segment, all!.segment], ["high", "low", "every row"]);
    assert.deepEqual([high!.value, low!.value, all!.value], [5, 3, 4]);
    // low: sums of deviations -2 + 0 and 2, G / (G - 1) = 2: sqrt(2 * 8) / 3. high: -3 and -1 + 4.
    close(low!.standard_error, 4 / 3);
    close(high!.standard_error, Math.sqrt(2 * 18) / 3);
    // all: -3 - 1, 1 - 2 and 0 + 5, G / (G - 1) = 3 / 2.
    close(all!.standard_error, Math.sqrt(1.5 * (16 + 1 + 25)) / 6);
    close(found.overall.standardError, all!.standard_error);
    assert.deepEqual([low!.clusters, high!.rows], [2, 3]);
    close(high!.treated_share as number, 1 / 3);
    close(low!.score_sd, 2);
    close(low!.upper - 3, 1.959963984540054 * low!.standard_error);
    close(low!.simultaneous_upper - 3, found.criticalValue * low!.standard_error);
  });

  test("p-values: 2 Phi(-|t|), Holm's and Benjamini and Hochberg's of all three", () => {
    // t = 5 / 2, 3 / (4 / 3), 4 / 1.3228757. R: 2 * pnorm(-c(2.5, 2.25, 3.023716))
    const P = [0.01241933, 0.02444895, 0.002496908];
    found.rows.forEach(({ p }, k) => {
      close(p, P[k]!, 5e-8);
    });
    close(found.rows[2]!.p_holm, 3 * P[2]!, 5e-7);
    close(found.rows[0]!.p_holm, 2 * P[0]!, 5e-7);
    close(found.rows[1]!.p_holm, 2 * P[0]!, 5e-7);
    close(found.rows[0]!.p_bh, 1.5 * P[0]!, 5e-7);
  });

  test("segment means weighted by their rows are the overall mean, in every family", () => {
    for (const family of found.families) {
      close(family.row_weighted_mean, 4);
      close(family.overall_mean, 4);
      assert.equal(family.unlabelled_rows, 0);
    }
  });
});

test("small segments are left out and named, but count in the identity", () => {
  const labels = ["a", "a", "a", "b", "c", null];
  const found = segmentEffects(
    { scores: [1, 2, 3, 10, 4, 5], families: { letter: { labels } } },
    { seed: 1, minimumRows: 2, minimumClusters: 2 },
  );
  assert.deepEqual(
    found.rows.map(({ segment }) => segment),
    ["a"],
  );
  assert.deepEqual(
    found.leftOut.map(({ segment, rows }) => [segment, rows]),
    [
      ["b", 1],
      ["c", 1],
    ],
  );
  const [family] = found.families;
  assert.deepEqual([family!.segments_left_out, family!.unlabelled_rows], [2, 1]);
  close(family!.row_weighted_mean, 4);
  close(family!.overall_mean, 25 / 6);
});

test("the overall mean comes back from quartiles of any covariate", () => {
  const draw = random(3).fork("rows");
  const scores = Float64Array.from({ length: 997 }, () => draw.normal(2, 30));
  const x = Float64Array.from({ length: 997 }, () => draw.exponential());
  const cluster = Int32Array.from({ length: 997 }, (_, i) => i % 91);
  const found = segmentEffects(
    { scores, cluster, families: { x: quantileSegments(x) } },
    { seed: 1 },
  );
  assert.equal(found.rows.length, 4);
  close(found.families[0]!.row_weighted_mean, found.overall.value!);
});

describe("the band", () => {
  test("of one segment is the normal interval, of many the same segment too", () => {
    const draw = random(8).fork("band");
    const scores = Float64Array.from({ length: 2000 }, () => draw.normal());
    const labels = new Array<string>(2000).fill("all");
    const one = segmentEffects({ scores, families: { a: { labels } } }, { seed: 2, draws: 20_000 });
    // Monte-Carlo standard error of the quantile 0.013.
    close(one.criticalValue, 1.96, 0.05);
    const again = segmentEffects(
      { scores, families: { a: { labels }, b: { labels }, c: { labels } } },
      { seed: 2, draws: 20_000 },
    );
    close(again.criticalValue, one.criticalValue, 1e-9);
    close(again.rows[0]!.p_simultaneous, again.rows[0]!.p!, 0.015);
  });

  test("of ten independent segments is Sidak's", () => {
    const draw = random(9).fork("band");
    const scores = Float64Array.from({ length: 10_000 }, () => draw.normal());
    const labels = Array.from({ length: 10_000 }, (_, i) => `s${i % 10}`);
    const ten = segmentEffects({ scores, families: { a: { labels } } }, { seed: 2, draws: 10_000 });
    // qnorm((1 + 0.95^(1/10)) / 2) = 2.7996
    close(ten.criticalValue, 2.7996, 0.05);
    for (const { p, p_simultaneous } of ten.rows) {
      close(p_simultaneous, 1 - (1 - p!) ** 10, 0.03);
    }
  });

  test("holds for all segments together in 95 of 100, the intervals by themselves do not", () => {
    const replications = 400;
    let [together, each, first] = [0, 0, 0];
    for (let r = 0; r < replications; r++) {
      const draw = random(r).fork("coverage");
      const n = 1200;
      const cluster = Int32Array.from({ length: n }, (_, i) => i % 120);
      const shared = Float64Array.from({ length: 120 }, () => draw.normal(0, 2));
      const x = Float64Array.from({ length: n }, () => draw.uniform());
      const day = Array.from({ length: n }, (_, i) => `day ${(i >> 4) % 5}`);
      // Scores are skewed and heteroskedastic; users shift all their rows.
      const effect = (i: number) => 1 + (x[i]! > 0.5 ? 2 : 0);
      const scores = Float64Array.from(
        { length: n },
        (_, i) => effect(i) + shared[cluster[i]!]! + (1 + x[i]!) * (draw.exponential() - 1),
      );
      const half = { labels: Array.from(x, (value) => (value > 0.5 ? "high" : "low")) };
      const found = segmentEffects(
        { scores, cluster, families: { half, day: { labels: day } } },
        { seed: r, draws: 400 },
      );
      // Days cut across the halves: the effect there is 1 + 2 times the chance of the upper half.
      const truth = found.rows.map(({ segment }) =>
        segment === "high" ? 3 : segment === "low" ? 1 : 2,
      );
      const inBand = found.rows.filter(
        (row, k) => row.simultaneous_lower <= truth[k]! && truth[k]! <= row.simultaneous_upper,
      );
      const alone = found.rows.map((row, k) => row.lower <= truth[k]! && truth[k]! <= row.upper);
      if (inBand.length === found.rows.length) together++;
      if (alone.every(Boolean)) each++;
      if (alone[0]) first++;
    }
    // Binomial standard deviation 1.1 points; 120 clusters cost about one.
    assert.ok(Math.abs(together / replications - 0.95) < 0.035, `${together}`);
    assert.ok(Math.abs(first / replications - 0.95) < 0.035, `${first}`);
    assert.ok(each / replications < 0.9, `${each}`);
  });

  test("is the same for the same seed", () => {
    const scores = [1, 4, 2, 8, 5, 7];
    const families = { a: { labels: ["x", "y", "x", "y", "x", "y"] } };
    assert.deepEqual(
      segmentEffects({ scores, families }, small),
      segmentEffects({ scores, families }, small),
    );
  });
});

test("scores that do not vary have no p-value, never NaN", () => {
  const found = segmentEffects(
    { scores: [2, 2, 2, 0, 1], families: { a: { labels: ["x", "x", "x", "y", "y"] } } },
    small,
  );
  const [flat, other] = found.rows;
  assert.deepEqual([flat!.standard_error, flat!.p, flat!.p_holm], [0, null, null]);
  assert.deepEqual([flat!.simultaneous_lower, flat!.p_simultaneous], [2, null]);
  assert.ok(other!.p !== null && other!.p_holm === other!.p);
});

test("says what is wrong", () => {
  const families = { a: { labels: ["x", "y"] } };
  assert.throws(
    () => segmentEffects({ scores: [1, 2], families }, { seed: 1 }),
    /No segment has 100/,
  );
  assert.throws(() => segmentEffects({ scores: [1, 2, 3], families }, small), /a has 2 values/);
  assert.throws(() => segmentEffects({ scores: [1, Number.NaN], families }, small), /Row 2/);
  assert.throws(
    () => segmentEffects({ scores: [1, 2], families }, { ...small, draws: 5 }),
    /draws from 100 on/,
  );
  assert.throws(
    () =>
      segmentEffects(
        { scores: [1, 2], families: { a: { labels: ["x", "y"], order: ["x"] } } },
        small,
      ),
    /y is not among the segments/,
  );
  assert.throws(
    () => segmentEffects({ scores: [1, 2], families, describe: { rows: [1, 2] } }, small),
    /called rows/,
  );
});
