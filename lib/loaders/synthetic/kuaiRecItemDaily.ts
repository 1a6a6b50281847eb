/** item_daily_features.csv: what all users of the app did with a video on a day. */
import { breathe } from "../../kernel/cell";
import type { Random } from "../../stats";
import { type CsvBytes, csvBytes } from "./csvBytes";
import { interpolate, logarithmic } from "./curves";
import { ITEM_DAILY } from "./kuaiRecParameters";
import { dateNumber, pick } from "./kuaiRecPeople";
import type { KuaiRecSize } from "./kuaiRecSize";
import { CATEGORY_NAMES } from "./kuaiRecVideoFiles";
import type { Videos } from "./kuaiRecVideos";

const CHUNK_BYTES = 1 << 20;
const HEADER =
  "video_id,date,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,video_width,video_height,music_id,video_tag_id,video_tag_name,show_cnt,show_user_num,play_cnt,play_user_num,play_duration,complete_play_cnt,complete_play_user_num,valid_play_cnt,valid_play_user_num,long_time_play_cnt,long_time_play_user_num,short_time_play_cnt,short_time_play_user_num,play_progress,comment_stay_duration,like_cnt,like_user_num,click_like_cnt,double_click_cnt,cancel_like_cnt,cancel_like_user_num,comment_cnt,comment_user_num,direct_comment_cnt,reply_comment_cnt,delete_comment_cnt,delete_comment_user_num,comment_like_cnt,comment_like_user_num,follow_cnt,follow_user_num,cancel_follow_cnt,cancel_follow_user_num,share_cnt,share_user_num,download_cnt,download_user_num,report_cnt,report_user_num,reduce_similar_cnt,reduce_similar_user_num,collect_cnt,collect_user_num,cancel_collect_cnt,cancel_collect_user_num";
const SHOWS = logarithmic(ITEM_DAILY.shows, "y");
const LIKES = logarithmic(ITEM_DAILY.likeRate, "y");
const UPLOADS = [
  "ShortImport",
  "LongImport",
  "ShortCamera",
  "LongCamera",
  "PictureSet",
  "Kmovie",
] as const;
const SIZES = [
  [720, 1280],
  [1080, 1920],
  [544, 960],
  [576, 1024],
] as const;

/** Rows by video_id, then date, from the day on which the video is uploaded or the first of the panel. */
export async function* itemDailyCsv(
  size: KuaiRecSize,
  videos: Videos,
  random: Random,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const csv = csvBytes(CHUNK_BYTES, "\n");
  csv.ascii(HEADER);
  csv.endRow();
  const dates = Array.from({ length: size.days }, (_, t) => dateNumber(t));
  for (let video = 0; video < videos.size; video++) {
    const draws = random.fork(video);
    // Uploads come evenly over the days; a video has rows from its upload on.
    const first = draws.integer(size.days);
    const fixed = fixedFields(video, first, videos, draws);
    const level = draws.normal();
    for (let t = first; t < size.days; t++) {
      csv.integer(video);
      csv.comma();
      csv.integer(dates[t]);
      csv.ascii(fixed.ascii);
      csv.text(fixed.tag);
      // Half of the videos one day earlier, so that the share of empty fields comes out.
      const isCollected = t + (video % 2) / 2 >= ITEM_DAILY.collectAfter * size.days;
      dayFields(csv, isCollected, level, videos.duration[video] / 1000, draws);
      csv.endRow();
    }
    if (csv.isFull()) {
      yield csv.take();
      await breathe(signal);
    }
  }
  yield csv.take();
}

/** What a video has on every day, up to the name of its tag, which is no ASCII. */
function fixedFields(video: number, first: number, videos: Videos, draws: Random) {
  const age = first > 0 ? 0 : draws.integer(40);
  const upload = String(dateNumber(first - age));
  const [width, height] = SIZES[pick([70, 15, 10, 5], draws)];
  const uploaded = UPLOADS[pick([50, 22, 10, 8, 6, 4], draws)];
  const category = videos.categories[video][0];
  const tag = draws.integer(20);
  const fields = [
    draws.integer(9_000),
    draws.bernoulli(0.96) ? "NORMAL" : "AD",
    `${upload.slice(0, 4)}-${upload.slice(4, 6)}-${upload.slice(6)}`,
    uploaded,
    draws.bernoulli(0.97) ? "public" : "private",
    // Pictures have no duration of their own.
    uploaded === "PictureSet" ? "" : `${videos.duration[video]}.0`,
    width,
    height,
    draws.integer(10_000),
    20 * category + tag,
  ];
  return { ascii: `,${fields.join(",")},`, tag: `${CATEGORY_NAMES[category]}${tag}` };
}

