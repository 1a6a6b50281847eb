import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { weightedBootstrap, weightedDifference } from "../../lib/causal";
import { random } from "../../lib/stats";

/** 60 users of 5 rows with a level of their own; the effect is 1. */
function panel(seed: number) {
  const rng = random(seed);
  const n = 300;
  const level = Float64Array.from({ length: 60 }, () => rng.normal());
  const cluster = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 5));
  const treatment = Uint8Array.from(cluster, (g) => Number(rng.uniform() < (g % 2 ? 0.3 : 0.7)));
  const outcome = Float64Array.from(
    cluster,
    (g, i) => treatment[i]! + 2 * level[g]! + rng.normal(),
  );
  const weights = Float64Array.from({ length: n }, () => 0.5 + rng.uniform());
  return { treatment, outcome, cluster, weights };
}

describe("weightedBootstrap", () => {
  const data = panel(3);
  const fitted = weightedDifference(data);
  const bootstrap = weightedBootstrap(data, { draws: 800, seed: 4 });

  test("spreads like the clustered standard error, around the estimate", () => {
    const { standardError } = fitted;
    // Of 800 draws the standard deviation is known to 2.5 %; few clusters add some.
    assert.ok(Math.abs(bootstrap.standardError / standardError! - 1) < 0.12);
    assert.ok(Math.abs(bootstrap.mean - fitted.value) < 0.2 * standardError!);
    assert.ok(bootstrap.lower < fitted.value && fitted.value < bootstrap.upper);
  });

  test("draws clusters, not rows: with rows as clusters it is narrower here", () => {
    const rows = Int32Array.from({ length: 300 }, (_, i) => i);
    const naive = weightedBootstrap({ ...data, cluster: rows }, { draws: 400, seed: 4 });
    const known = weightedDifference({ ...data, cluster: rows });
    assert.ok(Math.abs(naive.standardError / known.standardError! - 1) < 0.15);
  });

  test("makes weights anew from the counts of each draw", () => {
    const seen: Float64Array[] = [];
    const anew = weightedBootstrap(data, {
      draws: 5,
      seed: 4,
      weights: (counts) => {
        seen.push(counts.slice());
        return data.weights;
      },
    });
    assert.deepEqual(anew.draws, bootstrap.draws.slice(0, 5));
    for (const counts of seen) {
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        300,
      );
      for (let i = 1; i < 300; i++) if (i % 5) assert.equal(counts[i], counts[i - 1]);
    }
    assert.notDeepEqual(seen[0], seen[1]);
  });

  test("one draw by hand: two users, the same one twice or both", () => {
    const small = {
      treatment: [0, 1, 1, 0, 1, 1],
      outcome: [1, 2, 2, 1, 6, 6],
      cluster: [7, 7, 7, 9, 9, 9],
    };
    const { draws } = weightedBootstrap(small, { draws: 60, seed: 1 });
    const values = [...new Set([...draws].map((value) => Math.round(1e9 * value) / 1e9))].sort();
    assert.deepEqual(values, [1, 3, 5]);
  });

  test("repeats with its seed; refuses one draw, and a draw with one arm", () => {
    assert.deepEqual(
      weightedBootstrap(data, { draws: 3, seed: 4 }).draws,
      bootstrap.draws.slice(0, 3),
    );
    assert.throws(() => weightedBootstrap(data, { draws: 1, seed: 4 }), /from 2 on, not 1/);
    const apart = {
      treatment: [0, 0, 0, 1, 1, 1],
      outcome: [1, 2, 3, 1, 6, 2],
      cluster: [7, 7, 7, 9, 9, 9],
    };
    assert.throws(() => weightedBootstrap(apart, { draws: 40, seed: 1 }), /one arm only/);
  });
});
