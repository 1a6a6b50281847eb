import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clusteredDifference } from "../../lib/causal/clusteredDifference";
import { eValueOfRatio } from "../../lib/causal/eValue";
import {
  confounderArray,
  confoundingBias,
  tippingFrontier,
  tippingPoint,
  withoutConfounder,
} from "../../lib/causal/tippingPoint";
import { random } from "../../lib/stats/random";

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

const difference = { measure: "difference in means" } as const;
const ratio = { measure: "risk ratio" } as const;

describe("the bias by hand", () => {
  test("a difference: effect times the difference of shares", () => {
    close(confoundingBias({ treated: 0.6, untreated: 0.2, effect: 5 }, "difference in means"), 2);
    const left = withoutConfounder(
      { value: 3, lower: 1, upper: 5 },
      { treated: 0.6, untreated: 0.2, effect: 5 },
      "difference in means",
    );
    close(left.value, 1);
    close(left.lower, -1);
    close(left.upper, 3);
  });

  test("a ratio: (1 + 0.5 * 3) / (1 + 0.2 * 3) for a confounder of risk ratio 4", () => {
    const confounder = { treated: 0.5, untreated: 0.2, effect: 4 };
    close(confoundingBias(confounder, "risk ratio"), 2.5 / 1.6);
    const left = withoutConfounder({ value: 2, lower: 1.5, upper: 3 }, confounder, "risk ratio");
    close(left.value, 1.28);
    close(left.lower, 0.96);
    close(left.upper, 1.92);
    assert.equal(confoundingBias({ treated: 1, untreated: 0, effect: 4 }, "risk ratio"), 4);
  });
});

test("the tipping point brings the estimate, or its end, exactly to the target", () => {
  for (const { measure } of [difference, ratio]) {
    const effect = { value: 2.5, lower: 1.4, upper: 4 };
    for (const target of measure === "risk ratio" ? [1, 1.2] : [0, 0.5]) {
      const shares = { treated: 0.7, untreated: 0.1 };
      const found = tippingPoint(effect, shares, { measure, target });
      const at = (strength: number) =>
        withoutConfounder(effect, { ...shares, effect: strength }, measure);
      close(at(found.estimate!).value, target);
      close(at(found.limit!).lower, target);
    }
  }
});

test("a negative effect is moved up, by its upper end", () => {
  const found = tippingPoint(
    { value: -4, lower: -6, upper: -2 },
    { treated: 0.6, untreated: 0.1 },
    difference,
  );
  assert.deepEqual([found.estimate, found.limit], [-8, -4]);
  const protective = { value: 0.5, lower: 0.4, upper: 0.8 };
  const shares = { treated: 0.2, untreated: 0.7 };
  const point = tippingPoint(protective, shares, ratio);
  const at = { ...shares, effect: point.limit! };
  close(withoutConfounder(protective, at, "risk ratio").upper, 1);
});

test("no confounder with these shares can: null", () => {
  const equal = tippingPoint({ value: 3 }, { treated: 0.4, untreated: 0.4 }, difference);
  assert.deepEqual(equal, { estimate: null, limit: null });
  // The bias of a ratio is at most treated / untreated.
  const weak = tippingPoint({ value: 3 }, { treated: 0.5, untreated: 0.2 }, ratio);
  assert.equal(weak.estimate, null);
  // An interval that contains the target needs nothing.
  const wide = tippingPoint(
    { value: 1, lower: -1, upper: 3 },
    { treated: 0.5, untreated: 0.2 },
    difference,
  );
  assert.equal(wide.limit, null);
  close(wide.estimate, 1 / 0.3);
});

test("the E-value is the tipping point of a confounder that all the treated have and 1 / E of the others", () => {
  for (const value of [1.3, 2, 3.9]) {
    const e = eValueOfRatio(value);
    close(tippingPoint({ value }, { treated: 1, untreated: 1 / e }, ratio).estimate, e, 1e-9);
  }
});

test("the array has a row for each share and effect, the strongest on top, and says what is left", () => {
  const rows = confounderArray(
    { value: 3, lower: 1, upper: 5 },
    { ...difference, untreated: 0.2, treated: [0.2, 0.6, 1], effects: [0, 4, 16] },
  );
  assert.deepEqual(
    rows.map(({ confounder_effect, treated_share, value, verdict }) => [
      confounder_effect,
      treated_share,
      Number(value.toFixed(9)),
      verdict,
    ]),
    [
      [16, 0.2, 3, "holds"],
      [16, 0.6, -3.4, "sign changes, significant"],
      [16, 1, -9.8, "sign changes, significant"],
      [4, 0.2, 3, "holds"],
      [4, 0.6, 1.4, "not significant"],
      [4, 1, -0.2, "sign changes"],
      [0, 0.2, 3, "holds"],
      [0, 0.6, 3, "holds"],
      [0, 1, 3, "holds"],
    ],
  );
});

