/** What an unobserved confounder of given strength would do to a regression: omitted variable bias in partial R2. */
import { finite } from "./panelColumns";
import { checkLevel } from "./scoreMean";

/** The coefficient of the treatment in a least squares regression. */
export interface RegressionEffect {
  readonly estimate: number;
  /** The classical one (homoskedastic, no clusters), > 0: partial R2 and bias are computed from it. */
  readonly standardError: number;
  /** Rows minus coefficients. */
  readonly degreesOfFreedom: number;
  /**
   * Robust or clustered standard error over the classical one, > 0, default 1. Standard errors and t-values of results
   * are multiplied and divided by it, as if it were the same with the confounder in the regression.
   */
  readonly inflation?: number;
  /** Where given, critical values are those of t with one degree of freedom less than there are clusters. */
  readonly clusters?: number | null;
}

/** Partial R2 of a confounder Z, each in [0, 1]. */
export interface ConfounderStrength {
  /** Share of the treatment's variance that the covariates leave and Z explains, R2(D ~ Z | X), below 1. */
  readonly treatment: number;
  /** Share of the outcome's variance that treatment and covariates leave and Z explains, R2(Y ~ Z | D, X). */
  readonly outcome: number;
}

export interface AdjustmentOptions {
  /** Whether the bias made the estimate too large in size (true, default) or too small. */
  readonly reduce?: boolean;
  /** Confidence level. Default 0.95. */
  readonly level?: number;
}

export interface AdjustedEffect {
  readonly estimate: number;
  readonly standardError: number;
  /** Null where the standard error is 0: the confounder explains the outcome wholly. */
  readonly t: number | null;
  readonly lower: number;
  readonly upper: number;
  /** Size of the bias. */
  readonly bias: number;
}

export interface RobustnessOptions {
  /** Share of the estimate that is to be explained away, > 0. Default 1: all of it. */
  readonly q?: number;
  /**
   * Significance level: how strong must Z be for what remains not to be significant any more? Default 1, which asks about the
   * estimate alone.
   */
  readonly alpha?: number;
}

/** Partial R2 of the treatment with the outcome, t^2 / (t^2 + degrees of freedom). */
export function partialR2(effect: RegressionEffect): number {
  const f = partialF(effect);
  return f ** 2 / (1 + f ** 2);
}

/**
 * The least partial R2 with both treatment and outcome at which a confounder explains the share q of the estimate away
 * (alpha 1), or makes the rest insignificant: with f_q = q |t| / sqrt(df), f* = t*(alpha, df - 1) / sqrt(df - 1), f = f_q - f*
 *
 *     0                               f_q <= f*: nothing is significant from the start
 *     (sqrt(f^4 + 4 f^2) - f^2) / 2   f_q < 1 / f*
 *     (f_q^2 - f*^2) / (1 + f_q^2)    otherwise: a share of the outcome below the treatment's is enough
 *
 * f* is 0 for alpha 1, and is multiplied by the inflation of the standard error.
 * Source: Cinelli and Hazlett 2020, doi:10.1111/rssb.12348, equations 18 and 19; R package sensemakr for the last case.
 */
export function robustnessValue(effect: RegressionEffect, options: RobustnessOptions = {}): number {
  const { fq, critical } = bar(effect, options);
  if (fq <= critical) return 0;
  if (critical > 0 && fq >= 1 / critical) return (fq ** 2 - critical ** 2) / (1 + fq ** 2);
  const f = fq - critical;
  return (Math.sqrt(f ** 4 + 4 * f ** 2) - f ** 2) / 2;
}

/**
 * The least partial R2 with the treatment when the confounder may explain the outcome as well as it likes:
 * (f_q^2 - f*^2) / (1 + f_q^2), at least 0. With q = 1 and alpha = 1 it is the {@link partialR2} of the treatment.
 * Source: Cinelli and Hazlett 2020, section 4.3.
 */
export function extremeRobustnessValue(
  effect: RegressionEffect,
  options: RobustnessOptions = {},
): number {
  const { fq, critical } = bar(effect, options);
  return Math.max(0, (fq ** 2 - critical ** 2) / (1 + fq ** 2));
}

/**
 * Estimate, standard error and interval that the regression would have had with the confounder in it:
 *
 *     bias   = SE sqrt(df) sqrt(R2y R2d / (1 - R2d))
 *     SE     = SE sqrt((1 - R2y) / (1 - R2d)) sqrt(df / (df - 1))
 *
 * with R2d and R2y the strengths with treatment and outcome. Algebra, not approximation (with inflation 1).
 * The interval has the critical value of t with df - 1 degrees of freedom, as in that regression (sensemakr takes df).
 * Source: Cinelli and Hazlett 2020, equations 12 and 13.
 * @throws Error for strengths outside [0, 1], or 1 with the treatment
 */
