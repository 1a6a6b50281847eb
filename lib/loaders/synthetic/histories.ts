/**
 * The history of one user: which movies, in which order, when, and with how many stars.
 *
 * Each choice is made in the first of these ways that applies and yields a movie not yet rated:
 *   1. a movie that would otherwise have no rating, for the user picked for it;
 *   2. the next part of the franchise just rated (probability nextPart);
 *   3. for a specialist, a movie of the genre (probability within);
 *   4. a neighbour of one of the last movies (probability neighbour);
 *   5. within a streak, a movie of the streak's genre (probability streakWithin);
 *   6. any movie.
 * A user who finds nothing to the taste takes what was proposed last; one who has rated it all, any movie.
 * Ways 3, 5 and 6 draw a movie in proportion to attention(movie, year) * exp(tasteInChoice * match), where match is
 * the product of the user's taste, which drifts from its beginning to its end, with the movie's latent vector.
 */
import type { Random } from "../../stats";
import type { Attention, Proposals } from "./attention";
import { yearOf } from "./calendar";
import { power } from "./curves";
import type { Catalogue } from "./movieCatalogue";
import { genresOf } from "./movieGenres";
import { CATALOGUE, CHOICE, CLOCK, RATERS, STARS } from "./movieLensParameters";
import type { Raters } from "./raters";

/** One user's ratings in the order in which they were given. The arrays are reused: copy what you keep. */
export interface History {
  length: number;
  /** Index of the movie in the catalogue. */
  readonly movie: Int32Array;
  /** Unix seconds, ascending, with ties. */
  readonly timestamp: Float64Array;
  /** Twice the stars: 1 ... 10. */
  readonly halfStars: Uint8Array;
  /** Before it was cut into stars. */
  readonly latentRating: Float64Array;
}

export interface World {
  readonly catalogue: Catalogue;
  readonly raters: Raters;
  readonly attention: Attention;
  readonly neighbours: Int32Array;
  /** Movies to rate for user u, by entry: assigned[assignedFrom[u]] ... */
  readonly assignedFrom: Int32Array;
  readonly assigned: Int32Array;
}

const DIMENSIONS = CATALOGUE.latentDimensions;
const NEIGHBOURS = CATALOGUE.neighbours.count;
const MEMORY = CHOICE.neighbourMemory;

// Copies, because reading a constant of another module goes through a getter, which an inner loop feels.
const { nextPart: NEXT_PART, neighbour: NEIGHBOUR, neighbourStep: NEIGHBOUR_STEP } = CHOICE;
const {
  streakBegins: STREAK_BEGINS,
  streakEnds: STREAK_ENDS,
  streakWithin: STREAK_WITHIN,
} = CHOICE;
const { patience: PATIENCE, lastPatience: LAST_PATIENCE, largestMatch: LARGEST_MATCH } = CHOICE;
const { lastSecond: LAST_SECOND, tasteInRating: TASTE_IN_RATING } = RATERS;
const { earlyTie: EARLY_TIE, lateTie: LATE_TIE } = CLOCK;
const { earlyMeanGapSeconds: EARLY_GAP, lateMeanGapSeconds: LATE_GAP } = CLOCK;
const { pagesUntil: PAGES_UNTIL, sitting: SITTING } = CLOCK;
const { halfStarsFrom: HALF_STARS_FROM, wholeCuts: WHOLE_CUTS, halfCuts: HALF_CUTS } = STARS;

/** exp(tasteInChoice * -x) for x = 0 ... 16 in steps of 1/64: the odds of a proposal whose match is x short of the best. */
const STEPS = 64;
const ODDS = Float64Array.from({ length: 16 * STEPS + 1 }, (_, i) =>
  Math.exp((-CHOICE.tasteInChoice * i) / STEPS),
);

/**
 * Returns a function that draws the history of a user from the user's own stream.
 * The result is one record, overwritten by the next call.
 */
