/** Marginal structural models: how the mean outcome depends on the history of treatments, by weighted regression. */

import { type Family, glm } from "../../stats/glm";
import { twoSidedQuantile } from "../../stats/referenceDistribution";
import type { Estimate } from "../estimate";
import { finite } from "../panelColumns";
import { checkLevel } from "../scoreMean";
import { type ExposureTerm, exposureTerms, type TermName } from "./exposureTerms";
import {
  type HistoryWeightOptions,
  type HistoryWeights,
  historyWeightModel,
} from "./historyWeights";
import {
  checkLongitudinal,
  hasRepeatedOutcome,
  isRetained,
  isTreatable,
  type Longitudinal,
} from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import {
  type BootstrapOptions,
  numberedClusters,
  unitBootstrap,
  withBootstrap,
} from "./unitBootstrap";

export interface MsmOptions {
  /** How the weights are made. */
  readonly weights: HistoryWeightOptions;
  /** Terms of the treatments, by name or of your own. Default `["cumulative"]`. */
  readonly terms?: readonly (TermName | ExposureTerm)[];
  /** Baseline covariates, and for outcomes of each period varying ones, in the model. Default: none. */
  readonly covariates?: readonly string[];
  /** For outcomes of each period: the period as an `indicator` each, as a `linear` term, or not (default `none`). */
  readonly period?: "indicator" | "linear" | "none";
  /** Of the outcome. Default gaussian: differences in means. Binomial: log odds ratios. Poisson: log ratios of means. */
  readonly family?: Family;
  /** Sums of terms times factors, such as `{ "always minus never": { cumulative_treatment: 3 } }`. */
  readonly contrasts?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** For outcomes of each period: the first period whose outcome counts, the first being 1 (default). */
  readonly from?: number;
  /** For outcomes of each period: whether only periods count in which the unit could be treated. Default false. */
  readonly onlyTreatable?: boolean;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
  readonly bootstrap?: BootstrapOptions;
}

export interface MarginalStructuralModel {
  /** Coefficient of each term, then the contrasts. Cluster-robust; weights count as known, which is seldom anticonservative. */
  readonly estimates: readonly Estimate[];
  /** The same with intervals from the bootstrap, in which the weights are estimated anew; empty without one. */
  readonly bootstrapped: readonly Estimate[];
  /** Names of all coefficients, and their values. */
  readonly names: readonly string[];
  readonly coefficients: Float64Array;
  readonly weights: HistoryWeights;
}

const OPTIONS = [
  "weights",
  "terms",
  "covariates",
  "period",
  "family",
  "contrasts",
  "from",
  "onlyTreatable",
  "level",
  "bootstrap",
];

/**
 * E[Y under treatments a] = g(b0 + sum of b_k f_k(a) + ...) fitted by regression with the weights of `historyWeights`: one row a
 * unit for an outcome at the end, one a unit and period for an outcome of each period (its weight is that of its period, a
 * product over the window of the weights). With a model in the right form and right weights the coefficients are causal.
 * Standard errors are clustered by unit, or by cluster where the panel has any, as statsmodels computes them, with intervals
 * from t with clusters - 1 degrees of freedom. They take the weights as known. The bootstrap draws whole units (clusters), and
 * makes weights (and percentiles of truncation) anew in each draw.
 * Sources: Robins, Hernan and Brumback 2000, doi:10.1097/00001648-200009000-00011; Hernan, Brumback and Robins 2002,
 * doi:10.1002/sim.1144 (repeated outcomes).
 * @throws Error as `historyWeights`, for an unknown term or covariate, and when no row is left
 */