export function adjustedEffect(
  effect: RegressionEffect,
  strength: ConfounderStrength,
  options: AdjustmentOptions = {},
): AdjustedEffect {
  const { reduce = true, level = 0.95 } = options;
  const { estimate, degreesOfFreedom: df, inflation = 1 } = checked(effect);
  checkLevel(level);
  const { treatment: r2d, outcome: r2y } = strength;
  if (!(r2d >= 0 && r2d < 1 && r2y >= 0 && r2y <= 1)) {
    throw new Error(
      `Partial R2 lie between 0 and 1 (below 1 with the treatment), unlike ${r2d} with the treatment, ${r2y} with the outcome.`,
    );
  }
  const bias = effect.standardError * Math.sqrt(df) * Math.sqrt((r2y * r2d) / (1 - r2d));
  const size = Math.abs(estimate) + (reduce ? -bias : bias);
  const adjusted = (estimate < 0 ? -1 : 1) * size;
  const factor = Math.sqrt((1 - r2y) / (1 - r2d)) * Math.sqrt(df / (df - 1));
  const standardError = inflation * effect.standardError * factor;
  const reach = criticalWith(1 - level, effect) * standardError;
  return {
    estimate: adjusted,
    standardError,
    t: finite(adjusted / standardError),
    lower: adjusted - reach,
    upper: adjusted + reach,
    bias,
  };
}

export interface BenchmarkOptions {
  /** How many times as strong as the covariate the confounder is with the treatment, >= 0. Default 1. */
  readonly kD?: number;
  /** And with the outcome. Default kD. */
  readonly kY?: number;
}

/**
 * The most that a confounder can explain which is kD times as strong with the treatment and kY times as strong with the
 * outcome as a covariate Xj (or group of them), from the partial R2 of Xj with the treatment given the other covariates and
 * with the outcome given treatment and other covariates:
 *
 *     R2(D ~ Z | X)     = kD R2d / (1 - R2d)
 *     R2(Y ~ Z | D, X) <= ((sqrt(kY) + r) / sqrt(1 - r^2))^2 R2y / (1 - R2y),  r^2 = kD R2d^2 / ((1 - kD R2d) (1 - R2d))
 *
 * A bound above 1 on the outcome's side is 1.
 * Source: Cinelli and Hazlett 2020, section 4.4 and appendix.
 * @returns null where no confounder can be so strong with the treatment
 */
export function benchmarkBound(
  covariate: ConfounderStrength,
  options: BenchmarkOptions = {},
): ConfounderStrength | null {
  const { kD = 1 } = options;
  const { kY = kD } = options;
  if (!(kD >= 0 && kY >= 0 && Number.isFinite(kD + kY))) {
    throw new Error(`Multiples of a covariate's strength are 0 or more, unlike ${kD} and ${kY}.`);
  }
  const { treatment: r2d, outcome: r2y } = covariate;
  if (!(r2d >= 0 && r2d < 1 && r2y >= 0 && r2y < 1)) {
    throw new Error(`A covariate's partial R2 lie in [0, 1), unlike ${r2d} and ${r2y}.`);
  }
  const treatment = (kD * r2d) / (1 - r2d);
  const squared = (kD * r2d ** 2) / ((1 - kD * r2d) * (1 - r2d));
  if (!(treatment < 1 && squared >= 0 && squared < 1)) return null;
  const factor = (Math.sqrt(kY) + Math.sqrt(squared)) ** 2 / (1 - squared);
  return { treatment, outcome: Math.min(1, (factor * r2y) / (1 - r2y)) };
}

export interface ConfounderGridOptions extends AdjustmentOptions {
  /** Strongest confounders of the grid, in (0, 1). Default 0.4 each. */
  readonly most?: ConfounderStrength;
  /** Steps from 0 to the strongest. Default 8. */
  readonly steps?: number;
}

export type ConfounderGridRow = {
  readonly treatment_r2: number;
  readonly outcome_r2: number;
  readonly adjusted_estimate: number;
  readonly adjusted_standard_error: number;
  readonly adjusted_t: number | null;
  readonly adjusted_lower: number;
  readonly adjusted_upper: number;
};

/**
 * {@link adjustedEffect} over a grid of strengths, the strongest with the outcome first, so that a heatmap with
 * `row: "outcome_r2"` and `column: "treatment_r2"` has 0, 0 in its lower left corner; its `signLine` is the border where the
 * estimate changes its sign.
 */
