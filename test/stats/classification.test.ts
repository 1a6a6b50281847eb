import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { averagePrecision, brierScore, logLoss, rocAuc } from "../../lib/stats";

const held = {
  outcome: [0, 1, 1, 0, 1, 0, 0, 1, 1, 0],
  predicted: [0.1, 0.8, 0.4, 0.4, 0.9, 0.35, 0.8, 0.65, 0.2, 0.05],
};

function near(value: number | null, expected: number) {
  assert.ok(Math.abs(value! - expected) < 1e-14, `${value} is not ${expected}`);
}

describe("how good predicted probabilities are", () => {
  test("scikit-learn's numbers, with tied predictions", () => {
    near(rocAuc(held), 0.76);
    near(averagePrecision(held), 0.7416666666666667);
    near(brierScore(held), 0.21075);
    near(logLoss(held), 0.5992715889710667);
  });

  test("the AUC is the share of pairs in the right order", () => {
    const [ones, zeros] = [1, 0].map((wanted) =>
      held.predicted.filter((_, i) => held.outcome[i] === wanted),
    );
    let right = 0;
    for (const one of ones!) {
      for (const zero of zeros!) right += one > zero ? 1 : one === zero ? 0.5 : 0;
    }
    near(rocAuc(held), right / (ones!.length * zeros!.length));
  });

  test("perfect, reversed and constant predictions", () => {
    const outcome = [0, 0, 1, 1];
    near(rocAuc({ outcome, predicted: [0.1, 0.2, 0.3, 0.4] }), 1);
    near(rocAuc({ outcome, predicted: [0.4, 0.3, 0.2, 0.1] }), 0);
    near(rocAuc({ outcome, predicted: [0.5, 0.5, 0.5, 0.5] }), 0.5);
    near(averagePrecision({ outcome, predicted: [0.5, 0.5, 0.5, 0.5] }), 0.5);
  });

  test("one outcome only: nothing to rank; certainty that was wrong costs much, not infinity", () => {
    assert.equal(rocAuc({ outcome: [1, 1], predicted: [0.2, 0.4] }), null);
    assert.equal(rocAuc({ outcome: [], predicted: [] }), null);
    assert.equal(averagePrecision({ outcome: [0, 0], predicted: [0.2, 0.4] }), null);
    near(logLoss({ outcome: [1], predicted: [0] }), -Math.log(1e-15));
    near(logLoss({ outcome: [1, 0], predicted: [1, 0] }), 1.1102230246251565e-15);
  });
});
