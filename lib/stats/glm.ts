/** Generalized linear models: gaussian, binomial (logistic) and Poisson regression. */
import { glmInference } from "./glmCovariance";
import {
  checkedColumn,
  type GlmDesign,
  type GlmInput,
  glmDesign,
  linearPredictor,
  withoutColumns,
} from "./glmDesign";
import { FAMILIES, type Family, type FamilyRules } from "./glmFamilies";
import { fitGlm, type GlmFit } from "./glmFit";
import { COVARIANCE_TYPES, type CovarianceType } from "./sandwich";
import { type Separation, separation } from "./separation";

export type { GlmInput } from "./glmDesign";
export type { Family } from "./glmFamilies";

export interface GlmOptions {
  readonly family: Family;
  /** Penalty of squared coefficients, one for all columns or by name; 0 or more. Default 0. */
  readonly ridge?: number | Readonly<Record<string, number>>;
  /** Whether the penalty is of coefficients of columns divided by their standard deviations (default), or as given. */
  readonly ridgeOn?: "standardized" | "raw";
  /** Whether a first column `intercept` of ones is added. Default true. */
  readonly intercept?: boolean;
  /** Default `cluster` where clusters are given, else `classical`. */
  readonly covariance?: CovarianceType;
  /**
   * What p-values and intervals come from. Default `t` for the gaussian family and for clusters, else `normal`. Its degrees of
   * freedom: clusters - 1 for `cluster`, Satterthwaite's for `CR2`, else rows - K.
   */
  readonly reference?: "normal" | "t";
  /** Of the intervals. Default 0.95. */
  readonly level?: number;
  /** Default 50. */
  readonly maxIterations?: number;
  /** Of the last step: it would change the log likelihood of a row by less than the square of this. Default 1e-8. */
  readonly tolerance?: number;
  /** A column that earlier ones determine: an error that names it (default), or left out and named in `leftOut`. */
  readonly collinear?: "error" | "drop";
}

export interface Glm {
  readonly family: Family;
  /** Names of the coefficients: the intercept, then the columns in their order; K of them. */
  readonly names: readonly string[];
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  /** Covariance of the coefficients, K x K, row by row. */
  readonly covariance: Float64Array;
  readonly covarianceType: CovarianceType;
  /** Coefficients over standard errors: z or t. */
  readonly statistics: Float64Array;
  /** Two-sided, of the hypothesis that the coefficient is 0. */
  readonly pValues: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly level: number;
  readonly reference: "normal" | "t";
  /** Of the reference distribution, one a coefficient; Infinity for the normal one. */
  readonly referenceDegreesOfFreedom: Float64Array;
  /** The expected outcome of every row, also of those with weight 0. */
  readonly fitted: Float64Array;
  /** 2 (log likelihood of the model that fits each row exactly - log likelihood). */
  readonly deviance: number;
  /** Variance of a row over V(mu) / w: 1, for the gaussian family the residual variance. */
  readonly dispersion: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Rows with a weight above 0. */
  readonly rows: number;
  /** Rows - K. */
  readonly degreesOfFreedom: number;
  /** Clusters, or null without. */
  readonly clusters: number | null;
  /** Columns that others determine, or constant ones, that were left out. */
  readonly leftOut: readonly string[];
  /** How columns separate the outcome, or null. */
  readonly separation: Separation | null;
  readonly warnings: readonly string[];
  /**
   * Expected outcomes of new rows: `columns` has those of the fit, by name; others are passed over.
   * @throws Error naming the column that is missing, or its row without a finite value
   */
  predict(
    columns: Readonly<Record<string, ArrayLike<number>>>,
    options?: GlmPredictOptions,
  ): Float64Array;
}

export interface GlmPredictOptions {
  readonly offset?: ArrayLike<number>;
  /** The expected outcome (default) or the linear predictor. */
  readonly scale?: "response" | "link";
  /** Needed only for a model without columns. */
  readonly rows?: number;
}

/** A warning that concerns standard errors alone. */
export const SHARES_AS_BINARY =
  "outcomes between 0 and 1: classical errors take their variance for that of 0 and 1";

/** Probabilities so near 0 or 1 count as being there. */
const EXTREME = 1e-8;

