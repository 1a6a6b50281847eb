/** Promoted against other slates on a set of their items, with uncertainty over slates, because slates were randomized. */
import { normal } from "../../stats/distributions";
import type { Estimate } from "../estimate";
import { finite } from "../panelColumns";
import type { Slates } from "./slates";

export interface ContrastInput {
  readonly slates: Slates;
  /** 1 on promoted slates, J values. */
  readonly treated: ArrayLike<number>;
  /** Outcome of each row, N values. Missing values are NaN. */
  readonly outcome: ArrayLike<number>;
  /** 1 on the rows compared, N values. */
  readonly rows: ArrayLike<number>;
}

/**
 * `row`: every row counts once, so slates with many rows in the set weigh more. `slate`: the mean within each slate
 * counts once. `total`: the sum within each slate counts once, and a slate without a row in the set counts with 0.
 */
export type Weighting = "row" | "slate" | "total";

export interface ContrastOptions {
  readonly estimand?: string;
  /** Default `row`. */
  readonly weighting?: Weighting;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  /** Multiple of the standard error in the interval. Default: the normal quantile of the level, 1.959964 for 0.95. */
  readonly z?: number;
}

export interface SlateContrast extends Estimate {
  /** Classical standard error of the regression on the treatment, as if rows were independent: s sqrt(1 / n1 + 1 / n0). */
  readonly naiveStandardError: number | null;
  /** Two-sided, from the clustered standard error and the normal distribution. */
  readonly pValue: number | null;
  readonly treatedMean: number;
  readonly controlMean: number;
  readonly treatedRows: number;
  readonly controlRows: number;
}

/** An outcome added up within each slate, J values each: all that the estimators below need. */
export interface SlateTotals {
  readonly rows: Float64Array;
  readonly sums: Float64Array;
  /** Squared deviations of the rows from their slate's mean: for the classical standard error. */
  readonly squares: Float64Array;
  readonly dropped: number;
}

/**
 * Adds up an outcome within slates. Missing outcomes are left out and counted.
 * @throws Error when a column has another length than the slates, or an outcome is infinite
 */
export function slateTotals(
  { slates, outcome, rows }: Omit<ContrastInput, "treated">,
  weighting: Weighting,
): SlateTotals {
  for (const [name, column] of Object.entries({ outcome, rows })) {
    if (column.length !== slates.rows) {
      throw new Error(`${name} has ${column.length} values for ${slates.rows} rows of slates.`);
    }
  }
  const totals = {
    rows: new Float64Array(slates.count),
    sums: new Float64Array(slates.count),
    squares: new Float64Array(slates.count),
    dropped: 0,
  };
  for (let j = 0; j < slates.count; j++) {
    const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
    let [n, sum] = [0, 0];
    for (let i = from; i < to; i++) {
      if (rows[i] !== 1) continue;
      const y = outcome[i]!;
      if (Number.isFinite(y)) {
        n++;
        sum += y;
      } else if (Number.isNaN(y)) totals.dropped++;
      else throw new Error(`Row ${i + 1}: the outcome is ${y}. A contrast needs finite numbers.`);
    }
    if (n === 0 && weighting !== "total") continue;
    totals.rows[j] = weighting === "row" ? n : 1;
    totals.sums[j] = weighting === "slate" ? sum / n : sum;
    if (weighting !== "row") continue;
    for (let i = from; i < to; i++) {
      if (rows[i] !== 1 || Number.isNaN(outcome[i]!)) continue;
      const deviation = outcome[i]! - sum / n;
      totals.squares[j]! += deviation * deviation;
    }
  }
  return totals;
}

/**
 * Mean over the rows of promoted slates minus mean over those of other slates. It is the slope of a least squares fit of
 * the outcome on the treatment; its standard error is clustered by slate (Liang and Zeger, CR1):
 *
 *     u_j = T_j (s_j - n_j mean1) / n1 - (1 - T_j) (s_j - n_j mean0) / n0
 *     V   = G / (G - 1) * (N - 1) / (N - 2) * sum of u_j^2
 *
 * with s_j the sum and n_j the number of a slate's rows in the set, G the slates with at least one, N = n1 + n0. Missing
 * outcomes are dropped and counted. An arm with a single slate shows no spread over slates: the standard error is then
 * missing and a warning says so.
 * Source: Cameron and Miller 2015, doi:10.3368/jhr.50.2.317, section II; the factor is that of statsmodels.
 * @throws Error when an arm has no row in the set, a column has another length than the slates, a treatment is neither 0
 *   nor 1, an outcome is infinite, or an option is out of range
 */
export function slateContrast(input: ContrastInput, options: ContrastOptions = {}): SlateContrast {
  const { weighting = "row" } = options;
  if (!["row", "slate", "total"].includes(weighting)) {
    throw new Error(`The weighting is row, slate or total, not ${weighting}.`);
  }
  return contrastOfTotals(slateTotals(input, weighting), input.treated, options);
}

