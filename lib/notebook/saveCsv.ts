/** A table as a CSV file at a place of one's own choosing. */
import { csvText } from "./csv";
import { type TableInput, tableOf } from "./table";
import { writeFileAtomic } from "./writeFile";

/** Writes the table at `path`, whole or not at all, in the form of the write-up's tables. */
export function saveCsv(path: string, table: TableInput): void {
  writeFileAtomic(path, csvText(tableOf(table)));
}
