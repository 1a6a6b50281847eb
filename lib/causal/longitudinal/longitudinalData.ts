/** Units followed over periods: covariates, then a treatment, then perhaps censoring, again and again; at the end an outcome. */

/**
 * A balanced panel. In period t = 0 ... periods - 1 a unit shows its covariates L_t, then is treated or not, A_t, then may be
 * lost, C_t. Tables of unit by period are listed unit by unit: period t of unit u lies at u * periods + t.
 */
export interface Longitudinal {
  readonly units: number;
  readonly periods: number;
  /** Covariates from before the first period, one value a unit. */
  readonly baseline: Readonly<Record<string, ArrayLike<number>>>;
  /** Covariates of each period from before its treatment, units * periods values. */
  readonly varying: Readonly<Record<string, ArrayLike<number>>>;
  /** 0 or 1, units * periods values. */
  readonly treatment: ArrayLike<number>;
  /**
   * One value a unit, from after the last period; or, for marginal structural models alone, units * periods values, each
   * from after its period. Passed over where the unit was lost before.
   */
  readonly outcome: ArrayLike<number>;
  /** units * periods values, 1 from the period on in which a unit was lost after its treatment. Default: nobody was lost. */
  readonly censored?: ArrayLike<number>;
  /** Name of a varying column of 0 and 1: where it is 0 no treatment is possible, whatever the strategy. */
  readonly treatableWhen?: string;
  /** Cluster of each unit, such as the user behind several windows. Default: units are independent. */
  readonly cluster?: ArrayLike<number>;
}

/** Names that features have for themselves. */
const RESERVED = ["treatment", "period", "intercept"];

/**
 * Checks a panel. Values of a unit after it was lost are passed over: they may be NaN.
 * @throws Error naming column, unit and period (counted from 1) for a length that does not fit, a missing value, a treatment
 *     that is not 0 or 1 or was given where it was not possible, a lost unit that comes back, or when everyone was lost
 */
export function checkLongitudinal(data: Longitudinal): void {
  const { units, periods, baseline, varying, treatment, outcome, censored, cluster } = data;
  for (const [name, count] of Object.entries({ units, periods })) {
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new Error(`${name} is a whole number from 1 on, not ${count}.`);
    }
  }
  const names = [...Object.keys(baseline), ...Object.keys(varying)];
  for (const name of names) {
    if (RESERVED.includes(name) || /_lag\d+$/.test(name)) {
      throw new Error(`A covariate must not be called ${name}: features have that name.`);
    }
    if (names.indexOf(name) !== names.lastIndexOf(name)) {
      throw new Error(`${name} is a baseline and a varying covariate. Rename one of them.`);
    }
  }
  const cells = units * periods;
  for (const [name, column] of Object.entries(baseline)) checkLength(name, column, units);
  for (const [name, column] of Object.entries(varying)) checkLength(name, column, cells);
  checkLength("treatment", treatment, cells);
  if (censored) checkLength("censored", censored, cells);
  if (cluster) checkLength("cluster", cluster, units);
  if (outcome.length !== units && outcome.length !== cells) {
    throw new Error(
      `The outcome has ${outcome.length} values; it needs one a unit (${units}) or one a unit and period (${cells}).`,
    );
  }
  checkCensoring(data);
  checkCovariates(data);
  checkTreatment(data);
  checkOutcome(data);
}

function checkLength(name: string, column: ArrayLike<number>, length: number): void {
  if (column.length === length) return;
  throw new Error(`${name} has ${column.length} values, not ${length}.`);
}

function checkCensoring(data: Longitudinal): void {
  const { units, periods, censored } = data;
  if (!censored) return;
  let left = 0;
  for (let u = 0; u < units; u++) {
    for (let t = 0; t < periods; t++) {
      const value = censored[u * periods + t];
      if (value !== 0 && value !== 1) {
        throw new Error(`${at("censored", u, t)}: 0 or 1, not ${value}.`);
      }
      if (t > 0 && value < censored[u * periods + t - 1]) {
        throw new Error(`${at("censored", u, t)}: a unit that was lost does not come back.`);
      }
    }
    left += 1 - censored[u * periods + periods - 1];
  }
  if (left === 0) {
    throw new Error(`All ${units} units are censored: there is no outcome to learn from.`);
  }
}

