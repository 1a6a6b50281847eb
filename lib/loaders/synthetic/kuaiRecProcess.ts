/** The user-day process behind the synthetic KuaiRec archive: one day after the other, under any rule for treatments. */
import type { Random } from "../../stats";
import { PROCESS } from "./kuaiRecParameters";

/** What does not change about a user. */
export interface Person {
  /** Index in SEGMENTS. */
  readonly segment: number;
  /** Added to the log odds of a long day. */
  readonly appetite: number;
  /** Added to the log odds that much of a day is watched to the end. */
  readonly taste: number;
  /** Log odds of an active day, apart from what the past adds. */
  readonly loyalty: number;
  /** First day on which the user can be active, and the day after the last one. */
  readonly from: number;
  readonly to: number;
  /** Videos that the user can be shown in all. */
  readonly catalogue: number;
}

/** All chance of one user's days, the same numbers under every rule: standard normal or uniform on [0, 1), one a day. */
export interface Noise {
  /** Normal. */
  readonly interest: Float64Array;
  readonly interactions: Float64Array;
  readonly share: Float64Array;
  /** Uniform. */
  readonly activity: Float64Array;
  readonly intensity: Float64Array;
  readonly highWatch: Float64Array;
}

/** Where a user stands before a day: all of the past that the following days depend on. */
export interface Standing {
  interest: number;
  aftermath: number;
  /** Treatments of the day before, 0 or 1. */
  intense: number;
  highWatch: number;
  /** Interactions and shares of high-watch videos one, two and three days ago. */
  interactions1: number;
  interactions2: number;
  interactions3: number;
  share1: number;
  share2: number;
  share3: number;
  /** Videos not yet seen. */
  left: number;
}

/** What a day brings. Without activity all but interest, aftermath and the propensities is 0. */
export interface Day {
  interest: number;
  aftermath: number;
  active: number;
  /** Probabilities of the treatments, given that the day is active; left alone where the treatment is set. */
  propensityIntense: number;
  propensityHighWatch: number;
  intense: number;
  highWatch: number;
  /** Log odds that an ordinary day is long. */
  odds: number;
  interactions: number;
  highWatchCount: number;
}

/** As a setting of a treatment: leave it to chance and propensity. */
export const NATURAL = -1;

// Named here once: looking an import up costs as much as an exponential, and these are looked up 10^8 times.
const {
  state: S,
  activity: C,
  intensity: I,
  highWatch: H,
  interactions: N,
  share: K,
}: typeof PROCESS = PROCESS;
const NOT_SET = NATURAL;
/** Standard deviation of a day's change of interest that keeps the standard deviation of interest itself. */
const INNOVATION = S.interestSd * Math.sqrt(1 - S.interestKept * S.interestKept);

export function drawNoise(days: number, random: Random): Noise {
  const normals = () => Float64Array.from({ length: days }, () => random.normal());
  const uniforms = () => Float64Array.from({ length: days }, () => random.uniform());
  return {
    interest: normals(),
    interactions: normals(),
    share: normals(),
    activity: uniforms(),
    intensity: uniforms(),
    highWatch: uniforms(),
  };
}

export function atStart(person: Person): Standing {
  return {
    interest: 0,
    aftermath: 0,
    intense: 0,
    highWatch: 0,
    interactions1: 0,
    interactions2: 0,
    interactions3: 0,
    share1: 0,
    share2: 0,
    share3: 0,
    left: person.catalogue,
  };
}

export function emptyDay(): Day {
  return {
    interest: 0,
    aftermath: 0,
    active: 0,
    propensityIntense: 0,
    propensityHighWatch: 0,
    intense: 0,
    highWatch: 0,
    odds: 0,
    interactions: 0,
    highWatchCount: 0,
  };
}

/**
 * Lives through day t (0 first): writes what it brings into `day` and moves `standing` on to the next day.
 * @param setIntense  1, 0 or NATURAL; a day without activity has no treatment whatever is set
 * @param setHighWatch  1, 0 or NATURAL
 */
