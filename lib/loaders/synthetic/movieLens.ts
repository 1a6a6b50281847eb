/** A synthetic archive with the layout and the quirks of ml-32m.zip, and its truth beside it. */
import { createHash, type Hash } from "node:crypto";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { breathe, currentCell } from "../../kernel/cell";
import { random } from "../../stats";
import { libraryVersion } from "../places";
import { removeAbandoned, temporarySibling } from "../temporary";
import { makeAttention } from "./attention";
import { type CsvBytes, csvBytes } from "./csvBytes";
import { assignMovies, type History, historyDrawer, type World } from "./histories";
import { type Catalogue, drawCatalogue } from "./movieCatalogue";
import { genreText } from "./movieGenres";
import { CATALOGUE } from "./movieLensParameters";
import { archiveReadme } from "./movieLensReadme";
import { type MovieLensScale, type MovieLensSize, movieLensSize } from "./movieLensSize";
import { writeTruth } from "./movieLensTruth";
import { drawNeighbours } from "./movieNeighbours";
import { drawTagCounts, tagger, writeTagRow } from "./movieTags";
import { drawRaters } from "./raters";
import { writeZip } from "./zipArchive";

export interface SyntheticMovieLensOptions {
  /** Where the archive goes; its folder is made when missing. Must end in `.zip`. */
  readonly path: string;
  readonly seed: number;
  /** Default `embedded`. */
  readonly scale?: MovieLensScale;
  /** Default `\r\n`, as in the real archives. */
  readonly lineEnding?: "\r\n" | "\n";
  /** Default: the running cell's signal. When it is aborted nothing is left behind. */
  readonly signal?: AbortSignal;
  /** Told now and then how many of the ratings are written, and at the end. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface SyntheticMovieLens {
  /** Absolute path of the archive. */
  readonly path: string;
  /** Folder with the truth: `<archive without .zip>.truth`. */
  readonly truthFolder: string;
  readonly users: number;
  /** Movies of the catalogue, and those with a rating. */
  readonly movies: number;
  readonly ratedMovies: number;
  readonly ratings: number;
  readonly tags: number;
  /** SHA-256 of the archive, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The folder inside the archive. */
export const SYNTHETIC_MOVIELENS_FOLDER = "ml-synthetic";

const CHUNK_BYTES = 1 << 20;

/**
 * Makes a synthetic MovieLens archive: ratings.csv, tags.csv, movies.csv, links.csv, README.txt and checksums.txt in the
 * folder `ml-synthetic`, and the truth (users.arrow, movies.arrow, parameters.json, README.md) in a folder beside it.
 *
 * The same seed, scale and version of the library give the same CSV bytes on every machine, and the same archive bytes
 * wherever Node.js carries the same zlib. Archive and truth appear under their names when both are complete.
 * @throws RangeError for counts that cannot be had; the signal's reason when it is aborted.
 * @example await syntheticMovieLens({ path: "data/synthetic/ml-synthetic.zip", seed: 7, scale: "tiny" })
 */
export async function syntheticMovieLens(
  options: SyntheticMovieLensOptions,
): Promise<SyntheticMovieLens> {
  const { seed, scale = "embedded", lineEnding = "\r\n", onProgress = () => {} } = options;
  const signal = options.signal ?? currentCell().signal;
  const path = resolve(options.path);
  if (!path.endsWith(".zip")) {
    throw new Error(`${options.path}: the path of a synthetic archive must end in .zip.`);
  }
  const size = movieLensSize(scale);
  const truthFolder = `${path.slice(0, -4)}.truth`;
  mkdirSync(dirname(path), { recursive: true });
  await removeAbandoned(dirname(path));
  const unfinished = temporarySibling(path);
  const unfinishedTruth = temporarySibling(truthFolder);
  try {
    const root = random(seed);
    const pause = () => breathe(signal);
    const catalogue = await drawCatalogue(size, root.fork("movies"), pause);
    const raters = await drawRaters(size, catalogue, root.fork("users"), pause);
    await pause();
    const attention = makeAttention(catalogue, raters);
    const draws = root.fork("neighbours");
    const neighbours = await drawNeighbours(catalogue, attention, draws, pause);
    const assigned = assignMovies(catalogue, raters, root.fork("assigned"));
    await pause();
    const version = libraryVersion();
    mkdirSync(unfinishedTruth, { recursive: true });
    const truth = { catalogue, raters, attention, neighbours, size, seed, version };
    await writeTruth(unfinishedTruth, truth, pause);
    const files = csvFiles({
      world: { catalogue, raters, attention, neighbours, ...assigned },
      size,
      seed,
      lineEnding,
      signal,
      onProgress,
    });
    const folder = SYNTHETIC_MOVIELENS_FOLDER;
    const readme = archiveReadme({ seed, version, size, folder, lineEnding });
    const sha256 = await writeZip(
      unfinished,
      [
        ...files.entries.map(({ name, content }) => ({ name: `${folder}/${name}`, content })),
        { name: `${folder}/README.txt`, content: () => [Buffer.from(readme)] },
        { name: `${folder}/checksums.txt`, content: () => [Buffer.from(files.checksums())] },
      ],
      signal,
    );
    signal.throwIfAborted();
    // Both are complete. The archive goes first and comes last: whoever sees it finds the truth that belongs to it.
    rmSync(path, { force: true });
    rmSync(truthFolder, { recursive: true, force: true });
    renameSync(unfinishedTruth, truthFolder);
    renameSync(unfinished, path);
    const { users, movies, ratings } = size;
    return { path, truthFolder, users, movies, ratings, sha256, ...files.counts() };
  } catch (error) {
    rmSync(unfinished, { force: true });
    rmSync(unfinishedTruth, { recursive: true, force: true });
    throw error;
  }
}

interface CsvOptions {
  readonly world: World;
  readonly size: MovieLensSize;
  readonly seed: number;
  readonly lineEnding: "\r\n" | "\n";
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

function csvFiles({ world, size, seed, lineEnding, signal, onProgress }: CsvOptions) {
  const { catalogue, raters } = world;
  const root = random(seed);
  const tagCounts = drawTagCounts(size.tags, raters, root.fork("taggers"));
  const tags = tagCounts.reduce((sum, count) => sum + count, 0);
  const tagging = tagger(catalogue, tags);
  const isRated = new Uint8Array(catalogue.size);

  async function* ratings(): AsyncGenerator<Buffer> {
    const csv = csvBytes(CHUNK_BYTES, lineEnding);
    csv.ascii("userId,movieId,rating,timestamp");
    csv.endRow();
    const draw = historyDrawer(world);
    const histories = root.fork("histories");
    let done = 0;
    for (let user = 0; user < raters.size; user++) {
      const own = histories.fork(user + 1);
      const history = draw(user, own);
      writeHistory(user + 1, history, catalogue, csv);
      for (let i = 0; i < history.length; i++) isRated[history.movie[i]] = 1;
      if (tagCounts[user] > 0) tagging.tag(user, history, tagCounts[user], own.fork("tags"));
      done += history.length;
      if (csv.isFull()) {
        onProgress(done, size.ratings);
        yield csv.take();
        await breathe(signal);
      }
    }
    onProgress(done, size.ratings);
    yield csv.take();
  }

  async function* tagRows(): AsyncGenerator<Buffer> {
    const csv = csvBytes(CHUNK_BYTES, lineEnding);
    csv.ascii("userId,movieId,tag,timestamp");
    csv.endRow();
    const rows = tagging.rows();
    for (let row = 0; row < rows.length; row++) {
      writeTagRow(rows, row, catalogue, csv);
      if (csv.isFull()) {
        yield csv.take();
        await breathe(signal);
      }
    }
    yield csv.take();
  }

  const hashes = new Map<string, Hash>();
  const hashed = (name: string, content: () => AsyncIterable<Buffer> | Iterable<Buffer>) => ({
    name,
    content: async function* () {
      const hash = createHash("md5");
      hashes.set(name, hash);
      for await (const chunk of content()) {
        hash.update(chunk);
        yield chunk;
      }
    },
  });
  return {
    entries: [
      hashed("ratings.csv", ratings),
      hashed("tags.csv", tagRows),
      hashed("movies.csv", () => [movieRows(catalogue, lineEnding)]),
      hashed("links.csv", () => [linkRows(catalogue, seed, lineEnding)]),
    ],
    /** The official form: MD5, two blanks, file name, by name. Call when all entries are written. */
    checksums: () =>
      Array.from(hashes.keys())
        .sort()
        .map((name) => `${(hashes.get(name) as Hash).digest("hex")}  ${name}\n`)
        .join(""),
    counts: () => ({ tags, ratedMovies: isRated.reduce((sum, value) => sum + value, 0) }),
  };
}

let order = new Float64Array(1_024);

/** The rows of one user, by movieId. The catalogue is in that order, so the movie's index sorts them. */
function writeHistory(userId: number, history: History, catalogue: Catalogue, csv: CsvBytes): void {
  if (order.length < history.length) order = new Float64Array(2 * history.length);
  for (let i = 0; i < history.length; i++) order[i] = history.movie[i] * 65_536 + i;
  const sorted = order.subarray(0, history.length).sort();
  for (let row = 0; row < sorted.length; row++) {
    const i = sorted[row] % 65_536;
    const half = history.halfStars[i];
    csv.integer(userId);
    csv.comma();
    csv.integer(catalogue.movieId[history.movie[i]]);
    csv.comma();
    csv.ascii(STARS_TEXT[half]);
    csv.comma();
    csv.integer(history.timestamp[i]);
    csv.endRow();
  }
}

const STARS_TEXT = Array.from({ length: 11 }, (_, half) => (half / 2).toFixed(1));

function movieRows(catalogue: Catalogue, lineEnding: "\r\n" | "\n"): Buffer {
  const csv = csvBytes(CHUNK_BYTES, lineEnding);
  csv.ascii("movieId,title,genres");
  csv.endRow();
  for (let movie = 0; movie < catalogue.size; movie++) {
    csv.integer(catalogue.movieId[movie]);
    csv.comma();
    csv.text(catalogue.title[movie]);
    csv.comma();
    csv.text(genreText(catalogue.genres[movie]));
    csv.endRow();
  }
  return csv.take();
}

/** IMDb ids of at least seven digits, eight for some recent movies; TMDb ids, some of them missing. */
function linkRows(catalogue: Catalogue, seed: number, lineEnding: "\r\n" | "\n"): Buffer {
  const random_ = random(seed).fork("links");
  const csv = csvBytes(CHUNK_BYTES, lineEnding);
  csv.ascii("movieId,imdbId,tmdbId");
  csv.endRow();
  const missing = Math.max(1, Math.round(catalogue.size * CATALOGUE.missingTmdb));
  const missingAt = new Set<number>();
  while (missingAt.size < missing) missingAt.add(random_.integer(catalogue.size));
  for (let movie = 0; movie < catalogue.size; movie++) {
    const recent = catalogue.entryYear[movie] >= 2016 && random_.coarseUniform() < 0.3;
    const imdb = recent ? 10_000_000 + random_.integer(18_000_000) : 1 + random_.integer(6_000_000);
    csv.integer(catalogue.movieId[movie]);
    csv.comma();
    csv.ascii(`${imdb}`.padStart(7, "0"));
    csv.comma();
    if (!missingAt.has(movie)) csv.integer(2 + random_.integer(1_100_000));
    csv.endRow();
  }
  return csv.take();
}
