/** Builds the user-day panel of a KuaiRec archive once, in a process of its own, and tells its parent what it took. */
import { sha256OfFile } from "../../lib/loaders/fileIdentity";
import { kuairec } from "../../lib/loaders/kuairec";
import {
  addFuture,
  addHistory,
  addTreatments,
  denseUserDays,
  flagWatches,
  userDayObserved,
  watchEvents,
} from "../../lib/panels";

async function main(archive: string): Promise<void> {
  // The checksum of an archive is remembered; the times do not include it.
  await sha256OfFile(archive);
  const started = performance.now();
  const data = await kuairec({ archive, engine: { memoryLimit: "1GB" } });
  await data.table("big_matrix");
  const read = performance.now();
  const events = await watchEvents(data, { matrix: "big_matrix", sorted: false });
  const sorted = performance.now();
  const observed = await userDayObserved(await flagWatches(events));
  const panel = await addFuture(await addHistory(await denseUserDays(observed)));
  const days = await addTreatments(panel);
  const done = performance.now();
  const { treated } = await days.engine.row<{ treated: number }>(
    `SELECT sum(treatment_high_intensity)::BIGINT AS treated FROM ${days.name}`,
  );
  process.send?.({
    rows: data.ingested("big_matrix")?.rows,
    userDays: await days.count(),
    treated,
    readSeconds: (read - started) / 1000,
    watchSeconds: (sorted - read) / 1000,
    panelSeconds: (done - sorted) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1000,
  });
  data.engine.close();
}

main(process.argv[2]!);
