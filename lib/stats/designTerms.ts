/** The terms a design matrix is made of: what each learns from a table, and its columns for that table and others. */
import { quantile } from "./quantile";
import { bSplineBasis, naturalSplineBasis } from "./splines";

/** Columns by name, all of one length. */
export type Table = Readonly<Record<string, ArrayLike<unknown>>>;

export interface Term {
  /** As it stands in names of columns. */
  readonly label: string;
  /** The column it describes by itself; undefined for interactions. */
  readonly of?: string;
  readonly kind: "numeric" | "factor" | "other";
  /** @param others  the terms of the design: an interaction looks there for how a column is coded */
  fit(table: Table, others: readonly Term[]): FittedTerm;
}

export interface FittedTerm {
  readonly names: readonly string[];
  /** One column a name. */
  apply(table: Table): Float64Array[];
}

/** A column as it is; booleans are 1 and 0. */
export function numeric(name: string): Term {
  return {
    label: name,
    of: name,
    kind: "numeric",
    fit: () => ({ names: [name], apply: (table) => [numbers(table, name)] }),
  };
}

/** A column to a power, called `x^2`. @throws Error where a power is no finite number */
export function power(name: string, exponent: number): Term {
  const label = `${name}^${exponent}`;
  if (!Number.isFinite(exponent)) throw new Error(`A power is a number, not ${exponent}.`);
  return {
    label,
    kind: "other",
    fit: () => ({
      names: [label],
      apply: (table) => [
        numbers(table, name).map((value, i) => {
          const result = value ** exponent;
          if (Number.isFinite(result)) return result;
          throw new Error(`Column ${name}, row ${i}: ${value} has no power ${exponent}.`);
        }),
      ],
    }),
  };
}

/**
 * The columns of a term less their means, divided by their standard deviations with n: `standardized(x)`. Means and
 * deviations are those of the first table.
 * @throws Error for a constant column
 */
export function standardized(given: string | Term): Term {
  const inner = typeof given === "string" ? numeric(given) : given;
  return {
    label: `standardized(${inner.label})`,
    kind: "other",
    fit: (table, others) => {
      const fitted = inner.fit(table, others);
      const moments = fitted.apply(table).map((column, k) => {
        const mean = column.reduce((a, b) => a + b, 0) / column.length;
        const squares = column.reduce((a, b) => a + (b - mean) ** 2, 0);
        const deviation = Math.sqrt(squares / column.length);
        if (deviation > 1e-10 * Math.abs(mean)) return { mean, deviation };
        throw new Error(`${fitted.names[k]} is constant: it cannot be standardized. Leave it out.`);
      });
      return {
        names: fitted.names.map((name) => `standardized(${name})`),
        apply: (other) =>
          fitted.apply(other).map((column, k) => {
            const { mean, deviation } = moments[k]!;
            return column.map((value) => (value - mean) / deviation);
          }),
      };
    },
  };
}

export type Level = string | number | boolean;

export interface FactorOptions {
  /** The level without a column of its own. Default: the first one. `null`: all have one, as with ridge. */
  readonly reference?: Level | null;
  /** All levels, in the order of the columns. Default: those of the first table, numbers ascending, texts by their letters. */
  readonly levels?: readonly Level[];
  /** What a level is that was not there: an error (default), or 0 in every column, which makes it like the reference. */
  readonly unknown?: "error" | "zero";
}

