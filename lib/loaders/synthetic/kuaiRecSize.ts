/** How large a synthetic KuaiRec archive is. */
import { KUAIREC } from "./kuaiRecParameters";

export interface KuaiRecSize {
  /** Users of user_features.csv. */
  readonly users: number;
  /** Users of small_matrix.csv, who see nearly all of its videos. */
  readonly smallUsers: number;
  readonly smallVideos: number;
  /** Users of big_matrix.csv, those of small_matrix.csv among them, and about how many rows they have together. */
  readonly bigUsers: number;
  readonly bigRows: number;
  /** Videos in all. */
  readonly videos: number;
  /** Days of both matrices, from 2020-07-05 on. */
  readonly days: number;
}

/**
 * A scale by name, or by its counts (the counts that are left out follow from the others).
 * - `tiny`: for tests. 12 users, 21 days.
 * - `embedded`: 400 users and about 1.3 million rows in small_matrix.csv, 500 users and about 0.8 million rows in big_matrix.csv, all videos.
 * - `full`: the counts of KuaiRec 2.0: about 4.7 million rows of 1,411 users, 12.5 million rows of 7,176 users.
 */
export type KuaiRecScale =
  | "tiny"
  | "embedded"
  | "full"
  | (Partial<KuaiRecSize> & { readonly smallUsers: number });

/**
 * The counts of a scale.
 * @throws RangeError when the counts cannot be had together.
 */
export function kuaiRecSize(scale: KuaiRecScale): KuaiRecSize {
  if (scale === "tiny") {
    return checked({
      smallUsers: 12,
      users: 60,
      bigUsers: 20,
      bigRows: 4_000,
      videos: 1_600,
      days: 21,
    });
  }
  if (scale === "embedded") return checked({ smallUsers: 400, bigUsers: 500, bigRows: 800_000 });
  if (scale === "full") {
    return checked({
      smallUsers: KUAIREC.smallUsers,
      bigUsers: KUAIREC.users,
      bigRows: KUAIREC.bigRows,
    });
  }
  if (typeof scale !== "object" || scale === null) {
    throw new RangeError(
      `The scale is "tiny", "embedded", "full" or counts, not ${String(scale)}.`,
    );
  }
  return checked(scale);
}

function checked(given: Partial<KuaiRecSize> & { readonly smallUsers: number }): KuaiRecSize {
  const { smallUsers, days = KUAIREC.days } = given;
  const { users = Math.max(KUAIREC.users, smallUsers), videos = KUAIREC.videos } = given;
  const bigUsers = given.bigUsers ?? smallUsers;
  const size = {
    users,
    smallUsers,
    smallVideos: given.smallVideos ?? Math.round((KUAIREC.smallVideos * days) / KUAIREC.days),
    bigUsers,
    bigRows: given.bigRows ?? Math.round((bigUsers * 1_746 * days) / KUAIREC.days),
    videos,
    days,
  };
  for (const [name, value] of Object.entries(size)) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`${name} must be a whole number above 0, not ${value}.`);
    }
  }
  if (days < 21 || days > 120) {
    throw new RangeError(`A synthetic KuaiRec archive covers 21 to 120 days, not ${days}.`);
  }
  if (smallUsers < 4 || smallUsers > bigUsers || bigUsers > users) {
    throw new RangeError(
      `Give at least 4 smallUsers, at least as many bigUsers and at least as many users, not ${smallUsers}, ${bigUsers} and ${users}.`,
    );
  }
  const perDay = size.smallVideos / days;
  if (perDay < 40 || perDay > 70 || videos < size.smallVideos) {
    throw new RangeError(
      `${size.smallVideos} smallVideos do not go with ${days} days and ${videos} videos: give ${40 * days} to ${Math.min(70 * days, videos)}.`,
    );
  }
  const rows = size.bigRows / bigUsers / days;
  if (rows < 3 || rows > 40 || rows * days > 0.6 * (videos - size.smallVideos)) {
    throw new RangeError(
      `${size.bigRows} bigRows do not go with ${bigUsers} bigUsers, ${days} days and ${videos} videos.`,
    );
  }
  return size;
}
