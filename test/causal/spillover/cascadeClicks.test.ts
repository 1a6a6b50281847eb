import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CascadeOptions, cascadeClicks, finalPositions } from "../../../lib/causal/spillover";
import { logistic } from "../../../lib/causal/spillover/clickModel";
import { random } from "../../../lib/stats";
import { assertClose, onRows, simulatedSlates, slatesOf } from "./fixture";

/** Sums the probability of every course of reading: items clicked or not, until the user stops. `a` is in reading order. */
function enumerated(a: readonly number[], afterSkip: number, afterClick: number): number[] {
  const clicked = a.map(() => 0);
  const read = (k: number, clicks: readonly number[], probability: number) => {
    const end = (own: readonly number[], p: number) => {
      for (const i of own) clicked[i]! += p;
    };
    if (k === a.length) return end(clicks, probability);
    for (const isClick of [true, false]) {
      const own = isClick ? [...clicks, k] : clicks;
      const p = probability * (isClick ? a[k]! : 1 - a[k]!);
      const goOn = isClick ? afterClick : afterSkip;
      end(own, p * (1 - goOn));
      read(k + 1, own, p * goOn);
    }
  };
  read(0, [], 1);
  return clicked;
}

const STARS = [5, 3, 4];
const slates = slatesOf({ a: "ABA" }, { relevance: STARS });
const context = STARS.map((stars) => -2.75 + 0.78 * (stars - 3.5));

describe("cascadeClicks", () => {
  test("has the probabilities of all courses of reading", () => {
    const settings: CascadeOptions[] = [
      {},
      { continueAfterSkip: 0.5, continueAfterClick: 0.9 },
      { continueAfterSkip: 1, continueAfterClick: 0 },
      { continueAfterSkip: 0, continueAfterClick: 0 },
    ];
    for (const options of settings) {
      const { continueAfterSkip: skip = 0.93, continueAfterClick: click = 0.75 } = options;
      const model = cascadeClicks(slates, options);
      const plain = enumerated(context.map(logistic), skip, click);
      const p = model.probabilities(new Uint8Array(3));
      for (const i of [0, 1, 2]) assertClose(p[i], plain[i]!);
      // The third item promoted: it is read first, then the first and the second.
      const order = [2, 0, 1].map((i) => logistic(context[i]! + (i === 2 ? 0.2 : 0)));
      const [third, first, second] = enumerated(order, skip, click);
      const after = model.probabilities(onRows(slates, 2));
      assertClose(after[0], first!);
      assertClose(after[1], second!);
      assertClose(after[2], third!);
    }
  });

  test("draws follow the probabilities, and stop where reading stops", () => {
    const model = cascadeClicks(slates, { coefficients: { intercept: -1 } });
    const promoted = onRows(slates, 2);
    const p = model.probabilities(promoted);
    const draws = random(21);
    const counts = [0, 0, 0];
    for (let n = 0; n < 4000; n++) {
      for (const [i, click] of model.draw(promoted, draws).entries()) counts[i]! += click;
    }
    for (const [i, count] of counts.entries()) assertClose(count / 4000, p[i]!, 0.032);
    assert.deepEqual(model.draw(promoted, random(2)), model.draw(promoted, random(2)));
    const one = cascadeClicks(slates, {
      continueAfterClick: 0,
      continueAfterSkip: 1,
      coefficients: { intercept: 40 },
    });
    assert.deepEqual([...one.draw(promoted, random(1))], [0, 0, 1]);
  });

  test("an item promoted alone never loses; an item that nothing passed and nobody reads past does not change", () => {
    const many = simulatedSlates(12, 60);
    const model = cascadeClicks(many);
    const before = model.probabilities(new Uint8Array(many.rows));
    const rows = Array.from({ length: many.count }, (_, j) => many.starts[j + 1]! - 1 - (j % 4));
    const promoted = onRows(many, ...rows);
    const after = model.probabilities(promoted);
    const final = finalPositions(many, promoted);
    for (let i = 0; i < many.rows; i++) {
      if (promoted[i] === 1) assert.ok(after[i]! > before[i]!);
      else if (final[i]! > many.position[i]!) assert.ok(after[i]! < before[i]!);
    }
    const sure = cascadeClicks(many, { continueAfterClick: 1, continueAfterSkip: 1 });
    const [calm, stirred] = [new Uint8Array(many.rows), promoted].map(sure.probabilities);
    for (let i = 0; i < many.rows; i++) {
      if (promoted[i] === 0) assert.equal(stirred![i], calm![i]);
    }
  });

  test("a probability to go on outside [0, 1] is an error", () => {
    for (const value of [-0.1, 1.1, Number.NaN]) {
      assert.throws(
        () => cascadeClicks(slates, { continueAfterClick: value }),
        /continueAfterClick is a probability/,
      );
    }
    assert.throws(
      () => cascadeClicks(slates).probabilities(new Uint8Array(2)),
      /2 values for 3 rows/,
    );
  });
});
