/** The users: how much, when and how strictly each one rates, and what he or she likes. */
import { aliasTable, type Random, shuffle } from "../../stats";
import { yearStart } from "./calendar";
import { interpolate, logarithmic, power, scaleToTotal } from "./curves";
import type { Catalogue } from "./movieCatalogue";
import { genreIndex } from "./movieGenres";
import { GENRES, type Genre } from "./movieKinds";
import { CATALOGUE, RATERS } from "./movieLensParameters";
import type { MovieLensSize } from "./movieLensSize";

/** Users 0 ... size - 1; userId is the index plus 1. */
export interface Raters {
  readonly size: number;
  readonly ratings: Int32Array;
  /** Added to every rating of the user, in stars. */
  readonly strictness: Float32Array;
  /** Sd of the noise of one rating, in stars. */
  readonly noise: Float32Array;
  /** Taste at the beginning and at the end of the history, `latentDimensions` numbers for each user. */
  readonly tasteStart: Float32Array;
  readonly tasteEnd: Float32Array;
  /** Index of the specialist's genre, or -1, and the probability of choosing within it. */
  readonly specialist: Int8Array;
  readonly within: Float32Array;
  /** Sessions of user u: sessionFrom[u] ... sessionFrom[u + 1] - 1, by time. */
  readonly sessionFrom: Int32Array;
  /** Unix second at which a session begins, and its number of ratings. */
  readonly sessionStart: Float64Array;
  readonly sessionRatings: Int32Array;
  /** The user whose last rating is the file's last. */
  readonly last: number;
}

const DAY = 86_400;

/** @param pause  lets other work run between the steps; throws to stop */
export async function drawRaters(
  size: MovieLensSize,
  catalogue: Catalogue,
  random: Random,
  pause: () => Promise<void>,
): Promise<Raters> {
  const users = size.users;
  const quantile = ratingQuantiles(users, random.fork("ratings"));
  const ratings = drawRatings(size, quantile);
  const spans = drawSpans(quantile, random.fork("spans"));
  await pause();
  const starts = drawStarts(ratings, spans, catalogue, random.fork("starts"));
  await pause();
  const sessions = drawSessions(ratings, spans, starts, random.fork("sessions"));
  const specialists = drawSpecialists(ratings, starts, catalogue, random.fork("specialists"));
  await pause();

  const strict = random.fork("strictness");
  const { sd, wideShare, wideSd, byActivity } = RATERS.strictness;
  const strictness = Float32Array.from(quantile, (q) =>
    strict.normal(byActivity * score(q), strict.coarseUniform() < wideShare ? wideSd : sd),
  );
  const noise = Float32Array.from(
    { length: users },
    () => RATERS.noise.median * Math.exp(strict.normal(0, RATERS.noise.logSd)),
  );
  const taste = random.fork("taste");
  const numbers = users * CATALOGUE.latentDimensions;
  const tasteStart = Float32Array.from({ length: numbers }, () => taste.normal());
  const drift = RATERS.tasteDrift;
  const fresh = Math.sqrt(1 - drift * drift);
  const tasteEnd = tasteStart.map((value) => drift * value + fresh * taste.normal());
  return {
    size: users,
    ratings,
    strictness,
    noise,
    tasteStart,
    tasteEnd,
    ...specialists,
    ...sessions,
  };
}

/** Where each user stands among all in the number of ratings: one user in each of as many equal slices of (0, 1). */
function ratingQuantiles(users: number, random: Random): Float64Array {
  const quantile = Float64Array.from(
    { length: users },
    (_, user) => (user + random.uniform()) / users,
  );
  return shuffle(quantile, random);
}

function drawRatings(size: MovieLensSize, quantile: Float64Array): Int32Array {
  const curve = logarithmic(RATERS.ratings, "y");
  const above = quantile.map((q) => Math.exp(interpolate(curve, q)) - 20);
  const most = Math.floor(size.ratedMovies * RATERS.largestShareOfCatalogue) - 20;
  const scaled = scaleToTotal(above, size.ratings - 20 * size.users, 0, () => most);
  return roundToTotal(
    scaled.map((value) => value + 20),
    size.ratings,
  );
}

/** Whole numbers next to the values, with exactly the given sum: what rounding takes from one it gives to the next. */
export function roundToTotal(values: Float64Array, total: number): Int32Array {
  const rounded = new Int32Array(values.length);
  let sum = 0;
  let given = 0;
  values.forEach((value, i) => {
    sum += value;
    const upTo = i === values.length - 1 ? total : Math.round(sum);
    rounded[i] = upTo - given;
    given = upTo;
  });
  return rounded;
}

/** Close to the normal score of a quantile: its logit over 1.7. */
function score(quantile: number): number {
  return Math.log(quantile / (1 - quantile)) / 1.7;
}

/** Days from first to last rating. Active users come back more: a rank correlation, with the exact curve as marginal. */
function drawSpans(quantile: Float64Array, random: Random): Float64Array {
  const weight = RATERS.spanWithRatings;
  const rest = Math.sqrt(1 - weight * weight);
  const scores = quantile.map((q) => weight * score(q) + rest * random.normal());
  const order = Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b] || a - b);
  const curve = logarithmic(RATERS.spanDays, "y");
  const spans = new Float64Array(quantile.length);
  order.forEach((user, place) => {
    spans[user] = Math.exp(interpolate(curve, (place + 0.5) / quantile.length));
  });
  return spans;
}

