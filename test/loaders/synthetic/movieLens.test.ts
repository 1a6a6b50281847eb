import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { tableFromIPC } from "apache-arrow";
import { parse } from "csv-parse/sync";
import { type Archive, openArchive } from "../../../lib/loaders/archive";
import { GENRES } from "../../../lib/loaders/synthetic/movieKinds";
import {
  type SyntheticMovieLens,
  syntheticMovieLens,
} from "../../../lib/loaders/synthetic/movieLens";

const folder = mkdtempSync(join(tmpdir(), "synthetic-movielens-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A hundredth of ML-32M in users and ratings: large enough for marginals, small enough for a test. */
const SMALL = { users: 2_000, movies: 12_000, ratings: 318_000 };

let made: SyntheticMovieLens;
let archive: Archive;
let movies: Record<string, string>[];
/** Columns of ratings.csv. */
const ratings = {
  user: [] as number[],
  movie: [] as number[],
  stars: [] as number[],
  time: [] as number[],
};

before(async () => {
  made = await syntheticMovieLens({ path: join(folder, "small.zip"), seed: 5, scale: SMALL });
  archive = await openArchive(made.path);
  movies = rows(await archive.text("ml-synthetic/movies.csv"));
  for (const line of (await archive.text("ml-synthetic/ratings.csv")).split("\r\n").slice(1, -1)) {
    const [user, movie, stars, time] = line.split(",");
    ratings.user.push(Number(user));
    ratings.movie.push(Number(movie));
    ratings.stars.push(Number(stars));
    ratings.time.push(Number(time));
  }
});

function rows(text: string): Record<string, string>[] {
  return parse(text, { columns: true });
}

function quantile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = p * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    sx += x[i];
    sy += y[i];
    sxx += x[i] * x[i];
    syy += y[i] * y[i];
    sxy += x[i] * y[i];
  }
  return (n * sxy - sx * sy) / Math.sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}

/** The rows of each user as a range of the columns; they come by user. */
function userRanges(): { user: number; from: number; to: number }[] {
  const ranges: { user: number; from: number; to: number }[] = [];
  for (let from = 0; from < ratings.user.length; ) {
    let to = from;
    while (to < ratings.user.length && ratings.user[to] === ratings.user[from]) to++;
    ranges.push({ user: ratings.user[from], from, to });
    from = to;
  }
  return ranges;
}

test("the archive has the layout of a MovieLens archive and says that it is synthetic", async () => {
  assert.deepEqual(archive.entries.map((entry) => entry.name).sort(), [
    "ml-synthetic/README.txt",
    "ml-synthetic/checksums.txt",
    "ml-synthetic/links.csv",
    "ml-synthetic/movies.csv",
    "ml-synthetic/ratings.csv",
    "ml-synthetic/tags.csv",
  ]);
  const [first] = (await archive.text("ml-synthetic/README.txt")).split("\r\n");
  assert.match(
    first,
    /^SYNTHETIC DATA.*Seed 5; 2000 users, 12000 movies, 318000 ratings.*\d+\.\d+\.\d+\.$/,
  );
  assert.equal(createHash("sha256").update(readFileSync(made.path)).digest("hex"), made.sha256);
});

test("checksums.txt holds the MD5 of the four files in the official form", async () => {
  const lines = (await archive.text("ml-synthetic/checksums.txt")).trimEnd().split("\n");
  assert.equal(lines.length, 4);
  for (const line of lines) {
    const [, md5, name] = /^([0-9a-f]{32}) {2}(\w+\.csv)$/.exec(line) ?? assert.fail(line);
    const bytes = await archive.text(`ml-synthetic/${name}`);
    assert.equal(createHash("md5").update(bytes).digest("hex"), md5, name);
  }
});

test("ratings.csv: by user and movie, no pair twice, at least 20 a user, the counts that were asked for", async () => {
  const header = (await archive.text("ml-synthetic/ratings.csv")).slice(0, 40).split("\r\n")[0];
  assert.equal(header, "userId,movieId,rating,timestamp");
  assert.equal(ratings.user.length, SMALL.ratings);
  const ranges = userRanges();
  assert.deepEqual(
    ranges.map(({ user }) => user),
    Array.from({ length: SMALL.users }, (_, i) => i + 1),
  );
  for (const { from, to } of ranges) {
    assert.ok(to - from >= 20);
    for (let i = from + 1; i < to; i++) assert.ok(ratings.movie[i] > ratings.movie[i - 1]);
  }
  const catalogue = new Set(movies.map((movie) => Number(movie.movieId)));
  const rated = new Set(ratings.movie);
  for (const movie of rated) assert.ok(catalogue.has(movie));
  assert.equal(rated.size, made.ratedMovies);
  assert.equal(rated.size, Math.round((SMALL.movies * 84_432) / 87_585));
});

