/** A promotion experiment on slates: who is focal, who is promoted, what happens. */
import { random } from "../../stats/random";
import type { ClickModel } from "./clickModel";
import type { Competition } from "./competition";
import { type Exposure, exposureOf } from "./exposure";
import { logisticClicks } from "./logisticClicks";
import { type Slates, slateSize } from "./slates";

/** The seed of the published course. */
export const COURSE_SEED = 20260428;

/** One focal item a slate, promoted or not. */
export interface Assignment {
  /** Row of each slate's focal item, J values. */
  readonly focal: Int32Array;
  /** 1 where the slate's focal item is promoted, J values. */
  readonly treated: Uint8Array;
  /** Probability of promotion. */
  readonly probability: number;
}

export interface Outcomes {
  /** Click probabilities if nothing were promoted, and as it is, N values. */
  readonly withoutPromotion: Float64Array;
  readonly observed: Float64Array;
  /** 1 on clicked rows. */
  readonly clicks: Uint8Array;
}

/** An assignment and what came of it: all that tables and estimators need. */
export interface Experiment extends Assignment, Outcomes {
  readonly slates: Slates;
  /** 1 on focal rows, N values. */
  readonly isFocal: Uint8Array;
  /** 1 on promoted rows, N values. */
  readonly promoted: Uint8Array;
  readonly exposure: Exposure;
  /** observed - withoutPromotion: what the promotion did, exactly 0 in slates without one. */
  readonly lift: Float64Array;
}

export interface AssignmentOptions {
  readonly seed: number;
  /** Default 0.5, independent for each slate. */
  readonly probability?: number;
  /** First seed position that may be promoted. Default 5. */
  readonly minPosition?: number;
}

/**
 * Draws a focal item in each slate, uniform over seed positions `minPosition` and later, and promotes it with the given
 * probability.
 * @throws Error when a slate has no item at `minPosition`, or the probability is outside [0, 1]
 */
export function drawAssignment(slates: Slates, options: AssignmentOptions): Assignment {
  const { seed, probability = 0.5, minPosition = 5 } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new Error(`The probability of promotion is in [0, 1], not ${probability}.`);
  }
  if (!(Number.isInteger(minPosition) && minPosition >= 1)) {
    throw new Error(`minPosition is a whole number of 1 or more, not ${minPosition}.`);
  }
  const focalDraws = random(seed).fork("focal");
  const armDraws = random(seed).fork("arm");
  const focal = new Int32Array(slates.count);
  const treated = new Uint8Array(slates.count);
  for (let j = 0; j < slates.count; j++) {
    const size = slateSize(slates, j);
    if (size < minPosition) {
      throw new Error(
        `Slate ${slates.slateId[j]} has ${size} items, none at position ${minPosition} or later to promote. Lower minPosition, or leave the slate out.`,
      );
    }
    focal[j] = slates.starts[j]! + minPosition - 1 + focalDraws.integer(size - minPosition + 1);
    treated[j] = armDraws.uniform() < probability ? 1 : 0;
  }
  return { focal, treated, probability };
}

/** 1 on the focal rows of the slates with a 1 in `chosen`; of all slates without it. */
export function focalRows(
  slates: Slates,
  focal: Int32Array,
  chosen?: ArrayLike<number>,
): Uint8Array {
  const rows = new Uint8Array(slates.rows);
  for (let j = 0; j < slates.count; j++) if (!chosen || chosen[j] === 1) rows[focal[j]!] = 1;
  return rows;
}

export interface RunOptions {
  /** Seed of the clicks. */
  readonly seed: number;
  /** Default: the published logistic model. */
  readonly model?: ClickModel;
  /** Who competes, for the exposure. Default: the same cluster. */
  readonly competition?: Competition;
}

/** Runs an assignment: exposures, click probabilities with and without it, clicks. */
export function runExperiment(
  slates: Slates,
  assignment: Assignment,
  options: RunOptions,
): Experiment {
  const model = options.model ?? logisticClicks(slates);
  const promoted = focalRows(slates, assignment.focal, assignment.treated);
  const clicks = model.draw(promoted, random(options.seed).fork("clicks"));
  const outcomes = {
    withoutPromotion: model.probabilities(new Uint8Array(slates.rows)),
    observed: model.probabilities(promoted),
    clicks,
  };
  return experimentOf(slates, assignment, outcomes, options.competition);
}

/**
 * Puts together what was assigned and what was observed, by simulation or from a file.
 * @throws Error when a slate's focal item is not one of its rows, an arm is neither 0 nor 1, or a column has another
 *   length than the slates
 */
export function experimentOf(
  slates: Slates,
  assignment: Assignment,
  outcomes: Outcomes,
  competition?: Competition,
): Experiment {
  assertAssignment(slates, assignment);
  const { focal, treated, probability } = assignment;
  const { withoutPromotion, observed, clicks } = outcomes;
  for (const [name, values] of Object.entries({ withoutPromotion, observed, clicks })) {
    if (values.length !== slates.rows) {
      throw new Error(`${name} has ${values.length} values for ${slates.rows} rows of slates.`);
    }
  }
  const isFocal = focalRows(slates, focal);
  const promoted = focalRows(slates, focal, treated);
  return {
    slates,
    focal,
    treated,
    probability,
    withoutPromotion,
    observed,
    clicks,
    isFocal,
    promoted,
    exposure: exposureOf(slates, promoted, { eligible: isFocal, competition }),
    lift: observed.map((p, i) => p - withoutPromotion[i]!),
  };
}

function assertAssignment(slates: Slates, { focal, treated }: Assignment): void {
  if (focal.length !== slates.count || treated.length !== slates.count) {
    throw new Error(
      `${slates.count} slates have ${focal.length} focal items and ${treated.length} arms. Give one each.`,
    );
  }
  for (let j = 0; j < slates.count; j++) {
    if (!(focal[j]! >= slates.starts[j]! && focal[j]! < slates.starts[j + 1]!)) {
      throw new Error(`Slate ${slates.slateId[j]}: its focal item, row ${focal[j]}, lies outside.`);
    }
    if (treated[j] !== 0 && treated[j] !== 1) {
      throw new Error(`Slate ${slates.slateId[j]}: the arm is 0 or 1, not ${treated[j]}.`);
    }
  }
}

/** The published experiment: focal items and arms by `seed`, clicks by `seed` + 17. */
export function promotionExperiment(
  slates: Slates,
  options: Partial<AssignmentOptions> & Omit<RunOptions, "seed"> = {},
): Experiment {
  const { seed = COURSE_SEED, probability, minPosition, ...run } = options;
  const assignment = drawAssignment(slates, { seed, probability, minPosition });
  return runExperiment(slates, assignment, { ...run, seed: seed + 17 });
}
