/**
 * How much attention each movie has in each year: a weight such that, when users choose one movie after the other
 * without repeating themselves, every movie ends up with about its expected ratings.
 */
import { type AliasTable, aliasTable } from "../../stats";
import { FIRST_YEAR, LAST_YEAR, yearOf } from "./calendar";
import { power } from "./curves";
import type { Catalogue } from "./movieCatalogue";
import { CHOICE } from "./movieLensParameters";
import type { Raters } from "./raters";

const YEARS = LAST_YEAR - FIRST_YEAR + 1;

/** Movies that can be proposed, with a table that draws one by its attention. */
export interface Proposals {
  readonly movies: Int32Array;
  readonly table: AliasTable;
}

export interface Attention {
  /** Weight of each movie, before the boost of the new. */
  readonly weight: Float64Array;
  /** All movies in the catalogue by the end of the year. */
  all(year: number): Proposals;
  /** Those of one genre; undefined when there are fewer than 20. */
  ofGenre(genre: number, year: number): Proposals | undefined;
}

const { boost: BOOST, years: BOOST_YEARS } = CHOICE.recency;

/** Attention to a movie by the years since it entered. */
function recency(years: number): number {
  return 1 + BOOST * Math.exp(-years / BOOST_YEARS);
}

export function makeAttention(catalogue: Catalogue, raters: Raters): Attention {
  const weight = solveWeights(catalogue, raters);
  const cache = new Map<number, Proposals | undefined>();
  const proposals = (year: number, genre: number, least: number) => {
    const key = (year - FIRST_YEAR) * 32 + genre + 1;
    if (!cache.has(key)) {
      const movies: number[] = [];
      const weights: number[] = [];
      for (let movie = 0; movie < catalogue.size; movie++) {
        if (catalogue.entryYear[movie] > year || weight[movie] <= 0) continue;
        if (genre >= 0 && !((catalogue.genres[movie] >>> genre) & 1)) continue;
        movies.push(movie);
        weights.push(weight[movie] * recency(year - catalogue.entryYear[movie]));
      }
      const enough = movies.length >= least;
      cache.set(
        key,
        enough ? { movies: Int32Array.from(movies), table: aliasTable(weights) } : undefined,
      );
    }
    return cache.get(key);
  };
  return {
    weight,
    all: (year) => proposals(year, -1, 1) as Proposals,
    ofGenre: (genre, year) => proposals(year, genre, 20),
  };
}

/** Users alike in their first year and their number of ratings. */
interface UserGroup {
  users: number;
  ratings: number;
  /** Share of the ratings in each year. */
  readonly years: Float64Array;
  /** First and last of those years, counted from FIRST_YEAR. */
  first: number;
  last: number;
  /** Total effort: the smaller, the less of the catalogue is exhausted. */
  effort: number;
}

/** Movies alike in their year of entry and their expected ratings. */
interface MovieGroup {
  readonly entryYear: number;
  movies: number;
  expected: number;
  weight: number;
}

/**
 * Choosing n movies one after the other with fixed weights includes movie i with probability 1 - exp(-effort * w_i)
 * (Rosen 1972, successive sampling). The weights follow by fixed point: each is raised or lowered by the ratio of the
 * expected ratings to those that the groups of users would give.
 */
function solveWeights(catalogue: Catalogue, raters: Raters): Float64Array {
  const base = baseRatings(catalogue, raters.size);
  const { groups: movieGroups, member } = groupMovies(catalogue, base);
  const userGroups = groupUsers(raters);
  const movieCount = movieGroups.length;
  const boost = movieGroups.map((group) =>
    Float64Array.from({ length: YEARS }, (_, y) => {
      const age = FIRST_YEAR + y - group.entryYear;
      if (age < 0) return 0;
      // Those that come in the middle of a year have half of it.
      return recency(age) * (age === 0 && group.entryYear > FIRST_YEAR ? 0.5 : 1);
    }),
  );
  const hazard = new Float64Array(movieCount);
  const rate = new Float64Array(YEARS);
  for (let step = 0; step < 16; step++) {
    const perYear = new Float64Array(YEARS);
    movieGroups.forEach((group, g) => {
      for (let y = 0; y < YEARS; y++) perYear[y] += group.movies * group.weight * boost[g][y];
    });
    const predicted = new Float64Array(movieCount);
    for (const users of userGroups) {
      for (let y = 0; y < YEARS; y++) rate[y] = users.years[y] / perYear[y];
      for (let g = 0; g < movieCount; g++) {
        const boosts = boost[g];
        let sum = 0;
        for (let y = users.first; y <= users.last; y++) sum += rate[y] * boosts[y];
        hazard[g] = sum * movieGroups[g].weight;
      }
      const wanted = users.ratings / users.users;
      for (let newton = 0; newton < 3; newton++) {
        let included = 0;
        let slope = 0;
        for (let g = 0; g < movieCount; g++) {
          const missed = Math.exp(-users.effort * hazard[g]);
          included += movieGroups[g].movies * (1 - missed);
          slope += movieGroups[g].movies * hazard[g] * missed;
        }
        // The curve is concave: from below, Newton's steps rise to the root; doubling bounds the others.
        const next = users.effort + (wanted - included) / Math.max(slope, 1e-12);
        users.effort = Math.min(4 * users.effort, Math.max(users.effort / 4, next));
      }
      for (let g = 0; g < movieCount; g++) {
        predicted[g] += users.users * (1 - Math.exp(-users.effort * hazard[g]));
      }
    }
    movieGroups.forEach((group, g) => {
      const ratio = group.expected / group.movies / Math.max(predicted[g], 1e-9);
      group.weight *= power(Math.min(3, Math.max(1 / 3, ratio)), 0.9);
    });
  }
  return Float64Array.from(base, (expected, movie) => {
    const group = movieGroups[member[movie]];
    return expected > 0 ? (group.weight * expected * group.movies) / group.expected : 0;
  });
}

