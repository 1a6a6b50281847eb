/** The archives that stand in where no real one is: made once, on first use. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { progress } from "../../kernel/progress";
import { dataFolder, libraryVersion } from "../places";
import { syntheticKuaiRec } from "./kuaiRec";
import { kuaiRecSize } from "./kuaiRecSize";
import { kuaiRecParametersText } from "./kuaiRecTruth";
import { syntheticMovieLens } from "./movieLens";
import { movieLensSize } from "./movieLensSize";
import { parametersText } from "./movieLensTruth";

const SEED = 1;

/**
 * Path of the embedded MovieLens archive (a tenth of ML-32M, seed 1) in `data/synthetic`, made when it is not there, and
 * made again when the constants in its truth folder are not those of this library, which would draw other data.
 */
export async function embeddedMovieLens(): Promise<string> {
  const stem = join(dataFolder(), "synthetic", `ml-synthetic-${libraryVersion()}`);
  const path = `${stem}.zip`;
  const size = movieLensSize("embedded");
  const wanted = parametersText({ size, seed: SEED, version: libraryVersion() });
  const parameters = join(`${stem}.truth`, "parameters.json");
  if (existsSync(path) && existsSync(parameters) && readFileSync(parameters, "utf8") === wanted) {
    return path;
  }
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

/**
 * Path of the embedded KuaiRec archive (400 users in small_matrix.csv, seed 1) in `data/synthetic`, made when it is not
 * there, and made again when the constants in its truth folder are not those of this library, which would draw other data.
 */
export async function embeddedKuaiRec(): Promise<string> {
  const stem = join(dataFolder(), "synthetic", `kuairec-synthetic-${libraryVersion()}`);
  const path = `${stem}.zip`;
  const size = kuaiRecSize("embedded");
  const wanted = kuaiRecParametersText({ size, seed: SEED, version: libraryVersion() });
  const parameters = join(`${stem}.truth`, "parameters.json");
  if (existsSync(path) && existsSync(parameters) && readFileSync(parameters, "utf8") === wanted) {
    return path;
  }
  const bar = progress("Making synthetic KuaiRec data, because data/Kuairec holds no archive");
  try {
    const made = await syntheticKuaiRec({
      path,
      seed: SEED,
      onProgress: (done, total) => bar.update(done, `${Math.round((100 * done) / total)}%`),
    });
    bar.finish(
      `${made.smallRows.toLocaleString("en")} rows of ${made.smallUsers.toLocaleString("en")} users`,
    );
  } catch (error) {
    bar.fail();
    throw error;
  }
  return path;
}
