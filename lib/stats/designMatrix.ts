/** Columns for a regression from a short description: numbers, powers, factors, interactions and splines. */
import type { FittedTerm, Table, Term } from "./designTerms";
import { tableRows } from "./designTerms";

export type { Table, Term } from "./designTerms";
export {
  bSpline,
  factor,
  interaction,
  numeric,
  power,
  spline,
  standardized,
} from "./designTerms";

export interface DesignColumns {
  /** One column a name, in the order of the terms, as `glm` and `leastSquares` take them; without an intercept. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly names: readonly string[];
  readonly rows: number;
}

export interface DesignMatrix extends DesignColumns {
  /**
   * The same columns for another table, with the levels, means, standard deviations and knots of the first: nothing is learned
   * from the other.
   * @throws Error for a level the first table did not have (unless the factor takes it as zero), or a missing value
   */
  apply(table: Table): DesignColumns;
}

/**
 * The columns of the terms, each named as it appears in tables of coefficients: `x`, `x^2`, `standardized(x)`,
 * `day_of_week[Monday]`, `a:x`, `spline(t)[1]`.
 *
 *     designMatrix(table, [
 *       numeric("x"), power("x", 2), factor("day_of_week", { reference: "Friday" }),
 *       interaction("a", "x"), spline("t", { df: 4 }),
 *     ])
 *
 * Missing values (null, undefined, NaN) are an error that names column and row: fill them or leave the rows out.
 * @param table  columns by name: numbers, booleans (1 and 0), bigints, or for factors also strings
 * @throws Error for no terms, two columns of one name, a column that is not there, columns of different length, a value that
 *     is missing or no number where one is needed, and whatever a term says of itself
 */
export function designMatrix(table: Table, terms: readonly Term[]): DesignMatrix {
  if (terms.length === 0) throw new Error("A design needs at least one term.");
  const fitted = terms.map((term) => term.fit(table, terms));
  const names = fitted.flatMap((term) => term.names);
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice !== undefined) throw new Error(`Two columns are called ${twice}.`);
  return { ...columnsOf(table, fitted), apply: (other) => columnsOf(other, fitted) };
}

function columnsOf(table: Table, fitted: readonly FittedTerm[]): DesignColumns {
  const columns: Record<string, Float64Array> = {};
  for (const term of fitted) {
    term.apply(table).forEach((column, k) => {
      columns[term.names[k]!] = column;
    });
  }
  return { columns, names: Object.keys(columns), rows: tableRows(table) };
}
