import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leastSquares } from "../../lib/stats/leastSquares";
import { dot, sandwich, sandwichCovariance, standardErrorsOf } from "../../lib/stats/sandwich";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 1e-10): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= digits, `${i}: ${actual[i]}, ${expected[i]}`);
  }
}

const x = [1, 4, 2, 8, 5, 7, 3, 6];
const outcome = [2, 3, 1, 9, 4, 8, 5, 5];
const columns = { x };

describe("sandwich covariances", () => {
  test("of a mean of two clusters are those by hand", () => {
    // Basis 1/2 each; sums of basis times errors are 1 and -1: HC0 1/4 (4 + 0 + 1 + 1), CR1 2 * (3 / 3) * (1 + 1).
    const fit = {
      basis: [Float64Array.of(0.5, 0.5, 0.5, 0.5)],
      errors: Float64Array.of(2, 0, -1, -1),
      inverse: Float64Array.of(0.5),
      cluster: [7, 7, 3, 3],
    };
    close(sandwichCovariance("HC0", fit).covariance, [6 / 4 / 4]);
    close(sandwichCovariance("HC1", fit).covariance, [(6 / 4 / 4) * (4 / 3)]);
    close(sandwichCovariance("HC2", fit).covariance, [6 / 4 / 4 / (3 / 4)]);
    close(sandwichCovariance("HC3", fit).covariance, [6 / 4 / 4 / (9 / 16)]);
    close(sandwichCovariance("cluster", fit).covariance, [(2 * (1 + 1)) / 4]);
    // Q_g'Q_g = 1/2: each sum is multiplied by sqrt(2). One degree of freedom is left between two clusters.
    const { covariance, clusters, satterthwaite } = sandwichCovariance("CR2", fit);
    close(covariance, [(2 + 2) / 4]);
    assert.equal(clusters, 2);
    close(satterthwaite!, [1]);
  });

  test("CR2 with a cluster for each row is HC2", () => {
    const own = leastSquares({ outcome, columns, cluster: x }, { covariance: "CR2" });
    close(own.covariance, leastSquares({ outcome, columns }, { covariance: "HC2" }).covariance);
  });

  test("CR2 of a difference between whole clusters is Welch's, with his degrees of freedom", () => {
    // Means of clusters: variances of the two groups' cluster means over their numbers, clusters of equal size.
    const cluster = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4];
    const treated = cluster.map((g) => Number(g > 2));
    const y = [1, 3, 4, 6, 9, 7, 2, 2, 8, 8];
    const found = leastSquares(
      { outcome: y, columns: { treated }, cluster },
      { covariance: "CR2" },
    );
    // Cluster means 2, 5, 8 (variance 9) and 2, 8 (variance 18).
    close([found.covariance[3]!], [9 / 3 + 18 / 2]);
    // With equal variances: (1/3 + 1/2)^2 / ((1/3)^2 / 2 + (1/2)^2 / 1).
    close([found.satterthwaite![1]!], [(5 / 6) ** 2 / (1 / 18 + 1 / 4)]);
  });

  test("CR2 passes over what a cluster fits exactly", () => {
    const found = leastSquares(
      {
        outcome,
        columns: { x, only: [0, 0, 0, 0, 0, 0, 1, 1] },
        cluster: [0, 0, 1, 1, 2, 2, 3, 3],
      },
      { covariance: "CR2" },
    );
    assert.ok(found.standardErrors.every(Number.isFinite));
    assert.ok(found.satterthwaite!.every((df) => df >= 1));
  });

  test("need two clusters, of the rows' number", () => {
    const fit = {
      basis: [Float64Array.of(1, 0)],
      errors: Float64Array.of(0, 1),
      inverse: Float64Array.of(1),
    };
    assert.throws(() => sandwichCovariance("CR2", fit), /need clusters/);
    assert.throws(() => sandwichCovariance("cluster", { ...fit, cluster: [1, 1] }), /two clusters/);
    assert.throws(
      () => sandwichCovariance("cluster", { ...fit, cluster: [1] }),
      /1 clusters for 2/,
    );
  });

  test("products by hand", () => {
    close([dot(Float64Array.of(1, 2, 3, 4, 5), Float64Array.of(1, 1, 1, 1, 2))], [20]);
    // [1 2; 0 3] [2 1; 1 1] [1 0; 2 3]
    close(sandwich(Float64Array.of(1, 2, 0, 3), Float64Array.of(2, 1, 1, 1), 2), [10, 9, 9, 9]);
    close(standardErrorsOf(Float64Array.of(4, 1, 1, -1e-20), 2), [2, 0]);
  });
});
