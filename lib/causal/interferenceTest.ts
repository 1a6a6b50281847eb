/** Does what is done to others change the outcomes of units that are held as they are? */

import type { Design } from "./design";
import {
  type RandomizationOptions,
  type RandomizationResult,
  randomizationTest,
} from "./randomizationTest";

export interface InterferenceData {
  /**
   * The design given the assignment of the focal units: its draws re-randomize the others alone. `conditionalDesign`
   * makes it from a design with blocks; any other conditional draw goes in as { name, units, draw }.
   */
  readonly design: Design;
  /** The assignment that happened, one value a unit of the design. */
  readonly assignment: Uint8Array;
  /** Outcomes of the focal units: those whose own treatment stays as it is. */
  readonly outcome: ArrayLike<number>;
}

export interface InterferenceOptions
  extends Pick<RandomizationOptions, "alternative" | "draws" | "seed" | "enumerateUpTo"> {
  /** How much each focal unit is exposed to the treatment of others, one number an outcome. */
  readonly dose: (assignment: Uint8Array) => ArrayLike<number>;
  /**
   * `difference`: mean outcome of focal units with a dose above 0 minus that of the others (default). `correlation`:
   * Pearson's of outcome and dose. Or any function of the two.
   */
  readonly statistic?:
    | "difference"
    | "correlation"
    | ((outcome: Float64Array, dose: ArrayLike<number>) => number);
  /** Numbers of design units that no draw may change: an error tells when one does. */
  readonly fixed?: ArrayLike<number>;
}

/**
 * Test of no interference. Under the null hypothesis the outcome of a unit depends on its own treatment only. With the
 * treatment of the focal units held fixed, their outcomes are then the same under every assignment of the others, and
 * the statistic's distribution over such assignments is known: {@link randomizationTest} with it.
 * For slates: outcomes of items that are not promoted, against the promotion of their slate.
 * Which units are focal must not depend on outcomes.
 * Source: Athey, Eckles and Imbens 2018, doi:10.1080/01621459.2016.1241178, section 4.
 * @throws Error as {@link randomizationTest}, for a dose of another length than the outcome, or a draw that changes a
 *     fixed unit
 */
export function interferenceTest(
  { design, assignment, outcome }: InterferenceData,
  { dose, statistic = "difference", fixed, ...options }: InterferenceOptions,
): RandomizationResult {
  const compare =
    typeof statistic === "function"
      ? statistic
      : statistic === "difference"
        ? exposedDifference
        : statistic === "correlation"
          ? correlation
          : undefined;
  if (!compare) {
    throw new Error(
      `There is no statistic ${String(statistic)}. Use "difference", "correlation" or a function.`,
    );
  }
  return randomizationTest(
    { design, assignment, outcome },
    {
      ...options,
      statistic(y, z) {
        for (let k = 0; fixed && k < fixed.length; k++) {
          const unit = fixed[k]!;
          if (z[unit] !== assignment[unit]) {
            throw new Error(
              `${design.name} changed the assignment of unit ${unit}, which is to stay fixed.`,
            );
          }
        }
        const doses = dose(z);
        if (doses.length !== y.length) {
          throw new Error(`There are ${doses.length} doses for ${y.length} outcomes.`);
        }
        return compare(y, doses);
      },
    },
  );
}

function exposedDifference(y: Float64Array, dose: ArrayLike<number>): number {
  let [exposed, sum, all] = [0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    all += y[i]!;
    if (dose[i]! > 0) {
      exposed++;
      sum += y[i]!;
    }
  }
  return sum / exposed - (all - sum) / (y.length - exposed);
}

function correlation(y: Float64Array, dose: ArrayLike<number>): number {
  const n = y.length;
  let [meanY, meanX] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanY += y[i]! / n;
    meanX += dose[i]! / n;
  }
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [dose[i]! - meanX, y[i]! - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
