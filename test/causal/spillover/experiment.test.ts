import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  COURSE_SEED,
  cascadeClicks,
  drawAssignment,
  experimentOf,
  focalRows,
  logisticClicks,
  neighbouringPositions,
  promotionExperiment,
  runExperiment,
  type Slates,
} from "../../../lib/causal/spillover";
import { assertClose, experimentWith, mean, simulatedSlates, slatesOf, sum } from "./fixture";

const twelves = (count: number) =>
  slatesOf(
    Object.fromEntries(Array.from({ length: count }, (_, j) => [`s${j}`, "ABCD".repeat(3)])),
  );

describe("drawAssignment", () => {
  test("draws focal items uniformly from the eligible positions, and arms with their probability", () => {
    const slates = twelves(4000);
    const { focal, treated, probability } = drawAssignment(slates, { seed: 3, probability: 0.3 });
    const counts = new Map<number, number>();
    for (const [j, row] of focal.entries()) {
      assert.equal(slates.slateOf[row], j);
      const position = slates.position[row]!;
      counts.set(position, (counts.get(position) ?? 0) + 1);
    }
    assert.deepEqual(
      [...counts.keys()].sort((a, b) => a - b),
      [5, 6, 7, 8, 9, 10, 11, 12],
    );
    // Each has 500 expected; four standard deviations are 4 sqrt(4000 / 8 * 7 / 8) = 84.
    for (const count of counts.values()) assertClose(count, 500, 84);
    assertClose(mean(treated), 0.3, 4 * Math.sqrt((0.3 * 0.7) / 4000));
    assert.equal(probability, 0.3);
    const promotedPosition = mean(
      Array.from(focal)
        .filter((_, j) => treated[j] === 1)
        .map((row) => slates.position[row]!),
    );
    assertClose(promotedPosition, 8.5, 4 * Math.sqrt(5.25 / 1200));
  });

  test("takes the last item where it is the only one, and any with minPosition 1", () => {
    const slates = slatesOf({ a: "AB", b: "ABC" });
    const last = drawAssignment(slatesOf({ a: "AB", b: "AB" }), { seed: 1, minPosition: 2 });
    assert.deepEqual([...last.focal], [1, 3]);
    const rows = new Set(
      Array.from({ length: 60 }, (_, seed) => [
        ...drawAssignment(slates, { seed, minPosition: 1 }).focal,
      ]).flat(),
    );
    assert.deepEqual([...rows].sort(), [0, 1, 2, 3, 4]);
  });

  test("repeats with the seed; the probability does not move the focal items", () => {
    const slates = simulatedSlates(20, 50);
    const draw = (seed: number, probability = 0.5) => drawAssignment(slates, { seed, probability });
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7).focal, draw(8).focal);
    assert.notDeepEqual(draw(7).treated, draw(8).treated);
    assert.deepEqual(draw(7, 0.1).focal, draw(7).focal);
    assert.equal(sum(draw(7, 0).treated), 0);
    assert.equal(sum(draw(7, 1).treated), slates.count);
  });

  test("refuses a slate that is too short, and options out of range", () => {
    const slates = slatesOf({ long: "ABCDE", short: "AB" });
    assert.throws(
      () => drawAssignment(slates, { seed: 1 }),
      /Slate short has 2 items, none at position 5 or later to promote\. Lower minPosition/,
    );
    for (const probability of [-0.1, 1.1, Number.NaN]) {
      assert.throws(() => drawAssignment(slates, { seed: 1, probability }), /in \[0, 1\], not/);
    }
    for (const minPosition of [0, 1.5, Number.NaN]) {
      assert.throws(
        () => drawAssignment(slates, { seed: 1, minPosition }),
        /minPosition is a whole number of 1 or more/,
      );
    }
    assert.throws(
      () => drawAssignment(slates, { seed: 0.5, minPosition: 2 }),
      /seed must be an integer/,
    );
  });
});

test("focalRows flags all focal rows, or those of the chosen slates", () => {
  const slates = slatesOf({ a: "AB", b: "ABC" });
  const focal = Int32Array.of(1, 2);
  assert.deepEqual([...focalRows(slates, focal)], [0, 1, 1, 0, 0]);
  assert.deepEqual([...focalRows(slates, focal, [0, 1])], [0, 0, 1, 0, 0]);
});

function assertSound(slates: Slates, seed: number): void {
  const e = promotionExperiment(slates, { seed });
  for (let i = 0; i < slates.rows; i++) {
    const j = slates.slateOf[i]!;
    const isFocal = e.focal[j] === i ? 1 : 0;
    assert.equal(e.isFocal[i], isFocal);
    assert.equal(e.promoted[i], isFocal * e.treated[j]!);
    assert.equal(e.lift[i], e.observed[i]! - e.withoutPromotion[i]!);
    if (e.treated[j] === 0) assert.equal(e.lift[i], 0);
    assert.ok(e.observed[i]! >= 0.01 && e.observed[i]! <= 0.95);
    assert.ok(e.clicks[i] === 0 || e.clicks[i] === 1);
  }
}

