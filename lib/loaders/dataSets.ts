/** The data sets the project knows: where they come from, where they lie, and how one tells that they are whole. */
import { rm, stat } from "node:fs/promises";
import { join, posix, relative } from "node:path";
import { type Archive, openArchive } from "./archive";
import { download, downloadText, partialPath } from "./download";
import { dataFolder, projectRoot } from "./places";

export interface DataSet {
  readonly name: string;
  readonly what: string;
  /** Page of the publisher, with licence and citation. */
  readonly page: string;
  readonly url: string;
  /** Where the publisher states the MD5 of the file, if it does. */
  readonly md5Url?: string;
  /** Folder and file name below `data/`. */
  readonly place: readonly [folder: string, file: string];
  /** Files that the archive must hold, in whatever folder. */
  readonly entries: readonly string[];
}

const MOVIELENS_FILES = ["ratings.csv", "movies.csv", "tags.csv", "links.csv"];

function movieLens(name: string, what: string, hasMd5: boolean): DataSet {
  const url = `https://files.grouplens.org/datasets/movielens/${name}.zip`;
  return {
    name,
    what,
    page: "https://grouplens.org/datasets/movielens/",
    url,
    ...(hasMd5 ? { md5Url: `${url}.md5` } : {}),
    place: ["movieLens", `${name}.zip`],
    entries: MOVIELENS_FILES,
  };
}

export const DATA_SETS: readonly DataSet[] = [
  movieLens("ml-latest-small", "MovieLens, 100,836 ratings of 610 users (2018), 1 MB", false),
  movieLens("ml-25m", "MovieLens, 25,000,095 ratings of 162,541 users (2019), 262 MB", true),
  movieLens("ml-32m", "MovieLens, 32,000,204 ratings of 200,948 users (2023), 239 MB", true),
  {
    name: "kuairec",
    what: "KuaiRec 2.0, watched short videos of 7,176 users (2020), 432 MB",
    page: "https://kuairec.com",
    url: "https://zenodo.org/api/records/18164998/files-archive",
    place: ["Kuairec", "18164998.zip"],
    entries: ["KuaiRec.zip"],
  },
];

/** @throws Error listing the names there are. */
export function dataSet(name: string): DataSet {
  const found = DATA_SETS.find((one) => one.name === name);
  if (found) return found;
  const names = DATA_SETS.map((one) => one.name).join(", ");
  throw new Error(`There is no data set "${name}". Known are: ${names}.`);
}

/** Where the archive of a data set lies, or would lie. */
export function archivePath(set: DataSet): string {
  return join(dataFolder(), ...set.place);
}

export type DataSetState =
  | { readonly state: "missing" }
  | { readonly state: "partial"; readonly bytes: number }
  | { readonly state: "there"; readonly bytes: number }
  | { readonly state: "damaged"; readonly bytes: number; readonly reason: string };

/** What lies at the data set's place. Reads the archive's directory only; {@link checkDataSet} reads all of it. */
export async function dataSetState(set: DataSet): Promise<DataSetState> {
  const path = archivePath(set);
  const bytes = await sizeOf(path);
  if (bytes === undefined) {
    const arrived = await sizeOf(partialPath(path));
    return arrived === undefined ? { state: "missing" } : { state: "partial", bytes: arrived };
  }
  try {
    const archive = await openArchive(path);
    await archive.close();
    assertEntries(set, archive);
    return { state: "there", bytes };
  } catch (error) {
    return { state: "damaged", bytes, reason: (error as Error).message };
  }
}

/** Reads every entry and compares sizes and checksums. @throws ArchiveError naming what is wrong. */
export async function checkDataSet(
  set: DataSet,
  options: { onProgress?: (bytesDone: number, bytes: number) => void } = {},
): Promise<void> {
  const archive = await openArchive(archivePath(set));
  try {
    assertEntries(set, archive);
    const bytes = archive.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let done = 0;
    for (const entry of archive.entries) {
      for await (const chunk of archive.stream(entry.name)) {
        done += chunk.length;
        options.onProgress?.(done, bytes);
      }
    }
  } finally {
    await archive.close();
  }
}

/**
 * Downloads the archive to its place, going on where an earlier attempt stopped, and checks it.
 * @throws DownloadError; Error naming what is wrong with the content, which is removed then
 */
export async function getDataSet(
  set: DataSet,
  options: { onProgress?: (bytesDone: number, bytes: number | undefined) => void } = {},
): Promise<void> {
  const stated = set.md5Url ? await downloadText(set.md5Url) : undefined;
  const md5 = /[0-9a-f]{32}/i.exec(stated ?? "")?.[0];
  await download(set.url, archivePath(set), { md5, onProgress: options.onProgress });
  try {
    await checkDataSet(set);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    await rm(archivePath(set), { force: true });
    const reason = (error as Error).message;
    throw new Error(`What came from ${set.url} is not usable and was removed: ${reason}`, {
      cause: error,
    });
  }
}

/** How to place the file by hand. */
export function byHand(set: DataSet): string {
  const place = relative(projectRoot(), archivePath(set));
  return `Fetch ${set.url} with any browser and save it as ${place}. Do not unpack it.`;
}

function assertEntries(set: DataSet, archive: Archive): void {
  const names = archive.entries.map((entry) => entry.name);
  const files = new Set(names.map((name) => posix.basename(name)));
  const lacking = set.entries.filter((file) => !files.has(file));
  if (lacking.length === 0) return;
  throw new Error(
    `${archive.name} is not ${set.name}: it lacks ${lacking.join(", ")}. It holds ${names.slice(0, 8).join(", ")}.`,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
