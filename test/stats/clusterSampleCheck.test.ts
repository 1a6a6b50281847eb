import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  chisquare,
  clusterSampleCheck,
  type Random,
  random,
  sampleWithoutReplacement,
} from "../../lib/stats";

function check(counts: readonly (readonly number[])[], sampled: readonly number[]) {
  return clusterSampleCheck({
    counts: Float64Array.from(counts.flat()),
    categories: counts[0]?.length ?? 0,
    sampled: Uint8Array.from(sampled),
  });
}

function close(actual: number | null | undefined, expected: number, digits = 6): void {
  assert.ok(
    typeof actual === "number" && Math.abs(actual - expected) < 0.5 * 10 ** -digits,
    `${actual} is not ${expected}`,
  );
}

// P = (6, 4) / 10, residuals of the first category .8, -.2, -1.2, .6, sum of squares 2.48, Nbar = 2.5,
// Var = (1 - 2/4) / (2 * 2.5^2) * 2.48 / 3 = .0330667; independent rows: (1 - 2/4) * .24 / 4 = .03.
const HAND = [
  [2, 0],
  [1, 1],
  [0, 2],
  [3, 1],
];

describe("by hand", () => {
  test("four clusters, two of them sampled", () => {
    const { shares, joint, designEffect, clusters, sampledClusters } = check(HAND, [1, 1, 0, 0]);
    assert.deepEqual([clusters, sampledClusters], [4, 2]);
    const [first, second] = shares;
    close(first?.populationShare, 0.6);
    close(first?.sampleShare, 0.75);
    close(first?.difference, 0.15);
    close(first?.standardError, 0.181842);
    close(first?.z, 0.82489, 5);
    close(first?.pValue, 0.409434);
    close(second?.z, -0.82489, 5);
    close(joint?.statistic, 0.82489 ** 2, 5);
    assert.equal(joint?.degreesOfFreedom, 1);
    close(joint?.pValue, 0.409434);
    close(designEffect, 0.0330667 / 0.03, 4);
  });

  test("with two categories the joint test is the test of either share", () => {
    const { shares, joint } = check(HAND, [0, 1, 1, 1]);
    close(joint?.statistic, shares[0]!.z! ** 2, 10);
    close(joint?.pValue, shares[1]!.pValue!, 10);
  });

  // numpy, with Y the counts below, n = Y.sum(1), P = Y.sum(0) / n.sum(), D = Y - n[:, None] * P, s = [0, 2, 5]:
  // C = (1 - 3/6) / (3 * n.mean()**2) * (D.T @ D) / 5; d = Y[s].sum(0) / n[s].sum() - P
  // d @ np.linalg.pinv(C) @ d, np.linalg.matrix_rank(C), np.sqrt(np.diag(C))
  test("six clusters of three categories, against numpy's pseudo-inverse", () => {
    const counts = [
      [3, 1, 0],
      [2, 2, 2],
      [0, 4, 1],
      [5, 0, 1],
      [1, 1, 1],
      [2, 0, 6],
    ];
    const { shares, joint } = check(counts, [1, 0, 1, 0, 0, 1]);
    const se = [0.129835, 0.128657, 0.12856];
    shares.forEach((share, k) => {
      close(share.standardError, se[k]!);
    });
    assert.equal(joint?.degreesOfFreedom, 2);
    close(joint?.statistic, 0.757641);
  });
});

describe("special cases", () => {
  test("a sample that is the population has no sampling error", () => {
    const { shares, joint, designEffect } = check(HAND, [1, 1, 1, 1]);
    assert.deepEqual([joint, designEffect], [null, null]);
    for (const share of shares) {
      assert.deepEqual(
        [share.difference, share.standardError, share.z, share.pValue],
        [0, 0, null, null],
      );
    }
  });

  test("a category that never occurs changes nothing and takes no degree of freedom", () => {
    const without = check(HAND, [1, 1, 0, 0]);
    const withEmpty = check(
      HAND.map(([a, b]) => [a!, 0, b!]),
      [1, 1, 0, 0],
    );
    close(withEmpty.joint?.statistic, without.joint!.statistic, 10);
    assert.equal(withEmpty.joint?.degreesOfFreedom, 1);
    close(withEmpty.designEffect, without.designEffect!, 10);
    const { populationShare, sampleShare, standardError, z } = withEmpty.shares[1]!;
    assert.deepEqual([populationShare, sampleShare, standardError, z], [0, 0, 0, null]);
  });

  test("clusters that share their rows out alike leave nothing to test, whatever the shares", () => {
    for (const row of [
      [1, 2],
      [1, 6, 3],
      [4, 0],
    ]) {
      const counts = [1, 2, 5, 3].map((times) => row.map((count) => count * times));
      const { joint, shares, designEffect } = check(counts, [1, 0, 1, 0]);
      assert.equal(joint, null);
      assert.deepEqual(new Set(shares.map(({ z }) => z)), new Set([null]));
      close(designEffect ?? 0, 0);
    }
  });

  test("fewer clusters than categories leave fewer degrees of freedom, not a singular matrix", () => {
    const { joint } = check(
      [
        [1, 2, 3, 4],
        [4, 3, 1, 1],
        [0, 5, 0, 1],
      ],
      [1, 0, 0],
    );
    assert.equal(joint?.degreesOfFreedom, 2);
    assert.ok(joint.pValue > 0 && joint.pValue < 1);
  });

  test("clusters without rows count as clusters", () => {
    const { clusters, sampledClusters, shares } = check([...HAND, [0, 0]], [1, 1, 0, 0, 1]);
    assert.deepEqual([clusters, sampledClusters], [5, 3]);
    // Var = (1 - 3/5) / (3 * 2^2) * 2.48 / 4
    close(shares[0]?.standardError, Math.sqrt((0.4 / 12) * (2.48 / 4)));
  });

  test("what cannot be compared is an error", () => {
    assert.throws(() => check(HAND, [1, 1, 0]), /8 elements; 3 clusters of 2 categories need 6/);
    assert.throws(() => check(HAND, [0, 0, 0, 0]), RangeError);
    assert.throws(() => check([[0, 0], ...HAND], [1, 0, 0, 0, 0]), /no rows/);
  });
});

