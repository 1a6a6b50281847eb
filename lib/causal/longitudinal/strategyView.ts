/** What a strategy does to the units of a panel at one period. */
import { isTreatable, type Longitudinal } from "./longitudinalData";
import type { Strategy, StrategyView } from "./strategies";

/**
 * Probability of treatment of some units in period t under a strategy, given their past as it is in the panel; 0 for units
 * that cannot be treated then.
 * @param rows  units
 * @param propensity  natural probabilities of the panel's units and periods, for strategies that need them
 * @throws Error for an unknown covariate, or when the strategy gives anything but one probability a row
 */
export function strategyProbability(
  strategy: Strategy,
  data: Longitudinal,
  t: number,
  rows: ArrayLike<number>,
  propensity?: ArrayLike<number>,
): Float64Array {
  const { periods } = data;
  if (strategy.needsPropensity && !propensity) {
    throw new Error(`The strategy "${strategy.name}" needs a model of treatment.`);
  }
  const cells = (column: ArrayLike<number>, s: number) =>
    Float64Array.from(rows, (u) => (s < 0 ? 0 : column[u * periods + s]));
  const view: StrategyView = {
    period: t,
    periods,
    rows: rows.length,
    covariate: (name, lag = 0) => {
      if (name in data.baseline) return Float64Array.from(rows, (u) => data.baseline[name][u]);
      if (name in data.varying) return cells(data.varying[name], t - lag);
      const names = [...Object.keys(data.baseline), ...Object.keys(data.varying)];
      throw new Error(
        `The strategy "${strategy.name}" asks for ${name}, which is no covariate. There are ${names.join(", ")}.`,
      );
    },
    treatment: (lag) => {
      if (!(lag >= 1)) throw new Error("A strategy sees treatments of earlier periods only.");
      return cells(data.treatment, t - lag);
    },
    ...(propensity ? { propensity: cells(propensity, t) } : {}),
  };
  const given = strategy.probability(view);
  const wrong = given.findIndex((p) => !(p >= 0 && p <= 1));
  if (given.length !== rows.length || wrong >= 0) {
    const what = wrong >= 0 ? `${given[wrong]}` : `${given.length} values for ${rows.length} rows`;
    throw new Error(
      `The strategy "${strategy.name}" gave ${what} in period ${t + 1}: it needs a probability of each row.`,
    );
  }
  return given.map((p, i) => (isTreatable(data, rows[i], t) ? p : 0));
}

/** @throws Error for no strategy, or two of one name */
export function checkStrategies(strategies: readonly Strategy[]): void {
  if (strategies.length === 0) throw new Error("There is no strategy to estimate.");
  const names = strategies.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice === undefined) return;
  throw new Error(`Two strategies are called "${twice}". Give them names of their own.`);
}
