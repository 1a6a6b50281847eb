/** Tables of a promotion experiment: who was assigned to what, and what followed. */
import type { Row } from "../../loaders/rows";
import { compareCovariate } from "../balance";
import { finite } from "../panelColumns";
import type { Experiment } from "./experiment";
import { EXPOSURE_GROUPS } from "./exposure";
import { invalidSlates, visibility } from "./ranking";
import { type Slates, slateSize } from "./slates";

/** Ratings of 4 stars and more count as high relevance. */
const HIGH_RELEVANCE = 4;

export function isHighlyRelevant(stars: number): number {
  return stars >= HIGH_RELEVANCE ? 1 : 0;
}

export const ARMS = ["leave_slate_unchanged", "promote_focal_item"] as const;

/** Rows, slates, users, movies, smallest and largest slate, clusters. */
export function slateSummary(slates: Slates): Row[] {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (let j = 0; j < slates.count; j++) {
    smallest = Math.min(smallest, slateSize(slates, j));
    largest = Math.max(largest, slateSize(slates, j));
  }
  const distinct = (values: Iterable<number>) =>
    [...new Set(values)].filter((value) => !Number.isNaN(value)).length;
  const metrics = {
    rows: slates.rows,
    unique_slates: slates.count,
    unique_users: distinct(slates.users.userId),
    unique_movies: distinct(slates.items.movieId),
    min_slate_size: slates.count > 0 ? smallest : 0,
    max_slate_size: largest,
    spillover_clusters: distinct(slates.items.cluster),
  };
  return Object.entries(metrics).map(([metric, value]) => ({ metric, value }));
}

/** One row a slate: its focal item, its arm. */
export function assignmentTable(experiment: Experiment): Row[] {
  const { slates, focal, treated, probability } = experiment;
  const { items } = slates;
  return Array.from(focal, (row, j) => ({
    slate_id: slates.slateId[j]!,
    userId: finite(slates.users.userId[j]!),
    focal_movieId: finite(items.movieId[row]!),
    focal_title: items.title[row]!,
    focal_spillover_cluster: slates.clusters[items.cluster[row]!]!,
    focal_seed_position: slates.position[row]!,
    focal_observed_relevance: items.relevance[row]!,
    focal_high_relevance: isHighlyRelevant(items.relevance[row]!),
    promotion_probability: probability,
    promotion_applied: treated[j]!,
    assignment_arm: ARMS[treated[j]!]!,
  }));
}

/** Slates, arms, share promoted, mean seed position of the focal items. */
export function assignmentSummary({ slates, focal, treated }: Experiment): Row[] {
  const promoted = treated.reduce((sum, t) => sum + t, 0);
  const position = mean(Array.from(focal, (row) => slates.position[row]!));
  const metrics = {
    slates: slates.count,
    promoted_slates: promoted,
    control_slates: slates.count - promoted,
    promotion_rate: finite(promoted / slates.count),
    mean_focal_seed_position: position,
  };
  return Object.entries(metrics).map(([metric, value]) => ({ metric, value }));
}

/** One row an arm: slates, their share, and means of what was fixed on focal items before the draw. */
export function assignmentCheck(experiment: Experiment): Row[] {
  const { slates, treated } = experiment;
  const focal = focalFeatures(experiment);
  return ARMS.map((assignment_arm, arm) => {
    const own = Array.from(treated.keys()).filter((j) => treated[j] === arm);
    const meanOf = (name: string) => mean(own.map((j) => focal[name]![j]!));
    return {
      assignment_arm,
      slates: own.length,
      share: finite(own.length / slates.count),
      mean_focal_seed_position: meanOf("focal_seed_position"),
      mean_focal_relevance: meanOf("focal_observed_relevance"),
      focal_high_relevance_rate: meanOf("focal_high_relevance"),
    };
  });
}

/**
 * What was fixed before the draw, by arm: feature, control_mean, promoted_mean, difference, and the standardized mean
 * difference (pooled standard deviation). Under randomization differences are chance. Missing values are left out of
 * their own row.
 */