export function marginalStructuralModel(
  data: Longitudinal,
  options: MsmOptions,
): MarginalStructuralModel {
  checkOptionNames("marginalStructuralModel", options, OPTIONS);
  checkLongitudinal(data);
  const { terms = ["cumulative"], family = "gaussian", level = 0.95 } = options;
  checkLevel(level);
  const model = historyWeightModel(data, options.weights);
  const rows = rowsOf(data, options);
  const columns = { ...termColumns(data, rows, exposureTerms(terms, data.periods)) };
  const names = Object.keys(columns);
  const combinations = combinationsOf(names, options.contrasts ?? {});
  Object.assign(columns, otherColumns(data, rows, options, names));
  const outcome = Float64Array.from(rows.outcome);
  const weights = model.fit();
  const weighted = (of: HistoryWeights, unitWeights?: ArrayLike<number>) =>
    Float64Array.from(
      rows.cells,
      (cell, i) => of.weights[cell] * (unitWeights?.[rows.units[i]] ?? 1),
    );
  const { cluster, clusters } = numberedClusters(data);
  const fitted = glm(
    { outcome, columns, weights: weighted(weights), cluster: rows.units.map((u) => cluster[u]) },
    { family, covariance: "cluster", collinear: "drop", level },
  );
  const places = placesOf(names, fitted.names);
  const values = combinations.map((own) => combined(own, fitted.coefficients, places));
  const method = `marginal structural model, ${family} (${names.join(", ")}); ${weights.method}`;
  const warnings = [...weights.warnings, ...fitted.warnings];
  const reach = twoSidedQuantile(level, clusters - 1);
  const common = { level, n: rows.cells.length, dropped: rows.dropped, clusters };
  const estimates = combinations.map((own, k) => {
    const se = Math.sqrt(quadratic(own, fitted.covariance, places, fitted.names.length));
    return {
      ...common,
      estimand: own.estimand,
      value: finite(values[k]),
      standardError: finite(se),
      lower: finite(values[k] - reach * se),
      upper: finite(values[k] + reach * se),
      method: `${method}; cluster-robust standard error with weights as known, t interval`,
      warnings,
    };
  });
  const draws =
    options.bootstrap &&
    unitBootstrap(data, options.bootstrap, (unitWeights) => {
      const own = weighted(model.fit(unitWeights), unitWeights);
      const again = glm(
        { outcome, columns, weights: own },
        { family, covariance: "classical", collinear: "drop" },
      );
      const found = placesOf(names, again.names);
      return combinations.map((one) => combined(one, again.coefficients, found));
    });
  const bootstrapped = draws
    ? combinations.map((own, k) =>
        withBootstrap(
          {
            ...common,
            estimand: own.estimand,
            value: finite(values[k]),
            method,
            warnings: [...warnings, ...draws.warnings],
          },
          draws.values[k],
        ),
      )
    : [];
  return {
    estimates,
    bootstrapped,
    names: fitted.names,
    coefficients: fitted.coefficients,
    weights,
  };
}

interface MsmRows {
  readonly units: Int32Array;
  readonly periods: Int32Array;
  /** Place in a table of units and periods. */
  readonly cells: Int32Array;
  readonly outcome: readonly number[];
  readonly dropped: number;
}

function rowsOf(data: Longitudinal, { from = 1, onlyTreatable = false }: MsmOptions): MsmRows {
  const { units, periods } = data;
  const isRepeated = hasRepeatedOutcome(data);
  if (!(Number.isInteger(from) && from >= 1 && from <= periods)) {
    throw new Error(`from is a period, 1 to ${periods}, not ${from}.`);
  }
  const first = isRepeated ? from - 1 : periods - 1;
  const [ofUnit, ofPeriod, outcome]: [number[], number[], number[]] = [[], [], []];
  for (let u = 0; u < units; u++) {
    for (let t = first; t < periods && isRetained(data, u, t); t++) {
      if (onlyTreatable && !isTreatable(data, u, t)) continue;
      ofUnit.push(u);
      ofPeriod.push(t);
      outcome.push(data.outcome[isRepeated ? u * periods + t : u]);
    }
  }
  if (ofUnit.length === 0) throw new Error("No row is left for the marginal structural model.");
  return {
    units: Int32Array.from(ofUnit),
    periods: Int32Array.from(ofPeriod),
    cells: Int32Array.from(ofUnit, (u, i) => u * periods + ofPeriod[i]),
    outcome,
    dropped: units * (periods - first) - ofUnit.length,
  };
}

