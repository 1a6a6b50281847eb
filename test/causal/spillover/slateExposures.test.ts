import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exposureProbabilities } from "../../../lib/causal";
import {
  EXPOSURE_GROUPS,
  eligibleRows,
  type FocalDesignOptions,
  fixedFocalDesign,
  focalExposureProbabilities,
  neighbouringPositions,
  oneFocalDesign,
  probabilitiesByPosition,
  type Slates,
  slateExposureMapping,
} from "../../../lib/causal/spillover";
import { random } from "../../../lib/stats";
import { assertClose, onRows, simulatedSlates, slatesOf, sum } from "./fixture";

const [DIRECT, CONTROL, RIVAL, OTHER, UNCHANGED] = EXPOSURE_GROUPS;

/** Probabilities of direct, same cluster, other and unchanged, one list a row. */
function marginals(slates: Slates, options: FocalDesignOptions): number[][] {
  const probabilities = focalExposureProbabilities(slates, options);
  assert.equal(probabilities.method, "exact");
  assert.deepEqual([...probabilities.marginal(CONTROL)], new Array(slates.rows).fill(0));
  return Array.from({ length: slates.rows }, (_, i) =>
    [DIRECT, RIVAL, OTHER, UNCHANGED].map((level) => probabilities.marginal(level)[i]!),
  );
}

describe("exposure probabilities of the course's design", () => {
  test("of a slate of three, by hand", () => {
    const slates = slatesOf({ a: "AAB" });
    // Items 2 and 3 are promoted with probability 1/4 each.
    const options = { minPosition: 2, probability: 0.5 };
    assert.deepEqual(marginals(slates, options), [
      [0, 0.25, 0.25, 0.5],
      [0.25, 0, 0.25, 0.5],
      [0.25, 0, 0.25, 0.5],
    ]);
    const { joint } = focalExposureProbabilities(slates, options);
    assert.equal(joint(0, RIVAL, 1, DIRECT), 0.25);
    assert.equal(joint(0, RIVAL, 2, DIRECT), 0);
    assert.equal(joint(0, OTHER, 2, DIRECT), 0.25);
    assert.equal(joint(0, UNCHANGED, 2, UNCHANGED), 0.5);
  });

  test("are those of independent slates: joint ones multiply across slates", () => {
    const { joint } = focalExposureProbabilities(slatesOf({ a: "AB", b: "BAA" }), {
      minPosition: 2,
      probability: 0.4,
    });
    assertClose(joint(1, DIRECT, 4, DIRECT), 0.4 * 0.2);
  });

  test("follow the structure that is given", () => {
    const slates = slatesOf({ a: "AAB" });
    const probabilities = focalExposureProbabilities(slates, {
      minPosition: 2,
      competition: neighbouringPositions(slates, 1),
    });
    assert.deepEqual([...probabilities.marginal(RIVAL)], [0.25, 0.25, 0.25]);
    assert.deepEqual([...probabilities.marginal(OTHER)], [0.25, 0, 0]);
  });

  test("hold for slates of two, of one cluster, and for a coin that always falls alike", () => {
    assert.deepEqual(marginals(slatesOf({ a: "AB" }), { minPosition: 2 }), [
      [0, 0, 0.5, 0.5],
      [0.5, 0, 0, 0.5],
    ]);
    assert.deepEqual(marginals(slatesOf({ a: "AAA" }), { minPosition: 3, probability: 0.25 }), [
      [0, 0.25, 0, 0.75],
      [0, 0.25, 0, 0.75],
      [0.25, 0, 0, 0.75],
    ]);
    assert.deepEqual(marginals(slatesOf({ a: "AB" }), { minPosition: 1, probability: 0 }), [
      [0, 0, 0, 1],
      [0, 0, 0, 1],
    ]);
    assert.deepEqual(marginals(slatesOf({ a: "AB" }), { minPosition: 1, probability: 1 }), [
      [0.5, 0, 0.5, 0],
      [0.5, 0, 0.5, 0],
    ]);
  });

  test("add up to 1 for every row", () => {
    const slates = simulatedSlates(8, 100);
    for (const row of marginals(slates, { probability: 0.3 })) assertClose(sum(row), 1);
  });

  test("agree with draws of the design", () => {
    const slates = slatesOf({ a: "AABAB", b: "ABABBA" });
    const options = { minPosition: 3, probability: 0.6 };
    const design = oneFocalDesign(slates, options);
    const mapping = slateExposureMapping(slates);
    const stream = random(4);
    const draws = 4000;
    const counts = Array.from({ length: slates.rows }, () => new Float64Array(5));
    for (let draw = 0; draw < draws; draw++) {
      mapping.exposures(design.draw(stream)).forEach((group, i) => {
        counts[i]![group]! += 1;
      });
    }
    const exact = focalExposureProbabilities(slates, options);
    // Five standard errors of a share of 4,000 draws.
    counts.forEach((own, i) => {
      own.forEach((count, level) => {
        assertClose(count / draws, exact.marginal(level)[i]!, 5 * Math.sqrt(0.25 / draws));
      });
    });
  });
});

