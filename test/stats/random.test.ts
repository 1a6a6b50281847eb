import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../lib/stats";

/** Mean and variance of n draws. */
function moments(n: number, draw: () => number): { mean: number; variance: number } {
  let sum = 0;
  let square = 0;
  for (let i = 0; i < n; i++) {
    const value = draw();
    sum += value;
    square += value * value;
  }
  const mean = sum / n;
  return { mean, variance: square / n - mean * mean };
}

/** The mean lies within 5 standard errors, and the variance within 5 of its own (kurtosis: fourth moment over variance^2). */
function assertMoments(
  n: number,
  draw: () => number,
  expected: { mean: number; variance: number; kurtosis: number },
): void {
  const got = moments(n, draw);
  const meanError = Math.sqrt(expected.variance / n);
  const varianceError = expected.variance * Math.sqrt((expected.kurtosis - 1) / n);
  assert.ok(Math.abs(got.mean - expected.mean) < 5 * meanError, `mean ${got.mean}`);
  assert.ok(
    Math.abs(got.variance - expected.variance) < 5 * varianceError,
    `variance ${got.variance}`,
  );
}

test("the generator is xoshiro128** 1.1: a step by step reference in big integers gives the same bits", () => {
  const stream = random(42) as unknown as { a: number; b: number; c: number; d: number };
  const mask = 0xffffffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  let state = [stream.a, stream.b, stream.c, stream.d].map((word) => BigInt(word >>> 0));
  const step = () => {
    const [s0, s1, s2, s3] = state as [bigint, bigint, bigint, bigint];
    const result = (rotate((s1 * 5n) & mask, 7n) * 9n) & mask;
    const t = (s1 << 9n) & mask;
    const c = s2 ^ s0;
    const d = s3 ^ s1;
    state = [s0 ^ d, s1 ^ c, c ^ t, rotate(d, 11n)];
    return Number(result);
  };
  const draws = random(42);
  for (let i = 0; i < 1_000; i++) assert.equal(draws.bits(), step());
});

test("the first published outputs of xoshiro128** from the state 1, 2, 3, 4", () => {
  // The C reference (Blackman and Vigna), state {1, 2, 3, 4}.
  const stream = random(0);
  Object.assign(stream, { a: 1, b: 2, c: 3, d: 4 });
  assert.deepEqual(
    Array.from({ length: 4 }, () => stream.bits()),
    [11_520, 0, 5_927_040, 70_819_200],
  );
});

test("the same seed gives the same draws, another seed others; large and negative seeds differ too", () => {
  const firsts = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].map((seed) => {
    const a = random(seed);
    const b = random(seed);
    const draws = Array.from({ length: 5 }, () => a.bits());
    assert.deepEqual(
      draws,
      Array.from({ length: 5 }, () => b.bits()),
    );
    return draws.join();
  });
  assert.equal(new Set(firsts).size, firsts.length);
  assert.throws(() => random(0.5), /integer/);
  assert.throws(() => random(2 ** 60), /2\^53/);
});

test("a fork depends on names alone, not on what was drawn, and forks are unrelated", () => {
  const fresh = random(7);
  const used = random(7);
  for (let i = 0; i < 100; i++) used.normal();
  assert.equal(fresh.fork("users").bits(), used.fork("users").bits());
  assert.notEqual(fresh.fork("users").bits(), fresh.fork("movies").bits());
  assert.notEqual(fresh.fork(1).bits(), fresh.fork("1").bits());
  assert.notEqual(fresh.fork("a").fork("b").bits(), fresh.fork("ab").bits());
  // Correlation of the streams of neighbouring numbers: within 5 / sqrt(n).
  const root = random(3).fork("rows");
  let sum = 0;
  const n = 20_000;
  for (let i = 0; i < n; i++) {
    sum += (root.fork(i).uniform() - 0.5) * (root.fork(i + 1).uniform() - 0.5) * 12;
  }
  assert.ok(Math.abs(sum / n) < 5 / Math.sqrt(n));
});

