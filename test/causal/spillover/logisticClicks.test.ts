import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  exposureOf,
  logisticClicks,
  neighbouringPositions,
  popularityScore,
  visibility,
} from "../../../lib/causal/spillover";
import { logistic } from "../../../lib/causal/spillover/clickModel";
import { random } from "../../../lib/stats";
import { assertClose, onRows, simulatedSlates, slatesOf, sum } from "./fixture";

const logit = (p: number) => Math.log(p / (1 - p));

/**
 * The first five rows of slate user_50_seed as published: ln(1 + count), z-score, item liked rate, p without promotion,
 * p observed, lift. All have 5 stars; the promoted item, of another cluster, stands at seed position 6.
 */
const PUBLISHED = [
  [6.3665, 0.6853, 0.6644, 0.4356, 0.2966, -0.139],
  [7.2772, 1.3316, 0.751, 0.355, 0.2834, -0.0716],
  [7.1293, 1.2266, 0.7257, 0.3176, 0.2642, -0.0535],
  [3.7842, -1.1469, 0.6512, 0.2497, 0.209, -0.0406],
  [6.725, 0.9397, 0.7404, 0.285, 0.2432, -0.0418],
] as const;

/**
 * These rows, seven more of the slate and a second slate of twelve, made so that over the 24 rows the mean and standard
 * deviation of ln(1 + count) are 5.4006 and 1.4093, and .35 (U - mean U) - .25 mean M is -.0637: what the printed digits imply.
 */
function publishedSlate() {
  const [mu, sd, meanLiked, userRate] = [5.4006, 1.4093, 0.6, 0.8051];
  const known = PUBLISHED.map(([log]) => log - mu);
  const shift = -sum(known) / 12;
  const spread = Math.sqrt((23 * sd ** 2 - sum(known.map((d) => d * d))) / 12 - shift ** 2);
  const logs = [
    ...PUBLISHED.map(([log]) => log),
    ...Array.from({ length: 7 }, () => mu),
    ...Array.from({ length: 12 }, (_, i) => mu + shift + (i % 2 ? spread : -spread)),
  ];
  const liked = PUBLISHED.map(([, , rate]) => rate as number);
  const filler = (24 * meanLiked - sum(liked)) / 19;
  const otherUser = userRate - (2 * (0.25 * meanLiked - 0.0637)) / 0.35;
  return slatesOf(
    { user_50_seed: "ABCDEFCBABAB", filler: "ABABABABABAB" },
    {
      relevance: logs.map(() => 5),
      ratingCount: logs.map((log) => Math.exp(log) - 1),
      likedRate: logs.map((_, i) => liked[i] ?? filler),
      userLikedRate: logs.map((_, i) => (i < 12 ? userRate : otherUser)),
    },
  );
}

describe("the published equation", () => {
  test("gives the worked rows of user_50_seed to the printed digits", () => {
    const slates = publishedSlate();
    const model = logisticClicks(slates);
    const before = model.probabilities(new Uint8Array(slates.rows));
    const after = model.probabilities(onRows(slates, 5));
    for (const [i, [, z, , without, observed, lift]] of PUBLISHED.entries()) {
      // About one unit of the last printed digit: mean, deviation and rates were rounded too.
      assertClose(popularityScore(slates)[i], z, 1e-4);
      assertClose(before[i], without, 1e-4);
      assertClose(after[i], observed, 1e-4);
      assertClose(after[i]! - before[i]!, lift, 1e-4);
    }
  });

  test("adds -.18 to a displaced item, .20 to the promoted, -.42 to a displaced rival, beside visibility", () => {
    // Item 4 (A) of six is promoted: 1 is a rival above it, 2 and 3 are others above it, 5 a rival below, 6 another below.
    const slates = slatesOf({ a: "ABBAAB" });
    const model = logisticClicks(slates);
    const promoted = onRows(slates, 3);
    const { finalPosition } = exposureOf(slates, promoted);
    const [before, after] = [new Uint8Array(6), promoted].map(model.probabilities);
    const beyondVisibility = Array.from(finalPosition, (final, i) => {
      const seed = slates.position[i]!;
      return logit(after![i]!) - logit(before![i]!) - 1.15 * (visibility(final) - visibility(seed));
    });
    for (const [i, added] of [-0.42, -0.18, -0.18, 0.2, -0.32, -0.08].entries()) {
      assertClose(beyondVisibility[i], added);
    }
  });

  test("with several promoted items, each adds its penalties", () => {
    // Seed positions 3 (A) and 5 (B) are promoted; final positions are 3, 4, 1, 5, 2. All items have 4 stars: context -2.36.
    const slates = slatesOf({ a: "ABAAB" });
    const p = logisticClicks(slates).probabilities(onRows(slates, 2, 4));
    const eta = [
      -2.36 + 1.15 * 0.5 - 2 * 0.08 - 0.24 - 2 * 0.1, // -2.385
      -2.36 + 1.15 / Math.log2(5) - 2 * 0.08 - 0.24 - 2 * 0.1,
      -2.36 + 1.15 + 0.2, // -1.01
      -2.36 + 1.15 / Math.log2(6) - 2 * 0.08 - 0.24 - 0.1,
      -2.36 + 1.15 / Math.log2(3) + 0.2,
    ];
    for (const [i, expected] of eta.entries()) assertClose(p[i], logistic(expected));
    assertClose(p[0], 0.08432, 5e-6);
    assertClose(p[2], 0.26698, 5e-6);
  });

  test("is the sum of the doses of exposureOf for any promotion and competition", () => {
    const slates = simulatedSlates(10, 30);
    const competition = neighbouringPositions(slates, 2);
    const model = logisticClicks(slates, { competition, coefficients: { floor: 0, ceiling: 1 } });
    const before = model.probabilities(new Uint8Array(slates.rows));
    const flag = fc.constantFrom(0, 0, 0, 1);
    fc.assert(
      fc.property(fc.array(flag, { minLength: slates.rows, maxLength: slates.rows }), (flags) => {
        const promoted = Uint8Array.from(flags);
        const e = exposureOf(slates, promoted, { competition });
        const after = model.probabilities(promoted);
        for (let i = 0; i < slates.rows; i++) {
          const gain = visibility(e.finalPosition[i]!) - visibility(slates.position[i]!);
          const penalties =
            -0.08 * e.sameSlate[i]! - 0.24 * e.sameCluster[i]! - 0.1 * e.displaced[i]!;
          const expected = logit(before[i]!) + 1.15 * gain + 0.2 * e.direct[i]! + penalties;
          assertClose(logit(after[i]!), expected, 1e-9);
        }
      }),
      { numRuns: 20, seed: 7 },
    );
  });
});

