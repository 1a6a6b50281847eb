/** Texts that stand for "nothing here" in a CSV file. */
import { quoteText } from "../loaders/engine";

/** What pandas reads as a missing value unless told otherwise. The published tables were made so. */
const READ_AS_MISSING = [
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-1.#IND",
  "-1.#QNAN",
  "-NaN",
  "-nan",
  "1.#IND",
  "1.#QNAN",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "None",
  "n/a",
  "nan",
  "null",
];

/** SQL for a text column in which "NA", "null" and the like count as missing, as pandas has it. */
export function knownText(column: string): string {
  return `CASE WHEN ${column} NOT IN (${READ_AS_MISSING.map(quoteText).join(", ")}) THEN ${column} END`;
}
