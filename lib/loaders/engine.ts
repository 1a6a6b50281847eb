/**
 * The embedded engine (DuckDB): SQL in, plain rows or Arrow columns out. Nothing is fetched from elsewhere: extensions
 * are neither installed nor loaded by themselves. Long queries leave the event loop free and stop on interrupt.
 */
import { tmpdir } from "node:os";
import { type DuckDBConnection, DuckDBInstance, type JS } from "@duckdb/node-api";
import type { Table } from "apache-arrow";
import { currentCell } from "../kernel/cell";
import { arrowFromResult } from "./arrowFromResult";
import { appendColumns, type ColumnValues, columnTable } from "./columnTable";
import type { Cell, Row } from "./rows";

export type { ColumnValues };

export interface EngineOptions {
  /** Memory the engine may use before it spills to disk, such as `1GB`. Default: four fifths of the machine's. */
  readonly memoryLimit?: string;
  /** Worker threads. Default: one a core. */
  readonly threads?: number;
  /** Where it spills. Default: the system's temporary folder. */
  readonly spillFolder?: string;
}

/** Statements run one after the other in the order in which they were asked, also when several are asked at once. */
export interface Engine {
  /** Runs one or more statements for their effect. */
  run(sql: string): Promise<void>;
  /** The result of a query as plain records. Counts become numbers; 64-bit integers beyond 2^53 stay bigint. */
  rows<R extends Row = Row>(sql: string): Promise<R[]>;
  /** The first row of a query. @throws QueryError when there is none. */
  row<R extends Row = Row>(sql: string): Promise<R>;
  /** The result of a query as Arrow columns: numbers as typed arrays, text as Utf8, times in milliseconds UTC. */
  arrow(sql: string): Promise<Table>;
  /** Makes (or replaces) a table from a query: one named step of a pipeline. */
  table(name: string, sql: string): Promise<Relation>;
  /**
   * Makes (or replaces) a table from columns in memory, rows in their order; see {@link ColumnValues} for types and
   * missing values. The columns are read while this runs: change them only afterwards. The table is there whole or
   * not at all.
   * @throws Error without a column, when lengths differ or a column is neither a known typed array nor a list of one
   * kind
   * @example engine.tableFrom("dose", { userId: Int32Array.of(1, 2), minutes: Float64Array.of(3.5, NaN), arm: ["a", "b"] })
   */
  tableFrom(name: string, columns: Readonly<Record<string, ColumnValues>>): Promise<Relation>;
  /** Makes (or replaces) a view: a named step that is computed when it is asked. */
  view(name: string, sql: string): Promise<Relation>;
  /** A table or view that exists already. */
  relation(name: string): Relation;
  close(): void;
}

/** A named table or view of an engine. */
export interface Relation {
  readonly name: string;
  readonly engine: Engine;
  count(): Promise<number>;
  /** All rows, or the first `limit` of the stated order. */
  rows<R extends Row = Row>(options?: RowsOptions): Promise<R[]>;
  /** The first `limit` rows of the stated order. */
  head<R extends Row = Row>(limit: number, orderBy?: string): Promise<R[]>;
  /** Columns as an Arrow table; all of them unless named. */
  arrow(options?: { columns?: readonly string[]; orderBy?: string }): Promise<Table>;
  /** One numeric column without its missing values. */
  numbers(column: string): Promise<Float64Array>;
}

export interface RowsOptions {
  readonly limit?: number;
  /** SQL order, such as `n_ratings DESC, userId`. Without it the order of the table is kept. */
  readonly orderBy?: string;
}