describe("logisticClicks", () => {
  test("a promoted item never loses, another never gains, a slate without promotion does not change", () => {
    const slates = simulatedSlates(11, 60);
    const model = logisticClicks(slates);
    const before = model.probabilities(new Uint8Array(slates.rows));
    const draws = random(3);
    const promoted = Uint8Array.from({ length: slates.rows }, () => Number(draws.bernoulli(0.08)));
    const after = model.probabilities(promoted);
    for (let j = 0; j < slates.count; j++) {
      const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
      const isPromoting = promoted.subarray(from, to).includes(1);
      for (let i = from; i < to; i++) {
        if (!isPromoting) assert.equal(after[i], before[i]);
        else if (promoted[i] === 1) assert.ok(after[i]! > before[i]!);
        else assert.ok(after[i]! < before[i]! || before[i] === 0.01);
      }
    }
  });

  test("twelve like items: the slate loses, and loses more the lower the promoted item stood", () => {
    const slates = slatesOf({ a: "D".repeat(12) });
    const model = logisticClicks(slates);
    const total = (row?: number) =>
      sum(model.probabilities(row === undefined ? new Uint8Array(12) : onRows(slates, row)));
    const totals = [undefined, 4, 5, 6, 7, 8, 9, 10, 11].map(total);
    for (let k = 1; k < totals.length; k++) assert.ok(totals[k]! < totals[k - 1]!);
  });

  test("keeps probabilities within their bounds", () => {
    const slates = slatesOf({ a: "DD" }, { relevance: [1000, -1000] });
    assert.deepEqual([...logisticClicks(slates).probabilities(new Uint8Array(2))], [0.95, 0.01]);
    const bare = logisticClicks(slates, { coefficients: { floor: 0, ceiling: 1 } });
    assert.deepEqual([...bare.probabilities(new Uint8Array(2))], [1, 0]);
    assert.deepEqual([...bare.draw(new Uint8Array(2), random(1))], [1, 0]);
  });

  test("draws follow the probabilities and repeat with the seed", () => {
    const slates = slatesOf({ a: "ABA" }, { relevance: [5, 4.5, 5] });
    const model = logisticClicks(slates);
    const promoted = onRows(slates, 2);
    const p = model.probabilities(promoted);
    const draws = random(5);
    const counts = [0, 0, 0];
    for (let n = 0; n < 4000; n++) {
      for (const [i, click] of model.draw(promoted, draws).entries()) counts[i]! += click;
    }
    for (const [i, count] of counts.entries()) assertClose(count / 4000, p[i]!, 0.032);
    assert.deepEqual(model.draw(promoted, random(2)), model.draw(promoted, random(2)));
  });

  test("refuses a promotion or a competition of other slates", () => {
    const slates = slatesOf({ a: "ABA" });
    assert.throws(
      () => logisticClicks(slates).probabilities(new Uint8Array(4)),
      /4 values for 3 rows/,
    );
    assert.throws(
      () => logisticClicks(slates).probabilities(Uint8Array.of(0, 2, 0)),
      /Row 2: promoted is 0 or 1, not 2/,
    );
    const competition = neighbouringPositions(slatesOf({ a: "AB" }));
    assert.throws(() => logisticClicks(slates, { competition }), /made for other slates/);
  });
});
