import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type SlateSeedOptions, slateSeed, slateSeedSummary, userFeatures } from "../../lib/panels";
import { tableOf, testEngine, type Value } from "./panelFixture";

const opened = testEngine();

const COLUMNS = {
  userId: "INTEGER",
  movieId: "INTEGER",
  rating: "FLOAT",
  rating_datetime: "TIMESTAMP",
  rating_year: "INTEGER",
  liked: "TINYINT",
  title: "VARCHAR",
  genres: "VARCHAR",
  primary_genre: "VARCHAR",
};

/** One rating; the day counts from 1 January 2020. Later ratings have larger days. */
interface Rating {
  readonly user: number;
  readonly movie: number;
  readonly stars: number;
  readonly day: number;
  readonly genre?: string | null;
}

const timeOf = (day: number) => new Date(Date.UTC(2020, 0, 1 + day));

async function slatesOf(ratings: readonly Rating[], options: SlateSeedOptions = {}) {
  const rows = ratings.map(({ user, movie, stars, day, genre = "Drama" }): Value[] => [
    user,
    movie,
    stars,
    timeOf(day).toISOString().slice(0, 19),
    timeOf(day).getUTCFullYear(),
    stars >= 4 ? 1 : 0,
    `Movie ${movie}`,
    genre,
    genre,
  ]);
  const enriched = await tableOf(await opened, "enriched", COLUMNS, rows);
  return slateSeed(enriched, await userFeatures(enriched), options);
}

type Slates = Awaited<ReturnType<typeof slatesOf>>;

async function moviesByUser(slates: Slates): Promise<Record<number, number[]>> {
  const users: Record<number, number[]> = {};
  for (const { userId, movieId } of await slates.rows<{ userId: number; movieId: number }>()) {
    users[userId] = [...(users[userId] ?? []), movieId];
  }
  return users;
}

/** A user's ratings of movies 1 to n, one a day, all with the same stars. */
const history = (user: number, n: number, stars = 4): Rating[] =>
  Array.from({ length: n }, (_, i) => ({ user, movie: i + 1, stars, day: i }));

describe("who gets a slate", () => {
  test("users with exactly the least number of ratings do, users with one less do not", async () => {
    const slates = await slatesOf([...history(1, 20), ...history(2, 19), ...history(3, 25)]);
    assert.deepEqual(Object.keys(await moviesByUser(slates)), ["1", "3"]);
    assert.deepEqual(
      (await slates.eligibleUsers.rows()).map((row) => row.userId),
      [3, 1],
    );
  });

  test("the most active go first, then those with more genres, then smaller numbers", async () => {
    const ratings = [
      ...history(5, 20),
      ...history(4, 20),
      ...history(3, 20).map((rating, i) => ({ ...rating, genre: i % 2 ? "Drama" : "War" })),
      ...history(2, 21),
    ];
    for (const [maxUsers, users] of [
      [1, [2]],
      [2, [2, 3]],
      [3, [2, 3, 4]],
      [4, [2, 3, 4, 5]],
      [9, [2, 3, 4, 5]],
    ] as const) {
      const slates = await slatesOf(ratings, { maxUsers });
      assert.deepEqual(
        (await slates.eligibleUsers.rows()).map((row) => row.userId),
        users,
      );
      assert.deepEqual(Object.keys(await moviesByUser(slates)).map(Number), users);
    }
  });

  test("a slate that cannot be filled is dropped; its user still counts as considered", async () => {
    const slates = await slatesOf([...history(1, 8), ...history(2, 12)], { minRatings: 5 });
    assert.deepEqual(Object.keys(await moviesByUser(slates)), ["2"]);
    const summary = await slateSeedSummary(slates);
    assert.deepEqual(
      summary.map((row) => [row.metric, row.value]),
      [
        ["eligible_users_considered", 2],
        ["complete_seed_slates", 1],
        ["rows_in_seed_slate_table", 12],
        ["slate_size", 12],
        ["unique_movies_in_seed_slates", 12],
        ["unique_spillover_clusters", 1],
        ["mean_high_relevance_rate", 1],
      ],
    );
  });
});

