/** Summary statistics of columns, as pandas' `describe` gives them. */
import { quantile } from "../loaders/dialect";
import { quoteName, quoteText, type Relation } from "../loaders/engine";
import type { Row } from "../loaders/rows";
import { compensatedSum, sumOver } from "../stats/compensatedSum";

export interface DescribeOptions {
  /** Percentiles, each strictly between 0 and 1. Default 0.1, 0.25, 0.5, 0.75, 0.9. */
  readonly percentiles?: readonly number[];
}

/**
 * One row a column: count, mean, std (n - 1), min, percentiles by linear interpolation, max. Missing values are left
 * out of all of them; std of a single value is missing. Mean and std are summed with compensation, so that they are the
 * same on every run, whatever the engine's threads do.
 * @param columns numeric columns, in the order of the rows
 * @returns rows with the keys variable, count, mean, std, min, `10%`, ..., max
 */
export async function describe(
  relation: Relation,
  columns: readonly string[],
  options: DescribeOptions = {},
): Promise<Row[]> {
  const percentiles = options.percentiles ?? [0.1, 0.25, 0.5, 0.75, 0.9];
  const from = quoteName(relation.name);
  const summaries = columns.map((column, position) => {
    const x = quoteName(column);
    const cuts = percentiles.map(
      (p) => `${quantile(`${x}::DOUBLE`, p)} AS ${quoteName(percent(p))}`,
    );
    return `SELECT ${position} AS position, ${quoteText(column)} AS variable, count(${x}) AS count,
      NULL::DOUBLE AS mean, NULL::DOUBLE AS std, min(${x})::DOUBLE AS min,
      ${cuts.join(", ")}, max(${x})::DOUBLE AS max FROM ${from}`;
  });
  const rows = await relation.engine.rows(`${summaries.join("\nUNION ALL\n")}\nORDER BY position`);
  const described: Row[] = [];
  for (const { position: _, ...row } of rows) {
    described.push({ ...row, ...moments(await relation.numbers(String(row.variable))) });
  }
  return described;
}

function moments(values: Float64Array): { mean: number | null; std: number | null } {
  const n = values.length;
  if (n === 0) return { mean: null, std: null };
  const mean = compensatedSum(values) / n;
  const squares = sumOver(n, (i) => (values[i]! - mean) ** 2);
  return { mean, std: n === 1 ? null : Math.sqrt(squares / (n - 1)) };
}

function percent(p: number): string {
  if (!(p > 0 && p < 1))
    throw new RangeError(`A percentile lies strictly between 0 and 1, not at ${p}.`);
  return `${Number((p * 100).toPrecision(6))}%`;
}
