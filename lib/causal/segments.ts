/** Effects by segment from doubly robust scores, with bands that hold for all segments together. */
import { sumOver } from "../stats/compensatedSum";
import { normal } from "../stats/distributions";
import { benjaminiHochberg, holm } from "../stats/multipleTesting";
import { random } from "../stats/random";
import type { Estimate } from "./estimate";
import { finite } from "./panelColumns";
import { scoreMean } from "./scoreMean";
import { weightedVariance } from "./weightedMoments";

export interface SegmentLabels {
  /** One a row; null for a row in no segment. */
  readonly labels: readonly (string | null)[];
  /** Order of the segments. Default: as they first come. */
  readonly order?: readonly string[];
}

export interface SegmentData {
  /** One a row: scores whose mean is the effect, as `aipw` gives them. */
  readonly scores: ArrayLike<number>;
  /** Cluster of each row, such as its user. Default: rows are independent. */
  readonly cluster?: ArrayLike<number>;
  /** Ways to cut the same rows: weekday, quartile of a covariate (`quantileSegments`), ... */
  readonly families: Readonly<Record<string, SegmentLabels>>;
  /** Other columns whose mean in each segment is to stand beside the effect, under their names. */
  readonly describe?: Readonly<Record<string, ArrayLike<number>>>;
}

export interface SegmentOptions {
  readonly seed: number;
  /** Draws of the multiplier bootstrap. Default 2,000. */
  readonly draws?: number;
  /** Confidence level, of each interval and of the band. Default 0.95. */
  readonly level?: number;
  /** Smaller segments are left out. Default 100 rows and 10 clusters. */
  readonly minimumRows?: number;
  readonly minimumClusters?: number;
}

export type SegmentRow = {
  readonly family: string;
  readonly segment: string;
  readonly rows: number;
  readonly clusters: number;
  readonly value: number;
  readonly standard_error: number;
  /** Interval of this segment by itself. */
  readonly lower: number;
  readonly upper: number;
  /** Interval of the band: all of them hold together with the level's probability. */
  readonly simultaneous_lower: number;
  readonly simultaneous_upper: number;
  /** Standard deviation of the scores, with n - 1; null for a single row. */
  readonly score_sd: number | null;
  /** Two-sided, no effect in this segment: by itself, and as one of all segments. Null without variation. */
  readonly p: number | null;
  readonly p_holm: number | null;
  readonly p_bh: number | null;
  readonly p_simultaneous: number | null;
  /** Means of the described columns. */
  readonly [column: string]: string | number | null;
};

export type FamilyRow = {
  readonly family: string;
  readonly segments: number;
  readonly segments_left_out: number;
  readonly rows: number;
  /** Rows in no segment. */
  readonly unlabelled_rows: number;
  /** Mean of all segments' effects, those left out among them, weighted by their rows. */
  readonly row_weighted_mean: number | null;
  /** Mean of the scores of all rows: the same where no row is unlabelled. */
  readonly overall_mean: number;
};

export interface SegmentEffects {
  readonly overall: Estimate;
  readonly rows: readonly SegmentRow[];
  readonly leftOut: readonly { family: string; segment: string; rows: number; clusters: number }[];
  readonly families: readonly FamilyRow[];
  /** How many standard errors the band reaches to either side. */
  readonly criticalValue: number;
  readonly level: number;
  readonly draws: number;
}

/**
 * The mean score of each segment with a clustered standard error (`scoreMean`), and a band for all segments of all families.
 * With u_gs the sum over rows of cluster g in segment s of (score - mean_s) / n_s, and xi_g normal, one for each cluster in
 * each draw, the band reaches as many standard errors as the level's quantile of
 *
 *     max over s of |sum over g of xi_g u_gs| / sqrt(sum over g of u_gs^2).
 *
 * One draw multiplies a cluster in all segments alike, so that segments that share clusters or rows are known to move together:
 * the band is narrower than Bonferroni's. `p_simultaneous` is the share of draws (the data counted as one more) beyond a
 * segment's |t|; `p_holm` and `p_bh` adjust the normal p-values over all segments.
 * Cost: draws times clusters times segments.
 * Sources: Chernozhukov, Chetverikov and Kato 2013, doi:10.1214/13-AOS1161; Belloni, Chernozhukov, Chetverikov and Wei 2018,
 * doi:10.1214/17-AOS1671.
 * @throws Error for columns of different length, scores that are no numbers, or when no segment is large enough
 */
