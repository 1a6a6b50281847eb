/**
 * KuaiRec: who watched which short video for how long, with features of users and videos. An archive within an archive.
 * Source: Gao et al. 2022, doi 10.1145/3511808.3557220. Durations are in milliseconds, `timestamp` in Unix seconds (UTC),
 * `time` and `date` in China's local time, eight hours ahead.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, dirname, join, posix, resolve } from "node:path";
import { type Archive, ArchiveError, openArchive, openNestedArchive } from "./archive";
import { withoutBareReturns } from "./bareReturns";
import { CsvError } from "./csvSchema";
import type { DataSource } from "./dataSource";
import { type Engine, type EngineOptions, openEngine, type Relation } from "./engine";
import { sha256OfFile } from "./fileIdentity";
import { type IngestReport, ingestedReport, ingestedRows } from "./ingest";
import { ingestWithProgress } from "./ingestWithProgress";
import { INNER_ARCHIVE, INNER_FOLDER, KUAIREC_FILES, type KuaiRecTable } from "./kuairecFiles";
import { cacheFolder, dataFolder } from "./places";
import { writeWhole } from "./temporary";

/** A file or folder of an archive. */
export interface ArchiveMember {
  readonly member: string;
  /** Bytes after inflation; 0 for a folder. */
  readonly bytes: number;
}

export interface KuaiRec {
  readonly source: DataSource;
  /** Absolute path of the outer archive. */
  readonly path: string;
  /** What the outer archive holds. */
  readonly outer: readonly ArchiveMember[];
  /** What `KuaiRec.zip` inside it holds. */
  readonly inner: readonly ArchiveMember[];
  readonly engine: Engine;
  /**
   * A table, rows in the order of its file. It is read into the Parquet cache when it is first asked for: a second or
   * two for small_matrix, longer for big_matrix, and a moment ever after.
   * @throws ArchiveError, CsvError: one sentence with file, entry and row
   */
  table(name: KuaiRecTable): Promise<Relation>;
  /** Rows read and bad rows of a table, once it was asked for. */
  ingested(name: KuaiRecTable): IngestReport | undefined;
}

export interface KuaiRecOptions {
  /** Path of the outer zip. Default: LAB_KUAIREC, else data/Kuairec/18164998.zip, else synthetic data. */
  readonly archive?: string;
  /** What to do with rows that cannot be read. Default `error`. */
  readonly onBadRow?: "error" | "skip";
  /** Limits of the engine that answers questions. */
  readonly engine?: EngineOptions;
}

/** Raised when the way rows are stored changes, so that old caches are not read. */
const CACHE_VERSION = 1;

const SYNTHETIC_MARK = /^\s*(?:#\s*)?synthetic data/i;

/** Opens a KuaiRec archive: checks both levels and hands out its tables, each read when it is asked for. */
export async function kuairec(options: KuaiRecOptions = {}): Promise<KuaiRec> {
  const path = resolve(options.archive ?? (await defaultArchive()));
  if (!existsSync(path)) {
    throw new ArchiveError(`${path} is not there. Check the path, or see "npm run data".`);
  }
  const sha256 = await sha256OfFile(path);
  const cache = join(cacheFolder(), `kuairec-${sha256.slice(0, 16)}-v${CACHE_VERSION}`);
  const { outer, inner, readme } = await inventory(path, cache);
  const engine = await openEngine(options.engine);
  const opened = new Map<KuaiRecTable, Promise<Relation>>();
  const reports = new Map<KuaiRecTable, IngestReport>();
  const open = async (name: KuaiRecTable) => {
    const folder = join(cache, name);
    const known = await ingestedReport(folder, options);
    reports.set(name, known ?? (await readTable(path, name, folder, options)));
    const relation = await engine.view(name, ingestedRows(folder));
    await assertKeyIsUnique(relation, name, path);
    return relation;
  };
  return {
    source: describeSource(path, sha256, readme),
    path,
    outer,
    inner,
    engine,
    table(name) {
      if (!(name in KUAIREC_FILES)) {
        const names = Object.keys(KUAIREC_FILES).join(", ");
        throw new Error(`KuaiRec has no table "${name}". It has ${names}.`);
      }
      const known = opened.get(name) ?? open(name);
      opened.set(name, known);
      // What failed or was interrupted may be asked for again.
      known.catch(() => opened.delete(name));
      return known;
    },
    ingested: (name) => reports.get(name),
  };
}

/**
 * Name of the data set in an outer archive: `kuairec`, or `kuairec-synthetic` where its README says so.
 * @throws ArchiveError when the archive holds no KuaiRec.zip
 */
export async function kuaiRecName(path: string): Promise<string> {
  const archive = await openArchive(path);
  try {
    innerEntry(archive);
    return SYNTHETIC_MARK.test(await readmeOf(archive)) ? "kuairec-synthetic" : "kuairec";
  } finally {
    await archive.close();
  }
}

interface Inventory {
  readonly outer: readonly ArchiveMember[];
  readonly inner: readonly ArchiveMember[];
  readonly readme: string;
}

/** What both levels hold. Kept in the cache: a deflated inner archive takes seconds to open. */
async function inventory(path: string, cache: string): Promise<Inventory> {
  const file = join(cache, "inventory.json");
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known);
  const found = await withBothLevels(path, async (outer, inner) => {
    assertFiles(inner);
    return { outer: membersOf(outer), inner: membersOf(inner), readme: await readmeOf(outer) };
  });
  await mkdir(dirname(file), { recursive: true });
  await writeWhole(file, `${JSON.stringify(found, null, 2)}\n`);
  return found;
}