/** Found by trial: how much the attention of popular movies must rise because tastes differ, and its bound. */
const DIVERSITY = 0.45;
const LARGEST_REACH = 0.64;

/** Expected ratings that free choice has to bring: the rest comes from the part before, or from a user picked for it. */
function baseRatings(catalogue: Catalogue, users: number): Float64Array {
  const base = Float64Array.from(catalogue.expectedRatings, (expected) => {
    if (expected <= 0) return 0;
    if (expected < 25) return Math.max(0.02, expected - 1);
    // Tastes differ: those who like a movie have soon all seen it, and the others need more attention to it.
    return Math.min(LARGEST_REACH * users, expected * (1 + (DIVERSITY * expected) / users));
  });
  catalogue.nextPart.forEach((next, movie) => {
    if (next < 0 || catalogue.expectedRatings[next] <= 0) return;
    const followed = 0.55 * CHOICE.nextPart * catalogue.expectedRatings[movie];
    base[next] = Math.max(0.35 * catalogue.expectedRatings[next], base[next] - followed);
  });
  return base;
}

function groupMovies(catalogue: Catalogue, base: Float64Array) {
  const groups: MovieGroup[] = [];
  const index = new Map<number, number>();
  const member = new Int32Array(catalogue.size);
  for (let movie = 0; movie < catalogue.size; movie++) {
    if (base[movie] <= 0) continue;
    const level = Math.floor(Math.log(base[movie]) / 0.45) + 100;
    const key = level * 10_000 + catalogue.entryYear[movie];
    let group = index.get(key);
    if (group === undefined) {
      group = groups.length;
      index.set(key, group);
      groups.push({ entryYear: catalogue.entryYear[movie], movies: 0, expected: 0, weight: 0 });
    }
    member[movie] = group;
    groups[group].movies++;
    groups[group].expected += base[movie];
  }
  for (const group of groups) {
    // A first guess: what is there for a shorter time needs more attention.
    group.weight = group.expected / group.movies / (LAST_YEAR + 1 - group.entryYear);
  }
  return { groups, member };
}

function groupUsers(raters: Raters): UserGroup[] {
  const groups = new Map<number, UserGroup>();
  for (let user = 0; user < raters.size; user++) {
    const from = raters.sessionFrom[user];
    const to = raters.sessionFrom[user + 1];
    const level = Math.floor(Math.log(raters.ratings[user] / 20) / Math.log(2.2));
    const key = yearOf(raters.sessionStart[from]) * 100 + level;
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        users: 0,
        ratings: 0,
        years: new Float64Array(YEARS),
        first: 0,
        last: 0,
        effort: 0,
      };
      groups.set(key, group);
    }
    group.users++;
    group.ratings += raters.ratings[user];
    for (let session = from; session < to; session++) {
      group.years[yearOf(raters.sessionStart[session]) - FIRST_YEAR] +=
        raters.sessionRatings[session];
    }
  }
  const list = Array.from(groups.keys())
    .sort((a, b) => a - b)
    .map((key) => groups.get(key) as UserGroup);
  for (const group of list) {
    for (let y = 0; y < YEARS; y++) group.years[y] /= group.ratings;
    group.first = group.years.findIndex((share) => share > 0);
    group.last = YEARS - 1;
    while (group.years[group.last] === 0) group.last--;
    group.effort = group.ratings / group.users;
  }
  return list;
}
