import assert from "node:assert/strict";
import { test } from "node:test";
import { genreSummary, movieCatalog, NO_GENRES, ratingSample } from "../../lib/panels";
import { movieLensPlace } from "../loaders/movieLensFixture";

const place = movieLensPlace();

test("a movie counts in each of its genres, the most rated genre first, ties by name", async () => {
  const data = await place.of({
    movies: [
      [1, "A (2000)", "War|Comedy"],
      [2, "B (2000)", "Comedy"],
      [3, "C (2000)", ""],
      [4, "D (2000)", "Western"],
      [5, "Never rated (2000)", "Musical"],
    ],
    ratings: [
      [1, 1, 4, 1],
      [2, 1, 2, 1],
      [1, 2, 5, 1],
      [1, 3, 3, 1],
      [1, 4, 3.5, 1],
      [1, 99, 5, 1],
    ],
  });
  const rows = await genreSummary(await ratingSample(data), await movieCatalog(data));
  const row = (genre: string, n: number, movies: number, mean: number, liked: number) => ({
    genre,
    sampled_rating_rows: n,
    unique_movies: movies,
    mean_rating: mean,
    liked_rate: liked,
  });
  assert.deepEqual(rows, [
    row("Comedy", 3, 2, 11 / 3, 2 / 3),
    row("War", 2, 1, 3, 0.5),
    row(NO_GENRES, 1, 1, 3, 0),
    row("Western", 1, 1, 3.5, 0),
  ]);
});