/** A query failed; the message holds the engine's reason and the statement. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

/** Opens an engine of its own in memory. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: options.spillFolder ?? tmpdir(),
  };
  if (options.memoryLimit) settings.memory_limit = options.memoryLimit;
  if (options.threads) settings.threads = String(options.threads);
  const instance = await DuckDBInstance.create(":memory:", settings);
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'").catch(() => {});
  return engineOn(connection, () => {
    connection.closeSync();
    instance.closeSync();
  });
}

function engineOn(connection: DuckDBConnection, close: () => void): Engine {
  // Each statement waits its turn here, not in the client: there it would start after an interrupt has passed by.
  let earlier: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    const { signal } = currentCell();
    const turn = earlier.then(() => guarded(connection, sql, signal, work));
    earlier = turn.catch(() => {});
    return turn;
  };
  const engine: Engine = {
    async run(sql) {
      await inTurn(sql, () => connection.run(sql));
    },
    async rows<R extends Row>(sql: string) {
      const records = await inTurn(sql, async () => {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRowObjectsJS();
      });
      return records.map(plainRow) as R[];
    },
    async row<R extends Row>(sql: string) {
      const [first] = await engine.rows<R>(sql);
      if (!first) throw new QueryError(`This query has no row: ${sql}`);
      return first;
    },
    // Not as a stream: in one, an error or an interrupt between two chunks looks like the end of the rows.
    arrow: (sql) => inTurn(sql, async () => arrowFromResult(await connection.run(sql))),
    async table(name, sql) {
      await engine.run(`CREATE OR REPLACE TABLE ${quoteName(name)} AS ${sql}`);
      return relationOf(engine, name);
    },
    async tableFrom(name, values) {
      const table = columnTable(name, values);
      const types = table.columns.map(({ name, type }) => `${quoteName(name)} ${type}`);
      const sql = `CREATE OR REPLACE TABLE ${quoteName(name)} (${types.join(", ")})`;
      const { signal } = currentCell();
      await inTurn(sql, () =>
        allOrNothing(connection, async () => {
          await connection.run(sql);
          await appendColumns(connection, name, table, signal);
        }),
      );
      return relationOf(engine, name);
    },
    async view(name, sql) {
      await engine.run(`CREATE OR REPLACE VIEW ${quoteName(name)} AS ${sql}`);
      return relationOf(engine, name);
    },
    relation: (name) => relationOf(engine, name),
    close,
  };
  return engine;
}

function relationOf(engine: Engine, name: string): Relation {
  const from = quoteName(name);
  return {
    name,
    engine,
    async count() {
      return (await engine.row<{ n: number }>(`SELECT count(*) AS n FROM ${from}`)).n;
    },
    rows: (options = {}) =>
      engine.rows(
        `SELECT * FROM ${from}${order(options.orderBy)}${options.limit === undefined ? "" : ` LIMIT ${options.limit}`}`,
      ),
    head: (limit, orderBy) => engine.rows(`SELECT * FROM ${from}${order(orderBy)} LIMIT ${limit}`),
    arrow: (options = {}) =>
      engine.arrow(
        `SELECT ${options.columns?.map(quoteName).join(", ") ?? "*"} FROM ${from}${order(options.orderBy)}`,
      ),
    async numbers(column) {
      const name = quoteName(column);
      const table = await engine.arrow(
        `SELECT ${name}::DOUBLE AS value FROM ${from} WHERE ${name} IS NOT NULL`,
      );
      return table.getChild("value")?.toArray() ?? new Float64Array(0);
    },
  };
}

function order(orderBy: string | undefined): string {
  return orderBy ? ` ORDER BY ${orderBy}` : "";
}

async function guarded<T>(
  connection: DuckDBConnection,
  sql: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const interrupt = () => connection.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    const result = await work();
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new QueryError(`${reason}\nin the statement: ${shorten(sql)}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

async function allOrNothing(connection: DuckDBConnection, work: () => Promise<void>) {
  await connection.run("BEGIN");
  try {
    await work();
    await connection.run("COMMIT");
  } catch (error) {
    // A failed COMMIT has ended the transaction already.
    await connection.run("ROLLBACK").catch(() => {});
    throw error;
  }
}

function shorten(sql: string): string {
  return sql.length > 600 ? `${sql.slice(0, 600)} ...` : sql;
}

function plainRow(record: Record<string, JS>): Row {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, plainCell(value)]));
}

function plainCell(value: JS): Cell {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (typeof value === "number" && Number.isNaN(value)) return null;
  return value as Cell;
}

/** A name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as an SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
