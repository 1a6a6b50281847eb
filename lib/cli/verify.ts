/**
 * `npm run verify`: runs the chapters that have published tables on the real archive and holds every value against the
 * project's own results, row by row. Without the real archive it says so and compares nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ArchiveError, kuaiRecName, openArchive } from "../loaders";
import { archivePath, dataSet, dataSetState } from "../loaders/dataSets";
import { movieLensName } from "../loaders/movielens";
import { projectRoot } from "../loaders/places";
import { type ChapterFile, chapters as chaptersIn } from "./chapters";
import { runNotebooks } from "./notebooks";
import { type PublishedChapter, publishedChapters } from "./published";
import { compareChapter, needsSeeds } from "./verifyReport";
import { type SeedTables, seedTables, slatesLeftIn } from "./verifySampled";

const USAGE = `Usage: npm run verify [-- [COURSE | COURSE/NN]... --movielens path/to/ml-32m.zip --kuairec path/to/18164998.zip --replications 40]
Compares the published tables of the courses with the project's own results. Needs the data set they were computed on.
  COURSE/NN       some chapters; those before them run as well, since they write what the later ones read
  --replications  seeds that values which depend on random draws are held against`;

export interface VerifyOptions {
  /** Archive to take in place of data/movieLens/ml-32m.zip. */
  readonly movielens?: string;
  /** Archive to take in place of data/Kuairec/18164998.zip. */
  readonly kuairec?: string;
  /** Seeds for values that depend on random draws. Default 40. */
  readonly replications?: number;
  readonly write: (line: string) => void;
  /** Default: all that were published. */
  readonly chapters?: readonly PublishedChapter[];
}

/**
 * Returns whether nothing disagreed. Where the data set is not there, nothing is compared, and that is said.
 * @throws Error when the archive that was asked for is not there, or the one in place is damaged
 */
export async function verify(options: VerifyOptions): Promise<boolean> {
  const published = options.chapters ?? publishedChapters();
  let allAgree = true;
  for (const course of new Set(published.map((chapter) => chapter.course))) {
    const own = published.filter((chapter) => chapter.course === course);
    // The chapters of a course are about one data set.
    const archive = await archiveFor(own, options);
    if (archive === undefined) continue;
    allAgree = (await verifyCourse(own, archive, options)) && allAgree;
  }
  return allAgree;
}

/** The archive that holds the data of a course's chapters; says why not where there is none. */
async function archiveFor(
  own: readonly PublishedChapter[],
  options: VerifyOptions,
): Promise<string | undefined> {
  const { dataset } = own[0]!;
  const kind = kindOf(dataset);
  const archive = options[kind] ?? (await archiveInPlace(dataset));
  const skip = (reason: string) => {
    for (const chapter of own) options.write(`${nameOf(chapter)}: not compared, ${reason}`);
    return undefined;
  };
  if (archive === undefined) {
    return skip(`${dataset} is not there. "npm run data -- get ${dataset}" fetches it.`);
  }
  const held = await (kind === "kuairec" ? heldKuaiRec(archive) : heldMovieLens(archive));
  if (held !== dataset) {
    return skip(`the values were published for ${dataset} and ${archive} holds ${held}.`);
  }
  return archive;
}

function nameOf({ course, chapter }: PublishedChapter): string {
  return `${course}/${chapter}`;
}

/** @throws Error when an archive lies there that is not whole */
async function archiveInPlace(dataset: string): Promise<string | undefined> {
  const set = dataSet(dataset);
  const found = await dataSetState(set);
  if (found.state === "damaged") throw new Error(`${archivePath(set)} is damaged: ${found.reason}`);
  return found.state === "there" ? archivePath(set) : undefined;
}

/** Which option names the archive of a data set. */
function kindOf(dataset: string): "movielens" | "kuairec" {
  return dataset === "kuairec" ? "kuairec" : "movielens";
}