async function withBothLevels<T>(
  path: string,
  work: (outer: Archive, inner: Archive) => Promise<T>,
): Promise<T> {
  const outer = await openArchive(path);
  try {
    const inner = await openNestedArchive(outer, innerEntry(outer));
    try {
      return await work(outer, inner);
    } finally {
      await inner.close();
    }
  } finally {
    await outer.close();
  }
}

function innerEntry(outer: Archive): string {
  const found = outer.entries.find((entry) => posix.basename(entry.name) === INNER_ARCHIVE);
  if (found) return found.name;
  const names = outer.entries.map((entry) => entry.name);
  const advice = names.some((name) => name.endsWith("small_matrix.csv"))
    ? "This looks like the inner archive: give the one that holds it."
    : 'KuaiRec comes as a zip that holds it ("npm run data" says where to get it).';
  throw new ArchiveError(
    `${outer.name} holds no ${INNER_ARCHIVE}. It holds: ${names.slice(0, 12).join(", ") || "nothing"}. ${advice}`,
  );
}

function assertFiles(inner: Archive): void {
  const names = new Set(inner.entries.map((entry) => entry.name));
  const missing = (["small_matrix", "user_features", "item_categories"] as const)
    .map((table) => INNER_FOLDER + KUAIREC_FILES[table].file)
    .filter((name) => !names.has(name));
  if (missing.length === 0) return;
  throw new ArchiveError(
    `${inner.name} lacks ${missing.join(", ")}. It holds: ${[...names].slice(0, 12).join(", ") || "nothing"}. ` +
      "Check that this is KuaiRec 2.0.",
  );
}

function membersOf(archive: Archive): ArchiveMember[] {
  return [
    ...archive.folders.map((member) => ({ member, bytes: 0 })),
    ...archive.entries.map((entry) => ({ member: entry.name, bytes: entry.bytes })),
  ];
}

async function readmeOf(outer: Archive): Promise<string> {
  const has = outer.entries.some((entry) => entry.name === "README.txt");
  return has ? outer.text("README.txt") : "";
}

function readTable(
  path: string,
  name: KuaiRecTable,
  folder: string,
  options: KuaiRecOptions,
): Promise<IngestReport> {
  const { file, schema, otherColumns, hasBareReturns } = KUAIREC_FILES[name];
  return withBothLevels(path, (_, inner) =>
    ingestWithProgress(
      hasBareReturns ? withoutBareReturns(inner) : inner,
      INNER_FOLDER + file,
      schema,
      folder,
      { onBadRow: options.onBadRow, otherColumns },
    ),
  );
}

/** A key that stands twice would double rows in every join, in silence. */
async function assertKeyIsUnique(
  relation: Relation,
  name: KuaiRecTable,
  path: string,
): Promise<void> {
  const { file, key } = KUAIREC_FILES[name];
  if (key === undefined) return;
  const [twice] = await relation.engine.rows<{ value: number; n: number; keys: number }>(
    `SELECT ${key} AS value, count(*) AS n, count(*) OVER () AS keys FROM ${relation.name}
     GROUP BY ${key} HAVING count(*) > 1 ORDER BY ${key} LIMIT 1`,
  );
  if (!twice) return;
  const more = twice.keys > 1 ? ` (and ${twice.keys - 1} more repeat)` : "";
  throw new CsvError(
    `${basename(path)} > ${INNER_ARCHIVE}, entry ${INNER_FOLDER}${file}: ${key} ${twice.value} stands in ${twice.n} ` +
      `rows${more}. Each ${key} may have one row, or joins would repeat what belongs to it. Mend the file.`,
  );
}

function describeSource(path: string, sha256: string, readme: string): DataSource {
  const synthetic = SYNTHETIC_MARK.test(readme);
  const seed = /seed:?\s+(\d+)/i.exec(readme)?.[1];
  return {
    dataset: synthetic ? "kuairec-synthetic" : "kuairec",
    synthetic,
    archive: basename(path),
    sha256,
    ...(synthetic && seed ? { seed: Number(seed) } : {}),
  };
}

async function defaultArchive(): Promise<string> {
  if (process.env.LAB_KUAIREC) return process.env.LAB_KUAIREC;
  const placed = join(dataFolder(), "Kuairec", "18164998.zip");
  return existsSync(placed) ? placed : syntheticArchive();
}

async function syntheticArchive(): Promise<string> {
  const { embeddedKuaiRec } = await import("./synthetic");
  return embeddedKuaiRec();
}