test("integers are uniform: chi-square over the cells, small and large ranges", () => {
  const draws = random(11);
  const counts = new Array<number>(7).fill(0);
  const n = 70_000;
  for (let i = 0; i < n; i++) counts[draws.integer(7)] += 1;
  const chiSquare = counts.reduce((sum, count) => sum + (count - n / 7) ** 2 / (n / 7), 0);
  assert.ok(chiSquare < 27.9, `${chiSquare}`); // 0.9999 quantile of chi-square with 6 degrees
  // 3 * 2^30: two thirds of the draws below 2^31 only without modulo bias.
  let below = 0;
  for (let i = 0; i < n; i++) if (draws.integer(3 * 2 ** 30) < 2 ** 31) below++;
  assert.ok(Math.abs(below / n - 2 / 3) < 5 * Math.sqrt(2 / 9 / n));
  assert.throws(() => draws.integer(0), /whole n/);
  assert.throws(() => draws.integer(1.5), /whole n/);
});

test("uniforms lie in [0, 1) with the right moments", () => {
  const draws = random(5);
  for (let i = 0; i < 10_000; i++) {
    const fine = draws.uniform();
    const coarse = draws.coarseUniform();
    assert.ok(fine >= 0 && fine < 1 && coarse >= 0 && coarse < 1);
  }
  assertMoments(200_000, () => draws.uniform(), { mean: 0.5, variance: 1 / 12, kurtosis: 1.8 });
});

test("moments of the distributions", () => {
  const draws = random(9);
  const n = 200_000;
  assertMoments(n, () => draws.normal(2, 3), { mean: 2, variance: 9, kurtosis: 3 });
  assertMoments(n, () => draws.exponential(2), { mean: 2, variance: 4, kurtosis: 9 });
  assertMoments(n, () => draws.gamma(2.5, 2), { mean: 5, variance: 10, kurtosis: 3 + 6 / 2.5 });
  assertMoments(n, () => draws.gamma(0.4), { mean: 0.4, variance: 0.4, kurtosis: 3 + 6 / 0.4 });
  assertMoments(n, () => draws.beta(2, 3), { mean: 0.4, variance: 0.04, kurtosis: 2.36 });
  assertMoments(n, () => draws.poisson(3), { mean: 3, variance: 3, kurtosis: 3 + 1 / 3 });
  assertMoments(n, () => draws.poisson(400), { mean: 400, variance: 400, kurtosis: 3 + 1 / 400 });
  assertMoments(n, () => draws.geometric(0.25), { mean: 3, variance: 12, kurtosis: 9.0833 });
  assertMoments(n, () => Number(draws.bernoulli(0.3)), {
    mean: 0.3,
    variance: 0.21,
    kurtosis: 1 / 0.21 - 3,
  });
});

test("Poisson counts follow the exact probabilities on both sides of the change of method", () => {
  for (const mean of [9.5, 10.5]) {
    const draws = random(21);
    const n = 100_000;
    const counts = new Array<number>(60).fill(0);
    for (let i = 0; i < n; i++) counts[Math.min(59, draws.poisson(mean))] += 1;
    let chiSquare = 0;
    let cells = 0;
    let probability = Math.exp(-mean);
    for (let k = 0; k < 60; k++, probability *= mean / k) {
      if (n * probability < 10) continue;
      chiSquare += (counts[k] - n * probability) ** 2 / (n * probability);
      cells++;
    }
    // Mean plus 5 standard deviations of chi-square.
    assert.ok(chiSquare < cells + 5 * Math.sqrt(2 * cells), `${mean}: ${chiSquare}, ${cells}`);
  }
});

test("normal draws follow the normal distribution function", () => {
  const draws = random(33);
  const n = 100_000;
  // P(Z < z) from tables.
  for (const [z, p] of [
    [-1.959964, 0.025],
    [-0.6744898, 0.25],
    [0, 0.5],
    [1.281552, 0.9],
    [3.090232, 0.999],
  ] as const) {
    let below = 0;
    for (let i = 0; i < n; i++) if (draws.normal() < z) below++;
    assert.ok(Math.abs(below / n - p) < 5 * Math.sqrt((p * (1 - p)) / n), `${z}`);
  }
});

test("a parameter out of range is an error that names it", () => {
  const draws = random(1);
  assert.throws(() => draws.gamma(0), /shape/);
  assert.throws(() => draws.poisson(-1), /mean/);
  assert.throws(() => draws.geometric(0), /p in \(0, 1\]/);
  assert.throws(() => draws.fork(0.5), /integer/);
  assert.equal(draws.poisson(0), 0);
  assert.equal(draws.geometric(1), 0);
});
