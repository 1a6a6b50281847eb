/** Which experiment should one run? Each design and estimator in markets whose global effect is known. */
import { join } from "node:path";
import type { Row } from "../../loaders/rows";
import { type ParallelOptions, parallelMap } from "../../stats/parallel";
import { random } from "../../stats/random";
import {
  type Attention,
  attentionOf,
  globalEffect,
  type Market,
  type MarketOptions,
  marketOf,
  marketProbability,
  REACHES,
  type Reach,
} from "./market";
import {
  MARKET_ESTIMATORS,
  type MarketDraw,
  type MarketOutcome,
  marketDesigns,
} from "./marketDesigns";
import type { Slates } from "./slates";

/** Runs tasks, in threads or not: `parallelMap` of lib/stats, or one with a progress bar. */
export type Runner = <Task, Result>(work: ParallelOptions<Task>) => Promise<Result[]>;

export interface DesignStudyOptions extends MarketOptions {
  /** Replications of each design in each world. Default 400. */
  readonly replications?: number;
  readonly reaches?: readonly Reach[];
  /** Default `parallelMap`: one thread a core, no progress bar. */
  readonly run?: Runner;
}

/** One design and estimator in one world. */
export interface DesignResult extends Row {
  readonly world: string;
  readonly design: string;
  readonly estimator: string;
  /** Clicks per slate. */
  readonly global_effect: number;
  readonly mean_estimate: number;
  readonly bias: number;
  readonly standard_deviation: number;
  readonly root_mean_square_error: number;
  /** bias / |global effect|. */
  readonly relative_bias: number;
  /** Monte-Carlo standard error of the bias. */
  readonly bias_error: number;
  readonly replications: number;
}

/**
 * Draws assignments and clicks again and again, and compares each estimator's estimates with the global effect. The
 * assignment, the clicks and nothing else are redrawn: slates, promotable items, user groups and days stay.
 */
export async function designStudy(
  slates: Slates,
  options: DesignStudyOptions,
): Promise<DesignResult[]> {
  const { replications = 400, reaches = REACHES, run = parallelMap, ...market } = options;
  const tasks = Array.from({ length: reaches.length * replications }, (_, t) => ({
    reach: reaches[t % reaches.length]!,
    replication: Math.floor(t / reaches.length),
  }));
  const shared: Shared = { slates, market: { ...market, model: undefined } };
  const estimates = await run<Task, Float64Array>({
    module: join(__dirname, "designStudy"),
    name: "designReplication",
    tasks,
    shared,
  });
  const built = marketOf(slates, market);
  const cells = marketDesigns(built).flatMap(({ name, estimators }) =>
    estimators.map((estimator) => ({ design: name, estimator })),
  );
  return reaches.flatMap((reach, r) => {
    const truth = globalEffect(built, reach);
    const own = estimates.filter((_, t) => t % reaches.length === r);
    return cells.map(({ design, estimator }, c) => ({
      world: reach.name,
      design,
      estimator,
      ...performance(
        own.map((values) => values[c]!),
        truth,
      ),
    }));
  });
}

interface Task {
  readonly reach: Reach;
  readonly replication: number;
}

interface Shared {
  readonly slates: Slates;
  readonly market: MarketOptions;
}

const markets = new WeakMap<Shared, Market>();

/** All estimates of one replication in one world, design by design. What a worker does. */
export function designReplication({ reach, replication }: Task, shared: Shared): Float64Array {
  let market = markets.get(shared);
  if (!market) {
    market = marketOf(shared.slates, shared.market);
    markets.set(shared, market);
  }
  const built = market;
  const expected = expectedWithoutPromotion(built);
  return Float64Array.from(
    marketDesigns(built).flatMap(({ name, draw, estimators }) => {
      const stream = random(shared.market.seed).fork(reach.name).fork(name).fork(replication);
      const drawn = draw(stream);
      const outcome = outcomeOf(built, reach, drawn, expected, stream);
      return estimators.map((estimator) => MARKET_ESTIMATORS[estimator](built, drawn, outcome));
    }),
  );
}

function expectedWithoutPromotion({ slates, patterns }: Market): Float64Array {
  const sums = new Float64Array(slates.count);
  for (let i = 0; i < slates.rows; i++) sums[slates.slateOf[i]!]! += patterns[0]![i]!;
  return sums;
}

function outcomeOf(
  market: Market,
  reach: Reach,
  { patterns, pot }: MarketDraw,
  expected: Float64Array,
  stream: ReturnType<typeof random>,
): MarketOutcome {
  const { slates, eligible } = market;
  const attention: Attention = attentionOf(market, reach, patterns, { pot });
  const clicked = new Uint8Array(slates.rows);
  const clicks = new Float64Array(slates.count);
  for (let i = 0; i < slates.rows; i++) {
    const j = slates.slateOf[i]!;
    if (stream.coarseUniform() >= marketProbability(market, attention, patterns, i, j)) continue;
    clicked[i] = 1;
    clicks[j]! += 1;
  }
  return { clicks, itemClicks: Uint8Array.from(eligible, (row) => clicked[row]!), expected };
}

function performance(estimates: readonly number[], truth: number) {
  const known = estimates.filter((value) => Number.isFinite(value));
  const n = known.length;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const bias = mean - truth;
  return {
    global_effect: truth,
    mean_estimate: mean,
    bias,
    standard_deviation: Math.sqrt(variance),
    root_mean_square_error: Math.sqrt(bias ** 2 + (variance * (n - 1)) / n),
    relative_bias: bias / Math.abs(truth),
    bias_error: Math.sqrt(variance / n),
    replications: n,
  };
}
