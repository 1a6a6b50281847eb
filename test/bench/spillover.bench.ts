/** The Monte-Carlo study of the spillover course on 3,000 slates: replications a second with all cores, and one thread's time. */
import { join } from "node:path";
import { monteCarlo, readSlates, type Slates } from "../../lib/causal/spillover";
import { monteCarloReplication } from "../../lib/causal/spillover/monteCarloReplication";
import { movielens } from "../../lib/loaders";
import * as panels from "../../lib/panels";
import { type Bench, type BenchResult, bestSeconds } from "./bench";

/** The limit is for the course's number of slates; other archives are measured and only reported. */
const SLATES = 3000;
const REPLICATIONS = 300;
const SEED = 1;

export const bench: Bench = async ({ archive, folder, note }) => {
  const slates = await slatesOf(archive, join(folder, "cache-spillover"));
  note(`${slates.count.toLocaleString("en")} slates, ${slates.rows.toLocaleString("en")} items`);
  // Starting the threads and what each works out once are part of it.
  const seconds = await bestSeconds(2, () =>
    monteCarlo(slates, { seed: SEED, replications: REPLICATIONS }),
  );
  const results: BenchResult[] = [
    {
      name: "replications of the whole pipeline, all cores",
      value: REPLICATIONS / seconds,
      unit: "a second",
      ...(slates.count === SLATES ? { limit: { kind: "at least", value: 20 } } : {}),
    },
    { name: "one replication, one thread", value: threadMilliseconds(slates), unit: "ms of CPU" },
  ];
  return results;
};

/** The slates of chapter 01. */
async function slatesOf(archive: string, cache: string): Promise<Slates> {
  const before = process.env.LAB_CACHE;
  process.env.LAB_CACHE = cache;
  const data = await movielens({ archive });
  try {
    const catalog = await panels.movieCatalog(data);
    const enriched = await panels.enrichRatings(await panels.ratingSample(data), catalog);
    const users = await panels.userFeatures(enriched);
    const features = await panels.itemFeatures(enriched, catalog);
    const items = await panels.interferenceItems(features);
    const seed = await panels.slateSeed(enriched, users);
    return await readSlates(await panels.slateContext(seed, items, users));
  } finally {
    data.engine.close();
    if (before === undefined) delete process.env.LAB_CACHE;
    else process.env.LAB_CACHE = before;
  }
}

/** Mean CPU time of a replication once the code is warm. */
function threadMilliseconds(slates: Slates): number {
  const shared = { slates, seed: SEED };
  for (let r = 0; r < 20; r++) monteCarloReplication(r, shared);
  const started = process.cpuUsage();
  for (let r = 20; r < 80; r++) monteCarloReplication(r, shared);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000 / 60;
}
