import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONSTANT, type ConditionalEffect } from "../../../lib/causal/conditionalEffect";
import {
  bestCandidate,
  bestPolicy,
  type ClickModel,
  conditionalEffects,
  type Experiment,
  effectGroupRows,
  effectLossRows,
  effectTestRows,
  logisticClicks,
  MODIFIERS,
  type Oracle,
  oracleOf,
  policyValueRows,
  promotionExperiment,
  type Slates,
  slatePolicies,
} from "../../../lib/causal/spillover";
import { effectCandidates } from "../../../lib/causal/spillover/honestTargeting";
import type { Row } from "../../../lib/loaders/rows";
import { boostedTrees } from "../../../lib/stats/boostedTrees";
import { linearLearner } from "../../../lib/stats/linearLearner";
import { assertClose, assertFinite, columnOf, mean, simulatedSlates, sum } from "./fixture";
import { twelveItemSlates } from "./studySlates";

const line = { line: linearLearner() };

/** Effects and scores by hand, in two folds. */
function effectWith(
  scores: readonly number[],
  predicted: Readonly<Record<string, readonly number[]>>,
  more: Partial<ConditionalEffect> = {},
): ConditionalEffect {
  const columns = Object.entries(predicted).map(([name, values]) => [
    name,
    Float64Array.from(values),
  ]);
  return {
    scores: Float64Array.from(scores),
    predicted: Object.fromEntries(columns),
    fold: Int32Array.from(scores, (_, j) => j % 2),
    cluster: undefined,
    losses: [],
    chosen: CONSTANT,
    average: {} as ConditionalEffect["average"],
    warnings: [],
    ...more,
  };
}

function oracleWith(lift: readonly number[]): Oracle {
  const control = new Float64Array(lift.length);
  return { control, promoted: Float64Array.from(lift), lift: Float64Array.from(lift) };
}

/** The losses alone; null is the constant effect's difference. */
function lossesOf(values: Readonly<Record<string, number>>): ConditionalEffect["losses"] {
  return Object.entries(values).map(([name, value]) => {
    const estimate = { value, lower: value - 1, upper: value + 1 };
    return {
      name,
      loss: estimate,
      difference: name === CONSTANT ? null : estimate,
    } as ConditionalEffect["losses"][number];
  });
}

describe("nothing of a slate's fold decides on the slate", () => {
  const experiment = promotionExperiment(simulatedSlates(2, 120), { seed: 6 });
  const candidates = {
    line: linearLearner(),
    trees: boostedTrees({ task: "regression", trees: 10, maxLeaves: 4, minLeaf: 10, seed: 1 }),
  };
  const learned = (world: Experiment) => conditionalEffects(world, { seed: 3, candidates });
  const before = learned(experiment);
  const oracle = oracleOf(experiment);

  for (const changed of [0, 41, 97]) {
    test(`when the clicks of slate ${changed} change, its predictions and its policies do not`, () => {
      const clicks = experiment.clicks.slice();
      const { starts } = experiment.slates;
      for (let i = starts[changed]!; i < starts[changed + 1]!; i++) clicks[i] = 1 - clicks[i]!;
      const after = learned({ ...experiment, clicks });
      assert.notEqual(after.scores[changed], before.scores[changed]);
      const fold = before.fold[changed]!;
      assert.deepEqual(after.fold, before.fold);
      for (const name of [CONSTANT, "line", "trees"]) {
        const differs = before.predicted[name]!.map((value, j) =>
          value === after.predicted[name]![j] ? 0 : 1,
        );
        before.fold.forEach((own, j) => {
          if (own === fold) assert.equal(differs[j], 0, `${name}, slate ${j}`);
        });
        if (name !== "trees") assert.ok(sum(differs) > 0, "other folds learn from it");
      }
      for (const name of ["line", "trees"]) {
        const [was, is] = [before, after].map((effect) => slatePolicies(effect, oracle, name));
        was!.forEach((policy, k) => {
          before.fold.forEach((own, j) => {
            if (own !== fold) return;
            assert.equal(is![k]!.treats[j], policy.treats[j], `${policy.name}, slate ${j}`);
          });
        });
      }
    });
  }
});