describe("eligible rows", () => {
  test("stand at the first position that may be promoted, or later", () => {
    assert.deepEqual([...eligibleRows(slatesOf({ a: "ABC", b: "AB" }), 2)], [0, 1, 1, 0, 1]);
  });

  test("a slate without one is an error", () => {
    assert.throws(
      () => oneFocalDesign(slatesOf({ a: "ABCAB", b: "AB" })),
      /Slate b has 2 items, none at position 5 or later/,
    );
  });
});

test("once focal items are drawn, only the coin is left", () => {
  const slates = slatesOf({ a: "AAB", b: "BA" });
  const focal = Int32Array.of(1, 4);
  const design = fixedFocalDesign(slates, focal, { probability: 0.3 });
  const eligible = onRows(slates, ...focal);
  const probabilities = exposureProbabilities(design, slateExposureMapping(slates, { eligible }));
  const of = (level: string) => [...probabilities.marginal(level)];
  assert.deepEqual(of(DIRECT), [0, 0.3, 0, 0, 0.3]);
  assert.deepEqual(of(CONTROL), [0, 0.7, 0, 0, 0.7]);
  assert.deepEqual(of(RIVAL), [0.3, 0, 0, 0, 0]);
  assert.deepEqual(of(OTHER), [0, 0, 0.3, 0.3, 0]);
  assert.deepEqual(of(UNCHANGED), [0.7, 0, 0.7, 0.7, 0]);
  const stream = random(2);
  for (let draw = 0; draw < 50; draw++) {
    assert.ok(design.draw(stream).every((promoted, i) => promoted === 0 || eligible[i] === 1));
  }
});

test("probabilities by position are means over the items that stand there", () => {
  const slates = slatesOf({ a: "AAB", b: "BA" });
  const rows = probabilitiesByPosition(
    slates,
    focalExposureProbabilities(slates, { minPosition: 2 }),
  );
  assert.deepEqual(rows, [
    // In a the first item has a promotable rival, in b it has none.
    {
      seed_position: 1,
      direct_promoted: 0,
      same_cluster_spillover: 0.125,
      other_slate_spillover: 0.375,
      unchanged_non_focal: 0.5,
      never_same_cluster: 0.5,
    },
    {
      seed_position: 2,
      direct_promoted: 0.375,
      same_cluster_spillover: 0,
      other_slate_spillover: 0.125,
      unchanged_non_focal: 0.5,
      never_same_cluster: 1,
    },
    {
      seed_position: 3,
      direct_promoted: 0.25,
      same_cluster_spillover: 0,
      other_slate_spillover: 0.25,
      unchanged_non_focal: 0.5,
      never_same_cluster: 1,
    },
  ]);
});
