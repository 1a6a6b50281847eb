/**
 * The constants of the synthetic MovieLens archive. Those called curves are read off the published tables of
 * ML-32M; the others were tuned until the marginals of a generated archive follow those tables.
 */

/** Points (x, y) of a curve, x ascending. */
export type Curve = readonly (readonly [number, number])[];

/** Raised whenever the same constants would draw other data. */
export const GENERATOR = 1;

/** ML-32M: the size of the real archive that this one follows. */
export const FULL = {
  users: 200_948,
  movies: 87_585,
  ratedMovies: 84_432,
  ratings: 32_000_204,
  tags: 2_000_072,
} as const;

export const CATALOGUE = {
  /** Ratings of the movie at a popularity rank, at full size; log-log between the points. */
  popularity: [
    [1, 102_929],
    [3, 98_000],
    [4, 93_500],
    [6, 85_500],
    [8, 73_500],
    [15, 67_800],
    [100, 40_500],
    [500, 15_000],
    [1_000, 8_000],
    [2_231, 3_000],
    [3_500, 1_380],
    [5_578, 600],
    [8_000, 262],
    [11_156, 104],
    [15_000, 47],
    [20_000, 27],
    [30_000, 11],
    [42_000, 5.5],
    [55_000, 3],
    [70_000, 1.6],
    [84_432, 1],
  ] as Curve,
  /** Share of the catalogue that MovieLens held at the end of a year. */
  entered: [
    [1994, 0],
    [1995, 0.0165],
    [1996, 0.0185],
    [1997, 0.021],
    [1998, 0.028],
    [1999, 0.037],
    [2000, 0.046],
    [2001, 0.056],
    [2002, 0.067],
    [2003, 0.08],
    [2004, 0.095],
    [2005, 0.103],
    [2006, 0.109],
    [2007, 0.114],
    [2008, 0.124],
    [2009, 0.144],
    [2010, 0.162],
    [2011, 0.184],
    [2012, 0.213],
    [2013, 0.247],
    [2014, 0.288],
    [2015, 0.38],
    [2016, 0.484],
    [2017, 0.575],
    [2018, 0.655],
    [2019, 0.717],
    [2020, 0.79],
    [2021, 0.86],
    [2022, 0.93],
    [2023, 1],
  ] as Curve,
  /** movieId of the movie at a share of the order of entry. */
  movieIds: [
    [0, 1],
    [0.017, 1_540],
    [0.08, 7_300],
    [0.1, 9_000],
    [0.103, 26_000],
    [0.124, 65_000],
    [0.213, 98_000],
    [0.312, 131_000],
    [0.5, 164_000],
    [0.717, 209_000],
    [1, 292_757],
  ] as Curve,
  /** How loosely the order of entry follows popularity: noise on the log rank, and the share of latecomers. */
  entryNoise: 1.25,
  lateEntry: { share: 0.35, noise: 4 },
  /** A movie never enters so late that it would need more than this share of users, times (share of users to come)^1.5. */
  largestShareOfUsers: 0.6,
  /** A movie enters in its year of release or shortly after (new), or comes from the back catalogue. */
  newReleases: { share: 0.5, meanLagYears: 0.7 },
  backCatalogue: { meanAgeYears: 22, oldestYear: 1895 },
  filmNoirYears: [1940, 1959],
  /** 7,080 of 87,585 movies have no genre; they are forgotten movies: weight = popularity ^ power. */
  noGenres: { share: 7_080 / 87_585, power: -1.5 },
  /** 617 of 87,585 titles have no year. */
  noYear: 617 / 87_585,
  /** Popularity (full size) from which on genres are those of forgotten, and of popular movies. */
  prominence: { from: 3, to: 20_000 },
  franchises: { share: 0.03, meanFurtherParts: 1.4, maxParts: 9 },
  /** A movie without a link to TMDb. */
  missingTmdb: 124 / 87_585,
  latentDimensions: 8,
  /** Weight of a movie's genres in its latent vector; the rest is its own. */
  genreInLatent: 0.75,
  neighbours: { count: 12, candidates: 96, eraYears: 20 },
} as const;

/** Quality in stars: base + slope * (ln popularity at full size - 9) + genre + noise; another slope below 0 and above. */
export const QUALITY = {
  base: 3.5,
  slope: { below: 0.055, above: 0.27 },
  sd: 0.24,
  /** Forgotten movies differ more: sd + tailSd * (1 - prominence). */
  tailSd: 0.42,
  /** Of a movie without genres, and of each genre; several genres give their sum over the root of their number. */
  noGenre: 0.2,
  genres: {
    Action: -0.12,
    Adventure: 0.03,
    Animation: 0.33,
    Children: -0.22,
    Comedy: -0.2,
    Crime: 0.2,
    Documentary: 0.4,
    Drama: 0.28,
    Fantasy: -0.03,
    "Film-Noir": 0.5,
    Horror: -0.22,
    IMAX: 0.08,
    Musical: 0,
    Mystery: 0.14,
    Romance: -0.08,
    "Sci-Fi": 0,
    Thriller: -0.07,
    War: 0.25,
    Western: 0.12,
  },
} as const;

