/** One replication of the Monte-Carlo study: an experiment is drawn, and every estimator is held against the truth. */
import { type Random, random } from "../../stats/random";
import type { Estimate } from "../estimate";
import { horvitzThompson } from "../horvitzThompson";
import { drawAssignment, focalRows } from "./experiment";
import { exposureOf } from "./exposure";
import { type ItemSet, itemSet } from "./itemSets";
import { STUDIED_NAMES, type Studied, type StudiedName } from "./monteCarloEstimators";
import { type MonteCarloWorld, monteCarloWorld } from "./monteCarloWorld";
import { contrastOfTotals, type SlateContrast, slateTotals, type Weighting } from "./slateContrast";
import type { Slates } from "./slates";
import { totalEffects } from "./totalEffects";
import { runTwoStage } from "./twoStageExperiment";

export interface MonteCarloShared {
  readonly slates: Slates;
  readonly seed: number;
}

const worlds = new WeakMap<MonteCarloShared, MonteCarloWorld>();

/** Truth, value, standard error, lower and upper bound of every estimator, five numbers each, in the order of their names. */
export function monteCarloReplication(replication: number, shared: MonteCarloShared): Float64Array {
  let world = worlds.get(shared);
  if (!world) {
    world = monteCarloWorld(shared.slates, shared.seed);
    worlds.set(shared, world);
  }
  const stream = random(shared.seed).fork("replication").fork(replication);
  const studied: Record<StudiedName, Studied> = {
    ...courseExperiment(world, stream),
    ...groupEffects(world, stream),
  };
  return Float64Array.from(
    STUDIED_NAMES.flatMap((name) => {
      const { truth, value, standardError, lower, upper } = studied[name];
      return [truth, value, standardError, lower, upper];
    }),
  );
}

/** One draw of the course's experiment. */
interface Draw {
  readonly slates: Slates;
  readonly focal: Int32Array;
  readonly treated: Uint8Array;
  readonly probability: number;
  readonly promoted: Uint8Array;
  readonly clicks: Uint8Array;
  /** Click probabilities as they are, and what a promotion does to each row of every slate. */
  readonly observed: Float64Array;
  readonly lift: Float64Array;
}

function drawExperiment(world: MonteCarloWorld, stream: Random): Draw {
  const { slates, model, without } = world;
  const { focal, treated, probability } = drawAssignment(slates, { seed: stream.integer(2 ** 31) });
  const withIt = model.probabilities(focalRows(slates, focal));
  const observed = new Float64Array(slates.rows);
  const clicks = new Uint8Array(slates.rows);
  for (let i = 0; i < slates.rows; i++) {
    const p = treated[slates.slateOf[i]!] === 1 ? withIt[i]! : without[i]!;
    observed[i] = p;
    clicks[i] = Number(stream.coarseUniform() < p);
  }
  return {
    slates,
    focal,
    treated,
    probability,
    promoted: focalRows(slates, focal, treated),
    clicks,
    observed,
    lift: withIt.map((p, i) => p - without[i]!),
  };
}

/** A contrast of the course on one set of rows, and its truth: the same means of the known lift, over all slates. */
function contrastOn(
  draw: Draw,
  outcome: ArrayLike<number>,
  rows: Uint8Array,
  weighting: Weighting = "row",
): { readonly truth: number; readonly contrast: SlateContrast } {
  const { slates, treated, lift } = draw;
  const known = slateTotals({ slates, outcome: lift, rows }, weighting);
  return {
    truth: total(known.sums) / total(known.rows),
    contrast: contrastOfTotals(slateTotals({ slates, outcome, rows }, weighting), treated),
  };
}

