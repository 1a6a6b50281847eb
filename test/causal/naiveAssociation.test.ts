import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  associationErrors,
  associationRows,
  clusteredDifference,
  estimateRows,
  naiveAssociation,
} from "../../lib/causal";
import { random } from "../../lib/stats";
import { tableOf, testEngine, type Value } from "../panels/panelFixture";

const opened = testEngine();

function close(actual: number | null, expected: number, digits = 1e-12): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= digits, `${actual}, ${expected}`);
}

const OUTCOME = [3, 5, 4, 8, 9, 1, 2, 7, 6, 10];
const TREATMENT = [0, 1, 0, 1, 1, 0, 0, 1, 0, 1];
const CLUSTER = [1, 1, 1, 2, 2, 2, 3, 3, 4, 4];

describe("a difference in means", () => {
  // numpy: X = [1, a]; e = y - X b; Xi M Xi * G / (G - 1) * (n - 1) / (n - 2), M = sum over g of (X_g' e_g)(X_g' e_g)'
  test("has the cluster-robust standard error of the regression on the treatment", () => {
    const found = clusteredDifference({ treatment: TREATMENT, outcome: OUTCOME, cluster: CLUSTER });
    close(found.value, 4.6);
    close(found.standardError, 1.2257242756835651);
    close(found.independentStandardError, 1.216552506059644);
    close(found.upper! - found.lower!, 2 * 1.959963984540054 * 1.2257242756835651);
    assert.deepEqual(
      [found.n, found.clusters, found.treatedRows, found.controlRows],
      [10, 4, 5, 5],
    );
    assert.deepEqual(found.warnings, ["only 4 clusters: the interval is probably too short"]);
  });

  test("with each row its own cluster is the independent one", () => {
    const found = clusteredDifference({
      treatment: TREATMENT,
      outcome: OUTCOME,
      cluster: OUTCOME.map((_, i) => i),
    });
    close(found.standardError, found.independentStandardError!);
  });

  test("does not care for the order of rows or the names of clusters, and moves with its unit", () => {
    const order = [9, 2, 5, 7, 0, 1, 8, 3, 6, 4];
    const take = (values: readonly number[]) => order.map((i) => values[i]!);
    const one = clusteredDifference({ treatment: TREATMENT, outcome: OUTCOME, cluster: CLUSTER });
    const other = clusteredDifference({
      treatment: take(TREATMENT),
      outcome: take(OUTCOME).map((y) => 10 * y + 3),
      cluster: take(CLUSTER).map((g) => -7 * g),
    });
    close(other.value, 10 * one.value!);
    close(other.standardError, 10 * one.standardError!);
  });

  test("covers the truth about as often as it says when days of a user move together", () => {
    const rng = random(11);
    let covered = 0;
    let coveredIfIndependent = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const [treatment, outcome, cluster]: number[][] = [[], [], []];
      for (let user = 0; user < 60; user++) {
        const inclination = rng.normal();
        const level = rng.normal();
        for (let day = 0; day < 10; day++) {
          const a = rng.normal() + inclination > 0 ? 1 : 0;
          treatment!.push(a);
          outcome!.push(2 * a + level + rng.normal());
          cluster!.push(user);
        }
      }
      const found = clusteredDifference({
        treatment: treatment!,
        outcome: outcome!,
        cluster: cluster!,
      });
      if (found.lower! <= 2 && 2 <= found.upper!) covered++;
      if (Math.abs(found.value! - 2) <= 1.96 * found.independentStandardError!)
        coveredIfIndependent++;
    }
    // 0.95 within four standard errors of 400 runs, and a little below, as with all such intervals.
    assert.ok(covered / runs > 0.9 && covered / runs < 0.995, `${covered / runs}`);
    assert.ok(coveredIfIndependent / runs < 0.8, `${coveredIfIndependent / runs}`);
  });

  test("without one of the groups has no value, and says why", () => {
    const found = clusteredDifference({ treatment: [1, 1], outcome: [2, 3], cluster: [1, 2] });
    assert.deepEqual([found.value, found.standardError, found.lower], [null, null, null]);
    assert.ok(found.warnings.includes("no control row"));
    assert.throws(
      () => clusteredDifference({ treatment: [2], outcome: [1], cluster: [1] }),
      /Row 1: the treatment is 0 or 1/,
    );
    assert.throws(
      () => clusteredDifference({ treatment: [1], outcome: [1, 2], cluster: [1] }),
      /differ in length/,
    );
  });
});

describe("naive associations of a panel", () => {
  const types = {
    user_id: "BIGINT",
    active_day: "BIGINT",
    a: "BIGINT",
    y: "DOUBLE",
    zero: "DOUBLE",
  };
  const days: Value[][] = [
    [1, 1, 1, 4, 1],
    [1, 1, 0, 2, 0],
    [1, 1, 0, null, 0],
    [2, 1, 1, 7, 2],
    [2, 1, 0, 3, 0],
    [2, 0, 0, 500, 500],
  ];

  test("compare active days on which the outcome is known", async () => {
    const panel = await tableOf(await opened, "panel", types, days);
    const found = await naiveAssociation(panel, { treatments: ["a"], outcomes: ["y", "zero"] });
    assert.deepEqual(associationRows(found), [
      {
        treatment: "a",
        outcome: "y",
        control_mean: 2.5,
        treated_mean: 5.5,
        difference: 3,
        relative_lift: 5.5 / 2.5 - 1,
        control_days: 2,
        treated_days: 2,
      },
      {
        treatment: "a",
        outcome: "zero",
        control_mean: 0,
        treated_mean: 1.5,
        difference: 1.5,
        relative_lift: null,
        control_days: 3,
        treated_days: 2,
      },
    ]);
    assert.deepEqual(
      found.map(({ estimate }) => [estimate.n, estimate.dropped, estimate.clusters]),
      [
        [4, 1, 2],
        [5, 0, 2],
      ],
    );
    const [first] = associationErrors(found);
    assert.equal(first?.difference, 3);
    assert.equal(first?.clusters, 2);
    const [row] = estimateRows(found.map(({ estimate }) => estimate));
    assert.match(String(row?.estimand), /difference in means of y, days with a minus days without/);
    assert.equal(row?.level, 0.95);
  });
});