export function assignmentBalance(experiment: Experiment): Row[] {
  const { treated } = experiment;
  return Object.entries(focalFeatures(experiment)).map(([feature, values]) => {
    const known = Array.from(values, (_, j) => j).filter((j) => !Number.isNaN(values[j]!));
    const compared = compareCovariate(
      known.map((j) => treated[j]!),
      known.map((j) => values[j]!),
    );
    const { control_mean, treated_mean, smd } = compared;
    const difference =
      control_mean !== null && treated_mean !== null ? treated_mean - control_mean : null;
    return { feature, control_mean, promoted_mean: treated_mean, difference, smd };
  });
}

/** One row a seed position of focal items: slates of each arm. */
export function focalPositions({ slates, focal, treated }: Experiment): Row[] {
  const counts = new Map<number, [number, number]>();
  for (let j = 0; j < slates.count; j++) {
    const position = slates.position[focal[j]!]!;
    const own = counts.get(position) ?? [0, 0];
    own[treated[j]!]! += 1;
    counts.set(position, own);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([focal_seed_position, [control, promoted]]) => ({
      focal_seed_position,
      control,
      promoted,
    }));
}

/** One row a row of slates: its exposure group and by how many positions it moved. Groups in the order of a figure. */
export function positionChanges({ slates, exposure }: Experiment): Row[] {
  const rows = Array.from(slates.position, (seed, i) => ({
    exposure_group: EXPOSURE_GROUPS[exposure.group[i]!]!,
    position_change: exposure.finalPosition[i]! - seed,
  }));
  const order = (row: (typeof rows)[number]) => EXPOSURE_GROUPS.indexOf(row.exposure_group);
  return rows.sort((a, b) => order(a) - order(b));
}

/** Features of each slate's focal item and user, J values each. */
export function focalFeatures({ slates, focal }: Experiment): Record<string, Float64Array> {
  const ofFocal = (value: (row: number) => number) => Float64Array.from(focal, value);
  const { items, users } = slates;
  return {
    focal_seed_position: ofFocal((row) => slates.position[row]!),
    focal_observed_relevance: ofFocal((row) => items.relevance[row]!),
    focal_high_relevance: ofFocal((row) => isHighlyRelevant(items.relevance[row]!)),
    sample_rating_count: ofFocal((row) => items.ratingCount[row]!),
    sample_mean_rating: ofFocal((row) => items.meanRating[row]!),
    sample_liked_rate: ofFocal((row) => items.likedRate[row]!),
    n_ratings: users.ratings,
    mean_rating: users.meanRating,
    liked_rate: users.likedRate,
    unique_primary_genres: users.uniquePrimaryGenres,
  };
}

/** One row an exposure group that occurs, the largest first. */
export function exposureSummary(experiment: Experiment): Row[] {
  const { slates, exposure } = experiment;
  const gain = visibilityGain(experiment);
  return groupRows(experiment)
    .map(({ name, rows }) => {
      const own = new Set(rows.map((i) => slates.slateOf[i]!)).size;
      return {
        exposure_group: name,
        rows: rows.length,
        slates: own,
        mean_seed_position: mean(rows.map((i) => slates.position[i]!)),
        mean_final_position: mean(rows.map((i) => exposure.finalPosition[i]!)),
        mean_visibility_gain: mean(rows.map((i) => gain[i]!)),
        mean_relevance: mean(rows.map((i) => slates.items.relevance[i]!)),
        row_share: rows.length / slates.rows,
        slate_share: own / slates.count,
      };
    })
    .sort((a, b) => b.rows - a.rows);
}

/** v(final position) - v(seed position) with v(k) = 1 / log2(k + 1), N values. */
export function visibilityGain({ slates, exposure }: Experiment): Float64Array {
  return Float64Array.from(
    slates.position,
    (seed, i) => visibility(exposure.finalPosition[i]!) - visibility(seed),
  );
}

/**
 * One row a cluster of focal items, the one with most same-cluster exposure first. promoted_slates counts slates, and
 * mean_focal_relevance averages focal items.
 */