function courseExperiment(world: MonteCarloWorld, stream: Random) {
  const draw = drawExperiment(world, stream);
  const { clicks } = draw;
  const rowsOf = (set: ItemSet, competition = world.genres) => itemSet(draw, set, { competition });
  const [rivalRows, otherRows] = [rowsOf("same_cluster"), rowsOf("non_focal")];
  const assumed = rowsOf("same_cluster", world.positions);
  const direct = contrastOn(draw, clicks, rowsOf("focal"));
  const rivals = contrastOn(draw, clicks, rivalRows);
  const rivalsSlates = contrastOn(draw, clicks, rivalRows, "slate");
  const displaced = contrastOn(draw, clicks, rowsOf("displaced"));
  const others = contrastOn(draw, clicks, otherRows);
  const expected = contrastOn(draw, draw.observed, otherRows);
  return {
    ...everyTotalEffect(world, draw, stream),
    ...exposureMeans(world, draw),
    direct: clustered(direct),
    rivals: clustered(rivals),
    rivalsNaive: naive(rivals),
    rivalsSlates: clustered(rivalsSlates),
    displaced: clustered(displaced),
    others: clustered(others),
    othersNaive: naive(others),
    othersExpected: clustered(expected),
    othersExpectedNaive: naive(expected),
    wrongRivals: {
      ...clustered(contrastOn(draw, clicks, assumed)),
      truth: rivals.truth,
    },
  };
}

function everyTotalEffect(world: MonteCarloWorld, draw: Draw, stream: Random) {
  const { slates, lift } = draw;
  const truth = total(lift) / slates.count;
  const estimates = totalEffects(draw, {
    seed: stream.integer(2 ** 31),
    coin: world.coin,
    bootstrapDraws: 200,
    randomizationDraws: 199,
    competition: world.genres,
  });
  return {
    totalDifference: against(truth, estimates.difference),
    totalLin: against(truth, estimates.lin),
    totalCuped: against(truth, estimates.cuped),
    totalHorvitzThompson: against(truth, estimates.horvitzThompson),
    totalHajek: against(truth, estimates.hajek),
    totalBootstrap: against(truth, estimates.bootstrap),
    totalRandomization: against(truth, estimates.randomization),
    totalAipwLinear: against(truth, estimates.aipwLinear),
    totalAipwTrees: against(truth, estimates.aipwTrees),
  };
}

/** Means under exposures, the focal item being part of the draw. */
function exposureMeans(world: MonteCarloWorld, { slates, promoted, clicks }: Draw) {
  const { group } = exposureOf(slates, promoted, { competition: world.genres });
  const outcomes = { outcome: clicks, exposure: group, probabilities: world.exposures };
  const mean = (level: "direct_promoted" | "same_cluster_spillover") =>
    horvitzThompson(outcomes, { contrast: [level, "unchanged_non_focal"], estimator: "hajek" });
  return {
    directHajek: against(world.directEffect, mean("direct_promoted")),
    rivalsHajek: against(world.rivalEffect, mean("same_cluster_spillover")),
  };
}

function groupEffects({ twoStage }: MonteCarloWorld, stream: Random) {
  const effects = runTwoStage(twoStage, stream);
  const { truth } = twoStage;
  return {
    groupDirect: against(truth.direct, effects.direct),
    groupIndirect: against(truth.indirect, effects.indirect),
    groupTotal: against(truth.total, effects.total),
    groupOverall: against(truth.overall, effects.overall),
  };
}

function clustered({ truth, contrast }: ReturnType<typeof contrastOn>): Studied {
  return against(truth, contrast);
}

/** The interval that one gets from taking rows for independent. */
function naive({ truth, contrast }: ReturnType<typeof contrastOn>): Studied {
  const { value, naiveStandardError: error } = contrast;
  const reach = 1.959963984540054 * error!;
  return {
    truth,
    value: value!,
    standardError: error!,
    lower: value! - reach,
    upper: value! + reach,
  };
}

function against(truth: number, estimate: Estimate): Studied {
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    truth,
    value: number(estimate.value),
    standardError: number(estimate.standardError),
    lower: number(estimate.lower),
    upper: number(estimate.upper),
  };
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
