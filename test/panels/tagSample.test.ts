import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { tagSample, tagSummary, topTags } from "../../lib/panels";
import { movieLensPlace } from "../loaders/movieLensFixture";
import { seconds } from "./panelFixture";

const place = movieLensPlace();

type Tag = [user: number, movie: number, tag: string, time: number];

const sampleOf = async (tags: readonly Tag[], rows?: number) =>
  tagSample(await place.of({ tags }), { rows });

describe("tag_clean", () => {
  /** A tag as it stands in the file, and cleaned. */
  const CLEAN: [string, string | null][] = [
    ["Funny", "funny"],
    ["  two  words ", "two  words"],
    ["\tTab\t", "tab"],
    ["\u00a0Hard Blank\u3000", "hard blank"],
    ["\u000bControl\u001f\u0085", "control"],
    ["\u200bzero width stays\u200b", "\u200bzero width stays\u200b"],
    ["ÉCOLE Ⅷ", "école ⅷ"],
    ['"Quoted", with comma', '"quoted", with comma'],
    ["line\nbreak", "line\nbreak"],
    ["   ", ""],
    ["", null],
    ["NA", null],
    ["n/a", null],
    ["null", null],
    ["None", null],
    ["NaN", null],
    ["na", "na"],
    ["Null", "null"],
    [" NA", "na"],
    ["1984", "1984"],
  ];

  test("is lower case without blanks at the ends; what pandas reads as missing is missing", async () => {
    const sample = await sampleOf(CLEAN.map(([tag], i) => [i + 1, 1, tag, i]));
    const rows = await sample.rows();
    assert.deepEqual(
      rows.map((row) => row.tag_clean),
      CLEAN.map(([, clean]) => clean),
    );
    assert.deepEqual(
      rows.map((row) => row.tag),
      CLEAN.map(([tag, clean]) => (clean === null ? null : tag)),
    );
    assert.deepEqual(
      rows.map((row) => row.userId),
      CLEAN.map((_, i) => i + 1),
      "the order of the file stays",
    );
  });
});

describe("the sample of tags", () => {
  const TAGS: Tag[] = [
    [9, 1, "b", seconds("2020-03-01T05:01:26")],
    [9, 2, "B ", seconds("2020-03-02T00:00:00")],
    [2, 2, "a", seconds("2005-12-27T12:54:55")],
    [2, 3, "NA", seconds("2006-01-01T00:00:00")],
    [2, 3, "a", seconds("2007-01-01T00:00:00")],
    [1, 3, "c", seconds("2023-10-12T07:24:37")],
  ];

  test("takes the first rows of the file and dates them", async () => {
    const sample = await sampleOf(TAGS, 3);
    assert.deepEqual(await sample.rows(), [
      {
        userId: 9,
        movieId: 1,
        tag: "b",
        timestamp: seconds("2020-03-01T05:01:26"),
        tag_clean: "b",
        tag_datetime: new Date("2020-03-01T05:01:26Z"),
      },
      {
        userId: 9,
        movieId: 2,
        tag: "B ",
        timestamp: seconds("2020-03-02T00:00:00"),
        tag_clean: "b",
        tag_datetime: new Date("2020-03-02T00:00:00Z"),
      },
      {
        userId: 2,
        movieId: 2,
        tag: "a",
        timestamp: seconds("2005-12-27T12:54:55"),
        tag_clean: "a",
        tag_datetime: new Date("2005-12-27T12:54:55Z"),
      },
    ]);
  });

  test("is summed up; a missing tag counts as a row and not as a tag", async () => {
    assert.deepEqual(await tagSummary(await sampleOf(TAGS)), [
      { metric: "tag_rows_loaded", value: 6 },
      { metric: "unique_users_in_tag_sample", value: 3 },
      { metric: "unique_movies_in_tag_sample", value: 3 },
      { metric: "unique_clean_tags_in_sample", value: 3 },
      { metric: "tag_date_min", value: new Date("2005-12-27T12:54:55Z") },
      { metric: "tag_date_max", value: new Date("2023-10-12T07:24:37Z") },
    ]);
  });

  test("has its most frequent tags first, ties in alphabetical order", async () => {
    const sample = await sampleOf(TAGS);
    assert.deepEqual(await topTags(sample), [
      { tag_clean: "a", tag_rows: 2, users: 1, movies: 2 },
      { tag_clean: "b", tag_rows: 2, users: 1, movies: 2 },
      { tag_clean: "c", tag_rows: 1, users: 1, movies: 1 },
    ]);
    assert.equal((await topTags(sample, { limit: 1 })).length, 1);
  });

  test("may be empty", async () => {
    const sample = await sampleOf([]);
    assert.deepEqual(await topTags(sample), []);
    assert.deepEqual(
      (await tagSummary(sample)).map((row) => row.value),
      [0, 0, 0, 0, null, null],
    );
  });
});
