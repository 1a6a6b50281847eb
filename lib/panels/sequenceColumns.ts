/** The columns that the long-term course uses most, and the part each plays in a causal question. */
import type { Row } from "../loaders/rows";

/** One row a column: table, column, meaning, causal_role. */
export const SEQUENCE_COLUMNS: readonly Row[] = [
  {
    table: "small_matrix",
    column: "user_id",
    meaning: "Number of the user, who is followed from day to day.",
    causal_role: "Unit of the panel, and cluster of every standard error",
  },
  {
    table: "small_matrix",
    column: "video_id",
    meaning: "Number of the video that was shown and watched.",
    causal_role: "Content of the exposure",
  },
  {
    table: "small_matrix",
    column: "play_duration",
    meaning: "Time that the video played, in milliseconds.",
    causal_role: "Engagement of the day: today an outcome, tomorrow part of the state",
  },
  {
    table: "small_matrix",
    column: "video_duration",
    meaning: "Length of the video, in milliseconds.",
    causal_role: "Property of the video, and denominator of the watch ratio",
  },
  {
    table: "small_matrix",
    column: "watch_ratio",
    meaning: "play_duration divided by video_duration; above 1 the video played again.",
    causal_role: "Engagement with a video, and the measure of a high-watch day",
  },
  {
    table: "small_matrix",
    column: "event_date",
    meaning: "Day of the watch in local time.",
    causal_role: "Time index of the panel",
  },
  {
    table: "user_features",
    column: "user_active_degree",
    meaning: "The platform's own class of how active a user is.",
    causal_role: "Candidate baseline confounder",
  },
  {
    table: "item_daily_features",
    column: "show_cnt / play_cnt",
    meaning: "How often a video was shown and played on a day, over all users.",
    causal_role: "Popularity of the content, a candidate confounder",
  },
];
