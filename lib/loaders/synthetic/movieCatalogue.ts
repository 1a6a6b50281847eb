/**
 * The catalogue of movies. It is always drawn at the size of ML-32M, by popularity rank, and then thinned: a
 * movie stays with the probability that somebody among the fewer users would have rated it. So a small archive
 * is a piece of the same world as the full one of the same seed, with the same ids, and its popular movies weigh
 * what they should.
 */
import type { Random } from "../../stats";
import { power, scaleToTotal } from "./curves";
import type { Draft } from "./movieDraft";
import { bindFranchises } from "./movieFranchises";
import { genreDrawer, genreIndex } from "./movieGenres";
import type { Genre } from "./movieKinds";
import { CATALOGUE, FULL } from "./movieLensParameters";
import type { MovieLensSize } from "./movieLensSize";
import { drawLatents, drawQualities } from "./movieQuality";
import { drawDrafts } from "./movieSkeleton";
import { drawTitle, partTitle, type TitleQuirk, titleText } from "./movieTitles";

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

/** @param pause  lets other work run between the steps; throws to stop */
export async function drawCatalogue(
  size: MovieLensSize,
  random: Random,
  pause: () => Promise<void>,
): Promise<Catalogue> {
  const drafts = drawDrafts(size, random);
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
