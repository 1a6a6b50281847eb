import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ratingSample, samplingCheck, samplingVerdict } from "../../lib/panels";
import { clusterSampleCheck } from "../../lib/stats";
import { type MovieLensRows, movieLensPlace } from "../loaders/movieLensFixture";

const place = movieLensPlace();

/** Ratings of users 1, 2, ...: how often each gave the stars of the list. */
async function checked(
  stars: readonly number[],
  users: readonly (readonly number[])[],
  modulus: number,
) {
  const ratings = users.flatMap((counts, u) =>
    counts.flatMap((count, k) =>
      Array.from({ length: count }, (_, i) => [u + 1, 100 * k + i + 1, stars[k]!, 5] as const),
    ),
  );
  const data = await place.of({ ratings } satisfies MovieLensRows);
  return samplingCheck(data, await ratingSample(data, { modulus }));
}

describe("samplingCheck", () => {
  // Users 2 and 4 are sampled; for the numbers see test/stats/clusterSampleCheck.test.ts.
  test("counts ratings in users and compares their shares", async () => {
    const users = [
      [0, 2],
      [2, 0],
      [3, 1],
      [1, 1],
    ];
    const check = await checked([2.5, 4], users, 2);
    const expected = clusterSampleCheck({
      counts: Float64Array.from(users.flat()),
      categories: 2,
      sampled: Uint8Array.of(0, 1, 0, 1),
    });
    assert.deepEqual(check.joint, expected.joint);
    assert.equal(check.clusters, 4);
    assert.equal(check.sampledClusters, 2);
    assert.deepEqual(Object.keys(check.rows[0] ?? {}), [
      "rating",
      "full_share",
      "sample_share",
      "share_difference",
      "standard_error",
      "z",
      "p_value",
    ]);
    const [first, second] = check.rows;
    assert.deepEqual([first?.rating, first?.full_share, first?.sample_share], [2.5, 0.6, 0.75]);
    assert.ok(Math.abs((first?.standard_error as number) - 0.1818424) < 1e-7);
    assert.ok(Math.abs((second?.z as number) + 0.82489) < 1e-6);
    assert.match(samplingVerdict(check), /^The differences are no larger than drawing whole users/);
    assert.match(samplingVerdict(check), /chi-square 0\.68 on 1 degrees of freedom, p = 0\.409/);
  });

  test("knows ratings that are no halves, and ratings that the sample lacks", async () => {
    const users = [
      [1, 1, 1],
      [2, 3, 0],
      [0, 1, 1],
    ];
    const check = await checked([0.7, 3.1, 5], users, 2);
    assert.deepEqual(
      check.rows.map((row) => row.sample_share),
      [0.4, 0.6, 0],
    );
    assert.equal(check.joint?.degreesOfFreedom, 2);
  });

  test("says that the sample is the whole file", async () => {
    const check = await checked(
      [1, 5],
      [
        [1, 2],
        [3, 1],
      ],
      1,
    );
    assert.equal(check.joint, null);
    assert.match(samplingVerdict(check), /whole file/);
    assert.deepEqual(
      check.rows.map((row) => [row.share_difference, row.standard_error, row.z, row.p_value]),
      [
        [0, 0, null, null],
        [0, 0, null, null],
      ],
    );
  });

  test("says that nothing can differ where everybody gives the same ratings", async () => {
    const check = await checked([4], [[3], [5], [2]], 2);
    assert.equal(check.joint, null);
    assert.match(samplingVerdict(check), /All users share their ratings out alike/);
  });

  test("says so when the sample differs by more than chance", async () => {
    const users = Array.from({ length: 60 }, (_, u) =>
      u % 2 === 0 ? [2, 8 + (u % 3)] : [8, 2 + (u % 3)],
    );
    const check = await checked([2, 4], users, 2);
    assert.ok((check.joint?.pValue ?? 1) < 1e-6);
    assert.match(samplingVerdict(check), /differs from the full file by more than chance/);
  });
});
