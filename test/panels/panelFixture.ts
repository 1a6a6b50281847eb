/** Tables for tests of panels, made of rows. */
import { after } from "node:test";
import { type Engine, openEngine, quoteText, type Relation } from "../../lib/loaders/engine";

export type Value = string | number | null;

/** An engine that is closed after the tests of the file. */
export function testEngine(): Promise<Engine> {
  const opened = openEngine({ threads: 2, memoryLimit: "512MB" });
  after(async () => (await opened).close());
  return opened;
}

/** A table with the named columns of these SQL types, rows in their order. */
export function tableOf(
  engine: Engine,
  name: string,
  types: Readonly<Record<string, string>>,
  rows: readonly (readonly Value[])[],
): Promise<Relation> {
  const columns = Object.keys(types);
  const literal = (value: Value) => (typeof value === "string" ? quoteText(value) : `${value}`);
  const lines = rows.length > 0 ? rows : [columns.map(() => null)];
  const values = lines.map((row) => `(${row.map(literal).join(", ")})`).join(", ");
  const typed = columns.map((column) => `${column}::${types[column]} AS ${column}`).join(", ");
  return engine.table(
    name,
    `SELECT ${typed} FROM (VALUES ${values}) AS given(${columns.join(", ")})${rows.length > 0 ? "" : " LIMIT 0"}`,
  );
}

/** Unix seconds of a time in UTC. */
export function seconds(time: string): number {
  return Date.parse(`${time}Z`) / 1000;
}
