/** Rows parted at random into folds, for predictions of rows by models that have not seen them. */
import { numbered } from "./numbered";
import { type Random, random } from "./random";
import { shuffle } from "./randomTables";

export interface FoldOptions {
  /** Number of folds, from 2 on. */
  readonly count: number;
  readonly seed: number;
  /** Stratum of each row, such as its treatment: every stratum is spread evenly over the folds. */
  readonly strata?: ArrayLike<number | string>;
  /** Group of each row, such as its user: a group lies in one fold as a whole. Strata must not vary within a group. */
  readonly groups?: ArrayLike<number | string>;
}

/**
 * The fold, 0 ... count - 1, of each of n rows. In every stratum the folds' numbers of rows (with groups: of groups) differ
 * by at most one, and so they do over all strata. The same seed gives the same folds.
 * @throws Error for fewer than two folds, fewer rows or groups than folds in any stratum, strata that vary within a group,
 *     columns of another length, or a missing stratum or group
 */
export function folds(n: number, options: FoldOptions): Int32Array {
  const { count, seed, strata, groups } = options;
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new Error(`The number of folds is a whole number from 2 on, not ${count}.`);
  }
  const units = groups
    ? numberedOf("group", groups, n)
    : Int32Array.from({ length: n }, (_, i) => i);
  const stratumOfRow = strata ? numberedOf("stratum", strata, n) : new Int32Array(n);
  const byStratum = new Map<number, number[]>();
  const stratumOfUnit = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const [unit, stratum] = [units[i]!, stratumOfRow[i]!];
    const known = stratumOfUnit.get(unit);
    if (known === stratum) continue;
    if (known !== undefined) {
      throw new Error(
        `Group ${groups![i]} has rows of several strata. Leave the strata out, or make them alike within groups.`,
      );
    }
    stratumOfUnit.set(unit, stratum);
    const own = byStratum.get(stratum);
    if (own) own.push(unit);
    else byStratum.set(stratum, [unit]);
  }
  const foldOfUnit = deal([...byStratum.values()], count, random(seed).fork("folds"), (stratum) => {
    const row = stratumOfRow.indexOf(stratum);
    return strata ? ` in stratum ${strata[row]}` : "";
  });
  return units.map((unit) => foldOfUnit.get(unit)!);
}

/** Deals the shuffled units of each stratum out like cards; the next stratum goes on where the last one ended. */
function deal(
  strata: readonly number[][],
  count: number,
  draws: Random,
  nameOf: (stratum: number) => string,
): Map<number, number> {
  const fold = new Map<number, number>();
  let next = 0;
  strata.forEach((units, stratum) => {
    if (units.length < count) {
      throw new Error(`There are ${units.length} to part${nameOf(stratum)}, but ${count} folds.`);
    }
    for (const unit of shuffle(units, draws.fork(stratum))) fold.set(unit, next++ % count);
  });
  if (strata.length === 0) throw new Error(`There are no rows for ${count} folds.`);
  return fold;
}

/** The different values numbered. @throws Error for one that is missing */
function numberedOf(what: string, values: ArrayLike<number | string>, n: number): Int32Array {
  if (values.length !== n) throw new Error(`There is a ${what} for ${values.length} of ${n} rows.`);
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (value === undefined || value === null || Number.isNaN(value)) {
      throw new Error(`Row ${i + 1} has no ${what}.`);
    }
  }
  return numbered(values).index;
}
