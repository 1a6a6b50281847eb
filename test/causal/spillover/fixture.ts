/** Slates for tests: literal ones, and a seeded set with sizes that differ and values that are missing. */
import assert from "node:assert/strict";
import {
  type Experiment,
  experimentOf,
  logisticClicks,
  type SlateRows,
  type Slates,
  slatesFromRows,
} from "../../../lib/causal/spillover";
import { focalRows } from "../../../lib/causal/spillover/experiment";
import type { Row } from "../../../lib/loaders/rows";
import { random } from "../../../lib/stats";

/**
 * Slates by id, one letter an item: its cluster. Every item has 4 stars unless `more` says otherwise.
 * @example slatesOf({ a: "DDA", b: "AD" })
 */
export function slatesOf(
  clusters: Readonly<Record<string, string>>,
  more: Partial<SlateRows> = {},
): Slates {
  const slateId = Object.entries(clusters).flatMap(([id, letters]) => [...letters].map(() => id));
  const cluster = Object.values(clusters).flatMap((letters) => [...letters]);
  return slatesFromRows({ slateId, cluster, relevance: slateId.map(() => 4), ...more });
}

/** 1 on these rows. */
export function onRows(slates: Slates, ...rows: readonly number[]): Uint8Array {
  const flags = new Uint8Array(slates.rows);
  for (const row of rows) flags[row] = 1;
  return flags;
}

/** The experiment with these focal rows and arms; clicks are on the given rows. */
export function experimentWith(
  slates: Slates,
  focal: readonly number[],
  treated: readonly number[],
  clicked: readonly number[] = [],
): Experiment {
  const assignment = {
    focal: Int32Array.from(focal),
    treated: Uint8Array.from(treated),
    probability: 0.5,
  };
  const model = logisticClicks(slates);
  return experimentOf(slates, assignment, {
    withoutPromotion: model.probabilities(new Uint8Array(slates.rows)),
    observed: model.probabilities(focalRows(slates, assignment.focal, assignment.treated)),
    clicks: onRows(slates, ...clicked),
  });
}

/**
 * Slates with 5 to 12 items of 6 clusters, the first clusters more often. Some ratings, liked rates and users' rates are
 * missing.
 */
export function simulatedSlates(seed: number, count = 300): Slates {
  const draws = random(seed).fork("slates");
  const rows = Array.from({ length: count }, (_, j) => {
    const userLikedRate = draws.bernoulli(0.03) ? Number.NaN : draws.beta(4, 3);
    return Array.from({ length: 5 + draws.integer(8) }, () => ({
      slateId: `user_${j}`,
      cluster: "ABCDEF"[Math.floor(6 * draws.uniform() ** 2)]!,
      relevance: 2 + draws.integer(7) / 2,
      movieId: 1 + draws.integer(500),
      ratingCount: draws.bernoulli(0.03) ? Number.NaN : Math.floor(draws.exponential(300)),
      meanRating: 3 + draws.uniform(),
      likedRate: draws.bernoulli(0.05) ? Number.NaN : draws.beta(5, 4),
      userId: j,
      userLikedRate,
    }));
  }).flat();
  const column = <Name extends keyof (typeof rows)[number]>(name: Name) =>
    rows.map((row) => row[name]);
  return slatesFromRows({
    slateId: column("slateId"),
    cluster: column("cluster"),
    relevance: column("relevance"),
    movieId: column("movieId"),
    ratingCount: column("ratingCount"),
    meanRating: column("meanRating"),
    likedRate: column("likedRate"),
    userId: column("userId"),
    userLikedRate: column("userLikedRate"),
  });
}

/** One column of a small table. */
export function columnOf(rows: readonly Row[], name: string): unknown[] {
  for (const row of rows) assert.ok(name in row, `no column ${name}`);
  return rows.map((row) => row[name]);
}

export function assertClose(
  actual: number | null | undefined,
  expected: number,
  tolerance = 1e-12,
): void {
  assert.ok(
    typeof actual === "number" && Math.abs(actual - expected) <= tolerance,
    `${actual} is not within ${tolerance} of ${expected}`,
  );
}

/** No number of these tables is NaN or infinite. */
export function assertFinite(...tables: readonly (readonly Row[])[]): void {
  for (const row of tables.flat()) {
    for (const [name, value] of Object.entries(row)) {
      assert.ok(typeof value !== "number" || Number.isFinite(value), `${name} is ${value}`);
    }
  }
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return sum(Array.from(values)) / values.length;
}