test("stars are halves from 0.5 to 5, whole before 2003-02-18; times lie in the range of ML-32M", () => {
  const halfStarsFrom = Date.UTC(2003, 1, 18) / 1000;
  for (let i = 0; i < ratings.stars.length; i++) {
    const doubled = 2 * ratings.stars[i];
    assert.ok(Number.isInteger(doubled) && doubled >= 1 && doubled <= 10);
    if (ratings.time[i] < halfStarsFrom) assert.equal(doubled % 2, 0);
  }
  const times = Float64Array.from(ratings.time).sort();
  assert.equal(times[0], Date.UTC(1995, 0, 9, 11, 46, 44) / 1000);
  assert.equal(times[times.length - 1], Date.UTC(2023, 9, 13, 2, 29, 7) / 1000);
});

test("nobody rates a movie before its release or before it enters the catalogue", () => {
  const truth = movieTruth();
  for (let i = 0; i < ratings.movie.length; i++) {
    const movie = truth.get(ratings.movie[i]) ?? assert.fail();
    assert.ok(new Date(ratings.time[i] * 1000).getUTCFullYear() >= movie.releaseYear);
    assert.ok(ratings.time[i] >= movie.entry);
  }
});

test("movies.csv has the quirks of the real one", async () => {
  assert.equal(movies.length, SMALL.movies);
  const raw = (await archive.text("ml-synthetic/movies.csv")).split("\r\n");
  assert.ok(
    raw.some((line) => /^\d+,"[^"]+, The \(\d{4}\)",/.test(line)),
    "article after a comma",
  );
  assert.ok(
    raw.some((line) => /^\d+,".*"".*"",?/.test(line)),
    "quotes inside a title",
  );
  const titles = movies.map((movie) => movie.title);
  const dated = titles.filter((title) => /\(\d{4}\)\s*$/.test(title)).length;
  assert.equal(titles.length - dated, Math.round((SMALL.movies * 617) / 87_585));
  assert.ok(
    titles.some((title) => /\(\d{4}\) $/.test(title)),
    "blank after the year",
  );
  assert.ok(
    titles.some((title) => /\d{4}.*\(\d{4}\)/.test(title)),
    "year inside a title",
  );
  assert.ok(
    titles.some((title) => /\(a\.k\.a\. .+\) \(\d{4}\)/.test(title)),
    "other name",
  );
  assert.ok(
    titles.some((title) => /[à-ÿ]/i.test(title)),
    "accents",
  );
  const ids = movies.map((movie) => Number(movie.movieId));
  for (let i = 1; i < ids.length; i++) assert.ok(ids[i] > ids[i - 1]);
  assert.ok(ids[ids.length - 1] > 2 * ids.length, "ids with gaps");
  const known = new Set<string>(GENRES);
  let most = 0;
  for (const { genres } of movies) {
    if (genres === "(no genres listed)") continue;
    const list = genres.split("|");
    assert.deepEqual(list, [...list].sort());
    for (const genre of list) assert.ok(known.has(genre), genre);
    most = Math.max(most, list.length);
  }
  assert.equal(most, 10);
  const none = movies.filter((movie) => movie.genres === "(no genres listed)").length;
  assert.equal(none, Math.round((SMALL.movies * 7_080) / 87_585));
});

test("links.csv: a row for each movie, IMDb ids of at least seven digits, some TMDb ids missing", async () => {
  const links = rows(await archive.text("ml-synthetic/links.csv"));
  assert.deepEqual(
    links.map((link) => link.movieId),
    movies.map((movie) => movie.movieId),
  );
  for (const link of links) assert.match(link.imdbId, /^\d{7,8}$/);
  assert.ok(links.some((link) => link.imdbId.startsWith("0")));
  const missing = links.filter((link) => link.tmdbId === "").length;
  assert.ok(missing > 0 && missing < links.length / 100);
});

test("tags.csv: by user, movie and tag, on movies that the user rated, few users with most of them, awkward texts", async () => {
  const tags = rows(await archive.text("ml-synthetic/tags.csv"));
  assert.equal(tags.length, made.tags);
  assert.equal(tags.length, Math.round((SMALL.ratings * 2_000_072) / 32_000_204));
  const rated = new Set(ratings.user.map((user, i) => `${user} ${ratings.movie[i]}`));
  const perUser = new Map<string, number>();
  const counts = new Map<string, number>();
  const start = Date.UTC(2005, 11, 27) / 1000;
  tags.forEach((tag, i) => {
    assert.ok(rated.has(`${tag.userId} ${tag.movieId}`));
    assert.ok(Number(tag.timestamp) > start);
    perUser.set(tag.userId, (perUser.get(tag.userId) ?? 0) + 1);
    const clean = tag.tag.trim().toLowerCase();
    counts.set(clean, (counts.get(clean) ?? 0) + 1);
    const last = tags[i - 1];
    if (last === undefined) return;
    const order =
      Number(last.userId) - Number(tag.userId) || Number(last.movieId) - Number(tag.movieId);
    assert.ok(order < 0 || (order === 0 && last.tag.trim().toLowerCase() <= clean));
  });
  const sizes = [...perUser.values()].sort((a, b) => b - a);
  const top = sizes.slice(0, Math.ceil(sizes.length / 10)).reduce((sum, size) => sum + size, 0);
  assert.ok(top > 0.4 * tags.length, "a tenth of the taggers writes more than 40 %");
  assert.ok(perUser.size < 0.25 * SMALL.users);
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 12);
  for (const name of ["sci-fi", "atmospheric", "action", "comedy"]) {
    assert.ok(
      common.some(([tag]) => tag === name),
      name,
    );
  }
  assert.ok(
    tags.some((tag) => tag.tag !== tag.tag.trim()),
    "blanks",
  );
  assert.ok(
    tags.some((tag) => /[A-Z]/.test(tag.tag)),
    "capitals",
  );
  assert.ok(
    tags.some((tag) => tag.tag.includes(",")),
    "commas",
  );
  assert.ok(
    tags.some((tag) => tag.tag.includes('"')),
    "quotes",
  );
  assert.ok(
    tags.some((tag) => /[^\u0020-\u007e]/.test(tag.tag)),
    "accents",
  );
});

