import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Design } from "../../lib/causal/design";
import { allAssignments, conditionalDesign, subsets } from "../../lib/causal/designBlocks";
import {
  bernoulli,
  clusterRandomization,
  completeRandomization,
  fixedFocal,
  oneTreatedPerGroup,
  productDesign,
  stratifiedRandomization,
  twoStageRandomization,
} from "../../lib/causal/designs";
import { random } from "../../lib/stats";

/** Probability of each assignment, by its digits. */
function listed(design: Design): Record<string, number> {
  const all = allAssignments(design);
  assert.ok(all, `${design.name} lists its assignments`);
  const found: Record<string, number> = {};
  all.assignments.forEach((assignment, k) => {
    const key = assignment.join("");
    found[key] = (found[key] ?? 0) + all.probabilities[k]!;
  });
  return found;
}

function same(found: Record<string, number>, expected: Record<string, number>): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [key, p] of Object.entries(expected)) {
    assert.ok(Math.abs(found[key]! - p) < 1e-14, `${key}: ${found[key]}, ${p}`);
  }
}

/** Draws agree with the listed probabilities: Pearson's chi-square below its mean plus five standard deviations. */
function drawsAgree(design: Design, draws = 20_000): void {
  const expected = listed(design);
  const counts: Record<string, number> = {};
  const stream = random(11);
  for (let r = 0; r < draws; r++) {
    const key = design.draw(stream).join("");
    counts[key] = (counts[key] ?? 0) + 1;
  }
  for (const key of Object.keys(counts)) assert.ok(key in expected, `${key} has no probability`);
  const keys = Object.keys(expected);
  const chiSquare = keys.reduce(
    (sum, key) =>
      sum + ((counts[key] ?? 0) - draws * expected[key]!) ** 2 / (draws * expected[key]!),
    0,
  );
  const degrees = keys.length - 1;
  assert.ok(
    chiSquare < degrees + 5 * Math.sqrt(2 * degrees) + 1e-9,
    `${design.name}: ${chiSquare}`,
  );
}

describe("Bernoulli", () => {
  test("treats every unit on its own", () => {
    same(listed(bernoulli(2, { p: [0.5, 0.2] })), { "00": 0.4, "10": 0.4, "01": 0.1, "11": 0.1 });
    drawsAgree(bernoulli(3, { p: [0.5, 0.2, 0.9] }));
  });

  test("allows probabilities 0 and 1", () => {
    const design = bernoulli(3, { p: [0, 1, 0.5] });
    same(listed(design), { "010": 0.5, "011": 0.5 });
    drawsAgree(design, 500);
  });

  test("refuses what is no probability", () => {
    assert.throws(() => bernoulli(3, { p: 1.2 }), /The probability is in \[0, 1\], not 1.2/);
    assert.throws(() => bernoulli(2, { p: [0.1, Number.NaN] }), /probability of unit 1 .* not NaN/);
    assert.throws(() => bernoulli(2, { p: [0.1] }), /1 values for 2; give one a unit/);
    assert.throws(() => bernoulli(0, { p: 0.5 }), /at least 1, not 0/);
  });
});

describe("complete randomization", () => {
  test("treats every subset of the size with the same probability", () => {
    const sixth = 1 / 6;
    const expected = {
      "1100": sixth,
      "1010": sixth,
      "1001": sixth,
      "0110": sixth,
      "0101": sixth,
      "0011": sixth,
    };
    same(listed(completeRandomization(4, { treated: 2 })), expected);
    drawsAgree(completeRandomization(5, { treated: 3 }));
    same(listed(completeRandomization(2, { treated: 0 })), { "00": 1 });
    same(listed(completeRandomization(2, { treated: 2 })), { "11": 1 });
  });

  test("lists no more than 20,000 assignments", () => {
    assert.equal(completeRandomization(16, { treated: 8 }).blocks![0]!.assignments.length, 12_870);
    const large = completeRandomization(1000, { treated: 400 });
    assert.equal(large.blocks, undefined);
    assert.equal(
      large.draw(random(1)).reduce((sum, z) => sum + z, 0),
      400,
    );
  });

  test("cannot treat more units than there are", () => {
    assert.throws(() => completeRandomization(4, { treated: 5 }), /Cannot treat 5 of 4 units/);
    assert.throws(() => completeRandomization(4, { treated: 1.5 }), /Cannot treat 1.5 of 4 units/);
  });
});

describe("stratified randomization", () => {
  test("is complete in each stratum, independently", () => {
    const design = stratifiedRandomization([0, 1, 0, 1, 1], { treated: [1, 2] });
    // Units 0 and 2 are one stratum, 1, 3 and 4 the other.
    const sixth = 1 / 6;
    same(listed(design), {
      "11010": sixth,
      "11001": sixth,
      "10011": sixth,
      "01110": sixth,
      "01101": sixth,
      "00111": sixth,
    });
    drawsAgree(design);
  });

  test("rounds a share", () => {
    const design = stratifiedRandomization([0, 0, 0, 1, 1], { share: 0.4 });
    const drawn = design.draw(random(1));
    assert.equal(drawn[0]! + drawn[1]! + drawn[2]!, 1);
    assert.equal(drawn[3]! + drawn[4]!, 1);
  });

  test("says what is wrong", () => {
    assert.throws(
      () => stratifiedRandomization([0, 2], { treated: 1 }),
      /stratum 1 of 0 ... 2 is empty/,
    );
    assert.throws(
      () => stratifiedRandomization([0, 0], { treated: 3 }),
      /3 of 2 units of stratum 0/,
    );
    assert.throws(() => stratifiedRandomization([0, 0], {}), /either treated or share/);
    assert.throws(() => stratifiedRandomization([0, -1], { treated: 1 }), /from 0 on, not -1/);
  });
});

