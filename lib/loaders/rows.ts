/** Small result tables: plain records, one per row, columns in the order of the first row's keys. */

/** A value of a small table. A missing value is null. Times are UTC. */
export type Cell = string | number | boolean | bigint | Date | null | readonly string[];

export type Row = Readonly<Record<string, Cell>>;

/** One metric a row, as the summary tables show them. */
export interface MetricRow extends Record<string, Cell> {
  readonly metric: string;
  readonly value: Cell;
}

/** `{ movies: 3 }` becomes `[{ metric: "movies", value: 3 }]`, in the order given. */
export function metricRows(metrics: Readonly<Record<string, Cell>>): MetricRow[] {
  return Object.entries(metrics).map(([metric, value]) => ({ metric, value }));
}
