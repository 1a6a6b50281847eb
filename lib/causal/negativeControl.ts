/** Negative controls: the estimator is asked for effects that cannot exist; what it finds is bias. */
import { normal } from "../stats/distributions";
import { benjaminiHochberg, holm } from "../stats/multipleTesting";
import type { Estimate } from "./estimate";
import { finite, taken } from "./panelColumns";

/** Columns by name, all of the same length. Missing values are NaN. */
export type ControlColumns = Readonly<Record<string, ArrayLike<number>>>;

export type ControlKind =
  /** An outcome that the treatment cannot move, but the suspected confounders can. */
  | "negative control outcome"
  /** A treatment that cannot move the outcome, but shares the suspected confounders. */
  | "negative control exposure"
  /** A treatment of later, with an outcome from before it. */
  | "placebo lead";

export interface NegativeControl {
  readonly name: string;
  readonly kind: ControlKind;
  /** Columns that take the place of others: `{ treatment: shifted(treatment, ...) }`. */
  readonly replace: ControlColumns;
  /**
   * Whether the placebo effect has the main effect's unit, so that the two may be compared. Default: true but for a negative
   * control outcome.
   */
  readonly sameUnit?: boolean;
}

export interface NegativeControlOptions {
  readonly controls: readonly NegativeControl[];
  readonly estimator: (columns: ControlColumns) => Estimate;
  /** Which p-values decide. Default `holm`. */
  readonly adjustment?: "holm" | "benjamini-hochberg";
  /** Adjusted p-values up to it show bias. Default 0.05. */
  readonly alpha?: number;
}

export type NegativeControlVerdict =
  | "bias found"
  | "no bias found"
  | "says little"
  | "not possible";

export type NegativeControlRow = {
  readonly name: string;
  readonly kind: "main" | ControlKind;
  readonly value: number | null;
  readonly standard_error: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly rows: number;
  /** Rows without a value in one of the replaced columns. */
  readonly rows_dropped: number;
  readonly p: number | null;
  /** As one of all controls; the main estimate is none. */
  readonly p_adjusted: number | null;
  /** Bias that this control would have shown with 80 % probability (unadjusted, at alpha). */
  readonly detectable_bias: number | null;
  readonly verdict: NegativeControlVerdict | "";
  readonly warnings: string;
};

export interface NegativeControls {
  readonly main: Estimate;
  /** The main estimate, then a row for each control. */
  readonly rows: readonly NegativeControlRow[];
  /** In a sentence. */
  readonly verdict: string;
}

/**
 * The main estimate beside estimates of effects that are 0 by design, made by the same estimator from the same columns with
 * some replaced. A control's p-value is 2 Phi(-|value / standard error|), adjusted over the controls. Verdicts:
 *
 *     bias found      adjusted p <= alpha
 *     no bias found   adjusted p > alpha, and a bias as large as the main estimate would probably have been found
 *     says little     adjusted p > alpha, but the control could not have seen a bias as large as the main estimate
 *     not possible    the estimator gave no value or no standard error
 *
 * "Probably" is 80 %: a bias of (z(1 - alpha / 2) + z(0.8)) standard errors. Without a common unit only the first two are told
 * apart. A placebo lead is a control only where outcomes do not themselves bring about later treatment: it must lie beyond
 * all days that the outcome counts, and the estimator must adjust for what carries the past on. Rows without a value in a
 * replaced column are left out of that control.
 * Sources: Lipsitch, Tchetgen Tchetgen and Cohen 2010, doi:10.1097/EDE.0b013e3181d61eeb; Shi, Miao and Tchetgen Tchetgen 2020,
 * doi:10.1007/s40471-020-00243-4.
 * @throws Error without a control, for two of one name, or a replaced column that is not there or of another length
 */
export function negativeControls(
  columns: ControlColumns,
  options: NegativeControlOptions,
): NegativeControls {
  const { controls, estimator, adjustment = "holm", alpha = 0.05 } = options;
  if (!(alpha > 0 && alpha < 1)) throw new Error(`alpha lies between 0 and 1, unlike ${alpha}.`);
  if (adjustment !== "holm" && adjustment !== "benjamini-hochberg") {
    throw new Error(`There is no adjustment ${adjustment}. Use "holm" or "benjamini-hochberg".`);
  }
  if (controls.length === 0) throw new Error("There is no negative control.");
  const twice = controls.find(({ name }, i) => controls.findIndex((c) => c.name === name) !== i);
  if (twice) throw new Error(`Two negative controls are called ${twice.name}.`);
  const rows = rowsOf(columns);
  const main = estimator(columns);
  const found = controls.map((control) => {
    const own = replaced(columns, control, rows);
    return { control, estimate: estimator(own.columns), dropped: own.dropped };
  });
  const p = found.map(({ estimate }) => pValue(estimate));
  const adjusted = adjustment === "holm" ? holm(p) : benjaminiHochberg(p);
  const z = normal().quantile(1 - alpha / 2, 0, 1) + normal().quantile(0.8, 0, 1);
  const table = found.map(({ control, estimate, dropped }, k): NegativeControlRow => {
    const error = estimate.standardError;
    const detectable = error === null ? null : finite(z * error);
    const sameUnit = control.sameUnit ?? control.kind !== "negative control outcome";
    const size = sameUnit && main.value !== null ? Math.abs(main.value) : null;
    return {
      ...rowOf(control.name, control.kind, estimate, dropped),
      p: p[k]!,
      p_adjusted: adjusted[k]!,
      detectable_bias: detectable,
      verdict: verdictOf(adjusted[k]!, alpha, detectable, size),
    };
  });
  return {
    main,
    rows: [{ ...rowOf("main estimate", "main", main, 0), p: pValue(main) }, ...table],
    verdict: sentence(table, adjustment, alpha),
  };
}

