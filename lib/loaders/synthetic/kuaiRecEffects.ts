/** The causal truth: the same users under interventions, with the same chance, many times over. */
import { random } from "../../stats";
import { SEGMENTS } from "./kuaiRecParameters";
import {
  atStart,
  copyStanding,
  type Day,
  drawNoise,
  emptyDay,
  liveDay,
  NATURAL,
  type Noise,
  type Person,
  type Standing,
} from "./kuaiRecProcess";
import {
  CONTRASTS,
  HISTORY,
  STRATEGIES,
  type Strategy,
  type StrategyName,
  WEEK,
} from "./kuaiRecStrategies";

export const OUTCOMES = [
  "next_day_active",
  "next_day_interactions",
  "future_3day_active_days",
  "future_3day_interactions",
  "future_7day_active_days",
  "future_7day_interactions",
] as const;

/**
 * In one replication strategies start on every third day of a user, another third in the next: neighbouring days say much
 * the same, so that three replications of a third are worth more than one of all.
 */
const EVERY = 3;
// Named here once more: looking an import up is slow in an inner loop.
const AS_IT_COMES = NATURAL;
const LONGEST = WEEK;

/** One row of effects.arrow. */
export interface Effect {
  readonly contrast: string;
  readonly strategy: string;
  readonly comparator: string;
  readonly outcome: (typeof OUTCOMES)[number];
  /** A segment, or "all". */
  readonly segment: string;
  readonly effect: number;
  /** Monte-Carlo standard error of the effect. */
  readonly effect_se: number;
  readonly mean_strategy: number;
  readonly mean_comparator: number;
  /** effect / mean_comparator. */
  readonly relative_effect: number;
  /** User-days that were averaged over, a replication. */
  readonly user_days: number;
  readonly replications: number;
}

export interface EffectOptions {
  readonly persons: readonly Person[];
  readonly days: number;
  readonly seed: number;
  readonly replications: number;
  readonly pause: () => Promise<void>;
}

/**
 * For every replication: draw new chance for the same users, let nature run, and from each active user-day with three
 * days before it and enough days after it (every third such day, others in the next replication) run every strategy on with that same chance. An effect is the mean difference
 * over user-days; its standard error is the standard deviation of the replications' effects over the root of their number.
 */
export async function simulateEffects(options: EffectOptions): Promise<Effect[]> {
  const { persons, days, seed, replications, pause } = options;
  const sums = tally(replications);
  const chance = random(seed).fork("truth");
  for (let replication = 0; replication < replications; replication++) {
    const draws = chance.fork(replication);
    for (let user = 0; user < persons.length; user++) {
      if (user % 64 === 0) await pause();
      const noise = drawNoise(days, draws.fork(user));
      runUser(
        persons[user],
        noise,
        days,
        HISTORY + ((user + replication) % EVERY),
        replication,
        sums,
      );
    }
  }
  return effectsOf(sums, replications);
}

/** A replication's sums over user-days: [contrast][group], group 0 for all and 1 + g for segment g. */
interface Sums {
  readonly count: Float64Array[][];
  /** [contrast][group][outcome]: a value a replication. */
  readonly strategy: Float64Array[][][];
  readonly comparator: Float64Array[][][];
}

function tally(replications: number): Sums {
  const groups = () =>
    Array.from({ length: 1 + SEGMENTS.length }, () => new Float64Array(replications));
  const outcomes = () =>
    Array.from({ length: 1 + SEGMENTS.length }, () =>
      OUTCOMES.map(() => new Float64Array(replications)),
    );
  return {
    count: CONTRASTS.map(groups),
    strategy: CONTRASTS.map(outcomes),
    comparator: CONTRASTS.map(outcomes),
  };
}

const NAMES = Object.keys(STRATEGIES) as StrategyName[];
const PAIRS = CONTRASTS.map(({ strategy, comparator, anchor }) => ({
  one: NAMES.indexOf(strategy),
  other: NAMES.indexOf(comparator),
  anchor,
}));
/** Days after t that some contrast asks of a strategy. */
const REACH = NAMES.map((name) =>
  Math.max(
    ...CONTRASTS.filter((c) => c.strategy === name || c.comparator === name).map(
      (c) => c.anchor + LONGEST,
    ),
  ),
);

