/** Fewer slates, or shorter ones. */
import { type Slates, slatesFromRows } from "./slates";

/** The first `count` slates. */
export function firstSlates(slates: Slates, count: number): Slates {
  return rowsWhere(slates, (_, j) => j < count);
}

/** Every slate cut after `length` items; shorter slates stay as they are. */
export function shortenedSlates(slates: Slates, length: number): Slates {
  return rowsWhere(slates, (i) => slates.position[i]! <= length);
}

function rowsWhere(slates: Slates, isKept: (row: number, slate: number) => boolean): Slates {
  const rows = Array.from(slates.slateOf.keys()).filter((i) => isKept(i, slates.slateOf[i]!));
  if (rows.length === 0) throw new Error("No row of the slates is left.");
  const { items, users } = slates;
  const numbers = (values: ArrayLike<number>) => Float64Array.from(rows, (i) => values[i]!);
  const texts = (values: readonly string[]) => rows.map((i) => values[i]!);
  const ofUser = (values: Float64Array) =>
    Float64Array.from(rows, (i) => values[slates.slateOf[i]!]!);
  return slatesFromRows({
    slateId: rows.map((i) => slates.slateId[slates.slateOf[i]!]!),
    cluster: rows.map((i) => slates.clusters[items.cluster[i]!]!),
    relevance: numbers(items.relevance),
    movieId: numbers(items.movieId),
    title: texts(items.title),
    ratingCount: numbers(items.ratingCount),
    meanRating: numbers(items.meanRating),
    likedRate: numbers(items.likedRate),
    popularityBucket: texts(items.popularityBucket),
    userId: ofUser(users.userId),
    userRatings: ofUser(users.ratings),
    userMeanRating: ofUser(users.meanRating),
    userLikedRate: ofUser(users.likedRate),
    userActiveYears: ofUser(users.activeYears),
    userUniquePrimaryGenres: ofUser(users.uniquePrimaryGenres),
    userActivitySpanDays: ofUser(users.activitySpanDays),
  });
}
