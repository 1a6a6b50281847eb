/** What really happened on every user-day of small_matrix.csv, with all that the archive does not say. */

import { realNoise } from "./kuaiRecMatrix";
import { dateNumber, type People } from "./kuaiRecPeople";
import { atStart, emptyDay, interactions, liveDay, NATURAL } from "./kuaiRecProcess";
import type { KuaiRecSize } from "./kuaiRecSize";

/** Columns of userDays.arrow: a row for each user and day, by user_id and day. */
export interface UserDays {
  readonly user_id: Int32Array;
  readonly day: Int32Array;
  readonly date: Int32Array;
  readonly interest: Float64Array;
  readonly aftermath: Float64Array;
  readonly active: Uint8Array;
  readonly propensity_intense: Float64Array;
  readonly intense: Uint8Array;
  readonly propensity_high_watch: Float64Array;
  readonly high_watch: Uint8Array;
  readonly interactions: Int32Array;
  readonly high_watch_count: Int32Array;
  readonly interactions_if_not_intense: Int32Array;
  readonly interactions_if_intense: Int32Array;
  readonly videos_left: Int32Array;
}

/** Lives the real days of the users of small_matrix.csv once more. */
export async function realUserDays(
  people: People,
  size: KuaiRecSize,
  seed: number,
  pause: () => Promise<void>,
): Promise<UserDays> {
  const rows = size.smallUsers * size.days;
  const whole = () => new Int32Array(rows);
  const real = () => new Float64Array(rows);
  const flag = () => new Uint8Array(rows);
  const columns: UserDays = {
    user_id: whole(),
    day: whole(),
    date: whole(),
    interest: real(),
    aftermath: real(),
    active: flag(),
    propensity_intense: real(),
    intense: flag(),
    propensity_high_watch: real(),
    high_watch: flag(),
    interactions: whole(),
    high_watch_count: whole(),
    interactions_if_not_intense: whole(),
    interactions_if_intense: whole(),
    videos_left: whole(),
  };
  let row = 0;
  for (let i = 0; i < people.small.length; i++) {
    if (i % 64 === 0) await pause();
    const person = people.smallPersons[i];
    const noise = realNoise("small", people.small[i], size.days, seed);
    const standing = atStart(person);
    const day = emptyDay();
    for (let t = 0; t < size.days; t++, row++) {
      const { left } = standing;
      liveDay(person, noise, t, standing, day, NATURAL, NATURAL);
      columns.user_id[row] = people.small[i];
      columns.day[row] = t;
      columns.date[row] = dateNumber(t);
      columns.interest[row] = day.interest;
      columns.aftermath[row] = day.aftermath;
      columns.active[row] = day.active;
      columns.propensity_intense[row] = day.propensityIntense;
      columns.intense[row] = day.intense;
      columns.propensity_high_watch[row] = day.propensityHighWatch;
      columns.high_watch[row] = day.highWatch;
      columns.interactions[row] = day.interactions;
      columns.high_watch_count[row] = day.highWatchCount;
      columns.videos_left[row] = left;
      if (day.active === 0) continue;
      const swing = noise.interactions[t];
      columns.interactions_if_not_intense[row] = interactions(0, day.odds, swing, left);
      columns.interactions_if_intense[row] = interactions(1, day.odds, swing, left);
    }
  }
  return columns;
}

/** The two candidate treatments as the panel defines them, and how well they recover the structural ones. */
export interface Agreement {
  /** 75th percentile of interactions and median of the share of high-watch videos, over active days. */
  readonly interactions_threshold: number;
  readonly high_watch_share_threshold: number;
  /** Share of active days on which the observed treatment is the structural one. */
  readonly intense_agreement: number;
  readonly high_watch_agreement: number;
  /** Share of active days with the structural treatment. */
  readonly intense_share: number;
  readonly high_watch_share: number;
}

export function agreement(days: UserDays): Agreement {
  const rows: number[] = [];
  for (let row = 0; row < days.active.length; row++) if (days.active[row] === 1) rows.push(row);
  const share = (row: number) => days.high_watch_count[row] / days.interactions[row];
  const threshold = quantile(
    Float64Array.from(rows, (row) => days.interactions[row]),
    0.75,
  );
  const median = quantile(Float64Array.from(rows, share), 0.5);
  const part = (test: (row: number) => boolean) => rows.filter(test).length / rows.length;
  return {
    interactions_threshold: threshold,
    high_watch_share_threshold: median,
    intense_agreement: part(
      (row) => days.interactions[row] >= threshold === (days.intense[row] === 1),
    ),
    high_watch_agreement: part((row) => share(row) >= median === (days.high_watch[row] === 1)),
    intense_share: part((row) => days.intense[row] === 1),
    high_watch_share: part((row) => days.high_watch[row] === 1),
  };
}

/** Straight between the two nearest values. */
function quantile(values: Float64Array, p: number): number {
  const sorted = values.sort();
  const place = p * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}