/** Iterations for which separated coefficients are followed: each takes their rows' probabilities e times nearer 0 or 1. */
const FOLLOWED = 15;

/**
 * Coefficients b that minimize, over rows with weight w, offset o and linear predictor eta = x'b + o,
 *
 *     sum w l(y, eta) + 1/2 sum_j ridge_j (s_j b_j)^2
 *
 *     gaussian   l = (y - eta)^2 / 2,                  mu = eta,                  V = 1
 *     binomial   l = log(1 + e^eta) - y eta,           mu = 1 / (1 + e^-eta),     V = mu (1 - mu),   y from 0 to 1
 *     poisson    l = e^eta - y eta,                    mu = e^eta,                V = mu,            y from 0 on
 *
 * with s_j the (weighted) standard deviation of column j with n, or 1 for `ridgeOn: "raw"`. The intercept has no penalty. So
 * `{ ridge: 1 / C, ridgeOn: "raw" }` is scikit-learn's LogisticRegression(C), `{ ridge: alpha, ridgeOn: "raw" }` its
 * Ridge(alpha), and "standardized" is either after StandardScaler.
 *
 * Covariances are those of `sandwichCovariance` with working weights w V and residuals (y - mu) / V. Classical is
 * phi B X'WX B with B = (X'WX + penalty)^-1, phi = 1 or, gaussian, sum w e^2 / (N - K); with outcomes between 0 and 1
 * phi = 1 is not right and a warning says so. With a penalty all are of the penalized coefficients about their
 * own mean: the bias is not in them. Weights are as if known. Repeating a row is the same as doubling its weight, but for N and
 * for robust covariances, which take a row with its weight as one.
 *
 * Said in `warnings`: separation of the outcome (by which columns), fitted probabilities at 0 or 1, no convergence, columns
 * left out, an outcome without variance. A separated model's coefficients have no finite values: those returned are where the
 * steps ended.
 * Rows of weight 0 are as if not there, and may have any outcome. Other missing values are an error.
 * Cost: one pass of N K^2 / 2 an iteration, of which there are few.
 * Sources: McCullagh and Nelder 1989, *Generalized Linear Models*, chapter 2; Papke and Wooldridge 1996 for outcomes between
 * 0 and 1, doi:10.1002/(SICI)1099-1255(199611)11:6<619::AID-JAE418>3.0.CO;2-1.
 * @throws Error for an unknown option, columns of different length, values that are not finite or not of the family, a weight
 *     below 0, collinear or constant columns (unless they are to be dropped), no more rows than columns, fewer than two
 *     clusters, or, with an intercept, binomial outcomes that are all 0 or all 1, or counts that are all 0
 */
export function glm(input: GlmInput, options: GlmOptions): Glm {
  const settings = checkedOptions(input, options);
  const { family, intercept, collinear } = settings;
  const rows = input.outcome.length;
  if (input.cluster) checkedColumn("cluster", input.cluster, rows);
  const rules = FAMILIES[family];
  const { design: given, constant } = glmDesign(input, family, intercept);
  const same = sameOutcome(given);
  if (same !== undefined && intercept && (rules.limits as readonly number[]).includes(same)) {
    throw new Error(`All outcomes are ${same}: there is nothing to fit a model to.`);
  }
  const { design, fit, separated, determined } = fitted(given, settings);
  const leftOut = [...constant, ...determined];
  if (leftOut.length > 0 && collinear === "error") {
    throw new Error(
      `${leftOut.join(", ")}: constant, or determined by the other columns (${design.names.join(", ")}). Leave out, or pass { collinear: "drop" }.`,
    );
  }
  const { coefficients } = fit;
  const predictor = linearPredictor(design, design.columns, coefficients, design.offset, rows);
  const means = predictor.map(rules.mean);
  const warnings = [
    ...(leftOut.length > 0 ? [`left out as constant or collinear: ${leftOut.join(", ")}`] : []),
    ...(separated ? [separationWarning(separated)] : []),
    ...(fit.converged || separated ? [] : [`no convergence after ${fit.iterations} iterations`]),
    ...(same === undefined ? [] : [`all outcomes are ${same}`]),
    ...extremes(design, family, means),
    ...dispersed(design, settings),
  ];
  return {
    family,
    names: design.names,
    ...glmInference({ design, rules, fit, predictor, cluster: input.cluster }, settings),
    fitted: means,
    iterations: fit.iterations,
    converged: fit.converged,
    leftOut,
    separation: separated ?? null,
    warnings,
    predict: (columns, more = {}) => predicted(design, rules, coefficients, columns, more),
  };
}

