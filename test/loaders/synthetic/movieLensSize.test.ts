import assert from "node:assert/strict";
import { test } from "node:test";
import { movieLensSize } from "../../../lib/loaders/synthetic/movieLensSize";

test("full has the counts of ML-32M", () => {
  const full = { users: 200_948, movies: 87_585, ratings: 32_000_204 };
  assert.deepEqual(movieLensSize("full"), { ...full, ratedMovies: 84_432, tags: 2_000_072 });
  assert.deepEqual(movieLensSize(1), movieLensSize("full"));
});

test("embedded: one user in five makes the published sample of 4,018 users", () => {
  const size = movieLensSize("embedded");
  assert.equal(Math.floor(size.users / 5), 4_018);
  assert.ok(Math.abs(size.ratings / size.users - 32_000_204 / 200_948) < 0.1);
  assert.ok(size.movies > 35_000 && size.movies < 50_000);
});

test("a share has fewer movies, but not in proportion: popular ones stay", () => {
  const hundredth = movieLensSize(0.01);
  assert.equal(hundredth.users, 2_009);
  assert.ok(hundredth.movies > 0.1 * 87_585 && hundredth.movies < 0.3 * 87_585);
});

test("counts that do not go together are refused", () => {
  assert.throws(() => movieLensSize(0), /share of ML-32M/);
  assert.throws(() => movieLensSize({ users: 10, movies: 300, ratings: 300 }), /at least 20 users/);
  assert.throws(
    () => movieLensSize({ users: 100, movies: 90_000, ratings: 1e6 }),
    /120 to 87585 movies/,
  );
  assert.throws(
    () => movieLensSize({ users: 100, movies: 300, ratings: 100_000 }),
    /100000 ratings do not go with 100 users and 300 movies: give 2500 to 8670/,
  );
});
