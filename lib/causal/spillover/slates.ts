/** Slates in columns: the units of every experiment of the course. */

/** What is known of each row (item in a slate) before anything is promoted. Missing values are NaN. */
export interface SlateItems {
  readonly movieId: Float64Array;
  readonly title: readonly string[];
  /** Group within which items compete, as a number into `Slates.clusters`. */
  readonly cluster: Int32Array;
  /** The user's stars for the item. */
  readonly relevance: Float64Array;
  /** Ratings of the item in the sample, their mean, and the share of them with 4 stars or more. */
  readonly ratingCount: Float64Array;
  readonly meanRating: Float64Array;
  readonly likedRate: Float64Array;
  /** Fifth of popularity, `very_low` to `very_high`; empty where it is missing. */
  readonly popularityBucket: readonly string[];
}

/** What is known of each slate's user. Missing values are NaN. */
export interface SlateUsers {
  readonly userId: Float64Array;
  readonly ratings: Float64Array;
  readonly meanRating: Float64Array;
  readonly likedRate: Float64Array;
  readonly activeYears: Float64Array;
  readonly uniquePrimaryGenres: Float64Array;
  readonly activitySpanDays: Float64Array;
}

/**
 * J slates with N rows in all. Rows of a slate lie together, best seed position first: rows `starts[j]` to
 * `starts[j + 1] - 1` are slate j, and the first of them has seed position 1. Slates may differ in size.
 */
export interface Slates {
  readonly count: number;
  readonly rows: number;
  /** J + 1 row numbers. */
  readonly starts: Int32Array;
  /** Slate of each row. */
  readonly slateOf: Int32Array;
  /** Seed position of each row, from 1. */
  readonly position: Int32Array;
  readonly slateId: readonly string[];
  /** Names of the clusters. */
  readonly clusters: readonly string[];
  readonly items: SlateItems;
  readonly users: SlateUsers;
}

/** Rows of slates as they come: one entry a row, rows of a slate together and in the order of their seed positions. */
export interface SlateRows {
  readonly slateId: readonly string[];
  readonly cluster: readonly string[];
  readonly relevance: ArrayLike<number>;
  /** Seed positions. Default: 1, 2, ... in the order of the rows. */
  readonly position?: ArrayLike<number>;
  readonly movieId?: ArrayLike<number>;
  readonly title?: readonly string[];
  readonly ratingCount?: ArrayLike<number>;
  readonly meanRating?: ArrayLike<number>;
  readonly likedRate?: ArrayLike<number>;
  readonly popularityBucket?: readonly string[];
  /** The user's values, repeated on each row of the slate; the first row's are taken. */
  readonly userId?: ArrayLike<number>;
  readonly userRatings?: ArrayLike<number>;
  readonly userMeanRating?: ArrayLike<number>;
  readonly userLikedRate?: ArrayLike<number>;
  readonly userActiveYears?: ArrayLike<number>;
  readonly userUniquePrimaryGenres?: ArrayLike<number>;
  readonly userActivitySpanDays?: ArrayLike<number>;
}

/**
 * Slates from rows. What is not given is missing (NaN, empty text); movie ids then count the rows from 1.
 * @throws Error for columns of different length, a slate whose rows do not lie together, positions that are not
 *   1, 2, ... within a slate, a relevance that is no number, or a negative count of ratings
 * @example slatesFromRows({ slateId: ["a", "a"], cluster: ["Drama", "Action"], relevance: [5, 4] })
 */
export function slatesFromRows(rows: SlateRows): Slates {
  const n = rows.slateId.length;
  for (const [name, column] of Object.entries(rows) as [string, ArrayLike<unknown> | undefined][]) {
    if (column !== undefined && column.length !== n) {
      throw new Error(`Column ${name} has ${column.length} values, slateId has ${n}.`);
    }
  }
  const { starts, slateOf, slateId } = boundaries(rows.slateId);
  const position = Int32Array.from({ length: n }, (_, i) => i - starts[slateOf[i]!]! + 1);
  for (let i = 0; i < n; i++) {
    const given = rows.position?.[i] ?? position[i]!;
    if (given !== position[i]) {
      throw new Error(
        `Slate ${rows.slateId[i]}, row ${i + 1}: the seed position is ${given} where ${position[i]} is next. Sort rows by slate and seed position, 1 to the slate's size.`,
      );
    }
    if (!Number.isFinite(rows.relevance[i])) {
      throw new Error(`Slate ${rows.slateId[i]}, row ${i + 1}: the relevance is no number.`);
    }
    const ratings = rows.ratingCount?.[i] ?? Number.NaN;
    if (ratings < 0 || ratings === Number.POSITIVE_INFINITY) {
      throw new Error(`Slate ${rows.slateId[i]}, row ${i + 1}: ${ratings} ratings is no count.`);
    }
  }
  const clusters = [...new Set(rows.cluster)].sort();
  const numberOf = new Map(clusters.map((name, c) => [name, c]));
  const column = (values: ArrayLike<number> | undefined) =>
    values ? Float64Array.from(values) : new Float64Array(n).fill(Number.NaN);
  const perSlate = (values: ArrayLike<number> | undefined) =>
    Float64Array.from({ length: slateId.length }, (_, j) => values?.[starts[j]!] ?? Number.NaN);
  return {
    count: slateId.length,
    rows: n,
    starts,
    slateOf,
    position,
    slateId,
    clusters,
    items: {
      movieId: rows.movieId
        ? column(rows.movieId)
        : Float64Array.from({ length: n }, (_, i) => i + 1),
      title: rows.title ?? new Array<string>(n).fill(""),
      cluster: Int32Array.from(rows.cluster, (name) => numberOf.get(name)!),
      relevance: column(rows.relevance),
      ratingCount: column(rows.ratingCount),
      meanRating: column(rows.meanRating),
      likedRate: column(rows.likedRate),
      popularityBucket: rows.popularityBucket ?? new Array<string>(n).fill(""),
    },
    users: {
      userId: perSlate(rows.userId),
      ratings: perSlate(rows.userRatings),
      meanRating: perSlate(rows.userMeanRating),
      likedRate: perSlate(rows.userLikedRate),
      activeYears: perSlate(rows.userActiveYears),
      uniquePrimaryGenres: perSlate(rows.userUniquePrimaryGenres),
      activitySpanDays: perSlate(rows.userActivitySpanDays),
    },
  };
}

function boundaries(ids: readonly string[]) {
  const starts: number[] = [];
  const slateId: string[] = [];
  const seen = new Set<string>();
  const slateOf = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    if (i === 0 || ids[i] !== ids[i - 1]) {
      const id = ids[i]!;
      if (seen.has(id)) {
        throw new Error(
          `Slate ${id} begins a second time at row ${i + 1}. Rows of a slate lie together.`,
        );
      }
      seen.add(id);
      starts.push(i);
      slateId.push(id);
    }
    slateOf[i] = slateId.length - 1;
  }
  return { starts: Int32Array.from([...starts, ids.length]), slateOf, slateId };
}

/** Items in slate j. */
export function slateSize(slates: Slates, j: number): number {
  return slates.starts[j + 1]! - slates.starts[j]!;
}

/** Sum of a column over the rows of each slate, J values. */
export function slateSums(slates: Slates, column: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(slates.count);
  for (let i = 0; i < slates.rows; i++) sums[slates.slateOf[i]!] += column[i]!;
  return sums;
}