describe("cluster randomization", () => {
  test("treats whole clusters", () => {
    const bernoulliClusters = clusterRandomization([0, 0, 1], { p: 0.25 });
    same(listed(bernoulliClusters), { "000": 0.5625, "110": 0.1875, "001": 0.1875, "111": 0.0625 });
    drawsAgree(bernoulliClusters);
    const complete = clusterRandomization([0, 1, 0, 2], { treated: 1 });
    same(listed(complete), { "1010": 1 / 3, "0100": 1 / 3, "0001": 1 / 3 });
    drawsAgree(complete);
  });

  test("says what is wrong", () => {
    assert.throws(() => clusterRandomization([0, 2], { p: 0.5 }), /cluster 1 of 0 ... 2 is empty/);
    assert.throws(
      () => clusterRandomization([0, 1], { p: 0.5, treated: 1 }),
      /either p or treated/,
    );
    assert.throws(() => clusterRandomization([0, 1], { treated: 3 }), /Cannot treat 3 of 2/);
  });
});

describe("one treated per group", () => {
  test("treats one eligible unit with probability p", () => {
    const design = oneTreatedPerGroup([0, 0, 0, 1, 1], { p: [0.5, 1], eligible: [1, 0, 1, 0, 1] });
    same(listed(design), { "00001": 0.5, "10001": 0.25, "00101": 0.25 });
    drawsAgree(design);
    same(listed(oneTreatedPerGroup([0, 0], { p: 0 })), { "00": 1 });
  });

  test("needs an eligible unit in each group", () => {
    assert.throws(
      () => oneTreatedPerGroup([0, 0, 1], { p: 0.5, eligible: [1, 1, 0] }),
      /Group 1 has no eligible unit/,
    );
    assert.throws(() => oneTreatedPerGroup([0, 1], { p: -0.1 }), /\[0, 1\], not -0.1/);
  });
});

describe("fixed focal units", () => {
  test("treat the given unit of each group or nobody", () => {
    const design = fixedFocal([1, 2], { units: 4, p: [0.5, 0.2] });
    same(listed(design), { "0000": 0.4, "0100": 0.4, "0010": 0.1, "0110": 0.1 });
    drawsAgree(design);
    assert.throws(() => fixedFocal([1, 1], { units: 3, p: 0.5 }), /Unit 1 is named twice/);
    assert.throws(() => fixedFocal([3], { units: 3, p: 0.5 }), /names unit 3; units are 0 ... 2/);
  });
});

describe("a product of designs", () => {
  test("is the designs side by side", () => {
    const design = productDesign(
      [
        { design: completeRandomization(2, { treated: 1 }), units: [3, 0] },
        { design: bernoulli(1, { p: 0.2 }), units: [1] },
      ],
      { units: 4 },
    );
    same(listed(design), { "1000": 0.4, "0001": 0.4, "1100": 0.1, "0101": 0.1 });
    drawsAgree(design);
  });
});

describe("two-stage randomization", () => {
  test("allots saturations to groups, then treats that share of each group", () => {
    const design = twoStageRandomization([0, 0, 1, 1], { saturations: [0, 0.5], groups: [1, 1] });
    same(listed(design), { "0010": 0.25, "0001": 0.25, "1000": 0.25, "0100": 0.25 });
    drawsAgree(design);
    const { arm, assignment } = design.drawWithArms(random(5));
    assert.equal(arm[0]! + arm[1]!, 1);
    assert.equal(assignment[0]! + assignment[1]!, arm[0]);
  });

  test("counts every allotment of three groups", () => {
    const design = twoStageRandomization([0, 0, 1, 1, 2, 2], {
      saturations: [0, 0.5, 1],
      groups: [1, 1, 1],
    });
    // 3! allotments with two treated subsets in the group at one half.
    assert.equal(Object.keys(listed(design)).length, 12);
    drawsAgree(design);
  });

  test("says what is wrong", () => {
    const groups = [0, 0, 1, 1];
    const make = (saturations: number[], counts: number[]) => () =>
      twoStageRandomization(groups, { saturations, groups: counts });
    assert.throws(make([0, 1.5], [1, 1]), /saturation is in \[0, 1\], not 1.5/);
    assert.throws(make([0, 0.5], [1, 2]), /1 \+ 2 groups, but there are 2/);
    assert.throws(make([0, 0.5], [2]), /1 values for 2; give one a saturation/);
  });
});

describe("a conditional design", () => {
  test("keeps fixed units and divides by their probability", () => {
    const design = completeRandomization(4, { treated: 2 });
    const given = conditionalDesign(design, Uint8Array.of(1, 0, 1, 0), [0, 3]);
    same(listed(given), { "1100": 0.5, "1010": 0.5 });
    drawsAgree(given, 1000);
    assert.throws(
      () => conditionalDesign(bernoulli(2, { p: [0.5, 0] }), Uint8Array.of(0, 1), [1]),
      /Block 1 .* no assignment that agrees/,
    );
  });
});

test("subsets are all there, once", () => {
  assert.deepEqual(
    subsets(3, 2).map((one) => one.join("")),
    ["110", "101", "011"],
  );
  assert.equal(new Set(subsets(7, 3).map(String)).size, 35);
});
