/**
 * Which genres a movie has: a mixture of kinds of movie. A kind always has some genres and sometimes others,
 * with one probability among forgotten movies (tail) and one among popular ones (head), because popular movies
 * carry more genres. The weights and probabilities were fitted so that the shares of movies and of ratings by
 * genre and by first genre follow the published tables of ML-32M.
 */
import type { Random } from "../../stats";

/** The genres of MovieLens, in the alphabetical order in which a movie lists them. */
export const GENRES = [
  "Action",
  "Adventure",
  "Animation",
  "Children",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Fantasy",
  "Film-Noir",
  "Horror",
  "IMAX",
  "Musical",
  "Mystery",
  "Romance",
  "Sci-Fi",
  "Thriller",
  "War",
  "Western",
] as const;

export type Genre = (typeof GENRES)[number];

/** What movies.csv says of a movie without genres. */
export const NO_GENRES = "(no genres listed)";

export interface MovieKind {
  readonly name: string;
  /** Share of this kind among forgotten movies, in per cent. */
  readonly tail: number;
  /** Share of this kind among the most popular movies, in per cent. */
  readonly head: number;
  readonly always: readonly Genre[];
  /** Probability of a further genre, among forgotten and among popular movies. */
  readonly sometimes: { readonly [genre in Genre]?: readonly [number, number] };
}

