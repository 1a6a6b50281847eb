/** `npm run data`: which data sets are there; `-- get NAME` downloads one, `-- check NAME` reads one to its end. */
import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { progress } from "../kernel/progress";
import { dataFolder, projectRoot } from "../loaders";
import {
  archivePath,
  byHand,
  checkDataSet,
  DATA_SETS,
  type DataSetState,
  dataSet,
  dataSetState,
  getDataSet,
} from "../loaders/dataSets";

const USAGE = `Usage:
  npm run data                     lists the data sets and their state
  npm run data -- get NAME         downloads one (goes on where an earlier download stopped) and checks it
  npm run data -- check NAME       reads an archive to its end and compares sizes and checksums
Names: ${DATA_SETS.map((set) => set.name).join(", ")}`;

async function main([command, name, ...rest]: string[]): Promise<void> {
  if (command === undefined) return list();
  if (command === "--help" || command === "-h") return console.log(USAGE);
  if ((command !== "get" && command !== "check") || name === undefined || rest.length > 0) {
    throw new Error(
      `"${[command, name, ...rest].filter(Boolean).join(" ")}" is not understood.\n${USAGE}`,
    );
  }
  return command === "get" ? get(name) : check(name);
}

async function list(): Promise<void> {
  for (const set of DATA_SETS) {
    const state = await dataSetState(set);
    console.log(`${set.name.padEnd(16)} ${stateText(state)}`);
    console.log(
      `${" ".repeat(17)}${set.what}. Place: ${relative(projectRoot(), archivePath(set))}`,
    );
    if (state.state !== "there") console.log(`${" ".repeat(17)}${byHand(set)}`);
  }
  console.log(`${"synthetic data".padEnd(16)} ${syntheticText()}`);
  console.log(`\nDownload one with "npm run data -- get ml-latest-small".`);
  console.log(
    `Chapters use the largest zip in data/movieLens, whatever its name; without one, synthetic data.`,
  );
  console.log(
    `Licences and citations: ${[...new Set(DATA_SETS.map((set) => set.page))].join(", ")}`,
  );
}

function stateText(state: DataSetState): string {
  switch (state.state) {
    case "missing":
      return "missing";
    case "partial":
      return `partly downloaded, ${megabytes(state.bytes)}`;
    case "there":
      return `there, ${megabytes(state.bytes)}`;
    case "damaged":
      return `damaged, ${megabytes(state.bytes)}: ${state.reason}`;
  }
}

function syntheticText(): string {
  const folder = join(dataFolder(), "synthetic");
  const archives = listFolder(folder).filter((file) => file.endsWith(".zip"));
  if (archives.length === 0) return "made when a chapter needs it, in data/synthetic";
  const sizes = archives.map((file) => `${file} (${megabytes(statSync(join(folder, file)).size)})`);
  return `there: ${sizes.join(", ")}`;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

async function get(name: string): Promise<void> {
  const set = dataSet(name);
  const state = await dataSetState(set);
  if (state.state === "there") {
    console.log(`${name} is there already. "npm run data -- check ${name}" reads it to its end.`);
    return;
  }
  const bar = progress(`Downloading ${name}`);
  try {
    await getDataSet(set, {
      onProgress: (done, total) => bar.update(done, shareText(done, total)),
    });
  } catch (error) {
    bar.fail();
    throw new Error(`${(error as Error).message}\nBy hand: ${byHand(set)}`, { cause: error });
  }
  bar.finish("whole, sizes and checksums are right");
}

async function check(name: string): Promise<void> {
  const set = dataSet(name);
  const bar = progress(`Checking ${name}`);
  try {
    await checkDataSet(set, {
      onProgress: (done, total) => bar.update(done, shareText(done, total)),
    });
  } catch (error) {
    bar.fail();
    throw error;
  }
  bar.finish("whole, sizes and checksums are right");
}

function shareText(done: number, total: number | undefined): string {
  return total === undefined ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
