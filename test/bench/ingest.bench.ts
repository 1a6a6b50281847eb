/** Reading an archive: pure inflation, checked scan, ingest into the cache, questions to the cache; pandas as the peer. */
import { execFile, fork } from "node:child_process";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createInflateRaw } from "node:zlib";
import { openPromise } from "yauzl";
import { openArchive } from "../../lib/loaders/archive";
import { movielens } from "../../lib/loaders/movielens";
import {
  fullRatingSummary,
  ratingDistribution,
  ratingSample,
  sampleModulus,
} from "../../lib/panels";
import { type Bench, type BenchResult, bestSeconds } from "./bench";

const CACHED = join(__dirname, "ingestOnce.ts");

export const bench: Bench = async ({ archive, python, folder, note }) => {
  const entry = await ratingsEntry(archive);
  const inflating = await bestSeconds(3, () => inflateOnly(archive, entry));
  const counting = await bestSeconds(3, () => countBytes(archive, entry));
  const results: BenchResult[] = [
    {
      name: "checked scan that counts bytes, against pure inflation",
      value: counting / inflating,
      unit: "times the time",
      limit: { kind: "at most", value: 1.3 },
    },
  ];

  process.env.LAB_CACHE = join(folder, "cache");
  const ingest = await ingestOnce(archive);
  note(`ingest of ${ingest.rows.toLocaleString("en")} ratings: ${ingest.seconds.toFixed(2)} s`);
  results.push({
    name: "peak memory of the ingest",
    value: ingest.peakMegabytes,
    unit: "MB",
    limit: { kind: "at most", value: 1500 },
  });

  const data = await movielens({ archive });
  const { users } = await data.engine.row<{ users: number }>(
    "SELECT count(DISTINCT userId) AS users FROM ratings",
  );
  const sample = await ratingSample(data);
  const questions: Record<string, () => Promise<unknown>> = {
    "rows, users, movies, first and last time": () => fullRatingSummary(data, sample),
    "count of each rating": () => ratingDistribution(data, sample),
    "number of users": () => data.engine.rows("SELECT count(DISTINCT userId) FROM ratings"),
    "number of movies": () => data.engine.rows("SELECT count(DISTINCT movieId) FROM ratings"),
    "mean rating": () => data.engine.rows("SELECT avg(rating) FROM ratings"),
  };
  const answers = new Map<string, number>();
  for (const [name, ask] of Object.entries(questions)) answers.set(name, await bestSeconds(3, ask));
  data.engine.close();

  if (python === undefined) {
    for (const [name, seconds] of answers) {
      results.push({ name: `warm, all rows: ${name}`, value: seconds, unit: "s" });
    }
    note("pandas is compared with --peers");
  } else {
    const scan = await pandasScan(python, archive, entry, sampleModulus(users));
    note(`pandas' chunked scan: ${scan.seconds.toFixed(2)} s`);
    results.push({
      name: "speed of the ingest, against pandas' chunked scan",
      value: scan.seconds / ingest.seconds,
      unit: "times the speed",
      limit: { kind: "at least", value: 0.8 },
    });
    for (const [name, seconds] of answers) {
      results.push({
        name: `warm, all rows: ${name}, against that scan`,
        value: scan.seconds / seconds,
        unit: "times the speed",
        limit: { kind: "at least", value: 30 },
      });
    }
  }
  await rm(join(folder, "cache"), { recursive: true, force: true });
  return results;
};

async function ratingsEntry(path: string): Promise<string> {
  const archive = await openArchive(path);
  await archive.close();
  const found = archive.entries.find((entry) => entry.name.endsWith("ratings.csv"));
  if (!found) throw new Error(`${path} holds no ratings.csv.`);
  return found.name;
}

/** zlib and nothing else: no checksum, no check of sizes. */
async function inflateOnly(path: string, name: string): Promise<void> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== name) continue;
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const range = { start: fileDataStart, end: fileDataStart + entry.compressedSize - 1 };
    const source = createReadStream(path, { ...range, highWaterMark: 1 << 20 });
    for await (const _ of source.pipe(createInflateRaw({ chunkSize: 1 << 20 }))) {
      // Only the time counts.
    }
    break;
  }
  zip.close();
}

async function countBytes(path: string, entry: string): Promise<number> {
  const archive = await openArchive(path);
  let bytes = 0;
  for await (const chunk of archive.stream(entry)) bytes += chunk.length;
  await archive.close();
  return bytes;
}

/** Opens the archive in a fresh process, so that its peak memory is that of the ingest. */
function ingestOnce(
  archive: string,
): Promise<{ seconds: number; rows: number; peakMegabytes: number }> {
  return new Promise((resolve, reject) => {
    const child = fork(CACHED, [archive], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.once("message", (message) =>
      resolve(message as { seconds: number; rows: number; peakMegabytes: number }),
    );
    child.once("exit", (code) => reject(new Error(`The ingest ended with code ${code}.`)));
  });
}

async function pandasScan(
  python: string,
  archive: string,
  entry: string,
  modulus: number,
): Promise<{ seconds: number }> {
  const script = join(__dirname, "peers", "pandas_scan.py");
  const { stdout } = await promisify(execFile)(python, [script, archive, entry, String(modulus)]);
  return JSON.parse(stdout);
}
