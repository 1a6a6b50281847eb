/**
 * The constants of the synthetic KuaiRec archive. Curves and shares are read off published tables of KuaiRec 2.0;
 * those of the process were chosen, and tuned until the marginals of a generated archive follow the tables.
 */
import type { Curve } from "./movieLensParameters";

/** Raised whenever the same constants would draw other data. */
export const KUAIREC_GENERATOR = 1;

/** KuaiRec 2.0: the size of the real archive that this one follows. */
export const KUAIREC = {
  users: 7_176,
  videos: 10_728,
  smallUsers: 1_411,
  smallVideos: 3_327,
  bigRows: 12_530_806,
  days: 63,
  socialUsers: 472,
  /** 2020-07-05 00:00, a Sunday, in Kuaishou's local time, as Unix seconds of that clock. */
  firstDay: Date.UTC(2020, 6, 5) / 1000,
  /** Local time is ahead of Unix time by this many seconds. */
  ahead: 8 * 3_600,
} as const;

export const SEGMENTS = ["full_active", "high_active", "middle_active", "UNKNOWN"] as const;

/**
 * The user-day process. Lists by segment stand in the order of SEGMENTS. The equations are in the README.md that is
 * written beside an archive.
 */
export const PROCESS = {
  state: {
    /** The user's interest moves by itself: its standard deviation, and the share kept from day to day. */
    interestSd: 1.1,
    interestKept: 0.95,
    /** What treatments leave behind: the share kept from day to day. */
    aftermathKept: 0.8,
    /** Added to tomorrow's aftermath by an intense day: it tires. */
    afterIntense: [-0.36, -0.6, -0.7, -0.7],
    /** Added to tomorrow's aftermath by a high-watch day: it pleases. */
    afterHighWatch: [0.12, 0.2, 0.24, 0.24],
  },
  /** Log odds of an active day. */
  activity: {
    intercept: 6.45,
    interest: 2.2,
    aftermath: 0.4,
    afterIntense: [-0.2, -0.45, -0.55, -0.55],
    afterHighWatch: [0.25, 0.45, 0.5, 0.5],
  },
  /** Log odds of an intense day, on an active day. */
  intensity: {
    intercept: -1.34,
    lag1Interactions: 0.005,
    prior3Interactions: 0.0105,
    meanLag1: 50,
    meanPrior3: 150,
    weekend: 0.25,
    perDay: -0.018,
    bounds: [-3.3, 2.2],
  },
  /** Log odds of a high-watch day, on an active day. */
  highWatch: {
    intercept: -0.18,
    lag1Share: 2.2,
    prior3Share: 2,
    meanShare: 0.47,
    bounds: [-3.3, 3.3],
  },
  interactions: {
    /** Videos of an ordinary day at most; an intense day has at least one more. */
    most: 69,
    /** Log odds that an ordinary day is long. */
    intercept: 0.52,
    noise: 0.5,
    weekend: 0.15,
    perDay: -0.012,
    meanDay: 31,
    /** Weight of the logarithm of the pace: the finite catalogue. */
    pace: 2.1,
    /** A day takes at most this share of the videos that are left. */
    mostOfLeft: 0.5,
    /** Days' worth of videos left over at the end when all goes evenly. */
    spareDays: 1.1,
    /** Videos of an intense day above the most of an ordinary one. */
    extra: 26,
    extraSlope: 0.45,
    extraNoise: 1.5,
  },
  share: {
    /** On a high-watch day at least this share of the videos is watched to 0.8 or more, on others less. */
    threshold: 0.4773,
    ordinary: -0.1,
    high: 0,
    noise: 0.9,
  },
} as const;

