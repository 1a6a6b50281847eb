import assert from "node:assert/strict";
import { test } from "node:test";
import {
  genreDrawer,
  genreIndex,
  genresOf,
  genreText,
} from "../../../lib/loaders/synthetic/movieGenres";
import { GENRES, MOVIE_KINDS } from "../../../lib/loaders/synthetic/movieKinds";
import { random } from "../../../lib/stats";

test("masks and texts", () => {
  assert.equal(genreText(0), "(no genres listed)");
  const mask = (1 << genreIndex("Sci-Fi")) | (1 << genreIndex("Action"));
  assert.equal(genreText(mask), "Action|Sci-Fi");
  assert.deepEqual(genresOf(mask), [genreIndex("Action"), genreIndex("Sci-Fi")]);
  assert.throws(() => genreIndex("Opera" as never), /no genre "Opera"/);
  assert.deepEqual([...GENRES], [...GENRES].sort());
});

test("the shares of the kinds of movie sum to 1, among forgotten and among popular movies", () => {
  for (const side of ["tail", "head"] as const) {
    const sum = MOVIE_KINDS.reduce((total, kind) => total + kind[side], 0);
    assert.ok(Math.abs(sum - 100) < 0.5, `${side}: ${sum}`);
  }
});

test("movies of equal popularity have the expected share of each genre", () => {
  for (const prominence of [0, 1]) {
    const drawer = genreDrawer();
    const draws = random(3);
    const counts = new Array<number>(GENRES.length).fill(0);
    const n = 20_000;
    for (let i = 0; i < n; i++) {
      for (const genre of genresOf(drawer.draw(prominence, 1, draws))) counts[genre] += 1;
    }
    const side = prominence === 0 ? "tail" : "head";
    GENRES.forEach((genre, index) => {
      const expected = MOVIE_KINDS.reduce((sum, kind) => {
        const often = kind.sometimes[genre]?.[prominence] ?? 0;
        return sum + (kind[side] / 100) * (kind.always.includes(genre) ? 1 : often);
      }, 0);
      assert.ok(Math.abs(counts[index] / n - expected) < 0.015, `${genre} ${counts[index] / n}`);
    });
  }
});

test("with a few movies holding most ratings, a genre's share of the ratings hardly moves between seeds", () => {
  const shares = [1, 2, 3, 4, 5, 6].map((seed) => {
    const drawer = genreDrawer();
    const draws = random(seed);
    let drama = 0;
    let total = 0;
    for (let rank = 1; rank <= 5_000; rank++) {
      const popularity = 1e5 / rank;
      const mask = drawer.draw(1 / Math.sqrt(rank), popularity, draws);
      total += popularity;
      if (genresOf(mask).includes(genreIndex("Drama"))) drama += popularity;
    }
    return drama / total;
  });
  // Free draws would spread over 0.25 and more.
  assert.ok(Math.max(...shares) - Math.min(...shares) < 0.1, shares.join(" "));
});