function runUser(
  person: Person,
  noise: Noise,
  days: number,
  first: number,
  replication: number,
  sums: Sums,
): void {
  const nature = liveNaturally(person, noise, days);
  const runs: Run[] = NAMES.map((name, k) => ({
    strategy: STRATEGIES[name],
    reach: REACH[k],
    active: new Float64Array(2 * LONGEST),
    interactions: new Float64Array(2 * LONGEST),
  }));
  for (let t = first; t + LONGEST < days; t += EVERY) {
    if (nature.active[t] === 0) continue;
    for (let k = 0; k < runs.length; k++) {
      if (!isNatural(runs[k].strategy, nature, t)) {
        runOn(person, noise, t, days, nature.before[t], runs[k]);
      } else {
        runs[k].active.set(nature.active.subarray(t, t + LONGEST + 1));
        runs[k].interactions.set(nature.interactions.subarray(t, t + LONGEST + 1));
      }
    }
    for (let c = 0; c < PAIRS.length; c++) {
      const { one, other, anchor } = PAIRS[c];
      if (t + anchor + LONGEST >= days) continue;
      for (let group = 0; group <= 1 + person.segment; group += 1 + person.segment) {
        sums.count[c][group][replication]++;
        addOutcomes(runs[one], anchor, sums.strategy[c][group], replication);
        addOutcomes(runs[other], anchor, sums.comparator[c][group], replication);
      }
    }
  }
}

interface Nature {
  readonly before: readonly Standing[];
  readonly active: Float64Array;
  readonly interactions: Float64Array;
  readonly intense: Float64Array;
  readonly highWatch: Float64Array;
}

function liveNaturally(person: Person, noise: Noise, days: number): Nature {
  const standing = atStart(person);
  const day = emptyDay();
  const column = () => new Float64Array(days);
  const before: Standing[] = [];
  const [active, interactions, intense, highWatch] = [column(), column(), column(), column()];
  for (let t = 0; t < days; t++) {
    before.push({ ...standing });
    liveDay(person, noise, t, standing, day, AS_IT_COMES, AS_IT_COMES);
    active[t] = day.active;
    interactions[t] = day.interactions;
    intense[t] = day.intense;
    highWatch[t] = day.highWatch;
  }
  return { before, active, interactions, intense, highWatch };
}

/** True when nothing is set, or one day is set to what it is anyway: then all goes as nature goes. */
function isNatural(strategy: Strategy, nature: Nature, t: number): boolean {
  if (strategy.length !== 1) return strategy.length === 0;
  const setIntense = strategy.intense(nature.before[t]);
  return (
    (setIntense === AS_IT_COMES || setIntense === nature.intense[t]) &&
    (strategy.highWatch === AS_IT_COMES || strategy.highWatch === nature.highWatch[t])
  );
}

interface Run {
  readonly strategy: Strategy;
  readonly reach: number;
  /** From day t on, two weeks. */
  readonly active: Float64Array;
  readonly interactions: Float64Array;
}

const branch: Standing = atStart({ catalogue: 0 } as Person);
const branchDay: Day = emptyDay();

function runOn(
  person: Person,
  noise: Noise,
  t: number,
  days: number,
  before: Standing,
  run: Run,
): void {
  copyStanding(before, branch);
  const { strategy, reach } = run;
  const last = Math.min(days - 1, t + reach);
  for (let s = t; s <= last; s++) {
    const isSet = s < t + strategy.length;
    const setIntense = isSet ? strategy.intense(branch) : AS_IT_COMES;
    const setHighWatch = isSet ? strategy.highWatch : AS_IT_COMES;
    liveDay(person, noise, s, branch, branchDay, setIntense, setHighWatch);
    run.active[s - t] = branchDay.active;
    run.interactions[s - t] = branchDay.interactions;
  }
}

function addOutcomes(run: Run, anchor: number, into: Float64Array[], replication: number): void {
  let active = 0;
  let interactions = 0;
  for (let k = 1; k <= LONGEST; k++) {
    active += run.active[anchor + k];
    interactions += run.interactions[anchor + k];
    const at = k === 1 ? 0 : k === 3 ? 2 : k === LONGEST ? 4 : -1;
    if (at < 0) continue;
    into[at][replication] += active;
    into[at + 1][replication] += interactions;
  }
}

function effectsOf(sums: Sums, replications: number): Effect[] {
  const effects: Effect[] = [];
  for (const [c, contrast] of CONTRASTS.entries()) {
    for (const [group, segment] of ["all", ...SEGMENTS].entries()) {
      const counts = sums.count[c][group];
      if (counts.some((count) => count === 0)) continue;
      for (const [k, outcome] of OUTCOMES.entries()) {
        const one = sums.strategy[c][group][k].map((sum, r) => sum / counts[r]);
        const other = sums.comparator[c][group][k].map((sum, r) => sum / counts[r]);
        const difference = one.map((value, r) => value - other[r]);
        const effect = mean(difference);
        const comparator = mean(other);
        effects.push({
          contrast: contrast.name,
          strategy: contrast.strategy,
          comparator: contrast.comparator,
          outcome,
          segment,
          effect,
          effect_se: standardDeviation(difference) / Math.sqrt(replications),
          mean_strategy: mean(one),
          mean_comparator: comparator,
          relative_effect: effect / comparator,
          user_days: mean(counts),
          replications,
        });
      }
    }
  }
  return effects;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardDeviation(values: Float64Array): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) * (value - center), 0);
  return Math.sqrt(squares / (values.length - 1));
}