describe("policies and their values", () => {
  // Fold 0 holds slates 0, 2, 4, 6 and fold 1 the others.
  const predicted = [4, 1, 3, 2, -1, 3, -2, -4];
  const scores = [2, -6, 4, 8, 1, -3, 5, 9];
  const lift = [1, -1, 2, -2, 3, -3, 4, -4];
  const effect = effectWith(scores, { m: predicted });
  const oracle = oracleWith(lift);

  test("take the top share of each fold, slates with a positive prediction, and the oracle's", () => {
    const treated = Object.fromEntries(
      slatePolicies(effect, oracle, "m").map(({ name, treats }) => [name, [...treats]]),
    );
    assert.deepEqual(treated, {
      "Promote none": [0, 0, 0, 0, 0, 0, 0, 0],
      "Promote all eligible slates": [1, 1, 1, 1, 1, 1, 1, 1],
      "Promote top 50% by predicted effect": [1, 0, 1, 1, 0, 1, 0, 0],
      "Promote top 25% by predicted effect": [1, 0, 0, 0, 0, 1, 0, 0],
      "Promote only predicted-positive slates": [1, 1, 1, 1, 0, 1, 0, 0],
      "Oracle top 25%": [0, 1, 0, 0, 0, 0, 1, 0],
      "Oracle: promote where it pays": [1, 0, 1, 0, 1, 0, 1, 0],
    });
  });

  test("equal predictions at the end of the share are left out", () => {
    const tied = effectWith(scores, { m: [1, 5, 1, 5, 1, 5, 0, 5] });
    const [, , half] = slatePolicies(tied, oracle, "m");
    assert.deepEqual([...half!.treats], [0, 0, 0, 0, 0, 0, 0, 0]);
  });

  const rows = policyValueRows(effect, oracle, "m");
  const of = (policy: string): Row => rows.find((row) => row.policy === policy)!;

  test("promoting none is worth exactly 0, without doubt", () => {
    const { value_per_1000, ci_low_per_1000, ci_high_per_1000, true_value_per_1000 } =
      of("Promote none");
    assert.deepEqual(
      [value_per_1000, ci_low_per_1000, ci_high_per_1000, true_value_per_1000],
      [0, 0, 0, 0],
    );
    // Over promoting all it is worth the negative of the mean score.
    assert.equal(of("Promote none").over_promote_all, (-1000 * 20) / 8);
  });

  test("promoting all is worth the average of the scores, and nothing over itself", () => {
    const row = of("Promote all eligible slates");
    assert.equal(row.value_per_1000, (1000 * 20) / 8);
    assert.deepEqual([row.over_promote_all, row.over_all_low, row.over_all_high], [0, 0, 0]);
    const variance = sum(scores.map((score) => (score - 2.5) ** 2)) / 7;
    const reach = 1.959963984540054 * Math.sqrt(variance / 8);
    assertClose(row.ci_low_per_1000 as number, 1000 * (2.5 - reach), 1e-9);
    assertClose(row.ci_high_per_1000 as number, 1000 * (2.5 + reach), 1e-9);
  });

  test("other values are means of scores and of true lifts over all slates", () => {
    const half = of("Promote top 50% by predicted effect");
    assert.equal(half.promoted_share, 0.5);
    assert.equal(half.value_per_1000, (1000 * (2 + 4 + 8 - 3)) / 8);
    assert.equal(half.true_value_per_1000, (1000 * (1 + 2 - 2 - 3)) / 8);
    assert.equal(half.over_promote_all, (1000 * (11 - 20)) / 8);
    const quarter = of("Promote top 25% by predicted effect");
    assert.equal(quarter.value_per_1000, (1000 * (2 - 3)) / 8);
    assert.equal(of("Oracle: promote where it pays").true_value_per_1000, (1000 * 10) / 8);
  });

  test("promoting all has the average of the doubly robust estimate", () => {
    const experiment = promotionExperiment(simulatedSlates(2, 80), { seed: 6 });
    const found = conditionalEffects(experiment, { seed: 3, candidates: line });
    const all = policyValueRows(found, oracleOf(experiment), "line")[1]!;
    assertClose(all.value_per_1000 as number, 1000 * found.average.value!, 1e-9);
    assertClose(all.ci_low_per_1000 as number, 1000 * found.average.lower!, 1e-9);
    assertClose(all.true_value_per_1000 as number, 1000 * mean(oracleOf(experiment).lift), 1e-9);
  });
});