function termColumns(
  { periods, treatment }: Longitudinal,
  rows: MsmRows,
  terms: readonly ExposureTerm[],
): Record<string, Float64Array> {
  const table = Float64Array.from(treatment);
  const columns = terms.map(({ name, of }): [string, Float64Array] => [
    name,
    Float64Array.from(rows.units, (u, i) =>
      of(table.subarray(u * periods, u * periods + rows.periods[i] + 1)),
    ),
  ]);
  for (const [name, column] of columns) {
    if (column.every((value) => value === column[0])) {
      throw new Error(
        `The term ${name} is ${column[0]} in every row: its effect cannot be learned.`,
      );
    }
  }
  return Object.fromEntries(columns);
}

function otherColumns(
  data: Longitudinal,
  rows: MsmRows,
  { covariates = [], period = "none" }: MsmOptions,
  names: readonly string[],
): Record<string, Float64Array> {
  const columns: Record<string, Float64Array> = {};
  const isRepeated = hasRepeatedOutcome(data);
  for (const name of covariates) {
    if (names.includes(name)) throw new Error(`A term and a covariate are called ${name}.`);
    if (name in data.baseline) {
      columns[name] = Float64Array.from(rows.units, (u) => data.baseline[name][u]);
    } else if (name in data.varying && isRepeated) {
      columns[name] = Float64Array.from(rows.cells, (cell) => data.varying[name][cell]);
    } else {
      throw new Error(
        `${name} is no ${isRepeated ? "" : "baseline "}covariate. Varying ones in the model of a final outcome would take away what earlier treatments do.`,
      );
    }
  }
  if (!isRepeated || period === "none") return columns;
  if (period === "linear") columns.period = Float64Array.from(rows.periods, (t) => t + 1);
  else {
    const own = [...new Set(rows.periods)].sort((a, b) => a - b).slice(1);
    for (const t of own) {
      columns[`period_${t + 1}`] = Float64Array.from(rows.periods, (s) => (s === t ? 1 : 0));
    }
  }
  return columns;
}

/** A sum of coefficients times factors. */
interface Combination {
  readonly estimand: string;
  readonly factors: readonly (readonly [string, number])[];
}

function combinationsOf(
  names: readonly string[],
  contrasts: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Combination[] {
  const single = names.map((name) => ({ estimand: name, factors: [[name, 1]] as const }));
  const asked = Object.entries(contrasts).map(([estimand, factors]) => {
    for (const name of Object.keys(factors)) {
      if (names.includes(name)) continue;
      throw new Error(
        `The contrast "${estimand}" has no term ${name}. There are ${names.join(", ")}.`,
      );
    }
    return { estimand, factors: Object.entries(factors) };
  });
  return [...single, ...asked];
}

function placesOf(names: readonly string[], fitted: readonly string[]): Map<string, number> {
  return new Map(
    names.map((name) => {
      const place = fitted.indexOf(name);
      if (place >= 0) return [name, place];
      throw new Error(
        `The term ${name} is determined by the others and the covariates: leave one of them out.`,
      );
    }),
  );
}

function combined(
  { factors }: Combination,
  coefficients: Float64Array,
  places: ReadonlyMap<string, number>,
): number {
  return factors.reduce((sum, [name, by]) => sum + by * coefficients[places.get(name)!], 0);
}

function quadratic(
  { factors }: Combination,
  covariance: Float64Array,
  places: ReadonlyMap<string, number>,
  K: number,
): number {
  let sum = 0;
  for (const [one, by] of factors) {
    for (const [other, times] of factors) {
      sum += by * times * covariance[places.get(one)! * K + places.get(other)!];
    }
  }
  return sum;
}