describe("promotionExperiment", () => {
  test("ties rows, slates and arms together, and lifts nothing in control slates", () => {
    assertSound(simulatedSlates(21), 5);
  });

  test("is the assignment of its seed with clicks of the seed plus 17", () => {
    const slates = simulatedSlates(22, 40);
    const assignment = drawAssignment(slates, { seed: COURSE_SEED });
    const run = runExperiment(slates, assignment, { seed: COURSE_SEED + 17 });
    assert.deepEqual(promotionExperiment(slates), run);
    assert.equal(COURSE_SEED, 20260428);
  });

  test("clicks come about as often as the probabilities say", () => {
    const slates = simulatedSlates(23);
    const { clicks, observed } = promotionExperiment(slates, { seed: 4 });
    const variance = sum(observed.map((p) => p * (1 - p)));
    assertClose(sum(clicks), sum(observed), 4 * Math.sqrt(variance));
  });

  test("takes another click model and another competition", () => {
    const slates = simulatedSlates(24, 30);
    const competition = neighbouringPositions(slates, 1);
    const model = cascadeClicks(slates);
    const e = promotionExperiment(slates, { seed: 4, model, competition, minPosition: 2 });
    assert.deepEqual(e.observed, model.probabilities(e.promoted));
    for (let i = 0; i < slates.rows; i++) {
      const focal = e.focal[slates.slateOf[i]!]!;
      const isNear = Math.abs(i - focal) === 1 && e.treated[slates.slateOf[i]!] === 1;
      assert.equal(e.exposure.sameCluster[i], isNear ? 1 : 0);
    }
  });

  test("runs on slates of two items, and says what to do by default", () => {
    const slates = slatesOf({ a: "AA", b: "AB" });
    const e = promotionExperiment(slates, { minPosition: 2, probability: 1 });
    assert.deepEqual([...e.promoted], [0, 1, 0, 1]);
    assert.deepEqual([...e.exposure.finalPosition], [2, 1, 2, 1]);
    assert.deepEqual([...e.exposure.sameCluster], [1, 0, 0, 0]);
    assert.throws(() => promotionExperiment(slates), /Slate a has 2 items/);
  });
});

describe("experimentOf", () => {
  const slates = slatesOf({ a: "AB", b: "ABC" });

  test("nobody and everybody promoted", () => {
    const nobody = experimentWith(slates, [1, 4], [0, 0]);
    assert.deepEqual([...nobody.lift], [0, 0, 0, 0, 0]);
    assert.deepEqual(nobody.observed, nobody.withoutPromotion);
    const everybody = experimentWith(slates, [1, 4], [1, 1]);
    assert.deepEqual(everybody.promoted, everybody.isFocal);
  });

  test("refuses what does not fit the slates", () => {
    const wrong = (focal: number[], treated: number[], message: RegExp) => {
      const p = logisticClicks(slates).probabilities(new Uint8Array(5));
      const outcomes = { withoutPromotion: p, observed: p, clicks: new Uint8Array(5) };
      const assignment = {
        focal: Int32Array.from(focal),
        treated: Uint8Array.from(treated),
        probability: 0.5,
      };
      assert.throws(() => experimentOf(slates, assignment, outcomes), message);
    };
    wrong([1, 1], [0, 1], /Slate b: its focal item, row 1, lies outside/);
    wrong([1, 5], [0, 1], /Slate b: its focal item, row 5, lies outside/);
    wrong([1], [0, 1], /2 slates have 1 focal items and 2 arms/);
    wrong([1, 2], [0, 2], /Slate b: the arm is 0 or 1, not 2/);
    const e = experimentWith(slates, [1, 2], [0, 1]);
    assert.throws(
      () => experimentOf(slates, e, { ...e, clicks: new Uint8Array(3) }),
      /clicks has 3 values for 5 rows/,
    );
  });

  test("takes arms from the assignment where the outcomes are those of another experiment", () => {
    const old = experimentWith(slates, [1, 2], [0, 1], [3]);
    const assignment = { ...old, focal: Int32Array.of(0, 4), treated: Uint8Array.of(1, 0) };
    const e = experimentOf(slates, assignment, old);
    assert.deepEqual(
      [[...e.focal], [...e.treated]],
      [
        [0, 4],
        [1, 0],
      ],
    );
    assert.deepEqual([...e.promoted], [1, 0, 0, 0, 0]);
    assert.deepEqual(e.clicks, old.clicks);
  });
});