export interface PanelKey {
  /** Unit of each row, such as its user. */
  readonly unit: ArrayLike<number>;
  /** Time of each row, in steps of 1. */
  readonly time: ArrayLike<number>;
}

/**
 * A column moved within its units: row (unit, t) gets the value of (unit, t + by), a lead for `by` above 0, a lag below. NaN
 * where the panel has no such row: gaps are not jumped.
 * @throws Error when a unit has two rows of one time, or columns differ in length
 */
export function shifted(
  values: ArrayLike<number>,
  { unit, time, by }: PanelKey & { readonly by: number },
): Float64Array {
  const n = values.length;
  if (unit.length !== n || time.length !== n) {
    throw new Error(
      `Columns differ in length: ${n} values, ${unit.length} units, ${time.length} times.`,
    );
  }
  if (!Number.isInteger(by)) throw new Error(`A shift is a whole number of steps, not ${by}.`);
  const byUnit = new Map<number, Map<number, number>>();
  for (let i = 0; i < n; i++) {
    const own = byUnit.get(unit[i]!) ?? new Map<number, number>();
    byUnit.set(unit[i]!, own);
    if (own.has(time[i]!)) {
      throw new Error(`Row ${i + 1}: unit ${unit[i]} has two rows of time ${time[i]}.`);
    }
    own.set(time[i]!, values[i]!);
  }
  return Float64Array.from(
    { length: n },
    (_, i) => byUnit.get(unit[i]!)!.get(time[i]! + by) ?? Number.NaN,
  );
}

function rowsOf(columns: ControlColumns): number {
  const entries = Object.entries(columns);
  const [first] = entries;
  if (!first) throw new Error("There is no column.");
  for (const [name, column] of entries) {
    if (column.length === first[1].length) continue;
    throw new Error(
      `${name} has ${column.length} values; ${first[0]} has ${first[1].length} of them.`,
    );
  }
  return first[1].length;
}

function replaced(
  columns: ControlColumns,
  { name, replace }: NegativeControl,
  rows: number,
): { columns: ControlColumns; dropped: number } {
  if (Object.keys(replace).length === 0) throw new Error(`${name} replaces no column.`);
  for (const [column, values] of Object.entries(replace)) {
    if (!(column in columns)) {
      throw new Error(
        `${name} replaces ${column}, but the columns are ${Object.keys(columns).join(", ")}.`,
      );
    }
    if (values.length !== rows) {
      throw new Error(`${name}: ${column} has ${values.length} values for ${rows} rows.`);
    }
  }
  const news = Object.values(replace);
  const kept: number[] = [];
  for (let i = 0; i < rows; i++) {
    if (news.every((column) => !Number.isNaN(column[i]!))) kept.push(i);
  }
  if (kept.length === 0) throw new Error(`${name}: no row has a value in every replaced column.`);
  const own = Object.entries({ ...columns, ...replace });
  return {
    columns: Object.fromEntries(own.map(([column, values]) => [column, taken(values, kept)])),
    dropped: rows - kept.length,
  };
}

/** An estimate of exactly 0 without any variation is what was to be found. */
function pValue({ value, standardError }: Estimate): number | null {
  if (value === null || standardError === null) return null;
  if (value === 0) return 1;
  return standardError === 0 ? 0 : 2 * normal().cdf(-Math.abs(value / standardError), 0, 1);
}

function rowOf(
  name: string,
  kind: NegativeControlRow["kind"],
  estimate: Estimate,
  dropped: number,
): NegativeControlRow {
  return {
    name,
    kind,
    value: estimate.value,
    standard_error: estimate.standardError,
    lower: estimate.lower,
    upper: estimate.upper,
    rows: estimate.n,
    rows_dropped: dropped,
    p: null,
    p_adjusted: null,
    detectable_bias: null,
    verdict: "",
    warnings: estimate.warnings.join("; "),
  };
}

function verdictOf(
  p: number | null,
  alpha: number,
  detectable: number | null,
  size: number | null,
): NegativeControlVerdict {
  if (p === null || detectable === null) return "not possible";
  if (p <= alpha) return "bias found";
  return size !== null && detectable > size ? "says little" : "no bias found";
}

function sentence(
  rows: readonly NegativeControlRow[],
  adjustment: NonNullable<NegativeControlOptions["adjustment"]>,
  alpha: number,
): string {
  const named = (verdict: NegativeControlVerdict) =>
    rows.filter((row) => row.verdict === verdict).map(({ name }) => name);
  const [found, little, not] = [named("bias found"), named("says little"), named("not possible")];
  const how = `${adjustment === "holm" ? "Holm" : "Benjamini and Hochberg"}, ${alpha}`;
  const parts = [
    found.length > 0
      ? `${found.length} of ${rows.length} negative controls show bias (${how}): ${found.join(", ")}.`
      : `None of ${rows.length} negative controls shows bias (${how}).`,
  ];
  if (little.length > 0) {
    parts.push(`Too weak to see a bias as large as the main estimate: ${little.join(", ")}.`);
  }
  if (not.length > 0) parts.push(`Without a result: ${not.join(", ")}.`);
  return parts.join(" ");
}
