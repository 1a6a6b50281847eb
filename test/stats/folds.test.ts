import assert from "node:assert/strict";
import { test } from "node:test";
import { folds } from "../../lib/stats/folds";

/** Rows in each fold. */
function sizes(fold: ArrayLike<number>, count: number, rows?: number[]): number[] {
  const size = new Array<number>(count).fill(0);
  for (const i of rows ?? Array.from({ length: fold.length }, (_, i) => i)) size[fold[i]!]! += 1;
  return size;
}

const spread = (size: number[]) => Math.max(...size) - Math.min(...size);

test("sizes differ by at most one, the same seed gives the same folds, another one others", () => {
  const fold = folds(23, { count: 5, seed: 1 });
  assert.ok(fold instanceof Int32Array);
  assert.deepEqual(sizes(fold, 5).sort(), [4, 4, 5, 5, 5]);
  assert.deepEqual(folds(23, { count: 5, seed: 1 }), fold);
  assert.notDeepEqual(folds(23, { count: 5, seed: 2 }), fold);
});

test("each stratum is spread evenly, and so are all rows together", () => {
  const strata = Array.from({ length: 101 }, (_, i) => (i % 7 < 2 ? "treated" : "control"));
  const fold = folds(101, { count: 4, seed: 3, strata });
  for (const stratum of ["treated", "control"]) {
    const rows = strata.flatMap((own, i) => (own === stratum ? [i] : []));
    assert.ok(spread(sizes(fold, 4, rows)) <= 1);
  }
  assert.ok(spread(sizes(fold, 4)) <= 1);
});

test("a group lies in one fold as a whole, and folds have as many groups", () => {
  const groups = Array.from({ length: 60 }, (_, i) => Math.floor((i * i) / 150));
  const fold = folds(60, { count: 3, seed: 5, groups });
  const foldOf = new Map<number, number>();
  groups.forEach((group, i) => {
    const known = foldOf.get(group) ?? fold[i]!;
    assert.equal(fold[i], known);
    foldOf.set(group, known);
  });
  assert.ok(spread(sizes([...foldOf.values()], 3)) <= 1);
});

test("groups are spread over the folds stratum by stratum", () => {
  const groups = Array.from({ length: 40 }, (_, i) => i >> 1);
  const strata = groups.map((group) => (group < 8 ? 1 : 0));
  const fold = folds(40, { count: 4, seed: 1, groups, strata });
  assert.deepEqual(sizes(fold, 4, [...Array(16).keys()]), [4, 4, 4, 4]);
});

test("what cannot be is an error", () => {
  assert.throws(() => folds(10, { count: 1, seed: 1 }), /from 2 on, not 1/);
  assert.throws(() => folds(3, { count: 4, seed: 1 }), /There are 3 to part, but 4 folds/);
  assert.throws(() => folds(0, { count: 2, seed: 1 }), /no rows/);
  assert.throws(
    () => folds(4, { count: 2, seed: 1, strata: [1, 1, 1, 0] }),
    /1 to part in stratum 0, but 2 folds/,
  );
  assert.throws(() => folds(3, { count: 2, seed: 1, strata: [1, 1] }), /stratum for 2 of 3 rows/);
  assert.throws(
    () => folds(3, { count: 2, seed: 1, groups: [1, Number.NaN, 2] }),
    /Row 2 has no group/,
  );
  assert.throws(
    () => folds(4, { count: 2, seed: 1, groups: [7, 7, 8, 8], strata: [0, 1, 0, 1] }),
    /Group 7 has rows of several strata/,
  );
});
