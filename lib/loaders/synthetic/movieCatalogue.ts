/**
 * The catalogue of movies. It is always drawn at the size of ML-32M, by popularity rank, and then thinned: a
 * movie stays with the probability that somebody among the fewer users would have rated it. So a small archive
 * is a piece of the same world as the full one of the same seed, with the same ids, and its popular movies weigh
 * what they should.
 */
import { type Random, sampleWithoutReplacement } from "../../stats";
import { interpolate, invert, logarithmic, scaleToTotal } from "./curves";
import { GENRES, type Genre, genreIndex, genreSampler } from "./movieGenres";
import { CATALOGUE, FULL, QUALITY } from "./movieLensParameters";
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

export function drawCatalogue(size: MovieLensSize, random: Random): Catalogue {
  const drafts = thin(skeleton(random.fork("skeleton")), size, random.fork("thinning"));
  drawGenres(drafts, random.fork("genres"));
  drawReleaseYears(drafts, random.fork("release years"));
  drawTitles(drafts, random.fork("titles"));
  drawFranchises(drafts, random.fork("franchises"));
  return finish(drafts, size, random);
}

/** Rank, entry and id of every movie at full size; ranks from most to least popular, then the never rated. */
function skeleton(random: Random): Draft[] {
  const { entryNoise, lateEntry } = CATALOGUE;
  const score = new Float64Array(FULL.movies);
  for (let i = 0; i < FULL.movies; i++) {
    const late = random.coarseUniform() < lateEntry.share;
    score[i] = Math.log(i + 1) + (late ? lateEntry.noise : entryNoise) * random.normal();
  }
  const order = Array.from(score.keys()).sort((a, b) => score[a] - score[b] || a - b);
  const popularity = logarithmic(CATALOGUE.popularity, "both");
  const drafts: Draft[] = new Array(FULL.movies);
  let lastId = 0;
  order.forEach((rankIndex, place) => {
    const position = (place + random.coarseUniform()) / FULL.movies;
    lastId = Math.max(lastId + 1, Math.round(interpolate(CATALOGUE.movieIds, position)));
    // The curve gives shares at the end of a year; what is there at the end of 1995 was there from the start.
    const base = position < CATALOGUE.entered[1][1];
    const time = base ? 1995 : invert(CATALOGUE.entered, position) + 1;
    const entryYear = Math.min(2023, Math.floor(time));
    const rated = rankIndex < FULL.ratedMovies;
    const ratings = rated ? Math.exp(interpolate(popularity, Math.log(rankIndex + 1))) : 0;
    drafts[rankIndex] = {
      rank: rankIndex + 1,
      popularity: ratings,
      position,
      movieId: lastId,
      entry: base ? yearStart(1995) : Math.floor(yearSecond(Math.min(time, 2023.7))),
      entryYear,
      prominence: rated ? prominence(ratings) : 0,
      genres: 0,
      releaseYear: 0,
      title: { name: "", article: "", brackets: "" },
      franchise: -1,
      part: 0,
      next: undefined,
    };
  });
  return drafts;
}

function prominence(ratings: number): number {
  const { from, to } = CATALOGUE.prominence;
  return Math.min(1, Math.max(0, Math.log(ratings / from) / Math.log(to / from)));
}

/** Keeps the wanted number of movies: an exponential race, so that a movie stays with probability 1 - exp(-k popularity). */
function thin(drafts: Draft[], size: MovieLensSize, random: Random): Draft[] {
  if (size.movies === FULL.movies) return drafts;
  const rated = size.ratedMovies;
  const finish = new Float64Array(FULL.ratedMovies);
  for (let i = 0; i < FULL.ratedMovies; i++) {
    finish[i] = random.exponential() / drafts[i].popularity;
  }
  const winners = Array.from(finish.keys())
    .sort((a, b) => finish[a] - finish[b] || a - b)
    .slice(0, rated)
    .sort((a, b) => a - b);
  const never = sampleWithoutReplacement(
    FULL.movies - FULL.ratedMovies,
    size.movies - rated,
    random,
  );
  return [
    ...winners.map((index) => drafts[index]),
    ...Array.from(never, (index) => drafts[FULL.ratedMovies + index]),
  ];
}

