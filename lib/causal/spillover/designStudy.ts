/** Which experiment should one run? Each design and estimator in markets whose global effect is known. */
import { join } from "node:path";
import type { Row } from "../../loaders/rows";
import { type ParallelOptions, parallelMap } from "../../stats/parallel";
import { random } from "../../stats/random";
import { finite } from "../panelColumns";
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
  type MarketDesign,
  type MarketDraw,
  type MarketOutcome,
  marketDesigns,
} from "./marketDesigns";
import { type Slates, slateSums } from "./slates";

/** Runs tasks, in threads or not: `parallelMap` of lib/stats, or one with a progress bar. */
export type Runner = <Task, Result>(work: ParallelOptions<Task>) => Promise<Result[]>;

/** Clicks follow the published logistic model: a model of one's own cannot be sent to other threads. */
export interface DesignStudyOptions extends Omit<MarketOptions, "model"> {
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
  /** Mean over replications, null where no replication has an estimate. */
  readonly mean_estimate: number | null;
  readonly bias: number | null;
  readonly standard_deviation: number | null;
  readonly root_mean_square_error: number | null;
  /** bias / |global effect|. */
  readonly relative_bias: number | null;
  /** Monte-Carlo standard error of the bias. */
  readonly bias_error: number | null;
  /** Replications with an estimate: a draw may leave nothing to compare, such as no two days alike in a row. */
  readonly replications: number;
}

/**
 * Draws assignments and clicks again and again, and compares each estimator's estimates with the global effect. The
 * assignment, the clicks and nothing else are redrawn: slates, promotable items, user groups and days stay. Replication r
 * of a design in a world has the same result whatever the number of threads.
 * @throws Error for fewer than 2 replications, and as `marketOf` and `attentionOf`
 */
export async function designStudy(
  slates: Slates,
  options: DesignStudyOptions,
): Promise<DesignResult[]> {
  const { replications = 400, reaches = REACHES, run = parallelMap, ...market } = options;
  if (!(Number.isInteger(replications) && replications >= 2)) {
    throw new Error(`A design study has 2 replications or more, not ${replications}.`);
  }
  const tasks = Array.from({ length: reaches.length * replications }, (_, t) => ({
    reach: reaches[t % reaches.length]!,
    replication: Math.floor(t / reaches.length),
  }));
  const shared: Shared = { slates, market };
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
  readonly market: Omit<MarketOptions, "model">;
}

/** What does not change between replications, worked out once in each thread. */
interface World {
  readonly market: Market;
  readonly designs: readonly MarketDesign[];
  readonly expected: Float64Array;
}

const worlds = new WeakMap<Shared, World>();

function worldOf(shared: Shared): World {
  const known = worlds.get(shared);
  if (known) return known;
  const market = marketOf(shared.slates, shared.market);
  const expected = slateSums(market.slates, market.patterns[0]!);
  const made = { market, designs: marketDesigns(market), expected };
  worlds.set(shared, made);
  return made;
}

/** All estimates of one replication in one world, design by design. What a worker does. */
export function designReplication({ reach, replication }: Task, shared: Shared): Float64Array {
  const { market, designs, expected } = worldOf(shared);
  return Float64Array.from(
    designs.flatMap(({ name, draw, estimators }) => {
      const stream = random(shared.market.seed).fork(reach.name).fork(name).fork(replication);
      const drawn = draw(stream);
      const outcome = outcomeOf(market, reach, drawn, expected, stream);
      return estimators.map((estimator) => MARKET_ESTIMATORS[estimator](market, drawn, outcome));
    }),
  );
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
    mean_estimate: finite(mean),
    bias: finite(bias),
    standard_deviation: finite(Math.sqrt(variance)),
    root_mean_square_error: finite(Math.sqrt(bias ** 2 + (variance * (n - 1)) / n)),
    relative_bias: finite(bias / Math.abs(truth)),
    bias_error: finite(Math.sqrt(variance / n)),
    replications: n,
  };
}