describe("what is in a slate", () => {
  test("the best rated of the latest, later ones first among equals, then smaller movie numbers", async () => {
    const ratings: Rating[] = [
      { user: 1, movie: 10, stars: 5, day: 0 },
      { user: 1, movie: 20, stars: 3, day: 9 },
      { user: 1, movie: 30, stars: 4, day: 8 },
      { user: 1, movie: 40, stars: 4, day: 9 },
      { user: 1, movie: 60, stars: 4, day: 7 },
      { user: 1, movie: 50, stars: 4, day: 7 },
      { user: 1, movie: 70, stars: 2, day: 6 },
    ];
    const options = { minRatings: 1, slateSize: 5, recentPool: 6 };
    assert.deepEqual(await moviesByUser(await slatesOf(ratings, options)), {
      1: [40, 30, 50, 60, 20],
    });
    // With room for the oldest, its five stars come first.
    assert.deepEqual(await moviesByUser(await slatesOf(ratings, { ...options, recentPool: 7 })), {
      1: [10, 40, 30, 50, 60],
    });
  });

  test("ties in time at the edge of the pool go to smaller movie numbers", async () => {
    const ratings = [8, 3, 5, 1, 7].map((movie) => ({ user: 1, movie, stars: movie / 2, day: 3 }));
    const slates = await slatesOf(ratings, { minRatings: 1, slateSize: 3, recentPool: 3 });
    assert.deepEqual(await moviesByUser(slates), { 1: [5, 3, 1] });
  });

  test("every column, and movies without a genre as the cluster unknown", async () => {
    const slates = await slatesOf(
      [
        { user: 7, movie: 2, stars: 3.5, day: 1, genre: null },
        { user: 7, movie: 1, stars: 4, day: 366, genre: "Action" },
      ],
      { minRatings: 1, slateSize: 2 },
    );
    const shared = { slate_id: "user_7_seed", userId: 7 };
    assert.deepEqual(await slates.rows(), [
      {
        ...shared,
        movieId: 1,
        title: "Movie 1",
        genres: "Action",
        primary_genre: "Action",
        spillover_cluster: "Action",
        slate_position_seed: 1,
        observed_relevance: 4,
        high_relevance: 1,
        rating_datetime: timeOf(366),
        rating_year: 2021,
      },
      {
        ...shared,
        movieId: 2,
        title: "Movie 2",
        genres: null,
        primary_genre: null,
        spillover_cluster: "unknown",
        slate_position_seed: 2,
        observed_relevance: 3.5,
        high_relevance: 0,
        rating_datetime: timeOf(1),
        rating_year: 2020,
      },
    ]);
  });

  test("users stand in the order of their numbers, positions from 1 on", async () => {
    const slates = await slatesOf([...history(20, 20), ...history(3, 30), ...history(100, 22)]);
    const rows = await slates.rows<{ userId: number; slate_position_seed: number }>();
    assert.deepEqual(
      rows.map((row) => [row.userId, row.slate_position_seed]),
      [3, 20, 100].flatMap((user) => Array.from({ length: 12 }, (_, i) => [user, i + 1])),
    );
  });
});

/** The same rules with sorts and slices. */
function slatesByDefinition(ratings: readonly Rating[], options: Required<SlateSeedOptions>) {
  const users = [...new Set(ratings.map(({ user }) => user))].map((user) => {
    const own = ratings.filter((rating) => rating.user === user);
    return { user, own, genres: new Set(own.map(({ genre }) => genre)).size };
  });
  const eligible = users
    .filter(({ own }) => own.length >= options.minRatings)
    .sort((a, b) => b.own.length - a.own.length || b.genres - a.genres || a.user - b.user)
    .slice(0, options.maxUsers);
  const slates: Record<number, number[]> = {};
  for (const { user, own } of eligible) {
    const pool = own
      .slice()
      .sort((a, b) => b.day - a.day || a.movie - b.movie)
      .slice(0, options.recentPool);
    const slate = pool
      .sort((a, b) => b.stars - a.stars || b.day - a.day || a.movie - b.movie)
      .slice(0, options.slateSize);
    if (slate.length === options.slateSize) slates[user] = slate.map(({ movie }) => movie);
  }
  return slates;
}

test("random histories: slates are those of the definition, full, and never leave the pool", async () => {
  const rating = fc.record({
    user: fc.integer({ min: 1, max: 5 }),
    movie: fc.integer({ min: 1, max: 25 }),
    stars: fc.integer({ min: 1, max: 4 }),
    day: fc.integer({ min: 0, max: 5 }),
    genre: fc.constantFrom("Action", "Drama", "War"),
  });
  const ratings = fc.uniqueArray(rating, {
    selector: ({ user, movie }) => `${user} ${movie}`,
    minLength: 1,
    maxLength: 80,
  });
  const options = fc.record({
    minRatings: fc.integer({ min: 1, max: 12 }),
    slateSize: fc.integer({ min: 1, max: 6 }),
    maxUsers: fc.integer({ min: 1, max: 5 }),
    recentPool: fc.integer({ min: 1, max: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(ratings, options, async (given, chosen) => {
      const slates = await slatesOf(given, chosen);
      const movies = await moviesByUser(slates);
      assert.deepEqual(movies, slatesByDefinition(given, chosen));
      for (const [user, slate] of Object.entries(movies)) {
        const times = given.filter((one) => one.user === Number(user)).map(({ day }) => day);
        const latest = times.sort((a, b) => b - a).slice(0, chosen.recentPool);
        assert.equal(slate.length, chosen.slateSize);
        assert.equal(new Set(slate).size, slate.length);
        for (const movie of slate) {
          const { day } = given.find((one) => one.user === Number(user) && one.movie === movie)!;
          assert.ok(day >= latest.at(-1)!, `movie ${movie} is older than the pool`);
        }
      }
    }),
    { numRuns: 40 },
  );
});
