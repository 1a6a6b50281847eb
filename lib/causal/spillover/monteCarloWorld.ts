/** What does not change between replications of the Monte-Carlo study, worked out once in each thread. */
import type { ExposureProbabilities } from "../exposureProbabilities";
import type { ClickModel } from "./clickModel";
import { type Competition, neighbouringPositions, sameCluster } from "./competition";
import { focalRows } from "./experiment";
import { exposureOf } from "./exposure";
import { logisticClicks } from "./logisticClicks";
import { largestSlate } from "./ranking";
import { focalExposureProbabilities } from "./slateExposures";
import { type Slates, slateSize } from "./slates";
import { type SlateCoin, slateCoin } from "./totalEffects";
import { type TwoStageWorld, twoStageWorld } from "./twoStageExperiment";

export interface MonteCarloWorld {
  readonly slates: Slates;
  readonly model: ClickModel;
  /** Click probabilities when nothing is promoted. */
  readonly without: Float64Array;
  readonly genres: Competition;
  /** What an analyst could believe instead: that neighbouring positions compete. */
  readonly positions: Competition;
  /** The coin of the course over slates. */
  readonly coin: SlateCoin;
  /** Exposures of rows when the focal item is part of the draw, and the effects they have on average. */
  readonly exposures: ExposureProbabilities;
  readonly directEffect: number;
  readonly rivalEffect: number;
  /** The two-stage experiment over user groups, and its true effects. */
  readonly twoStage: TwoStageWorld;
}

/** The course's design: one item at position 5 or later in each slate, promoted with probability 0.5. */
export function monteCarloWorld(slates: Slates, seed: number): MonteCarloWorld {
  const model = logisticClicks(slates);
  const genres = sameCluster(slates);
  const without = model.probabilities(new Uint8Array(slates.rows));
  const exposures = focalExposureProbabilities(slates, { probability: 0.5, minPosition: 5 });
  return {
    slates,
    model,
    without,
    genres,
    positions: neighbouringPositions(slates),
    coin: slateCoin(slates.count, 0.5),
    exposures,
    ...exposureEffects(slates, model, without, exposures),
    twoStage: twoStageWorld(slates, { seed, model }),
  };
}

/**
 * Mean over rows that can have both exposures of the row's expected change: of its own promotion, and of a promoted rival,
 * every rival that the design can promote being equally likely.
 */
function exposureEffects(
  slates: Slates,
  model: ClickModel,
  without: Float64Array,
  exposures: ExposureProbabilities,
) {
  const direct = { sum: 0, rows: 0 };
  const rivalSums = new Float64Array(slates.rows);
  const rivalCounts = new Float64Array(slates.rows);
  const largest = largestSlate(slates);
  for (let position = 5; position <= largest; position++) {
    const focal = Int32Array.from(
      slates.slateId,
      (_, j) => Math.min(slates.starts[j]! + position, slates.starts[j + 1]!) - 1,
    );
    const has = Uint8Array.from(slates.slateId, (_, j) =>
      slateSize(slates, j) >= position ? 1 : 0,
    );
    const promoted = focalRows(slates, focal, has);
    const p = model.probabilities(promoted);
    const { sameCluster: rivals } = exposureOf(slates, promoted);
    for (let i = 0; i < slates.rows; i++) {
      if (promoted[i] === 1) {
        direct.sum += p[i]! - without[i]!;
        direct.rows++;
      } else if (rivals[i] === 1) {
        rivalSums[i]! += p[i]! - without[i]!;
        rivalCounts[i]! += 1;
      }
    }
  }
  const possible = exposures.marginal("same_cluster_spillover");
  let [sum, rows] = [0, 0];
  for (let i = 0; i < slates.rows; i++) {
    if (possible[i] === 0) continue;
    sum += rivalSums[i]! / rivalCounts[i]!;
    rows++;
  }
  return { directEffect: direct.sum / direct.rows, rivalEffect: sum / rows };
}
