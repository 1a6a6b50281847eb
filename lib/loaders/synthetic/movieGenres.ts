/** Genres of movies as bit masks, and the draw of a movie's genres from the kinds of movie. */
import type { Random } from "../../stats";
import { GENRES, type Genre, MOVIE_KINDS } from "./movieKinds";

/** What movies.csv says of a movie without genres. */
export const NO_GENRES = "(no genres listed)";

const INDEX = new Map<string, number>(GENRES.map((genre, index) => [genre, index]));

/** Position of a genre in GENRES. @throws RangeError for an unknown name. */
export function genreIndex(genre: Genre): number {
  const index = INDEX.get(genre);
  if (index === undefined) throw new RangeError(`MovieLens has no genre "${genre}".`);
  return index;
}

/** The names of a bit mask of genres (bit k for GENRES[k]), joined as in movies.csv. */
export function genreText(mask: number): string {
  const names = GENRES.filter((_, index) => (mask >>> index) & 1);
  return names.length === 0 ? NO_GENRES : names.join("|");
}

/** Genres of a movie as indices of GENRES. */
export function genresOf(mask: number): number[] {
  const genres: number[] = [];
  for (let genre = 0; genre < GENRES.length; genre++) if ((mask >>> genre) & 1) genres.push(genre);
  return genres;
}

/** Draws the genres of one movie after the other, from the most popular one on. */
export interface GenreDrawer {
  /**
   * The genres of a movie as a bit mask.
   * @param prominence  0 for a forgotten movie ... 1 for one of the most popular
   * @param popularity  ratings that the movie will have, > 0
   */
  draw(prominence: number, popularity: number, random: Random): number;
  /** Tells of a movie whose genres were settled otherwise. */
  settle(mask: number, prominence: number, popularity: number): void;
}

/** How strongly a genre that has too few ratings so far is favoured, and the largest such correction. */
const CORRECTION = 0.8;
const LARGEST_CORRECTION = 1.6;

/**
 * A drawer that keeps an account of the ratings that each genre should have had and has had so far. The few most
 * popular movies hold so many ratings that free draws would move a genre's share by several per cent from seed to seed.
 */
export function genreDrawer(): GenreDrawer {
  const kinds = MOVIE_KINDS.map((kind) => ({
    tail: kind.tail / 100,
    head: kind.head / 100,
    always: kind.always.map(genreIndex),
    mask: kind.always.reduce((mask, genre) => mask | (1 << genreIndex(genre)), 0),
    sometimes: GENRES.flatMap((genre, index) => {
      const probability = kind.sometimes[genre];
      return probability ? [{ index, tail: probability[0], head: probability[1] }] : [];
    }),
  }));
  // The share of movies with a genre, among forgotten and among popular ones.
  const tailShare = new Float64Array(GENRES.length);
  const headShare = new Float64Array(GENRES.length);
  for (const kind of kinds) {
    for (const index of kind.always) {
      tailShare[index] += kind.tail;
      headShare[index] += kind.head;
    }
    for (const genre of kind.sometimes) {
      tailShare[genre.index] += kind.tail * genre.tail;
      headShare[genre.index] += kind.head * genre.head;
    }
  }
  const missing = new Float64Array(GENRES.length);
  const weights = new Float64Array(kinds.length);

  function settle(mask: number, prominence: number, popularity: number): void {
    for (let g = 0; g < GENRES.length; g++) {
      const share = (1 - prominence) * tailShare[g] + prominence * headShare[g];
      missing[g] += popularity * (share - ((mask >>> g) & 1));
    }
  }

  return {
    settle,
    draw(prominence, popularity, random) {
      const correction = missing.map((ratings) =>
        Math.min(
          LARGEST_CORRECTION,
          Math.max(-LARGEST_CORRECTION, (CORRECTION * ratings) / popularity),
        ),
      );
      let total = 0;
      for (let k = 0; k < kinds.length; k++) {
        const kind = kinds[k];
        let sum = 0;
        for (const index of kind.always) sum += correction[index];
        const weight = (1 - prominence) * kind.tail + prominence * kind.head;
        weights[k] = weight * Math.exp(sum / kind.always.length);
        total += weights[k];
      }
      let goal = random.uniform() * total;
      let chosen = 0;
      while (chosen < kinds.length - 1 && goal >= weights[chosen]) goal -= weights[chosen++];
      const kind = kinds[chosen];
      const fromTail = (1 - prominence) * kind.tail;
      const popular =
        random.coarseUniform() * (fromTail + prominence * kind.head) >= fromTail ? "head" : "tail";
      let mask = kind.mask;
      for (const genre of kind.sometimes) {
        // The correction moves the odds.
        const odds = (genre[popular] / (1 - genre[popular])) * Math.exp(correction[genre.index]);
        if (random.coarseUniform() < odds / (1 + odds)) mask |= 1 << genre.index;
      }
      settle(mask, prominence, popularity);
      return mask;
    },
  };
}