export function liveDay(
  person: Person,
  noise: Noise,
  t: number,
  standing: Standing,
  day: Day,
  setIntense: number,
  setHighWatch: number,
): void {
  const g = person.segment;
  const interest =
    t === 0
      ? S.interestSd * noise.interest[0]
      : S.interestKept * standing.interest + INNOVATION * noise.interest[t];
  const aftermath =
    S.aftermathKept * standing.aftermath +
    S.afterIntense[g] * standing.intense +
    S.afterHighWatch[g] * standing.highWatch;
  const comes =
    person.loyalty +
    C.interest * interest +
    C.aftermath * aftermath +
    C.afterIntense[g] * standing.intense +
    C.afterHighWatch[g] * standing.highWatch;
  const active =
    t >= person.from && t < person.to && standing.left > 0 && noise.activity[t] < expit(comes);

  day.interest = interest;
  day.aftermath = aftermath;
  if (setIntense === NOT_SET) day.propensityIntense = propensityIntense(t, standing);
  if (setHighWatch === NOT_SET) day.propensityHighWatch = propensityHighWatch(standing);
  if (active) {
    day.active = 1;
    day.intense =
      setIntense === NOT_SET ? Number(noise.intensity[t] < day.propensityIntense) : setIntense;
    day.highWatch =
      setHighWatch === NOT_SET
        ? Number(noise.highWatch[t] < day.propensityHighWatch)
        : setHighWatch;
    day.odds = longDayOdds(person, t, standing.left, interest + aftermath);
    day.interactions = interactions(day.intense, day.odds, noise.interactions[t], standing.left);
    day.highWatchCount = highWatchCount(person, day.highWatch, day.interactions, noise.share[t]);
  } else {
    day.active = 0;
    day.intense = 0;
    day.highWatch = 0;
    day.odds = 0;
    day.interactions = 0;
    day.highWatchCount = 0;
  }

  standing.interest = interest;
  standing.aftermath = aftermath;
  standing.intense = day.intense;
  standing.highWatch = day.highWatch;
  standing.interactions3 = standing.interactions2;
  standing.interactions2 = standing.interactions1;
  standing.interactions1 = day.interactions;
  standing.share3 = standing.share2;
  standing.share2 = standing.share1;
  standing.share1 = day.active === 1 ? day.highWatchCount / day.interactions : 0;
  standing.left -= day.interactions;
}

function propensityIntense(t: number, standing: Standing): number {
  const prior3 = standing.interactions1 + standing.interactions2 + standing.interactions3;
  const odds =
    I.intercept +
    I.lag1Interactions * (standing.interactions1 - I.meanLag1) +
    I.prior3Interactions * (prior3 - I.meanPrior3) +
    I.weekend * weekend(t) +
    I.perDay * (t - N.meanDay);
  return expit(Math.min(I.bounds[1], Math.max(I.bounds[0], odds)));
}

/** Shares count from their mean, and only on active days: a day away says nothing about taste. */
function propensityHighWatch(standing: Standing): number {
  const active1 = Number(standing.interactions1 > 0);
  const active3 = active1 + Number(standing.interactions2 > 0) + Number(standing.interactions3 > 0);
  const prior3 = standing.share1 + standing.share2 + standing.share3;
  const odds =
    H.intercept +
    H.lag1Share * (standing.share1 - H.meanShare * active1) +
    H.prior3Share * (prior3 - H.meanShare * active3);
  return expit(Math.min(H.bounds[1], Math.max(H.bounds[0], odds)));
}

function longDayOdds(person: Person, t: number, left: number, engagement: number): number {
  // Videos left for a day, against those at the start: 1 while the catalogue is used up evenly.
  const pace =
    (left / (person.to - t + N.spareDays)) *
    ((person.to - person.from + N.spareDays) / person.catalogue);
  return (
    N.intercept +
    person.appetite +
    engagement +
    N.weekend * weekend(t) +
    N.perDay * (t - N.meanDay) +
    N.pace * Math.log(pace)
  );
}

/** Interactions of an active day, at most a share of the videos that are left. */
export function interactions(intense: number, odds: number, swing: number, left: number): number {
  const count =
    intense === 1
      ? N.most +
        1 +
        Math.floor(
          N.extra * Math.exp(N.extraSlope * odds) * Math.log(1 + Math.exp(N.extraNoise * swing)),
        )
      : 1 + Math.floor(N.most * expit(odds + N.noise * swing));
  return Math.min(Math.ceil(left * N.mostOfLeft), count);
}

/** Videos of the day watched to 0.8 or more: on a high-watch day at least the threshold's share of them, else fewer. */
function highWatchCount(person: Person, highWatch: number, count: number, swing: number): number {
  if (highWatch === 1) {
    const v = expit(K.high + person.taste + K.noise * swing);
    return Math.min(count, Math.ceil(count * (K.threshold + (1 - K.threshold) * v * v)));
  }
  const v = expit(K.ordinary - person.taste - K.noise * swing);
  return Math.floor(Math.ceil(count * K.threshold) * (1 - v * v));
}

/** A copy in place. */
export function copyStanding(from: Standing, to: Standing): void {
  to.interest = from.interest;
  to.aftermath = from.aftermath;
  to.intense = from.intense;
  to.highWatch = from.highWatch;
  to.interactions1 = from.interactions1;
  to.interactions2 = from.interactions2;
  to.interactions3 = from.interactions3;
  to.share1 = from.share1;
  to.share2 = from.share2;
  to.share3 = from.share3;
  to.left = from.left;
}

/** Day 0 is a Sunday. */
function weekend(t: number): number {
  return t % 7 === 0 || t % 7 === 6 ? 1 : 0;
}

function expit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
