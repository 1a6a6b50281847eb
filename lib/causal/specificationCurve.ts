/** One question asked in every defensible way: the estimator over all combinations of choices. */
import type { Row } from "../loaders/rows";
import { normal } from "../stats/distributions";
import { type Random, random } from "../stats/random";
import type { Estimate } from "./estimate";

/** Names of the alternatives for each decision: `{ outcome: ["count", "hours"], weights: ["none", "capped"] }`. */
export type Choices = Readonly<Record<string, readonly string[]>>;

/** One alternative for each decision. */
export type Specification = Readonly<Record<string, string>>;

/** A combination that cannot be estimated, and why. */
export interface Impossible {
  readonly impossible: string;
}

export type SpecificationEstimator = (specification: Specification) => Estimate | Impossible;

export interface PermutationOptions {
  /**
   * The estimator after the treatment has been permuted with this stream of random numbers: as it could have fallen without any
   * effect (within days, or whole users). One permutation serves all specifications.
   */
  readonly permuted: (draw: Random) => SpecificationEstimator;
  /** Default 500. */
  readonly draws?: number;
  readonly seed: number;
}

export interface SpecificationCurveOptions {
  /** Two-sided p-values below it are significant. Default 0.05. */
  readonly alpha?: number;
  readonly permutation?: PermutationOptions;
}

export interface CurveSummary {
  /** All combinations, and those with an estimate. */
  readonly specifications: number;
  readonly estimated: number;
  readonly median: number;
  readonly least: number;
  readonly largest: number;
  /** Shares of the estimated specifications. */
  readonly positive: number;
  readonly negative: number;
  readonly significant: number;
  readonly significantPositive: number;
  readonly significantNegative: number;
  /** Sum of z over the root of their number (Stouffer); null where one has no standard error. */
  readonly combinedZ: number | null;
}

/** P-values of the whole curve: the share of permutations, the data counted as one more, with as large a statistic. */
export interface CurveTest {
  readonly draws: number;
  /** |median estimate|. */
  readonly median: number;
  /** Number of significant estimates of the commoner sign. */
  readonly significant: number;
  /** |combined z|; null where there is none. */
  readonly combinedZ: number | null;
}

export interface SpecificationCurve {
  /**
   * Estimated specifications from the least to the largest estimate: `place` (from 1), `value`, `standard_error`, `lower`,
   * `upper`, `p`, `significant`, `rows`, `warnings`, and the alternative chosen for each decision under the decision's name.
   */
  readonly rows: readonly Row[];
  /** Combinations without an estimate, with their reason. */
  readonly impossible: readonly Row[];
  readonly summary: CurveSummary;
  readonly test: CurveTest | null;
  /** Names of the decisions with their alternatives, in order. */
  readonly choices: Choices;
}

/**
 * The estimate of every combination of choices, in order of size, and how much the answer depends on them. Specifications are
 * as good as the arguments for each of them: the median is no estimate of anything, and shares count combinations, not
 * evidence. The permutation test asks whether so large a median, so many significant estimates of one sign, or so large a
 * combined z would come about without any effect; permutations in which not the same specifications can be estimated count
 * those that can.
 * Source: Simonsohn, Simmons and Nelson 2020, doi:10.1038/s41562-020-0912-z.
 * @throws Error for decisions without or with twice the same alternative, when no combination can be estimated, and with the
 *     specification's name in front when the estimator throws
 */
export function specificationCurve(
  choices: Choices,
  estimator: SpecificationEstimator,
  options: SpecificationCurveOptions = {},
): SpecificationCurve {
  const { alpha = 0.05, permutation } = options;
  if (!(alpha > 0 && alpha < 1)) throw new Error(`alpha lies between 0 and 1, unlike ${alpha}.`);
  const specifications = combinations(choices);
  const { found, impossible } = estimated(specifications, estimator, alpha);
  if (found.length === 0) {
    throw new Error(
      `None of ${specifications.length} specifications can be estimated. The first: ${impossible[0]!.reason}`,
    );
  }
  found.sort((a, b) => a.value - b.value);
  const summary = summaryOf(found, specifications.length);
  return {
    rows: found.map(({ specification, estimate, value, p, significant }, k) => ({
      place: k + 1,
      value,
      standard_error: estimate.standardError,
      lower: estimate.lower,
      upper: estimate.upper,
      p,
      significant,
      rows: estimate.n,
      ...specification,
      warnings: estimate.warnings.join("; "),
    })),
    impossible: impossible.map(({ specification, reason }) => ({ ...specification, reason })),
    summary,
    test: permutation ? testOf(summary, specifications, permutation, alpha) : null,
    choices,
  };
}

/** Names that the rows use themselves. */
const OWN_COLUMNS = [
  ...["place", "value", "standard_error", "lower", "upper", "p"],
  ...["significant", "rows", "warnings", "reason"],
];