/** One column of 1 and 0 for each level but the reference: `day_of_week[Monday]`. */
export function factor(name: string, options: FactorOptions = {}): Term {
  const { unknown = "error" } = options;
  if (unknown !== "error" && unknown !== "zero") {
    throw new Error(`unknown is error or zero, not ${String(unknown)}.`);
  }
  return {
    label: name,
    of: name,
    kind: "factor",
    fit: (table) => {
      const levels = options.levels ?? levelsOf(table, name);
      const { reference = levels[0] ?? null } = options;
      if (reference !== null && !levels.includes(reference)) {
        throw new Error(
          `Factor ${name} has no level ${reference} to refer to. It has ${levels.join(", ")}.`,
        );
      }
      const own = levels.filter((level) => level !== reference);
      const place = new Map(levels.map((level) => [level, own.indexOf(level)]));
      return {
        names: own.map((level) => `${name}[${level}]`),
        apply: (other) => {
          const values = levelValues(other, name);
          const columns = own.map(() => new Float64Array(values.length));
          values.forEach((value, i) => {
            const k = place.get(value);
            if (k !== undefined) {
              if (k >= 0) columns[k]![i] = 1;
            } else if (unknown === "error") {
              throw new Error(
                `Column ${name}, row ${i}: ${value} is no known level. There are ${levels.join(", ")}. Pass { unknown: "zero" } to take it as the reference.`,
              );
            }
          });
          return columns;
        },
      };
    },
  };
}

/**
 * Products of every column of one term with every one of the other, and so on: `a:x`, `day_of_week[Monday]:x`. A name stands
 * for the factor of that name among the terms of the design, else for the column as it is.
 */
export function interaction(...parts: readonly (string | Term)[]): Term {
  if (parts.length < 2) throw new Error("An interaction needs two terms or more.");
  const label = parts.map((part) => (typeof part === "string" ? part : part.label)).join(":");
  return {
    label,
    kind: "other",
    fit: (table, others) => {
      const fitted = parts.map((part) =>
        (typeof part === "string" ? namedTerm(part, others) : part).fit(table, others),
      );
      const names = fitted
        .map((term) => term.names)
        .reduce((so, next) => so.flatMap((a) => next.map((b) => `${a}:${b}`)));
      const apply = (other: Table) =>
        fitted
          .map((term) => term.apply(other))
          .reduce((so, next) =>
            so.flatMap((a) => next.map((b) => a.map((value, i) => value * b[i]!))),
          );
      return { names, apply };
    },
  };
}

function namedTerm(name: string, others: readonly Term[]): Term {
  return others.find((term) => term.of === name && term.kind === "factor") ?? numeric(name);
}

export interface SplineOptions {
  /** Number of columns. Knots are then at quantiles of the first table's values, equally spaced in rank. */
  readonly df?: number;
  /** Inner knots, ascending, instead of `df`. */
  readonly knots?: readonly number[];
  /** Outer knots. Default: the smallest and the largest value of the first table. */
  readonly boundary?: readonly [number, number];
}

/**
 * A natural cubic spline: df columns `spline(t)[1]` ... `spline(t)[df]` that with an intercept span the natural cubic
 * splines with df - 1 inner knots. Beyond the boundary it is a straight line. Column j is the spline that is 1 at knot j + 1
 * and 0 at the other knots, so that its coefficient is the height there over the one at the first knot. The same space as R's
 * ns(t, df), other columns.
 * @throws Error where neither or both of df and knots are given, or values are too few to have so many different quantiles
 */
export function spline(name: string, options: SplineOptions): Term {
  return splineTerm(`spline(${name})`, name, options, 1, ({ knots, boundary }, values) =>
    naturalSplineBasis([boundary[0], ...knots, boundary[1]], values),
  );
}

export interface BSplineTermOptions extends SplineOptions {
  /** Of the pieces. Default 3. */
  readonly degree?: number;
  /** What a value beyond the boundary is: an error (default), or taken as the boundary. */
  readonly outside?: "error" | "clamp";
}

/**
 * A B-spline: df columns `bSpline(t)[1]` ... that with an intercept span the splines of the degree with df - degree inner
 * knots; the first B-spline is left out. The same columns as patsy's `bs(t, df)`.
 * @throws Error as for `spline`, for df below the degree, and for values beyond the boundary
 */