test("tags fit the movies: sci-fi is mostly on science fiction", async () => {
  const genres = new Map(movies.map((movie) => [movie.movieId, movie.genres]));
  const tags = rows(await archive.text("ml-synthetic/tags.csv"));
  const fit = tags.filter((tag) => tag.tag.trim().toLowerCase() === "sci-fi");
  const hits = fit.filter((tag) => genres.get(tag.movieId)?.includes("Sci-Fi")).length;
  assert.ok(hits / fit.length > 0.6, `${hits} of ${fit.length}`);
});

test("the marginals follow the published tables of ML-32M", () => {
  const n = ratings.stars.length;
  const shares = [0.0164, 0.0296, 0.0166, 0.0634, 0.0527, 0.1892, 0.1341, 0.2615, 0.0929, 0.1436];
  const counts = new Array<number>(11).fill(0);
  for (const stars of ratings.stars) counts[2 * stars] += 1;
  shares.forEach((share, i) => {
    assert.ok(Math.abs(counts[i + 1] / n - share) < 0.015, `${(i + 1) / 2}: ${counts[i + 1] / n}`);
  });

  const ranges = userRanges();
  const perUser = ranges.map(({ from, to }) => to - from);
  for (const [p, published] of [
    [0.1, 24],
    [0.25, 36],
    [0.5, 70],
    [0.75, 162],
    [0.9, 339],
  ]) {
    const got = quantile(perUser, p);
    assert.ok(Math.abs(got / published - 1) < 0.1, `ratings per user at ${p}: ${got}`);
  }
  const days = ranges.map(({ from, to }) => {
    const times = ratings.time.slice(from, to);
    return Math.floor(
      (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / 86_400,
    );
  });
  assert.equal(quantile(days, 0.5), 0);
  assert.ok(Math.abs(quantile(days, 0.75) - 53) < 30, `${quantile(days, 0.75)}`);

  const perMovie = new Map<number, number>();
  for (const movie of ratings.movie) perMovie.set(movie, (perMovie.get(movie) ?? 0) + 1);
  const most = Math.max(...perMovie.values()) / SMALL.users;
  assert.ok(most > 0.42 && most < 0.6, `the most popular movie has ${most} of the users`);

  // Any genre of a movie counts.
  const volume = new Map<string, number>();
  const genres = new Map(movies.map((movie) => [Number(movie.movieId), movie.genres.split("|")]));
  for (const movie of ratings.movie) {
    for (const genre of genres.get(movie) ?? []) volume.set(genre, (volume.get(genre) ?? 0) + 1);
  }
  for (const [genre, published] of Object.entries({
    Drama: 0.439,
    Comedy: 0.35,
    Action: 0.301,
    Thriller: 0.271,
    Adventure: 0.236,
    "Sci-Fi": 0.18,
    Romance: 0.173,
    Crime: 0.17,
    Horror: 0.076,
    Documentary: 0.013,
  })) {
    const share = (volume.get(genre) ?? 0) / n;
    assert.ok(Math.abs(share - published) < 0.04, `${genre}: ${share}`);
  }
});

test("many ratings of one user share a second, more so in the early years", () => {
  const distinct = { early: 0, late: 0 };
  const all = { early: 0, late: 0 };
  for (const { from, to } of userRanges()) {
    const seen = new Set<number>();
    for (let i = from; i < to; i++) {
      const when = ratings.time[i] < Date.UTC(2003, 0, 1) / 1000 ? "early" : "late";
      all[when]++;
      if (!seen.has(ratings.time[i])) distinct[when]++;
      seen.add(ratings.time[i]);
    }
  }
  const share = (distinct.early + distinct.late) / (all.early + all.late);
  assert.ok(share > 0.75 && share < 0.9, `${share} of the times are distinct`);
  assert.ok(distinct.early / all.early < 0.6);
  assert.ok(distinct.late / all.late > 0.88);
});

test("there are specialists in several genres, and the truth knows them", () => {
  const table = tableFromIPC(readFileSync(join(made.truthFolder, "users.arrow")));
  const specialist = Array.from(table.getChild("specialist") ?? []) as (string | null)[];
  const genres = new Map(movies.map((movie) => [Number(movie.movieId), movie.genres.split("|")]));
  const cohorts = new Map<string, number>();
  let inTruth = 0;
  let confirmed = 0;
  userRanges().forEach(({ from, to }, user) => {
    const counts = new Map<string, number>();
    for (let i = from; i < to; i++) {
      for (const genre of genres.get(ratings.movie[i]) ?? []) {
        counts.set(genre, (counts.get(genre) ?? 0) + 1);
      }
    }
    for (const [genre, count] of counts) {
      if (count > (to - from) / 2) cohorts.set(genre, (cohorts.get(genre) ?? 0) + 1);
    }
    const genre = specialist[user];
    if (genre !== null) {
      inTruth++;
      if ((counts.get(genre) ?? 0) > (to - from) / 2) confirmed++;
    }
  });
  assert.ok(inTruth > 0.03 * SMALL.users, `${inTruth}`);
  assert.ok(confirmed > 0.85 * inTruth, `${confirmed} of ${inTruth}`);
  const large = [...cohorts].filter(([, users]) => users >= 0.004 * SMALL.users);
  assert.ok(large.length >= 7, JSON.stringify([...cohorts]));
});

interface MovieTruth {
  readonly quality: number;
  readonly attention: number;
  readonly expected: number;
  readonly entry: number;
  readonly releaseYear: number;
  readonly next: number;
}

function movieTruth(): Map<number, MovieTruth> {
  const table = tableFromIPC(readFileSync(join(made.truthFolder, "movies.arrow")));
  const column = (name: string) => table.getChild(name)?.toArray() as ArrayLike<number>;
  const [id, quality, attention] = ["movieId", "quality", "attention"].map(column);
  const [expected, entry, releaseYear] = ["expected_ratings", "entry", "release_year"].map(column);
  const next = column("next_part");
  return new Map(
    Array.from({ length: table.numRows }, (_, i) => [
      id[i],
      {
        quality: quality[i],
        attention: attention[i],
        expected: expected[i],
        entry: entry[i],
        releaseYear: releaseYear[i],
        next: next[i],
      },
    ]),
  );
}

test("the truth agrees with the ratings: qualities, strictness, expected counts", () => {
  const truth = movieTruth();
  assert.deepEqual(
    [...truth.keys()],
    movies.map((movie) => Number(movie.movieId)),
  );
  const sums = new Map<number, { count: number; stars: number }>();
  for (let i = 0; i < ratings.movie.length; i++) {
    const sum = sums.get(ratings.movie[i]) ?? { count: 0, stars: 0 };
    sum.count++;
    sum.stars += ratings.stars[i];
    sums.set(ratings.movie[i], sum);
  }
  const known = [...sums].filter(([, sum]) => sum.count >= 50);
  const quality = known.map(([id]) => truth.get(id)?.quality ?? 0);
  assert.ok(
    correlation(
      quality,
      known.map(([, sum]) => sum.stars / sum.count),
    ) > 0.8,
  );
  const expected = known.map(([id]) => Math.log(truth.get(id)?.expected ?? 1));
  assert.ok(
    correlation(
      expected,
      known.map(([, sum]) => Math.log(sum.count)),
    ) > 0.9,
  );
  for (const [id, movie] of truth) {
    assert.equal(movie.expected > 0, sums.has(id));
    assert.equal(movie.attention > 0, sums.has(id));
  }

  const users = tableFromIPC(readFileSync(join(made.truthFolder, "users.arrow")));
  const strictness = users.getChild("strictness")?.toArray() as Float32Array;
  const means = userRanges().map(({ from, to }) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += ratings.stars[i];
    return sum / (to - from);
  });
  assert.equal(users.numRows, SMALL.users);
  assert.ok(correlation(strictness, means) > 0.8);
  const latent = tableFromIPC(readFileSync(join(made.truthFolder, "movies.arrow")));
  const first = Array.from({ length: 8 }, (_, k) => latent.getChild(`latent_${k + 1}`)?.get(17));
  const length = first.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(length - 1) < 1e-5, "latent vectors have length 1");
});

