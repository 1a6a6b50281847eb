/** What is set on which days, and which strategies are held against which. */
import { NATURAL, type Standing } from "./kuaiRecProcess";

/** Days of the longest outcome, and of the longest strategy. */
export const WEEK = 7;
/** Days of history that a user-day of the average has, as in the course's eligibility rules. */
export const HISTORY = 3;
/** The dynamic rule makes a day intense when the day before had fewer interactions than this. */
export const WEAK = 40;

/** What is set from day t of a user-day on; afterwards, and where nothing is set, nature goes on. */
export interface Strategy {
  /** Days on which a treatment is set: t, ..., t + length - 1. */
  readonly length: number;
  readonly intense: (standing: Standing) => number;
  readonly highWatch: number;
}

const none = () => NATURAL;
const intense = (length: number, value: number): Strategy => ({
  length,
  intense: () => value,
  highWatch: NATURAL,
});
const highWatch = (length: number, value: number): Strategy => ({
  length,
  intense: none,
  highWatch: value,
});

export const STRATEGIES = {
  "natural course": { length: 0, intense: none, highWatch: NATURAL },
  "intense on day t": intense(1, 1),
  "not intense on day t": intense(1, 0),
  "intense on days t to t+2": intense(3, 1),
  "not intense on days t to t+2": intense(3, 0),
  "intense on days t to t+6": intense(WEEK, 1),
  "not intense on days t to t+6": intense(WEEK, 0),
  "intense on days t to t+6 when the day before was weak": {
    length: WEEK,
    intense: (standing: Standing) => Number(standing.interactions1 < WEAK),
    highWatch: NATURAL,
  },
  "high-watch on day t": highWatch(1, 1),
  "not high-watch on day t": highWatch(1, 0),
  "high-watch on days t to t+6": highWatch(WEEK, 1),
  "not high-watch on days t to t+6": highWatch(WEEK, 0),
} as const satisfies Record<string, Strategy>;

export type StrategyName = keyof typeof STRATEGIES;

export interface Contrast {
  readonly name: string;
  readonly strategy: StrategyName;
  readonly comparator: StrategyName;
  /** Outcomes are those of the days after t + anchor. */
  readonly anchor: number;
}

export const CONTRASTS: readonly Contrast[] = [
  {
    name: "one_intense_day",
    strategy: "intense on day t",
    comparator: "not intense on day t",
    anchor: 0,
  },
  {
    name: "always_intense_vs_never",
    strategy: "intense on days t to t+6",
    comparator: "not intense on days t to t+6",
    anchor: 0,
  },
  {
    name: "three_intense_days_before",
    strategy: "intense on days t to t+2",
    comparator: "not intense on days t to t+2",
    anchor: 2,
  },
  {
    name: "seven_intense_days_before",
    strategy: "intense on days t to t+6",
    comparator: "not intense on days t to t+6",
    anchor: 6,
  },
  {
    name: "dynamic_rule_vs_never",
    strategy: "intense on days t to t+6 when the day before was weak",
    comparator: "not intense on days t to t+6",
    anchor: 0,
  },
  {
    name: "dynamic_rule_vs_natural_course",
    strategy: "intense on days t to t+6 when the day before was weak",
    comparator: "natural course",
    anchor: 0,
  },
  {
    name: "one_high_watch_day",
    strategy: "high-watch on day t",
    comparator: "not high-watch on day t",
    anchor: 0,
  },
  {
    name: "always_high_watch_vs_never",
    strategy: "high-watch on days t to t+6",
    comparator: "not high-watch on days t to t+6",
    anchor: 0,
  },
];
