/** Movies that are watched after each other: alike in taste, time and popularity. */
import type { Random } from "../../stats";
import type { Attention } from "./attention";
import { LAST_YEAR } from "./calendar";
import type { Catalogue } from "./movieCatalogue";
import { genresOf } from "./movieGenres";
import { CATALOGUE } from "./movieLensParameters";

const { count: COUNT, candidates: CANDIDATES, eraYears } = CATALOGUE.neighbours;
const PAUSE_MOVIES = 8_192;
const DIMENSIONS = CATALOGUE.latentDimensions;

/**
 * For each movie its `neighbours.count` nearest among candidates drawn by attention from one of its genres; nearest
 * first, -1 where there are fewer. Near is: the product of the latent vectors minus the distance of the release years
 * over `eraYears`.
 * @param pause  lets other work run; throws to stop
 * @returns Int32Array, `count` numbers for each movie
 */
export async function drawNeighbours(
  catalogue: Catalogue,
  attention: Attention,
  random: Random,
  pause: () => Promise<void>,
): Promise<Int32Array> {
  const neighbours = new Int32Array(catalogue.size * COUNT).fill(-1);
  const nearest = new Int32Array(COUNT);
  const nearness = new Float64Array(COUNT);
  for (let movie = 0; movie < catalogue.size; movie++) {
    if (movie % PAUSE_MOVIES === 0) await pause();
    const genres = genresOf(catalogue.genres[movie]);
    if (genres.length === 0 || catalogue.expectedRatings[movie] <= 0) continue;
    const pools = genres.map(
      (genre) => attention.ofGenre(genre, LAST_YEAR) ?? attention.all(LAST_YEAR),
    );
    let found = 0;
    for (let i = 0; i < CANDIDATES; i++) {
      const pool = pools[i % pools.length];
      const other = pool.movies[pool.table.draw(random)];
      if (other === movie) continue;
      const value = likeness(catalogue, movie, other);
      if (found === COUNT && value <= nearness[COUNT - 1]) continue;
      if (nearest.subarray(0, found).includes(other)) continue;
      let place = found < COUNT ? found++ : COUNT - 1;
      while (place > 0 && nearness[place - 1] < value) {
        nearest[place] = nearest[place - 1];
        nearness[place] = nearness[place - 1];
        place--;
      }
      nearest[place] = other;
      nearness[place] = value;
    }
    neighbours.set(nearest.subarray(0, found), movie * COUNT);
  }
  return neighbours;
}

function likeness(catalogue: Catalogue, a: number, b: number): number {
  let product = 0;
  for (let k = 0; k < DIMENSIONS; k++) {
    product += catalogue.latent[a * DIMENSIONS + k] * catalogue.latent[b * DIMENSIONS + k];
  }
  return product - Math.abs(catalogue.releaseYear[a] - catalogue.releaseYear[b]) / eraYears;
}
