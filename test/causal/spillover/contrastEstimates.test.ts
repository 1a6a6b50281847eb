import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CONTRASTS,
  contrastEstimates,
  contrastRows,
  contrastSizes,
  estimatorValidation,
  itemSet,
  neighbouringPositions,
  type OutcomeType,
  observedEffects,
  outcomeOf,
  promotionExperiment,
  slateContrast,
  slateOutcomes,
  standardErrorComparison,
} from "../../../lib/causal/spillover";
import {
  assertClose,
  assertFinite,
  columnOf,
  experimentWith,
  mean,
  simulatedSlates,
  slatesOf,
} from "./fixture";

const experiment = promotionExperiment(simulatedSlates(40));
const estimates = contrastEstimates(experiment);
const LABELS = [
  "Direct focal effect",
  "Same-cluster competitor effect",
  "Displaced item effect",
  "All non-focal item effect",
  "Total slate effect",
];

describe("contrastEstimates", () => {
  test("five contrasts on three outcomes, each the contrast of its rows", () => {
    assert.deepEqual(
      CONTRASTS.map(({ label }) => label),
      LABELS,
    );
    assert.deepEqual(
      estimates.map(({ contrast, outcome }) => [contrast.label, outcome]),
      LABELS.flatMap((label) => ["observed", "expected", "known"].map((type) => [label, type])),
    );
    for (const { contrast, outcome, estimate } of estimates) {
      const { set, weighting, label } = contrast;
      assert.deepEqual(
        estimate,
        slateContrast(
          {
            slates: experiment.slates,
            treated: experiment.treated,
            outcome: outcomeOf(experiment, outcome),
            rows: itemSet(experiment, set),
          },
          { estimand: `${label}, ${outcome} outcome`, weighting, z: 1.96 },
        ),
      );
    }
  });

  test("direct and total are means over slates, known control means are 0", () => {
    const { clicks } = slateOutcomes(experiment);
    const arm = (a: number) => Array.from(clicks).filter((_, j) => experiment.treated[j] === a);
    const total = estimates.find(({ contrast }) => contrast.set === "all")!.estimate;
    assertClose(total.value, mean(arm(1)) - mean(arm(0)));
    assertClose(total.upper! - total.value!, 1.96 * total.standardError!);
    for (const { outcome, estimate } of estimates) {
      if (outcome === "known") assert.equal(estimate.controlMean, 0);
    }
  });

  test("known lifts are what the model does: the promoted item wins, all others lose", () => {
    const known = estimates.filter(({ outcome }) => outcome === "known");
    const values = known.map(({ estimate }) => estimate.value!);
    assert.ok(values[0]! > 0.1);
    for (const value of values.slice(1)) assert.ok(value < 0);
    for (const { estimate } of known)
      assert.ok(Math.abs(estimate.value!) > 5 * estimate.standardError!);
  });

  test("takes other contrasts, outcomes, rivals and intervals", () => {
    const competition = neighbouringPositions(experiment.slates, 1);
    const contrasts = [{ label: "Neighbours", set: "same_cluster", weighting: "slate" }] as const;
    const found = contrastEstimates(experiment, {
      contrasts,
      outcomes: ["known"],
      competition,
      z: 3,
    });
    assert.equal(found.length, 1);
    const { estimate } = found[0]!;
    assert.ok(estimate.clusters === experiment.slates.count && estimate.value! < 0);
    assertClose(estimate.value! - estimate.lower!, 3 * estimate.standardError!);
  });

  test("nobody promoted, and an outcome that does not exist, are errors", () => {
    const nobody = experimentWith(slatesOf({ a: "AD", b: "AA" }), [1, 2], [0, 0]);
    assert.throws(
      () => contrastEstimates(nobody),
      /Direct focal effect, observed outcome: no row in promoted slates/,
    );
    assert.throws(
      () => contrastEstimates(experiment, { outcomes: ["clicks" as OutcomeType] }),
      /no outcome clicks\. There are observed, expected, known/,
    );
  });
});

test("outcomeOf", () => {
  assert.equal(outcomeOf(experiment, "observed"), experiment.clicks);
  assert.equal(outcomeOf(experiment, "expected"), experiment.observed);
  assert.equal(outcomeOf(experiment, "known"), experiment.lift);
});

describe("tables", () => {
  test("all estimates, with the columns that were published", () => {
    const rows = contrastRows(estimates);
    assertFinite(rows);
    assert.equal(rows.length, 15);
    for (const name of [
      "contrast",
      "outcome",
      "estimate",
      "naive_se",
      "cluster_se",
      "ci_low",
      "ci_high",
      "p_value",
      "treated_mean",
      "control_mean",
      "n_rows",
      "n_slates",
      "treated_rows",
      "control_rows",
    ]) {
      columnOf(rows, name);
    }
    for (const row of rows) {
      assertClose(Number(row.se_ratio), Number(row.cluster_se) / Number(row.naive_se));
    }
  });

  test("observed effects in the order of the contrasts, and what they rest on", () => {
    const rows = observedEffects(estimates);
    assert.deepEqual(columnOf(rows, "contrast"), LABELS);
    assert.deepEqual(columnOf(rows, "contrast_order"), [0, 1, 2, 3, 4]);
    const sizes = contrastSizes(estimates);
    assert.deepEqual(columnOf(sizes, "contrast"), LABELS);
    const promoted = Array.from(experiment.treated).filter((arm) => arm === 1).length;
    assert.deepEqual(sizes[4], {
      contrast: "Total slate effect",
      n_rows: experiment.slates.count,
      n_slates: experiment.slates.count,
      treated_rows: promoted,
      control_rows: experiment.slates.count - promoted,
      treated_share: promoted / experiment.slates.count,
    });
    assert.deepEqual({ ...sizes[0], contrast: 0 }, { ...sizes[4], contrast: 0 });
  });

  test("the three estimates side by side; null for what was not asked", () => {
    const rows = estimatorValidation(estimates);
    assert.deepEqual(columnOf(rows, "contrast"), LABELS);
    for (const row of rows) {
      const [observed, expected, known] = ["observed", "expected", "known_lift"].map((name) =>
        Number(row[name]),
      );
      assertClose(Number(row.observed_minus_expected), observed! - expected!);
      assertClose(Number(row.expected_minus_known_lift), expected! - known!);
    }
    const [one] = estimatorValidation(contrastEstimates(experiment, { outcomes: ["observed"] }));
    assert.deepEqual(
      [one!.expected, one!.known_lift, one!.observed_minus_expected],
      [null, null, null],
    );
    assertClose(Number(one!.observed), Number(rows[0]!.observed));
  });

  test("standard errors, the largest ratio first", () => {
    const rows = standardErrorComparison(estimates);
    const ratios = columnOf(rows, "se_ratio").map(Number);
    assert.deepEqual(
      ratios,
      [...ratios].sort((a, b) => b - a),
    );
    assert.deepEqual(new Set(columnOf(rows, "contrast")), new Set(LABELS));
    for (const row of rows) {
      assertClose(Number(row.cluster_minus_naive), Number(row.cluster_se) - Number(row.naive_se));
    }
    // With one row a slate the two differ only by HC1 against equal variances.
    const direct = rows.find((row) => row.contrast === LABELS[0])!;
    assertClose(Number(direct.se_ratio), 1, 0.05);
  });
});