async function heldKuaiRec(path: string): Promise<string> {
  try {
    return await kuaiRecName(path);
  } catch (error) {
    if (error instanceof ArchiveError && error.message.includes("holds no"))
      return "no KuaiRec data";
    throw error;
  }
}

async function heldMovieLens(path: string): Promise<string> {
  const archive = await openArchive(path);
  try {
    return movieLensName(archive, path);
  } catch (error) {
    if (error instanceof ArchiveError) return "no MovieLens data";
    throw error;
  } finally {
    await archive.close();
  }
}

/** Runs a course up to the last of these chapters, once, and compares those that ran. */
async function verifyCourse(
  own: readonly PublishedChapter[],
  archive: string,
  { write, replications }: VerifyOptions,
): Promise<boolean> {
  const { course, dataset } = own[0]!;
  const last = own.map(({ chapter }) => chapter).reduce((a, b) => (a > b ? a : b));
  const files = chaptersIn(join(projectRoot(), "notebooks")).filter(
    (file) => file.course === course && file.number <= last,
  );
  const out = mkdtempSync(join(tmpdir(), "verify-"));
  try {
    const done = await ran(files, { [kindOf(dataset)]: archive, out }, write);
    let seeds: SeedTables | undefined;
    if (own.some((chapter) => needsSeeds(chapter) && done.has(chapter.chapter))) {
      write(`${course}: the published experiment over seeds`);
      seeds = seedTables(await slatesLeftIn(join(out, "processed")), { replications });
    }
    let allAgree = true;
    for (const chapter of own) {
      const name = nameOf(chapter);
      if (done.has(chapter.chapter)) {
        const tables = join(out, course, "writeup", "tables");
        allAgree = compareChapter(chapter, { name, tables, seeds, write }) && allAgree;
        continue;
      }
      allAgree = false;
      write(
        files.some(({ number }) => number === chapter.chapter)
          ? `${name}: not compared, the chapters did not run that far. "npm run notebooks -- ${course}" shows why.`
          : `${name}: not compared, there is no such notebook.`,
      );
    }
    return allAgree;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Runs notebooks until one fails. Returns the numbers of those that ran to their end. */
async function ran(
  files: readonly ChapterFile[],
  request: { readonly movielens?: string; readonly kuairec?: string; readonly out: string },
  write: (line: string) => void,
): Promise<Set<string>> {
  const done = new Set<string>();
  const screen = { write: () => {}, live: false, columns: 100 };
  for (const { course, number, title } of files) {
    write(`${course}/${title}: running on ${request.movielens ?? request.kuairec}`);
    const { outcome } = await runNotebooks({ names: [`${course}/${title}`], ...request, screen });
    if (outcome !== "done") break;
    done.add(number);
  }
  return done;
}

/**
 * The published chapters that these names mean, `course` or `course/01`; all without names.
 * @throws Error naming what there is, for another name
 */
export function chosenPublished(names: readonly string[]): PublishedChapter[] {
  const all = publishedChapters();
  const means = (name: string, one: PublishedChapter) => [one.course, nameOf(one)].includes(name);
  for (const name of names) {
    if (all.some((one) => means(name, one))) continue;
    throw new Error(`Nothing is published of "${name}". There are: ${all.map(nameOf).join(", ")}.`);
  }
  return names.length === 0 ? all : all.filter((one) => names.some((name) => means(name, one)));
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      movielens: { type: "string" },
      kuairec: { type: "string" },
      replications: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const folder = process.env.INIT_CWD ?? process.cwd();
  const agree = await verify({
    movielens: values.movielens && resolve(folder, values.movielens),
    kuairec: values.kuairec && resolve(folder, values.kuairec),
    replications: values.replications === undefined ? undefined : Number(values.replications),
    chapters: chosenPublished(positionals),
    write: (line) => console.log(line),
  });
  return agree ? 0 : 1;
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      console.error(error.message);
      process.exitCode = 2;
    },
  );
}