/** How users differ. */
export const PEOPLE = {
  /** Share of each segment among the users of small_matrix, and among the others. */
  smallSegments: [0.769, 0.209, 0.003, 0.019],
  otherSegments: [0.8685, 0.1114, 0.0042, 0.0159],
  appetiteSd: 0.15,
  tasteSd: 0.5,
  loyaltySd: 0.4,
  /** Change of the log odds of activity for one unit of taste: who watches more to the end comes less often. */
  tasteOnLoyalty: -3.2,
  /** Share of users who come late or leave early, and the least number of days they stay, as a share of all. */
  passing: 0.02,
  shortestStay: 0.48,
  /** Videos of small_matrix that a user is never shown, at least and at most. */
  unseen: [1, 28],
  /** Rows without a time that a user has at most, as a share of the user's videos. */
  mostUntimed: 0.1,
  /** big_matrix: standard deviation of the logarithm of the rows of a user, and bounds of rows a day. */
  bigRowsSd: 0.55,
  bigRowsADay: [3, 95],
} as const;

/** How a video of a day is watched. */
export const WATCHING = {
  /** A video counts as watched high from this ratio of play to video duration. */
  highRatio: 0.8,
  /** Play duration in seconds at a share of all rows, before the factor of the day, which spreads it. */
  playSeconds: [
    [0, 0.0002],
    [0.0008, 0.02],
    [0.01, 0.6],
    [0.05, 2.2],
    [0.25, 5.95],
    [0.5, 7.45],
    [0.75, 9],
    [0.95, 13.7],
    [0.99, 28],
    [0.999, 110],
    [0.9999, 380],
    [1, 1_300],
  ] as Curve,
  /** A day's play durations are all multiplied by one factor, in these bounds. */
  dayFactor: [0.8, 1.25],
  /** Videos of one session, on average. */
  session: 28,
  /** Pause after a video, seconds, on average. */
  pause: 6,
  /** Share of the sessions that begin before an hour of the day. */
  hours: [
    [0, 0],
    [1, 0.035],
    [5, 0.06],
    [7, 0.11],
    [9, 0.2],
    [12, 0.37],
    [14, 0.5],
    [18, 0.68],
    [20, 0.8],
    [22, 0.92],
    [24, 1],
  ] as Curve,
} as const;

export const VIDEOS = {
  /** Seconds at a share of the videos. */
  durations: [
    [0, 3.067],
    [0.01, 4.885],
    [0.05, 5.9],
    [0.25, 7.522],
    [0.5, 9.593],
    [0.75, 11.934],
    [0.9, 16],
    [0.95, 44.85],
    [0.99, 139.877],
    [1, 315.072],
  ] as Curve,
  /** Videos by number of categories: one, two, three, four. */
  categoryCounts: [0.8361, 0.1456, 0.0172, 0.0011],
  /** Videos of each category 0 to 30. */
  categories: [
    24, 463, 216, 104, 164, 964, 912, 503, 1112, 696, 170, 2027, 534, 245, 63, 374, 214, 350, 131,
    686, 265, 29, 20, 39, 12, 468, 490, 31, 1360, 5, 22,
  ],
} as const;

/** item_daily_features.csv. Points (normal score, value); the scores are those of the shares in the published table. */
export const ITEM_DAILY = {
  /** Shows of a video on a day at the 0 %, 5 %, 25 %, 50 %, 75 %, 95 % and 100 % points. */
  shows: [
    [-4, 0.5],
    [-1.645, 3.2],
    [-0.674, 74],
    [0, 1_762],
    [0.674, 28_220],
    [1.645, 415_000],
    [2.326, 1_900_000],
    [3.2, 8_000_000],
    [4.5, 36_000_000],
  ] as Curve,
  /** Correlation of two days of a video, in normal scores. */
  persistence: 0.9,
  /** Plays for one show: mean at a number of shows (natural logarithm), and spread. */
  playRate: [
    [1, 0.2],
    [4.3, 0.3],
    [7.5, 0.58],
    [10.2, 0.9],
    [13, 0.98],
    [17, 1.02],
  ] as Curve,
  /** Likes for one play at normal scores. */
  likeRate: [
    [-2.5, 0.001],
    [-0.674, 0.008],
    [0, 0.0165],
    [0.674, 0.036],
    [1.645, 0.11],
    [3.5, 0.35],
  ] as Curve,
  /** Collecting was counted after this share of the days: 22 % of the rows lie before it. */
  collectAfter: 0.468,
} as const;