export function clusterExposure(experiment: Experiment): Row[] {
  const { slates, focal, treated, exposure } = experiment;
  const table = new Map<
    number,
    { slates: number; promoted: number; same: number; other: number; stars: number }
  >();
  for (let j = 0; j < slates.count; j++) {
    const cluster = slates.items.cluster[focal[j]!]!;
    const row = table.get(cluster) ?? { slates: 0, promoted: 0, same: 0, other: 0, stars: 0 };
    table.set(cluster, row);
    row.slates++;
    row.promoted += treated[j]!;
    row.stars += slates.items.relevance[focal[j]!]!;
    for (let i = slates.starts[j]!; i < slates.starts[j + 1]!; i++) {
      if (exposure.sameSlate[i] === 0) continue;
      row[exposure.sameCluster[i]! > 0 ? "same" : "other"]++;
    }
  }
  return [...table]
    .map(([cluster, row]) => ({
      focal_spillover_cluster: slates.clusters[cluster]!,
      randomized_slates: row.slates,
      promoted_slates: row.promoted,
      direct_rows: row.promoted,
      same_cluster_spillover_rows: row.same,
      same_slate_spillover_rows: row.same + row.other,
      mean_focal_relevance: row.stars / row.slates,
      same_cluster_share_of_spillover: finite(row.same / (row.same + row.other)),
    }))
    .sort(
      (a, b) =>
        b.same_cluster_spillover_rows - a.same_cluster_spillover_rows ||
        b.randomized_slates - a.randomized_slates ||
        (a.focal_spillover_cluster < b.focal_spillover_cluster ? -1 : 1),
    );
}

/** Engagement of each row: click times (1 + 0.15 stars). */
export function engagement({ slates, clicks }: Experiment): Float64Array {
  return Float64Array.from(clicks, (click, i) => click * (1 + 0.15 * slates.items.relevance[i]!));
}

/** One row an exposure group: click probabilities with and without the promotion, their difference, clicks, engagement. */
export function outcomeSummary(experiment: Experiment): Row[] {
  const score = engagement(experiment);
  return groupRows(experiment)
    .map(({ name, rows }) => ({
      exposure_group: name,
      rows: rows.length,
      mean_p_observed: mean(rows.map((i) => experiment.observed[i]!)),
      mean_p_no_promotion: mean(rows.map((i) => experiment.withoutPromotion[i]!)),
      mean_known_lift: mean(rows.map((i) => experiment.lift[i]!)),
      click_rate: mean(rows.map((i) => experiment.clicks[i]!)),
      mean_engagement: mean(rows.map((i) => score[i]!)),
    }))
    .sort((a, b) => (b.mean_known_lift ?? 0) - (a.mean_known_lift ?? 0));
}

/** One row a check: check, value, notes. */
export function exposureReadiness(experiment: Experiment): Row[] {
  const { slates, exposure, treated, probability, lift } = experiment;
  const count = (flags: ArrayLike<number>) => Array.from(flags).filter((flag) => flag > 0).length;
  const promoted = count(treated);
  const total = lift.reduce((sum, value) => sum + value, 0);
  const check = (name: string, value: number | null, notes: string): Row => ({
    check: name,
    value,
    notes,
  });
  return [
    check("complete_seed_slates_loaded", slates.count, "Slates that the experiment runs on."),
    check("promotion_probability", probability, "Independent for each slate."),
    check("observed_promotion_rate", finite(promoted / slates.count), "Near the probability."),
    check("direct_treatment_rows", count(exposure.direct), "One for each promoted slate."),
    check("same_slate_spillover_rows", count(exposure.sameSlate), "All others of those slates."),
    check("same_cluster_spillover_rows", count(exposure.sameCluster), "Those that compete."),
    check(
      "invalid_final_position_slates",
      invalidSlates(slates, exposure.finalPosition),
      "Must be 0: final positions are 1 to the slate's size.",
    ),
    check(
      "mean_promoted_slate_known_lift",
      finite(total / promoted),
      "Expected clicks a promoted slate wins, or loses if negative.",
    ),
  ];
}

/** Rows of each exposure group that occurs. */
function groupRows({ exposure }: Experiment): { name: string; rows: number[] }[] {
  const rows: number[][] = EXPOSURE_GROUPS.map(() => []);
  for (let i = 0; i < exposure.group.length; i++) rows[exposure.group[i]!]!.push(i);
  return EXPOSURE_GROUPS.map((name, g) => ({ name, rows: rows[g]! })).filter(
    (group) => group.rows.length > 0,
  );
}

/** Mean, null without values. */
function mean(values: readonly number[]): number | null {
  return finite(values.reduce((sum, value) => sum + value, 0) / values.length);
}
