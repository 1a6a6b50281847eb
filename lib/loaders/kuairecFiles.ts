/** The files of KuaiRec: where they lie in its inner archive and what their columns are. */
import type { CsvColumn, CsvSchema, OtherColumns } from "./csvSchema";

/** Names of the tables, as their files are called. */
export type KuaiRecTable =
  | "small_matrix"
  | "big_matrix"
  | "user_features"
  | "item_categories"
  | "item_daily_features"
  | "social_network"
  | "captions";

export interface KuaiRecFile {
  /** Name in the folder of the inner archive. */
  readonly file: string;
  readonly schema: CsvSchema;
  /** Columns that must not repeat, because other tables are joined on them. */
  readonly key?: string;
  readonly otherColumns?: OtherColumns;
  /** True where texts hold carriage returns that end no row. */
  readonly hasBareReturns?: boolean;
}

/** The archive inside the archive. */
export const INNER_ARCHIVE = "KuaiRec.zip";

/** Folder of the files inside it, as its publisher named it. */
export const INNER_FOLDER = "KuaiRec 2.0/data/";

/** Dates are numbers such as 20200705 or 20200705.0; a date that no calendar has is a bad one. */
const isCalendarDate =
  "try_strptime(round(date)::BIGINT::VARCHAR, '%Y%m%d') IS NOT NULL AND date BETWEEN 19000101 AND 21001231";

const calendarDate = {
  optional: true,
  accept: `date IS NULL OR (${isCalendarDate})`,
  goodValue: "is a date of the calendar written like 20200705",
} as const;

const count: CsvColumn = { type: "DOUBLE", optional: true };
const flag: CsvColumn = { type: "BIGINT", optional: true };
const range: CsvColumn = { type: "VARCHAR", optional: true };

const matrix: CsvSchema = {
  user_id: { type: "BIGINT", accept: "user_id >= 0" },
  video_id: { type: "BIGINT", accept: "video_id >= 0" },
  play_duration: { type: "BIGINT", accept: "play_duration >= 0" },
  video_duration: { type: "BIGINT", accept: "video_duration >= 0" },
  time: { type: "VARCHAR", optional: true },
  date: { type: "DOUBLE", ...calendarDate },
  timestamp: {
    type: "DOUBLE",
    optional: true,
    accept: "timestamp IS NULL OR (timestamp BETWEEN 0 AND 4102444800)",
    goodValue: "is a number of Unix seconds, from 1970 to 2100",
  },
  watch_ratio: { type: "DOUBLE", accept: "watch_ratio >= 0 AND isfinite(watch_ratio)" },
};

const oneHot = Object.fromEntries(
  Array.from({ length: 18 }, (_, i) => [`onehot_feat${i}`, count] as const),
);

const userFeatures: CsvSchema = {
  user_id: { type: "BIGINT", accept: "user_id >= 0" },
  user_active_degree: { type: "VARCHAR", optional: true },
  is_lowactive_period: flag,
  is_live_streamer: flag,
  is_video_author: flag,
  follow_user_num: flag,
  follow_user_num_range: range,
  fans_user_num: flag,
  fans_user_num_range: range,
  friend_user_num: flag,
  friend_user_num_range: range,
  register_days: flag,
  register_days_range: range,
  ...oneHot,
};

/** The counts of an item's day that the courses use; the file has 58 columns. */
const itemDaily: CsvSchema = {
  video_id: { type: "BIGINT", accept: "video_id >= 0" },
  date: { type: "BIGINT", ...calendarDate },
  show_cnt: count,
  show_user_num: count,
  play_cnt: count,
  play_user_num: count,
  complete_play_cnt: count,
  like_cnt: count,
  comment_cnt: count,
  share_cnt: count,
  collect_cnt: count,
};

const text: CsvColumn = { type: "VARCHAR", optional: true };

export const KUAIREC_FILES: Readonly<Record<KuaiRecTable, KuaiRecFile>> = {
  small_matrix: { file: "small_matrix.csv", schema: matrix },
  big_matrix: { file: "big_matrix.csv", schema: matrix },
  user_features: { file: "user_features.csv", schema: userFeatures, key: "user_id" },
  item_categories: {
    file: "item_categories.csv",
    schema: { video_id: { type: "BIGINT", accept: "video_id >= 0" }, feat: text },
    key: "video_id",
  },
  item_daily_features: {
    file: "item_daily_features.csv",
    schema: itemDaily,
    otherColumns: "leave out",
  },
  social_network: {
    file: "social_network.csv",
    schema: { user_id: { type: "BIGINT", accept: "user_id >= 0" }, friend_list: text },
    key: "user_id",
  },
  captions: {
    file: "kuairec_caption_category.csv",
    schema: {
      video_id: { type: "BIGINT", accept: "video_id >= 0" },
      manual_cover_text: text,
      caption: text,
      topic_tag: text,
      first_level_category_id: flag,
      first_level_category_name: text,
      second_level_category_id: flag,
      second_level_category_name: text,
      third_level_category_id: flag,
      third_level_category_name: text,
    },
    hasBareReturns: true,
  },
};