test("parameters.json and README.md of the truth say what was made", () => {
  const parameters = JSON.parse(readFileSync(join(made.truthFolder, "parameters.json"), "utf8"));
  assert.equal(parameters.synthetic, true);
  assert.equal(parameters.seed, 5);
  assert.equal(parameters.size.ratings, SMALL.ratings);
  assert.equal(parameters.stars.halfCuts.length, 9);
  assert.match(readFileSync(join(made.truthFolder, "README.md"), "utf8"), /seed 5/);
});

test("what comes next depends on what came before: the next part of a franchise follows far more often than by chance", () => {
  const truth = movieTruth();
  let chances = 0;
  let followed = 0;
  for (const { from, to } of userRanges()) {
    // Late ratings, whose times are seldom tied, in the order in which they were given.
    const order = Array.from({ length: to - from }, (_, i) => from + i)
      .filter((i) => ratings.time[i] > Date.UTC(2004, 0, 1) / 1000)
      .sort((a, b) => ratings.time[a] - ratings.time[b]);
    const seen = new Set<number>();
    for (let i = 0; i + 1 < order.length; i++) {
      seen.add(ratings.movie[order[i]]);
      const movie = truth.get(ratings.movie[order[i]]) ?? assert.fail();
      const next = truth.get(movie.next);
      if (next === undefined || seen.has(movie.next) || next.entry > ratings.time[order[i]])
        continue;
      chances++;
      if (ratings.movie[order[i + 1]] === movie.next) followed++;
    }
  }
  assert.ok(chances > 1_000);
  // The rule says 0.4; a few are lost to tied times and to movies assigned in between.
  const share = followed / chances;
  assert.ok(share > 0.3 && share < 0.45, `${share}`);
});

