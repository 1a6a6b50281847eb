/** Means under strategies and their differences, as estimates. */
import type { Estimate } from "../estimate";
import { finite } from "../panelColumns";
import { checkLevel, scoreMean } from "../scoreMean";
import type { Longitudinal } from "./longitudinalData";
import type { Strategy } from "./strategies";
import { type BootstrapDraws, numberedClusters, withBootstrap } from "./unitBootstrap";

export interface StrategyEstimates {
  /** Mean outcome under each strategy, in their order. */
  readonly means: readonly Estimate[];
  /** Differences of those means. */
  readonly contrasts: readonly Estimate[];
}

export interface ContrastOptions {
  readonly strategies: readonly Strategy[];
  /** Names of two strategies each, the first minus the second. Default: each strategy minus the last one. */
  readonly contrasts?: readonly (readonly [string, string])[];
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

/** Places of the two strategies of each contrast. @throws Error for a name that no strategy has */
export function contrastPlaces({
  strategies,
  contrasts,
}: ContrastOptions): (readonly [number, number])[] {
  const last = strategies.length - 1;
  if (!contrasts) return strategies.slice(0, last).map((_, k) => [k, last] as const);
  const names = strategies.map(({ name }) => name);
  return contrasts.map((pair) => {
    const places = pair.map((name) => {
      const place = names.indexOf(name);
      if (place >= 0) return place;
      throw new Error(`No strategy is called "${name}". There are "${names.join('", "')}".`);
    });
    return [places[0], places[1]] as const;
  });
}

export interface EstimateText {
  readonly method: string;
  readonly warnings: readonly string[];
}

/** Estimates from values, with the intervals of a bootstrap if there was one. */
export function estimatesFromValues(
  data: Longitudinal,
  options: ContrastOptions,
  values: ArrayLike<number>,
  draws: BootstrapDraws | undefined,
  { method, warnings }: EstimateText,
): StrategyEstimates {
  const { strategies, level = 0.95 } = options;
  checkLevel(level);
  const clusters = numberedClusters(data).clusters;
  const estimate = (
    estimand: string,
    value: number,
    own: Float64Array | undefined,
    notes: readonly string[],
  ) =>
    withBootstrap(
      {
        estimand,
        value: finite(value),
        level,
        method,
        n: data.units,
        dropped: 0,
        clusters,
        warnings: [...notes, ...(draws?.warnings ?? [])],
      },
      own,
    );
  return {
    means: strategies.map(({ name }, k) =>
      estimate(meanName(name), values[k], draws?.values[k], warnings),
    ),
    contrasts: contrastPlaces(options).map(([one, other]) =>
      estimate(
        contrastName(strategies[one].name, strategies[other].name),
        values[one] - values[other],
        draws?.values[one].map((value, draw) => value - draws.values[other][draw]),
        warnings,
      ),
    ),
  };
}

/** Estimates as means of scores (uncentred influence functions), one a unit and strategy; clustered where the panel is. */
export function estimatesFromScores(
  data: Longitudinal,
  options: ContrastOptions,
  scores: readonly Float64Array[],
  { method, warnings }: EstimateText,
): StrategyEstimates {
  const { strategies, level } = options;
  const estimate = (estimand: string, own: Float64Array) =>
    scoreMean(own, { estimand, method, level, warnings, cluster: data.cluster });
  return {
    means: strategies.map(({ name }, k) => estimate(meanName(name), scores[k])),
    contrasts: contrastPlaces(options).map(([one, other]) =>
      estimate(
        contrastName(strategies[one].name, strategies[other].name),
        scores[one].map((score, u) => score - scores[other][u]),
      ),
    ),
  };
}

function meanName(name: string): string {
  return `mean outcome under "${name}"`;
}

function contrastName(one: string, other: string): string {
  return `mean outcome under "${one}" minus under "${other}"`;
}