export function segmentEffects(data: SegmentData, options: SegmentOptions): SegmentEffects {
  const { level = 0.95, draws = 2000, minimumRows = 100, minimumClusters = 10 } = options;
  check(data, draws);
  const overall = scoreMean(data.scores, {
    estimand: "average effect over all rows",
    method: "mean of doubly robust scores",
    cluster: data.cluster,
    level,
  });
  const all = Object.entries(data.families).flatMap(([family, given]) => segmentsOf(family, given));
  const measured = all.map((segment) => ({ ...segment, estimate: meanOf(data, segment, level) }));
  const isLarge = ({ places, estimate }: Measured) =>
    places.length >= minimumRows && estimate.clusters >= minimumClusters;
  const kept = measured.filter(isLarge);
  if (kept.length === 0) {
    throw new Error(
      `No segment has ${minimumRows} rows and ${minimumClusters} clusters. Lower { minimumRows } or { minimumClusters }.`,
    );
  }
  const largest = maxima(kept, data, draws, options.seed);
  const criticalValue = largest[Math.min(draws - 1, Math.ceil(level * (draws + 1)) - 1)]!;
  return {
    overall,
    rows: rowsOf(kept, data, largest, criticalValue),
    leftOut: measured
      .filter((segment) => !isLarge(segment))
      .map(({ family, segment, places, estimate }) => ({
        family,
        segment,
        rows: places.length,
        clusters: estimate.clusters,
      })),
    families: Object.keys(data.families).map((family) => {
      const own = measured.filter((segment) => segment.family === family);
      const rows = own.reduce((sum, { places }) => sum + places.length, 0);
      const total = own.reduce((sum, { places, estimate }) => {
        return sum + places.length * estimate.value!;
      }, 0);
      return {
        family,
        segments: own.length,
        segments_left_out: own.filter((segment) => !isLarge(segment)).length,
        rows,
        unlabelled_rows: data.scores.length - rows,
        row_weighted_mean: finite(total / rows),
        overall_mean: overall.value!,
      };
    }),
    criticalValue,
    level,
    draws,
  };
}

interface Segment {
  readonly family: string;
  readonly segment: string;
  /** Its rows. */
  readonly places: readonly number[];
}

interface Measured extends Segment {
  readonly estimate: Estimate;
}

function segmentsOf(family: string, { labels, order }: SegmentLabels): Segment[] {
  const places = new Map<string, number[]>((order ?? []).map((segment) => [segment, []]));
  labels.forEach((label, i) => {
    if (label === null) return;
    const own = places.get(label);
    if (own) own.push(i);
    else if (order) throw new Error(`${family}: ${label} is not among the segments in order.`);
    else places.set(label, [i]);
  });
  return [...places]
    .filter(([, own]) => own.length > 0)
    .map(([segment, own]) => ({ family, segment, places: own }));
}

function meanOf({ scores, cluster }: SegmentData, { segment, places }: Segment, level: number) {
  return scoreMean(
    places.map((i) => scores[i]!),
    {
      estimand: `average effect in ${segment}`,
      method: "mean of doubly robust scores",
      cluster: cluster && places.map((i) => cluster[i]!),
      level,
    },
  );
}

