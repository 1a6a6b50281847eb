/**
 * MovieLens: ratings, movies, tags and links of any archive in the layout of ml-latest-small, ml-25m and ml-32m.
 * Source: Harper and Konstan 2015, doi 10.1145/2827872. Ratings run from 0.5 to 5 stars, times are Unix seconds (UTC).
 */
import { readdir, stat } from "node:fs/promises";
import { basename, join, posix, resolve } from "node:path";
import { type Archive, type ArchiveEntry, ArchiveError, openArchive } from "./archive";
import type { CsvSchema } from "./csvSchema";
import type { DataSource } from "./dataSource";
import { type Engine, openEngine, type Relation } from "./engine";
import { sha256OfFile } from "./fileIdentity";
import { type IngestReport, ingestedRows } from "./ingest";
import { ingestWithProgress } from "./ingestWithProgress";
import { cacheFolder, dataFolder } from "./places";

export interface MovieLens {
  readonly source: DataSource;
  /** Absolute path of the archive. */
  readonly path: string;
  /** Files in the archive. */
  readonly entries: readonly ArchiveEntry[];
  readonly engine: Engine;
  /** userId, movieId, rating (FLOAT, 0.5 to 5), timestamp (Unix seconds). One row a rating. */
  readonly ratings: Relation;
  /** movieId, title, genres (joined by `|`). One row a movie. */
  readonly movies: Relation;
  /** userId, movieId, tag, timestamp. One row a tag given. */
  readonly tags: Relation;
  /** movieId, imdbId (text: leading zeros count), tmdbId. One row a movie. */
  readonly links: Relation;
  /** Rows read and bad rows of each file. */
  readonly ingest: Readonly<Record<MovieLensFile, IngestReport>>;
}

export interface MovieLensOptions {
  /** Path of a zip archive. Default: LAB_MOVIELENS, else the largest zip in data/movieLens, else synthetic data. */
  readonly archive?: string;
  /** What to do with rows that cannot be read. Default `error`. */
  readonly onBadRow?: "error" | "skip";
}

export type MovieLensFile = "ratings" | "movies" | "tags" | "links";

/** Raised when the way rows are stored changes, so that old caches are not read. */
const CACHE_VERSION = 2;

const SYNTHETIC_MARK = /^\s*(?:#\s*)?synthetic data/i;

const SCHEMAS: Readonly<Record<MovieLensFile, CsvSchema>> = {
  ratings: {
    userId: { type: "INTEGER", accept: "userId > 0" },
    movieId: { type: "INTEGER", accept: "movieId > 0" },
    rating: { type: "FLOAT", accept: "rating BETWEEN 0.5 AND 5" },
    timestamp: { type: "BIGINT", accept: "timestamp >= 0" },
  },
  movies: {
    movieId: { type: "INTEGER", accept: "movieId > 0" },
    title: { type: "VARCHAR", optional: true },
    genres: { type: "VARCHAR", optional: true },
  },
  tags: {
    userId: { type: "INTEGER", accept: "userId > 0" },
    movieId: { type: "INTEGER", accept: "movieId > 0" },
    tag: { type: "VARCHAR", optional: true },
    timestamp: { type: "BIGINT", accept: "timestamp >= 0" },
  },
  links: {
    movieId: { type: "INTEGER", accept: "movieId > 0" },
    imdbId: { type: "VARCHAR", optional: true },
    tmdbId: { type: "INTEGER", optional: true },
  },
};

/**
 * Opens a MovieLens archive: checks it, reads each file once into the Parquet cache (later calls take milliseconds),
 * and hands out its four tables.
 * @throws ArchiveError, CsvError: one sentence with file, entry and row.
 */
export async function movielens(options: MovieLensOptions = {}): Promise<MovieLens> {
  const path = resolve(options.archive ?? (await defaultArchive()));
  const archive = await openArchive(path);
  try {
    return await openMovieLens(path, archive, options);
  } finally {
    await archive.close();
  }
}

async function openMovieLens(
  path: string,
  archive: Archive,
  options: MovieLensOptions,
): Promise<MovieLens> {
  const folder = findFolder(archive);
  const source = await describeSource(path, archive, folder);
  const cache = join(cacheFolder(), `movielens-${source.sha256.slice(0, 16)}-v${CACHE_VERSION}`);
  const load = (file: MovieLensFile) =>
    ingestWithProgress(archive, `${folder}${file}.csv`, SCHEMAS[file], join(cache, file), options);
  const ingest = {
    ratings: await load("ratings"),
    movies: await load("movies"),
    tags: await load("tags"),
    links: await load("links"),
  };
  const engine = await openEngine();
  const view = (file: MovieLensFile) => engine.view(file, ingestedRows(join(cache, file)));
  return {
    source,
    path,
    entries: archive.entries,
    engine,
    ratings: await view("ratings"),
    movies: await view("movies"),
    tags: await view("tags"),
    links: await view("links"),
    ingest,
  };
}

/** The folder inside the archive that holds the four files, with its slash; empty when they lie at the top. */
function findFolder(archive: Archive): string {
  const names = new Set(archive.entries.map((entry) => entry.name));
  for (const name of names) {
    if (posix.basename(name) !== "ratings.csv") continue;
    const folder = name.slice(0, -"ratings.csv".length);
    if (["movies", "tags", "links"].every((file) => names.has(`${folder}${file}.csv`)))
      return folder;
  }
  throw new ArchiveError(
    `${archive.name} is no MovieLens archive of CSV files: ratings.csv, movies.csv, tags.csv and links.csv must lie in ` +
      `one folder of it. It holds: ${[...names].slice(0, 12).join(", ") || "nothing"}. ` +
      `ml-latest-small, ml-25m and ml-32m have this layout ("npm run data" lists them).`,
  );
}

/**
 * Name of the data set in a MovieLens archive: the folder of its files, which the publisher names after the data set,
 * else the archive's own file name without `.zip`.
 * @throws ArchiveError when the archive is no MovieLens archive
 */
export function movieLensName(archive: Archive, path: string): string {
  return posix.basename(findFolder(archive)) || basename(path, ".zip");
}

async function describeSource(path: string, archive: Archive, folder: string): Promise<DataSource> {
  const readme = archive.entries.some((entry) => entry.name === `${folder}README.txt`)
    ? await archive.text(`${folder}README.txt`)
    : "";
  const seed = /seed:?\s+(\d+)/i.exec(readme)?.[1];
  const synthetic = SYNTHETIC_MARK.test(readme);
  return {
    dataset: movieLensName(archive, path),
    synthetic,
    archive: basename(path),
    sha256: await sha256OfFile(path),
    ...(synthetic && seed ? { seed: Number(seed) } : {}),
  };
}

async function defaultArchive(): Promise<string> {
  if (process.env.LAB_MOVIELENS) return process.env.LAB_MOVIELENS;
  return (await largestZip(join(dataFolder(), "movieLens"))) ?? (await syntheticArchive());
}

async function largestZip(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".zip"));
  const sized = await Promise.all(
    names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })),
  );
  const [largest] = sized.sort((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name));
  return largest && join(folder, largest.name);
}

async function syntheticArchive(): Promise<string> {
  const { embeddedMovieLens } = await import("./synthetic");
  return embeddedMovieLens();
}
