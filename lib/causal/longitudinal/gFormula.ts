/** The parametric g-formula: the world simulated forward under each strategy, from models of everything that varies. */

import type { Family } from "../../stats/glm";
import type { Learner } from "../../stats/learner";
import { type Random, random } from "../../stats/random";
import { weightedMean } from "../weightedMoments";
import { checkArms, type EventModel, treatmentModel } from "./eventModel";
import { type CovariateModel, type GFormulaModels, gFormulaModels } from "./gFormulaModels";
import { glmLearner } from "./glmLearner";
import { type HistoryOptions, historyFeatures, historyName } from "./history";
import {
  checkLongitudinal,
  isAtRisk,
  type Longitudinal,
  needsFinalOutcome,
  unitsWhere,
  unitsWithOutcome,
} from "./longitudinalData";
import { checkOptionNames } from "./optionNames";
import { type Particles, splitParticles, startParticles } from "./particles";
import { naturalCourse, type Strategy } from "./strategies";
import {
  type ContrastOptions,
  estimatesFromValues,
  type StrategyEstimates,
} from "./strategyEstimates";
import { checkStrategies, strategyProbability } from "./strategyView";
import { type BootstrapOptions, unitBootstrap } from "./unitBootstrap";

export interface GFormulaOptions extends ContrastOptions {
  /**
   * Every varying covariate with its type, in an order in which each may depend on those before it in the same period. `known`
   * ones come from the data.
   */
  readonly covariates: Readonly<Record<string, CovariateModel["type"] | CovariateModel>>;
  /** A family, or what learns the outcome. Default gaussian. */
  readonly outcome?: Family | Learner;
  /** Learns treatment: for the natural course and strategies that need its probability. Default: logistic regression. */
  readonly treatment?: Learner;
  /** Of all models but the outcome's, which is one of the last period. */
  readonly history?: HistoryOptions;
  /** Simulated copies of each unit. Default 20. Or "enumerate": every path of binary covariates, without chance. */
  readonly copies?: number | "enumerate";
  readonly seed: number;
  readonly bootstrap?: BootstrapOptions;
}

/** One variable in one period of the natural course. */
export interface NaturalCourseRow {
  readonly variable: string;
  /** Counted from 1. */
  readonly period: number;
  /** Mean of those who are there. */
  readonly observed: number;
  readonly simulated: number;
  /** Difference in standard deviations of the observed values; null when they do not vary. */
  readonly standardizedDifference: number | null;
}

export interface GFormula extends StrategyEstimates {
  /** Means by period under no intervention, observed beside simulated: where they part, the models are wrong. */
  readonly naturalCourse: readonly NaturalCourseRow[];
}

const OPTIONS = [
  "strategies",
  "contrasts",
  "level",
  "covariates",
  "outcome",
  "treatment",
  "history",
  "copies",
  "seed",
  "bootstrap",
];

/**
 * The mean outcome under each strategy. Each unit starts as it was observed in the first period; then, period by period, its
 * covariates are drawn from their models given its simulated past, and its treatment from the strategy. The mean is that of the
 * outcome's model over all simulated units. Gaussian covariates are drawn with the residual standard deviation and, like
 * counts, kept in the observed range; the natural course is simulated with a model of treatment. All strategies use the same
 * random numbers. Standard errors by the bootstrap over whole units (clusters), all models fitted anew. With censoring the
 * models are those of the units that are still there, and the mean is that had nobody been lost.
 * Sources: Robins 1986, doi:10.1016/0270-0255(86)90088-6; Taubman et al. 2009, doi:10.1093/ije/dyp192; McGrath et al. 2020,
 * doi:10.1016/j.patter.2020.100008 (gfoRmula).
 * @throws Error as `iteratedExpectations`, for a varying covariate without a type or of another type, or for paths that cannot be
 *     enumerated
 */