test("the same seed gives the same bytes, in another time zone and language too; another seed others", async () => {
  const tiny = (path: string, seed: number) =>
    syntheticMovieLens({ path: join(folder, path), seed, scale: "tiny" });
  const first = await tiny("a.zip", 1);
  const second = await tiny("b.zip", 1);
  assert.equal(first.sha256, second.sha256);
  for (const name of ["users.arrow", "movies.arrow", "parameters.json", "README.md"]) {
    assert.deepEqual(
      readFileSync(join(first.truthFolder, name)),
      readFileSync(join(second.truthFolder, name)),
    );
  }
  assert.notEqual((await tiny("c.zip", 2)).sha256, first.sha256);
  const elsewhere = join(folder, "elsewhere.zip");
  const script = `require("./lib/loaders/synthetic/movieLens").syntheticMovieLens(${JSON.stringify({
    path: elsewhere,
    seed: 1,
    scale: "tiny",
  })})`;
  await promisify(execFile)(process.execPath, ["--import", "tsx", "-e", script], {
    env: { ...process.env, TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
  });
  assert.deepEqual(readFileSync(elsewhere), readFileSync(first.path));
});

test("the bytes of every version and machine: MD5 of the tiny archive's files", async () => {
  const tiny = await syntheticMovieLens({ path: join(folder, "md5.zip"), seed: 1, scale: "tiny" });
  // Made on Linux x64, the same with Node 20, 22 and 26. When the generator changes on purpose, raise GENERATOR
  // in movieLensParameters.ts and put the new sums here.
  assert.equal(
    await (await openArchive(tiny.path)).text("ml-synthetic/checksums.txt"),
    [
      "d7da38d5e44adb5e9396b24bff97fd57  links.csv",
      "fbe719e300f6565676ae5c88ad5d5d9f  movies.csv",
      "861f4007c62b4ead148eb0519422c3b7  ratings.csv",
      "19a17d79fa80daa4f534290419b66070  tags.csv",
      "",
    ].join("\n"),
  );
});

test("line endings are a choice and nothing else changes", async () => {
  const lf = await syntheticMovieLens({
    path: join(folder, "lf.zip"),
    seed: 1,
    scale: "tiny",
    lineEnding: "\n",
  });
  const crlf = await syntheticMovieLens({ path: join(folder, "crlf.zip"), seed: 1, scale: "tiny" });
  const [a, b] = [await openArchive(lf.path), await openArchive(crlf.path)];
  for (const name of ["ratings", "tags", "movies", "links"]) {
    const text = await b.text(`ml-synthetic/${name}.csv`);
    assert.ok(text.includes("\r\n"));
    assert.equal(await a.text(`ml-synthetic/${name}.csv`), text.replace(/\r\n/g, "\n"), name);
  }
});

test("an abort leaves nothing behind, and the leavings of a killed run go", async () => {
  const place = mkdtempSync(join(folder, "abort-"));
  const stop = new AbortController();
  await assert.rejects(
    syntheticMovieLens({
      path: join(place, "x.zip"),
      seed: 1,
      scale: { users: 1_000, movies: 3_000, ratings: 150_000 },
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    }),
    /enough/,
  );
  assert.deepEqual(readdirSync(place), []);
  // No process has this number.
  writeFileSync(join(place, ".unfinished-4194305-0-x.zip"), "half");
  await syntheticMovieLens({ path: join(place, "x.zip"), seed: 1, scale: "tiny" });
  assert.deepEqual(readdirSync(place).sort(), ["x.truth", "x.zip"]);
});

test("kill -9 in the middle leaves no archive under its name, and the next run clears up", async () => {
  const place = mkdtempSync(join(folder, "kill-"));
  const path = join(place, "x.zip");
  const script = `require("./lib/loaders/synthetic/movieLens").syntheticMovieLens(${JSON.stringify({
    path,
    seed: 1,
    scale: 0.05,
  })})`;
  const child = spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: "ignore" });
  const exit = new Promise((resolve) => child.once("exit", resolve));
  const isWriting = () =>
    readdirSync(place).some((name) => {
      const info = name.endsWith("x.zip") && statSync(join(place, name), { throwIfNoEntry: false });
      return info && info.size > 0;
    });
  while (child.exitCode === null && !isWriting()) await new Promise((go) => setTimeout(go, 20));
  child.kill("SIGKILL");
  await exit;
  const left = readdirSync(place);
  assert.ok(!left.includes("x.zip"), "killed before the end");
  assert.ok(left.length > 0);
  await syntheticMovieLens({ path, seed: 1, scale: "tiny" });
  assert.deepEqual(readdirSync(place).sort(), ["x.truth", "x.zip"]);
});

test("an old archive stays until the new one is complete", async () => {
  const path = join(folder, "kept.zip");
  const first = await syntheticMovieLens({ path, seed: 1, scale: "tiny" });
  const stop = new AbortController();
  stop.abort(new Error("not now"));
  await assert.rejects(
    syntheticMovieLens({ path, seed: 2, scale: "tiny", signal: stop.signal }),
    /not now/,
  );
  assert.equal(createHash("sha256").update(readFileSync(path)).digest("hex"), first.sha256);
  assert.ok(existsSync(first.truthFolder));
});

test("what cannot be made is refused with the numbers", async () => {
  const make = (options: object) =>
    syntheticMovieLens({ path: join(folder, "no.zip"), seed: 1, ...options } as never);
  await assert.rejects(make({ path: join(folder, "no.tar") }), /must end in \.zip/);
  await assert.rejects(make({ scale: 2 }), /share of ML-32M/);
  await assert.rejects(make({ seed: 0.5 }), /integer/);
  await assert.rejects(
    make({ scale: { users: 100, movies: 200, ratings: 500 } }),
    /500 ratings do not go with 100 users and 200 movies: give 2500 to/,
  );
  assert.ok(!existsSync(join(folder, "no.zip")));
});
