/** `npm run bench`: runs test/bench and prints every result beside its limit. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, type BenchResult, keepsLimit } from "../../test/bench/bench";
import { dataFolder, projectRoot } from "../loaders";
import {
  embeddedKuaiRec,
  embeddedMovieLens,
  syntheticKuaiRec,
  syntheticMovieLens,
} from "../loaders/synthetic";
import { ensurePeers } from "../setup/peers.mjs";

const USAGE = `Usage: npm run bench [-- NAME ...] [--peers] [--archive ZIP] [--kuairec ZIP] [--full]
  NAME           some benchmarks (files of test/bench), by a part of their names
  --peers        compares with pandas, installed into the project's Python environment when it is missing
  --archive ZIP  measures on this MovieLens archive; default the embedded synthetic one
  --kuairec ZIP  measures on this KuaiRec archive; default the embedded synthetic one
  --full         measures on synthetic archives of full size (32,000,204 ratings; 12.5 million watches), made when they
                 are not there`;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      peers: { type: "boolean", default: false },
      archive: { type: "string" },
      kuairec: { type: "string" },
      full: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const given = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path);
  const archive = values.archive
    ? given(values.archive)
    : values.full
      ? await fullMovieLens()
      : await embeddedMovieLens();
  const kuairec = async () =>
    values.kuairec ? given(values.kuairec) : values.full ? fullKuaiRec() : embeddedKuaiRec();
  const python = values.peers ? await ensurePeers() : undefined;
  const files = benchFiles(positionals);
  if (files.length === 0) throw new Error(`No benchmark is called ${positionals.join(" or ")}.`);
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const note = (line: string) => console.log(`  ${line}`);
  let kept = true;
  try {
    console.log(`Measured on ${archive}`);
    for (const file of files) {
      console.log(`\n${file}`);
      const module: { bench: Bench } = await import(join(benchFolder(), file));
      const results = await module.bench({ archive, kuairec, python, folder, note });
      for (const result of results) console.log(`  ${resultText(result)}`);
      kept = results.every(keepsLimit) && kept;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return kept ? 0 : 1;
}

function benchFolder(): string {
  return join(projectRoot(), "test", "bench");
}

function benchFiles(words: readonly string[]): string[] {
  return readdirSync(benchFolder())
    .filter((name) => name.endsWith(".bench.ts"))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
}

function resultText(result: BenchResult): string {
  const { name, value, unit, limit } = result;
  const measured = `${value.toPrecision(3)} ${unit}`;
  if (!limit) return `${name}: ${measured}`;
  return `${keepsLimit(result) ? "kept  " : "MISSED"} ${name}: ${measured} (${limit.kind} ${limit.value})`;
}

async function fullMovieLens(): Promise<string> {
  const path = join(dataFolder(), "synthetic", "ml-synthetic-full.zip");
  if (existsSync(path)) return path;
  console.log("Making a synthetic archive of full size; this takes a few minutes");
  await syntheticMovieLens({ path, seed: 1, scale: "full" });
  return path;
}

async function fullKuaiRec(): Promise<string> {
  const path = join(dataFolder(), "synthetic", "kuairec-synthetic-full.zip");
  if (existsSync(path)) return path;
  console.log("Making a synthetic KuaiRec archive of full size; this takes a few minutes");
  await syntheticKuaiRec({ path, seed: 1, scale: "full" });
  return path;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 2;
  },
);
