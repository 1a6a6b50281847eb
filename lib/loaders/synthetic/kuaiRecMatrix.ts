/** small_matrix.csv and big_matrix.csv: days of the process, filled with videos. */
import { breathe } from "../../kernel/cell";
import { type Random, random } from "../../stats";
import { type CsvBytes, csvBytes } from "./csvBytes";
import { KUAIREC, PEOPLE, PROCESS } from "./kuaiRecParameters";
import { dateNumber, type People } from "./kuaiRecPeople";
import {
  atStart,
  drawNoise,
  emptyDay,
  liveDay,
  NATURAL,
  type Noise,
  type Person,
} from "./kuaiRecProcess";
import type { KuaiRecSize } from "./kuaiRecSize";
import type { Videos } from "./kuaiRecVideos";
import { type WatchedDay, watcher } from "./kuaiRecWatching";

const CHUNK_BYTES = 1 << 20;
const HEADER = "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio";
/** Videos of one day at most: far above what the process draws. */
const MOST_A_DAY = 6_000;

/** The chance behind a user's real days; the truth's replications draw others. */
export function realNoise(
  matrix: "small" | "big",
  user: number,
  days: number,
  seed: number,
): Noise {
  return drawNoise(days, random(seed).fork(`${matrix} days`).fork(user));
}

export interface MatrixOptions {
  readonly matrix: "small" | "big";
  readonly size: KuaiRecSize;
  readonly people: People;
  readonly videos: Videos;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told the rows written so far. */
  readonly onRows: (rows: number) => void;
}

/** The CSV of a matrix, by user_id, and within a user by time; rows without a time come last, by video_id. */
export async function* matrixCsv(options: MatrixOptions): AsyncGenerator<Buffer> {
  const { matrix, size, people, videos, seed, signal, onRows } = options;
  const isSmall = matrix === "small";
  const users = isSmall ? people.small : people.big;
  const persons = isSmall ? people.smallPersons : people.bigPersons;
  const inSmall = new Uint8Array(size.users);
  for (const user of people.small) inSmall[user] = 1;
  const all = Int32Array.from({ length: videos.size }, (_, video) => video);
  const csv = csvBytes(CHUNK_BYTES, "\n");
  const write = rowWriter(csv, videos, size.days, isSmall);
  const filling = random(seed).fork(`${matrix} videos`);
  csv.ascii(HEADER);
  csv.endRow();
  let rows = 0;
  for (let i = 0; i < users.length; i++) {
    const user = users[i];
    // Who is in small_matrix meets other videos in big_matrix, as in the real data.
    const choice = isSmall ? videos.small : inSmall[user] === 1 ? videos.others : all;
    const noise = realNoise(matrix, user, size.days, seed);
    rows += writeUser(
      user,
      persons[i],
      noise,
      choice,
      size.days,
      isSmall,
      write,
      filling.fork(user),
    );
    if (csv.isFull()) {
      onRows(rows);
      yield csv.take();
      await breathe(signal);
    }
  }
  onRows(rows);
  yield csv.take();
}

interface RowWriter {
  readonly watch: ReturnType<typeof watcher>;
  readonly durations: Int32Array;
  readonly duration: Int32Array;
  day(user: number, videos: Int32Array, from: number, t: number, day: WatchedDay): void;
  untimed(user: number, video: number, play: number): void;
}

function writeUser(
  user: number,
  person: Person,
  noise: Noise,
  choice: Int32Array,
  days: number,
  hasUntimed: boolean,
  write: RowWriter,
  draws: Random,
): number {
  const standing = atStart(person);
  const day = emptyDay();
  const videos = Int32Array.from(choice);
  let seen = 0;
  for (let t = 0; t < days; t++) {
    liveDay(person, noise, t, standing, day, NATURAL, NATURAL);
    if (day.active === 0) continue;
    draw(videos, seen, day.interactions, draws);
    look(write, videos, seen, day.interactions);
    write.watch.watch(write.durations, day.interactions, day.highWatchCount, draws);
    write.day(user, videos, seen, t, write.watch.day);
    seen += day.interactions;
  }
  if (!hasUntimed) return seen;
  const untimed = untimedRows(person, standing.left);
  draw(videos, seen, untimed, draws);
  const rest = videos.subarray(seen, seen + untimed).sort();
  look(write, videos, seen, untimed);
  write.watch.watch(write.durations, untimed, Math.round(untimed * PROCESS.share.threshold), draws);
  for (let i = 0; i < untimed; i++) write.untimed(user, rest[i], write.watch.day.play[i]);
  return seen + untimed;
}

/** Videos that a user has seen at a time that is not known: what the days have left, up to a share. */
export function untimedRows(person: Person, left: number): number {
  return Math.min(left, Math.round(PEOPLE.mostUntimed * person.catalogue));
}

/** Puts `count` videos not yet drawn at the places from `from` on. */
function draw(videos: Int32Array, from: number, count: number, draws: Random): void {
  for (let i = from; i < from + count; i++) {
    const j = i + draws.integer(videos.length - i);
    const held = videos[i];
    videos[i] = videos[j];
    videos[j] = held;
  }
}

function look(write: RowWriter, videos: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) write.durations[i] = write.duration[videos[from + i]];
}

function rowWriter(csv: CsvBytes, videos: Videos, days: number, isSmall: boolean): RowWriter {
  const dateText: string[] = [];
  const dayText: string[] = [];
  for (let t = 0; t < days; t++) {
    const date = String(dateNumber(t));
    dayText.push(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)} `);
    // small_matrix.csv has days without a date, which made its dates floating point numbers; big_matrix.csv has not.
    dateText.push(isSmall ? `${date}.0` : date);
  }
  const two = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));
  const three = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, "0"));
  const fraction = three.map((digits) => digits.replace(/0+$/, "") || "0");
  const { duration } = videos;

  function ids(user: number, video: number, play: number): void {
    csv.integer(user);
    csv.comma();
    csv.integer(video);
    csv.comma();
    csv.integer(play);
    csv.comma();
    csv.integer(duration[video]);
  }

  function ratio(play: number, video: number): void {
    const value = play / duration[video];
    const text = String(value);
    csv.ascii(Number.isInteger(value) ? `${text}.0` : text);
    csv.endRow();
  }

  return {
    watch: watcher(MOST_A_DAY),
    durations: new Int32Array(MOST_A_DAY),
    duration,
    day(user, chosen, from, t, day) {
      const midnight = KUAIREC.firstDay - KUAIREC.ahead + 86_400 * t;
      for (let i = 0; i < day.count; i++) {
        const video = chosen[from + i];
        const start = day.start[i];
        const seconds = Math.floor(start / 1000);
        const milliseconds = start - 1000 * seconds;
        const minutes = Math.floor(seconds / 60);
        const hours = Math.floor(minutes / 60);
        ids(user, video, day.play[i]);
        csv.comma();
        csv.ascii(dayText[t]);
        csv.ascii(two[hours]);
        csv.ascii(":");
        csv.ascii(two[minutes - 60 * hours]);
        csv.ascii(":");
        csv.ascii(two[seconds - 60 * minutes]);
        csv.ascii(".");
        csv.ascii(three[milliseconds]);
        csv.comma();
        csv.ascii(dateText[t]);
        csv.comma();
        csv.integer(midnight + seconds);
        csv.ascii(".");
        csv.ascii(fraction[milliseconds]);
        csv.comma();
        ratio(day.play[i], video);
      }
    },
    untimed(user, video, play) {
      ids(user, video, play);
      csv.ascii(",,,,");
      ratio(play, video);
    },
  };
}