function checkCovariates(data: Longitudinal): void {
  for (const [name, column] of Object.entries(data.baseline)) {
    for (let u = 0; u < data.units; u++) {
      if (!Number.isFinite(column[u]))
        throw new Error(missing(`${name}, unit ${u + 1}`, column[u]));
    }
  }
  for (const [name, column] of Object.entries(data.varying)) {
    for (let u = 0; u < data.units; u++) {
      for (let t = 0; t < data.periods && isAtRisk(data, u, t); t++) {
        const value = column[u * data.periods + t];
        if (!Number.isFinite(value)) throw new Error(missing(at(name, u, t), value));
      }
    }
  }
}

function checkTreatment(data: Longitudinal): void {
  const { units, periods, treatment, varying, treatableWhen } = data;
  if (treatableWhen !== undefined && !(treatableWhen in varying)) {
    throw new Error(
      `treatableWhen names ${treatableWhen}, which is no varying covariate. There are ${Object.keys(varying).join(", ")}.`,
    );
  }
  for (let u = 0; u < units; u++) {
    for (let t = 0; t < periods && isAtRisk(data, u, t); t++) {
      const value = treatment[u * periods + t];
      if (value !== 0 && value !== 1) {
        throw new Error(`${at("treatment", u, t)}: 0 or 1, not ${value}.`);
      }
      if (treatableWhen === undefined) continue;
      const possible = varying[treatableWhen][u * periods + t];
      if (possible !== 0 && possible !== 1) {
        throw new Error(`${at(treatableWhen, u, t)}: 0 or 1, not ${possible}.`);
      }
      if (value === 1 && possible === 0) {
        throw new Error(`${at("treatment", u, t)}: treated although ${treatableWhen} is 0.`);
      }
    }
  }
}

function checkOutcome(data: Longitudinal): void {
  const { units, periods, outcome } = data;
  const isRepeated = hasRepeatedOutcome(data);
  for (let u = 0; u < units; u++) {
    for (let t = isRepeated ? 0 : periods - 1; t < periods && isRetained(data, u, t); t++) {
      const value = outcome[isRepeated ? u * periods + t : u];
      if (!Number.isFinite(value)) throw new Error(missing(at("outcome", u, t), value));
    }
  }
}

function at(name: string, unit: number, period: number): string {
  return `${name}, unit ${unit + 1}, period ${period + 1}`;
}

function missing(where: string, value: number): string {
  return `${where}: ${value} is no number. Fill it in, leave the unit out, or mark the unit as censored before.`;
}

/** True when the outcome has a value for each period. With one period both mean the same: false. */
export function hasRepeatedOutcome({ units, periods, outcome }: Longitudinal): boolean {
  return periods > 1 && outcome.length === units * periods;
}

/** @throws Error for an outcome of each period, naming the estimator */
export function needsFinalOutcome(data: Longitudinal, estimator: string): void {
  if (!hasRepeatedOutcome(data)) return;
  throw new Error(
    `${estimator} needs one outcome a unit, but there is one a period. Make windows of the panel with slidingWindows.`,
  );
}

/** True when unit u is still there at the start of period t. */
export function isAtRisk({ periods, censored }: Longitudinal, u: number, t: number): boolean {
  return !censored || t === 0 || censored[u * periods + t - 1] === 0;
}

/** True when unit u is still there at the end of period t. */
export function isRetained({ periods, censored }: Longitudinal, u: number, t: number): boolean {
  return !censored || censored[u * periods + t] === 0;
}

/** True when unit u is there in period t and can be treated. */
export function isTreatable(data: Longitudinal, u: number, t: number): boolean {
  const { treatableWhen, varying, periods } = data;
  if (!isAtRisk(data, u, t)) return false;
  return treatableWhen === undefined || varying[treatableWhen][u * periods + t] === 1;
}

/** Indices of the units of which something holds in period t. */
export function unitsWhere(
  data: Longitudinal,
  t: number,
  holds: (data: Longitudinal, u: number, t: number) => boolean,
): Int32Array {
  const found = new Int32Array(data.units);
  let count = 0;
  for (let u = 0; u < data.units; u++) if (holds(data, u, t)) found[count++] = u;
  return found.subarray(0, count);
}

/** Units whose outcome is known. */
export function unitsWithOutcome(data: Longitudinal): Int32Array {
  return unitsWhere(data, data.periods - 1, isRetained);
}
