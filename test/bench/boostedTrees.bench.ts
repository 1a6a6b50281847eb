/** Boosted trees beside scikit-learn's: out-of-sample error and training time on the same data with the same settings. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { boostedTrees } from "../../lib/stats/boostedTrees";
import type { Features } from "../../lib/stats/features";
import { random } from "../../lib/stats/random";
import { type Bench, type BenchResult, bestSeconds } from "./bench";

type Task = "regression" | "classification";

interface Sample {
  readonly x: Features;
  readonly y: Float64Array;
}

interface Measured {
  readonly seconds: number;
  /** Root mean squared error, or log loss, on rows not learned from. */
  readonly error: number;
}

const TREES = 100;
/** Both are measured in turns, so that what else the machine does meets both; the shortest time of each counts. */
const ROUNDS = 3;
const RUNS = 2;
const SIZES = [
  { rows: 100_000, columns: 30 },
  { rows: 3_000, columns: 50 },
];

export const bench: Bench = async ({ python, folder, note }) => {
  const results: BenchResult[] = [];
  if (python === undefined) note("scikit-learn is compared with --peers");
  for (const { rows, columns } of SIZES) {
    for (const task of ["regression", "classification"] as const) {
      const train = simulated(rows, columns, task, 1);
      const test = simulated(20_000, columns, task, 2);
      const what = `${task}, ${rows.toLocaleString("en")} x ${columns}`;
      await writeSamples(folder, { train, test });
      let [ours, peer]: (Measured | undefined)[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        ours = shorter(ours, await measure(task, train, test));
        if (python) peer = shorter(peer, await measurePeer(python, folder, task, columns));
      }
      note(`${what}: ${ours!.seconds.toFixed(2)} s, error ${ours!.error.toFixed(4)}`);
      if (!peer) {
        results.push({ name: `training, ${what}`, value: ours!.seconds, unit: "s" });
        continue;
      }
      note(`scikit-learn: ${peer.seconds.toFixed(2)} s, error ${peer.error.toFixed(4)}`);
      results.push(
        {
          name: `out-of-sample error against scikit-learn, ${what}`,
          value: ours!.error / peer.error,
          unit: "times its error",
          limit: { kind: "at most", value: 1.02 },
        },
        {
          name: `training time against scikit-learn, ${what}`,
          value: ours!.seconds / peer.seconds,
          unit: "times its time",
          limit: { kind: "at most", value: 1.5 },
        },
      );
    }
  }
  return results;
};

/** Waves, steps and products of some columns; others are noise, and one value in ten is missing in every fifth column. */
function simulated(rows: number, columns: number, task: Task, seed: number): Sample {
  const draws = random(seed).fork(`boosted trees ${rows}`);
  const names = Array.from({ length: columns }, (_, j) => `x${j}`);
  const values = new Float64Array(rows * columns);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const own = values.subarray(i * columns, (i + 1) * columns);
    for (let j = 0; j < columns; j++) own[j] = draws.normal();
    const wave = Math.sin(2 * own[0]!) + 0.5 * own[1]! * Math.abs(own[2]!);
    const f = wave + (own[3]! > 0.5 ? 1 : 0) + 0.7 * own[4]! - 0.3 * own[5]! ** 2;
    for (let j = 0; j < columns; j += 5) if (draws.bernoulli(0.1)) own[j] = Number.NaN;
    y[i] = task === "regression" ? f + draws.normal() : Number(draws.bernoulli(logistic(f)));
  }
  return { x: { rows, names, values }, y };
}

function logistic(f: number): number {
  return 1 / (1 + Math.exp(-f));
}

async function measure(task: Task, train: Sample, test: Sample): Promise<Measured> {
  const learner = boostedTrees({ task, trees: TREES });
  const seconds = await bestSeconds(RUNS, async () => learner.fit(train.x, train.y));
  const predicted = learner.fit(train.x, train.y).predict(test.x);
  let loss = 0;
  for (let i = 0; i < test.y.length; i++) {
    const [y, p] = [test.y[i]!, predicted[i]!];
    loss += task === "regression" ? (y - p) ** 2 : -Math.log(y === 1 ? p : 1 - p);
  }
  const mean = loss / test.y.length;
  return { seconds, error: task === "regression" ? Math.sqrt(mean) : mean };
}

function shorter(one: Measured | undefined, other: Measured): Measured {
  return one && one.seconds < other.seconds ? one : other;
}

async function writeSamples(folder: string, samples: Readonly<Record<string, Sample>>) {
  for (const [name, { x, y }] of Object.entries(samples)) {
    await writeFile(join(folder, `${name}_x.bin`), x.values);
    await writeFile(join(folder, `${name}_y.bin`), y);
  }
}

async function measurePeer(
  python: string,
  folder: string,
  task: Task,
  columns: number,
): Promise<Measured> {
  const script = join(__dirname, "peers", "sklearn_boosting.py");
  const given = [script, folder, task, columns, TREES, RUNS].map(String);
  const { stdout } = await promisify(execFile)(python, given);
  return JSON.parse(stdout);
}
