/** How good movies are, and whom they suit. */
import type { Random } from "../../stats";
import type { Draft } from "./movieDraft";
import { genresOf } from "./movieGenres";
import { GENRES } from "./movieKinds";
import { CATALOGUE, QUALITY } from "./movieLensParameters";

const DIMENSIONS = CATALOGUE.latentDimensions;

/**
 * The noise of a popular movie takes the sign that brings the rating-weighted noise of its genres nearer to 0, more
 * often than not: otherwise a few movies would move a genre's mean rating from seed to seed.
 */
export function drawQualities(movies: Draft[], random: Random): Float32Array {
  const effect = GENRES.map((genre) => QUALITY.genres[genre]);
  const account = new Float64Array(GENRES.length + 1);
  const quality = new Float32Array(movies.length);
  const byRank = Array.from(movies.keys()).sort((a, b) => movies[a].rank - movies[b].rank);
  for (const index of byRank) {
    const movie = movies[index];
    const genres = genresOf(movie.genres);
    const sum = genres.reduce((total, genre) => total + effect[genre], 0);
    const genre = genres.length === 0 ? QUALITY.noGenre : sum / Math.sqrt(genres.length);
    const above = Math.log(Math.max(1, movie.popularity)) - 9;
    const slope = above < 0 ? QUALITY.slope.below : QUALITY.slope.above;
    const size = Math.abs(random.normal());
    // The account of all genres, at the end, counts as much as those of the movie's own.
    const owed = genres.reduce((total, g) => total + account[g] / genres.length, 0);
    const lean = (owed + account[GENRES.length]) / Math.max(1, movie.popularity);
    const noise = random.uniform() < 1 / (1 + Math.exp(2 * lean)) ? size : -size;
    for (const g of genres) account[g] += noise * movie.popularity;
    account[GENRES.length] += noise * movie.popularity;
    const sd = QUALITY.sd + QUALITY.tailSd * (1 - movie.prominence);
    quality[index] = QUALITY.base + slope * above + genre + sd * noise;
  }
  return quality;
}

/** A movie points where its genres point (one random direction each), and partly in a direction of its own. */
export function drawLatents(movies: Draft[], random: Random): Float32Array {
  const directions = GENRES.map(() => unit(gaussian(random)));
  const latent = new Float32Array(movies.length * DIMENSIONS);
  movies.forEach((movie, m) => {
    const genre = new Float64Array(DIMENSIONS);
    for (let g = 0; g < GENRES.length; g++) {
      if ((movie.genres >>> g) & 1)
        for (let k = 0; k < DIMENSIONS; k++) genre[k] += directions[g][k];
    }
    const shared = movie.genres === 0 ? genre : unit(genre);
    const own = unit(gaussian(random));
    const weight = CATALOGUE.genreInLatent;
    const rest = Math.sqrt(1 - weight * weight);
    const vector = unit(own.map((value, k) => weight * shared[k] + rest * value));
    latent.set(vector, m * DIMENSIONS);
  });
  return latent;
}

function gaussian(random: Random): Float64Array {
  return Float64Array.from({ length: DIMENSIONS }, () => random.normal());
}

function unit(vector: Float64Array): Float64Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  return length === 0 ? vector : vector.map((value) => value / length);
}
