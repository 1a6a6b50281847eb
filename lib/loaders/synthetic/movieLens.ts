/** A synthetic archive with the layout and the quirks of ml-32m.zip, and its truth beside it. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { breathe, currentCell } from "../../kernel/cell";
import { random } from "../../stats";
import { libraryVersion } from "../places";
import { removeAbandoned, temporarySibling } from "../temporary";
import { makeAttention } from "./attention";
import { assignMovies } from "./histories";
import { drawCatalogue } from "./movieCatalogue";
import { csvFiles } from "./movieLensFiles";
import { archiveReadme } from "./movieLensReadme";
import { type MovieLensScale, movieLensSize } from "./movieLensSize";
import { writeTruth } from "./movieLensTruth";
import { drawNeighbours } from "./movieNeighbours";
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
