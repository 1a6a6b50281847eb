/**
 * The catalogue of movies. It is always drawn at the size of ML-32M, by popularity rank, and then thinned: a
 * movie stays with the probability that somebody among the fewer users would have rated it. So a small archive
 * is a piece of the same world as the full one of the same seed, with the same ids, and its popular movies weigh
 * what they should.
 */
import { type Random, sampleWithoutReplacement, shuffle } from "../../stats";
import { interpolate, logarithmic, power, scaleToTotal } from "./curves";
import { GENRES, type Genre, genreDrawer, genreIndex, genresOf } from "./movieGenres";
import { CATALOGUE, FULL, QUALITY, RATERS } from "./movieLensParameters";
import type { MovieLensSize } from "./movieLensSize";
import { type BaseTitle, drawTitle, partTitle, type TitleQuirk, titleText } from "./movieTitles";

/** The movies in the order of movieId, which is the order in which they entered MovieLens. */
export interface Catalogue {
  readonly size: number;
  readonly movieId: Int32Array;
  readonly title: readonly string[];
  /** Bit k set for GENRES[k]; 0 for none. */
  readonly genres: Int32Array;
  readonly releaseYear: Int16Array;
  /** When the movie enters MovieLens, in Unix seconds and as a year; nobody rates it before. */
  readonly entry: Float64Array;
  readonly entryYear: Int16Array;
  /** Ratings to expect; 0 for a movie that nobody rates. */
  readonly expectedRatings: Float64Array;
  /** Mean rating in stars that the average user would give. */
  readonly quality: Float32Array;
  /** Unit vectors, `latentDimensions` numbers for each movie. */
  readonly latent: Float32Array;
  /** Number of the franchise or -1, position in it from 1 (0 for none), and index of the next part or -1. */
  readonly franchise: Int32Array;
  readonly part: Uint8Array;
  readonly nextPart: Int32Array;
}

/** A movie while it is drawn. */
interface Draft {
  /** Popularity rank, from 1; above FULL.ratedMovies nobody rates it. */
  readonly rank: number;
  /** Ratings at full size; 0 when never rated. */
  readonly popularity: number;
  /** Position in the order of entry, 0 ... 1, and the movieId that belongs to it. */
  readonly position: number;
  readonly movieId: number;
  readonly entry: number;
  readonly entryYear: number;
  readonly prominence: number;
  genres: number;
  releaseYear: number;
  title: BaseTitle;
  franchise: number;
  part: number;
  next: Draft | undefined;
}

const DIMENSIONS = CATALOGUE.latentDimensions;

