import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionalEffect } from "../../lib/causal/conditionalEffect";
import {
  policyDifferences,
  policyValues,
  treatAbove,
  treatAll,
  treatNone,
  treatTopShare,
} from "../../lib/causal/policyValue";
import { linearLearner } from "../../lib/stats/linearLearner";
import { simulatedTrial } from "./simulatedTrial";

const close = (actual: number | null, expected: number) =>
  assert.ok(Math.abs(actual! - expected) < 1e-12, `${actual}, not ${expected}`);

test("gains by hand: nobody exactly 0, all the mean score, some a part of it", () => {
  const input = { scores: [2, -4, 6, 0], oracle: [1, -1, 3, 1] };
  const some = { name: "first and third", treats: Uint8Array.of(1, 0, 1, 0) };
  const [none, all, part] = policyValues(input, [treatNone(4), treatAll(4), some]);
  assert.deepEqual(
    [none!.value, none!.standardError, none!.lower, none!.upper, none!.trueValue],
    [0, 0, 0, 0, 0],
  );
  assert.equal(none!.treatedShare, 0);
  close(all!.value, 1);
  close(all!.trueValue, 1);
  close(part!.value, 2);
  close(part!.trueValue, 1);
  assert.equal(part!.treatedShare, 0.5);
  // Terms 2, 0, 6, 0: squared deviations from 2 add up to 24.
  close(part!.standardError, Math.sqrt(24 / 3 / 4));
  assert.equal(policyValues({ scores: input.scores }, [some])[0]!.trueValue, null);
});

test("differences are paired: rows that both policies treat alike add nothing", () => {
  const input = { scores: [2, -4, 6, 0], oracle: [1, -1, 3, 1] };
  const some = { name: "some", treats: Uint8Array.of(1, 0, 1, 1) };
  const [difference, same] = policyDifferences(input, [some, treatAll(4)], treatAll(4));
  // Terms 0, 4, 0, 0.
  close(difference!.value, 1);
  close(difference!.standardError, Math.sqrt(12 / 3 / 4));
  close(difference!.trueValue, 0.25);
  assert.deepEqual([same!.value, same!.standardError], [0, 0]);
  assert.equal(difference!.estimand, "gain per row of some over treat all");
});

test("clusters widen the error of rows that move together", () => {
  const scores = [1, 1, 1, 5, 5, 5];
  const [alone] = policyValues({ scores }, [treatAll(6)]);
  const [together] = policyValues({ scores, cluster: [1, 1, 1, 2, 2, 2] }, [treatAll(6)]);
  assert.ok(together!.standardError! > alone!.standardError!);
});

test("thresholds: above 0, and the top share of each fold", () => {
  assert.deepEqual([...treatAbove([-1, 0, 0.1]).treats], [0, 0, 1]);
  assert.deepEqual([...treatAbove([-1, 0, 0.1], -2).treats], [1, 1, 1]);
  const predicted = [1, 2, 3, 4, 40, 30, 20, 10];
  const fold = [0, 0, 0, 0, 1, 1, 1, 1];
  assert.deepEqual([...treatTopShare(predicted, fold, 0.5).treats], [0, 0, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual([...treatTopShare(predicted, fold, 0).treats], new Array(8).fill(0));
  assert.deepEqual([...treatTopShare(predicted, fold, 1).treats], new Array(8).fill(1));
  const ties = [7, 7, 7, 9];
  assert.deepEqual([...treatTopShare(ties, [0, 0, 0, 0], 0.5).treats], [0, 0, 0, 1]);
  assert.equal(treatTopShare(predicted, fold, 0.25).name, "treat the top 25%");
  assert.equal(treatAbove(predicted).name, "treat above 0");
});

test("a fold's rule does not move with the predictions of other folds, whose models learned from it", () => {
  const fold = [0, 0, 1, 1, 1, 1];
  const before = treatTopShare([5, 1, 1, 2, 3, 4], fold, 0.5).treats;
  const after = treatTopShare([5, 1, 9, 8, -3, -4], fold, 0.5).treats;
  assert.deepEqual(before.slice(0, 2), after.slice(0, 2));
  assert.notDeepEqual(before, after);
});

test("over 200 experiments the value of a learned rule is covered in 95 of 100", () => {
  const line = linearLearner();
  let covered = 0;
  for (let seed = 0; seed < 200; seed++) {
    const trial = simulatedTrial(200, { seed, effect: (a) => a });
    const found = conditionalEffect(trial, {
      outcome: line,
      propensity: 0.5,
      candidates: { line },
      folds: 4,
      seed,
    });
    const input = { scores: found.scores, oracle: trial.effect };
    const [value] = policyValues(input, [treatAbove(found.predicted.line!)]);
    if (value!.lower! <= value!.trueValue! && value!.trueValue! <= value!.upper!) covered++;
  }
  // The interval is for rows of the same kind; these rows' own gain varies less, so 95 % or a little more.
  assert.ok(covered / 200 > 0.95 - 3.5 * Math.sqrt((0.95 * 0.05) / 200), `${covered}`);
});

test("what cannot be is an error", () => {
  const two = { name: "two", treats: Uint8Array.of(2, 0) };
  assert.throws(() => policyValues({ scores: [1, 2] }, [two]), /two, row 1: 0 or 1, not 2/);
  assert.throws(
    () => policyValues({ scores: [1] }, [treatAll(2)]),
    /about 2 rows; there are 1 scores/,
  );
  assert.throws(
    () => policyValues({ scores: [1, 2], oracle: [1] }, [treatAll(2)]),
    /1 true effects/,
  );
  assert.throws(() => treatTopShare([1, 2], [0, 1], 25), /lies in \[0, 1\], unlike 25/);
});