export function historyDrawer(world: World): (user: number, random: Random) => History {
  const { catalogue, raters, attention, neighbours, assigned, assignedFrom } = world;
  const { genres, entry, latent, quality, nextPart } = catalogue;
  const rated = new Int32Array(catalogue.size).fill(-1);
  const taste = new Float64Array(DIMENSIONS);
  // The movies that somebody rates, in the order of entry, for those who have seen the rest.
  const ratable = Int32Array.from(
    Array.from(catalogue.movieId.keys()).filter((i) => catalogue.expectedRatings[i] > 0),
  );
  const longest = raters.ratings.reduce((most, count) => Math.max(most, count), 0);
  const history: History = {
    length: 0,
    movie: new Int32Array(longest),
    timestamp: new Float64Array(longest),
    halfStars: new Uint8Array(longest),
    latentRating: new Float64Array(longest),
  };

  function match(movie: number): number {
    let sum = 0;
    const offset = movie * DIMENSIONS;
    for (let k = 0; k < DIMENSIONS; k++) sum += taste[k] * latent[offset + k];
    return sum;
  }

  function propose(from: Proposals, user: number, now: number, random: Random): number {
    let last = -1;
    let tried = 0;
    for (let attempt = 0; attempt < LAST_PATIENCE && tried < PATIENCE; attempt++) {
      const movie = from.movies[from.table.draw(random)];
      if (rated[movie] === user || entry[movie] > now) continue;
      last = movie;
      tried++;
      const short = LARGEST_MATCH - match(movie);
      if (
        short <= 0 ||
        random.coarseUniform() < ODDS[Math.min(ODDS.length - 1, (short * STEPS) | 0)]
      ) {
        return movie;
      }
    }
    return last;
  }

  function anyLeft(user: number, now: number, random: Random): number {
    let low = 0;
    let high = ratable.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entry[ratable[middle]] <= now) low = middle + 1;
      else high = middle;
    }
    let place = random.integer(low);
    while (rated[ratable[place]] === user) place = (place + 1) % low;
    return ratable[place];
  }

  function neighbour(user: number, length: number, now: number, random: Random): number {
    const back = 1 + random.integer(Math.min(MEMORY, length));
    const from = history.movie[length - back] * NEIGHBOURS;
    for (let i = 0; i < NEIGHBOURS; i++) {
      const movie = neighbours[from + i];
      if (movie < 0) return -1;
      if (rated[movie] === user || entry[movie] > now) continue;
      if (random.coarseUniform() < NEIGHBOUR_STEP) return movie;
    }
    return -1;
  }

  return function draw(user, random) {
    const length = raters.ratings[user];
    history.length = length;
    const specialist = raters.specialist[user];
    const within = raters.within[user];
    let waiting = assignedFrom[user];
    const waitingEnd = assignedFrom[user + 1];
    let streak = -1;
    let last = -1;
    let done = 0;
    let clock = 0;
    for (let s = raters.sessionFrom[user]; s < raters.sessionFrom[user + 1]; s++) {
      const start = Math.max(raters.sessionStart[s], clock + 60);
      clock = Math.min(start, LAST_SECOND);
      const year = yearOf(clock);
      const all = attention.all(year);
      const yearShift = STARS.years[year] ?? 0;
      streak = -1;
      for (let i = 0; i < raters.sessionRatings[s]; i++, done++) {
        if (i > 0) clock = tick(clock, i, random);
        const progress = done / length;
        const offset = user * DIMENSIONS;
        for (let k = 0; k < DIMENSIONS; k++) {
          const from = raters.tasteStart[offset + k];
          taste[k] = from + progress * (raters.tasteEnd[offset + k] - from);
        }
        let movie = -1;
        while (waiting < waitingEnd && rated[assigned[waiting]] === user) waiting++;
        if (
          waiting < waitingEnd &&
          entry[assigned[waiting]] <= clock &&
          random.coarseUniform() * (length - done) < waitingEnd - waiting
        ) {
          movie = assigned[waiting++];
        }
        if (movie < 0 && last >= 0) {
          const next = nextPart[last];
          if (
            next >= 0 &&
            rated[next] !== user &&
            entry[next] <= clock &&
            random.coarseUniform() < NEXT_PART
          ) {
            movie = next;
          }
        }
        if (movie < 0 && specialist >= 0 && random.coarseUniform() < within) {
          const pool = attention.ofGenre(specialist, year);
          if (pool !== undefined) movie = propose(pool, user, clock, random);
        }
        if (movie < 0 && done > 0 && random.coarseUniform() < NEIGHBOUR) {
          movie = neighbour(user, done, clock, random);
        }
        if (streak >= 0 && random.coarseUniform() < STREAK_ENDS) streak = -1;
        if (streak < 0 && last >= 0 && random.coarseUniform() < STREAK_BEGINS) {
          const choice = genresOf(genres[last]);
          if (choice.length > 0) streak = choice[random.integer(choice.length)];
        }
        if (movie < 0 && streak >= 0 && random.coarseUniform() < STREAK_WITHIN) {
          const pool = attention.ofGenre(streak, year);
          if (pool !== undefined) movie = propose(pool, user, clock, random);
        }
        if (movie < 0) movie = propose(all, user, clock, random);
        if (movie < 0) movie = anyLeft(user, clock, random);

        rated[movie] = user;
        last = movie;
        history.movie[done] = movie;
        history.timestamp[done] = clock;
        const latentRating =
          quality[movie] +
          raters.strictness[user] +
          TASTE_IN_RATING * match(movie) +
          yearShift +
          raters.noise[user] * random.normal();
        history.latentRating[done] = latentRating;
        history.halfStars[done] = starsOf(latentRating, clock);
      }
    }
    if (user === raters.last) history.timestamp[length - 1] = LAST_SECOND;
    return history;
  };
}