export function bSpline(name: string, options: BSplineTermOptions): Term {
  const { degree = 3, outside = "error", ...own } = options;
  if (outside !== "error" && outside !== "clamp") {
    throw new Error(`outside is error or clamp, not ${String(outside)}.`);
  }
  return splineTerm(`bSpline(${name})`, name, own, degree, ({ knots, boundary }, values) => {
    const [from, to] = boundary;
    const clamped =
      outside === "clamp" ? values.map((x) => Math.min(to, Math.max(from, x))) : values;
    return bSplineBasis({ knots, boundary, degree }, clamped);
  });
}

interface Knots {
  readonly knots: readonly number[];
  readonly boundary: readonly [number, number];
}

function splineTerm(
  label: string,
  name: string,
  { df, knots, boundary }: SplineOptions,
  fewest: number,
  basis: (knots: Knots, values: Float64Array) => Float64Array[],
): Term {
  if ((df === undefined) === (knots === undefined)) {
    throw new Error(`${label} needs either df or knots.`);
  }
  if (df !== undefined && !(Number.isInteger(df) && df >= fewest)) {
    throw new Error(`${label}: df is a whole number from ${fewest} on, not ${df}.`);
  }
  return {
    label,
    kind: "other",
    fit: (table) => {
      const sorted = numbers(table, name).sort();
      const inner = knots ?? quantileKnots(sorted, df! - fewest);
      const ends = boundary ?? ([sorted[0]!, sorted[sorted.length - 1]!] as const);
      const all = [ends[0], ...inner, ends[1]];
      if (all.some((knot, k) => k > 0 && !(knot > all[k - 1]!))) {
        throw new Error(
          `${label}: its knots ${all.join(", ")} do not ascend. Take fewer, or state them.`,
        );
      }
      const apply = (other: Table) =>
        basis({ knots: inner, boundary: ends }, numbers(other, name)).slice(1);
      const names = inner.length + fewest;
      return {
        names: Array.from({ length: names }, (_, k) => `${label}[${k + 1}]`),
        apply,
      };
    },
  };
}

function quantileKnots(sorted: Float64Array, count: number): number[] {
  return Array.from({ length: count }, (_, k) => quantile(sorted, (k + 1) / (count + 1)));
}

/** The length of the table's columns. @throws Error where they differ */
export function tableRows(table: Table): number {
  const names = Object.keys(table);
  const rows = names.length === 0 ? 0 : table[names[0]!]!.length;
  for (const name of names) {
    if (table[name]!.length !== rows) {
      throw new Error(
        `Column ${name} has ${table[name]!.length} values, column ${names[0]} has ${rows}.`,
      );
    }
  }
  return rows;
}

function columnOf(table: Table, name: string): ArrayLike<unknown> {
  const column = table[name];
  if (column) return column;
  throw new Error(`There is no column ${name}. There are ${Object.keys(table).join(", ")}.`);
}

/** A copy of a column of numbers. */
function numbers(table: Table, name: string): Float64Array {
  const column = columnOf(table, name);
  const copy = new Float64Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const value = column[i];
    const known =
      typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
    copy[i] = known ? Number(value) : Number.NaN;
    if (!Number.isFinite(copy[i]!)) {
      throw new Error(
        isMissing(value)
          ? `Column ${name}, row ${i}: the value is missing. Fill it or leave the row out.`
          : `Column ${name}, row ${i}: ${String(value)} is no finite number. Is it a factor?`,
      );
    }
  }
  return copy;
}

function levelValues(table: Table, name: string): Level[] {
  return Array.from(columnOf(table, name), (value, i) => {
    if (isMissing(value)) {
      throw new Error(`Column ${name}, row ${i}: the level is missing. Leave the row out.`);
    }
    if (typeof value === "bigint") return Number(value);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return value;
    }
    throw new Error(`Column ${name}, row ${i}: ${String(value)} is no level.`);
  });
}

function levelsOf(table: Table, name: string): Level[] {
  const levels = [...new Set(levelValues(table, name))];
  return levels.sort((a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    const [left, right] = [String(a), String(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}