export const RATERS = {
  /** Ratings of the user at a quantile, at full size; log-linear between the points. */
  ratings: [
    [0, 20],
    [0.1, 24],
    [0.25, 36],
    [0.5, 71],
    [0.75, 164],
    [0.9, 345],
    [0.95, 570],
    [0.99, 1_280],
    [0.999, 2_900],
    [0.9999, 5_200],
    [0.99999, 9_500],
    [1, 33_332],
  ] as Curve,
  /** Days between the first and the last rating at a quantile; below a day all is one sitting. */
  spanDays: [
    [0, 0.002],
    [0.62, 0.2],
    [0.64, 1],
    [0.75, 55],
    [0.9, 720],
    [0.95, 1_750],
    [0.98, 3_500],
    [0.995, 5_800],
    [1, 10_400],
  ] as Curve,
  /** Correlation, on the normal scale, of a user's span with the number of ratings. */
  spanWithRatings: 0.55,
  /** New users by year, per thousand of all. */
  newUsers: [
    [1995, 0.02],
    [1996, 133],
    [1997, 43.9],
    [1998, 18.1],
    [1999, 34.1],
    [2000, 61.6],
    [2001, 30],
    [2002, 20.3],
    [2003, 24.8],
    [2004, 27.2],
    [2005, 44.7],
    [2006, 25.9],
    [2007, 24.6],
    [2008, 26.8],
    [2009, 21],
    [2010, 20.2],
    [2011, 17.3],
    [2012, 16.8],
    [2013, 14],
    [2014, 13.4],
    [2015, 44],
    [2016, 47.3],
    [2017, 40.2],
    [2018, 34.2],
    [2019, 43.1],
    [2020, 51.1],
    [2021, 36.3],
    [2022, 31.9],
    [2023, 54.2],
  ] as Curve,
  /** Those with more ratings than this come in the first years with this probability only. */
  lightBeginnings: { until: 1998, ratings: 100, share: 0.35 },
  /** Sessions after the first: 1 + Poisson with mean perRootDay * sqrt(days), at most a share of the ratings. */
  sessions: { perRootDay: 0.23, perRating: 0.08 },
  /** 1995-01-09 11:46:44 and 2023-10-13 02:29:07 UTC. */
  firstSecond: 789_652_004,
  lastSecond: 1_697_164_147,
  /** Share of a returning user's ratings given in the first session. */
  firstSession: { a: 2, b: 1.6 },
  /** Nobody rates more than this share of the movies there are. */
  largestShareOfCatalogue: 0.55,
  /** User's strictness in stars: sd, a few with a wider one, and the change for one sd more ratings (on the normal scale). */
  strictness: { sd: 0.42, wideShare: 0.04, wideSd: 1.2, byActivity: -0.09 },
  /** Sd of the noise of one rating, in stars; it varies between users (log-normal). */
  noise: { median: 0.72, logSd: 0.2 },
  /** Stars for one standard deviation of taste match. */
  tasteInRating: 0.33,
  /** Correlation of the taste at the end of a history with the taste at its beginning. */
  tasteDrift: 0.5,
  specialists: {
    share: 0.08,
    /** Most ratings of one specialist. */
    maxRatings: 400,
    /** Probability that one choice is made within the genre. */
    within: [0.55, 0.9],
    genres: {
      Action: 12,
      Adventure: 8,
      Animation: 8,
      Children: 8,
      Comedy: 14,
      Crime: 8,
      Documentary: 5,
      Drama: 12,
      Fantasy: 6,
      Horror: 14,
      Romance: 10,
      "Sci-Fi": 12,
      Thriller: 10,
    },
  },
} as const;

export const CHOICE = {
  /** Log odds for one standard deviation of taste match, and the match from which on it counts no more. */
  tasteInChoice: 0.8,
  largestMatch: 1.5,
  /** Probability that the next choice is the next part of the franchise just rated. */
  nextPart: 0.4,
  /** Probability that it is a neighbour of one of the last movies, and how fast the list is left (geometric). */
  neighbour: 0.28,
  neighbourStep: 0.28,
  neighbourMemory: 3,
  /** Streaks of one genre: probability to begin, to end, and to choose within the genre while it lasts. */
  streakBegins: 0.06,
  streakEnds: 0.12,
  streakWithin: 0.75,
  /** Attention to a movie that is new in the catalogue: 1 + boost * exp(-age / years). */
  recency: { boost: 2.5, years: 0.8 },
  /** Proposals before taste no longer counts, and then before any movie not yet rated will do. */
  patience: 40,
  lastPatience: 600,
} as const;

/** Time between ratings. Early MovieLens took a page of ratings at a time: many share one second. */
export const CLOCK = {
  pagesUntil: 1_041_379_200,
  earlyTie: 0.55,
  lateTie: 0.055,
  earlyMeanGapSeconds: 22,
  lateMeanGapSeconds: 9,
  /** A sitting of more ratings than this takes a break of hours. */
  sitting: 350,
} as const;

/** Stars from the latent rating: cuts between neighbouring stars, in stars. Half stars exist since 2003-02-18. */
export const STARS = {
  halfStarsFrom: 1_045_526_400,
  wholeCuts: [2.17, 2.804, 3.592, 4.522],
  halfCuts: [1.527, 1.847, 2.072, 2.394, 2.723, 3.243, 3.714, 4.348, 4.86],
  /** Change of the mean rating in single years, in stars. */
  years: { 2020: -0.08, 2022: 0.05 } as Readonly<Record<number, number>>,
} as const;

export const TAGGING = {
  /** First tag: 2005-12-27 12:54:55 UTC. */
  firstSecond: 1_135_688_095,
  /** Share of the users active since then who write tags. */
  taggers: 0.21,
  /** Log-normal spread of tags per tagger. */
  logSd: 1.8,
  /** Largest number of tags on one movie by one user. */
  perMovie: 12,
} as const;
