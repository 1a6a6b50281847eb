/** A value of a small table as text: in full for files, readable for pages. */
import type { Cell } from "../loaders/rows";

/** True for what counts as missing: null, undefined, NaN and a Date that holds no time. */
export function isMissing(value: unknown): value is null | undefined {
  return (
    value === null ||
    value === undefined ||
    (typeof value === "number" && Number.isNaN(value)) ||
    (value instanceof Date && Number.isNaN(value.getTime()))
  );
}

/** `2009-12-31 06:58:12` in UTC, with milliseconds only where there are some. */
export function dateTimeText(time: Date): string {
  const text = time.toISOString().replace("T", " ").slice(0, -1);
  return text.endsWith(".000") ? text.slice(0, -4) : text;
}

/**
 * How the values of one column are written in full: as {@link fullText}, but a column of days, in which every value that is
 * there is a time at midnight, without the time of day.
 */
export function columnText(
  values: readonly (Cell | undefined)[],
): (value: Cell | undefined) => string {
  const present = values.filter((value) => !isMissing(value));
  const areDays =
    present.length > 0 &&
    present.every((value) => value instanceof Date && value.getTime() % 86_400_000 === 0);
  return areDays ? (value) => fullText(value).slice(0, 10) : fullText;
}

/** `['Adventure', 'Children']`: a list of strings the way Python prints it, so that `ast.literal_eval` reads it. */
export function listText(list: readonly string[]): string {
  return `[${list.map(quotedText).join(", ")}]`;
}

function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let quoted = "";
  for (const character of text) {
    if (character === quote || character === "\\") quoted += `\\${character}`;
    else if (character === "\n") quoted += "\\n";
    else if (character === "\r") quoted += "\\r";
    else if (character === "\t") quoted += "\\t";
    else quoted += character;
  }
  return quote + quoted + quote;
}

/**
 * A cell in full: nothing rounded, nothing lost. Missing is the empty text.
 * Numbers take the shortest form that reads back as the same double; integers have no decimals.
 */
export function fullText(value: Cell | undefined): string {
  if (isMissing(value)) return "";
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "True" : "False";
    case "bigint":
      return value.toString();
    case "number":
      if (value === Number.POSITIVE_INFINITY) return "inf";
      if (value === Number.NEGATIVE_INFINITY) return "-inf";
      return String(value);
    default:
      return value instanceof Date ? dateTimeText(value) : listText(value);
  }
}

/** A number for reading: integers with thousands separators, others with `decimals` digits after the point. */
export function numberText(value: number | bigint, decimals = 4): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return value.toLocaleString("en-US");
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "missing" : value > 0 ? "inf" : "-inf";
  const smallest = 0.5 * 10 ** -decimals;
  if (Math.abs(value) < smallest) return value.toExponential(2);
  return value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** A share for reading: `percent(0.9596)` is `96.0%`. */
export function percent(share: number, decimals = 1): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(decimals)}%` : "missing";
}
