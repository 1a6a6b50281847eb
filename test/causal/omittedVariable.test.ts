import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  adjustedEffect,
  benchmarkBound,
  confounderGrid,
  criticalT,
  extremeRobustnessValue,
  extremeScenario,
  partialR2,
  type RegressionEffect,
  robustnessValue,
} from "../../lib/causal/omittedVariable";

function close(actual: number | null | undefined, expected: number, digits = 1e-9): void {
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= digits, `${actual}`);
}

/** Effect of direct harm on attitudes in Darfur, Cinelli and Hazlett 2020, as sensemakr's tests give it. */
const darfur: RegressionEffect = {
  estimate: 0.09731582,
  standardError: 0.02325654,
  degreesOfFreedom: 783,
};

describe("the Darfur example of sensemakr", () => {
  test("partial R2 and robustness values", () => {
    close(partialR2(darfur), 0.02187309, 1e-7);
    close(robustnessValue(darfur), 0.138776, 1e-6);
    close(robustnessValue(darfur, { alpha: 0.05 }), 0.07625797, 1e-7);
    close(extremeRobustnessValue(darfur), 0.02187309, 1e-7);
    // Printed by sensemakr for t = 2, 100 degrees of freedom.
    const two = { estimate: 2, standardError: 1, degreesOfFreedom: 100 };
    close(robustnessValue(two), 0.1809975, 5e-8);
  });

  test("estimates with a confounder 1, 2, 3 times as strong as female", () => {
    const R2Y = [0.12464092303637, 0.249324064199975, 0.374050471038094];
    const R2D = [0.00916428667504862, 0.0183285733500972, 0.0274928600251459];
    const ESTIMATE = [0.0752202698486415, 0.0529151689180575, 0.0303960178770157];
    const ERROR = [0.0218733298036818, 0.0203500639944344, 0.0186700665753491];
    const T = [3.43890347394571, 2.60024582392121, 1.62806156873318];
    const LOWER = [0.0322829603180086, 0.0129680276030601, -0.00625329133645187];
    const UPPER = [0.118157579379274, 0.092862310233055, 0.0670453270904833];
    for (let k = 0; k < 3; k++) {
      const strength = { treatment: R2D[k]!, outcome: R2Y[k]! };
      const found = adjustedEffect(darfur, strength);
      close(found.estimate, ESTIMATE[k]!, 1e-14);
      close(found.standardError, ERROR[k]!, 1e-14);
      close(found.t, T[k]!, 1e-11);
      // sensemakr's interval has the critical value of 783 degrees of freedom; the regression with the confounder has 782.
      const reach = criticalT(0.05, 783) * found.standardError;
      close(found.estimate - reach, LOWER[k]!, 1e-9);
      close(found.estimate + reach, UPPER[k]!, 1e-9);
      close(found.lower, LOWER[k]!, 1e-7);
      close(found.upper, UPPER[k]!, 1e-7);
      // A negative estimate is a mirror image.
      const mirrored = adjustedEffect({ ...darfur, estimate: -darfur.estimate }, strength);
      close(mirrored.estimate, -ESTIMATE[k]!, 1e-14);
      close(mirrored.upper, -found.lower, 1e-15);
    }
  });

  test("the bounds come from the covariate's own partial R2", () => {
    const R2D = 0.00916428667504862;
    // Of female: kD R2d / (1 - R2d) = 0.009164... gives R2d; R2y from the bound at 1, the others then follow.
    const treatment = R2D / (1 + R2D);
    const r2 = treatment ** 2 / (1 - treatment) ** 2;
    const ratio = (0.12464092303637 * (1 - r2)) / (1 + Math.sqrt(r2)) ** 2;
    const female = { treatment, outcome: ratio / (1 + ratio) };
    const BOUNDS = [0.12464092303637, 0.249324064199975, 0.374050471038094];
    BOUNDS.forEach((outcome, k) => {
      const bound = benchmarkBound(female, { kD: k + 1 })!;
      close(bound.outcome, outcome, 1e-9);
      close(bound.treatment, (k + 1) * R2D, 1e-12);
    });
  });
});

describe("what robustness values promise", () => {
  const effect = { estimate: -3, standardError: 1.1, degreesOfFreedom: 57 };

  test("a confounder of that strength on both sides takes away all, the share q, or the significance", () => {
    const at = (rv: number) => adjustedEffect(effect, { treatment: rv, outcome: rv });
    close(at(robustnessValue(effect)).estimate, 0, 1e-12);
    close(at(robustnessValue(effect, { q: 0.4 })).estimate, -1.8, 1e-12);
    close(at(robustnessValue(effect, { alpha: 0.05 })).t, -criticalT(0.05, 56), 1e-10);
    close(at(robustnessValue(effect, { alpha: 0.05 })).upper, 0, 1e-10);
    const extreme = extremeRobustnessValue(effect);
    close(adjustedEffect(effect, { treatment: extreme, outcome: 1 }).estimate, 0, 1e-12);
  });

  test("so it does with clusters and an inflated standard error", () => {
    const clustered = { ...effect, estimate: -6, inflation: 1.4, clusters: 12 };
    const rv = robustnessValue(clustered, { alpha: 0.05 });
    const found = adjustedEffect(clustered, { treatment: rv, outcome: rv });
    close(found.t, -criticalT(0.05, 11), 1e-9);
    assert.ok(rv < robustnessValue({ ...effect, estimate: -6 }, { alpha: 0.05 }));
    assert.equal(robustnessValue(clustered), robustnessValue({ ...effect, estimate: -6 }));
  });

  test("few degrees of freedom: no weaker confounder makes the rest insignificant (sensemakr's own test)", () => {
    const small = { estimate: 1, standardError: 0.3, degreesOfFreedom: 7 };
    const critical = criticalT(0.05, 6);
    // R: qt(0.975, 6).
    close(critical, 2.446911851, 1e-8);
    const rv = robustnessValue(small, { alpha: 0.05 });
    const fs = critical / Math.sqrt(6);
    assert.ok(1 / 0.3 / Math.sqrt(7) > 1 / fs, "the other case applies");
    const outcome = rv / (fs ** 2 + rv);
    close(adjustedEffect(small, { treatment: rv, outcome }).t, critical, 1e-9);
    let least = Number.POSITIVE_INFINITY;
    for (let d = 1; d < 200; d++) {
      for (let y = 1; y < 200; y++) {
        const strength = { treatment: (rv * d) / 200, outcome: (rv * y) / 200 };
        least = Math.min(least, adjustedEffect(small, strength).t!);
      }
    }
    assert.ok(least > critical, `${least}`);
  });

  test("what is not significant from the start has the value 0", () => {
    const weak = { estimate: 1, standardError: 0.9, degreesOfFreedom: 60 };
    assert.equal(robustnessValue(weak, { alpha: 0.05 }), 0);
    assert.equal(extremeRobustnessValue(weak, { alpha: 0.05 }), 0);
    assert.ok(robustnessValue(weak) > 0);
  });
});

