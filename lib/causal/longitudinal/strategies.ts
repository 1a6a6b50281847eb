/** Treatment strategies: how likely each unit is treated in each period, given its past. */

/** Units at one period, as a strategy sees them. */
export interface StrategyView {
  /** Period, counted from 0, and number of periods. */
  readonly period: number;
  readonly periods: number;
  readonly rows: number;
  /**
   * A baseline or varying covariate, one value a row.
   * @param lag  periods back; before the first period it is 0. Default 0, the period itself.
   */
  covariate(name: string, lag?: number): ArrayLike<number>;
  /** Treatment of an earlier period, one value a row; before the first period it is 0. @param lag from 1 on */
  treatment(lag: number): ArrayLike<number>;
  /** Natural probability of treatment given the past, one value a row; only for strategies that say they need it. */
  readonly propensity?: ArrayLike<number>;
}

export interface Strategy {
  readonly name: string;
  readonly kind: "static" | "dynamic" | "stochastic" | "shift" | "natural";
  /** Whether `probability` asks for the natural propensity: true for shifts and the natural course. */
  readonly needsPropensity: boolean;
  /** Factor of the odds, for shifts. */
  readonly delta?: number;
  /** Probability of treatment of each row, in [0, 1]; 0 or 1 for static and dynamic strategies. */
  probability(view: StrategyView): Float64Array;
}

/** Everyone is treated in every period. */
export const always: Strategy = {
  name: "always",
  kind: "static",
  needsPropensity: false,
  probability: ({ rows }) => new Float64Array(rows).fill(1),
};

/** No one is treated in any period. */
export const never: Strategy = {
  name: "never",
  kind: "static",
  needsPropensity: false,
  probability: ({ rows }) => new Float64Array(rows),
};

/** As it comes: what happens without an intervention. */
export const naturalCourse: Strategy = {
  name: "natural course",
  kind: "natural",
  needsPropensity: true,
  probability: (view) => Float64Array.from(view.propensity ?? []),
};

/**
 * Everyone is treated in some periods, no one in the others.
 * @param treated  numbers of the periods, the first being 1
 */
export function onPeriods(treated: readonly number[], name?: string): Strategy {
  const wrong = treated.find((period) => !(Number.isInteger(period) && period >= 1));
  if (wrong !== undefined) throw new Error(`Periods are numbered 1, 2, ..., but one is ${wrong}.`);
  return {
    name: name ?? `treated in periods ${treated.join(", ")}`,
    kind: "static",
    needsPropensity: false,
    probability: ({ rows, period, periods }) => {
      const beyond = treated.find((one) => one > periods);
      if (beyond !== undefined) {
        throw new Error(`${name ?? "A strategy"} treats in period ${beyond} of ${periods}.`);
      }
      return new Float64Array(rows).fill(treated.includes(period + 1) ? 1 : 0);
    },
  };
}

export interface ThresholdOptions {
  /** Treat where the covariate is above (default) or below the threshold. */
  readonly when?: "above" | "below";
  /** Periods back that the covariate is looked at. Default 0. */
  readonly lag?: number;
  readonly name?: string;
}

/** A dynamic rule: treat exactly those whose covariate exceeds a threshold, or is below it. */
export function threshold(
  covariate: string,
  value: number,
  options: ThresholdOptions = {},
): Strategy {
  const { when = "above", lag = 0, name } = options;
  if (!Number.isFinite(value)) throw new Error(`A threshold is a number, not ${value}.`);
  if (when !== "above" && when !== "below") {
    throw new Error(`when is "above" or "below", not ${JSON.stringify(when)}.`);
  }
  const before = lag === 0 ? "" : ` ${lag} periods before`;
  return dynamicRule(name ?? `treated when ${covariate}${before} is ${when} ${value}`, (view) => {
    const column = view.covariate(covariate, lag);
    return (i) => (when === "above" ? column[i] > value : column[i] < value);
  });
}

/** Any dynamic rule. @param rule  for the units at a period, which rows are treated */
export function dynamicRule(
  name: string,
  rule: (view: StrategyView) => (row: number) => boolean,
): Strategy {
  return {
    name,
    kind: "dynamic",
    needsPropensity: false,
    probability: (view) => {
      const treats = rule(view);
      return Float64Array.from({ length: view.rows }, (_, i) => (treats(i) ? 1 : 0));
    },
  };
}

/** Everyone is treated in every period with the same probability, by a coin that knows nothing of the past. */
export function withProbability(p: number, name?: string): Strategy {
  if (!(p >= 0 && p <= 1)) throw new Error(`A probability lies in [0, 1], unlike ${p}.`);
  return {
    name: name ?? `treated with probability ${p}`,
    kind: "stochastic",
    needsPropensity: false,
    probability: ({ rows }) => new Float64Array(rows).fill(p),
  };
}

/**
 * A shift of the propensity: the odds of treatment, given the past, times delta; q = delta e / (delta e + 1 - e). It leaves
 * those who are surely treated, or surely not, as they are: no overlap is needed.
 * Source: Kennedy 2019, doi:10.1080/01621459.2017.1422737, section 3 (incremental propensity score interventions).
 * @param delta  above 0; 1 is the natural course
 */
export function oddsTimes(delta: number, name?: string): Strategy {
  if (!(delta > 0 && delta < Infinity)) throw new Error(`delta is above 0, not ${delta}.`);
  return {
    name: name ?? `odds of treatment times ${delta}`,
    kind: "shift",
    needsPropensity: true,
    delta,
    probability: ({ propensity = [] }) =>
      Float64Array.from(propensity, (e) => (delta * e) / (delta * e + 1 - e)),
  };
}