export function confounderGrid(
  effect: RegressionEffect,
  options: ConfounderGridOptions = {},
): ConfounderGridRow[] {
  const { most = { treatment: 0.4, outcome: 0.4 }, steps = 8 } = options;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new Error(`The grid has a whole number of steps from 1 on, not ${steps}.`);
  }
  const share = (largest: number, k: number) => Number(((largest * k) / steps).toFixed(6));
  const rows: ConfounderGridRow[] = [];
  for (let down = steps; down >= 0; down--) {
    for (let across = 0; across <= steps; across++) {
      const strength = {
        treatment: share(most.treatment, across),
        outcome: share(most.outcome, down),
      };
      rows.push(gridRow(effect, strength, options));
    }
  }
  return rows;
}

export interface ExtremeScenarioOptions extends AdjustmentOptions {
  /** Shares of what is left of the outcome that the confounder explains. Default 1, 0.75 and 0.5. */
  readonly outcome?: readonly number[];
  /** Shares of what is left of the treatment. Default 0 to 0.1 by 0.005. */
  readonly treatment?: readonly number[];
}

/**
 * {@link adjustedEffect} for confounders that explain most of the outcome, by how much they explain of the treatment.
 * Rows of one `outcome_r2` stand together. Source: Cinelli and Hazlett 2020, section 5.3.
 */
export function extremeScenario(
  effect: RegressionEffect,
  options: ExtremeScenarioOptions = {},
): ConfounderGridRow[] {
  const { outcome = [1, 0.75, 0.5] } = options;
  const treatment =
    options.treatment ?? Array.from({ length: 21 }, (_, k) => Number((k * 0.005).toFixed(3)));
  return outcome.flatMap((y) =>
    treatment.map((d) => gridRow(effect, { treatment: d, outcome: y }, options)),
  );
}

function gridRow(
  effect: RegressionEffect,
  strength: ConfounderStrength,
  options: AdjustmentOptions,
): ConfounderGridRow {
  const adjusted = adjustedEffect(effect, strength, options);
  return {
    treatment_r2: strength.treatment,
    outcome_r2: strength.outcome,
    adjusted_estimate: adjusted.estimate,
    adjusted_standard_error: adjusted.standardError,
    adjusted_t: adjusted.t,
    adjusted_lower: adjusted.lower,
    adjusted_upper: adjusted.upper,
  };
}

/** Two-sided critical value of t: the root of that of F with 1 and as many degrees of freedom. @param alpha  in (0, 1] */
export function criticalT(alpha: number, degreesOfFreedom: number): number {
  return alpha >= 1 ? 0 : Math.sqrt(fisher().quantile(1 - alpha, 1, degreesOfFreedom));
}

/** With the confounder one degree of freedom is gone, unless clusters count. */
function criticalWith(alpha: number, { degreesOfFreedom, clusters }: RegressionEffect): number {
  return criticalT(alpha, (clusters ?? degreesOfFreedom) - 1);
}

/** Loaded when first asked for, as the distributions of `stats`. */
function fisher(): typeof import("@stdlib/stats-base-dists-f") {
  return require("@stdlib/stats-base-dists-f");
}

/** Cohen's partial f, |t| / sqrt(degrees of freedom). */
function partialF(effect: RegressionEffect): number {
  const { estimate, standardError, degreesOfFreedom } = checked(effect);
  return Math.abs(estimate / standardError) / Math.sqrt(degreesOfFreedom);
}

function bar(effect: RegressionEffect, { q = 1, alpha = 1 }: RobustnessOptions) {
  if (!(q > 0 && Number.isFinite(q))) throw new Error(`q is a share above 0, not ${q}.`);
  if (!(alpha > 0 && alpha <= 1)) throw new Error(`alpha lies in (0, 1], unlike ${alpha}.`);
  const fq = q * partialF(effect);
  const { degreesOfFreedom, inflation = 1 } = effect;
  const critical = (inflation * criticalWith(alpha, effect)) / Math.sqrt(degreesOfFreedom - 1);
  return { fq, critical };
}

function checked(effect: RegressionEffect): RegressionEffect {
  const { estimate, standardError, degreesOfFreedom, inflation = 1, clusters } = effect;
  if (!(Number.isFinite(estimate) && standardError > 0 && Number.isFinite(standardError))) {
    throw new Error(
      `Sensitivity needs an estimate and a standard error above 0, not ${estimate} and ${standardError}.`,
    );
  }
  if (!(degreesOfFreedom > 1)) {
    throw new Error(`There must be at least 2 degrees of freedom, not ${degreesOfFreedom}.`);
  }
  if (!(inflation > 0 && Number.isFinite(inflation))) {
    throw new Error(`The inflation of the standard error lies above 0, unlike ${inflation}.`);
  }
  if (clusters != null && !(clusters >= 2)) {
    throw new Error(`There must be at least 2 clusters, not ${clusters}.`);
  }
  return effect;
}
