/** The videos of a synthetic KuaiRec archive. */
import { type Random, sampleWithoutReplacement } from "../../stats";
import { interpolate, logarithmic } from "./curves";
import { VIDEOS } from "./kuaiRecParameters";
import { pick } from "./kuaiRecPeople";
import type { KuaiRecSize } from "./kuaiRecSize";

export interface Videos {
  readonly size: number;
  /** Milliseconds, by video_id. */
  readonly duration: Int32Array;
  /** One to four different categories, by video_id. */
  readonly categories: readonly (readonly number[])[];
  /** video_id of the videos of small_matrix.csv, ascending, and of the others. */
  readonly small: Int32Array;
  readonly others: Int32Array;
}

export function drawVideos({ videos, smallVideos }: KuaiRecSize, random: Random): Videos {
  const durations = logarithmic(VIDEOS.durations, "y");
  const lengths = random.fork("durations");
  const kinds = random.fork("categories");
  const small = sampleWithoutReplacement(videos, smallVideos, random.fork("small"));
  const isSmall = new Uint8Array(videos);
  for (const video of small) isSmall[video] = 1;
  return {
    size: videos,
    duration: Int32Array.from({ length: videos }, () =>
      Math.round(1000 * Math.exp(interpolate(durations, lengths.uniform()))),
    ),
    categories: Array.from({ length: videos }, () => drawCategories(kinds)),
    small,
    others: Int32Array.from({ length: videos }, (_, video) => video).filter(
      (video) => isSmall[video] === 0,
    ),
  };
}

function drawCategories(draws: Random): number[] {
  const count = 1 + pick(VIDEOS.categoryCounts, draws);
  const chosen: number[] = [];
  while (chosen.length < count) {
    const category = pick(VIDEOS.categories, draws);
    if (!chosen.includes(category)) chosen.push(category);
  }
  return chosen;
}
