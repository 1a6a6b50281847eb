/** Long panels cut into shorter follow-ups: each start of each unit becomes a unit of its own. */

import { isTreatable, type Longitudinal } from "./longitudinalData";
import { checkOptionNames } from "./optionNames";

export interface WindowOptions {
  /** Periods of a window. */
  readonly length: number;
  /** Outcome of the window that starts at period `start` (from 0) of a unit; NaN where there is none: no window then. */
  readonly outcome: (unit: number, start: number) => number;
  /** Periods from one start to the next. Default 1: windows overlap. */
  readonly every?: number;
  /** First start, from 0. Default 0. */
  readonly from?: number;
  /** Varying covariates that become baseline ones, as they are in a window's first period. Default: none. */
  readonly baseline?: readonly string[];
  /** Whether windows start only where the unit can be treated. Default false. */
  readonly startTreatable?: boolean;
}

export interface Windows extends Longitudinal {
  /** Unit and start, from 0, of each window. */
  readonly unit: Int32Array;
  readonly start: Int32Array;
}

const OPTIONS = ["length", "outcome", "every", "from", "baseline", "startTreatable"];

/**
 * Windows of a panel without censoring, with the units (or their clusters) as clusters: windows of one unit overlap and are
 * alike, so that only a clustered standard error is right.
 * @throws Error when no window fits, for a panel with censoring or an unknown covariate
 */
export function slidingWindows(
  data: Omit<Longitudinal, "outcome" | "censored">,
  options: WindowOptions,
): Windows {
  checkOptionNames("slidingWindows", options, OPTIONS);
  const { length, outcome, every = 1, from = 0, baseline = [], startTreatable = false } = options;
  if (!(Number.isInteger(length) && length >= 1 && Number.isInteger(every) && every >= 1)) {
    throw new Error("length and every are whole numbers from 1 on.");
  }
  if ((data as Longitudinal).censored) {
    throw new Error("Windows are made of panels without censoring.");
  }
  const missing = baseline.find((name) => !(name in data.varying));
  if (missing !== undefined) throw new Error(`There is no varying covariate ${missing}.`);
  if (data.treatableWhen !== undefined && baseline.includes(data.treatableWhen)) {
    throw new Error(
      `${data.treatableWhen} tells when treatment is possible: it must stay varying.`,
    );
  }
  const [unit, start, outcomes]: [number[], number[], number[]] = [[], [], []];
  const whole = { ...data, outcome: [] };
  for (let u = 0; u < data.units; u++) {
    for (let s = from; s + length <= data.periods; s += every) {
      if (startTreatable && !isTreatable(whole, u, s)) continue;
      const value = outcome(u, s);
      if (Number.isNaN(value)) continue;
      unit.push(u);
      start.push(s);
      outcomes.push(value);
    }
  }
  if (unit.length === 0) {
    throw new Error(`No window of ${length} periods with an outcome fits into ${data.periods}.`);
  }
  const cut = (column: ArrayLike<number>) => {
    const own = new Float64Array(unit.length * length);
    for (let w = 0; w < unit.length; w++) {
      for (let t = 0; t < length; t++) {
        own[w * length + t] = column[unit[w] * data.periods + start[w] + t];
      }
    }
    return own;
  };
  const mapped = (
    columns: Readonly<Record<string, ArrayLike<number>>>,
    change: (column: ArrayLike<number>) => Float64Array,
  ) => Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column)]));
  const atStart = Object.fromEntries(
    baseline.map((name) => [
      name,
      Float64Array.from(unit, (u, w) => data.varying[name][u * data.periods + start[w]]),
    ]),
  );
  const varying = mapped(data.varying, cut);
  for (const name of baseline) delete varying[name];
  return {
    units: unit.length,
    periods: length,
    baseline: {
      ...mapped(data.baseline, (column) => Float64Array.from(unit, (u) => column[u])),
      ...atStart,
    },
    varying,
    treatment: cut(data.treatment),
    outcome: Float64Array.from(outcomes),
    ...(data.treatableWhen === undefined ? {} : { treatableWhen: data.treatableWhen }),
    cluster: Float64Array.from(unit, (u) => data.cluster?.[u] ?? u),
    unit: Int32Array.from(unit),
    start: Int32Array.from(start),
  };
}
