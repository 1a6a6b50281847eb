/** Whether an outcome is separated by columns, so that coefficients without limit fit it ever better. */
import type { GlmDesign } from "./glmDesign";
import { linearPredictor } from "./glmDesign";
import type { Family } from "./glmFamilies";

export interface Separation {
  /** Whether every row is told apart, not only some. */
  readonly complete: boolean;
  /** Rows that are told apart. */
  readonly rows: number;
  /** Columns of the direction in which they are. */
  readonly names: readonly string[];
}

/** Predictors of separated rows go on by 1 a step of Newton's method; in other fits such long steps end early. */
const LONG_STEP = 0.5;
/** Parts of the longest step that count as none. */
const NONE = 1e-3;
const NONE_OF_COLUMN = 1e-2;

/**
 * A step s of the coefficients is proof of separation when x's is at least 0 for every row with outcome 1, at most 0 for every
 * row with outcome 0, and 0 for those between, and not 0 everywhere: along it the likelihood rises for ever. For counts x's is
 * at most 0 for every row with outcome 0, and 0 for the others. Undefined where the step is no such proof.
 * Sources: Albert and Anderson 1984, doi:10.1093/biomet/71.1.1; Correia, Guimaraes and Zylkin 2019, arXiv:1903.01633.
 */
export function separation(
  design: GlmDesign,
  family: Family,
  step: Float64Array,
): Separation | undefined {
  if (family === "gaussian") return undefined;
  const { outcome, used, rows, intercept } = design;
  const along = linearPredictor(design, design.columns, step, undefined, outcome.length);
  let longest = 0;
  for (let k = 0; k < rows; k++) longest = Math.max(longest, Math.abs(along[used ? used[k]! : k]!));
  if (!(longest > LONG_STEP)) return undefined;
  let apart = 0;
  for (let k = 0; k < rows; k++) {
    const i = used ? used[k]! : k;
    const y = outcome[i]!;
    const gain =
      y === 0 ? -along[i]! : y === 1 && family === "binomial" ? along[i]! : -Math.abs(along[i]!);
    if (gain < -NONE * longest) return undefined;
    if (gain > NONE * longest) apart++;
  }
  const first = intercept ? 1 : 0;
  const sizes = step.map(Math.abs);
  const largest = Math.max(...sizes.subarray(first), 0);
  const names = design.names.filter(
    (_, k) => k >= first && largest > 0 && sizes[k]! > NONE_OF_COLUMN * largest,
  );
  return {
    complete: apart === rows,
    rows: apart,
    names: names.length > 0 ? names : design.names.slice(0, 1),
  };
}