describe("properties", () => {
  const cluster = fc.tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  );
  const drawn = fc
    .array(fc.tuple(cluster, fc.boolean()), { minLength: 4, maxLength: 20 })
    .filter((clusters) => clusters.some(([, isIn]) => isIn) && clusters.some(([, isIn]) => !isIn));

  test("the order of clusters and of categories does not matter; differences add up to 0", () => {
    fc.assert(
      fc.property(drawn, (clusters) => {
        const counts = clusters.map(([row]) => row);
        const sampled = clusters.map(([, isIn]) => Number(isIn));
        const one = check(counts, sampled);
        const other = check(
          counts.map(([a, b, c]) => [c, a, b]).reverse(),
          sampled.slice().reverse(),
        );
        assert.equal(other.joint?.degreesOfFreedom, one.joint?.degreesOfFreedom);
        const statistic = one.joint?.statistic ?? 0;
        assert.ok(Math.abs((other.joint?.statistic ?? 0) - statistic) < 1e-6 * (1 + statistic));
        assert.ok(Math.abs(one.shares.reduce((sum, share) => sum + share.difference, 0)) < 1e-12);
      }),
      { numRuns: 100 },
    );
  });
});

/** Clusters of 30 rows each; all rows of a cluster lean towards its own mix of three categories. */
function clusteredPopulation(clusters: number, stream: Random): number[][] {
  return Array.from({ length: clusters }, () => {
    const weights = [stream.gamma(0.5), stream.gamma(0.5), stream.gamma(0.5)];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const row = [0, 0, 0];
    for (let i = 0; i < 30; i++) {
      const u = stream.uniform() * total;
      row[u < weights[0]! ? 0 : u < weights[0]! + weights[1]! ? 1 : 2]!++;
    }
    return row;
  });
}

describe("by simulation", () => {
  const clusters = 600;
  const counts = clusteredPopulation(clusters, random(11).fork("population"));
  const draws = 1000;
  const stream = random(11).fork("draws");
  const tally = { joint: 0, rows: 0, single: 0, effect: 0 };
  const differences: number[] = [];
  let standardError = 0;
  for (let draw = 0; draw < draws; draw++) {
    const sampled = new Array<number>(clusters).fill(0);
    for (const u of sampleWithoutReplacement(clusters, 120, stream)) sampled[u] = 1;
    const { joint, shares, designEffect } = check(counts, sampled);
    if (joint!.pValue < 0.05) tally.joint++;
    if (shares[0]!.pValue! < 0.05) tally.single++;
    tally.effect = designEffect!;
    differences.push(shares[0]!.difference);
    standardError = shares[0]!.standardError;
    // The ordinary test takes the 3,600 sampled rows for independent draws.
    const rows =
      120 * 30 * shares.reduce((sum, s) => sum + s.difference ** 2 / s.populationShare, 0);
    if (rows / (1 - 120 / clusters) > chisquare().quantile(0.95, 2)) tally.rows++;
  }

  // A test of 5 % rejects in 29 to 71 of 1,000 draws with probability .998 (binomial).
  test("the joint test and the test of one share reject a true sample in 5 % of the draws", () => {
    assert.ok(tally.joint >= 29 && tally.joint <= 71, `joint: ${tally.joint} of ${draws}`);
    assert.ok(tally.single >= 29 && tally.single <= 71, `one share: ${tally.single} of ${draws}`);
  });

  test("a test that takes rows for independent rejects nearly always", () => {
    assert.ok(tally.rows > 0.6 * draws, `${tally.rows} of ${draws}`);
    assert.ok(tally.effect > 8, `design effect ${tally.effect}`);
  });

  test("the standard error is the spread of the difference over draws", () => {
    const mean = differences.reduce((sum, d) => sum + d, 0) / draws;
    const spread = Math.sqrt(
      differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (draws - 1),
    );
    // The spread of 1,000 draws has a relative standard error of 2.2 %.
    assert.ok(Math.abs(spread / standardError - 1) < 0.08, `${spread} against ${standardError}`);
    assert.ok(Math.abs(mean) < (4 * standardError) / Math.sqrt(draws));
  });

  test("a sample of other clusters is found out", () => {
    const order = counts.map((row, u) => ({ u, share: row[0]! })).sort((a, b) => b.share - a.share);
    const sampled = new Array<number>(clusters).fill(0);
    // Every fourth cluster, a few more of those that love the first category.
    for (const [rank, { u }] of order.entries()) {
      if (rank % 4 === 0 || rank < 40) sampled[u] = 1;
    }
    assert.ok(check(counts, sampled).joint!.pValue < 0.001);
  });
});
