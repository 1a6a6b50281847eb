import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ChoiceOptions, choiceClicks, visibility } from "../../../lib/causal/spillover";
import { random } from "../../../lib/stats";
import { assertClose, onRows, simulatedSlates, slatesOf, sum } from "./fixture";

const STARS = [5, 3, 4];
/** Items 1 and 3 are of one cluster. */
const slates = slatesOf({ a: "ABA" }, { relevance: STARS });

/** Utilities of the three items without promotion, and with the third promoted: final positions 2, 3, 1. */
const utilities = (final: readonly number[], promoted = -1) =>
  STARS.map(
    (stars, i) =>
      -2.75 + 0.78 * (stars - 3.5) + 1.15 * visibility(final[i]!) + (i === promoted ? 0.2 : 0),
  );
const CASES = [
  { promoted: new Uint8Array(3), u: utilities([1, 2, 3]) },
  { promoted: onRows(slates, 2), u: utilities([2, 3, 1], 2) },
];

/** Nested logit as the textbook writes it: P(cluster) times P(item in its cluster). The last is that of nothing. */
function nestedPicks(u: readonly number[], lambda: number): number[] {
  const worth = (own: readonly number[]) => sum(own.map((i) => Math.exp(u[i]! / lambda)));
  const clusters = [[0, 2], [1]];
  const all = 1 + sum(clusters.map((own) => worth(own) ** lambda));
  const picks = [0, 0, 0];
  for (const own of clusters) {
    for (const i of own) {
      picks[i] = (worth(own) ** lambda / all) * (Math.exp(u[i]! / lambda) / worth(own));
    }
  }
  return [...picks, 1 / all];
}

/** P(item is among the picks), over all sequences of picks. */
function enumerated(picks: readonly number[], budget: number): number[] {
  const clicked = [0, 0, 0];
  const choose = (left: number, chosen: ReadonlySet<number>, probability: number) => {
    if (left === 0) {
      for (const i of chosen) if (i < 3) clicked[i]! += probability;
      return;
    }
    for (const [i, p] of picks.entries()) {
      choose(left - 1, new Set([...chosen, i]), probability * p);
    }
  };
  choose(budget, new Set(), 1);
  return clicked;
}

describe("choiceClicks", () => {
  test("has the probabilities of all sequences of picks", () => {
    const settings: ChoiceOptions[] = [
      {},
      { budget: 1, dissimilarity: 0.3 },
      { budget: 3, dissimilarity: 1 },
    ];
    for (const options of settings) {
      const { budget = 5, dissimilarity = 0.5 } = options;
      const model = choiceClicks(slates, options);
      for (const { promoted, u } of CASES) {
        const expected = enumerated(nestedPicks(u, dissimilarity), budget);
        const p = model.probabilities(promoted);
        for (const i of [0, 1, 2]) assertClose(p[i], expected[i]!);
      }
    }
  });

  test("with dissimilarity 1 is the multinomial logit, and clusters have no part in it", () => {
    const model = choiceClicks(slates, { budget: 1, dissimilarity: 1 });
    assert.equal(model.name, "multinomial choice");
    assert.equal(choiceClicks(slates).name, "nested choice");
    for (const { promoted, u } of CASES) {
      const p = model.probabilities(promoted);
      const all = 1 + sum(u.map(Math.exp));
      for (const i of [0, 1, 2]) assertClose(p[i], Math.exp(u[i]!) / all);
    }
    const apart = slatesOf({ a: "ABC" }, { relevance: STARS });
    const other = choiceClicks(apart, { budget: 1, dissimilarity: 1 });
    const [one, two] = [model, other].map((m) => m.probabilities(new Uint8Array(3)));
    for (const i of [0, 1, 2]) assertClose(one![i], two![i]!);
  });

  test("of near substitutes nearly all goes to the better one, without overflow", () => {
    for (const dissimilarity of [0.01, 0.001, 1e-6]) {
      const model = choiceClicks(slates, { budget: 1, dissimilarity });
      const p = model.probabilities(new Uint8Array(3));
      const [first, second] = CASES[0]!.u.map(Math.exp);
      assertClose(p[0], first! / (1 + first! + second!), 1e-6);
      assertClose(p[2], 0, 1e-6);
    }
  });

  test("draws follow the probabilities", () => {
    const model = choiceClicks(slates, { budget: 3, coefficients: { intercept: -1 } });
    const { promoted } = CASES[1]!;
    const p = model.probabilities(promoted);
    const draws = random(31);
    const counts = [0, 0, 0];
    for (let n = 0; n < 4000; n++) {
      for (const [i, click] of model.draw(promoted, draws).entries()) counts[i]! += click;
    }
    for (const [i, count] of counts.entries()) assertClose(count / 4000, p[i]!, 0.032);
    assert.deepEqual(model.draw(promoted, random(2)), model.draw(promoted, random(2)));
  });

  test("an item promoted alone gains, every other item of its slate loses, and so does nothing", () => {
    const many = simulatedSlates(13, 60);
    const model = choiceClicks(many, { budget: 1 });
    const before = model.probabilities(new Uint8Array(many.rows));
    const rows = Array.from({ length: many.count }, (_, j) => many.starts[j + 1]! - 1 - (j % 4));
    const promoted = onRows(many, ...rows);
    const after = model.probabilities(promoted);
    for (let i = 0; i < many.rows; i++) {
      if (promoted[i] === 1) assert.ok(after[i]! > before[i]!);
    }
    // With equal visibility at all positions only attention is taken away.
    const level = choiceClicks(many, { budget: 1, coefficients: { decay: 0 } });
    const [calm, stirred] = [new Uint8Array(many.rows), promoted].map(level.probabilities);
    for (let j = 0; j < many.count; j++) {
      let picked = 0;
      for (let i = many.starts[j]!; i < many.starts[j + 1]!; i++) {
        const change = stirred![i]! - calm![i]!;
        assert.ok(promoted[i] === 1 ? change > 0 : change < 0);
        picked += change;
      }
      assert.ok(picked > 0);
    }
  });

  test("a budget or a dissimilarity out of range is an error", () => {
    for (const budget of [0, 1.5, Number.NaN]) {
      assert.throws(
        () => choiceClicks(slates, { budget }),
        /budget is a whole number of 1 or more/,
      );
    }
    for (const dissimilarity of [0, 1.01, Number.NaN]) {
      assert.throws(() => choiceClicks(slates, { dissimilarity }), /dissimilarity is in \(0, 1\]/);
    }
    assert.throws(() => choiceClicks(slates).draw(new Uint8Array(2), random(1)), /2 values for 3/);
  });
});
