/** Tests of sharp null hypotheses: what the statistic would have been under other assignments of the same design. */
import { random } from "../stats/random";
import type { Design } from "./design";
import { allAssignments } from "./designBlocks";

export interface RandomizedData {
  readonly design: Design;
  /** The assignment that happened, one value a unit. */
  readonly assignment: Uint8Array;
  /** One outcome a unit of the design, unless the statistic reads others and `effect` is 0. */
  readonly outcome: ArrayLike<number>;
}

/** A number that is large when the null hypothesis looks wrong. NaN where an assignment leaves it undefined. */
export type Statistic = (outcome: Float64Array, assignment: Uint8Array) => number;

export type Alternative = "two-sided" | "greater" | "less";

export interface RandomizationOptions {
  /** Default: mean outcome of treated minus untreated units. */
  readonly statistic?: Statistic;
  /** The constant effect of the null hypothesis, Y_i(1) - Y_i(0). Default 0. */
  readonly effect?: number;
  /** Large in size, large or small values speak against the null hypothesis. Default `two-sided`. */
  readonly alternative?: Alternative;
  /** Assignments drawn, the observed one not among them. Default 1,000. */
  readonly draws?: number;
  /** Needed unless every assignment is enumerated. */
  readonly seed?: number;
  /** Designs with at most so many assignments are enumerated. Default 5,000. */
  readonly enumerateUpTo?: number;
}

export interface RandomizationResult {
  readonly pValue: number;
  /** Statistic under the observed assignment. */
  readonly statistic: number;
  readonly method: "exact" | "simulated";
  /** Assignments compared with the observed one (drawn, or enumerated) that have a statistic. */
  readonly assignments: number;
  /** Assignments without a statistic, such as those that treat nobody; the test is conditional on the others. */
  readonly undefinedAssignments: number;
  /** Statistic of each compared assignment. */
  readonly nullDistribution: Float64Array;
  /** Monte-Carlo standard error of the p-value, at most; 0 when exact. */
  readonly standardErrorBound: number;
}

/** Mean outcome of the treated minus that of the untreated units; NaN without either. */
export const differenceInMeans: Statistic = (outcome, assignment) => {
  let [treated, sum, all] = [0, 0, 0];
  for (let i = 0; i < outcome.length; i++) {
    const y = outcome[i]!;
    all += y;
    if (assignment[i] === 1) {
      sum += y;
      treated++;
    }
  }
  return sum / treated - (all - sum) / (outcome.length - treated);
};

/**
 * Fisher's randomization test. Under the null hypothesis Y_i(1) = Y_i(0) + effect, the untreated outcomes
 * y_i - effect * z_i are the same whatever the assignment, so the statistic T of these can be computed for any:
 *
 *     simulated   p = (1 + number of draws with T >= T observed) / (1 + draws)
 *     exact       p = probability of the assignments with T >= T observed
 *
 * (|T| when two-sided, T <= T observed when `less`). Either keeps its level whatever the statistic. Assignments that
 * tie with the observed one up to rounding (1e-10 of the largest |T|) count.
 * Sources: Fisher 1935, The Design of Experiments, section 21; Rosenbaum 2002, Observational Studies, section 2.4.
 * @throws Error when the seed is missing and needed, lengths differ, or the observed statistic is undefined
 */
export function randomizationTest(
  { design, assignment, outcome }: RandomizedData,
  options: RandomizationOptions = {},
): RandomizationResult {
  const { statistic = differenceInMeans, effect = 0, alternative = "two-sided" } = options;
  if (!["two-sided", "greater", "less"].includes(alternative)) {
    throw new Error(
      `There is no alternative ${alternative}. Use "two-sided", "greater" or "less".`,
    );
  }
  checkAssignment(design, assignment);
  if (outcome.length !== design.units && (effect !== 0 || !options.statistic)) {
    throw new Error(`There are ${outcome.length} outcomes for ${design.units} units.`);
  }
  const untreated = Float64Array.from(outcome);
  if (effect !== 0) {
    for (let i = 0; i < untreated.length; i++) untreated[i]! -= effect * assignment[i]!;
  }
  const toward = (z: Uint8Array) => {
    const value = statistic(untreated, z);
    return alternative === "two-sided" ? Math.abs(value) : alternative === "less" ? -value : value;
  };
  const observed = toward(assignment);
  if (!Number.isFinite(observed)) {
    throw new Error(
      "The statistic is undefined for the observed assignment (is nobody, or everybody, treated?).",
    );
  }

  const { list, method } = compared(design, options);
  const values: number[] = [];
  const chances: number[] = [];
  let largest = Math.abs(observed);
  let skipped = 0;
  for (const { z, chance } of list) {
    const value = toward(z);
    if (!Number.isFinite(value)) {
      skipped++;
      continue;
    }
    values.push(value);
    chances.push(chance);
    largest = Math.max(largest, Math.abs(value));
  }
  const bar = observed - 1e-10 * largest;
  // Simulated: the observed assignment counts as one more draw, of chance 1 like each.
  let [beyond, total] = method === "exact" ? [0, 0] : [1, 1];
  values.forEach((value, k) => {
    total += chances[k]!;
    if (value >= bar) beyond += chances[k]!;
  });
  const sign = alternative === "less" ? -1 : 1;
  return {
    pValue: beyond / total,
    statistic: statistic(untreated, assignment),
    method,
    assignments: values.length,
    undefinedAssignments: skipped,
    nullDistribution: Float64Array.from(values, (value) => sign * value),
    standardErrorBound: method === "exact" ? 0 : Math.sqrt(0.25 / Math.max(values.length, 1)),
  };
}

interface Compared {
  readonly z: Uint8Array;
  readonly chance: number;
}

/** Assignments to compare with: all of a design with their probabilities, or draws that count 1 each. */
export function compared(
  design: Design,
  {
    draws = 1000,
    seed,
    enumerateUpTo = 5000,
  }: Pick<RandomizationOptions, "draws" | "seed" | "enumerateUpTo">,
): { readonly list: Iterable<Compared>; readonly method: "exact" | "simulated" } {
  const all = allAssignments(design, enumerateUpTo);
  if (all) {
    return {
      list: all.assignments.map((z, k) => ({ z, chance: all.probabilities[k]! })),
      method: "exact",
    };
  }
  if (seed === undefined) {
    throw new Error(
      `${design.name} has too many assignments to enumerate: give a seed to draw some.`,
    );
  }
  if (!(Number.isInteger(draws) && draws >= 1)) {
    throw new Error(`draws is a whole number from 1 on, not ${draws}.`);
  }
  const stream = random(seed).fork("randomization");
  return {
    list: (function* () {
      for (let k = 0; k < draws; k++) yield { z: design.draw(stream), chance: 1 };
    })(),
    method: "simulated",
  };
}

/** @throws Error unless there is one 0 or 1 a unit */
export function checkAssignment(design: Design, assignment: Uint8Array): void {
  if (assignment.length !== design.units) {
    throw new Error(`The assignment has ${assignment.length} values for ${design.units} units.`);
  }
  const wrong = assignment.findIndex((z) => z > 1);
  if (wrong >= 0)
    throw new Error(`Unit ${wrong}: an assignment is 0 or 1, not ${assignment[wrong]}.`);
}