export function gFormula(data: Longitudinal, options: GFormulaOptions): GFormula {
  checkOptionNames("gFormula", options, OPTIONS);
  checkLongitudinal(data);
  needsFinalOutcome(data, "gFormula");
  const { strategies, history = {}, copies = 20, seed } = options;
  checkStrategies(strategies);
  const covariates = covariateModels(data, options);
  checkCopies(copies, covariates);
  const outcome = outcomeLearner(options.outcome ?? "gaussian");
  const treatment = treatmentModelOf(data, options);
  const plan = gFormulaModels(data, covariates, outcome, history, seed);
  const run = (all: readonly Strategy[], weights?: ArrayLike<number>) => {
    if (!history.pooled) checkArms(data, weights);
    const models = plan.fit(weights);
    const learned = all.some((one) => one.needsPropensity) ? treatment(weights) : undefined;
    const worlds = all.map((strategy) =>
      simulate({ data, models, strategy, learned, history, copies, seed, weights }),
    );
    return { models, worlds };
  };
  const { models, worlds } = run([...strategies, naturalCourse]);
  const values = worlds.slice(0, -1).map(({ mean }) => mean);
  const draws =
    options.bootstrap &&
    unitBootstrap(data, options.bootstrap, (weights) =>
      run(strategies, weights).worlds.map(({ mean }) => mean),
    );
  const names = Object.entries(covariates).map(([name, { type }]) => `${name} ${type}`);
  const how =
    copies === "enumerate" ? "all paths enumerated" : `${copies} simulated copies of each unit`;
  const estimates = estimatesFromValues(data, options, values, draws, {
    method: `parametric g-formula, ${how}; covariates ${names.join(", ") || "none"}; outcome by ${outcome.name} (${historyName(history)})`,
    warnings: models.warnings,
  });
  const last = worlds[worlds.length - 1];
  return { ...estimates, naturalCourse: compared(data, last.particles, last.mean) };
}