/** The same from sums that are at hand. */
export function contrastOfTotals(
  totals: SlateTotals,
  treated: ArrayLike<number>,
  options: ContrastOptions = {},
): SlateContrast {
  const { estimand = "difference in means, promoted minus other slates", level = 0.95 } = options;
  const quantile = zOf(level);
  const z = options.z ?? quantile;
  if (!(z > 0 && Number.isFinite(z))) {
    throw new Error(`z is a positive multiple of the standard error, not ${z}.`);
  }
  const arms = armTotals(totals, treated);
  const [n1, n0] = [arms.rows1, arms.rows0];
  if (n1 === 0 || n0 === 0) {
    throw new Error(
      `${estimand}: no row in ${n1 === 0 ? "promoted" : "other"} slates. A contrast needs both.`,
    );
  }
  const [mean1, mean0] = [arms.sum1 / n1, arms.sum0 / n0];
  let meat = 0;
  let residual = 0;
  for (let j = 0; j < totals.rows.length; j++) {
    const n = totals.rows[j]!;
    if (n === 0) continue;
    const isTreated = treated[j] === 1;
    const deviation = totals.sums[j]! - n * (isTreated ? mean1 : mean0);
    meat += (deviation / (isTreated ? n1 : n0)) ** 2;
    residual += totals.squares[j]! + (deviation * deviation) / n;
  }
  const rows = n1 + n0;
  const clusters = arms.slates1 + arms.slates0;
  const factor = (clusters / (clusters - 1)) * ((rows - 1) / (rows - 2));
  const isSpreadKnown = arms.slates1 > 1 && arms.slates0 > 1;
  const standardError = isSpreadKnown ? Math.sqrt(factor * meat) : Number.NaN;
  const naive = Math.sqrt((residual / (rows - 2)) * (1 / n1 + 1 / n0));
  const value = mean1 - mean0;
  return {
    estimand,
    value,
    standardError: finite(standardError),
    lower: finite(value - z * standardError),
    upper: finite(value + z * standardError),
    level,
    method: `difference in means, ${WEIGHTED[options.weighting ?? "row"]}; standard error clustered by slate (CR1), normal interval`,
    n: rows,
    dropped: totals.dropped,
    clusters,
    warnings: warningsOf(arms.slates1, arms.slates0),
    naiveStandardError: finite(naive),
    pValue: finite(twoSided(value / standardError)),
    treatedMean: mean1,
    controlMean: mean0,
    treatedRows: n1,
    controlRows: n0,
  };
}

const WEIGHTED: Readonly<Record<Weighting, string>> = {
  row: "every row counts once",
  slate: "every slate's mean counts once",
  total: "every slate's total counts once",
};

/** Cameron and Miller 2015, section VI: below some 40 clusters the normal interval is too short. */
const FEW_SLATES = 40;

function warningsOf(promoted: number, others: number): string[] {
  if (promoted === 1) return ["only one promoted slate: no standard error"];
  if (others === 1) return ["only one slate is not promoted: no standard error"];
  const slates = promoted + others;
  return slates < FEW_SLATES ? [`only ${slates} slates: the interval is probably too short`] : [];
}

function armTotals(totals: SlateTotals, treated: ArrayLike<number>) {
  if (treated.length !== totals.rows.length) {
    throw new Error(`treated has ${treated.length} values for ${totals.rows.length} slates.`);
  }
  const arms = { rows1: 0, rows0: 0, sum1: 0, sum0: 0, slates1: 0, slates0: 0 };
  for (let j = 0; j < totals.rows.length; j++) {
    if (treated[j] !== 0 && treated[j] !== 1) {
      throw new Error(`Slate ${j + 1}: the treatment is 0 or 1, not ${treated[j]}.`);
    }
    if (totals.rows[j] === 0) continue;
    if (treated[j] === 1) {
      arms.slates1++;
      arms.rows1 += totals.rows[j]!;
      arms.sum1 += totals.sums[j]!;
    } else {
      arms.slates0++;
      arms.rows0 += totals.rows[j]!;
      arms.sum0 += totals.sums[j]!;
    }
  }
  return arms;
}

const quantiles = new Map<number, number>();

/** Half-width of a normal interval in standard errors. */
export function zOf(level: number): number {
  if (!(level > 0 && level < 1)) throw new Error(`A confidence level is in (0, 1), not ${level}.`);
  let z = quantiles.get(level);
  if (z === undefined) {
    z = normal().quantile((1 + level) / 2, 0, 1);
    quantiles.set(level, z);
  }
  return z;
}

/** P(|Z| >= |z|) of a standard normal Z. */
export function twoSided(z: number): number {
  return 2 * normal().cdf(-Math.abs(z), 0, 1);
}