describe("the best candidate", () => {
  const predicted = {
    [CONSTANT]: [0, 1, 0, 1],
    flat: [2, 3, 2, 3],
    a: [1, 2, 3, 4],
    b: [4, 3, 2, 1],
  };
  const scores = [0, 0, 0, 0];

  test("has the least loss, and is never the constant nor flat within folds", () => {
    const losses = lossesOf({ [CONSTANT]: 1, flat: 2, a: 4, b: 3 });
    assert.equal(bestCandidate(effectWith(scores, predicted, { losses })), "b");
  });

  test("does not exist where all are flat", () => {
    const losses = lossesOf({ [CONSTANT]: 1, flat: 2 });
    assert.throws(
      () => bestCandidate(effectWith(scores, predicted, { losses })),
      /Every candidate predicts one effect for all slates/,
    );
  });
});

describe("tables of effects", () => {
  test("losses by hand", () => {
    const losses = lossesOf({ [CONSTANT]: 5, a: 4 });
    const effect = effectWith([0, 0], { [CONSTANT]: [0, 0], a: [1, 2] }, { losses, chosen: "a" });
    assert.deepEqual(effectLossRows(effect), [
      {
        effect_model: CONSTANT,
        loss: 5,
        difference_to_constant: null,
        ci_low: null,
        ci_high: null,
        chosen: false,
      },
      {
        effect_model: "a",
        loss: 4,
        difference_to_constant: 4,
        ci_low: 3,
        ci_high: 5,
        chosen: true,
      },
    ]);
  });

  test("scores that are the prediction have slope 1; the error to the oracle by hand", () => {
    const predicted = [1, 5, 2, 6, 3, 8, 4, 7];
    const effect = effectWith(predicted, {
      m: predicted,
      [CONSTANT]: predicted.map((_, j) => j % 2),
    });
    const oracle = oracleWith(predicted.map((value, j) => value + (j < 4 ? 3 : 0)));
    const [row, flat] = effectTestRows(effect, oracle);
    assertClose(row!.calibration_slope as number, 1, 1e-9);
    assertClose(row!.rmse_to_oracle as number, Math.sqrt((4 * 9) / 8), 1e-12);
    assert.ok(Number(row!.ranking_area) > 0);
    // One prediction for all of a fold says nothing of order: missing, not NaN.
    assert.deepEqual(Object.values(flat!).slice(0, -1), [
      CONSTANT,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    assertFinite([row!, flat!]);
  });

  test("quarters by hand: the lowest prediction of each fold, then the next", () => {
    const effect = effectWith([1, 3, 5, 7, 9, 11, 13, 15], { m: [1, 8, 2, 7, 3, 6, 4, 5] });
    const oracle = oracleWith([0, 0, 0, 0, 1, 1, 1, 1]);
    const rows = effectGroupRows(effect, oracle, "m");
    assert.deepEqual(columnOf(rows, "quarter"), [1, 2, 3, 4]);
    // Fold 0 ascends 0, 2, 4, 6; fold 1 ascends 7, 5, 3, 1.
    assert.deepEqual(columnOf(rows, "estimated_effect"), [8, 8, 8, 8]);
    assert.deepEqual(columnOf(rows, "mean_predicted"), [3, 4, 5, 6]);
    assert.deepEqual(columnOf(rows, "true_effect"), [0.5, 0.5, 0.5, 0.5]);
    assertFinite(rows);
  });

  test("there are no quarters where predictions are alike, and no model of another name", () => {
    const same = effectWith([1, 2, 3, 4], { m: [1, 1, 1, 1] });
    assert.deepEqual(effectGroupRows(same, oracleWith([1, 1, 1, 1]), "m"), []);
    assert.throws(
      () => effectGroupRows(same, oracleWith([1, 1, 1, 1]), "n"),
      /There is no effect model n\. There are m/,
    );
  });
});

describe("what the effect may depend on", () => {
  const experiment = promotionExperiment(simulatedSlates(2, 80), { seed: 6 });

  test("is the modifiers and nothing else", () => {
    const seen = new Set<string>();
    const spy = {
      name: "spy",
      fit: (...given: Parameters<typeof line.line.fit>) => {
        for (const name of given[0].names) seen.add(name);
        return line.line.fit(...given);
      },
    };
    conditionalEffects(experiment, { seed: 1, candidates: { spy } });
    assert.deepEqual([...seen], [...MODIFIERS]);
    seen.clear();
    conditionalEffects(experiment, { seed: 1, candidates: { spy }, modifiers: ["liked_rate"] });
    assert.deepEqual([...seen], ["liked_rate"]);
    assert.throws(
      () => conditionalEffects(experiment, { seed: 1, candidates: line, modifiers: ["x"] }),
      /There is no column x/,
    );
  });

  test("is learned the same way from the same seed, in five folds", () => {
    const learned = (seed: number) => conditionalEffects(experiment, { seed, candidates: line });
    assert.deepEqual(learned(1).predicted, learned(1).predicted);
    assert.notDeepEqual(learned(1).predicted, learned(2).predicted);
    assert.equal(new Set(learned(1).fold).size, 5);
  });

  test("has four candidates unless told otherwise", () => {
    assert.equal(Object.keys(effectCandidates(1)).length, 4);
    const { losses } = conditionalEffects(experiment, { seed: 1 });
    assert.deepEqual(
      losses.map(({ name }) => name),
      [CONSTANT, ...Object.keys(effectCandidates(1))],
    );
  });
});

/** All items are clicked alike; in a promoted slate more often where the focal item has two rivals or more, else less often. */
function rivalWorld(slates: Slates, change: number): ClickModel {
  const { cluster } = slates.items;
  const probabilities = (promoted: Uint8Array) => {
    const p = new Float64Array(slates.rows).fill(0.2);
    promoted.forEach((is, focal) => {
      if (is !== 1) return;
      const j = slates.slateOf[focal]!;
      const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
      let rivals = -1;
      for (let i = from; i < to; i++) if (cluster[i] === cluster[focal]) rivals++;
      p.fill(rivals >= 2 ? 0.2 + change : 0.2 - change, from, to);
    });
    return p;
  };
  return {
    name: "rivals decide",
    probabilities,
    draw: (promoted, random) =>
      Uint8Array.from(probabilities(promoted), (p) => (random.uniform() < p ? 1 : 0)),
  };
}

describe("a world in which rivals decide who wins by a promotion", () => {
  const slates = twelveItemSlates(3, 600);
  const model = rivalWorld(slates, 0.15);
  const experiment = promotionExperiment(slates, { seed: 9, model });
  const oracle = oracleOf(experiment, model);
  const effect = conditionalEffects(experiment, { seed: 1 });
  const candidate = bestCandidate(effect);

  test("has winners and losers", () => {
    assert.deepEqual(
      [...new Set(oracle.lift.map((value) => Math.round(10 * value)))].sort((a, b) => a - b),
      [-18, 18],
    );
  });

  test("is seen through: the learner beats the constant, and its ranking is no chance", () => {
    assert.equal(effect.chosen, candidate);
    const loss = effectLossRows(effect).find((row) => row.effect_model === candidate)!;
    assert.ok(Number(loss.ci_high) < 0, `difference at most ${loss.ci_high}`);
    const tests = effectTestRows(effect, oracle).find((row) => row.effect_model === candidate)!;
    assert.ok(Number(tests.ranking_p) < 1e-6, `p ${tests.ranking_p}`);
    assert.ok(Number(tests.slope_p) < 1e-6);
    assertClose(tests.calibration_slope as number, 1, 4 * Number(tests.slope_error));
  });

  test("has quarters in order, with intervals that hold the truth", () => {
    const rows = effectGroupRows(effect, oracle, candidate) as Record<string, number>[];
    assert.ok(rows[3]!.estimated_effect! - rows[0]!.estimated_effect! > 2);
    assert.ok(rows[3]!.true_effect! > 1.5 && rows[0]!.true_effect! < -1.5);
    // Four intervals of 95 %: in this draw all hold.
    for (const { ci_low, ci_high, true_effect } of rows) {
      assert.ok(ci_low! <= true_effect! && true_effect! <= ci_high!);
    }
  });

  test("has a rule that is better than promoting nobody, nearly as good as the oracle's", () => {
    const rows = policyValueRows(effect, oracle, candidate);
    const best = bestPolicy(rows);
    assert.equal(best.policy, "Promote only predicted-positive slates");
    assert.equal(best.isBetterThanNone, true);
    const truth = (policy: string) =>
      Number(rows.find((row) => row.policy === policy)!.true_value_per_1000);
    assert.ok(truth(best.policy) > 0.9 * truth("Oracle: promote where it pays"));
    assert.ok(best.lower <= truth(best.policy) && truth(best.policy) <= best.upper);
  });
});

describe("the published world without any effect of a promotion", () => {
  const none = { visibility: 0, direct: 0, sameSlate: 0, sameCluster: 0, displaced: 0 };
  const slates = twelveItemSlates(4, 300);
  const model = logisticClicks(slates, { coefficients: none });

  test("has no winners", () => {
    const { lift } = oracleOf(promotionExperiment(slates, { seed: 1, model }), model);
    assert.ok(lift.every((value) => Math.abs(value) < 1e-12));
  });

  test("the constant effect is chosen, the ranking is chance, no rule beats promoting nobody", () => {
    const experiment = promotionExperiment(slates, { seed: 12, model });
    const oracle = oracleOf(experiment, model);
    const effect = conditionalEffects(experiment, { seed: 1 });
    assert.equal(effect.chosen, CONSTANT);
    const candidate = bestCandidate(effect);
    assert.notEqual(candidate, CONSTANT);
    const tests = effectTestRows(effect, oracle).find((row) => row.effect_model === candidate)!;
    assert.ok(Number(tests.ranking_p) > 0.05, `p ${tests.ranking_p}`);
    const rows = policyValueRows(effect, oracle, candidate);
    assert.equal(bestPolicy(rows).isBetterThanNone, false);
    assertFinite(rows, effectTestRows(effect, oracle), effectGroupRows(effect, oracle, candidate));
  });

  test("over experiments the ranking test rejects about one in twenty", () => {
    const experiments = 100;
    let rejected = 0;
    for (let r = 0; r < experiments; r++) {
      const experiment = promotionExperiment(slates, { seed: 50 + r, model });
      const effect = conditionalEffects(experiment, { seed: r, candidates: line });
      const [, row] = effectTestRows(effect, oracleOf(experiment, model));
      if (Number(row!.ranking_p) < 0.05) rejected++;
    }
    // Three standard errors of a binomial share above 0.05.
    assert.ok(rejected / experiments <= 0.05 + 3 * Math.sqrt((0.05 * 0.95) / experiments));
  });
});
