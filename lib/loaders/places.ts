/** Where things lie: the project's root, its data, its cache, and the folder that results are written to. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const PROJECT = "recommender-causal-lab";

let knownRoot: string | undefined;

/**
 * The project's root: the nearest folder, from the working directory upwards, whose package.json names this project.
 * @throws Error when there is none.
 */
export function projectRoot(): string {
  knownRoot ??= findRoot(process.cwd());
  return knownRoot;
}

function findRoot(start: string): string {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === PROJECT) {
      return folder;
    }
    if (dirname(folder) === folder) {
      throw new Error(
        `${start} does not lie in the project ${PROJECT}. Start from its folder or one inside it.`,
      );
    }
  }
}

/** The library's version, as package.json states it. */
export function libraryVersion(): string {
  return JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")).version;
}

/** `data/`: where archives lie. */
export function dataFolder(): string {
  return join(projectRoot(), "data");
}

/** `data/cache/`, or LAB_CACHE: what can be made again from the archives. Made when missing. */
export function cacheFolder(): string {
  return made(process.env.LAB_CACHE ? resolve(process.env.LAB_CACHE) : join(dataFolder(), "cache"));
}

/** The folder named by LAB_OUT that takes everything a chapter writes, or undefined for the usual places. */
export function outFolder(): string | undefined {
  return process.env.LAB_OUT ? resolve(process.env.LAB_OUT) : undefined;
}

/** `data/processed/`: the files that chapters hand to each other. Made when missing. */
export function processedFolder(): string {
  return made(join(outFolder() ?? dataFolder(), "processed"));
}

/** The write-up folder of a course. Made when missing. */
export function writeupFolder(course: string): string {
  return made(join(outFolder() ?? join(projectRoot(), "notebooks"), course, "writeup"));
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
