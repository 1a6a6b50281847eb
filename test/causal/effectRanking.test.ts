import assert from "node:assert/strict";
import { test } from "node:test";
import { effectByPredictedGroup, rankingTest } from "../../lib/causal/effectRanking";
import { random } from "../../lib/stats/random";

const close = (actual: number | null, expected: number) =>
  assert.ok(Math.abs(actual! - expected) < 1e-12, `${actual}, not ${expected}`);

test("groups by hand: ranked in each fold, then pooled", () => {
  const effects = {
    scores: [1, 5, 3, 7, 2, 6, 0, 8],
    predicted: [0.1, 0.9, 0.2, 0.8, 10, 30, 20, 40],
    fold: [0, 0, 0, 0, 1, 1, 1, 1],
  };
  const { groups, predicted, difference } = effectByPredictedGroup(effects, { groups: 2 });
  // Low: rows 1 and 3 of fold 0, rows 1 and 3 of fold 1.
  close(groups[0]!.value, (1 + 3 + 2 + 0) / 4);
  close(groups[1]!.value, (5 + 7 + 6 + 8) / 4);
  close(predicted[0]!, (0.1 + 0.2 + 10 + 20) / 4);
  close(difference.value, 5);
  // Both groups' squared deviations add up to 5: 8 / 7 * (5 + 5) / 4^2.
  close(difference.standardError, Math.sqrt(((8 / 7) * 10) / 16));
  assert.equal(groups[0]!.n, 4);
  assert.equal(groups[1]!.estimand, "average effect in group 2 of 2 by predicted effect");
});

test("area under the targeting curve by hand, three rows", () => {
  // Targeted first 6, then 0, then 3: means 6, 3, 3, minus 3 each.
  const effects = { scores: [0, 3, 6], predicted: [2, 1, 3], fold: [0, 0, 0] };
  close(rankingTest(effects).area.value, (3 + 0 + 0) / 3);
  // The other way round: 3, 0, 6 have means 3, 1.5, 3.
  const turned = { ...effects, predicted: [-2, -1, -3] };
  close(rankingTest(turned).area.value, (0 - 1.5 + 0) / 3);
  // Equal predictions are in no order.
  const tied = { ...effects, predicted: [1, 1, 1] };
  const { area, p } = rankingTest(tied);
  close(area.value, 0);
  assert.equal(p, null);
  assert.deepEqual(area.warnings, ["the predicted effect does not vary within folds"]);
});

test("only the order counts, and only within folds", () => {
  const draws = random(3);
  const n = 100;
  const scores = Float64Array.from({ length: n }, () => draws.normal());
  const predicted = Float64Array.from({ length: n }, () => draws.normal());
  const fold = Array.from({ length: n }, (_, i) => i % 4);
  const before = rankingTest({ scores, predicted, fold });
  const bent = predicted.map((value, i) => Math.exp(value) + 100 * fold[i]!);
  assert.deepEqual(rankingTest({ scores, predicted: bent, fold }), before);
});

test("predictions of noise are rejected in 5 of 100 tests, right ones nearly always", () => {
  const draws = random(4);
  let [rejected, found] = [0, 0];
  for (let replication = 0; replication < 400; replication++) {
    const n = 200;
    const effect = Float64Array.from({ length: n }, () => draws.normal());
    const scores = effect.map((value) => value + draws.normal(0, 2));
    const fold = Array.from({ length: n }, (_, i) => i % 5);
    const noise = effect.map(() => draws.normal());
    if (rankingTest({ scores, predicted: noise, fold }).p! < 0.05) rejected++;
    if (rankingTest({ scores, predicted: effect, fold }).p! < 0.05) found++;
  }
  assert.ok(Math.abs(rejected / 400 - 0.05) < 3.5 * Math.sqrt((0.95 * 0.05) / 400), `${rejected}`);
  assert.ok(found > 390, `${found}`);
});

test("groups that equal predictions leave empty are an error", () => {
  const effects = { scores: [1, 2, 3, 4], predicted: [1, 1, 1, 1], fold: [0, 0, 0, 0] };
  assert.throws(() => effectByPredictedGroup(effects, { groups: 2 }), /some of 2 groups empty/);
  assert.throws(() => effectByPredictedGroup(effects, { groups: 1 }), /from 2 on, not 1/);
});