export const MOVIE_KINDS: readonly MovieKind[] = [
  {
    name: "drama",
    tail: 25.21,
    head: 0.58,
    always: ["Drama"],
    sometimes: {
      Fantasy: [0.01, 0.02],
      Musical: [0.01, 0.03],
      Mystery: [0.03, 0.03],
      Romance: [0.14, 0.1],
      War: [0.03, 0.03],
    },
  },
  {
    name: "dramaRomance",
    tail: 0.45,
    head: 7.95,
    always: ["Drama", "Romance"],
    sometimes: { Fantasy: [0.05, 0.06], Musical: [0.03, 0.03], War: [0.08, 0.1] },
  },
  {
    name: "comedy",
    tail: 8.67,
    head: 0.52,
    always: ["Comedy"],
    sometimes: { Fantasy: [0.02, 0.03], Musical: [0.02, 0.03] },
  },
  {
    name: "comedyRomance",
    tail: 4.02,
    head: 1.0,
    always: ["Comedy", "Romance"],
    sometimes: { Drama: [0.1, 0.1], Fantasy: [0.03, 0.05] },
  },
  {
    name: "comedyDrama",
    tail: 9.15,
    head: 12.59,
    always: ["Comedy", "Drama"],
    sometimes: {
      Fantasy: [0.02, 0.07],
      Musical: [0.02, 0.03],
      Romance: [0.29, 0.55],
      War: [0.02, 0.02],
    },
  },
  {
    name: "actionThriller",
    tail: 0.14,
    head: 6.86,
    always: ["Action"],
    sometimes: {
      Crime: [0.5, 0.65],
      Drama: [0.2, 0.25],
      IMAX: [0.02, 0.07],
      Mystery: [0.05, 0.06],
      Thriller: [0.85, 0.87],
    },
  },
  {
    name: "scienceFictionSpectacle",
    tail: 0.02,
    head: 14.15,
    always: ["Action", "Sci-Fi"],
    sometimes: {
      Adventure: [0.67, 0.81],
      Drama: [0.05, 0.06],
      Fantasy: [0.05, 0.07],
      Horror: [0.03, 0.04],
      IMAX: [0.09, 0.25],
      Thriller: [0.35, 0.58],
    },
  },
  {
    name: "fantasySpectacle",
    tail: 0.02,
    head: 1.63,
    always: ["Action", "Adventure"],
    sometimes: { Drama: [0.1, 0.1], Fantasy: [0.75, 0.77], IMAX: [0.09, 0.29] },
  },
  {
    name: "actionComedy",
    tail: 0.41,
    head: 3.67,
    always: ["Action", "Comedy"],
    sometimes: { Crime: [0.39, 0.49], Thriller: [0.1, 0.11] },
  },
  {
    name: "actionDrama",
    tail: 0.89,
    head: 0.56,
    always: ["Action"],
    sometimes: { Drama: [0.5, 0.51] },
  },
  {
    name: "adventureFamily",
    tail: 0.04,
    head: 1.41,
    always: ["Adventure"],
    sometimes: {
      Children: [0.8, 0.81],
      Comedy: [0.35, 0.37],
      Drama: [0.1, 0.1],
      Fantasy: [0.49, 0.53],
      IMAX: [0.02, 0.07],
    },
  },
  {
    name: "adventureDrama",
    tail: 0.04,
    head: 1.24,
    always: ["Adventure"],
    sometimes: {
      Drama: [0.7, 0.71],
      Fantasy: [0.1, 0.1],
      Romance: [0.2, 0.22],
      War: [0.1, 0.1],
      Western: [0.05, 0.05],
    },
  },
  {
    name: "adventureComedy",
    tail: 0.04,
    head: 3.6,
    always: ["Adventure", "Comedy"],
    sometimes: { Crime: [0.15, 0.18], Fantasy: [0.15, 0.18], "Sci-Fi": [0.23, 0.26] },
  },
  {
    name: "animatedFamily",
    tail: 0.05,
    head: 6.81,
    always: ["Animation"],
    sometimes: {
      Adventure: [0.55, 0.77],
      Children: [0.9, 0.91],
      Comedy: [0.6, 0.71],
      Fantasy: [0.39, 0.56],
      IMAX: [0.04, 0.12],
      Musical: [0.25, 0.25],
    },
  },
  {
    name: "animation",
    tail: 4.26,
    head: 0.41,
    always: ["Animation"],
    sometimes: {
      Children: [0.22, 0.2],
      Comedy: [0.13, 0.15],
      Drama: [0.15, 0.15],
      Fantasy: [0.07, 0.2],
      "Sci-Fi": [0.02, 0.1],
    },
  },
  {
    name: "familyComedy",
    tail: 2.17,
    head: 1.66,
    always: ["Children"],
    sometimes: {
      Comedy: [0.66, 0.72],
      Drama: [0.15, 0.16],
      Fantasy: [0.09, 0.22],
      Musical: [0.04, 0.05],
    },
  },
  {
    name: "crimeDrama",
    tail: 2.49,
    head: 3.59,
    always: ["Crime", "Drama"],
    sometimes: { Mystery: [0.2, 0.24], Romance: [0.05, 0.05], Thriller: [0.46, 0.51] },
  },
  {
    name: "crimeThriller",
    tail: 1.1,
    head: 1.72,
    always: ["Crime", "Thriller"],
    sometimes: { Drama: [0.2, 0.21], Horror: [0.07, 0.07], Mystery: [0.35, 0.38] },
  },
  {
    name: "comedyCrime",
    tail: 0.58,
    head: 4.29,
    always: ["Comedy", "Crime"],
    sometimes: { Drama: [0.3, 0.35], Mystery: [0.05, 0.05], Thriller: [0.2, 0.24] },
  },
  {
    name: "documentary",
    tail: 11.07,
    head: 0.02,
    always: ["Documentary"],
    sometimes: { Musical: [0.02, 0.03], War: [0.02, 0.02] },
  },
  {
    name: "horror",
    tail: 8.78,
    head: 0.48,
    always: ["Horror"],
    sometimes: { Mystery: [0.05, 0.05] },
  },
  {
    name: "horrorThriller",
    tail: 0.24,
    head: 0.68,
    always: ["Horror", "Thriller"],
    sometimes: { Drama: [0.1, 0.1], Mystery: [0.15, 0.15], "Sci-Fi": [0.08, 0.1] },
  },
  {
    name: "horrorScienceFiction",
    tail: 0.06,
    head: 0.55,
    always: ["Horror", "Sci-Fi"],
    sometimes: { Thriller: [0.4, 0.41] },
  },
  {
    name: "comedyHorror",
    tail: 4.24,
    head: 0.86,
    always: ["Comedy", "Horror"],
    sometimes: { "Sci-Fi": [0.03, 0.15] },
  },
  {
    name: "actionHorror",
    tail: 0.13,
    head: 2.37,
    always: ["Action", "Horror"],
    sometimes: { "Sci-Fi": [0.31, 0.41], Thriller: [0.5, 0.54] },
  },
  {
    name: "mysteryThriller",
    tail: 0.14,
    head: 5.86,
    always: ["Mystery", "Thriller"],
    sometimes: {
      Crime: [0.15, 0.26],
      Drama: [0.42, 0.76],
      Horror: [0.1, 0.16],
      "Sci-Fi": [0.12, 0.16],
    },
  },
  { name: "mystery", tail: 0.14, head: 0.25, always: ["Mystery"], sometimes: {} },
  { name: "thriller", tail: 2.26, head: 0.51, always: ["Thriller"], sometimes: {} },
  {
    name: "dramaThriller",
    tail: 4.84,
    head: 0.97,
    always: ["Drama", "Thriller"],
    sometimes: { Mystery: [0.1, 0.1], Romance: [0.08, 0.08], War: [0.03, 0.03] },
  },
  {
    name: "scienceFiction",
    tail: 1.27,
    head: 0.45,
    always: ["Sci-Fi"],
    sometimes: { Thriller: [0.25, 0.25] },
  },
  {
    name: "dramaScienceFiction",
    tail: 0.05,
    head: 0.75,
    always: ["Drama", "Sci-Fi"],
    sometimes: { Fantasy: [0.19, 0.21], Thriller: [0.3, 0.31] },
  },
  {
    name: "comedyScienceFiction",
    tail: 0.06,
    head: 0.54,
    always: ["Comedy", "Sci-Fi"],
    sometimes: {},
  },
  {
    name: "dramaWar",
    tail: 0.69,
    head: 1.06,
    always: ["Drama", "War"],
    sometimes: { Romance: [0.15, 0.16] },
  },
  {
    name: "actionWar",
    tail: 0.21,
    head: 3.01,
    always: ["Action", "War"],
    sometimes: { Adventure: [0.07, 0.11], Drama: [0.8, 0.82] },
  },
  {
    name: "western",
    tail: 1.06,
    head: 0.14,
    always: ["Western"],
    sometimes: { Drama: [0.18, 0.17], Romance: [0.05, 0.04] },
  },
  {
    name: "actionWestern",
    tail: 0.62,
    head: 1.71,
    always: ["Action", "Western"],
    sometimes: { Adventure: [0.05, 0.1] },
  },
  {
    name: "filmNoir",
    tail: 0.6,
    head: 1.05,
    always: ["Film-Noir"],
    sometimes: {
      Crime: [0.59, 0.68],
      Drama: [0.52, 0.61],
      Mystery: [0.35, 0.37],
      Romance: [0.05, 0.05],
      Thriller: [0.4, 0.42],
    },
  },
  { name: "musical", tail: 0.24, head: 0.11, always: ["Musical"], sometimes: {} },
  {
    name: "comedyMusical",
    tail: 0.16,
    head: 0.66,
    always: ["Comedy", "Musical"],
    sometimes: { Romance: [0.5, 0.52] },
  },
  { name: "dramaMusical", tail: 0.15, head: 0.57, always: ["Drama", "Musical"], sometimes: {} },
  { name: "fantasy", tail: 0.35, head: 0.15, always: ["Fantasy"], sometimes: {} },
  {
    name: "dramaFantasy",
    tail: 0.12,
    head: 1.38,
    always: ["Drama", "Fantasy"],
    sometimes: { Romance: [0.25, 0.27] },
  },
  {
    name: "comedyFantasy",
    tail: 0.12,
    head: 1.37,
    always: ["Comedy", "Fantasy"],
    sometimes: { Drama: [0.1, 0.1], Romance: [0.35, 0.38] },
  },
  {
    name: "fantasyHorror",
    tail: 0.49,
    head: 0.17,
    always: ["Fantasy", "Horror"],
    sometimes: { Mystery: [0.1, 0.1] },
  },
  { name: "romance", tail: 1.97, head: 0.02, always: ["Romance"], sometimes: {} },
  { name: "war", tail: 0.19, head: 0.04, always: ["War"], sometimes: {} },
];

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
