import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  calibratedModel,
  cascadeClicks,
  choiceClicks,
  clickCoefficients,
  clicksPerSlate,
  logisticClicks,
  PUBLISHED_COEFFICIENTS,
  popularityScore,
} from "../../../lib/causal/spillover";
import {
  contextScore,
  independentClicks,
  logistic,
  logPopularity,
  visibilityOf,
} from "../../../lib/causal/spillover/clickModel";
import { random } from "../../../lib/stats";
import { assertClose, mean, simulatedSlates, slatesOf, sum } from "./fixture";

const NONE = Number.NaN;

describe("clickCoefficients", () => {
  test("changes those that are named", () => {
    assert.deepEqual(clickCoefficients({ direct: 0, decay: 2 }), {
      ...PUBLISHED_COEFFICIENTS,
      direct: 0,
      decay: 2,
    });
  });

  test("refuses unknown names, values that are no number, and bounds that cross", () => {
    const wrong = (changes: object) => () => clickCoefficients(changes);
    assert.throws(
      wrong({ promoted: 1 }),
      /no coefficient promoted\. There are intercept, relevance/,
    );
    assert.throws(wrong({ toString: 1 }), /no coefficient toString/);
    assert.throws(wrong({ direct: Number.NaN }), /Coefficient direct is NaN/);
    assert.throws(wrong({ direct: undefined }), /Coefficient direct is undefined/);
    assert.throws(wrong({ decay: -1 }), /decay of visibility is 0 or more, not -1/);
    for (const bounds of [{ floor: 0.96 }, { floor: -0.1 }, { ceiling: 1.1 }]) {
      assert.throws(wrong(bounds), /0 <= floor < ceiling <= 1/);
    }
  });
});

describe("popularity", () => {
  test("is the z-score of ln(1 + ratings), a missing count being none", () => {
    const ratingCount = [Math.E - 1, NONE, Math.E ** 2 - 1];
    const slates = slatesOf({ a: "DDD" }, { ratingCount });
    for (const [i, log] of [1, 0, 2].entries()) assertClose(logPopularity(slates)[i], log);
    assert.deepEqual([...popularityScore(slates)].map(Math.round), [0, -1, 1]);
    assertClose(popularityScore(slates)[2], 1);
  });

  test("is 0 where all are alike, nothing is known, or there is one row", () => {
    assert.deepEqual([...popularityScore(slatesOf({ a: "DD" }, { ratingCount: [3, 3] }))], [0, 0]);
    assert.deepEqual([...popularityScore(slatesOf({ a: "DD" }))], [0, 0]);
    assert.deepEqual([...popularityScore(slatesOf({ a: "D" }, { ratingCount: [3] }))], [0]);
  });
});

describe("contextScore", () => {
  test("weighs stars, liked rates about their means over rows, and popularity", () => {
    const slates = slatesOf(
      { a: "DD", b: "D" },
      {
        relevance: [5, 3.5, 1],
        userLikedRate: [0.4, 0.4, 0.7],
        likedRate: [0.2, NONE, 0.6],
        ratingCount: [Math.E - 1, 0, Math.E ** 2 - 1],
      },
    );
    // Means: user .5, item .4 over the two that are known.
    const score = contextScore(slates, PUBLISHED_COEFFICIENTS);
    assertClose(score[0], -2.75 + 0.78 * 1.5 - 0.35 * 0.1 - 0.25 * 0.2);
    assertClose(score[1], -2.75 - 0.35 * 0.1 - 0.1);
    assertClose(score[2], -2.75 - 0.78 * 2.5 + 0.35 * 0.2 + 0.25 * 0.2 + 0.1);
  });

  test("takes missing rates as their mean, and none known as no difference", () => {
    const slates = slatesOf({ a: "D", b: "D" }, { userLikedRate: [NONE, 0.9] });
    assert.deepEqual([...contextScore(slates, clickCoefficients({ intercept: 0 }))], [0.39, 0.39]);
  });

  test("gives the same slates the same scores, whatever was asked before", () => {
    const slates = simulatedSlates(8, 20);
    const first = contextScore(slates, PUBLISHED_COEFFICIENTS);
    const kept = first.slice();
    first.fill(0);
    contextScore(slates, clickCoefficients({ popularity: 3, relevance: 0 }));
    assert.deepEqual(contextScore(slates, PUBLISHED_COEFFICIENTS), kept);
    assert.deepEqual(contextScore(simulatedSlates(8, 20), PUBLISHED_COEFFICIENTS), kept);
  });
});

test("visibilityOf has a place for every position of the largest slate", () => {
  const slates = slatesOf({ a: "D", b: "DDD" });
  assert.deepEqual([...visibilityOf(slates, clickCoefficients({ decay: 2 }))].slice(1).length, 3);
  assert.equal(visibilityOf(slates, clickCoefficients({ decay: 2 }))[3], 0.25);
});

test("logistic stays in [0, 1]", () => {
  assert.deepEqual([-1000, 0, 1000].map(logistic), [0, 0.5, 1]);
  assertClose(logistic(Math.log(3)), 0.75);
});

test("independentClicks follow their probabilities", () => {
  const p = Float64Array.of(0, 0.2, 0.7, 1);
  const counts = [0, 0, 0, 0];
  const draws = random(12);
  for (let n = 0; n < 4000; n++) {
    for (const [i, click] of independentClicks(p, draws).entries()) counts[i]! += click;
  }
  assert.deepEqual([counts[0], counts[3]], [0, 4000]);
  // Four standard errors: 4 sqrt(.2 .8 / 4000) = .025.
  assertClose(counts[1]! / 4000, 0.2, 0.026);
  assertClose(counts[2]! / 4000, 0.7, 0.03);
});

describe("calibratedModel", () => {
  const slates = simulatedSlates(9, 60);
  const nobody = new Uint8Array(slates.rows);

  test("hits the target with every family", () => {
    const families = {
      logistic: (intercept: number) => logisticClicks(slates, { coefficients: { intercept } }),
      cascade: (intercept: number) => cascadeClicks(slates, { coefficients: { intercept } }),
      choice: (intercept: number) => choiceClicks(slates, { coefficients: { intercept } }),
      "choice of near substitutes": (intercept: number) =>
        choiceClicks(slates, { coefficients: { intercept }, dissimilarity: 0.01 }),
    };
    for (const family of Object.values(families)) {
      for (const target of [0.8, 2.4]) {
        const model = calibratedModel(family, slates, target);
        assertClose(clicksPerSlate(model, slates, nobody), target, 2e-9);
        assertClose(sum(model.probabilities(nobody)) / slates.count, target, 2e-9);
      }
    }
  });

  test("keeps the model that has the target already", () => {
    const model = logisticClicks(slates);
    const target = clicksPerSlate(model, slates, nobody);
    const found = calibratedModel(
      (intercept) => logisticClicks(slates, { coefficients: { intercept } }),
      slates,
      target,
    );
    assertClose(mean(found.probabilities(nobody)), mean(model.probabilities(nobody)), 1e-9);
  });

  test("refuses what no intercept can give", () => {
    const family = (intercept: number) => logisticClicks(slates, { coefficients: { intercept } });
    for (const target of [0, 13, Number.NaN]) {
      assert.throws(
        () => calibratedModel(family, slates, target),
        /No intercept gives \S+ clicks a slate: the model reaches 0\.\d+ to [78]\.\d+\./,
      );
    }
  });
});
