/**
 * `npm run verify`: runs the chapters that have published tables on the real archive and compares every value, row by
 * row. Without the real archive it says so and compares nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ArchiveError, kuaiRecName, openArchive } from "../loaders";
import { archivePath, dataSet, dataSetState } from "../loaders/dataSets";
import { movieLensName } from "../loaders/movielens";
import { runNotebooks } from "./notebooks";
import {
  compareTable,
  disagreementText,
  type PublishedChapter,
  publishedChapters,
  readTableFile,
} from "./published";

const USAGE = `Usage: npm run verify [-- --movielens path/to/ml-32m.zip --kuairec path/to/18164998.zip]
Compares the published tables of the courses with the project's own results. Needs the data set they were computed on.`;

/** Lines shown of a table that disagrees. */
const SHOWN = 10;

export interface VerifyOptions {
  /** Archive to take in place of data/movieLens/ml-32m.zip. */
  readonly movielens?: string;
  /** Archive to take in place of data/Kuairec/18164998.zip. */
  readonly kuairec?: string;
  readonly write: (line: string) => void;
  readonly chapters?: readonly PublishedChapter[];
}

/**
 * Returns whether nothing disagreed. Where the data set is not there, nothing is compared, and that is said.
 * @throws Error when the archive that was asked for is not there, or the one in place is damaged
 */
export async function verify(options: VerifyOptions): Promise<boolean> {
  let allAgree = true;
  for (const chapter of options.chapters ?? publishedChapters()) {
    const kind = kindOf(chapter.dataset);
    const archive = options[kind] ?? (await archiveInPlace(chapter.dataset));
    const name = `${chapter.course}/${chapter.chapter}`;
    if (archive === undefined) {
      options.write(
        `${name}: not compared, ${chapter.dataset} is not there. "npm run data -- get ${chapter.dataset}" fetches it.`,
      );
      continue;
    }
    const held = await (kind === "kuairec" ? heldKuaiRec(archive) : heldMovieLens(archive));
    if (held !== chapter.dataset) {
      options.write(
        `${name}: not compared, the values were published for ${chapter.dataset} and ${archive} holds ${held}.`,
      );
      continue;
    }
    allAgree = (await verifyChapter(chapter, name, { [kind]: archive }, options.write)) && allAgree;
  }
  return allAgree;
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

async function verifyChapter(
  chapter: PublishedChapter,
  name: string,
  archives: { readonly movielens?: string; readonly kuairec?: string },
  write: (line: string) => void,
): Promise<boolean> {
  const out = mkdtempSync(join(tmpdir(), "verify-"));
  try {
    write(`${name}: running on ${Object.values(archives).join(", ")}`);
    const screen = { write: () => {}, live: false, columns: 100 };
    const { outcome } = await runNotebooks({ names: [name], ...archives, out, screen });
    if (outcome !== "done") {
      write(
        `${name}: the chapter did not run to its end. "npm run notebooks -- ${name}" shows why.`,
      );
      return false;
    }
    return compareChapter(chapter, name, join(out, chapter.course, "writeup", "tables"), write);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Compares all tables of a chapter with the files in a folder. */
export function compareChapter(
  chapter: PublishedChapter,
  name: string,
  tables: string,
  write: (line: string) => void,
): boolean {
  let values = 0;
  let wrong = 0;
  for (const published of chapter.tables) {
    const rows = readTableFile(join(tables, `${chapter.chapter}_${published.table}.csv`));
    const comparison = compareTable(published, rows);
    values += comparison.values;
    wrong += comparison.disagreements.length;
    const agreeing = comparison.values - comparison.disagreements.length;
    write(`${name} ${published.table}: ${agreeing} of ${comparison.values} values agree`);
    for (const found of comparison.disagreements.slice(0, SHOWN)) {
      write(`  ${disagreementText(found)}`);
    }
    const hidden = comparison.disagreements.length - SHOWN;
    if (hidden > 0) write(`  and ${hidden} more`);
  }
  write(`${name}: ${values - wrong} of ${values} published values agree`);
  return wrong === 0;
}

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      movielens: { type: "string" },
      kuairec: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const folder = process.env.INIT_CWD ?? process.cwd();
  const movielens = values.movielens && resolve(folder, values.movielens);
  const kuairec = values.kuairec && resolve(folder, values.kuairec);
  return (await verify({ movielens, kuairec, write: (line) => console.log(line) })) ? 0 : 1;
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
