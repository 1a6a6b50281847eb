/** One replication of the Monte-Carlo study: an experiment is drawn, and every estimator is held against the truth. */
import { type Random, random } from "../../stats/random";
import { adjustedDifference } from "../adjustedDifference";
import { cuped } from "../cuped";
import type { Estimate } from "../estimate";
import { horvitzThompson } from "../horvitzThompson";
import { hudgensHalloran } from "../hudgensHalloran";
import { randomizationInterval } from "../randomizationInterval";
import { quantile } from "./clusterBootstrap";
import { drawAssignment, focalRows } from "./experiment";
import { exposureOf } from "./exposure";
import { type ItemSet, itemSet } from "./itemSets";
import { marketProbability } from "./market";
import { STUDIED_NAMES, type Studied, type StudiedName } from "./monteCarloEstimators";
import { groupAttention, type MonteCarloWorld, monteCarloWorld } from "./monteCarloWorld";
import {
  contrastOfTotals,
  type SlateContrast,
  type SlateTotals,
  slateTotals,
  type Weighting,
} from "./slateContrast";
import { type Slates, slateSums } from "./slates";

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
    ...twoStageExperiment(world, stream),
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
  readonly promoted: Uint8Array;
  readonly clicks: Uint8Array;
  /** Click probabilities as they are, and what a promotion does to each row of every slate. */
  readonly observed: Float64Array;
  readonly lift: Float64Array;
}

function drawExperiment(world: MonteCarloWorld, stream: Random): Draw {
  const { slates, model, without } = world;
  const { focal, treated } = drawAssignment(slates, { seed: stream.integer(2 ** 31) });
  const withIt = model.probabilities(focalRows(slates, focal));
  const observed = Float64Array.from(without, (p, i) =>
    treated[slates.slateOf[i]!] === 1 ? withIt[i]! : p,
  );
  const clicks = new Uint8Array(slates.rows);
  for (let i = 0; i < clicks.length; i++) if (stream.uniform() < observed[i]!) clicks[i] = 1;
  return {
    slates,
    focal,
    treated,
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
  weighting: Weighting,
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
  const assumed = itemSet(draw, "same_cluster", { competition: world.positions });
  const on = (set: ItemSet, outcome: ArrayLike<number>, weighting: Weighting = "row") =>
    contrastOn(draw, outcome, itemSet(draw, set, { competition: world.genres }), weighting);
  const direct = on("focal", draw.clicks);
  const rivals = on("same_cluster", draw.clicks);
  const rivalsSlates = on("same_cluster", draw.clicks, "slate");
  const displaced = on("displaced", draw.clicks);
  const others = on("non_focal", draw.clicks);
  const expected = on("non_focal", draw.observed);
  return {
    ...totalEffects(world, draw, stream),
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
      ...clustered(contrastOn(draw, draw.clicks, assumed, "row")),
      truth: rivals.truth,
    },
  };
}

function totalEffects(world: MonteCarloWorld, draw: Draw, stream: Random) {
  const { slates, treated, clicks, lift } = draw;
  const outcome = slateSums(slates, clicks);
  const truth = total(lift) / slates.count;
  const totals: SlateTotals = slateTotals(
    { slates, outcome: clicks, rows: new Uint8Array(slates.rows).fill(1) },
    "total",
  );
  const stars = slateSums(slates, slates.items.relevance);
  const covariates = {
    stars,
    expected_from_stars: slateSums(slates, world.without),
    focal_stars: Float64Array.from(draw.focal, (row) => slates.items.relevance[row]!),
    focal_position: Float64Array.from(draw.focal, (row) => slates.position[row]!),
    rivals: slateSums(slates, itemSet(draw, "same_cluster", { competition: world.genres })),
  };
  const exposure = { outcome, exposure: treated, probabilities: world.coinProbabilities };
  const contrast = ["promoted", "left alone"] as const;
  const held = (estimate: Estimate) => against(truth, estimate);
  return {
    totalDifference: held(contrastOfTotals(totals, treated)),
    totalLin: held(adjustedDifference({ treatment: treated, outcome, covariates })),
    totalCuped: held(cuped({ treatment: treated, outcome, covariate: stars })),
    totalHorvitzThompson: held(
      horvitzThompson(exposure, { contrast, estimator: "horvitz-thompson" }),
    ),
    totalHajek: held(horvitzThompson(exposure, { contrast, estimator: "hajek" })),
    totalBootstrap: { truth, ...bootstrapInterval(totals, treated, stream) },
    totalRandomization: held(
      randomizationInterval(
        { design: world.coin, assignment: treated, outcome },
        { draws: 199, seed: stream.integer(2 ** 31) },
      ),
    ),
  };
}

/** Percentiles of 200 draws of whole slates. */
function bootstrapInterval(totals: SlateTotals, treated: Uint8Array, stream: Random) {
  const { sums } = totals;
  const n = sums.length;
  const draws = new Float64Array(200);
  for (let draw = 0; draw < draws.length; draw++) {
    let [sum1, sum0, n1] = [0, 0, 0];
    for (let k = 0; k < n; k++) {
      const j = stream.integer(n);
      if (treated[j] === 1) {
        sum1 += sums[j]!;
        n1++;
      } else sum0 += sums[j]!;
    }
    draws[draw] = sum1 / n1 - sum0 / (n - n1);
  }
  draws.sort();
  const mean = total(draws) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws.length - 1);
  return {
    value: contrastOfTotals(totals, treated).value!,
    standardError: Math.sqrt(variance),
    lower: quantile(draws, 0.025),
    upper: quantile(draws, 0.975),
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

function twoStageExperiment(world: MonteCarloWorld, stream: Random) {
  const { market, twoStage, groupEffects } = world;
  const { slates, group } = market;
  const { arm, assignment } = twoStage.drawWithArms(stream);
  const attention = groupAttention(world, assignment);
  const outcome = new Float64Array(slates.count);
  for (let i = 0; i < slates.rows; i++) {
    const j = slates.slateOf[i]!;
    if (stream.uniform() < marketProbability(market, attention, assignment, i, j)) outcome[j]! += 1;
  }
  const effects = hudgensHalloran({ group, arm, treatment: assignment, outcome });
  return {
    groupDirect: against(groupEffects.direct, effects.direct),
    groupIndirect: against(groupEffects.indirect, effects.indirect),
    groupTotal: against(groupEffects.total, effects.total),
    groupOverall: against(groupEffects.overall, effects.overall),
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
