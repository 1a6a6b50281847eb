/** The CSV files of a synthetic MovieLens archive, written while they are drawn. */
import { createHash, type Hash } from "node:crypto";
import { breathe } from "../../kernel/cell";
import { random } from "../../stats";
import { type CsvBytes, csvBytes } from "./csvBytes";
import { type History, historyDrawer, type World } from "./histories";
import type { Catalogue } from "./movieCatalogue";
import { genreText } from "./movieGenres";
import { CATALOGUE } from "./movieLensParameters";
import type { MovieLensSize } from "./movieLensSize";
import { drawTagCounts, tagger, writeTagRow } from "./movieTags";

const CHUNK_BYTES = 1 << 20;

export interface CsvOptions {
  readonly world: World;
  readonly size: MovieLensSize;
  readonly seed: number;
  readonly lineEnding: "\r\n" | "\n";
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** The four CSV files, to be asked for in this order, and what is known when all are written. */
export function csvFiles({ world, size, seed, lineEnding, signal, onProgress }: CsvOptions) {
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
  const draws = random(seed).fork("links");
  const csv = csvBytes(CHUNK_BYTES, lineEnding);
  csv.ascii("movieId,imdbId,tmdbId");
  csv.endRow();
  const missing = Math.max(1, Math.round(catalogue.size * CATALOGUE.missingTmdb));
  const missingAt = new Set<number>();
  while (missingAt.size < missing) missingAt.add(draws.integer(catalogue.size));
  for (let movie = 0; movie < catalogue.size; movie++) {
    const recent = catalogue.entryYear[movie] >= 2016 && draws.coarseUniform() < 0.3;
    const imdb = recent ? 10_000_000 + draws.integer(18_000_000) : 1 + draws.integer(6_000_000);
    csv.integer(catalogue.movieId[movie]);
    csv.comma();
    csv.ascii(`${imdb}`.padStart(7, "0"));
    csv.comma();
    if (!missingAt.has(movie)) csv.integer(2 + draws.integer(1_100_000));
    csv.endRow();
  }
  return csv.take();
}