/** Every combination, the last decision changing fastest. */
export function combinations(choices: Choices): Specification[] {
  const decisions = Object.entries(choices);
  if (decisions.length === 0) throw new Error("There is no decision to vary.");
  for (const [decision, alternatives] of decisions) {
    if (alternatives.length === 0) throw new Error(`${decision} has no alternative.`);
    if (new Set(alternatives).size < alternatives.length) {
      throw new Error(`${decision} has the same alternative twice: ${alternatives.join(", ")}.`);
    }
    if (OWN_COLUMNS.includes(decision)) {
      throw new Error(`A decision is called ${decision}, as a column of the result is. Rename it.`);
    }
  }
  return decisions.reduce<Specification[]>(
    (soFar, [decision, alternatives]) =>
      soFar.flatMap((own) => alternatives.map((name) => ({ ...own, [decision]: name }))),
    [{}],
  );
}

interface Found {
  readonly specification: Specification;
  readonly estimate: Estimate;
  readonly value: number;
  readonly z: number | null;
  readonly p: number | null;
  readonly significant: boolean;
}

function estimated(
  specifications: readonly Specification[],
  estimator: SpecificationEstimator,
  alpha: number,
): { found: Found[]; impossible: { specification: Specification; reason: string }[] } {
  const found: Found[] = [];
  const impossible: { specification: Specification; reason: string }[] = [];
  for (const specification of specifications) {
    const result = named(specification, () => estimator(specification));
    if ("impossible" in result) {
      impossible.push({ specification, reason: result.impossible });
      continue;
    }
    const { value, standardError, warnings } = result;
    if (value === null) {
      impossible.push({ specification, reason: warnings.join("; ") || "no value" });
      continue;
    }
    const z = standardError === null || standardError === 0 ? null : value / standardError;
    const p = z === null ? null : 2 * normal().cdf(-Math.abs(z), 0, 1);
    const significant = p !== null && p < alpha;
    found.push({ specification, estimate: result, value, z, p, significant });
  }
  return { found, impossible };
}

function named<Result>(specification: Specification, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const name = Object.entries(specification).map(([decision, own]) => `${decision} = ${own}`);
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Specification ${name.join(", ")}: ${message}`, { cause: error });
  }
}

/** Of estimates in order. */
function summaryOf(found: readonly Found[], specifications: number): CurveSummary {
  const n = found.length;
  const share = (holds: (one: Found) => boolean) => found.filter(holds).length / n;
  const middle = (found[Math.floor((n - 1) / 2)]!.value + found[Math.floor(n / 2)]!.value) / 2;
  const z = found.map((one) => one.z);
  const total = z.reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + one),
    0,
  );
  return {
    specifications,
    estimated: n,
    median: middle,
    least: found[0]!.value,
    largest: found[n - 1]!.value,
    positive: share(({ value }) => value > 0),
    negative: share(({ value }) => value < 0),
    significant: share(({ significant }) => significant),
    significantPositive: share(({ significant, value }) => significant && value > 0),
    significantNegative: share(({ significant, value }) => significant && value < 0),
    combinedZ: total === null ? null : total / Math.sqrt(n),
  };
}

function testOf(
  observed: CurveSummary,
  specifications: readonly Specification[],
  { permuted, draws = 500, seed }: PermutationOptions,
  alpha: number,
): CurveTest {
  if (!(Number.isInteger(draws) && draws >= 1)) {
    throw new Error(`The number of permutations is a whole number from 1 on, not ${draws}.`);
  }
  const stream = random(seed).fork("specification curve");
  const bar = statistics(observed);
  const beyond = { median: 1, significant: 1, combinedZ: 1 };
  for (let draw = 0; draw < draws; draw++) {
    const { found } = estimated(specifications, permuted(stream.fork(draw)), alpha);
    if (found.length === 0) continue;
    found.sort((a, b) => a.value - b.value);
    const own = statistics(summaryOf(found, specifications.length));
    if (own.median >= bar.median) beyond.median++;
    if (own.significant >= bar.significant) beyond.significant++;
    if (own.combinedZ !== null && bar.combinedZ !== null && own.combinedZ >= bar.combinedZ)
      beyond.combinedZ++;
  }
  return {
    draws,
    median: beyond.median / (1 + draws),
    significant: beyond.significant / (1 + draws),
    combinedZ: bar.combinedZ === null ? null : beyond.combinedZ / (1 + draws),
  };
}

/** Rounded, so that ties count whatever the order of sums. */
function statistics(summary: CurveSummary) {
  const { median, significantPositive, significantNegative, combinedZ, estimated: n } = summary;
  return {
    median: Number(Math.abs(median).toPrecision(12)),
    significant: Math.round(n * Math.max(significantPositive, significantNegative)),
    combinedZ: combinedZ === null ? null : Number(Math.abs(combinedZ).toPrecision(12)),
  };
}
