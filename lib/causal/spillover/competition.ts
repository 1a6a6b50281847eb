/** Which items of a slate compete with which: the structure along which a promotion spills over. */
import type { Row } from "../../loaders/rows";
import type { Slates } from "./slates";

/**
 * For each slate a square of 0 and 1. Entry `starts[j] + a * n + b` of `pairs` (n the slate's size, a and b places in the
 * slate from 0) is 1 where item b loses when item a is promoted. An item does not compete with itself.
 */
export interface Competition {
  /** As a table names it: `same cluster`, `tag similarity`. */
  readonly name: string;
  readonly pairs: Uint8Array;
  /** J + 1 offsets into `pairs`. */
  readonly starts: Int32Array;
}

/** Does row `other` compete with row `promoted`? Both are rows of the same slate. */
export type Competes = (promoted: number, other: number) => boolean;

/** The structure that a rule gives, asked once for each ordered pair of a slate. */
export function competitionOf(slates: Slates, name: string, competes: Competes): Competition {
  const starts = new Int32Array(slates.count + 1);
  for (let j = 0; j < slates.count; j++) {
    starts[j + 1] = starts[j]! + (slates.starts[j + 1]! - slates.starts[j]!) ** 2;
  }
  const pairs = new Uint8Array(starts[slates.count]!);
  for (let j = 0; j < slates.count; j++) {
    const [from, to] = [slates.starts[j]!, slates.starts[j + 1]!];
    const n = to - from;
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        if (a !== b && competes(from + a, from + b)) pairs[starts[j]! + a * n + b] = 1;
      }
    }
  }
  return { name, pairs, starts };
}

const ofClusters = new WeakMap<Slates, Competition>();

/** Items of the same spillover cluster compete. Made once for the same slates; do not change it. */
export function sameCluster(slates: Slates): Competition {
  const { cluster } = slates.items;
  const known = ofClusters.get(slates);
  if (known) return known;
  const made = competitionOf(slates, "same cluster", (a, b) => cluster[a] === cluster[b]);
  ofClusters.set(slates, made);
  return made;
}

/** The structure that was given, or the same cluster without one. @throws Error when it is that of other slates */
export function chosenCompetition(slates: Slates, given?: Competition): Competition {
  if (!given) return sameCluster(slates);
  let pairs = 0;
  let fits = given.starts.length === slates.count + 1;
  for (let j = 0; fits && j < slates.count; j++) {
    fits = given.starts[j] === pairs;
    pairs += (slates.starts[j + 1]! - slates.starts[j]!) ** 2;
  }
  if (!fits || given.pairs.length !== pairs) {
    throw new Error(`Competition "${given.name}" was made for other slates. Make it for these.`);
  }
  return given;
}

/** Items whose seed positions are at most `reach` apart compete. Default 2. */
export function neighbouringPositions(slates: Slates, reach = 2): Competition {
  if (!(reach >= 0)) throw new Error(`The reach is 0 or more positions, not ${reach}.`);
  return competitionOf(
    slates,
    `positions at most ${reach} apart`,
    (a, b) => Math.abs(slates.position[a]! - slates.position[b]!) <= reach,
  );
}

export interface SimilarityRule {
  readonly name: string;
  /** Similarity of two movies, the same both ways; null where one of them is not known. */
  readonly similarity: (movieA: number, movieB: number) => number | null;
  /** Share of the pairs with a known similarity that compete: the most similar ones. In (0, 1). */
  readonly share: number;
}

/**
 * The most similar pairs compete: those above the quantile 1 - share of all known similarities. Pairs without a
 * similarity do not compete. Pairs as similar as the quantile do not either, so ties can make the share smaller.
 * @throws Error when no pair has a similarity, or the share is not in (0, 1)
 */
export function similarItems(
  slates: Slates,
  { name, similarity, share }: SimilarityRule,
): Competition {
  if (!(share > 0 && share < 1)) throw new Error(`The share is in (0, 1), not ${share}.`);
  const { movieId } = slates.items;
  const known: number[] = [];
  for (let j = 0; j < slates.count; j++) {
    for (let a = slates.starts[j]!; a < slates.starts[j + 1]!; a++) {
      for (let b = a + 1; b < slates.starts[j + 1]!; b++) {
        const value = similarity(movieId[a]!, movieId[b]!);
        if (value !== null) known.push(value);
      }
    }
  }
  if (known.length === 0) {
    throw new Error(`${name}: no two items of a slate have a known similarity.`);
  }
  known.sort((x, y) => y - x);
  const threshold = known[Math.min(known.length - 1, Math.floor(share * known.length))]!;
  return competitionOf(slates, name, (a, b) => {
    const value = similarity(movieId[a]!, movieId[b]!);
    return value !== null && value > threshold;
  });
}

/** Share of the ordered pairs of a slate that compete. */
export function competingShare({ pairs }: Competition, slates: Slates): number {
  const possible = pairs.length - slates.rows;
  let competing = 0;
  for (const pair of pairs) competing += pair;
  return possible === 0 ? 0 : competing / possible;
}

/** Movies as points of some space. */
export interface Likeness {
  /** Similarity of two movies; null where one of them is not known. */
  similarity(movieA: number, movieB: number): number | null;
}

/**
 * Four ideas of who competes: the same cluster, neighbouring positions (at most 2 apart), and each likeness, by its name.
 * A likeness takes the most similar of the pairs that it knows, the share of them that share a cluster, so that structures
 * differ in who competes more than in how many.
 * @throws Error when no two items of a slate, or all of them, share a cluster: a likeness then has no share to take
 */
export function competitionStructures(
  slates: Slates,
  likenesses: Readonly<Record<string, Likeness>>,
): Competition[] {
  const clusters = sameCluster(slates);
  const share = competingShare(clusters, slates);
  const similar = Object.entries(likenesses).map(([name, likeness]) =>
    similarItems(slates, {
      name,
      share,
      similarity: (a, b) => likeness.similarity(a, b),
    }),
  );
  return [clusters, neighbouringPositions(slates), ...similar];
}

/** One row a structure: name and share of pairs that compete. */
export function structureTable(slates: Slates, structures: readonly Competition[]): Row[] {
  return structures.map((one) => ({
    structure: one.name,
    share_of_pairs: competingShare(one, slates),
  }));
}
