/** Files that a chapter leaves for the next ones: Parquet and CSV in `data/processed`. */
import { basename, join } from "node:path";
import type { ColumnValues } from "../loaders/columnTable";
import type { DataSource } from "../loaders/dataSource";
import type { Engine, Relation } from "../loaders/engine";
import { writeParquet } from "../loaders/parquet";
import { processedFolder } from "../loaders/places";
import type { Row } from "../loaders/rows";
import { saveCsv } from "./saveCsv";

export interface HandOverPlace {
  readonly engine: Engine;
  readonly source: DataSource;
  /** What the names of all files begin with, such as `movielens_interference_`. */
  readonly prefix: string;
}

/**
 * Writes relations and tables under `data/processed/<prefix><name>`; the name's ending says how: `.parquet` (with the data
 * source inside) or `.csv`. Each file appears whole or not at all. Returns one row a file: artifact, path, rows.
 * @throws Error for another ending, or a relation that is to become CSV
 */
export async function handOver(
  place: HandOverPlace,
  files: Readonly<Record<string, Relation | readonly Row[]>>,
): Promise<Row[]> {
  const folder = processedFolder();
  const saved: Row[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, `${place.prefix}${name}`);
    const [artifact, ending] = name.split(".");
    const isRows = Array.isArray(content);
    if (ending === "parquet") {
      const relation = isRows
        ? await relationOfRows(place.engine, `hand_over_${artifact}`, content as readonly Row[])
        : (content as Relation);
      await writeParquet(relation, path, place.source);
      saved.push({ artifact: artifact!, path: shown(path), rows: await relation.count() });
    } else if (ending === "csv" && isRows) {
      saveCsv(path, content as readonly Row[]);
      saved.push({
        artifact: artifact!,
        path: shown(path),
        rows: (content as readonly Row[]).length,
      });
    } else {
      throw new Error(`${name}: records become .csv or .parquet, relations .parquet.`);
    }
  }
  return saved;
}

function shown(path: string): string {
  return `${basename(processedFolder())}/${basename(path)}`;
}

/** Records as a table of the engine: text as VARCHAR, numbers as DOUBLE. */
export function relationOfRows(
  engine: Engine,
  name: string,
  rows: readonly Row[],
): Promise<Relation> {
  const columns: Record<string, ColumnValues> = {};
  for (const column of Object.keys(rows[0] ?? {})) {
    columns[column] = rows.map((row) => row[column] as number | string | boolean | null);
  }
  return engine.tableFrom(name, columns);
}