/** The largest |t| of each draw, ascending. */
function maxima(
  segments: readonly Measured[],
  { scores, cluster }: SegmentData,
  draws: number,
  seed: number,
): Float64Array {
  const number = new Map<number, number>();
  const clusterOf = (i: number) => {
    const id = cluster ? cluster[i]! : i;
    const known = number.get(id);
    if (known !== undefined) return known;
    number.set(id, number.size);
    return number.size - 1;
  };
  // Where a segment's scores do not vary its t-value is 0 in every draw.
  const parts = segments.map(({ places, estimate }) => {
    const sums = new Map<number, number>();
    for (const i of places) {
      const g = clusterOf(i);
      sums.set(g, (sums.get(g) ?? 0) + scores[i]! - estimate.value!);
    }
    const size = Math.sqrt([...sums.values()].reduce((total, sum) => total + sum ** 2, 0));
    return {
      clusters: Int32Array.from(sums.keys()),
      shares: Float64Array.from(sums.values(), (sum) => (size > 0 ? sum / size : 0)),
    };
  });
  const stream = random(seed).fork("segments");
  const multipliers = new Float64Array(number.size);
  const largest = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    for (let g = 0; g < multipliers.length; g++) multipliers[g] = stream.normal();
    for (const { clusters, shares } of parts) {
      let t = 0;
      for (let k = 0; k < shares.length; k++) t += multipliers[clusters[k]!]! * shares[k]!;
      largest[draw] = Math.max(largest[draw]!, Math.abs(t));
    }
  }
  return largest.sort();
}

function rowsOf(
  segments: readonly Measured[],
  { scores, describe = {} }: SegmentData,
  largest: Float64Array,
  criticalValue: number,
): SegmentRow[] {
  const sizes = segments.map(({ estimate }) => {
    const { value, standardError } = estimate;
    return standardError === null || standardError === 0 ? null : Math.abs(value!) / standardError;
  });
  const p = sizes.map((t) => (t === null ? null : 2 * normal().cdf(-t, 0, 1)));
  const [adjusted, discovered] = [holm(p), benjaminiHochberg(p)];
  return segments.map(({ family, segment, places, estimate }, k) => {
    const [value, error] = [estimate.value!, estimate.standardError ?? 0];
    const t = sizes[k] ?? null;
    const beyond = t === null ? 0 : largest.length - countBelow(largest, t);
    const own = Object.entries(describe).map(([name, column]) => [
      name,
      finite(sumOver(places.length, (i) => column[places[i]!]!) / places.length),
    ]);
    return {
      family,
      segment,
      rows: places.length,
      clusters: estimate.clusters,
      value,
      standard_error: error,
      lower: estimate.lower ?? value,
      upper: estimate.upper ?? value,
      simultaneous_lower: value - criticalValue * error,
      simultaneous_upper: value + criticalValue * error,
      score_sd: finite(Math.sqrt(weightedVariance(places.map((i) => scores[i]!)))),
      p: p[k]!,
      p_holm: adjusted[k]!,
      p_bh: discovered[k]!,
      p_simultaneous: t === null ? null : (1 + beyond) / (1 + largest.length),
      ...(Object.fromEntries(own) as Record<string, number | null>),
    };
  });
}

const OWN_COLUMNS: ReadonlySet<string> = new Set([
  ...["family", "segment", "rows", "clusters", "value", "standard_error", "lower", "upper"],
  ...["simultaneous_lower", "simultaneous_upper", "score_sd"],
  ...["p", "p_holm", "p_bh", "p_simultaneous"],
]);

/** How many of the ascending numbers lie below. */
function countBelow(ascending: Float64Array, bar: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < bar) low = middle + 1;
    else high = middle;
  }
  return low;
}

function check({ scores, cluster, families, describe = {} }: SegmentData, draws: number): void {
  const n = scores.length;
  const columns: [string, number][] = [
    ["cluster", cluster?.length ?? n],
    ...Object.entries(families).map(([name, { labels }]): [string, number] => [
      name,
      labels.length,
    ]),
    ...Object.entries(describe).map(([name, column]): [string, number] => [name, column.length]),
  ];
  const other = columns.find(([, length]) => length !== n);
  const clash = Object.keys(describe).find((name) => OWN_COLUMNS.has(name));
  if (clash) throw new Error(`A described column is called ${clash}, as one of the result is.`);
  if (other) throw new Error(`${other[0]} has ${other[1]} values; there are ${n} scores.`);
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(scores[i]!)) throw new Error(`Row ${i + 1}: the score is ${scores[i]}.`);
  }
  if (!(Number.isInteger(draws) && draws >= 100)) {
    throw new Error(`The bootstrap needs a whole number of draws from 100 on, not ${draws}.`);
  }
}