test("default effects reach from nothing beyond the tipping point, on either scale", () => {
  const added = confounderArray({ value: -2, lower: -3, upper: -1 }, difference);
  assert.equal(added.length, 99);
  assert.equal(added[0]!.confounder_effect, -5);
  assert.equal(added[98]!.confounder_effect, 0);
  const times = confounderArray({ value: 2 }, ratio);
  // (1 + (g - 1)) / (1 + 0.2 (g - 1)) = 2 at g = 1 + 1 / 0.6; its square on top.
  close(times[0]!.confounder_effect, 7.11);
  assert.equal(times[98]!.confounder_effect, 1);
  assert.ok(times.some(({ value }) => value < 1) && times.some(({ value }) => value > 1));
});

test("the frontier is the tipping point of each share", () => {
  const effect = { value: 3, lower: 1, upper: 5 };
  const rows = tippingFrontier(effect, { ...difference, untreated: 0.1, treated: [0.1, 0.6] });
  assert.deepEqual(rows, [
    {
      treated_share: 0.1,
      untreated_share: 0.1,
      effect_for_estimate: null,
      effect_for_limit: null,
    },
    { treated_share: 0.6, untreated_share: 0.1, effect_for_estimate: 6, effect_for_limit: 2 },
  ]);
});

describe("with a confounder that is there but not seen", () => {
  test("the naive difference is wrong, the one without its bias is right in 95 of 100 intervals", () => {
    const confounder = { treated: 0.7, untreated: 0.3, effect: 2 };
    const truth = 1;
    let [covered, naive, sum] = [0, 0, 0];
    const replications = 400;
    for (let r = 0; r < replications; r++) {
      const draw = random(r).fork("tipping");
      const n = 400;
      const [treatment, outcome] = [new Uint8Array(n), new Float64Array(n)];
      for (let i = 0; i < n; i++) {
        treatment[i] = draw.bernoulli(0.5) ? 1 : 0;
        const u = draw.bernoulli(treatment[i] ? confounder.treated : confounder.untreated) ? 1 : 0;
        outcome[i] = truth * treatment[i]! + confounder.effect * u + draw.normal();
      }
      const cluster = Int32Array.from({ length: n }, (_, i) => i);
      const found = clusteredDifference({ treatment, outcome, cluster });
      const left = withoutConfounder(found, confounder, "difference in means");
      sum += left.value / replications;
      if (left.lower! <= truth && truth <= left.upper!) covered++;
      if (found.lower! <= truth && truth <= found.upper!) naive++;
    }
    // Standard deviation of one estimate 0.136, of their mean 0.007; of the coverage 1.1 points.
    close(sum, truth, 0.028);
    assert.ok(Math.abs(covered / replications - 0.95) < 0.035, `${covered}`);
    assert.ok(naive / replications < 0.05, `${naive}`);
  });

  test("so is the risk ratio", () => {
    const confounder = { treated: 0.6, untreated: 0.2, effect: 3 };
    const truth = 1.5;
    const draw = random(5).fork("ratio");
    const cases = [0, 0];
    const n = 400_000;
    for (let i = 0; i < n; i++) {
      const t = i % 2;
      const u = draw.bernoulli(t ? confounder.treated : confounder.untreated);
      const risk = 0.1 * (t ? truth : 1) * (u ? confounder.effect : 1);
      if (draw.bernoulli(risk)) cases[t]!++;
    }
    const value = cases[1]! / cases[0]!;
    // (1 + 0.6 * 2) / (1 + 0.2 * 2) = 1.571 times too large; the standard error of the ratio's logarithm is 0.006.
    assert.ok(value > 2.2);
    close(withoutConfounder({ value }, confounder, "risk ratio").value, truth, 0.036);
    close(tippingPoint({ value }, confounder, { ...ratio, target: truth }).estimate, 3, 0.25);
  });
});

test("says what is wrong", () => {
  const shares = { treated: 0.5, untreated: 0.2 };
  assert.throws(() => tippingPoint({ value: null }, shares, difference), /estimate null/);
  assert.throws(() => tippingPoint({ value: -1 }, shares, ratio), /above 0, unlike -1/);
  assert.throws(
    () => tippingPoint({ value: 1.4 }, { treated: 50, untreated: 0.2 }, difference),
    /share lies in \[0, 1\], unlike 50/,
  );
  assert.throws(
    () => confoundingBias({ ...shares, effect: 0 }, "risk ratio"),
    /risk ratio lies above 0, unlike 0/,
  );
  assert.throws(
    () => tippingPoint({ value: 2 }, shares, { measure: "odds" as "risk ratio" }),
    /no measure odds/,
  );
  assert.throws(() => confounderArray({ value: 0 }, difference), /Pass \{ effects \}/);
});