function dayFields(
  csv: CsvBytes,
  isCollected: boolean,
  level: number,
  seconds: number,
  draws: Random,
): void {
  const { persistence } = ITEM_DAILY;
  const z = Math.sqrt(persistence) * level + Math.sqrt(1 - persistence) * draws.normal();
  const logShows = interpolate(SHOWS, z);
  const shows = Math.floor(Math.exp(logShows));
  const swing = draws.normal();
  const usual = interpolate(ITEM_DAILY.playRate, logShows) + 0.25 * swing;
  // Now and then a video is played over and over, or the plays of earlier shows are counted.
  const rate = draws.bernoulli(0.0005)
    ? 1 + draws.exponential(8)
    : Math.max(0, Math.min(usual, 1 + 0.03 * Math.abs(swing)));
  const plays = some(shows * rate, draws);
  const likes = some(plays * Math.exp(interpolate(LIKES, draws.normal())), draws);
  const completes = Math.min(plays, some(plays * 0.52, draws));
  const comments = some(plays * 0.0007 * Math.exp(1.1 * draws.normal()), draws);
  const shares = some(plays * 0.0003 * Math.exp(1.3 * draws.normal()), draws);
  const follows = some(plays * 0.0012, draws);
  pair(csv, shows);
  pair(csv, plays);
  one(csv, Math.floor(1000 * plays * Math.min(seconds, 8)));
  pair(csv, completes);
  pair(csv, Math.floor(0.6 * plays));
  pair(csv, Math.floor(0.3 * plays));
  pair(csv, Math.floor(0.25 * plays));
  csv.comma();
  csv.ascii(String(Math.round(1e6 * Math.min(1, (8 / seconds) * (0.5 + 0.2 * rate))) / 1e6));
  one(csv, comments * 9_000);
  pair(csv, likes);
  one(csv, Math.floor(0.55 * likes));
  one(csv, likes - Math.floor(0.55 * likes));
  pair(csv, Math.floor(0.04 * likes));
  pair(csv, comments);
  one(csv, Math.floor(0.8 * comments));
  one(csv, comments - Math.floor(0.8 * comments));
  pair(csv, Math.floor(0.03 * comments));
  pair(csv, Math.floor(0.7 * comments));
  pair(csv, follows);
  pair(csv, Math.floor(0.05 * follows));
  pair(csv, shares);
  pair(csv, Math.floor(0.9 * shares));
  pair(csv, Math.floor(0.00002 * plays));
  pair(csv, Math.floor(0.0003 * plays));
  if (!isCollected) csv.ascii(",,,,");
  else {
    const collects = some(plays * 0.00008 * Math.exp(1.2 * draws.normal()), draws);
    floating(csv, collects);
    floating(csv, usersOf(collects));
    floating(csv, Math.floor(0.1 * collects));
    floating(csv, Math.floor(0.09 * collects));
  }
}

/** A count of events, and of the users behind them. */
function pair(csv: CsvBytes, count: number): void {
  one(csv, count);
  one(csv, usersOf(count));
}

function one(csv: CsvBytes, count: number): void {
  csv.comma();
  csv.integer(count);
}

function usersOf(count: number): number {
  return count === 0 ? 0 : Math.max(1, Math.floor(0.9 * count));
}

/** A column with empty fields became one of floating point numbers. */
function floating(csv: CsvBytes, count: number): void {
  csv.comma();
  csv.integer(count);
  csv.ascii(".0");
}

/** A count with the mean given; a whole number without chance where chance would not show. */
function some(mean: number, draws: Random): number {
  return mean < 1_000 ? draws.poisson(mean) : Math.floor(mean);
}
