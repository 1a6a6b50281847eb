import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Table, tableFromIPC } from "apache-arrow";
import { syntheticKuaiRec } from "../../../lib/loaders/synthetic/kuaiRec";
import { type Effect, simulateEffects } from "../../../lib/loaders/synthetic/kuaiRecEffects";
import type { Person } from "../../../lib/loaders/synthetic/kuaiRecProcess";
import { random } from "../../../lib/stats";

const folder = mkdtempSync(join(tmpdir(), "synthetic-kuairec-truth-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const DAYS = 42;
let truthFolder: string;
let constants: Record<string, never>;
let users: Record<string, never>[];
let effects: Effect[];
/** Columns of userDays.arrow. */
let days: Record<string, ArrayLike<number>>;

before(async () => {
  const scale = { smallUsers: 80, users: 80, days: DAYS, videos: 2_450, bigRows: 80 * 130 };
  const made = await syntheticKuaiRec({ path: join(folder, "truth.zip"), seed: 11, scale });
  truthFolder = made.truthFolder;
  constants = JSON.parse(readFileSync(join(truthFolder, "parameters.json"), "utf8"));
  effects = JSON.parse(readFileSync(join(truthFolder, "effects.json"), "utf8")).effects;
  users = read("users.arrow")
    .toArray()
    .map((row) => row.toJSON());
  const table = read("userDays.arrow");
  days = Object.fromEntries(
    table.schema.fields.map(({ name }) => [name, table.getChild(name)?.toArray()]),
  );
});

function read(name: string): Table {
  return tableFromIPC(readFileSync(join(truthFolder, name)));
}

function effect(contrast: string, outcome: string, segment = "all"): Effect {
  const found = effects.find(
    (row) => row.contrast === contrast && row.outcome === outcome && row.segment === segment,
  );
  return found ?? assert.fail(`${contrast}, ${outcome}, ${segment}`);
}

const WEEKEND = Array.from({ length: DAYS }, (_, t) =>
  Number([0, 6].includes(new Date(Date.UTC(2020, 6, 5 + t)).getUTCDay())),
);

function moments(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

const expit = (x: number) => 1 / (1 + Math.exp(-x));
const held = (x: number, [low, high]: number[]) => Math.min(high, Math.max(low, x));

/**
 * The equations of the truth's README.md once more, day by day for one user, with constants from parameters.json. Histories
 * are kept whole, and chance is a table of [kind][day]: nothing is shared with the library but the numbers.
 */
function simulate(
  // biome-ignore lint/suspicious/noExplicitAny: a row of users.arrow
  user: any,
  chance: number[][],
  rule: (t: number, N: number[]) => [number?, number?],
  until = DAYS - 1,
) {
  // biome-ignore lint/suspicious/noExplicitAny: constants come from a JSON file
  const { state, activity, intensity, highWatch, interactions, share } = constants.process as any;
  const g = (constants.segments as string[]).indexOf(user.segment);
  const [active, A, Q, N, H, W, F]: number[][] = [[], [], [], [], [], [], []];
  let R = user.catalogue;
  const past = (x: number[], t: number) => (t < 0 ? 0 : x[t]);
  for (let t = 0; t <= until; t++) {
    const weekend = WEEKEND[t];
    const kept = state.interestKept;
    W[t] =
      t === 0
        ? state.interestSd * chance[0][0]
        : kept * W[t - 1] + state.interestSd * Math.sqrt(1 - kept ** 2) * chance[0][t];
    F[t] =
      state.aftermathKept * past(F, t - 1) +
      state.afterIntense[g] * past(A, t - 1) +
      state.afterHighWatch[g] * past(Q, t - 1);
    const comes =
      user.loyalty +
      activity.interest * W[t] +
      activity.aftermath * F[t] +
      activity.afterIntense[g] * past(A, t - 1) +
      activity.afterHighWatch[g] * past(Q, t - 1);
    active[t] = Number(
      t >= user.from_day && t < user.to_day && R > 0 && chance[1][t] < expit(comes),
    );
    [A[t], Q[t], N[t], H[t]] = [0, 0, 0, 0];
    if (active[t] === 0) continue;
    const before = [t - 1, t - 2, t - 3];
    const sum = (of: (s: number) => number) => before.reduce((total, s) => total + of(s), 0);
    const x =
      intensity.intercept +
      intensity.lag1Interactions * (past(N, t - 1) - intensity.meanLag1) +
      intensity.prior3Interactions * (sum((s) => past(N, s)) - intensity.meanPrior3) +
      intensity.weekend * weekend +
      intensity.perDay * (t - interactions.meanDay);
    const centred = (s: number) => past(H, s) - highWatch.meanShare * past(active, s);
    const y =
      highWatch.intercept +
      highWatch.lag1Share * centred(t - 1) +
      highWatch.prior3Share * sum(centred);
    const [setA, setQ] = rule(t, N);
    A[t] = setA ?? Number(chance[2][t] < expit(held(x, intensity.bounds)));
    Q[t] = setQ ?? Number(chance[3][t] < expit(held(y, highWatch.bounds)));
    const spare = interactions.spareDays;
    const pace =
      R / (user.to_day - t + spare) / (user.catalogue / (user.to_day - user.from_day + spare));
    const z =
      interactions.intercept +
      user.appetite +
      W[t] +
      F[t] +
      interactions.weekend * weekend +
      interactions.perDay * (t - interactions.meanDay) +
      interactions.pace * Math.log(pace);
    const e = chance[4][t];
    const n =
      A[t] === 1
        ? interactions.most +
          1 +
          Math.floor(
            interactions.extra *
              Math.exp(interactions.extraSlope * z) *
              Math.log(1 + Math.exp(interactions.extraNoise * e)),
          )
        : 1 + Math.floor(interactions.most * expit(z + interactions.noise * e));
    N[t] = Math.min(Math.ceil(interactions.mostOfLeft * R), n);
    const swing = user.taste + share.noise * chance[5][t];
    const T = share.threshold;
    const K =
      Q[t] === 1
        ? Math.min(N[t], Math.ceil(N[t] * (T + (1 - T) * expit(share.high + swing) ** 2)))
        : Math.floor(Math.ceil(N[t] * T) * (1 - expit(share.ordinary - swing) ** 2));
    H[t] = K / N[t];
    R -= N[t];
  }
  return { active, A, Q, N };
}

test("effects agree with a simulation written from the README's equations", () => {
  const draws = random(999);
  const normals = () => Array.from({ length: DAYS }, () => draws.normal());
  const uniforms = () => Array.from({ length: DAYS }, () => draws.uniform());
  const contrasts = {
    one_intense_day: [[1], [0]],
    one_high_watch_day: [
      [undefined, 1],
      [undefined, 0],
    ],
    always_intense_vs_never: [[1], [0]],
    seven_intense_days_before: [[1], [0]],
    dynamic_rule_vs_never: [[-1], [0]],
  } as const;
  const outcomes = ["next_day_active", "future_7day_active_days", "future_7day_interactions"];
  const replications = 12;
  const sums = new Map<string, { total: number[]; count: number[] }>();
  for (let r = 0; r < replications; r++) {
    for (const user of users) {
      const chance = [normals(), uniforms(), uniforms(), uniforms(), normals(), normals()];
      // One day of every user, drawn evenly; kept when it is active.
      const t = 3 + draws.integer(DAYS - 10);
      if (simulate(user, chance, () => [], t).active[t] === 0) continue;
      for (const [name, settings] of Object.entries(contrasts)) {
        const length = name.startsWith("one_") ? 1 : 7;
        const last = name === "seven_intense_days_before" ? t + 6 : t;
        if (last + 7 >= DAYS) continue;
        const ends = settings.map(([intense, watch]) => {
          const rule = (s: number, N: number[]): [number?, number?] => {
            if (s < t || s >= t + length) return [];
            return [intense === -1 ? Number(N[s - 1] < 40) : intense, watch];
          };
          const run = simulate(user, chance, rule, last + 7);
          const week = (x: number[]) =>
            x.slice(last + 1, last + 8).reduce((total, v) => total + v, 0);
          return [run.active[last + 1], week(run.active), week(run.N)];
        });
        for (const [k, outcome] of outcomes.entries()) {
          const key = `${name} ${outcome}`;
          const zeros = () => new Array<number>(replications).fill(0);
          const sum = sums.get(key) ?? { total: zeros(), count: zeros() };
          sum.total[r] += ends[0][k] - ends[1][k];
          sum.count[r]++;
          sums.set(key, sum);
        }
      }
    }
  }
  assert.equal(sums.size, 15);
  for (const [key, { total, count }] of sums) {
    const [contrast, outcome] = key.split(" ");
    const truth = effect(contrast, outcome);
    const values = total.map((sum, r) => sum / count[r]);
    const { mean, sd } = moments(values);
    const error = Math.sqrt(sd ** 2 / replications + truth.effect_se ** 2);
    const apart = Math.abs(mean - truth.effect);
    assert.ok(apart < 4 * error, `${key}: ${mean} here, ${truth.effect} there, error ${error}`);
    // And the error is small enough for the comparison to mean something.
    if (outcome === "future_7day_interactions") {
      assert.ok(error < 0.25 * Math.abs(truth.effect), `${key}: ${error}`);
    }
  }
});

test("effects have the signs that were chosen: intense days cost later activity and interactions, high-watch days win both", () => {
  const sure = (contrast: string, outcome: string, sign: number) => {
    const { effect: value, effect_se } = effect(contrast, outcome);
    assert.ok(sign * value > 3 * effect_se, `${contrast} ${outcome}: ${value} (${effect_se})`);
  };
  sure("one_intense_day", "next_day_active", -1);
  sure("one_intense_day", "future_7day_interactions", -1);
  sure("seven_intense_days_before", "future_7day_active_days", -1);
  sure("seven_intense_days_before", "future_7day_interactions", -1);
  sure("always_intense_vs_never", "future_7day_interactions", 1);
  sure("always_intense_vs_never", "future_7day_active_days", -1);
  sure("one_high_watch_day", "next_day_active", 1);
  sure("one_high_watch_day", "future_7day_interactions", 1);
  // Segments differ.
  const full = effect("one_intense_day", "future_7day_interactions", "full_active");
  const high = effect("one_intense_day", "future_7day_interactions", "high_active");
  assert.ok(high.effect < full.effect - 2 * (high.effect_se + full.effect_se));
  for (const row of effects) {
    assert.ok(Math.abs(row.effect - (row.mean_strategy - row.mean_comparator)) < 1e-9);
    assert.ok(row.effect_se >= 0 && Number.isFinite(row.relative_effect));
  }
});

test("Monte-Carlo errors say how far runs with other chance lie apart", async () => {
  const persons: Person[] = users.slice(0, 25).map((user: Record<string, never>) => ({
    segment: (constants.segments as string[]).indexOf(user.segment),
    appetite: user.appetite,
    taste: user.taste,
    loyalty: user.loyalty,
    from: user.from_day,
    to: user.to_day,
    catalogue: user.catalogue,
  }));
  const runs: Effect[][] = [];
  for (let seed = 0; seed < 12; seed++) {
    const options = { persons, days: 30, seed, replications: 9, pause: async () => {} };
    runs.push(await simulateEffects(options));
  }
  const ratios: number[] = [];
  for (const [k, row] of runs[0].entries()) {
    if (row.segment !== "all") continue;
    const spread = moments(runs.map((run) => run[k].effect)).sd;
    const stated = Math.sqrt(moments(runs.map((run) => run[k].effect_se ** 2)).mean);
    ratios.push(spread / stated);
  }
  assert.equal(ratios.length, 48);
  const { mean } = moments(ratios);
  assert.ok(mean > 0.75 && mean < 1.3, `spread to stated error: ${mean}`);
  assert.ok(Math.max(...ratios) < 2, `${ratios}`);
});

test("propensities are those of the equations, from observed days alone, and treatments follow them", () => {
  // biome-ignore lint/suspicious/noExplicitAny: constants come from a JSON file
  const { intensity, highWatch, interactions } = constants.process as any;
  let excess = 0;
  let variance = 0;
  const rows = days.user_id.length;
  assert.equal(rows, users.length * DAYS);
  for (let row = 0; row < rows; row++) {
    const t = days.day[row];
    const before = [1, 2, 3].filter((k) => k <= t).map((k) => row - k);
    const share = (s: number) =>
      days.active[s] === 1
        ? days.high_watch_count[s] / days.interactions[s] - highWatch.meanShare
        : 0;
    const sum = (of: (s: number) => number) => before.reduce((total, s) => total + of(s), 0);
    const lag = t > 0 ? days.interactions[row - 1] : 0;
    const x =
      intensity.intercept +
      intensity.lag1Interactions * (lag - intensity.meanLag1) +
      intensity.prior3Interactions * (sum((s) => days.interactions[s]) - intensity.meanPrior3) +
      intensity.weekend * Number(t % 7 === 0 || t % 7 === 6) +
      intensity.perDay * (t - interactions.meanDay);
    const y =
      highWatch.intercept +
      highWatch.lag1Share * (t > 0 ? share(row - 1) : 0) +
      highWatch.prior3Share * sum(share);
    const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${row}`);
    close(days.propensity_intense[row], expit(held(x, intensity.bounds)));
    close(days.propensity_high_watch[row], expit(held(y, highWatch.bounds)));
    if (days.active[row] === 0) continue;
    const p = days.propensity_intense[row];
    excess += days.intense[row] - p;
    variance += p * (1 - p);
    const which =
      days.intense[row] === 1 ? "interactions_if_intense" : "interactions_if_not_intense";
    assert.equal(days.interactions[row], days[which][row]);
  }
  assert.ok(Math.abs(excess) < 4 * Math.sqrt(variance));
});

test("weights from the known propensities find the effect that the naive comparison misses", () => {
  const after: number[] = [];
  for (let row = 0; row < days.user_id.length; row++) {
    let total = 0;
    for (let k = 1; k <= 7; k++) total += days.interactions[row + k] ?? 0;
    after.push(total);
  }
  const mean = { naive: [0, 0], weighted: [0, 0] };
  const weight = { naive: [0, 0], weighted: [0, 0] };
  for (let row = 0; row < after.length; row++) {
    const t = days.day[row];
    if (t < 3 || t + 7 >= DAYS || days.active[row] === 0) continue;
    const a = days.intense[row];
    const p = days.propensity_intense[row];
    for (const [kind, w] of [
      ["naive", 1],
      ["weighted", a === 1 ? 1 / p : 1 / (1 - p)],
    ] as const) {
      weight[kind][a] += w;
      mean[kind][a] += w * after[row];
    }
  }
  const difference = (kind: "naive" | "weighted") =>
    mean[kind][1] / weight[kind][1] - mean[kind][0] / weight[kind][0];
  const truth = effect("one_intense_day", "future_7day_interactions").effect;
  assert.ok(truth < 0 && difference("naive") > 10, `naive ${difference("naive")}`);
  assert.ok(Math.abs(difference("weighted") - truth) < 0.6 * (difference("naive") - truth));
});