function drawStarts(
  ratings: Int32Array,
  spans: Float64Array,
  catalogue: Catalogue,
  random: Random,
): Float64Array {
  const years = RATERS.newUsers;
  const light = RATERS.lightBeginnings;
  const table = aliasTable(years.map(([, weight]) => weight));
  const enters = Float64Array.from(
    catalogue.entry.filter((_, movie) => catalogue.expectedRatings[movie] > 0),
  ).sort();
  return Float64Array.from(ratings, (count, user) => {
    // A user needs a catalogue that is large enough.
    const needed = Math.ceil(count / RATERS.largestShareOfCatalogue);
    const earliest = Math.max(RATERS.firstSecond, enters[Math.min(needed, enters.length) - 1]);
    const latest = RATERS.lastSecond - DAY;
    const span = spans[user] * DAY;
    let start = earliest;
    for (let attempt = 0; attempt < 12; attempt++) {
      const year = years[table.draw(random)][0];
      const heavy = year <= light.until && count > light.ratings;
      if (heavy && random.coarseUniform() >= light.share) continue;
      start = yearStart(year) + random.uniform() * (yearStart(year + 1) - yearStart(year));
      if (start >= earliest && start + span <= latest) return Math.floor(start);
    }
    const floor = Math.min(earliest, latest);
    start = Math.min(latest, Math.max(floor, start));
    if (start === floor) start += random.uniform() * (latest - floor);
    spans[user] = Math.min(spans[user], (latest - start) / DAY);
    return Math.floor(start);
  });
}

type Sessions = Pick<Raters, "sessionFrom" | "sessionStart" | "sessionRatings" | "last">;

function drawSessions(
  ratings: Int32Array,
  spans: Float64Array,
  starts: Float64Array,
  random: Random,
): Sessions {
  const { perRootDay, perRating } = RATERS.sessions;
  const users = ratings.length;
  const sessionFrom = new Int32Array(users + 1);
  const start: number[] = [];
  const size: number[] = [];
  let first = 0;
  let last = 0;
  for (let user = 0; user < users; user++) {
    if (starts[user] < starts[first]) first = user;
    if (starts[user] + spans[user] * DAY > starts[last] + spans[last] * DAY) last = user;
  }
  for (let user = 0; user < users; user++) {
    sessionFrom[user] = start.length;
    let left = ratings[user];
    if (user === first) {
      // The file's first ratings, long before the others.
      start.push(RATERS.firstSecond);
      size.push(3);
      left -= 3;
    }
    if (spans[user] < 1) {
      start.push(starts[user]);
      size.push(left);
      continue;
    }
    const further =
      1 + random.poisson(Math.min(perRating * left, perRootDay * Math.sqrt(spans[user])));
    const count = Math.min(1 + further, Math.floor(left / 3), 400);
    const share = random.beta(RATERS.firstSession.a, RATERS.firstSession.b);
    const initial = Math.max(1, Math.min(left - count + 1, Math.round(left * share)));
    start.push(starts[user]);
    size.push(initial);
    const weights = Float64Array.from({ length: count - 1 }, () => random.exponential());
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const spare = left - initial - (count - 1);
    const sizes = roundToTotal(
      weights.map((weight) => 1 + (spare * weight) / total),
      left - initial,
    );
    const offsets = Float64Array.from({ length: count - 1 }, (_, i) =>
      i === 0 ? 1 : power(random.uniform(), 1.6),
    ).sort();
    sizes.forEach((ratingsThen, i) => {
      start.push(Math.floor(starts[user] + spans[user] * DAY * offsets[i]));
      size.push(ratingsThen);
    });
  }
  sessionFrom[users] = start.length;
  return {
    sessionFrom,
    sessionStart: Float64Array.from(start),
    sessionRatings: Int32Array.from(size),
    last,
  };
}

function drawSpecialists(
  ratings: Int32Array,
  starts: Float64Array,
  catalogue: Catalogue,
  random: Random,
): Pick<Raters, "specialist" | "within"> {
  const { share, maxRatings, within, genres } = RATERS.specialists;
  const names = Object.keys(genres) as Genre[];
  names.sort((a, b) => genreIndex(a) - genreIndex(b));
  const table = aliasTable(names.map((name) => genres[name as keyof typeof genres]));
  const specialist = new Int8Array(ratings.length).fill(-1);
  const probability = new Float32Array(ratings.length);
  const enters = GENRES.map((_, g) =>
    catalogue.entry.filter(
      (_, movie) => (catalogue.genres[movie] >>> g) & 1 && catalogue.expectedRatings[movie] > 0,
    ),
  );
  ratings.forEach((count, user) => {
    const chosen = random.coarseUniform() < share;
    const genre = genreIndex(names[table.draw(random)]);
    const strength = within[0] + (within[1] - within[0]) * random.coarseUniform();
    if (!chosen || count > maxRatings) return;
    // There must be enough to choose from when the user arrives. The catalogue is in the order of entry.
    const needed = Math.ceil(2.5 * count * strength);
    const times = enters[genre];
    if (times.length < needed || times[needed - 1] > starts[user]) return;
    specialist[user] = genre;
    probability[user] = strength;
  });
  return { specialist, within: probability };
}
