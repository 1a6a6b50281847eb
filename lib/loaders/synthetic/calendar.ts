/** The years of the archive, in Unix seconds, UTC. */

export const FIRST_YEAR = 1995;
export const LAST_YEAR = 2023;

/** Unix second at which a year begins, UTC. */
export function yearStart(year: number): number {
  return Date.UTC(year, 0, 1) / 1000;
}

/** Unix second of a point in time given in years, such as 2003.5. */
export function yearSecond(time: number): number {
  const year = Math.floor(time);
  return yearStart(year) + (time - year) * (yearStart(year + 1) - yearStart(year));
}

const STARTS = Float64Array.from({ length: LAST_YEAR - FIRST_YEAR + 2 }, (_, y) =>
  yearStart(FIRST_YEAR + y),
);

/** The year (UTC) of a Unix second within the file's range. */
export function yearOf(second: number): number {
  let year = FIRST_YEAR + Math.floor((second - STARTS[0]) / 31_556_952);
  year = Math.min(LAST_YEAR, Math.max(FIRST_YEAR, year));
  if (year < LAST_YEAR && second >= STARTS[year - FIRST_YEAR + 1]) year++;
  else if (year > FIRST_YEAR && second < STARTS[year - FIRST_YEAR]) year--;
  return year;
}