function covariateModels(
  data: Longitudinal,
  { covariates }: GFormulaOptions,
): Record<string, CovariateModel> {
  const there = Object.keys(data.varying);
  const given = Object.keys(covariates);
  const missing = there.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !there.includes(name));
  if (missing.length + unknown.length > 0) {
    throw new Error(
      `Every varying covariate needs a type (gaussian, binomial, poisson or known): ${[...missing.map((name) => `${name} has none`), ...unknown.map((name) => `${name} is not there`)].join(", ")}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(covariates).map(([name, model]) => {
      const full = typeof model === "string" ? { type: model } : model;
      if (["gaussian", "binomial", "poisson", "known"].includes(full.type)) return [name, full];
      throw new Error(
        `${name}: the type is gaussian, binomial, poisson or known, not ${full.type}.`,
      );
    }),
  );
}

function checkCopies(
  copies: number | "enumerate",
  covariates: Record<string, CovariateModel>,
): void {
  if (copies !== "enumerate") {
    if (Number.isInteger(copies) && copies >= 1) return;
    throw new Error(`copies is a whole number from 1 on or "enumerate", not ${copies}.`);
  }
  const other = Object.entries(covariates).find(
    ([, { type }]) => type !== "binomial" && type !== "known",
  );
  if (other)
    throw new Error(
      `Only binary covariates can be enumerated, but ${other[0]} is ${other[1].type}.`,
    );
}

function outcomeLearner(given: Family | Learner): Learner {
  return typeof given === "string" ? glmLearner({ family: given }) : given;
}

type Propensity = (particles: Particles, t: number) => Float64Array;

/** Probability of treatment of particles: the panel's model, asked about a simulated past. */
function treatmentModelOf(
  data: Longitudinal,
  { treatment = glmLearner(), history = {}, seed }: GFormulaOptions,
): (weights?: ArrayLike<number>) => Propensity {
  const model: EventModel = treatmentModel(data, treatment, history, seed);
  return (weights) => {
    const { predict } = model.fit(weights);
    return (particles, t) => {
      const rows = Int32Array.from({ length: particles.units }, (_, i) => i);
      return predict(t, historyFeatures(particles, t, rows, "covariates", history));
    };
  };
}

interface SimulateInput {
  readonly data: Longitudinal;
  readonly models: GFormulaModels;
  readonly strategy: Strategy;
  readonly learned?: Propensity;
  readonly history: HistoryOptions;
  readonly copies: number | "enumerate";
  readonly seed: number;
  readonly weights?: ArrayLike<number>;
}

/** Paths beyond this many would not fit into memory. */
const MOST_PARTICLES = 4_000_000;

function simulate(input: SimulateInput): { mean: number; particles: Particles } {
  const { data, models, strategy, learned, history, copies, seed, weights } = input;
  const isExact = copies === "enumerate";
  let particles = startOf(data, isExact ? 1 : copies, weights);
  const chance = random(seed).fork("g-formula");
  for (let t = 0; t < data.periods; t++) {
    for (const covariate of t === 0 ? [] : models.covariates) {
      particles = withCovariate(particles, data, covariate, t, history, isExact, chance);
    }
    const rows = Int32Array.from({ length: particles.units }, (_, i) => i);
    const natural =
      learned && strategy.needsPropensity ? spread(learned(particles, t), particles, t) : undefined;
    const p = strategyProbability(strategy, particles, t, rows, natural);
    particles = withBinary(
      particles,
      t,
      p,
      (own) => own.treatment,
      isExact,
      chance.fork("treatment").fork(t),
    );
    if (particles.units > MOST_PARTICLES) {
      throw new Error(
        `More than ${MOST_PARTICLES} paths in period ${t + 1}: simulate copies instead.`,
      );
    }
  }
  const rows = Int32Array.from({ length: particles.units }, (_, i) => i);
  const x = historyFeatures(particles, data.periods - 1, rows, "treatment", {
    ...history,
    pooled: false,
  });
  return { mean: weightedMean(models.outcome(x), particles.weight), particles };
}

function startOf(data: Longitudinal, copies: number, weights?: ArrayLike<number>): Particles {
  const units = Array.from({ length: data.units }, (_, u) => u).filter(
    (u) => !weights || weights[u] > 0,
  );
  const source = Int32Array.from(
    { length: units.length * copies },
    (_, i) => units[Math.floor(i / copies)],
  );
  return startParticles(
    data,
    source,
    Float64Array.from(source, (u) => (weights?.[u] ?? 1) / copies),
  );
}

/** A column of this period as a table of units and periods, as strategies read it. */
function spread(values: Float64Array, { units, periods }: Particles, t: number): Float64Array {
  const table = new Float64Array(units * periods);
  for (let i = 0; i < units; i++) table[i * periods + t] = values[i];
  return table;
}

function withCovariate(
  particles: Particles,
  data: Longitudinal,
  covariate: GFormulaModels["covariates"][number],
  t: number,
  history: HistoryOptions,
  isExact: boolean,
  chance: Random,
): Particles {
  const { name, type, known, range } = covariate;
  const { periods, units, source } = particles;
  const column = particles.varying[name];
  if (type === "known") {
    for (let i = 0; i < units; i++)
      column[i * periods + t] = data.varying[name][source[i] * periods + t];
    return particles;
  }
  const rows = Int32Array.from({ length: units }, (_, i) => i);
  const mean = covariate.mean(t, historyFeatures(particles, t, rows, known, history));
  const draws = chance.fork(name).fork(t);
  if (type === "binomial") {
    return withBinary(particles, t, mean, (own) => own.varying[name], isExact, draws);
  }
  const sd = covariate.sd(t);
  for (let i = 0; i < units; i++) {
    const value = type === "gaussian" ? mean[i] + sd * draws.normal() : draws.poisson(mean[i]);
    column[i * periods + t] = Math.min(Math.max(value, range[0]), range[1]);
  }
  return particles;
}

function withBinary(
  particles: Particles,
  t: number,
  p: Float64Array,
  columnOf: (particles: Particles) => Float64Array,
  isExact: boolean,
  draws: Random,
): Particles {
  const inside = p.map((value) => Math.min(Math.max(value, 0), 1));
  if (isExact) return splitParticles(particles, t, inside, columnOf);
  const column = columnOf(particles);
  for (let i = 0; i < particles.units; i++) {
    column[i * particles.periods + t] = draws.uniform() < inside[i] ? 1 : 0;
  }
  return particles;
}

function compared(data: Longitudinal, simulated: Particles, outcome: number): NaturalCourseRow[] {
  const tables: [string, ArrayLike<number>, ArrayLike<number>][] = [
    ...Object.keys(data.varying).map((name): [string, ArrayLike<number>, ArrayLike<number>] => [
      name,
      data.varying[name],
      simulated.varying[name],
    ]),
    ["treatment", data.treatment, simulated.treatment],
  ];
  const rows = tables.flatMap(([variable, seen, made]) =>
    Array.from({ length: data.periods }, (_, t) => {
      const observed = Float64Array.from(
        unitsWhere(data, t, isAtRisk),
        (u) => seen[u * data.periods + t],
      );
      const own = Float64Array.from(simulated.weight, (_, i) => made[i * data.periods + t]);
      return courseRow(variable, t + 1, observed, weightedMean(own, simulated.weight));
    }),
  );
  const known = Float64Array.from(unitsWithOutcome(data), (u) => data.outcome[u]);
  return [...rows, courseRow("outcome", data.periods, known, outcome)];
}

function courseRow(
  variable: string,
  period: number,
  values: Float64Array,
  simulated: number,
): NaturalCourseRow {
  const observed = weightedMean(values);
  const sd = Math.sqrt(weightedMean(values.map((value) => (value - observed) ** 2)));
  const standardizedDifference = sd > 0 ? (simulated - observed) / sd : null;
  return { variable, period, observed, simulated, standardizedDifference };
}