test("critical values of t", () => {
  // scipy.stats.t.ppf(0.975, [1, 2, 29, 782]), t.ppf(0.95, 10)
  [12.706204736, 4.30265273, 2.045229642, 1.9630022].forEach((value, k) => {
    close(criticalT(0.05, [1, 2, 29, 782][k]!), value, 2e-8);
  });
  close(criticalT(0.1, 10), 1.812461123, 2e-8);
  assert.equal(criticalT(1, 10), 0);
});

test("reduce: false makes the effect larger by the same bias", () => {
  const strength = { treatment: 0.1, outcome: 0.2 };
  const [down, up] = [true, false].map((reduce) => adjustedEffect(darfur, strength, { reduce }));
  close(down!.estimate + up!.estimate, 2 * darfur.estimate, 1e-14);
  // SE sqrt(df) sqrt(0.2 * 0.1 / 0.9)
  close(down!.bias, 0.02325654 * Math.sqrt(783) * Math.sqrt(0.02 / 0.9), 1e-14);
});

test("a confounder that explains all of the outcome leaves no t-value", () => {
  const found = adjustedEffect(darfur, { treatment: 0.01, outcome: 1 });
  assert.deepEqual([found.standardError, found.t], [0, null]);
});

test("the grid has 0, 0 in its lower left corner, and changes sign on the contour of the robustness value", () => {
  const grid = confounderGrid(darfur, { most: { treatment: 0.3, outcome: 0.3 }, steps: 3 });
  assert.equal(grid.length, 16);
  assert.deepEqual(
    grid.slice(0, 4).map(({ treatment_r2, outcome_r2 }) => [treatment_r2, outcome_r2]),
    [
      [0, 0.3],
      [0.1, 0.3],
      [0.2, 0.3],
      [0.3, 0.3],
    ],
  );
  const at = (treatment: number, outcome: number) =>
    grid.find((row) => row.treatment_r2 === treatment && row.outcome_r2 === outcome)!;
  close(at(0, 0).adjusted_estimate, darfur.estimate, 1e-15);
  // The robustness value is 0.139.
  assert.ok(at(0.1, 0.1).adjusted_estimate > 0 && at(0.2, 0.2).adjusted_estimate < 0);
});

test("the extreme scenario crosses 0 at the partial R2 of the treatment", () => {
  const rows = extremeScenario(darfur);
  assert.equal(rows.length, 63);
  const full = rows.filter(({ outcome_r2 }) => outcome_r2 === 1);
  const first = full.find(({ adjusted_estimate }) => adjusted_estimate < 0)!;
  assert.equal(first.treatment_r2, 0.025);
  assert.deepEqual([...new Set(rows.map(({ outcome_r2 }) => outcome_r2))], [1, 0.75, 0.5]);
});

test("a bound that nothing can reach is null; one above 1 with the outcome is 1", () => {
  assert.equal(benchmarkBound({ treatment: 0.4, outcome: 0.1 }, { kD: 2 }), null);
  assert.equal(benchmarkBound({ treatment: 0.01, outcome: 0.6 }, { kD: 3 })!.outcome, 1);
  assert.deepEqual(benchmarkBound({ treatment: 0.2, outcome: 0.1 }, { kD: 0 }), {
    treatment: 0,
    outcome: 0,
  });
});

test("says what is wrong", () => {
  assert.throws(
    () => adjustedEffect(darfur, { treatment: 1, outcome: 0.1 }),
    /below 1 with the treatment/,
  );
  assert.throws(() => partialR2({ ...darfur, standardError: 0 }), /standard error above 0/);
  assert.throws(() => partialR2({ ...darfur, degreesOfFreedom: 1 }), /at least 2 degrees/);
  assert.throws(() => robustnessValue(darfur, { q: 0 }), /q is a share above 0/);
  assert.throws(() => robustnessValue(darfur, { alpha: 5 }), /alpha lies in \(0, 1\]/);
  assert.throws(() => confounderGrid(darfur, { steps: 0 }), /whole number of steps/);
  assert.throws(() => benchmarkBound({ treatment: 0.1, outcome: 0.1 }, { kD: -1 }), /0 or more/);
});
