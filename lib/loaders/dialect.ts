/**
 * The few expressions that SQL engines spell differently. Every panel query takes them from here, so that the same
 * panels can run on another engine (such as ClickHouse) by writing this one file anew.
 */

/** Percentile `p` (0 to 1) by linear interpolation between order statistics, as numpy's and pandas' default. */
export function quantile(column: string, p: number): string {
  return `quantile_cont(${column}, ${p})`;
}

/** Standard deviation with n - 1 in the denominator. */
export function sampleStandardDeviation(column: string): string {
  return `stddev_samp(${column})`;
}

/** Unix seconds as a timestamp without zone, in UTC. */
export function timeFromUnixSeconds(column: string): string {
  return `make_timestamp(${column} * 1000000)`;
}

/** Calendar year of a timestamp as a 32-bit integer. */
export function yearOf(column: string): string {
  return `year(${column})::INTEGER`;
}

/** Whole days (24 hours) from one timestamp to a later one. */
export function wholeDaysBetween(from: string, to: string): string {
  return `date_sub('day', ${from}, ${to})::INTEGER`;
}

/** The first capture of an RE2 pattern, or NULL where it does not match. */
export function firstMatch(column: string, pattern: string): string {
  return `nullif(regexp_extract(${column}, '${pattern}', 1), '')`;
}

/** Text without its first match of an RE2 pattern. */
export function withoutMatch(column: string, pattern: string): string {
  return `regexp_replace(${column}, '${pattern}', '')`;
}

/** Text between separators as a list. */
export function splitText(column: string, separator: string): string {
  return `string_split(${column}, '${separator}')`;
}

/** Number of elements of a list. */
export function listLength(list: string): string {
  return `len(${list})::INTEGER`;
}

/** First element of a list. */
export function firstOfList(list: string): string {
  return `${list}[1]`;
}

/** One row for each element of a list; use it as a column of a SELECT. */
export function explode(list: string): string {
  return `unnest(${list})`;
}

/**
 * RE2 class of every blank that Python's `str.strip` and `\s` know: the ASCII ones, Unicode's separators (such as the
 * no-break space) and the control characters 0B, 1C to 1F and 85.
 */
export const BLANK = "[\\s\\p{Z}\\x0B\\x1C-\\x1F\\x{85}]";

/** Text in lower case, without {@link BLANK}s at both ends. */
export function normalizedText(column: string): string {
  return `lower(regexp_replace(${column}, '^${BLANK}+|${BLANK}+$', '', 'g'))`;
}

/** Integer part of the quotient of two integers, neither of them negative. */
export function wholeQuotient(dividend: string, divisor: string): string {
  return `((${dividend}) // (${divisor}))`;
}

/** All columns of a relation but these. */
export function allColumnsBut(relation: string, columns: readonly string[]): string {
  return `${relation}.* EXCLUDE (${columns.join(", ")})`;
}
