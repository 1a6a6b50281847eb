/** Who is in a synthetic KuaiRec archive, and what moves them. */
import { type Random, sampleWithoutReplacement } from "../../stats";
import { KUAIREC, PEOPLE, PROCESS, SEGMENTS } from "./kuaiRecParameters";
import type { Person } from "./kuaiRecProcess";
import type { KuaiRecSize } from "./kuaiRecSize";

export interface People {
  /** Index in SEGMENTS of every user, by user_id. */
  readonly segment: Uint8Array;
  /** user_id of the users of small_matrix.csv and of big_matrix.csv, ascending; the first are among the second. */
  readonly small: Int32Array;
  readonly big: Int32Array;
  /** In the order of `small` and of `big`. A user of both lives there twice, with the same segment and nothing else. */
  readonly smallPersons: readonly Person[];
  readonly bigPersons: readonly Person[];
}

export function drawPeople(size: KuaiRecSize, random: Random): People {
  const { users, smallUsers, bigUsers } = size;
  const choice = random.fork("choice");
  const big = sampleWithoutReplacement(users, bigUsers, choice);
  const small = sampleWithoutReplacement(bigUsers, smallUsers, choice).map((i) => big[i]);
  const isSmall = new Uint8Array(users);
  for (const user of small) isSmall[user] = 1;
  const segments = random.fork("segments");
  const segment = Uint8Array.from({ length: users }, (_, user) =>
    pick(isSmall[user] === 1 ? PEOPLE.smallSegments : PEOPLE.otherSegments, segments),
  );
  const smallDraws = random.fork("small");
  const bigDraws = random.fork("big");
  return {
    segment,
    small,
    big,
    smallPersons: Array.from(small, (user) => {
      const draws = smallDraws.fork(user);
      const stay = drawStay(size.days, draws);
      const [least, most] = PEOPLE.unseen;
      const seen = size.smallVideos - least - draws.integer(most - least + 1);
      const catalogue = Math.round((seen * (stay.to - stay.from)) / size.days);
      return drawPerson(segment[user], 0, stay, catalogue, draws);
    }),
    bigPersons: Array.from(big, (user) => {
      const draws = bigDraws.fork(user);
      const stay = drawStay(size.days, draws);
      const rows = bigRowsADay(size, draws);
      const free = size.videos - (isSmall[user] === 1 ? size.smallVideos : 0);
      const catalogue = Math.min(free, Math.max(10, Math.round(rows * (stay.to - stay.from))));
      // As many videos a day as the rows ask for, when a fifth of the days is intense.
      const share = Math.min(0.9, (0.75 * rows) / PROCESS.interactions.most);
      const level = Math.log(share / (1 - share)) - PROCESS.interactions.intercept;
      return drawPerson(segment[user], level, stay, catalogue, draws);
    }),
  };
}

function bigRowsADay(size: KuaiRecSize, draws: Random): number {
  const { bigRowsSd, bigRowsADay: bounds, passing, shortestStay } = PEOPLE;
  // The mean is divided by what the spread, the users who pass and the videos left over cost.
  const mean =
    (1.04 * (size.bigRows / size.bigUsers / size.days)) / (1 - (passing * (1 - shortestStay)) / 2);
  const rows = mean * Math.exp(bigRowsSd * draws.normal() - (bigRowsSd * bigRowsSd) / 2);
  return Math.min(bounds[1], Math.max(bounds[0], rows));
}

function drawPerson(
  segment: number,
  level: number,
  { from, to }: { readonly from: number; readonly to: number },
  catalogue: number,
  draws: Random,
): Person {
  const taste = PEOPLE.tasteSd * draws.normal();
  return {
    segment,
    appetite: level + PEOPLE.appetiteSd * draws.normal(),
    taste,
    loyalty:
      PROCESS.activity.intercept +
      PEOPLE.tasteOnLoyalty * taste +
      PEOPLE.loyaltySd * draws.normal(),
    from,
    to,
    catalogue,
  };
}

/** Nearly everybody is there all the time; the others come late or leave early. */
function drawStay(days: number, draws: Random): { from: number; to: number } {
  if (!draws.bernoulli(PEOPLE.passing)) return { from: 0, to: days };
  const away = 1 + draws.integer(Math.floor(days * (1 - PEOPLE.shortestStay)));
  return draws.bernoulli(0.5) ? { from: away, to: days } : { from: 0, to: days - away };
}

/** Index of one of the shares. */
export function pick(shares: ArrayLike<number>, draws: Random): number {
  let total = 0;
  for (let i = 0; i < shares.length; i++) total += shares[i];
  let rest = draws.uniform() * total;
  for (let i = 0; i < shares.length - 1; i++) {
    rest -= shares[i];
    if (rest < 0) return i;
  }
  return shares.length - 1;
}

/** The calendar day t of the panel as 20200705. */
export function dateNumber(t: number): number {
  const date = new Date((KUAIREC.firstDay + 86_400 * t) * 1000);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

export function segmentName(segment: number): string {
  return SEGMENTS[segment];
}