/** The time of the next rating in a session. */
function tick(clock: number, place: number, random: Random): number {
  const early = clock < PAGES_UNTIL;
  let next = clock;
  if (random.coarseUniform() >= (early ? EARLY_TIE : LATE_TIE)) {
    const gap = early ? EARLY_GAP : LATE_GAP;
    next += 1 + Math.floor(-gap * Math.log(1 - random.coarseUniform()));
  }
  if (place % SITTING === 0) next += 3_600 + random.integer(18_000);
  return Math.min(next, LAST_SECOND);
}

/** Cuts a latent rating into stars. @returns twice the stars */
function starsOf(latentRating: number, clock: number): number {
  if (clock < HALF_STARS_FROM) {
    const cuts = WHOLE_CUTS;
    let stars = 1;
    while (stars < 5 && latentRating >= cuts[stars - 1]) stars++;
    return 2 * stars;
  }
  const cuts = HALF_CUTS;
  let half = 1;
  while (half < 10 && latentRating >= cuts[half - 1]) half++;
  return half;
}

/**
 * Picks a user for every movie that might otherwise go without a rating, among those who arrive after it;
 * active users more often. Movies come in the order of entry, so the users for one are fewer and fewer.
 */
export function assignMovies(
  catalogue: Catalogue,
  raters: Raters,
  random: Random,
): Pick<World, "assigned" | "assignedFrom"> {
  // By the first session: then the movie is there in all of the user's sessions.
  const arrival = Float64Array.from(
    { length: raters.size },
    (_, user) => raters.sessionStart[raters.sessionFrom[user]],
  );
  const order = Array.from(arrival.keys()).sort((a, b) => arrival[b] - arrival[a] || a - b);
  // Running sums over users from the latest on: the users for a movie are a prefix.
  const running = new Float64Array(order.length + 1);
  order.forEach((user, i) => {
    running[i + 1] = running[i] + power(raters.ratings[user], 1.2);
  });
  const picked = new Int32Array(catalogue.size).fill(-1);
  const load = new Int32Array(raters.size);
  let users = order.length;
  for (let movie = 0; movie < catalogue.size; movie++) {
    if (!(catalogue.expectedRatings[movie] > 0 && catalogue.expectedRatings[movie] < 25)) continue;
    while (users > 1 && arrival[order[users - 1]] < catalogue.entry[movie]) users--;
    for (let attempt = 0; attempt < 50; attempt++) {
      const goal = random.uniform() * running[users];
      let low = 0;
      let high = users - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (running[middle + 1] <= goal) low = middle + 1;
        else high = middle;
      }
      const user = order[low];
      if (load[user] >= raters.ratings[user] * 0.25 && attempt < 49) continue;
      load[user]++;
      picked[movie] = user;
      break;
    }
  }
  const assignedFrom = new Int32Array(raters.size + 1);
  for (let user = 0; user < raters.size; user++) {
    assignedFrom[user + 1] = assignedFrom[user] + load[user];
  }
  const fill = assignedFrom.slice();
  const assigned = new Int32Array(assignedFrom[raters.size]);
  picked.forEach((user, movie) => {
    if (user >= 0) assigned[fill[user]++] = movie;
  });
  return { assigned, assignedFrom };
}
