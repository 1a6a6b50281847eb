/** From counts to rows: which videos a user watches on a day, when, and for how long. */
import type { Random } from "../../stats";
import { interpolate, logarithmic } from "./curves";
import { WATCHING } from "./kuaiRecParameters";

/** The watched videos of one day in their order, or the rows without a time. */
export interface WatchedDay {
  count: number;
  /** Milliseconds: how long the video was played, and when it began, counted from local midnight. */
  readonly play: Int32Array;
  readonly start: Float64Array;
}

export interface Watcher {
  readonly day: WatchedDay;
  /**
   * Watches `count` videos of which `high` are watched to 0.8 or more.
   * @param durations  milliseconds, at least `count` of them
   */
  watch(durations: Int32Array, count: number, high: number, random: Random): void;
}

/** @param most  videos that are watched at a time, at most */
export function watcher(most: number): Watcher {
  const seconds = logarithmic(WATCHING.playSeconds, "y");
  const hours = WATCHING.hours.map(([hour, share]) => [share, hour] as const);
  const day: WatchedDay = { count: 0, play: new Int32Array(most), start: new Float64Array(most) };
  const ratio = new Float64Array(most);
  const order = new Int32Array(most);
  const isHigh = new Uint8Array(most);

  /** Play durations: everybody draws one, then one factor for the whole day puts the wanted number above 0.8. */
  function play(durations: Int32Array, count: number, high: number, random: Random): void {
    for (let i = 0; i < count; i++) {
      day.play[i] = 1000 * Math.exp(interpolate(seconds, random.coarseUniform()));
      ratio[i] = day.play[i] / durations[i];
      order[i] = i;
      isHigh[i] = 0;
    }
    const ranked = order.subarray(0, count).sort((a, b) => ratio[b] - ratio[a] || a - b);
    for (let rank = 0; rank < high; rank++) isHigh[ranked[rank]] = 1;
    const lowest = high > 0 ? ratio[ranked[high - 1]] : ratio[ranked[0]];
    const next = high < count ? ratio[ranked[high]] : lowest;
    const [least, largest] = WATCHING.dayFactor;
    const wanted = WATCHING.highRatio / Math.max(1e-3, Math.sqrt(lowest * next));
    const factor = Math.min(largest, Math.max(least, wanted));
    for (let i = 0; i < count; i++) {
      const duration = durations[i];
      let watched = Math.round(day.play[i] * factor);
      // What the factor leaves on the wrong side is drawn anew on the right one.
      if (isHigh[i] === 1 && watched / duration < WATCHING.highRatio) {
        const above = random.exponential(0.2);
        watched = Math.ceil(duration * (WATCHING.highRatio + above));
        if (watched / duration < WATCHING.highRatio) watched++;
      } else if (isHigh[i] === 0 && watched / duration >= WATCHING.highRatio) {
        watched = Math.floor(duration * WATCHING.highRatio * Math.sqrt(random.coarseUniform()));
        if (watched / duration >= WATCHING.highRatio) watched--;
      }
      day.play[i] = watched;
    }
  }

  /** Sessions begin at hours of the day; within one, a video follows the other after a pause. */
  function startTimes(count: number, random: Random): void {
    let elapsed = 0;
    for (let i = 0; i < count; i++) {
      day.start[i] = elapsed;
      elapsed +=
        Math.min(600_000, day.play[i]) +
        200 +
        Math.floor(1000 * random.exponential(WATCHING.pause));
    }
    const sessions = 1 + Math.floor(count / WATCHING.session);
    const begins = new Float64Array(sessions);
    const room = Math.max(0, 86_399_000 - elapsed);
    for (let s = 0; s < sessions; s++) {
      begins[s] = Math.floor((room * interpolate(hours, random.coarseUniform())) / 24);
    }
    begins.sort();
    for (let i = 0; i < count; i++) {
      day.start[i] += begins[Math.floor((i * sessions) / count)];
    }
  }

  return {
    day,
    watch(durations, count, high, random) {
      day.count = count;
      if (count === 0) return;
      play(durations, count, high, random);
      startTimes(count, random);
    },
  };
}
