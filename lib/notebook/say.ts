/** Sentences with computed numbers in them, so that none is typed by hand. */
import type { Cell } from "../loaders/rows";
import { fullText, isMissing, numberText } from "./cellText";

/**
 * Joins a template and its values to Markdown. Whole numbers get thousands separators, others 4 digits after
 * the point; times read `2009-12-31 06:58:12`, a missing value reads "missing", lists are joined by commas,
 * text stays as it is. A year or an id is a name: pass it as `String(year)`; a share as `percent(share)`.
 */
export function sentence(strings: readonly string[], values: readonly Cell[]): string {
  return strings
    .map((text, i) => (i < values.length ? text + readable(values[i]!) : text))
    .join("");
}

function readable(value: Cell): string {
  if (isMissing(value)) return "missing";
  if (typeof value === "number" || typeof value === "bigint") return numberText(value);
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return fullText(value);
}
