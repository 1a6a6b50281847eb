/** Which movies there are: popularity, time of entry, movieId, and the thinning to a smaller archive. */
import { type Random, sampleWithoutReplacement, shuffle } from "../../stats";
import { yearSecond } from "./calendar";
import { interpolate, logarithmic } from "./curves";
import type { Draft } from "./movieDraft";
import { CATALOGUE, FULL, RATERS } from "./movieLensParameters";
import type { MovieLensSize } from "./movieLensSize";

/** The movies of an archive by popularity rank, the never rated last; without genres, years and titles. */
export function drawDrafts(size: MovieLensSize, random: Random): Draft[] {
  const skeleton = drawSkeleton(random.fork("skeleton"));
  const kept = thin(skeleton.popularity, size, random.fork("thinning"));
  return kept.map((index) => draft(skeleton, index));
}

/** Every movie at full size by popularity rank, the most popular first; the never rated last. */
interface Skeleton {
  /** Ratings at full size; 0 when never rated. */
  readonly popularity: Float64Array;
  /** Position in the order of entry, 0 ... 1. */
  readonly position: Float64Array;
  readonly movieId: Int32Array;
}

function drawSkeleton(random: Random): Skeleton {
  const popularity = new Float64Array(FULL.movies);
  const curve = logarithmic(CATALOGUE.popularity, "both");
  for (let i = 0; i < FULL.ratedMovies; i++) {
    popularity[i] = Math.exp(interpolate(curve, Math.log(i + 1)));
  }
  const order = drawEntryOrder(popularity, random);
  const position = new Float64Array(FULL.movies);
  const movieId = new Int32Array(FULL.movies);
  let lastId = 0;
  order.forEach((index, place) => {
    position[index] = (place + random.coarseUniform()) / FULL.movies;
    lastId = Math.max(lastId + 1, Math.round(interpolate(CATALOGUE.movieIds, position[index])));
    movieId[index] = lastId;
  });
  return { popularity, position, movieId };
}

function draft({ popularity, position, movieId }: Skeleton, index: number): Draft {
  const time = entryTime(position[index]);
  return {
    rank: index + 1,
    popularity: popularity[index],
    position: position[index],
    movieId: movieId[index],
    entry: Math.floor(yearSecond(time)),
    entryYear: Math.floor(time),
    prominence: popularity[index] > 0 ? prominence(popularity[index]) : 0,
    genres: 0,
    releaseYear: 0,
    title: { name: "", article: "", brackets: "" },
    franchise: -1,
    part: 0,
    next: undefined,
  };
}

/** Indices by rank in the order of entry: roughly by popularity, and never so late that too few users are left. */
function drawEntryOrder(popularity: Float64Array, random: Random): Float64Array {
  const { entryNoise, lateEntry } = CATALOGUE;
  const score = new Float64Array(FULL.movies);
  for (let i = 0; i < FULL.movies; i++) {
    const late = random.coarseUniform() < lateEntry.share;
    const noise = random.normal();
    score[i] = Math.log(i + 1) + (late ? lateEntry.noise * Math.abs(noise) : entryNoise * noise);
  }
  const sorted = score.slice().sort();
  for (let i = 0; i < FULL.movies && popularity[i] > 50; i++) {
    for (let attempt = 0; attempt < 20; attempt++) {
      const left = usersLeft(entryTime(countBelow(sorted, score[i]) / FULL.movies));
      if (popularity[i] <= CATALOGUE.largestShareOfUsers * FULL.users * left * Math.sqrt(left))
        break;
      // Ever closer to the place that the rank alone gives.
      score[i] = Math.log(i + 1) + entryNoise * (1 - attempt / 20) * random.normal();
    }
  }
  // The sort of numbers is several times faster than one with a comparison: the index rides in the last digits.
  const lowest = score.reduce((least, value) => Math.min(least, value), 0);
  const order = score
    .map((value, i) => Math.floor((value - lowest) * 1e8) * 131_072 + i)
    .sort()
    .map((key) => key % 131_072);
  // What was there from the start is in no order.
  shuffle(order.subarray(0, Math.ceil(CATALOGUE.entered[1][1] * FULL.movies)), random);
  return order;
}

/** The curve gives shares at the end of a year; what is there at the end of 1995 was there from the start. */
function entryTime(position: number): number {
  if (position < CATALOGUE.entered[1][1]) return 1995;
  return Math.min(2023.7, interpolate(ENTERED, position) + 1);
}

const ENTERED = CATALOGUE.entered.map(([year, share]) => [share, year] as const);

/** Share of all users who arrive after a point in time given in years. */
function usersLeft(time: number): number {
  let left = 0;
  let all = 0;
  for (const [year, weight] of RATERS.newUsers) {
    all += weight;
    left += weight * Math.min(1, Math.max(0, year + 1 - time));
  }
  return left / all;
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function prominence(ratings: number): number {
  const { from, to } = CATALOGUE.prominence;
  return Math.min(1, Math.max(0, Math.log(ratings / from) / Math.log(to / from)));
}

/**
 * Indices of the movies that stay: an exponential race, so that one stays with probability 1 - exp(-k popularity), and
 * a plain sample of the never rated.
 */
function thin(popularity: Float64Array, size: MovieLensSize, random: Random): number[] {
  if (size.movies === FULL.movies) return Array.from(popularity.keys());
  const finish = popularity
    .subarray(0, FULL.ratedMovies)
    .map((ratings) => random.exponential() / ratings);
  const last = finish.slice().sort()[size.ratedMovies - 1];
  const kept: number[] = [];
  for (let i = 0; i < FULL.ratedMovies && kept.length < size.ratedMovies; i++) {
    if (finish[i] <= last) kept.push(i);
  }
  const never = FULL.movies - FULL.ratedMovies;
  for (const i of sampleWithoutReplacement(never, size.movies - size.ratedMovies, random)) {
    kept.push(FULL.ratedMovies + i);
  }
  return kept;
}