/** Options with their defaults. */
export interface GlmSettings extends Required<Omit<GlmOptions, "ridge">> {
  readonly ridge: number | Readonly<Record<string, number>>;
}

function checkedOptions(input: GlmInput, options: GlmOptions): GlmSettings {
  const covariance = options.covariance ?? (input.cluster ? "cluster" : "classical");
  const byCluster = covariance === "cluster" || covariance === "CR2";
  const defaults = {
    family: options.family,
    ridge: 0,
    ridgeOn: "standardized",
    intercept: true,
    covariance,
    reference: options.family === "gaussian" || byCluster ? "t" : "normal",
    level: 0.95,
    maxIterations: 50,
    tolerance: 1e-8,
    collinear: "error",
  } as const;
  const settings: GlmSettings = { ...defaults, ...definedOf(options) };
  const unknown = Object.keys(options).filter((name) => !(name in defaults));
  if (unknown.length > 0) {
    throw new Error(
      `glm has no option ${unknown.join(", ")}. It has ${Object.keys(defaults).join(", ")}.`,
    );
  }
  oneOf("family", settings.family, Object.keys(FAMILIES));
  oneOf("covariance", covariance, COVARIANCE_TYPES);
  oneOf("ridgeOn", settings.ridgeOn, ["standardized", "raw"]);
  oneOf("reference", settings.reference, ["normal", "t"]);
  oneOf("collinear", settings.collinear, ["error", "drop"]);
  if (byCluster && !input.cluster) throw new Error("Cluster-robust errors need clusters.");
  if (covariance === "CR2" && hasPenalty(settings.ridge)) {
    throw new Error(
      "CR2 is for fits without a penalty. Leave ridge out, or take another covariance.",
    );
  }
  checkedRidge(settings.ridge, Object.keys(input.columns));
  const { maxIterations, tolerance } = settings;
  if (!(Number.isInteger(maxIterations) && maxIterations > 0)) {
    throw new Error(`maxIterations is a whole number above 0, not ${maxIterations}.`);
  }
  if (!(tolerance > 0)) throw new Error(`tolerance is above 0, not ${tolerance}.`);
  return settings;
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new Error(`${name} is one of ${allowed.join(", ")}, not ${value}.`);
  }
}

function definedOf<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}

function hasPenalty(ridge: GlmSettings["ridge"]): boolean {
  return typeof ridge === "number" ? ridge > 0 : Object.values(ridge).some((value) => value > 0);
}

/** Fits, and fits again without the columns that others determine. */
function fitted(given: GlmDesign, settings: GlmSettings) {
  const { family, maxIterations, tolerance } = settings;
  let design = given;
  const determined: string[] = [];
  for (;;) {
    const { rows, names } = design;
    if (rows <= names.length) {
      throw new Error(
        `${names.length} coefficients need more than ${rows} rows of weight above 0.`,
      );
    }
    const penalty = penaltyOf(design, settings);
    const finite = names.every((_, k) => penalty[k]! > 0 || (design.intercept && k === 0));
    let separated: Separation | undefined;
    let followed = 0;
    const runsOff = (step: Float64Array) => {
      // With a penalty on every column none runs off, save the intercept, for which all outcomes would have to be alike.
      if (finite && names.length > 1) return false;
      separated = separation(design, family, step) ?? separated;
      return separated !== undefined && ++followed > FOLLOWED;
    };
    const size = family === "gaussian" ? meanSquare(design) : 0;
    const unit = (loss: number) => (family === "gaussian" ? (2 * loss) / rows + 1e-14 * size : 1);
    const found = fitGlm(design, FAMILIES[family], {
      penalty,
      maxIterations,
      tolerance,
      runsOff,
      unit,
    });
    if (!("determined" in found)) {
      const fit: GlmFit = found;
      return { design, fit, separated, determined };
    }
    determined.push(...found.determined.map((k) => names[k]!));
    design = withoutColumns(design, found.determined);
  }
}

