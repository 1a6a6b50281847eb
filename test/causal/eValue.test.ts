import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type EValueOptions, eValue, eValueOfRatio } from "../../lib/causal/eValue";

function close(actual: number | null, expected: number, digits = 5e-7): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

const ratio: EValueOptions = { measure: "risk ratio" };

describe("E-values that others printed", () => {
  test("VanderWeele and Ding 2017: bottle feeding, RR 3.9 (1.8, 8.7), E-values 7.26 and 3.0", () => {
    const found = eValue({ value: 3.9, lower: 1.8, upper: 8.7 }, ratio);
    close(found.e_value, 7.26, 0.005);
    close(found.e_value, 3.9 + Math.sqrt(3.9 * 2.9), 1e-15);
    close(found.e_value_limit, 3, 1e-12);
    assert.equal(found.limit, "lower");
  });

  // R package EValue 2.0.0, examples of evalues.RR, evalues.OR and evalues.MD.
  test("evalues.RR(0.80, 0.71, 0.91): protective, the upper end is the one near to 1", () => {
    const found = eValue({ value: 0.8, lower: 0.71, upper: 0.91 }, { measure: "rate ratio" });
    close(found.e_value, 1.809017);
    close(found.e_value_limit, 1.428571);
    assert.equal(found.limit, "upper");
    assert.deepEqual([found.risk_ratio, found.risk_ratio_lower], [0.8, 0.71]);
  });

  test("evalues.RR(2.466433, 1.672663, 3.63689)", () => {
    const found = eValue({ value: 2.466433, lower: 1.672663, upper: 3.63689 }, ratio);
    close(found.e_value, 4.368237, 2e-6);
    close(found.e_value_limit, 2.733388, 2e-6);
  });

  test("evalues.OR(0.86, 0.75, 0.99, rare = FALSE): the square root", () => {
    const effect = { value: 0.86, lower: 0.75, upper: 0.99 };
    const found = eValue(effect, { measure: "odds ratio", rareOutcome: false });
    close(found.risk_ratio, 0.9273618);
    close(found.risk_ratio_lower, 0.8660254);
    close(found.risk_ratio_upper, 0.9949874);
    close(found.e_value, 1.3689529);
    close(found.e_value_limit, 1.0761939);
    const rare = eValue(effect, { measure: "odds ratio", rareOutcome: true });
    assert.equal(rare.e_value, eValue(effect, ratio).e_value);
  });

  test("evalues.MD(.5, .25): exp(0.91 d), interval exp(0.91 d -+ 1.78 s)", () => {
    const reach = (1.78 / 0.91) * 0.25;
    const half = { value: 0.5, lower: 0.5 - reach, upper: 0.5 + reach };
    const found = eValue(half, { measure: "difference in means", outcomeSd: 1 });
    close(found.risk_ratio, 1.576173);
    close(found.risk_ratio_lower, 1.01005);
    close(found.risk_ratio_upper, 2.459603);
    close(found.e_value, 2.529142);
    close(found.e_value_limit, 1.110803);
    // In other units the same.
    const scaled = { value: 50, lower: 100 * half.lower, upper: 100 * half.upper };
    close(
      eValue(scaled, { measure: "difference in means", outcomeSd: 100 }).e_value,
      found.e_value,
      1e-12,
    );
  });

  test("a hazard ratio of 0.56 (0.46, 0.69), common outcome, by the formula", () => {
    const found = eValue(
      { value: 0.56, lower: 0.46, upper: 0.69 },
      { measure: "hazard ratio", rareOutcome: false },
    );
    const rr = (1 - 0.5 ** Math.sqrt(0.56)) / (1 - 0.5 ** Math.sqrt(1 / 0.56));
    close(found.risk_ratio, rr, 1e-15);
    close(found.e_value, 1 / rr + Math.sqrt((1 / rr) * (1 / rr - 1)), 1e-12);
  });
});

test("ratio and inverse have the same E-value; no effect has 1", () => {
  close(eValueOfRatio(0.8), eValueOfRatio(1.25), 1e-15);
  assert.equal(eValueOfRatio(1), 1);
});

test("a confounder with the E-value's ratios on both sides explains exactly the effect", () => {
  // Ding and VanderWeele's bound: RR_EU RR_UD / (RR_EU + RR_UD - 1) at E, E.
  for (const rr of [1.1, 2, 3.9, 10]) {
    const e = eValueOfRatio(rr);
    close((e * e) / (2 * e - 1), rr, 1e-12);
  }
});

test("an interval that contains the null has the E-value 1; so has its end at the null", () => {
  assert.equal(eValue({ value: 1.2, lower: 0.9, upper: 1.6 }, ratio).e_value_limit, 1);
  assert.equal(eValue({ value: 0.9, lower: 0.7, upper: 1.1 }, ratio).e_value_limit, 1);
  assert.equal(eValue({ value: 1.2, lower: 1, upper: 1.6 }, ratio).e_value_limit, 1);
  const none = eValue({ value: 1, lower: 0.9, upper: 1.1 }, ratio);
  assert.deepEqual([none.e_value, none.e_value_limit, none.limit], [1, 1, null]);
  const difference: EValueOptions = { measure: "difference in means", outcomeSd: 156.3942 };
  const msm = eValue({ value: -2.6877, lower: -11.8189, upper: 6.4435 }, difference);
  assert.deepEqual([msm.e_value_limit, msm.limit], [1, "upper"]);
  // exp(-0.91 * 2.6877 / 156.3942) = 0.984484, its inverse 1.015762: 1.015762 + sqrt(1.015762 * 0.015762).
  close(msm.e_value, 1.142293, 2e-6);
});

test("another target: the same of the ratio of the two", () => {
  // EValue's own test: evalues.RR(1.3, 1.1, 1.4, true = 1.05).
  const found = eValue({ value: 1.3, lower: 1.1, upper: 1.4 }, { ...ratio, target: 1.05 });
  close(found.e_value, (1.3 + Math.sqrt(1.3 * (1.3 - 1.05))) / 1.05, 1e-12);
  close(found.e_value_limit, (1.1 + Math.sqrt(1.1 * (1.1 - 1.05))) / 1.05, 1e-12);
  const beyond = eValue({ value: 1.3, lower: 1.1, upper: 1.4 }, { ...ratio, target: 1.5 });
  const away = 1.5 / 1.4;
  close(beyond.e_value_limit, away + Math.sqrt(away * (away - 1)), 1e-12);
  assert.equal(beyond.limit, "upper");
});

test("without an interval there is no E-value of its end", () => {
  const found = eValue({ value: 2 }, ratio);
  assert.deepEqual([found.e_value_limit, found.limit], [null, null]);
});

test("says what is wrong", () => {
  assert.throws(() => eValue({ value: null }, ratio), /no E-value of the estimate null/);
  assert.throws(() => eValue({ value: -2 }, ratio), /risk ratio lies above 0, unlike -2/);
  assert.throws(
    () => eValue({ value: 1.2, lower: 1.3, upper: 1.4 }, ratio),
    /outside its interval/,
  );
  assert.throws(() => eValue({ value: 2 }, { measure: "odds ratio" }), /Is the outcome rare/);
  assert.throws(
    () => eValue({ value: 2 }, { measure: "difference in means" }),
    /needs the outcome's standard deviation above 0, not undefined/,
  );
  assert.throws(
    () => eValue({ value: 2 }, { measure: "risk" as "risk ratio" }),
    /There is no measure risk\./,
  );
  assert.throws(() => eValueOfRatio(Number.NaN), /above 0, not NaN/);
});
