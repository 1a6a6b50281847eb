import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { itemEmbedding } from "../../lib/panels/itemEmbedding";
import { cosine } from "../../lib/panels/itemSimilarity";
import { tagVectors } from "../../lib/panels/tagVectors";
import { tableOf, testEngine, type Value } from "./panelFixture";

const opened = testEngine();

function near(actual: number | null, expected: number, tolerance = 1e-8): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < tolerance, `${actual}, ${expected}`);
}

async function ratingsOf(name: string, rows: readonly (readonly Value[])[]) {
  const types = { userId: "BIGINT", movieId: "BIGINT", rating: "DOUBLE" };
  return tableOf(await opened, name, types, rows);
}

async function tagsOf(name: string, rows: readonly (readonly Value[])[]) {
  return tableOf(await opened, name, { movieId: "BIGINT", tag_clean: "VARCHAR" }, rows);
}

const given = [
  [1, 10, 5],
  [1, 20, 4],
  [1, 30, 1],
  [2, 10, 4],
  [2, 20, 5],
  [2, 40, 2],
  [3, 10, 1],
  [3, 30, 5],
  [3, 40, 4],
  [4, 20, 2],
  [4, 30, 4],
  [4, 40, 5],
  [4, 50, 3],
  [5, 10, 3],
  [5, 20, 3.5],
  [5, 30, 2],
];

describe("cosine", () => {
  test("of vectors by hand", () => {
    near(cosine([1, 0], [1, 1]), Math.SQRT1_2, 1e-15);
    assert.equal(cosine([1, 2], [-2, -4]), -1);
    assert.equal(cosine([3, 0], [0, 7]), 0);
    assert.equal(cosine([0.1, 0.3], [0.1, 0.3]), 1);
  });

  test("has no value for a vector of zeros, and needs equal lengths", () => {
    assert.equal(cosine([0, 0], [1, 1]), null);
    assert.throws(() => cosine([1], [1, 2]), /1 numbers has no angle with one of 2/);
  });
});

describe("itemEmbedding", () => {
  test("agrees with numpy's SVD of the centred ratings", async () => {
    // .lab/python/bin/python, with d = pd.DataFrame(given, columns=["u", "i", "r"]):
    // d["rest"] = d.r - d.groupby("u").r.transform("mean"); d = d[d.groupby("i").r.transform("size") >= 2]
    // d["c"] = d.rest - d.groupby("i").rest.transform("mean"); C = d.pivot(index="u", columns="i", values="c").fillna(0)
    // u, s, vt = np.linalg.svd(C.values, full_matrices=False); X = vt[:2].T * s[:2]; n = np.linalg.norm(X, axis=1)
    // print(X @ X.T / np.outer(n, n), (s[:2] ** 2).sum() / (s ** 2).sum())
    const ratings = await ratingsOf("pinned", given);
    const embedding = await itemEmbedding(ratings, { rank: 2, minRatings: 2, seed: 1 });
    assert.deepEqual(embedding.movieIds, Int32Array.of(10, 20, 30, 40));
    near(embedding.similarity(10, 20), 0.2374249, 1e-7);
    near(embedding.similarity(10, 30), -0.99437625);
    near(embedding.similarity(40, 10), -0.24023036);
    near(embedding.similarity(20, 40), -0.99999583);
    near(embedding.similarity(30, 40), 0.34168307);
    near(embedding.similarity(30, 30), 1);
    near(embedding.explained, 0.9567255603662805, 1e-12);
    assert.equal(embedding.similarity(10, 20), embedding.similarity(20, 10));
  });

  test("gives no vector to a movie of few ratings, and counts it", async () => {
    const ratings = await ratingsOf("few", [...given, [6, null, 3], [6, 10, null]]);
    const embedding = await itemEmbedding(ratings, { rank: 2, minRatings: 4, seed: 1 });
    assert.deepEqual(embedding.movieIds, Int32Array.of(10, 20, 30));
    assert.equal(embedding.moviesWithoutVector, 2);
    assert.equal(embedding.ratingsUsed, 12);
    assert.equal(embedding.rowsMissing, 2);
    assert.equal(embedding.similarity(10, 40), null);
    assert.equal(embedding.similarity(10, 999), null);
    assert.equal(embedding.vector(50), null);
    const vector = embedding.vector(20)!;
    assert.deepEqual(vector, embedding.vectors.slice(2, 4));
    vector.fill(0);
    assert.notEqual(embedding.similarity(10, 20), null, "the vector given away is a copy");
  });

  test("takes a user's rating level and the order of the rows for nothing", async () => {
    const options = { rank: 2, minRatings: 2, seed: 1 };
    const plain = await itemEmbedding(await ratingsOf("plain", given), options);
    const shifted = given.map(([u, i, r]) => [u!, i!, r! + (u === 3 ? 7 : 0)]).reverse();
    const moved = await itemEmbedding(await ratingsOf("shifted", shifted), options);
    for (let k = 0; k < plain.vectors.length; k++) near(moved.vectors[k]!, plain.vectors[k]!, 1e-9);
    const twice = given.flatMap(([u, i, r]) => [
      [u!, i!, r! - 1],
      [u!, i!, r! + 1],
    ]);
    const averaged = await itemEmbedding(await ratingsOf("twice", twice), options);
    assert.deepEqual(averaged.vectors, plain.vectors);
  });

  test("finds two tastes: movies of one are alike, of different ones opposed", async () => {
    const rows = [];
    for (let user = 1; user <= 40; user++) {
      for (let movie = 1; movie <= 8; movie++) {
        if ((user * 5 + movie * 3) % 4 === 0) continue;
        rows.push([user, movie, user % 2 === movie % 2 ? 5 : 1.5]);
      }
    }
    const embedding = await itemEmbedding(await ratingsOf("tastes", rows), { rank: 1, seed: 4 });
    near(embedding.similarity(1, 3), 1, 1e-9);
    near(embedding.similarity(2, 8), 1, 1e-9);
    near(embedding.similarity(1, 2), -1, 1e-9);
  });

  test("cannot compare a movie that all rate as expected", async () => {
    const flat = [
      [1, 1, 3],
      [1, 2, 3],
      [2, 1, 4],
      [2, 2, 4],
    ];
    const options = { rank: 1, minRatings: 1, seed: 1 };
    const embedding = await itemEmbedding(await ratingsOf("flat", flat), options);
    assert.equal(embedding.similarity(1, 2), null);
    assert.equal(embedding.explained, null);
    // All rate movie 60 with their own mean: what is left of it is rounding.
    const others = given.slice(0, 13).filter(([, movie]) => movie !== 30);
    const means = new Map<number, number[]>();
    for (const [user, , rating] of others) means.set(user!, [...(means.get(user!) ?? []), rating!]);
    const rows = [
      ...others,
      ...[...means].map(([user, own]) => [user, 60, own.reduce((a, b) => a + b, 0) / own.length]),
    ];
    const rounded = await itemEmbedding(await ratingsOf("rounding", rows), { ...options, rank: 2 });
    assert.equal(rounded.similarity(60, 10), null);
    assert.notEqual(rounded.similarity(20, 10), null);
  });

  test("says what is wrong", async () => {
    const ratings = await ratingsOf("wrong", given);
    await assert.rejects(
      itemEmbedding(ratings, { rank: 2, minRatings: 9, seed: 1 }),
      /No movie of wrong has 9/,
    );
    await assert.rejects(
      itemEmbedding(ratings, { minRatings: 0, seed: 1 }),
      /minRatings is a whole/,
    );
    await assert.rejects(
      itemEmbedding(ratings, { rank: 9, minRatings: 2, seed: 1 }),
      /rank is a whole/,
    );
    const tags = await tagsOf("no_ratings", [[1, "war"]]);
    await assert.rejects(
      itemEmbedding(tags, { seed: 1 }),
      /no_ratings has no column userId, rating/,
    );
  });
});

