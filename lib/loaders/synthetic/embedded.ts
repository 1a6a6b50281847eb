/** The archives that stand in where no real one is: made once, on first use. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { progress } from "../../kernel/progress";
import { dataFolder, libraryVersion } from "../places";
import { syntheticMovieLens } from "./movieLens";

const SEED = 1;

/**
 * Path of the embedded MovieLens archive (a tenth of ML-32M, seed 1) in `data/synthetic`, made when it is not there.
 * The library's version is part of its name, because another version may draw other data.
 */
export async function embeddedMovieLens(): Promise<string> {
  const path = join(dataFolder(), "synthetic", `ml-synthetic-${libraryVersion()}.zip`);
  if (existsSync(path)) return path;
  const bar = progress("Making synthetic MovieLens data, because data/movieLens holds no archive");
  try {
    const made = await syntheticMovieLens({
      path,
      seed: SEED,
      onProgress: (done, total) => bar.update(done, `${Math.round((100 * done) / total)}%`),
    });
    bar.finish(
      `${made.ratings.toLocaleString("en")} ratings of ${made.users.toLocaleString("en")} users`,
    );
  } catch (error) {
    bar.fail();
    throw error;
  }
  return path;
}
