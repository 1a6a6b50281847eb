/** Watches for tests of the user-day panel, and the panel once more with arrays. */
import type { Relation } from "../../lib/loaders/engine";
import {
  addFuture,
  addHistory,
  denseUserDays,
  flagWatches,
  userDayObserved,
} from "../../lib/panels";
import { tableOf, testEngine } from "./panelFixture";

/** A watch: user, day counted from 2020-07-05 (null: without a date), video, play milliseconds; each video lasts 10 s. */
export type DayWatch = readonly [user: number, day: number | null, video: number, play: number];

export const LENGTH = 10_000;

const opened = testEngine();

export function dayOf(day: number): string {
  return new Date(Date.UTC(2020, 6, 5 + day)).toISOString().slice(0, 10);
}

/** The relation of watches, in the order given. */
export async function watchesOf(watches: readonly DayWatch[]): Promise<Relation> {
  const types = {
    user_id: "BIGINT",
    video_id: "BIGINT",
    play_duration: "BIGINT",
    video_duration: "BIGINT",
    event_date: "TIMESTAMP",
    watch_ratio: "DOUBLE",
  };
  const rows = watches.map(([user, day, video, play]) => [
    user,
    video,
    play,
    LENGTH,
    day === null ? null : dayOf(day),
    play / LENGTH,
  ]);
  return flagWatches(await tableOf(await opened, "interactions", types, rows));
}

export async function observedOf(watches: readonly DayWatch[]): Promise<Relation> {
  return userDayObserved(await watchesOf(watches));
}

/** Grid, history of one and three days, futures of one, three and seven days. */
export async function panelOf(watches: readonly DayWatch[], days?: number): Promise<Relation> {
  const calendar = days === undefined ? {} : { from: dayOf(0), to: dayOf(days - 1) };
  return addFuture(await addHistory(await denseUserDays(await observedOf(watches), calendar)));
}

export type PanelRow = Record<string, number | string | null>;

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** The panel by its definition: users by number, all days from the first to the last with a watch. */
export function plainPanel(watches: readonly DayWatch[]): PanelRow[] {
  const dated = watches.filter(([, day]) => day !== null) as [number, number, number, number][];
  const users = [...new Set(dated.map(([user]) => user))].sort((a, b) => a - b);
  const days = dated.map(([, day]) => day);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  return users.flatMap((user) => {
    const own: PanelRow[] = [];
    for (let day = first; day <= last; day++) {
      const day_watches = dated.filter((w) => w[0] === user && w[1] === day);
      own.push(
        plainDay(
          user,
          day,
          day_watches.map((w) => [w[2], w[3]]),
        ),
      );
    }
    return own.map((row, t) => ({ ...row, ...plainHistory(own, t), ...plainFuture(own, t) }));
  });
}

function plainDay(user: number, day: number, watches: readonly (readonly number[])[]): PanelRow {
  const n = watches.length;
  const plays = watches.map(([, play]) => play!);
  const total = plays.reduce((a, b) => a + b, 0);
  const high = plays.filter((play) => play / LENGTH >= 0.8).length;
  const complete = plays.filter((play) => play >= LENGTH).length;
  const or0 = (value: number) => (n > 0 ? value : 0);
  return {
    user_id: user,
    event_date: dayOf(day),
    interactions: n,
    unique_videos: new Set(watches.map(([video]) => video)).size,
    total_play_duration_ms: total,
    avg_play_duration_ms: or0(total / n),
    avg_video_duration_ms: or0(LENGTH),
    avg_watch_ratio: or0(mean(plays.map((play) => play / LENGTH))),
    high_watch_count: high,
    complete_or_rewatch_count: complete,
    total_play_duration_sec: total / 1000,
    avg_play_duration_sec: or0(total / n / 1000),
    avg_video_duration_sec: or0(LENGTH / 1000),
    high_watch_share: or0(high / n),
    complete_or_rewatch_share: or0(complete / n),
    active_day: n > 0 ? 1 : 0,
  };
}

const STATE = [
  "active_day",
  "interactions",
  "total_play_duration_sec",
  "avg_watch_ratio",
  "high_watch_share",
];
const OUTCOMES = {
  active_day: ["active", "active_days"],
  interactions: ["interactions", "interactions"],
  total_play_duration_sec: ["play_duration_sec", "play_duration_sec"],
} as const;

function plainHistory(days: readonly PanelRow[], t: number): PanelRow {
  const at = (column: string, day: number) => (day < 0 ? 0 : (days[day]![column] as number));
  return Object.fromEntries(
    STATE.flatMap((column) => [
      [`lag_1_${column}`, at(column, t - 1)],
      [`prior_3day_${column}`, at(column, t - 3) + at(column, t - 2) + at(column, t - 1)],
    ]),
  );
}

function plainFuture(days: readonly PanelRow[], t: number): PanelRow {
  const row: PanelRow = {};
  const at = (column: string, k: number) => (days[t + k]?.[column] as number | undefined) ?? null;
  for (const column of Object.keys(OUTCOMES)) {
    for (let k = 1; k <= 7; k++) row[`lead_${k}_${column}`] = at(column, k);
  }
  for (const horizon of [1, 3, 7]) {
    for (const [column, [next, future]] of Object.entries(OUTCOMES)) {
      const name = horizon === 1 ? `next_day_${next}` : `future_${horizon}day_${future}`;
      const ahead = Array.from({ length: horizon }, (_, k) => at(column, k + 1));
      row[name] = ahead.includes(null)
        ? null
        : (ahead as number[]).reduce((sum, value) => sum + value, 0);
    }
  }
  return row;
}
