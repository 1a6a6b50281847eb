/**
 * The few expressions that SQL engines spell differently. Every panel query takes them from here, so that the same
 * panels can run on another engine (such as ClickHouse) by writing this one file anew.
 */

/** Percentile `p` (0 to 1) by linear interpolation between order statistics, as numpy's and pandas' default. */
export function quantile(column: string, p: number): string {
  return `quantile_cont(${column}, ${p})`;
}

/**
 * Sum of doubles of ordinary size (below 1e12), each taken to 17 digits after the point: exact from there on, and so the
 * same in whatever order threads add it up.
 */
export function total(column: string): string {
  return `sum((${column})::DECIMAL(38, 17))::DOUBLE`;
}

/** Mean of doubles of ordinary size, the same in whatever order they are added up; see {@link total}. */
export function mean(column: string): string {
  return `(${total(column)} / count(${column}))`;
}

/** Unix seconds as a timestamp without zone, in UTC. */
export function timeFromUnixSeconds(column: string): string {
  return `make_timestamp(${column} * 1000000)`;
}

/**
 * Unix seconds with a fraction as a timestamp of nanoseconds, as pandas' `to_datetime(unit="s")` gives it: the fraction
 * is rounded to nine digits, and what the double lacks of a whole nanosecond is cut.
 */
export function timeFromSecondsWithFraction(column: string): string {
  const fraction = `round_even((${column} - floor(${column})) * 1e9, 0) / 1e9`;
  return `make_timestamp_ns(floor(${column})::BIGINT * 1000000000 + trunc(${fraction} * 1e9)::BIGINT)`;
}

/** A timestamp as text with nine digits after the point. */
export function textWithNanoseconds(column: string): string {
  return `strftime(${column}, '%Y-%m-%d %H:%M:%S.%n')`;
}

/** Text such as `2020-07-05 05:27:48.378` as a timestamp; missing where it is no time. */
export function timeFromText(column: string): string {
  return `try_cast(${column} AS TIMESTAMP)`;
}

/** A number such as 20200705 as the timestamp of that day's begin. */
export function dayFromNumber(column: string): string {
  const day = `round_even(${column}, 0)::INTEGER`;
  return `make_date(${wholeQuotient(day, "10000")}, ${wholeQuotient(day, "100")} % 100, ${day} % 100)::TIMESTAMP`;
}

/** A day such as `2020-07-05` as a literal timestamp. */
export function dayLiteral(day: string): string {
  return `TIMESTAMP '${day} 00:00:00'`;
}

/** One row for each day from a day to another, both included; use it as a column of a SELECT. */
export function everyDay(from: string, to: string): string {
  return `unnest(generate_series(${from}, ${to}, INTERVAL 1 DAY))`;
}

/** Whether text has a match of an RE2 pattern. */
export function hasMatch(column: string, pattern: string): string {
  return `regexp_matches(${column}, '${pattern}')`;
}

/** Matches of an RE2 pattern as a list. */
export function allMatches(column: string, pattern: string): string {
  return `regexp_extract_all(${column}, '${pattern}')`;
}

/** The value `steps` rows before in the window, missing where there is none. */
export function valueBefore(column: string, steps: number, window: string): string {
  return `lag(${column}, ${steps}) OVER ${window}`;
}

/** The value `steps` rows after in the window, missing where there is none. */
export function valueAfter(column: string, steps: number, window: string): string {
  return `lead(${column}, ${steps}) OVER ${window}`;
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