/** @param pause  lets other work run between the steps; throws to stop */
export async function drawCatalogue(
  size: MovieLensSize,
  random: Random,
  pause: () => Promise<void>,
): Promise<Catalogue> {
  const skeleton = drawSkeleton(random.fork("skeleton"));
  const kept = thin(skeleton.popularity, size, random.fork("thinning"));
  const drafts = kept.map((index) => draft(skeleton, index));
  await pause();
  const nameless = Math.max(1, Math.round(drafts.length * CATALOGUE.noGenres.share));
  const withoutGenres = new Set(
    forgotten(drafts, nameless, CATALOGUE.noGenres.power, random.fork("no genres")),
  );
  bindFranchises(drafts, withoutGenres, random.fork("franchises"));
  drawGenres(drafts, withoutGenres, random.fork("genres"));
  await pause();
  drawReleaseYears(drafts, random.fork("release years"));
  drawTitles(drafts, random.fork("titles"));
  await pause();
  return finish(drafts, size, random);
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

/** By rank, so that the drawer can balance the ratings of the genres. Parts of a franchise have the first one's. */
function drawGenres(drafts: Draft[], without: ReadonlySet<Draft>, random: Random): void {
  const drawer = genreDrawer();
  // One movie wears ten genres, as one does in the real catalogue.
  const start = Math.floor(drafts.length * 0.15);
  const loaded = drafts.find(
    (movie, place) => place >= start && movie.part === 0 && !without.has(movie),
  );
  for (const movie of drafts) {
    if (without.has(movie)) continue;
    const popularity = Math.max(0.5, movie.popularity);
    if (movie === loaded) {
      for (const genre of TEN_GENRES) movie.genres |= 1 << genreIndex(genre);
      drawer.settle(movie.genres, movie.prominence, popularity);
    } else if (movie.part > 1) {
      drawer.settle(movie.genres, movie.prominence, popularity);
    } else {
      movie.genres = drawer.draw(movie.prominence, popularity, random);
      for (let next = movie.next; next !== undefined; next = next.next) next.genres = movie.genres;
    }
  }
}

const TEN_GENRES: readonly Genre[] = [
  "Action",
  "Adventure",
  "Comedy",
  "Crime",
  "Drama",
  "Film-Noir",
  "Horror",
  "Mystery",
  "Thriller",
  "Western",
];

/** Some movies, drawn with a weight of popularity ^ exponent (at least 1 rating), by an exponential race. */
function forgotten(drafts: Draft[], count: number, exponent: number, random: Random): Draft[] {
  return drafts
    .map((movie) => ({
      movie,
      finish: random.exponential() / power(Math.max(1, movie.popularity), exponent),
    }))
    .sort((a, b) => a.finish - b.finish || a.movie.rank - b.movie.rank)
    .slice(0, count)
    .map(({ movie }) => movie);
}

function drawReleaseYears(drafts: Draft[], random: Random): void {
  const { newReleases, backCatalogue, filmNoirYears } = CATALOGUE;
  const noir = 1 << genreIndex("Film-Noir");
  for (const movie of drafts) {
    const entered = movie.entryYear;
    let year = entered;
    if (movie.part > 1) continue;
    if (movie.genres & noir) {
      year = filmNoirYears[0] + random.integer(filmNoirYears[1] - filmNoirYears[0] + 1);
    } else if (random.coarseUniform() < newReleases.share) {
      year = entered - Math.floor(random.exponential(newReleases.meanLagYears));
    } else {
      do year = entered - 1 - Math.floor(random.exponential(backCatalogue.meanAgeYears));
      while (year < backCatalogue.oldestYear);
    }
    movie.releaseYear = year;
    for (let last = movie; last.next !== undefined; last = last.next) {
      const latest = Math.min(last.next.entryYear, last.releaseYear + 1 + random.integer(5));
      last.next.releaseYear = Math.max(last.releaseYear, latest);
    }
  }
}

function drawTitles(drafts: Draft[], random: Random): void {
  const taken = new Set<string>();
  for (const movie of drafts) {
    if (movie.part > 1) continue;
    const draw = random.coarseUniform();
    const quirk: TitleQuirk =
      draw < 0.004 ? "quotes" : draw < 0.008 ? "yearInside" : draw < 0.03 ? "otherName" : "none";
    for (let attempt = 0; attempt < 8; attempt++) {
      movie.title = drawTitle(random, quirk);
      const text = titleText(movie.title, movie.releaseYear, false);
      if (!taken.has(text)) {
        taken.add(text);
        break;
      }
    }
    const style = random.integer(4);
    for (let next = movie.next; next !== undefined; next = next.next) {
      next.title = partTitle(movie.title, next.part, style, random);
    }
  }
  // Small catalogues have the quirks too.
  const quirks: TitleQuirk[] = ["quotes", "yearInside", "otherName"];
  quirks.forEach((quirk, i) => {
    const start = Math.floor((drafts.length * (i + 1)) / 5);
    const movie = drafts.find((candidate, place) => place >= start && candidate.part === 0);
    if (movie !== undefined) movie.title = drawTitle(random, quirk);
  });
}

/** Binds movies of falling popularity and later entry to series. */
function bindFranchises(drafts: Draft[], without: ReadonlySet<Draft>, random: Random): void {
  const { share, meanFurtherParts, maxParts } = CATALOGUE.franchises;
  const end = Math.floor(drafts.length * 0.5);
  let franchise = 0;
  for (let i = 0; i < end; i++) {
    const first = drafts[i];
    // Popular movies get sequels.
    const chance = share * (0.5 + 3 * first.prominence);
    if (random.coarseUniform() >= chance || first.part > 0 || without.has(first)) continue;
    const parts = Math.min(maxParts - 1, 1 + random.geometric(1 / meanFurtherParts));
    let last = first;
    let place = i;
    for (let part = 2; part <= parts + 1; part++) {
      const next = findSequel(drafts, place, last, without, random);
      if (next === undefined) break;
      if (last === first) {
        first.franchise = franchise++;
        first.part = 1;
      }
      const movie = drafts[next];
      movie.franchise = first.franchise;
      movie.part = part;
      last.next = movie;
      last = movie;
      place = next;
    }
  }
}

function findSequel(
  drafts: Draft[],
  place: number,
  last: Draft,
  without: ReadonlySet<Draft>,
  random: Random,
): number | undefined {
  const reach = Math.max(12, Math.floor(place * 1.5));
  for (let attempt = 0; attempt < 40; attempt++) {
    const candidate = place + 1 + random.integer(reach);
    const movie = drafts[candidate];
    const isFree = movie !== undefined && movie.part === 0 && !without.has(movie);
    if (isFree && movie.popularity > 0 && movie.position > last.position) return candidate;
  }
  return undefined;
}

function finish(drafts: Draft[], size: MovieLensSize, random: Random): Catalogue {
  const noYear = new Set(
    forgotten(
      drafts.filter((movie) => movie.part === 0),
      Math.max(1, Math.round(drafts.length * CATALOGUE.noYear)),
      -0.3,
      random.fork("missing years"),
    ),
  );
  const expected = scaleToTotal(
    Float64Array.from(drafts.slice(0, size.ratedMovies), expectedWhenKept(size)),
    size.ratings,
    1,
    () => 0.52 * size.users,
  );
  const order = Array.from(drafts.keys()).sort((a, b) => drafts[a].movieId - drafts[b].movieId);
  const place = new Map(order.map((draft, index) => [drafts[draft], index]));
  const movies = order.map((draft) => drafts[draft]);
  const blanks = random.fork("blanks");
  const title = movies.map((movie) =>
    titleText(
      movie.title,
      noYear.has(movie) ? undefined : movie.releaseYear,
      blanks.coarseUniform() < 0.0015 || movie.rank === 40,
    ),
  );
  return {
    size: movies.length,
    movieId: Int32Array.from(movies, (movie) => movie.movieId),
    title,
    genres: Int32Array.from(movies, (movie) => movie.genres),
    releaseYear: Int16Array.from(movies, (movie) => movie.releaseYear),
    entry: Float64Array.from(movies, (movie) => movie.entry),
    entryYear: Int16Array.from(movies, (movie) => movie.entryYear),
    expectedRatings: Float64Array.from(order, (draft) => expected[draft] ?? 0),
    quality: drawQualities(movies, random.fork("quality")),
    latent: drawLatents(movies, random.fork("latent")),
    franchise: Int32Array.from(movies, (movie) => movie.franchise),
    part: Uint8Array.from(movies, (movie) => movie.part),
    nextPart: Int32Array.from(movies, (movie) =>
      movie.next === undefined ? -1 : (place.get(movie.next) ?? -1),
    ),
  };
}

/** A movie that stayed in a thinned catalogue was rated at least once: the mean of a Poisson count above 0. */
function expectedWhenKept(size: MovieLensSize): (movie: Draft) => number {
  const share = size.ratings / FULL.ratings;
  if (size.movies === FULL.movies) return (movie) => share * movie.popularity;
  return (movie) => (share * movie.popularity) / -Math.expm1(-share * movie.popularity);
}

/**
 * The noise of a popular movie takes the sign that brings the rating-weighted noise of its genres nearer to 0, more
 * often than not: otherwise a few movies would move a genre's mean rating from seed to seed.
 */
function drawQualities(movies: Draft[], random: Random): Float32Array {
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
function drawLatents(movies: Draft[], random: Random): Float32Array {
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

/** Unix second at which a year begins, UTC. */
export function yearStart(year: number): number {
  return Date.UTC(year, 0, 1) / 1000;
}

/** Unix second of a point in time given in years, such as 2003.5. */
function yearSecond(time: number): number {
  const year = Math.floor(time);
  return yearStart(year) + (time - year) * (yearStart(year + 1) - yearStart(year));
}