function drawGenres(drafts: Draft[], random: Random): void {
  const draw = genreSampler();
  for (const movie of drafts) movie.genres = draw(movie.prominence, random);
  // One movie wears ten genres, as one does in the real catalogue.
  const all = drafts[Math.floor(drafts.length * 0.15)];
  const ten: Genre[] = ["Action", "Adventure", "Comedy", "Crime", "Drama"];
  ten.push("Film-Noir", "Horror", "Mystery", "Thriller", "Western");
  all.genres = ten.reduce((mask, genre) => mask | (1 << genreIndex(genre)), 0);
  const { share, power } = CATALOGUE.noGenres;
  const wanted = Math.max(1, Math.round(drafts.length * share));
  for (const movie of forgotten(drafts, wanted, power, random)) movie.genres = 0;
}

/** Some movies, drawn with a weight of popularity ^ power (at least 1 rating), by an exponential race. */
function forgotten(drafts: Draft[], count: number, power: number, random: Random): Draft[] {
  return drafts
    .map((movie) => ({
      movie,
      finish: random.exponential() / Math.max(1, movie.popularity) ** power,
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
    if (movie.genres & noir && movie.genres !== 0) {
      year = filmNoirYears[0] + random.integer(filmNoirYears[1] - filmNoirYears[0] + 1);
    } else if (random.coarseUniform() < newReleases.share) {
      year = entered - Math.floor(random.exponential(newReleases.meanLagYears));
    } else {
      do year = entered - 1 - Math.floor(random.exponential(backCatalogue.meanAgeYears));
      while (year < backCatalogue.oldestYear);
    }
    movie.releaseYear = year;
  }
}

function drawTitles(drafts: Draft[], random: Random): void {
  const taken = new Set<string>();
  for (const movie of drafts) {
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
  }
  // Small catalogues have the quirks too.
  const quirks: TitleQuirk[] = ["quotes", "yearInside", "otherName"];
  quirks.forEach((quirk, i) => {
    drafts[Math.floor((drafts.length * (i + 1)) / 5)].title = drawTitle(random, quirk);
  });
}

/** Binds movies of falling popularity, later entry and the same genres to series. */
function drawFranchises(drafts: Draft[], random: Random): void {
  const { share, meanFurtherParts, maxParts } = CATALOGUE.franchises;
  const end = Math.floor(drafts.length * 0.5);
  let franchise = 0;
  for (let i = 0; i < end; i++) {
    const first = drafts[i];
    // Popular movies get sequels.
    const chance = share * (0.5 + 3 * first.prominence);
    if (first.franchise >= 0 || first.genres === 0 || random.coarseUniform() >= chance) continue;
    const style = random.integer(4);
    const parts = Math.min(maxParts - 1, 1 + random.geometric(1 / meanFurtherParts));
    let last = first;
    let place = i;
    for (let part = 2; part <= parts + 1; part++) {
      const next = findSequel(drafts, place, last, random);
      if (next === undefined) break;
      if (last === first) {
        first.franchise = franchise++;
        first.part = 1;
      }
      const movie = drafts[next];
      const earliest = last.releaseYear + 1;
      const latest = Math.max(earliest, Math.min(movie.entryYear, last.releaseYear + 6));
      movie.releaseYear = earliest + random.integer(latest - earliest + 1);
      movie.genres = first.genres;
      movie.title = partTitle(first.title, part, style, random);
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
  random: Random,
): number | undefined {
  const reach = Math.max(12, Math.floor(place * 1.5));
  for (let attempt = 0; attempt < 40; attempt++) {
    const candidate = place + 1 + random.integer(reach);
    const movie = drafts[candidate];
    if (
      movie !== undefined &&
      movie.popularity > 0 &&
      movie.franchise < 0 &&
      movie.genres !== 0 &&
      movie.position > last.position &&
      movie.entryYear > last.releaseYear &&
      // A quirk title keeps its quirk.
      !/["(]|a\.k\.a\./.test(movie.title.name + movie.title.brackets)
    ) {
      return candidate;
    }
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
    Float64Array.from(drafts.slice(0, size.ratedMovies), (movie) => movie.popularity),
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

function drawQualities(movies: Draft[], random: Random): Float32Array {
  const effect = GENRES.map((genre) => QUALITY.genres[genre]);
  return Float32Array.from(movies, (movie) => {
    let sum = 0;
    let count = 0;
    for (let g = 0; g < GENRES.length; g++) {
      if ((movie.genres >>> g) & 1) {
        sum += effect[g];
        count++;
      }
    }
    const genre = count === 0 ? 0 : sum / Math.sqrt(count);
    const popular = QUALITY.slope * (Math.log(Math.max(1, movie.popularity)) - 9);
    const sd = QUALITY.sd + QUALITY.tailSd * (1 - movie.prominence);
    return QUALITY.base + popular + genre + sd * random.normal();
  });
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
