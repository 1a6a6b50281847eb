/** One ingest in a process of its own: `ingestOnce.ts ARCHIVE`, with LAB_CACHE naming an empty cache. */
import { sha256OfFile } from "../../lib/loaders/fileIdentity";
import { movielens } from "../../lib/loaders/movielens";

async function main(archive: string): Promise<void> {
  // The checksum of an archive is remembered; the time of the ingest does not include it.
  await sha256OfFile(archive);
  const started = performance.now();
  const data = await movielens({ archive });
  const seconds = (performance.now() - started) / 1000;
  const peakMegabytes = process.resourceUsage().maxRSS / 1000;
  process.send?.({ seconds, rows: data.ingest.ratings.rows, peakMegabytes });
}

main(process.argv[2]!);