/** In the units of the columns (x - mean) / scale. */
function penaltyOf(design: GlmDesign, { ridge, ridgeOn }: GlmSettings): Float64Array {
  const { names, intercept, deviations, scales } = design;
  const first = intercept ? 1 : 0;
  const penalty = new Float64Array(names.length);
  const byName = typeof ridge === "number" ? undefined : new Map(Object.entries(ridge));
  for (let k = first; k < names.length; k++) {
    const own = byName ? (byName.get(names[k]!) ?? 0) : (ridge as number);
    const unit = ridgeOn === "raw" ? 1 : deviations[k - first]!;
    penalty[k] = own * (unit / scales[k - first]!) ** 2;
  }
  return penalty;
}

function checkedRidge(ridge: GlmSettings["ridge"], columns: readonly string[]): void {
  const entries: readonly (readonly [string, number])[] =
    typeof ridge === "number" ? [["all columns", ridge]] : Object.entries(ridge);
  for (const [name, value] of entries) {
    if (!(value >= 0 && value < Infinity)) {
      throw new Error(`ridge of ${name} is 0 or more, not ${value}.`);
    }
    if (typeof ridge !== "number" && !columns.includes(name)) {
      throw new Error(`ridge names ${name}, but the columns are ${columns.join(", ")}.`);
    }
  }
}

/** The outcome, where all rows have the same. */
function sameOutcome({ outcome, used, rows }: GlmDesign): number | undefined {
  const one = outcome[used ? used[0]! : 0];
  for (let k = 1; k < rows; k++) if (outcome[used ? used[k]! : k] !== one) return undefined;
  return one;
}

function meanSquare({ outcome, used, rows }: GlmDesign): number {
  let sum = 0;
  for (let k = 0; k < rows; k++) sum += outcome[used ? used[k]! : k]! ** 2;
  return sum / rows;
}

function separationWarning({ complete, rows, names }: Separation): string {
  const columns = `${names.join(", ")} ${names.length > 1 ? "separate" : "separates"}`;
  return complete
    ? `complete separation: ${columns} the outcomes of all rows; no finite coefficients fit best. Use ridge.`
    : `quasi-complete separation: ${columns} the outcomes of ${rows} rows; no finite coefficient fits best. Use ridge, or leave it out.`;
}

function extremes({ used, rows }: GlmDesign, family: Family, means: Float64Array): string[] {
  if (family !== "binomial") return [];
  let count = 0;
  for (let k = 0; k < rows; k++) {
    const mean = means[used ? used[k]! : k]!;
    if (mean < EXTREME || mean > 1 - EXTREME) count++;
  }
  return count === 0
    ? []
    : [`${count} of ${rows} fitted probabilities are 0 or 1 (within ${EXTREME})`];
}

/** Outcomes between 0 and 1 vary less, or more, than 0 and 1 do. */
function dispersed(design: GlmDesign, { family, covariance }: GlmSettings): string[] {
  if (family !== "binomial" || covariance !== "classical") return [];
  const { outcome, used, rows } = design;
  for (let k = 0; k < rows; k++) {
    const y = outcome[used ? used[k]! : k]!;
    if (y > 0 && y < 1) {
      return [SHARES_AS_BINARY];
    }
  }
  return [];
}

function predicted(
  design: GlmDesign,
  rules: FamilyRules,
  coefficients: Float64Array,
  columns: Readonly<Record<string, ArrayLike<number>>>,
  { offset, scale = "response", rows }: GlmPredictOptions,
): Float64Array {
  const names = design.intercept ? design.names.slice(1) : design.names;
  const missing = names.filter((name) => !(name in columns));
  if (missing.length > 0)
    throw new Error(`There is no column ${missing.join(", ")} to predict from.`);
  const length = rows ?? Object.values(columns)[0]?.length ?? offset?.length;
  if (length === undefined) throw new Error("How many rows? Pass { rows }.");
  const checked = names.map((name) => checkedColumn(name, columns[name]!, length));
  const added = offset && checkedColumn("offset", offset, length);
  const predictor = linearPredictor(design, checked, coefficients, added, length);
  return scale === "link" ? predictor : predictor.map(rules.mean);
}
