/** How treatments come about: a distribution over assignments that is known because somebody randomized. */
import type { Random } from "../stats/random";

/**
 * A randomized design over `units` units. Which things are units (items of slates, slates, users) is the reader's choice;
 * a design knows them by number only.
 */
export interface Design {
  /** As a table names it: `Bernoulli(0.5)`, `complete randomization, 40 of 100`. */
  readonly name: string;
  readonly units: number;
  /** Draws one assignment: 1 on treated units, length `units`. */
  draw(random: Random): Uint8Array;
  /**
   * The design as independent blocks, each with all its assignments. Absent where the assignments of a block are too many
   * to list; probabilities are then simulated. A unit is in one block at most; units in none are never treated.
   */
  readonly blocks?: readonly DesignBlock[];
}

/** Units that are assigned together, independently of all other blocks. */
export interface DesignBlock {
  /** Numbers of the block's units. */
  readonly units: Int32Array;
  /** Every assignment that has a probability above 0: 1 on treated units, one value a unit of the block. */
  readonly assignments: readonly Uint8Array[];
  /** Probability of each assignment; they add up to 1. */
  readonly probabilities: Float64Array;
}

/**
 * What an assignment does to each unit: the exposure that its outcome may depend on, Y_i(z) = Y_i(f_i(z)).
 * Source: Aronow and Samii 2017, doi:10.1214/16-AOAS1005, section 3.
 */
export interface ExposureMapping {
  /** Names of the exposures; a unit's exposure is a number into them. */
  readonly levels: readonly string[];
  /** Exposure of every unit that has an outcome, for one assignment. Those units may be others than the treated ones. */
  exposures(assignment: Uint8Array): Uint8Array;
}