describe("tagVectors", () => {
  const tagged = [
    [1, "war"],
    [1, "sad"],
    [1, "war"],
    [2, "war"],
    [2, "funny"],
    [3, "funny"],
    [3, "love"],
    [3, "funny"],
    [4, "sad"],
    [5, ""],
    [5, null],
    [null, "war"],
  ];

  test("agrees with scikit-learn's tf-idf", async () => {
    // .lab/python/bin/python: docs = [["war", "war", "sad"], ["war", "funny"], ["funny", "funny", "love"], ["sad"]]
    // t = TfidfVectorizer(analyzer=lambda d: d).fit_transform(docs).toarray(); print(t @ t.T)
    const vectors = await tagVectors(await tagsOf("tagged", tagged));
    assert.deepEqual(vectors.movieIds, Int32Array.of(1, 2, 3, 4));
    near(vectors.similarity(1, 2), 0.63245553);
    near(vectors.similarity(1, 4), 0.4472136);
    near(vectors.similarity(3, 2), 0.59714687);
    assert.equal(vectors.similarity(1, 3), 0);
    near(vectors.similarity(2, 2), 1, 1e-15);
    assert.equal(vectors.tags, 4);
  });

  test("cannot compare a movie without tags", async () => {
    const vectors = await tagVectors(await tagsOf("tagged", tagged));
    assert.equal(vectors.similarity(1, 5), null);
    assert.equal(vectors.similarity(77, 1), null);
    assert.equal(vectors.rowsMissing, 3);
  });

  test("leaves tags of few movies out", async () => {
    const vectors = await tagVectors(await tagsOf("tagged", tagged), { minMovies: 2 });
    assert.equal(vectors.tags, 3);
    // Without "love", movie 3 has the tag "funny" alone: its cosine with movie 2 is that of one of two equal weights.
    near(vectors.similarity(3, 2), Math.SQRT1_2, 1e-12);
  });

  test("of no tags at all compares nothing; wrong input is refused", async () => {
    const none = await tagVectors(await tagsOf("none", []));
    assert.deepEqual([none.movieIds.length, none.tags, none.similarity(1, 1)], [0, 0, null]);
    const tags = await tagsOf("tagged", tagged);
    await assert.rejects(tagVectors(tags, { minMovies: 0 }), /minMovies is a whole number/);
    const ratings = await ratingsOf("untagged", given);
    await assert.rejects(tagVectors(ratings), /untagged has no column tag_clean/);
  });
});
