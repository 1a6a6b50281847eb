/** Logistic regression beside scikit-learn's and statsmodels' on the same data. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { glm } from "../../lib/stats/glm";
import { random } from "../../lib/stats/random";
import { type Bench, type BenchResult, bestSeconds } from "./bench";

interface Sample {
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly outcome: Float64Array;
}

interface Measured {
  readonly seconds: number;
  readonly slopes: readonly number[];
}

const ROWS = 450_000;
const COLUMNS = 30;
/** All are measured in turns, so that what else the machine does meets all; the shortest time of each counts. */
const ROUNDS = 3;
const RUNS = 2;
/**
 * The correlation of each column with the one before: as lags and sums of past days have it; and none, on which lbfgs needs
 * fewest steps, as it then has next to nothing to learn of the curvature.
 */
const DESIGNS = [
  { title: "columns like lags", correlation: 0.8, isLimited: true },
  { title: "independent columns", correlation: 0, isLimited: false },
];

export const bench: Bench = async ({ python, folder, note }) => {
  const results: BenchResult[] = [];
  if (python === undefined) note("scikit-learn and statsmodels are compared with --peers");
  for (const { title, correlation, isLimited } of DESIGNS) {
    const sample = simulated(correlation);
    if (python) await writeSample(folder, sample);
    let ours: Measured | undefined;
    const peers: Record<string, Measured> = {};
    for (let round = 0; round < ROUNDS; round++) {
      ours = shorter(ours, await measure(sample));
      if (!python) continue;
      for (const [name, measured] of Object.entries(await measurePeers(python, folder))) {
        peers[name] = shorter(peers[name], measured);
      }
    }
    const what = `logistic regression, ${ROWS.toLocaleString("en")} x ${COLUMNS}, ${title}`;
    note(`${what}: ${ours!.seconds.toFixed(2)} s`);
    for (const [name, { seconds, slopes }] of Object.entries(peers)) {
      const far = Math.max(...slopes.map((b, k) => Math.abs(b - ours!.slopes[k]!)));
      note(`${name}: ${seconds.toFixed(2)} s, slopes within ${far.toExponential(1)} of ours`);
    }
    if (!python) {
      results.push({ name: what, value: ours!.seconds, unit: "s" });
      continue;
    }
    const against = (name: string, peer: Measured, limit: number, isHeld: boolean) => ({
      name: `${what}, against ${name}`,
      value: ours!.seconds / peer.seconds,
      unit: "times its time",
      ...(isHeld ? { limit: { kind: "at most", value: limit } as const } : {}),
    });
    results.push(
      against("scikit-learn", peers.sklearn!, 1, isLimited),
      against("statsmodels GLM", peers.glm!, 0.2, true),
      against("statsmodels Logit", peers.logit!, 1, true),
    );
  }
  return results;
};

function simulated(correlation: number): Sample {
  const draws = random(1).fork(`glm ${correlation}`);
  const columns: Record<string, Float64Array> = {};
  const predictor = new Float64Array(ROWS).fill(-0.3);
  let before: Float64Array | undefined;
  const own = Math.sqrt(1 - correlation ** 2);
  for (let j = 0; j < COLUMNS; j++) {
    const column = new Float64Array(ROWS);
    const slope = 0.3 * draws.normal();
    for (let i = 0; i < ROWS; i++) {
      column[i] = before ? correlation * before[i]! + own * draws.normal() : draws.normal();
      predictor[i]! += slope * column[i]!;
    }
    columns[`x${j}`] = column;
    before = column;
  }
  const outcome = predictor.map((eta) => Number(draws.bernoulli(1 / (1 + Math.exp(-eta)))));
  return { columns, outcome };
}

async function measure({ columns, outcome }: Sample): Promise<Measured> {
  const fit = () => glm({ outcome, columns }, { family: "binomial" });
  const seconds = await bestSeconds(RUNS, async () => fit());
  return { seconds, slopes: [...fit().coefficients.subarray(1)] };
}

function shorter(one: Measured | undefined, other: Measured): Measured {
  return one && one.seconds < other.seconds ? one : other;
}

async function writeSample(folder: string, { columns, outcome }: Sample): Promise<void> {
  const rows = new Float64Array(ROWS * COLUMNS);
  Object.values(columns).forEach((column, j) => {
    for (let i = 0; i < ROWS; i++) rows[i * COLUMNS + j] = column[i]!;
  });
  await writeFile(join(folder, "glm_x.bin"), rows);
  await writeFile(join(folder, "glm_y.bin"), outcome);
}

async function measurePeers(python: string, folder: string): Promise<Record<string, Measured>> {
  const script = join(__dirname, "peers", "glm_peers.py");
  const given = [script, folder, COLUMNS, RUNS].map(String);
  const { stdout } = await promisify(execFile)(python, given);
  return JSON.parse(stdout);
}
