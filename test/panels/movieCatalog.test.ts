import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { movieCatalog, movieSummary, NO_GENRES } from "../../lib/panels";
import { movieLensPlace } from "../loaders/movieLensFixture";

const place = movieLensPlace();

type Movie = [title: string, genres: string];

async function catalogOf(movies: readonly Movie[], newline: "\n" | "\r\n" = "\n") {
  const rows = movies.map(([title, genres], i) => [i + 1, title, genres] as const);
  return movieCatalog(await place.of({ movies: rows }, { newline }));
}

const NBSP = "\u00a0";

/** Title as it stands in the file, release year, clean title. */
const TITLES: [string, number | null, string | null][] = [
  ["Toy Story (1995)", 1995, "Toy Story"],
  ["American President, The (1995)", 1995, "American President, The"],
  ['Say "Hi", Bob (1999)', 1999, 'Say "Hi", Bob'],
  ["Seven (a.k.a. Se7en) (1995)", 1995, "Seven (a.k.a. Se7en)"],
  ["Babylon 5", null, "Babylon 5"],
  ["2001", null, "2001"],
  ["Death Note: Desu nôto (2006–2007)", null, "Death Note: Desu nôto (2006–2007)"],
  ["Fahrenheit (451)", null, "Fahrenheit (451)"],
  ["Long (19955)", null, "Long (19955)"],
  ["1984 (1956) restored", null, "1984 (1956) restored"],
  ["Hamlet (1990) (1991)", 1991, "Hamlet (1990)"],
  ["Twins (1988)  ", 1988, "Twins"],
  ["Tab (1989)\t", 1989, "Tab"],
  [`Hard blank (1990)${NBSP}`, 1990, "Hard blank"],
  [`Between${NBSP}\u2003(1991)`, 1991, "Between"],
  ["Wide (1992)\u3000\u2028", 1992, "Wide"],
  ["Control (1993)\u000b\u001c\u0085", 1993, "Control"],
  ["  Leading (1994)", 1994, "  Leading"],
  ["NoBlank(1996)", 1996, "NoBlank"],
  ["(1997)", 1997, ""],
  ["Two\nlines (1998)", 1998, "Two\nlines"],
  ["東京物語 Tôkyô (1953)", 1953, "東京物語 Tôkyô"],
  ["It's 'quoted' \\ (1954)", 1954, "It's 'quoted' \\"],
  ["null (1955)", 1955, "null"],
  ["None", null, null],
  ["", null, null],
];

describe("release_year and clean_title", () => {
  for (const newline of ["\n", "\r\n"] as const) {
    test(`of every kind of title, lines ending with ${JSON.stringify(newline)}`, async () => {
      const catalog = await catalogOf(
        TITLES.map(([title]) => [title, "Drama"]),
        newline,
      );
      const rows = await catalog.rows();
      assert.deepEqual(
        rows.map((row) => [row.release_year, row.clean_title]),
        TITLES.map(([, year, clean]) => [year, clean]),
      );
      assert.deepEqual(
        rows.map((row) => row.title),
        TITLES.map(([title, , clean]) => (clean === null ? null : title)),
      );
    });
  }
});

describe("genres", () => {
  const GENRES: [string, string[]][] = [
    ["Adventure|Animation|Children", ["Adventure", "Animation", "Children"]],
    ["Film-Noir", ["Film-Noir"]],
    [NO_GENRES, [NO_GENRES]],
    ["", [NO_GENRES]],
    ["NA", [NO_GENRES]],
    ["Drama|", ["Drama", ""]],
    ["Sci-Fi|Sci-Fi", ["Sci-Fi", "Sci-Fi"]],
  ];

  test("become a list, its length and its first, in the order of the file", async () => {
    const catalog = await catalogOf(GENRES.map(([genres]) => ["X (2000)", genres]));
    const rows = await catalog.rows();
    assert.deepEqual(
      rows.map((row) => [row.genre_list, row.genre_count, row.primary_genre]),
      GENRES.map(([, list]) => [list, list.length, list[0]]),
    );
    assert.deepEqual(Object.keys(rows[0] ?? {}), [
      "movieId",
      "title",
      "genres",
      "release_year",
      "clean_title",
      "genre_list",
      "genre_count",
      "primary_genre",
    ]);
  });

  test("an empty field stays missing in genres; only the written text counts as without genres", async () => {
    const catalog = await catalogOf([
      ["A (2000)", ""],
      ["B (2000)", NO_GENRES],
      ["C", "Drama|War"],
      ["D (2001)", "Drama|War|Western"],
    ]);
    assert.deepEqual(
      (await catalog.rows()).map((row) => row.genres),
      [null, NO_GENRES, "Drama|War", "Drama|War|Western"],
    );
    assert.deepEqual(await movieSummary(catalog), [
      { metric: "movies", value: 4 },
      { metric: "movies_with_release_year", value: 3 },
      { metric: "movies_without_genres", value: 1 },
      { metric: "distinct_primary_genres", value: 2 },
      { metric: "median_genres_per_movie", value: 1.5 },
    ]);
  });
});
